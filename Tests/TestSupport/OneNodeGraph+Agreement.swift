import TesseraExecution
import TesseraIR
import TesseraTensors

extension OneNodeGraph {
    /// Compiled for every instruction set of the machine, the op in float32 gives its definition's numbers, the same
    /// bits for 1, 2 and 3 threads, and runs a kernel. Otherwise what went wrong, in words.
    package static func disagreements(_ op: any Op, _ tensors: [Tensor], tolerance: Double = 1e-5) throws -> [String] {
        let node = try OneNodeGraph(op, tensors.map { $0.floating(.float32) })
        let expected = try node.evaluated()
        return try InstructionSet.available.flatMap { set -> [String] in
            let results = try node.executed(set, threads: 1)
            var wrong = zip(results, expected).enumerated().compactMap { slot, pair -> String? in
                let distance = pair.0.distance(from: pair.1)
                return distance <= tolerance ? nil : "\(set.rawValue): output \(slot) is \(distance) away"
            }
            for threads in 2...3 where try node.executed(set, threads: threads) != results {
                wrong.append("\(set.rawValue): other bits with \(threads) threads")
            }
            if try !node.stepsWithoutKernel(set).isEmpty { wrong.append("\(set.rawValue): runs its definition") }
            return wrong
        }
    }
}

import CKernels
import Tessera

/// Leaf kernels by themselves, at sizes that networks have, on one thread.
enum KernelBenchmark {
    struct Row: Encodable {
        let instructionSet: String
        let element: String
        let kernel: String
        let size: String
        /// GFLOP/s of kernels that multiply, GB/s of those that pass over memory.
        let unit: String
        let perSecond: Double
    }

    /// What one call does, in floating-point operations or in bytes read and written.
    struct Work {
        enum Amount { case operations(Int), bytes(Int) }
        let size: String
        let amount: Amount
        let call: () -> Void
    }

    /// All kernels, or those of some names.
    static func rows(_ set: InstructionSet, of names: [String]? = nil) throws -> [Row] {
        let table = try KernelTable(set)
        return KernelTable.lines.compactMap { line in
            guard let entry = entries[line.name], names?.contains(line.name) ?? true else { return nil }
            let memory = Memory()
            let work = entry(table.pointer.pointee, memory)
            let seconds = withExtendedLifetime(memory) { leastSeconds(work.call) }
            let (unit, amount) =
                switch work.amount {
                case .operations(let count): ("GFLOP/s", count)
                case .bytes(let count): ("GB/s", count)
                }
            return Row(
                instructionSet: set.rawValue, element: line.element, kernel: line.name, size: work.size, unit: unit,
                perSecond: Double(amount) / seconds / 1e9)
        }
    }

    static func text(_ rows: [Row]) -> String {
        var table = TextTable([
            ("instructions", .left), ("element", .left), ("kernel", .left), ("size", .left), ("", .right), ("", .left),
        ])
        for row in rows {
            let speed = (row.perSecond * 10).rounded() / 10
            table.add([row.instructionSet, row.element, row.kernel, row.size, "\(speed)", row.unit])
        }
        return table.text
    }

    /// Of one call, the least of a few series of about two milliseconds.
    private static func leastSeconds(_ call: () -> Void) -> Double {
        func series(_ count: Int) -> Double {
            let start = ContinuousClock.now
            for _ in 0..<count { call() }
            return (ContinuousClock.now - start).seconds
        }
        call()
        var count = 1
        while series(count) < 0.002, count < 1 << 20 { count *= 2 }
        return (0..<9).map { _ in series(count) }.min()! / Double(count)
    }

    /// What a call reads and writes; freed at the end.
    final class Memory {
        private var blocks: [UnsafeMutableRawBufferPointer] = []

        private func raw(_ bytes: Int) -> UnsafeMutableRawPointer {
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes + 64, alignment: 64)
            blocks.append(block)
            return block.baseAddress!
        }

        func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
            let to = raw(count * 4).bindMemory(to: Float.self, capacity: count + 16)
            for i in 0..<count + 16 { to[i] = Float(i * 7919 % 1013) / 512 - 1 }
            return to
        }

        func doubles(_ count: Int) -> UnsafeMutablePointer<Double> {
            let to = raw(count * 8).bindMemory(to: Double.self, capacity: count)
            to.initialize(repeating: 0, count: count)
            return to
        }

        func flags(_ count: Int) -> UnsafeMutablePointer<UInt8> {
            let to = raw(count).bindMemory(to: UInt8.self, capacity: count)
            for i in 0..<count { to[i] = UInt8(i * 7919 % 1013 % 2) }
            return to
        }

        /// Pointers to `count` rows.
        func rows(_ count: Int, floats: Int) -> UnsafeMutablePointer<UnsafePointer<Float>?> {
            let to = raw(count * 8).bindMemory(to: UnsafePointer<Float>?.self, capacity: count)
            for i in 0..<count { (to + i).initialize(to: UnsafePointer(self.floats(floats))) }
            return to
        }

        func mutableRows(_ count: Int, floats: Int) -> UnsafeMutablePointer<UnsafeMutablePointer<Float>?> {
            let to = raw(count * 8).bindMemory(to: UnsafeMutablePointer<Float>?.self, capacity: count)
            for i in 0..<count { (to + i).initialize(to: self.floats(floats)) }
            return to
        }

        deinit { for block in blocks { block.deallocate() } }
    }
}

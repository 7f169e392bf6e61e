import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraTensors

/// A graph of one op on inputs named "0", "1", …, with outputs of the same names.
package struct OneNodeGraph {
    package let graph: Graph
    package let inputs: [String: Tensor]

    package init(_ op: any Op, _ tensors: [Tensor], path: String = "") throws {
        let builder = GraphBuilder(name: "one node")
        let values = try tensors.enumerated().map { try builder.addInput("\($0.offset)", $0.element.type) }
        for (slot, value) in try builder.add(op, values, path: path).enumerated() { builder.output("\(slot)", value) }
        graph = try builder.finish()
        inputs = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ("\($0.offset)", $0.element) })
    }

    /// What the op's definition gives.
    package func evaluated() throws -> [Tensor] { sorted(try Evaluator.run(graph, inputs: inputs).outputs) }

    /// What the compiled graph gives; the second run of the session, which starts from used memory.
    package func executed(_ set: InstructionSet, threads: Int) throws -> [Tensor] {
        let session = try Session(
            Compiler.compile(graph, for: .training, options: CompilerOptions(instructionSet: set)),
            parameters: ParameterStore(), threads: threads
        )
        _ = try session.run(inputs)
        return sorted(try session.run(inputs))
    }

    package func stepsWithoutKernel(_ set: InstructionSet) throws -> [Node] {
        try Compiler.compile(graph, for: .training, options: CompilerOptions(instructionSet: set)).stepsWithoutKernel
    }

    private func sorted(_ outputs: [String: Tensor]) -> [Tensor] { (0..<outputs.count).map { outputs["\($0)"]! } }
}

extension InstructionSet {
    /// Those that this machine has.
    package static var available: [InstructionSet] { allCases.filter { (try? KernelTable($0)) != nil } }
}

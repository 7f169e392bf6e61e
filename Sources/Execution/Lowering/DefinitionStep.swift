import TesseraIR
import TesseraTensors

extension LoweredStep {
    /// A step without a kernel: the op's definition on dense tensors, in one tile.
    static func definition(of node: Node, inputs: [Operand], outputs: [Operand]) -> LoweredStep {
        LoweredStep(
            kernel: "definition",
            phases: [
                Phase(tiles: 1, flushesDenormals: false) { _, memory, _ in
                    let tensors = inputs.enumerated().map { index, operand in
                        Tensor(
                            copying: UnsafeRawBufferPointer(start: memory.inputs[index], count: operand.byteCount),
                            element: operand.element, shape: operand.shape)
                    }
                    let results = try Evaluator.evaluate(node.op, tensors, at: node.path)
                    for (index, (result, operand)) in zip(results, outputs).enumerated() {
                        precondition(
                            result.element == operand.element && result.shape == operand.shape,
                            "the definition of \(node.op.mnemonic) gives \(result.type)")
                        result.withUnsafeBytes {
                            memory.outputs[index].copyMemory(from: $0.baseAddress!, byteCount: $0.count)
                        }
                    }
                }
            ])
    }
}

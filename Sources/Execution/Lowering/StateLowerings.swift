import TesseraIR
import TesseraOps
import TesseraTensors

/// The running average of a statistic, written over the old one.
struct MovingAverageLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) ? LayoutChoice(inputs: [.dense, .dense], outputs: [.dense]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! MovingAverage, count = request.outputs[0].elementCount, path = request.node.path
        let keep = op.momentum, take = op.correction * (1 - op.momentum)
        var step = LoweredStep(
            kernel: "moving average",
            phases: [
                Phase(tiles: 1) { _, memory, _ in
                    let old = memory.input(0, as: Float.self), new = memory.input(1, as: Float.self),
                        result = memory.output(0, as: Float.self)
                    var marks: UInt32 = 0
                    for i in 0..<count {
                        let value = Float(Double(old[i]) * keep + Double(new[i]) * take)
                        marks |= value.nonFiniteMark
                        result[i] = value
                    }
                    if marks >> 31 != 0 { throw op.overflow.within(path) }
                }
            ])
        step.inPlace = [(0, 0)]
        return step
    }
}

/// A convolution's weight and bias with the following norm multiplied in.
struct FoldedNormLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) ? LayoutChoice(inputs: inputs.map { _ in .dense }, outputs: [.dense, .dense]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! FoldedNorm, rows = request.outputs[1].elementCount
        let size = request.outputs[0].elementCount / max(rows, 1), hasBias = request.inputs.count == 6
        return LoweredStep(
            kernel: "folded norm",
            phases: [
                Phase(tiles: rows) { row, memory, _ in
                    func value(_ input: Int) -> Double { Double(memory.input(input, as: Float.self)[row]) }
                    let scale = value(1) / (value(4) + op.epsilon).squareRoot()
                    let weight = memory.input(0, as: Float.self) + row * size,
                        folded = memory.output(0, as: Float.self) + row * size
                    for i in 0..<size { folded[i] = Float(Double(weight[i]) * scale) }
                    memory.output(1, as: Float.self)[row] = Float(
                        ((hasBias ? value(5) : 0) - value(3)) * scale + value(2))
                }
            ])
    }
}

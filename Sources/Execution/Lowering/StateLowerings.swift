import TesseraIR
import TesseraOps
import TesseraTensors

/// The running average of a statistic, written over the old one.
extension MovingAverage: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let count = request.outputs[0].elementCount, path = request.node.path
        let op = self, keep = momentum, take = correction * (1 - momentum)
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
        return .step(step)
    }
}

/// A convolution's weight and bias with the following norm multiplied in.
extension FoldedNorm: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let epsilon = epsilon, rows = request.outputs[1].elementCount
        let size = request.outputs[0].elementCount / max(rows, 1), hasBias = request.inputs.count == 6
        let step = LoweredStep(
            kernel: "folded norm",
            phases: [
                Phase(tiles: rows) { row, memory, _ in
                    func value(_ input: Int) -> Double { Double(memory.input(input, as: Float.self)[row]) }
                    let scale = value(1) / (value(4) + epsilon).squareRoot()
                    let weight = memory.input(0, as: Float.self) + row * size,
                        folded = memory.output(0, as: Float.self) + row * size
                    for i in 0..<size { folded[i] = Float(Double(weight[i]) * scale) }
                    memory.output(1, as: Float.self)[row] = Float(
                        ((hasBias ? value(5) : 0) - value(3)) * scale + value(2))
                }
            ])
        return .step(step)
    }
}

import TesseraIR
import TesseraOps
import TesseraTensors

/// The largest or smallest elements over any axes of a dense tensor.
protocol ExtremumLowerable: ExtremumOp, Lowerable {}

extension ReduceMaximum: ExtremumLowerable {}
extension ReduceMinimum: ExtremumLowerable {}

extension ExtremumLowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let reduction = DenseReduction(request.inputs[0].shape, axes: axes)
        return .step(
            reduction.step("extrema", request) { x in
                var best = Float(Self.beginning)
                reduction.forEachRun(x) { run, count, stride in
                    for position in 0..<count {
                        let value = run[position * stride]
                        if Self.replaces(best, value) || value != value { best = value }
                        if best != best { return }
                    }
                }
                return best
            })
    }
}

import TesseraIR
import TesseraOps
import TesseraTensors

/// A reshape of a dense value is the same bytes.
extension Reshape: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        .dense(inputs, outputs)
    }

    func lower(_ request: LoweringRequest) -> Lowering { .step(.view(of: 0)) }
}

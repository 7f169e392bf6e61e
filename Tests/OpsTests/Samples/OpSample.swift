import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// One use of an op, for the walk over the catalogue: attributes, inputs (floats in float64), and what is to be
/// expected of it.
struct OpSample: Sendable, CustomTestStringConvertible {
    let name: String
    let op: any Op
    let inputs: [Tensor]
    /// The op copies elements or computes each as its definition does: a kernel gives the same numbers exactly.
    var isExact = false
    /// The oldest opset that can write it; older ones must refuse.
    var oldestOpset = 7

    init(
        _ name: String, _ op: any Op, _ inputs: [Tensor], exact: Bool = false, oldestOpset: Int = 7
    ) {
        self.name = name
        self.op = op
        self.inputs = inputs
        isExact = exact
        self.oldestOpset = oldestOpset
    }

    var testDescription: String { "\(op.mnemonic): \(name)" }

    /// The inputs with floats of another type.
    func inputs(_ element: ElementType) -> [Tensor] { inputs.map { $0.floating(element) } }
}

/// The samples of every family; each op of the catalogue has one at least.
enum OpSamples {
    static let all =
        activation + arithmetic + comparison + convolution + fused + linearAlgebra + normalization + optimization
        + pooling + reduction + shaping
}

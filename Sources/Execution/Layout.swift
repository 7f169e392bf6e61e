import TesseraIR
import TesseraTensors

/// How the elements of a value lie in memory. Ops are typed on logical dimensions; kernels work on one of these.
public enum Layout: String, Sendable, AttributeConvertible {
    /// Row-major in logical order: NCHW for images.
    case dense
    /// [N, C, H, W] stored as N, H, W, C: what the spatial kernels take and give.
    case channelsLast

    /// Whether a tensor of this shape has the same bytes in both layouts.
    public func isSame(as other: Layout, for shape: [Int]) -> Bool {
        self == other || shape.count != 4 || shape[1] == 1 || shape[2] * shape[3] == 1
    }
}

/// A value in another physical layout; logically the identity. Inserted where producer and consumer disagree.
public struct ConvertLayout: DefinedOp {
    public static let mnemonic = "convertLayout"
    public static let fields = [Field<ConvertLayout>("to", \.target)]
    public var target = Layout.dense

    public init() {}
    public init(to target: Layout) { self.target = target }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] { inputs }
    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] { inputs }
}

import TesseraIR
import TesseraTensors

/// How much of a model may still be computed while it is read: the arithmetic of shapes is small, and a small file may
/// ask for constants without end.
public final class FoldingBudget {
    /// Of one tensor.
    private static let elementLimit = 1 << 16
    private var elements = 1 << 24

    public init() {}

    /// Whether an op on constants of these types, its inputs and outputs, may be computed; then their elements count.
    func allows(_ types: [TensorType]) -> Bool {
        let counts = types.map { $0.elementCount ?? .max }
        guard counts.allSatisfy({ $0 <= Self.elementLimit }), counts.reduce(0, +) <= elements else { return false }
        elements -= counts.reduce(0, +)
        return true
    }
}

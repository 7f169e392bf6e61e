import RealModule
import TesseraTensors

/// The floating-point types definitions are computed in.
public protocol DefinitionFloat: TensorElement, BinaryFloatingPoint, Real {}
extension Float: DefinitionFloat {}
extension Double: DefinitionFloat {}

/// Helpers that pick the Swift type for an element type, so that a definition is one generic function.
public enum Definition {
    /// Runs a floating-point definition in the inputs' own type; float16 and bfloat16 are computed in Float and rounded
    /// once. `body` is called with Float or Double metatypes; no floating-point input is narrower than Float then.
    /// `outputs` are the types of the results where their elements may differ from `element`.
    public static func floating(
        _ inputs: [Tensor], like element: ElementType, outputs: [TensorType] = [],
        _ body: (any DefinitionFloat.Type, [Tensor]) throws -> [Tensor]
    ) throws -> [Tensor] {
        switch element {
        case .float64: return try body(Double.self, inputs)
        case .float32: return try body(Float.self, inputs)
        case .float16, .bfloat16:
            let widened = inputs.map { $0.element.isFloatingPoint ? $0.converted(to: .float32) : $0 }
            return try body(Float.self, widened).enumerated().map { slot, result in
                result.element == .float32
                    ? result.converted(to: outputs.isEmpty ? element : outputs[slot].element) : result
            }
        default:
            throw TesseraError(
                .unsupported, at: "element type", found: element.rawValue, accepted: "f64, f32, f16, bf16")
        }
    }
}

import Foundation
import TesseraIR
import TesseraTensors

/// a to the power of b with broadcasting (ONNX Pow 7–15). Integers wrap; to a negative power they are 0, but for 1, −1
/// and 0, whose powers are what a rounded 1 / aᵇ is, 0 for a = 0.
public struct Power: BinaryOp {
    public static let mnemonic = "pow"
    public init() {}
    public func apply<T: DefinitionFloat>(_ a: T, _ b: T) -> T { T(pow(Double(a), Double(b))) }

    public func apply(_ a: Int64, _ b: Int64) -> Int64? {
        if b < 0 { return a == 1 ? 1 : a == -1 ? (b.isMultiple(of: 2) ? 1 : -1) : 0 }
        return Int64(bitPattern: apply(UInt64(bitPattern: a), UInt64(b)))
    }

    public func apply(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var result: UInt64 = 1, factor = a, rest = b
        while rest > 0 {
            if !rest.isMultiple(of: 2) { result &*= factor }
            factor &*= factor
            rest /= 2
        }
        return result
    }
}

extension Power: DifferentiableOp {
    /// y = aᵇ: da = dy · b · aᵇ⁻¹, db = dy · y · ln a where a > 0, else 0, each summed over its repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let a = context.inputs[0], b = context.inputs[1], dy = context.outputGradient
        func da() throws -> Value {
            let slope = try context.add(Multiply(), b, context.add(Power(), a, context.shift(b, by: -1)))
            return try context.sum(context.add(Multiply(), dy, slope), toTypeOf: a)
        }
        func db() throws -> Value {
            let zero = try context.builder.scalar(0, context.type(of: a).element)
            let slope = try context.add(
                Where(), context.add(Less(), zero, a), context.add(NaturalLogarithm(), a), zero)
            let gradient = try context.add(Multiply(), dy, context.add(Multiply(), context.output(), slope))
            return try context.sum(gradient, toTypeOf: b)
        }
        return [context.isWanted[0] ? try da() : nil, context.isWanted[1] ? try db() : nil]
    }
}

extension Power: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Pow", [7, 12, 13, 15]) { reader in
            let a = try reader.input(0), element = try reader.type(0).element
            if let constant = reader.optionalConstant(1), constant.elementCount == 1, constant.doubles() == [2],
                constant.rank <= reader.builder.type(of: a).rank
            {
                return [try reader.add(Multiply(), a, a)]
            }
            let b = try reader.input(1), exponent = try reader.type(1).element
            if element.isFloatingPoint || exponent.isInteger {
                return [try reader.add(Power(), a, exponent == element ? b : reader.add(Cast(to: element), b))]
            }
            // Integers to a power that is none.
            let wide = try reader.add(Power(), reader.add(Cast(to: .float64), a), reader.add(Cast(to: .float64), b))
            return [try reader.add(Cast(to: element), wide)]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Pow") }
}

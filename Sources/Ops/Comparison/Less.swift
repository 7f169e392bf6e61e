import TesseraIR
import TesseraTensors

/// a < b with broadcasting, a bool for each element; false where one is NaN (ONNX Less 7–13).
public struct Less: DefinedOp {
    public static let mnemonic = "less"
    public init() {}

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireSameElement(inputs)
        try require(inputs[0].element != .bool, "operands of type bool", accepted: "numbers")
        return [TensorType(.bool, try Broadcast.dimensions(inputs.map(\.dimensions), at: mnemonic))]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        let offsets = Broadcast.offsets(inputs.map(\.shape), to: shape)
        func compare<C: Comparable>(_ a: [C], _ b: [C]) -> [Tensor] {
            [Tensor(zip(offsets[0], offsets[1]).map { a[$0] < b[$1] }, shape: shape)]
        }
        switch inputs[0].element {
        case .uint64: return compare(inputs[0].array(of: UInt64.self), inputs[1].array(of: UInt64.self))
        case let element where element.isInteger:
            return compare(
                inputs[0].converted(to: .int64).array(of: Int64.self),
                inputs[1].converted(to: .int64).array(of: Int64.self))
        default: return compare(inputs[0].doubles(), inputs[1].doubles())
        }
    }
}

extension Less: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        elementwiseFootprints(inputs)
    }
}

extension Less: ONNXImportable, ONNXExportable {
    public static let onnxRules = [ONNXRule("Less", [7, 9, 13]) { try [$0.add(Less(), $0.input(0), $0.input(1))] }]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Less") }
}

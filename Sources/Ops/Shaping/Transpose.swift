import TesseraIR
import TesseraTensors

/// Axes in another order (ONNX Transpose 1–25): axis i of the result is axis `permutation[i]` of x. No permutation
/// reverses all axes.
public struct Transpose: DefinedOp {
    public static let mnemonic = "transpose"
    public static let fields = [
        Field<Transpose>("permutation", \.permutation, onnx: "perm", normal: .emptyWhereReversed)
    ]
    public var permutation: [Int] = []

    public init() {}
    public init(permutation: [Int]) { self.permutation = permutation }

    package func order(rank: Int) -> [Int] { permutation.isEmpty ? (0..<rank).reversed() : permutation }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        let order = order(rank: inputs[0].rank)
        try require(
            order.sorted() == Array(0..<inputs[0].rank), "the permutation \(order) for \(inputs[0])",
            accepted: "every axis once")
        return [TensorType(inputs[0].element, order.map { inputs[0].dimensions[$0] })]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let x = inputs[0], size = x.element.byteCount, order = order(rank: x.rank),
            strides = Broadcast.strides(of: x.shape, to: x.shape)
        let offsets = Broadcast.Offsets(extents: order.map { x.shape[$0] }, strides: order.map { strides[$0] })
        var result = Tensor(uninitialized: x.element, shape: order.map { x.shape[$0] })
        x.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { destination in
                for (index, offset) in offsets.enumerated() {
                    (destination.baseAddress! + index * size).copyMemory(
                        from: source.baseAddress! + offset * size, byteCount: size)
                }
            }
        }
        return [result]
    }
}

extension Transpose: MovingOp {}

extension NormalForm<[Int]> {
    /// No permutation reverses all axes.
    fileprivate static var emptyWhereReversed: NormalForm {
        NormalForm { list in list.elementsEqual(list.indices.reversed()) ? [] : list }
    }
}

extension Transpose: DifferentiableOp {
    /// dx = dy with its axes put back.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let order = order(rank: context.type(of: context.inputs[0]).rank)
        return [
            try context.add(
                Transpose(permutation: order.indices.map { order.firstIndex(of: $0)! }), context.outputGradient)
        ]
    }
}

extension Transpose: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Transpose", [1, 13, 21, 23, 24, 25]) { reader in
            if case .ints([])? = reader.node.attributes["perm"], try reader.type(0).rank > 0 {
                throw reader.failure(
                    "an empty perm for \(try reader.type(0))", accepted: "every axis once", kind: .invalid)
            }
            return [try reader.add(reader.fields(into: Transpose()), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("Transpose", attributes: writer.attributes(of: self))
    }
}

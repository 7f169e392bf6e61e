import TesseraIR
import TesseraTensors

/// (dy, indices) → dx with the given extent along the axis: each place the sum of the slices of dy that were taken
/// there, 0 where none was.
public struct GatherGradient: DefinedOp {
    public static let mnemonic = "gatherGradient"
    public static let fields = [
        Field<GatherGradient>("axis", \.axis, accepted: "not negative") { $0 >= 0 },
        Field<GatherGradient>("extent", \.extent, accepted: "not negative") { $0 >= 0 },
    ]
    public var axis = 0
    public var extent = 0

    public init() {}
    public init(axis: Int, extent: Int) {
        self.axis = axis
        self.extent = extent
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireFloating([inputs[0]])
        try requireIndices(inputs[1])
        let dy = inputs[0].dimensions, end = axis + inputs[1].rank
        try require(
            end <= dy.count && Array(dy[axis..<end]) == inputs[1].dimensions, "dy of type \(inputs[0])",
            accepted: "the dimensions of the indices, \(inputs[1]), from axis \(axis) on")
        return [TensorType(inputs[0].element, dy[..<axis] + [.fixed(extent)] + dy[end...])]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!, dy = inputs[0].doubles()
        let places = try Gather.places(inputs[1], extent: extent)
        let outer = shape.prefix(axis).reduce(1, *), run = shape.dropFirst(axis + 1).reduce(1, *)
        var dx = [Double](repeating: 0, count: shape.reduce(1, *))
        for index in 0..<outer {
            for (position, place) in places.enumerated() {
                for element in 0..<run {
                    dx[(index * extent + place) * run + element] +=
                        dy[
                            (index * places.count + position) * run + element]
                }
            }
        }
        return [Tensor(doubles: dx, element: inputs[0].element, shape: shape)]
    }
}

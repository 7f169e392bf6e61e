import TesseraIR
import TesseraTensors

/// The extents of a tensor as a constant of int64 (ONNX Shape 1–25), with stand-ins for dimensions that are open.
enum ShapeOperator: ExpandedOperator {
    static let onnxRules = [
        ONNXRule("Shape", [1, 13, 15, 19, 21, 23, 24, 25]) { reader in
            let type = try reader.type(0), rank = type.rank
            func clamped(_ index: Int) -> Int { min(max(index < 0 ? index + rank : index, 0), rank) }
            let start = clamped(try reader.int("start", default: 0)),
                end = clamped(try reader.int("end", default: rank))
            let dimensions = type.dimensions[start..<max(start, end)].map { dimension in
                switch dimension {
                case .fixed(let extent): Int64(extent)
                case .named(let name): reader.openDimensions.number(for: name)
                }
            }
            return [try reader.builder.constant(Tensor(dimensions, shape: [dimensions.count]), path: reader.node.name)]
        }
    ]
}

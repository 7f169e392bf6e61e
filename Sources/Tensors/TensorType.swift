/// One extent of a tensor: a number, or a name (`N`) that `compile` binds to a number.
public enum Dimension: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    case fixed(Int)
    case named(String)

    public init(integerLiteral value: Int) { self = .fixed(value) }
    public init(stringLiteral value: String) { self = .named(value) }

    /// The number, or nil where the dimension is a name.
    public var value: Int? {
        if case .fixed(let number) = self { number } else { nil }
    }

    public var description: String {
        switch self {
        case .fixed(let number): String(number)
        case .named(let name): name
        }
    }
}

/// What is known of a tensor before it exists: its element type and its logical dimensions (NCHW for images, as in
/// ONNX).
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
    public var element: ElementType
    public var dimensions: [Dimension]

    public init(_ element: ElementType, _ dimensions: [Dimension]) {
        self.element = element
        self.dimensions = dimensions
    }

    public init(_ element: ElementType, shape: [Int]) {
        self.init(element, shape.map { .fixed($0) })
    }

    public var rank: Int { dimensions.count }

    /// The dimensions as numbers, or nil where one of them is a name.
    public var shape: [Int]? {
        let numbers = dimensions.compactMap(\.value)
        return numbers.count == dimensions.count ? numbers : nil
    }

    /// The number of elements, or nil where a dimension is a name.
    public var elementCount: Int? { shape?.reduce(1, *) }

    /// Larger tensors are refused wherever a graph is made, so that no sum or product of extents can overflow.
    public static let elementLimit = 1 << 40

    /// Whether the extents that are numbers stay within the limit.
    public var isWithinLimit: Bool {
        var count = 1
        for extent in dimensions.compactMap(\.value) {
            guard extent >= 0 else { return false }
            let (product, overflow) = count.multipliedReportingOverflow(by: max(extent, 1))
            if overflow || product > Self.elementLimit { return false }
            count = product
        }
        return true
    }

    /// The type with every name in `bindings` replaced by its number.
    public func binding(_ bindings: [String: Int]) -> TensorType {
        TensorType(
            element,
            dimensions.map { dimension in
                if case .named(let name) = dimension, let number = bindings[name] { .fixed(number) } else { dimension }
            })
    }

    /// As in the graph text: `f32[N,3,1024,1024]`.
    public var description: String {
        "\(element.rawValue)[\(dimensions.map(\.description).joined(separator: ","))]"
    }
}

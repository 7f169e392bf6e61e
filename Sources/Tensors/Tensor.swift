import Foundation

/// Bytes aligned for every vector width, freed with the last reference. Kernels may read one vector past the end.
final class TensorStorage: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
    static let alignment = 64

    init(byteCount: Int) {
        bytes = .allocate(byteCount: byteCount + Self.alignment, alignment: Self.alignment)
    }

    deinit { bytes.deallocate() }
}

/// A dense array of one element type in host memory, in logical (row-major) order. A value: copies share their storage
/// until one is written.
public struct Tensor: Sendable {
    public let element: ElementType
    public private(set) var shape: [Int]
    private var storage: TensorStorage

    /// A tensor whose elements are not yet set; every one must be written before it is read.
    public init(uninitialized element: ElementType, shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "a tensor's dimensions must not be negative: \(shape)")
        self.element = element
        self.shape = shape
        storage = TensorStorage(byteCount: shape.reduce(1, *) * element.byteCount)
    }

    /// All elements zero (false).
    public init(zeros element: ElementType, shape: [Int]) {
        self.init(uninitialized: element, shape: shape)
        _ = storage.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// The elements of `values` in row-major order; their number must be the product of `shape`.
    public init<T: TensorElement>(_ values: [T], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape)")
        self.init(uninitialized: T.elementType, shape: shape)
        values.withUnsafeBytes { source in
            storage.bytes.baseAddress!.copyMemory(
                from: source.baseAddress ?? UnsafeRawPointer(storage.bytes.baseAddress!), byteCount: source.count)
        }
    }

    public init<T: TensorElement>(scalar value: T) { self.init([value], shape: []) }

    /// A copy of raw little-endian bytes; their number must fit the type and shape.
    public init(copying bytes: UnsafeRawBufferPointer, element: ElementType, shape: [Int]) {
        self.init(uninitialized: element, shape: shape)
        precondition(bytes.count == byteCount, "\(bytes.count) bytes do not fill \(element.rawValue)\(shape)")
        if let source = bytes.baseAddress {
            storage.bytes.baseAddress!.copyMemory(from: source, byteCount: bytes.count)
        }
    }

    public var rank: Int { shape.count }
    public var elementCount: Int { shape.reduce(1, *) }
    public var byteCount: Int { elementCount * element.byteCount }
    public var type: TensorType { TensorType(element, shape: shape) }

    /// The same elements under another shape of the same size.
    public func reshaped(_ shape: [Int]) -> Tensor {
        precondition(shape.reduce(1, *) == elementCount, "cannot view \(self.shape) as \(shape)")
        var result = self
        result.shape = shape
        return result
    }

    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) {
            try body(UnsafeRawBufferPointer(start: storage.bytes.baseAddress, count: byteCount))
        }
    }

    /// Write access; copies first where another tensor shares the storage.
    public mutating func withUnsafeMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
        if !isKnownUniquelyReferenced(&storage) {
            let copy = TensorStorage(byteCount: byteCount)
            copy.bytes.baseAddress!.copyMemory(from: storage.bytes.baseAddress!, byteCount: byteCount)
            storage = copy
        }
        return try body(UnsafeMutableRawBufferPointer(start: storage.bytes.baseAddress, count: byteCount))
    }

    public func withElements<T: TensorElement, R>(_ type: T.Type = T.self, _ body: (UnsafeBufferPointer<T>) throws -> R)
        rethrows -> R
    {
        precondition(element == T.elementType, "a tensor of \(element.rawValue) read as \(T.elementType.rawValue)")
        return try withUnsafeBytes { try body($0.assumingMemoryBound(to: T.self)) }
    }

    public mutating func withMutableElements<T: TensorElement, R>(
        _ type: T.Type = T.self, _ body: (UnsafeMutableBufferPointer<T>) throws -> R
    ) rethrows -> R {
        precondition(element == T.elementType, "a tensor of \(element.rawValue) written as \(T.elementType.rawValue)")
        return try withUnsafeMutableBytes { try body($0.assumingMemoryBound(to: T.self)) }
    }

    /// The elements as an array; the element type must be T's.
    public func array<T: TensorElement>(of type: T.Type = T.self) -> [T] {
        withElements(type) { Array($0) }
    }
}

extension Tensor: Equatable {
    /// Same type, same shape, same bits.
    public static func == (a: Tensor, b: Tensor) -> Bool {
        guard a.element == b.element, a.shape == b.shape else { return false }
        return a.withUnsafeBytes { x in b.withUnsafeBytes { y in memcmp(x.baseAddress!, y.baseAddress!, x.count) == 0 }
        }
    }
}

extension Tensor {
    /// A 64-bit FNV-1a digest over element type, shape and bytes, as 16 hexadecimal digits: what the graph text prints
    /// of a large constant.
    public var digest: String {
        var hash = FNV1a()
        hash.combine(type.description.utf8)
        withUnsafeBytes { hash.combine($0) }
        return hash.hexadecimal
    }
}

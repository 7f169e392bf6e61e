extension Tensor {
    /// The elements converted to another type. Floats to integers truncate towards zero and saturate (NaN becomes 0);
    /// integers to narrower integers keep their low bits; anything to bool is "not zero". What rounds, rounds once, to
    /// the nearest, ties to even.
    public func converted(to target: ElementType) -> Tensor {
        if target == element { return self }
        if target.isFloatingPoint, target != .float64 {
            return Tensor(doubles: doublesRoundedToOdd(), element: target, shape: shape)
        }
        if element.isFloatingPoint || target.isFloatingPoint || target == .bool {
            return Tensor(doubles: doubles(), element: target, shape: shape)
        }
        return Tensor(words: words(), element: target, shape: shape)
    }

    /// Every element as a Double on the way to a narrower type. Where bits are lost the last one is odd, which keeps
    /// the rounding that follows from seeing a tie (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums:
    /// proved algorithms using rounding to odd", 2008).
    private func doublesRoundedToOdd() -> [Double] {
        func read<T: TensorElement & FixedWidthInteger>(_: T.Type) -> [Double] {
            withElements(T.self) { elements in
                elements.map { value in
                    let nearest = Double(value), back = T(exactly: nearest)
                    if back == value { return nearest }
                    let isTooFar = back.map { $0.magnitude > value.magnitude } ?? true
                    return Double(bitPattern: (isTooFar ? nearest.bitPattern - 1 : nearest.bitPattern) | 1)
                }
            }
        }
        return switch element {
        case .int64: read(Int64.self)
        case .uint64: read(UInt64.self)
        default: doubles()
        }
    }

    /// Every element as a Double. Integers beyond 2⁵³ round.
    public func doubles() -> [Double] {
        func read<T: TensorElement>(_: T.Type, _ convert: (T) -> Double) -> [Double] {
            withElements(T.self) { $0.map(convert) }
        }
        return switch element {
        case .float64: read(Double.self) { $0 }
        case .float32: read(Float.self) { Double($0) }
        case .float16: read(Float16.self) { Double($0) }
        case .bfloat16: read(BFloat16.self) { Double($0.float) }
        case .int8: read(Int8.self) { Double($0) }
        case .int16: read(Int16.self) { Double($0) }
        case .int32: read(Int32.self) { Double($0) }
        case .int64: read(Int64.self) { Double($0) }
        case .uint8: read(UInt8.self) { Double($0) }
        case .uint16: read(UInt16.self) { Double($0) }
        case .uint32: read(UInt32.self) { Double($0) }
        case .uint64: read(UInt64.self) { Double($0) }
        case .bool: read(Bool.self) { $0 ? 1 : 0 }
        }
    }

    /// Every element of an integer or bool tensor, sign-extended to 64 bits.
    private func words() -> [Int64] {
        func read<T: TensorElement & FixedWidthInteger>(_: T.Type) -> [Int64] {
            withElements(T.self) { $0.map { Int64(truncatingIfNeeded: $0) } }
        }
        return switch element {
        case .int8: read(Int8.self)
        case .int16: read(Int16.self)
        case .int32: read(Int32.self)
        case .int64: read(Int64.self)
        case .uint8: read(UInt8.self)
        case .uint16: read(UInt16.self)
        case .uint32: read(UInt32.self)
        case .uint64: read(UInt64.self)
        case .bool: withElements(Bool.self) { $0.map { $0 ? 1 : 0 } }
        case .float64, .float32, .float16, .bfloat16: preconditionFailure("floats are converted through Double")
        }
    }

    private init(words: [Int64], element: ElementType, shape: [Int]) {
        func make<T: TensorElement & FixedWidthInteger>(_: T.Type) -> Tensor {
            Tensor(words.map { T(truncatingIfNeeded: $0) }, shape: shape)
        }
        self =
            switch element {
            case .int8: make(Int8.self)
            case .int16: make(Int16.self)
            case .int32: make(Int32.self)
            case .int64: make(Int64.self)
            case .uint8: make(UInt8.self)
            case .uint16: make(UInt16.self)
            case .uint32: make(UInt32.self)
            case .uint64: make(UInt64.self)
            case .float64, .float32, .float16, .bfloat16, .bool:
                preconditionFailure("integers are converted to integers")
            }
    }

    /// A tensor of any element type from Doubles, rounded or saturated as in `converted(to:)`.
    public init(doubles: [Double], element: ElementType, shape: [Int]) {
        func integers<T: TensorElement & FixedWidthInteger>(_: T.Type) -> Tensor {
            Tensor(
                doubles.map { value -> T in
                    if value.isNaN { return 0 }
                    return T(exactly: value.rounded(.towardZero)) ?? (value < 0 ? T.min : T.max)
                }, shape: shape)
        }
        self =
            switch element {
            case .float64: Tensor(doubles, shape: shape)
            case .float32: Tensor(doubles.map { Float($0) }, shape: shape)
            case .float16: Tensor(doubles.map { Float16($0) }, shape: shape)
            case .bfloat16: Tensor(doubles.map { BFloat16(rounding: $0) }, shape: shape)
            case .int8: integers(Int8.self)
            case .int16: integers(Int16.self)
            case .int32: integers(Int32.self)
            case .int64: integers(Int64.self)
            case .uint8: integers(UInt8.self)
            case .uint16: integers(UInt16.self)
            case .uint32: integers(UInt32.self)
            case .uint64: integers(UInt64.self)
            case .bool: Tensor(doubles.map { $0 != 0 }, shape: shape)
            }
    }
}

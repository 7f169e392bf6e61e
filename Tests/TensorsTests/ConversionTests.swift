import TesseraTensors
import Testing

/// Conversions between element types: rounding, saturation, wrapping.
@Suite struct ConversionTests {
    private static func converted<T: TensorElement>(_ values: [Double], to _: T.Type) -> [T] {
        Tensor(values, shape: [values.count]).converted(to: T.elementType).array(of: T.self)
    }

    @Test func float16RoundsToNearestEven() {
        // 2048 + 1 lies between 2048 and 2050; 65520 is half way to the first number that is too large.
        #expect(
            Self.converted([2049, 2051, 65519, 65520, -1e10, 5.9e-8, 2e-8], to: Float16.self) == [
                2048, 2052, 65504, .infinity, -.infinity, 5.9604645e-8, 0,
            ])
        #expect(Self.converted([.nan], to: Float16.self)[0].isNaN)
    }

    @Test func bfloat16RoundsToNearestEvenOnce() {
        let step = 0x1p-7
        let halfway = [
            1 + step / 2, 1 + 3 * step / 2, 1 + step / 2 + 0x1p-40, 1 + step / 2 - 0x1p-40, -1 - step / 2 - 0x1p-40,
            3.4e38, 1e39, 1e-45,
        ]
        let expected: [Float] = [1, 1 + 2 * 0x1p-7, 1 + 0x1p-7, 1, -1 - 0x1p-7, .infinity, .infinity, 0]
        #expect(Self.converted(halfway, to: BFloat16.self).map(\.float) == expected)
        #expect(
            BFloat16(Float.nan).float.isNaN && BFloat16(rounding: .nan).float.isNaN
                && BFloat16(rounding: -.infinity).float == -.infinity)
        #expect(BFloat16(Float(bitPattern: 0x7F80_0001)).float.isNaN)
        #expect(BFloat16(rounding: -0.0).bitPattern == 0x8000)
    }

    /// Every bfloat16 survives Double, and a Double between two of them goes to the nearer one.
    @Test func everyBFloat16ComesBack() {
        for bits in UInt16.min...UInt16.max {
            let value = BFloat16(bitPattern: bits)
            if value.float.isNaN { continue }
            #expect(BFloat16(rounding: Double(value.float)).bitPattern == bits)
            guard value.float.isFinite, bits & 0x7FFF < 0x7F7F, bits & 0x7FFF > 0 else { continue }
            let next = BFloat16(bitPattern: bits + 1), middle = (Double(value.float) + Double(next.float)) / 2
            let small = abs(middle) * 0x1p-45, outwards = middle < 0 ? -small : small
            #expect(BFloat16(rounding: middle + outwards).bitPattern == bits + 1)
            #expect(BFloat16(rounding: middle - outwards).bitPattern == bits)
            #expect(BFloat16(rounding: middle).bitPattern == (bits & 1 == 0 ? bits : bits + 1))
        }
    }

    /// Around the middle between two neighbours of every target, at distances that a Double does not see.
    @Test func integersRoundOnceToEveryFloat() {
        func bits(_ value: Int64, _ target: ElementType) -> [Double] {
            Tensor([value], shape: [1]).converted(to: target).doubles()
        }
        let middle = Int64(1) << 60 + 1 << 36
        #expect(bits(middle + 1, .float32) == [0x1p60 + 0x1p37] && bits(middle - 1, .float32) == [0x1p60])
        #expect(bits(middle, .float32) == [0x1p60] && bits(middle + 1 << 37, .float32) == [0x1p60 + 0x1p38])
        #expect(bits(-middle - 1, .float32) == [-0x1p60 - 0x1p37] && bits(-middle + 1, .float32) == [-0x1p60])
        let coarse = Int64(1) << 60 + 1 << 52
        #expect(bits(coarse + 1, .bfloat16) == [0x1p60 + 0x1p53] && bits(coarse, .bfloat16) == [0x1p60])
        #expect(bits(.max, .float32) == [0x1p63] && bits(.min, .bfloat16) == [-0x1p63])
        #expect(
            bits(2049, .float16) == [2048] && bits(65519, .float16) == [65504] && bits(65520, .float16) == [.infinity])
        #expect(bits(1 << 53 + 1, .float64) == [0x1p53] && bits(1 << 53 + 3, .float64) == [0x1p53 + 4])
        let unsigned = Tensor([UInt64.max, 1 << 63 + 1 << 39 + 1, 1 << 63 + 1 << 39], shape: [3])
        #expect(unsigned.converted(to: .float32).doubles() == [0x1p64, 0x1p63 + 0x1p40, 0x1p63])
    }

    /// The rounding of every pair of floats, at the middle of two neighbours of the target and beside it.
    @Test func floatsRoundOnceToEveryNarrowerFloat() {
        for (target, step) in [(ElementType.float32, 0x1p-23), (.float16, 0x1p-10), (.bfloat16, 0x1p-7)] {
            let values = [1 + step / 2, 1 + step / 2 + 0x1p-52, 1 + step / 2 - 0x1p-52, 1 + 3 * step / 2]
            let rounded = Tensor(values, shape: [4]).converted(to: target).doubles()
            #expect(rounded == [1, 1 + step, 1, 1 + 2 * step], "\(target)")
        }
        let middle = Float(1 + 0x1p-11), beside = middle.nextUp
        #expect(Tensor([middle, beside], shape: [2]).converted(to: .float16).doubles() == [1, 1 + 0x1p-10])
        #expect(Tensor([Float(3e-5)], shape: [1]).converted(to: .float16).array(of: Float16.self) == [3e-5])
        #expect(Tensor([Float(1e-40)], shape: [1]).converted(to: .float64).doubles() == [Double(Float(1e-40))])
    }

    @Test func floatsToIntegersTruncateAndSaturate() {
        let values = [-1.9, 1.9, -0.5, 300, -300, 1e30, -.infinity, .nan]
        #expect(Self.converted(values, to: Int8.self) == [-1, 1, 0, 127, -128, 127, -128, 0])
        #expect(Self.converted(values, to: UInt8.self) == [0, 1, 0, 255, 0, 255, 0, 0])
        #expect(Self.converted(values, to: Int64.self) == [-1, 1, 0, 300, -300, .max, .min, 0])
        #expect(Self.converted([0x1p63, -0x1p63, 0x1p64], to: Int64.self) == [.max, .min, .max])
        #expect(Self.converted([0x1p63, 0x1p64], to: UInt64.self) == [1 << 63, .max])
        #expect(Self.converted([0, -0.0, 0.1, .nan], to: Bool.self) == [false, false, true, true])
    }

    @Test func integersKeepTheirLowBits() {
        let wide = Tensor([Int64(-1), 255, 256, 0x1_0000_0080, .min], shape: [5])
        #expect(wide.converted(to: .int8).array(of: Int8.self) == [-1, -1, 0, -128, 0])
        #expect(wide.converted(to: .uint8).array(of: UInt8.self) == [255, 255, 0, 128, 0])
        #expect(wide.converted(to: .uint64).array(of: UInt64.self) == [.max, 255, 256, 0x1_0000_0080, 1 << 63])
        #expect(Tensor([UInt64.max], shape: [1]).converted(to: .int64).array(of: Int64.self) == [-1])
        #expect(
            Tensor([Int64(9_007_199_254_740_993)], shape: [1]).converted(to: .uint64).array(of: UInt64.self) == [
                9_007_199_254_740_993
            ])
        #expect(Tensor([true, false], shape: [2]).converted(to: .int16).array(of: Int16.self) == [1, 0])
    }

    @Test(arguments: ElementType.allCases, ElementType.allCases)
    func smallNumbersSurviveEveryPair(_ from: ElementType, _ to: ElementType) {
        let tensor = Tensor(doubles: [0, 1, 1], element: from, shape: [3]).converted(to: to)
        #expect(tensor.element == to && tensor.shape == [3] && tensor.doubles() == [0, 1, 1])
    }
}

import TesseraTensors
import Testing

@Suite struct FiniteTests {
    @Test(arguments: [ElementType.float64, .float32, .float16, .bfloat16])
    func infinitiesAndNaNsAreCounted(_ element: ElementType) {
        let largest: Double =
            switch element {
            case .float64: .greatestFiniteMagnitude
            case .float16: 65504
            default: 3.3e38
            }
        let finite = Tensor(doubles: [0, -0.0, 1, -largest, largest, 6e-8], element: element, shape: [6])
        #expect(finite.isFinite)
        let broken = Tensor(doubles: [1, .infinity, -.infinity, .nan, -.nan, 2], element: element, shape: [6])
        #expect(broken.nonFiniteCount == 4 && !broken.isFinite)
    }

    @Test func integersAreFinite() {
        #expect(Tensor([Int64.max, .min, -1], shape: [3]).isFinite && Tensor([UInt8.max], shape: [1]).isFinite)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
    func theMarkIsSet(_ value: Float) {
        #expect(value.nonFiniteMark >> 31 == 1)
        for finite in [0, -0.0, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1]
            as [Float]
        {
            #expect(finite.nonFiniteMark >> 31 == 0)
        }
    }
}

import TesseraTensors
import Testing

/// Tensors as values.
@Suite struct TensorTests {
    @Test func copiesShareUntilOneIsWritten() {
        let a = Tensor([Float(1), 2], shape: [2])
        var b = a
        b.withMutableElements(Float.self) { $0[0] = 7 }
        #expect(a.array(of: Float.self) == [1, 2] && b.array(of: Float.self) == [7, 2])
        var c = b.reshaped([2, 1])
        c.withMutableElements(Float.self) { $0[1] = 9 }
        #expect(b.array(of: Float.self) == [7, 2] && c.shape == [2, 1])
    }

    @Test func equalityIsOfBits() {
        #expect(Tensor([Float.nan], shape: [1]) == Tensor([Float.nan], shape: [1]))
        #expect(Tensor([Float(0)], shape: [1]) != Tensor([-Float(0)], shape: [1]))
        #expect(Tensor([Float(0)], shape: [1]) != Tensor([Int32(0)], shape: [1]))
        #expect(Tensor([Float(0)], shape: [1]) != Tensor([Float(0)], shape: [1, 1]))
        #expect(Tensor(zeros: .float32, shape: [0, 3]) == Tensor([] as [Float], shape: [0, 3]))
    }

    @Test func digestsTellTypesShapesAndBytesApart() {
        let tensors = [
            Tensor([Float(0)], shape: [1]), Tensor([-Float(0)], shape: [1]), Tensor([Float(0)], shape: [1, 1]),
            Tensor([Int32(0)], shape: [1]), Tensor([Float](), shape: [0]),
        ]
        #expect(Set(tensors.map(\.digest)).count == tensors.count)
        #expect(tensors.allSatisfy { $0.digest.count == 16 })
        #expect(Tensor([Float(1), 2], shape: [2]).digest == Tensor([Float(1), 2], shape: [2]).digest)
    }

    @Test func storageIsAlignedForEveryVector() {
        for count in [0, 1, 3, 1000] {
            #expect(
                Tensor(zeros: .uint8, shape: [count]).withUnsafeBytes { UInt(bitPattern: $0.baseAddress) % 64 } == 0)
        }
    }

    @Test func typesBindTheirNames() {
        let type = TensorType(.float32, ["N", 3, "H"])
        #expect(type.description == "f32[N,3,H]" && type.shape == nil && type.elementCount == nil)
        #expect(type.binding(["N": 2, "H": 5]) == TensorType(.float32, shape: [2, 3, 5]))
        #expect(type.binding(["N": 2]).elementCount == nil)
        #expect(TensorType(.bool, []).elementCount == 1)
    }
}

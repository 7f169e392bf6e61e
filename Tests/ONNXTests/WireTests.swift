import Foundation
import TesseraIR
import TesseraONNX
import TesseraTensors
import Testing

@Suite struct WireTests {
    @Test func everythingThatAModelHoldsIsWrittenAndRead() throws {
        var whole = reluModel()
        whole.producerName = "somebody"
        whole.producerVersion = "1"
        whole.documentation = "words"
        whole.metadata = [(key: "a", value: "1"), (key: "empty", value: "")]
        whole.graph.inputs[0].dimensions = [.named("N"), nil, .fixed(0)]
        whole.graph.valueInfos = [ONNXValueInfo(name: "v", element: .bool, dimensions: nil)]
        let tensor = Tensor([1, 2] as [Int32], shape: [1, 2])
        whole.graph.nodes[0].attributes = [
            "int": .int(-3), "float": .float(0.5), "string": .string("text"), "tensor": .tensor(tensor),
            "graph": .graph(whole.graph), "ints": .ints([1, -1]),
            "floats": .floats([0.25]), "strings": .strings(["a", ""]), "tensors": .tensors([tensor, tensor]),
            "graphs": .graphs([whole.graph]), "no numbers": .ints([]),
        ]
        whole.graph.nodes[0].inputs.append("")
        whole.functions = [
            ONNXFunction(
                domain: "own", name: "f", overload: "o", inputs: ["a"], outputs: ["b"], attributes: ["alpha"],
                defaultAttributes: ["beta": .float(2)], operatorSets: ["": 17],
                nodes: [ONNXNode("Elu", inputs: ["a"], outputs: ["b"], attributes: ["alpha": .reference("alpha")])]
            )
        ]
        #expect(try ONNXFile.model(ONNXFile.bytes(of: whole), name: "whole") == whole)
    }

    @Test(arguments: ElementType.allCases)
    func tensorsOfEveryTypeAreWrittenAndRead(_ element: ElementType) throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "tessera-onnx-\(element.rawValue)-\(UInt64.random(in: 0...UInt64.max)).pb"
        ).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tensor = Tensor(doubles: [0, 1, 3.5, 1, 0, 7], element: element, shape: [2, 3])
        try ONNXFile.write(tensor, name: "t", to: folder)
        #expect(try ONNXFile.tensor(path: folder) == tensor)
    }

    /// TensorProto: dims 1, data_type 2, float_data 4, int32_data 5, int64_data 7, double_data 10, uint64_data 11.
    @Test func numbersInTypedFieldsAreRead() throws {
        func read(_ type: UInt64, _ field: [UInt8]) throws -> Tensor {
            let bytes = Wire.varint(1, 2) + Wire.varint(2, type) + field
            let graph = Wire.message(5, bytes + Wire.text(8, "w"))
            return try ONNXFile.model(Wire.message(7, graph), name: "typed").graph.initializers[0].tensor
        }
        let ones = withUnsafeBytes(of: Float(1).bitPattern.littleEndian) { Array($0) },
            halves = withUnsafeBytes(of: 0.5.bitPattern.littleEndian) { Array($0) }
        #expect(try read(1, Wire.message(4, ones + ones)) == Tensor([1, 1] as [Float], shape: [2]))
        #expect(try read(11, Wire.message(10, halves + halves)) == Tensor([0.5, 0.5], shape: [2]))
        #expect(
            try read(7, Wire.varint(7, 5) + Wire.varint(7, UInt64(bitPattern: -1)))
                == Tensor([5, -1] as [Int64], shape: [2]))
        #expect(
            try read(10, Wire.message(5, Wire.number(0x3C00) + Wire.number(0xC000)))
                == Tensor([1, -2] as [Float16], shape: [2]))
        #expect(
            try read(16, Wire.message(5, Wire.number(0x3F80) + Wire.number(0)))
                == Tensor([BFloat16(1), BFloat16(0)], shape: [2]))
        #expect(
            try read(3, Wire.message(5, Wire.number(UInt64(bitPattern: -2)) + Wire.number(2)))
                == Tensor([-2, 2] as [Int8], shape: [2]))
        #expect(try read(9, Wire.message(5, [0, 1])) == Tensor([false, true], shape: [2]))
        // Of raw bytes everything but 0 is true.
        #expect(try read(9, Wire.message(9, [0, 2])) == Tensor([false, true], shape: [2]))
        #expect(try read(13, Wire.message(11, Wire.number(.max) + [1])) == Tensor([UInt64.max, 1], shape: [2]))
        #expect(throws: TesseraError.self) { try read(1, Wire.message(4, ones)) }
        #expect(throws: TesseraError.self) { try read(8, []) }
    }
}

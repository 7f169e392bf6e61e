import Foundation
import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

/// Names in files are bytes: what differs in a byte is another value, and every name leaves as it came.
@Suite struct NameTests {
    private static let composed = Array("w\u{E9}".utf8), decomposed = Array("we\u{301}".utf8)

    /// y = a − b, for inputs of these names.
    private func difference(_ a: [UInt8], _ b: [UInt8]) -> ONNXModel {
        let names = [String(name: a), String(name: b)]
        var result = model([ONNXNode("Sub", name: names[0], inputs: names, outputs: ["y"])])
        result.graph.inputs = names.map { ONNXValueInfo(name: $0, element: .float32, dimensions: [.fixed(2)]) }
        return result
    }

    @Test(arguments: [
        (composed, decomposed), (decomposed, composed), ([0x61, 0xFF], [0x61, 0xFE]),
        ([0xFF], Array("\\xFF".utf8)), ([0xFF], [0xEF, 0xBF, 0xBD]),
    ])
    func namesOfDifferentBytesAreTwoValues(_ a: [UInt8], _ b: [UInt8]) throws {
        let bytes = try ONNXFile.bytes(of: difference(a, b))
        for name in [a, b] { #expect(Data(bytes).range(of: Data([0x0A, UInt8(name.count)] + name)) != nil) }
        let read = try ONNXFile.model(bytes, name: "m")
        #expect(read.graph.inputs.map(\.name.nameBytes) == [a, b])
        let imported = try ONNXImporter.read(read, name: "m")
        let result = try Evaluator.run(
            imported.graph,
            inputs: [
                String(name: a): Tensor([5, 7] as [Float], shape: [2]),
                String(name: b): Tensor([1, 2] as [Float], shape: [2]),
            ])
        #expect(result.outputs["y"]!.array(of: Float.self) == [4, 5])
        let parsed = try GraphText.parse(GraphText.print(imported.graph), catalog: .standard)
        #expect(parsed.inputs.map(\.name.nameBytes) == [a, b])
        let exported = try ONNXFile.bytes(of: ONNXExporter.model(imported.graph, parameters: imported.parameters))
        #expect(try ONNXFile.model(exported, name: "m").graph.inputs.map(\.name.nameBytes) == [a, b])
    }

    @Test func aNameWithANulByteIsRefused() throws {
        let bytes = try ONNXFile.bytes(of: difference([0x61, 0x62], [0x61, 0x63]))
        var data = Data(bytes)
        while let place = data.range(of: Data([0x02, 0x61, 0x63])) {
            data.replaceSubrange(place, with: [0x02, 0x61, 0x00])
        }
        let error = #expect(throws: TesseraError.self) { try ONNXFile.model(Array(data), name: "m") }
        #expect(error?.found.contains("NUL") == true)
    }

    @Test func textForPeopleIsNoName() throws {
        var model = reluModel()
        model.documentation = "e\u{301} \\xFF"
        model.metadata = [(key: "\\x41", value: "e\u{301}\\x41")]
        let read = try ONNXFile.model(ONNXFile.bytes(of: model), name: "m")
        #expect(Array(read.documentation.utf8) == Array(model.documentation.utf8))
        #expect(Array(read.metadata[0].key.utf8) == Array("\\x41".utf8))
        #expect(Array(read.metadata[0].value.utf8) == Array("e\u{301}\\x41".utf8))
    }
}

import Foundation
import TesseraIR
import TesseraONNX
import TesseraTensors
import Testing

/// Files that are cut, foreign or made to harm: each gives one error, before anything is allocated by what it claims.
@Suite struct MalformedFileTests {
    private func failure(_ bytes: [UInt8]) -> String {
        do {
            _ = try ONNXImporter.read(ONNXFile.model(bytes, name: "file"), name: "file")
            return "no error"
        } catch { return "\(error)" }
    }

    @Test func aFileCutAnywhereIsAnErrorOrWhole() throws {
        let bytes = try ONNXFile.bytes(
            of: model(
                [ONNXNode("Add", name: "add", inputs: ["x", "w"], outputs: ["y"])],
                ["w": Tensor([1, 2] as [Float], shape: [2])]))
        for count in 0..<bytes.count {
            #expect(throws: TesseraError.self, "cut at \(count)") {
                try ONNXImporter.read(ONNXFile.model(Array(bytes.prefix(count)), name: "cut"), name: "cut")
            }
        }
    }

    @Test func nestedMessagesEndInAnError() {
        // ModelProto.graph 7, GraphProto.node 1, NodeProto.attribute 5, AttributeProto.g 6: graphs in graphs, lengths
        // written from the inside out.
        var pieces: [[UInt8]] = [], size = 0
        for depth in (0..<20_000).reversed() {
            let field = [1, 5, 6][depth % 3]
            let head = Wire.number(UInt64(field << 3 | 2)) + Wire.number(UInt64(size))
            pieces.append(head)
            size += head.count
        }
        let body = Array(pieces.reversed().joined())
        #expect(failure(Wire.message(7, body)).contains("nested"))
        // TypeProto.sequence_type 4, Sequence.elem_type 1, in ValueInfoProto.type 2.
        var type: [UInt8] = []
        for _ in 0..<300 { type = Wire.message(4, Wire.message(1, type)) }
        #expect(
            failure(Wire.message(7, Wire.message(11, Wire.text(1, "x") + Wire.message(2, type)))).contains("nested"))
    }

    @Test func lengthsBeyondTheFileEndInAnError() {
        #expect(failure([0x3A] + Wire.number(1 << 62)).contains("beyond the end"))
        #expect(failure([0x3A] + [UInt8](repeating: 0xFF, count: 10)).contains("beyond the end"))
        #expect(failure([UInt8](repeating: 0x80, count: 100)).contains("beyond the end"))
        // A tensor that claims more than it brings: dims 1, data_type 2, raw_data 9.
        func tensor(_ dims: [UInt64], _ rest: [UInt8]) -> String {
            failure(
                Wire.message(
                    7,
                    Wire.message(5, dims.flatMap { Wire.varint(1, $0) } + Wire.varint(2, 1) + rest + Wire.text(8, "w")))
            )
        }
        #expect(tensor([1 << 60], Wire.message(9, [0])).contains("initializer w"))
        #expect(tensor([1 << 40, 1 << 40], Wire.message(9, [0])).contains("dimensions"))
        #expect(tensor([UInt64(bitPattern: -1)], Wire.message(9, [])).contains("not negative"))
        #expect(tensor([1 << 33], []).contains("0 numbers"))
        #expect(tensor([4], Wire.message(9, [0, 0, 0])).contains("3 bytes"))
    }

    @Test func manyEmptyPartsEndInAnError() {
        let graph = [UInt8](unsafeUninitializedCapacity: 10_000_000) { buffer, count in
            for index in 0..<5_000_000 { (buffer[2 * index], buffer[2 * index + 1]) = (0x0A, 0) }
            count = 10_000_000
        }
        #expect(failure(Wire.message(7, graph)).contains("strings and messages"))
        #expect(failure(Wire.message(7, []) + Wire.message(7, [])).contains("a second time"))
    }

    @Test func foreignFilesEndInAnError() {
        #expect(failure([]).contains("no graph"))
        #expect(failure(Array("\u{89}PNG\r\n\u{1A}\nIHDR and so on".utf8)) != "no error")
        #expect(failure(Array("this is a text, not a model".utf8)) != "no error")
        #expect(failure([0x0B, 0x0C]).contains("no ONNX file"))
    }

    @Test func changedBytesNeverCrash() throws {
        let bytes = try ONNXFile.bytes(
            of: model(
                [
                    ONNXNode("Reshape", name: "r", inputs: ["x", "s"], outputs: ["h"]),
                    ONNXNode("MatMul", name: "m", inputs: ["h", "w"], outputs: ["y"], attributes: ["k": .ints([1])]),
                ],
                ["s": Tensor([1, 2] as [Int64], shape: [2]), "w": Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])]
            ))
        var stream = RandomStream(seed: 1, name: "changes"), errors = 0
        for _ in 0..<5000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &stream) {
                changed[Int.random(in: changed.indices, using: &stream)] = UInt8.random(in: 0...255, using: &stream)
            }
            if failure(changed) != "no error" { errors += 1 }
        }
        #expect(errors > 2000)
    }

    @Test func dimensionsOfInputsAreNotNegative() throws {
        // GraphProto.input 11; ValueInfoProto name 1, type 2; TypeProto.tensor_type 1; elem_type 1, shape 2; dim 1;
        // dim_value 1.
        let dimension = Wire.message(1, Wire.varint(1, UInt64(bitPattern: -5)))
        let type = Wire.message(1, Wire.varint(1, 1) + Wire.message(2, dimension))
        #expect(
            failure(Wire.message(7, Wire.message(11, Wire.text(1, "x") + Wire.message(2, type)))).contains(
                "the dimension -5"))
    }
}

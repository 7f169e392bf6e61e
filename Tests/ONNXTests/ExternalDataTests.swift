import Foundation
import TesseraIR
import TesseraONNX
import TesseraTensors
import Testing

@Suite final class ExternalDataTests {
    private let folder = FileManager.default.temporaryDirectory.appending(
        path: "tessera-external-\(UInt64.random(in: 0...UInt64.max))"
    ).path

    init() throws {
        try FileManager.default.createDirectory(atPath: folder + "/model/inner", withIntermediateDirectories: true)
        try Data(
            [9, 9, 9, 9] + withUnsafeBytes(of: Float(1.5)) { Array($0) } + withUnsafeBytes(of: Float(2.5)) { Array($0) }
        ).write(to: URL(fileURLWithPath: folder + "/model/inner/w.bin"))
        try Data(count: 64).write(to: URL(fileURLWithPath: folder + "/secret.bin"))
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/model/link.bin", withDestinationPath: "../secret.bin")
        try FileManager.default.linkItem(atPath: folder + "/secret.bin", toPath: folder + "/model/hard.bin")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A model with one tensor of two floats whose data is described by the entries: external_data 13, data_location
    /// 14.
    private func read(_ entries: [(String, String)]) throws -> Tensor {
        let tensor =
            Wire.varint(1, 2) + Wire.varint(2, 1) + Wire.text(8, "w")
            + entries.flatMap { Wire.message(13, Wire.text(1, $0.0) + Wire.text(2, $0.1)) } + Wire.varint(14, 1)
        let path = folder + "/model/model.onnx"
        try Data(Wire.message(7, Wire.message(5, tensor))).write(to: URL(fileURLWithPath: path))
        return try ONNXFile.model(path: path).graph.initializers[0].tensor
    }

    /// The system reads names up to the first NUL: another file than the model names.
    @Test func aLocationWithANulByteIsRefused() throws {
        #expect(try read([("location", "inner/w.bin"), ("offset", "4")]).array(of: Float.self) == [1.5, 2.5])
        let error = #expect(throws: TesseraError.self) {
            try self.read([("location", "inner/w.bin\0"), ("offset", "4")])
        }
        #expect(error?.found.contains("NUL") == true)
    }

    /// Hugging Face's cache: the names of a snapshot are links into a folder of files that are named by their content.
    /// Where only the data leads out of the model's folder, it is refused.
    @Test func modelAndDataMayBeLinksIntoOneFolder() throws {
        let snapshot = folder + "/snapshots/1f/onnx", manager = FileManager.default
        for name in [snapshot, folder + "/blobs", folder + "/elsewhere"] {
            try manager.createDirectory(atPath: name, withIntermediateDirectories: true)
        }
        let entry = Wire.message(13, Wire.text(1, "location") + Wire.text(2, "model.onnx_data"))
        let tensor = Wire.varint(1, 2) + Wire.varint(2, 1) + Wire.text(8, "w") + entry + Wire.varint(14, 1)
        let model = Data(Wire.message(7, Wire.message(5, tensor)))
        let numbers = Data(
            withUnsafeBytes(of: Float(1.5)) { Array($0) } + withUnsafeBytes(of: Float(2.5)) { Array($0) })
        for (name, bytes) in [("blobs/a1", model), ("blobs/b2", numbers), ("elsewhere/b2", numbers)] {
            try bytes.write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        func link(_ name: String, to target: String) throws {
            try? manager.removeItem(atPath: snapshot + "/" + name)
            try manager.createSymbolicLink(
                atPath: snapshot + "/" + name, withDestinationPath: "../../../" + target)
        }
        func read() throws -> Tensor { try ONNXFile.model(path: snapshot + "/model.onnx").graph.initializers[0].tensor }
        try link("model.onnx", to: "blobs/a1")
        try link("model.onnx_data", to: "blobs/b2")
        #expect(try read() == Tensor([1.5, 2.5] as [Float], shape: [2]))
        try link("model.onnx_data", to: "elsewhere/b2")
        let error = try #require(throws: TesseraError.self) { try read() }
        #expect(error.accepted.contains("into one folder"))
        try link("model.onnx_data", to: "blobs/b2")
        try manager.removeItem(atPath: snapshot + "/model.onnx")
        try model.write(to: URL(fileURLWithPath: snapshot + "/model.onnx"))
        #expect(throws: TesseraError.self) { try read() }
    }

    @Test func dataBesideTheModelIsRead() throws {
        #expect(
            try read([("location", "inner/w.bin"), ("offset", "4"), ("length", "8")])
                == Tensor([1.5, 2.5] as [Float], shape: [2]))
        #expect(
            try read([("location", "./inner/w.bin"), ("offset", "4")]) == Tensor([1.5, 2.5] as [Float], shape: [2]))
    }

    @Test(arguments: [
        [("location", "../secret.bin")], [("location", "inner/../../secret.bin")], [("location", "/etc/hostname")],
        [("location", "link.bin")], [("location", "hard.bin")],
        [("location", "inner")], [("location", "absent.bin")], [("location", "")], [("offset", "4")],
        [("location", "inner/w.bin"), ("offset", "5")],
        [("location", "inner/w.bin"), ("offset", "-4")],
        [("location", "inner/w.bin"), ("offset", "9223372036854775807")],
        [("location", "inner/w.bin"), ("length", "4")], [("location", "inner/w.bin"), ("offset", "four")],
    ])
    func nothingElseIs(_ entries: [(String, String)]) {
        #expect(throws: TesseraError.self) { try read(entries) }
    }
}

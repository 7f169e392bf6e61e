import Foundation
import TesseraONNX
import TesseraTensors
import Testing

/// Fields that the format does not have, of later versions or made to harm: they change nothing and cost nothing.
@Suite struct UnknownFieldTests {
    /// One of every wire type; the text makes lengths need another byte.
    private static let noise: [UInt8] =
        Wire.varint(999, 1 << 40) + Wire.number(998 << 3 | 5) + [1, 2, 3, 4] + Wire.number(997 << 3 | 1)
        + [UInt8](repeating: 9, count: 8) + Wire.message(996, [UInt8](repeating: 0xFF, count: 200))

    /// y = transpose(x + w), as bytes with something before and after every field.
    private static func model(_ noise: [UInt8]) -> [UInt8] {
        func message(_ field: Int, _ parts: [UInt8]...) -> [UInt8] {
            Wire.message(field, noise + parts.joined(by: noise) + noise)
        }
        func value(_ field: Int, _ name: String) -> [UInt8] {
            let dimension = message(1, Wire.varint(1, 2))
            return message(
                field, Wire.text(1, name),
                message(2, message(1, Wire.varint(1, 1), message(2, dimension, dimension))))
        }
        let permutation = message(5, Wire.text(1, "perm"), Wire.varint(8, 1), Wire.varint(8, 0), Wire.varint(20, 7))
        let nodes = [
            message(1, Wire.text(1, "x"), Wire.text(1, "w"), Wire.text(2, "s"), Wire.text(4, "Add")),
            message(1, Wire.text(1, "s"), Wire.text(2, "y"), Wire.text(4, "Transpose"), permutation),
        ]
        let weight = message(
            5, Wire.varint(1, 2), Wire.varint(1, 2), Wire.varint(2, 1), Wire.text(8, "w"),
            Wire.message(9, [UInt8](repeating: 0, count: 16)))
        let graph = message(7, nodes[0], nodes[1], Wire.text(2, "g"), weight, value(11, "x"), value(12, "y"))
        return [graph, message(8, Wire.varint(2, 17)), Wire.varint(1, 8)].joined(by: noise)
    }

    @Test func theyChangeNothingAtAnyPlace() throws {
        let plain = try ONNXFile.model(Self.model([]), name: "plain")
        #expect(plain.graph.nodes.count == 2 && plain.graph.nodes[1].attributes["perm"] == .ints([1, 0]))
        #expect(try ONNXFile.model(Self.model(Self.noise), name: "noisy") == plain)
    }

    @Test func theyCostNoMemory() throws {
        func peak() -> Int {
            var usage = rusage()
            getrusage(__rusage_who_t(truncatingIfNeeded: RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss << 10
        }
        // 24 million fields of two bytes, the graph's last.
        let count = 48_000_000
        let many = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in stride(from: 0, to: count, by: 2) { (buffer[index], buffer[index + 1]) = (0x78, 1) }
            initialized = count
        }
        let bytes = Self.model([]) + many
        let before = peak()
        #expect(try ONNXFile.model(bytes, name: "many") == ONNXFile.model(Self.model([]), name: "plain"))
        #expect(peak() - before < 600_000_000)
    }

    @Test func manyKnownFieldsEndInAnError() {
        // TensorProto.dims 1, NodeProto.input 1, ModelProto.ir_version 1: each two bytes.
        let small = [UInt8](repeating: 0, count: 24_000_000)
        func filled(_ tag: UInt8) -> [UInt8] { small.enumerated().map { $0.offset % 2 == 0 ? tag : 0 } }
        for bytes in [
            Wire.message(7, Wire.message(5, filled(0x08))), Wire.message(7, Wire.message(1, filled(0x0A))),
            filled(0x08),
        ] {
            let error = #expect(throws: TesseraError.self) { try ONNXFile.model(bytes, name: "many") }
            #expect(error?.found.contains("once unpacked") == true)
        }
    }
}

extension [[UInt8]] {
    fileprivate func joined(by separator: [UInt8]) -> [UInt8] { [UInt8](joined(separator: separator)) }
}

import TesseraTensors
import Testing

/// Names are bytes: different bytes are different strings, and no byte is lost.
@Suite struct NameTests {
    private static let composed = Array("w\u{E9}".utf8), decomposed = Array("we\u{301}".utf8)

    @Test func textInNormalFormCStaysAsItIs() {
        for text in [
            "", "blocks.0.norm/weight", "w\u{E9}", "größe", "重み", "한글", "\u{1F600}", "back\\slash", "\\xab", "\\x4",
        ] {
            #expect(Array(String(name: Array(text.utf8)).utf8) == Array(text.utf8), "\(text)")
            #expect(Array(String(typedName: text).utf8) == Array(text.utf8), "\(text)")
        }
    }

    @Test func normalFormsOfOneTextAreTwoNames() {
        #expect(String(decoding: Self.composed, as: UTF8.self) == String(decoding: Self.decomposed, as: UTF8.self))
        #expect(String(name: Self.composed) == "w\u{E9}")
        #expect(String(name: Self.decomposed) == "w\\x65\\xCC\\x81")
    }

    @Test func bytesThatAreNoTextAreEscaped() {
        #expect(String(name: [0x61, 0xFF, 0x62]) == "a\\xFFb")
        #expect(String(name: [0xE2, 0x82]) == "\\xE2\\x82")
        #expect(String(name: Array("a\\xFFb".utf8)) == "a\\x5CxFFb")
    }

    @Test func aTypedNameIsTheEscapedFormOrTheBytes() {
        #expect(String(typedName: "a\\xFFb") == String(name: [0x61, 0xFF, 0x62]))
        #expect(String(typedName: "we\u{301}") == String(name: Self.decomposed))
    }

    /// Pieces that meet, escape or compose with their neighbours, in every order.
    @Test func everySequenceOfBytesComesBack() {
        let pieces: [[UInt8]] = [
            [0x5C], Array("x41".utf8), Array("\\x5C".utf8), [0x43], [0xFF], [0xCC, 0x81], [0xC3, 0xA9], [0xC3],
            Array("e\u{301}".utf8), Array("\u{1100}".utf8), Array("\u{1161}".utf8), Array("\u{F900}".utf8),
            [0x0D, 0x0A],
        ]
        var seen: [String: [UInt8]] = [:]
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    let bytes = a + b + c, name = String(name: bytes)
                    #expect(name.nameBytes == bytes, "\(name)")
                    if let other = seen.updateValue(bytes, forKey: name) { #expect(other == bytes, "\(name)") }
                }
            }
        }
    }
}

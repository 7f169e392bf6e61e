import TesseraTensors
import Testing

/// Errors are plain text of limited length that names a place once, whatever a file put in its names.
@Suite struct ErrorTests {
    @Test func controlCharactersAreEscaped() {
        let error = TesseraError(at: "node \u{1B}[2J", found: "line\nbreak\r\t\u{9B}", accepted: "\u{202E}abc\u{2028}")
        #expect(error.description == "node \\u{1B}[2J: line\\nbreak\\u{D}\\t\\u{9B}; accepted: \\u{202E}abc\\u{2028}")
        #expect("größe 手 👩‍⚕️".escapingControls() == "größe 手 👩‍⚕️")
        #expect("a\nb\u{7}".escapingControls(keepingLines: true) == "a\nb\\u{7}")
    }

    @Test func textsAreNotAsLongAsTheInput() {
        let long = String(repeating: "ä", count: 1_000_000), error = TesseraError(at: long, found: long, accepted: long)
        #expect(error.description.utf8.count < 7 * TesseraError.lengthLimit)
        #expect(error.found.hasPrefix("ääää") && error.found.contains(" … ") && error.found.hasSuffix("ääää"))
        #expect("short".shortened(to: 5) == "short")
        let cascade = (0..<1000).reduce(error) { error, _ in error.within("outer \(long)") }
        #expect(cascade.location.utf8.count < 3 * TesseraError.lengthLimit)
    }

    @Test(arguments: [
        ("Clip y", "y: clip", "Clip y"), ("Clip y", "clip low", "Clip y: clip low"),
        ("m.onnx", "Clip y", "m.onnx: Clip y"),
        ("Clip y", "Clip y: y", "Clip y"), ("m.onnx", "", "m.onnx"), ("a: b", "b: a: c", "a: b: c"),
        ("labels.csv, line 3", "score", "labels.csv, line 3: score"),
    ])
    func aPlaceIsNamedOnce(_ outer: String, _ inner: String, _ whole: String) {
        #expect(TesseraError(at: inner, found: "x").within(outer).location == whole)
    }
}

extension String {
    /// The text with everything escaped that moves a terminal's cursor or turns its writing direction: names from files
    /// must not. Line breaks stay only where `keepingLines` says so.
    public func escapingControls(keepingLines: Bool = false) -> String {
        guard unicodeScalars.contains(where: { $0.isControl && !(keepingLines && $0 == "\n") }) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\n" where keepingLines: result.append(scalar)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case _ where scalar.isControl:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// The text, its middle left out where it is longer than `limit` bytes: what a file says may be as long as it is.
    public func shortened(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let characters = Array(unicodeScalars.prefix(limit)), tail = Array(unicodeScalars.suffix(limit / 4))
        let head = characters.prefix(limit - limit / 4)
        return String(String.UnicodeScalarView(head)) + " … " + String(String.UnicodeScalarView(tail))
    }
}

extension Unicode.Scalar {
    /// Control characters, line and paragraph separators, and what overrides the direction of text.
    var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

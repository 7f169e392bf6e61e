extension String {
    /// The folder that a path's last part lies in, `.` where it names none. (Foundation's
    /// `deletingLastPathComponent` traps on paths of one character.)
    public var parentFolder: String {
        let slash = UInt8(ascii: "/")
        func withoutSlashes(_ path: Substring.UTF8View) -> Substring.UTF8View {
            var path = path
            while path.last == slash { path.removeLast() }
            return path
        }
        var path = withoutSlashes(utf8[...])
        guard let last = path.lastIndex(of: slash) else { return path.isEmpty && !isEmpty ? "/" : "." }
        path = withoutSlashes(path[..<last])
        return path.isEmpty ? "/" : String(Substring(path))
    }
}

extension Int {
    /// The smallest number above `size`, and at most `limit`, that `works` holds for, where it holds for all larger
    /// ones too; nil where it does not hold for `limit`.
    package static func smallest(above size: Int, upTo limit: Int, where works: (Int) -> Bool) -> Int? {
        guard size < limit, works(limit) else { return nil }
        var low = size, high = limit
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if works(middle) { high = middle } else { low = middle }
        }
        return high
    }
}

import Foundation
import TesseraTensors

/// Finds the image files that a table names. The bytes of a name decide; where there is no such file, a name with
/// backslashes for slashes or in another Unicode normal form is found too, if it can mean one file only.
struct ImagePaths {
    enum Outcome: Equatable {
        /// `name` is relative to the folder where the table's is; `remark` says in what it differs from the table's.
        case found(name: String, path: String, remark: String?)
        case missing
        /// Several files whose names look alike.
        case ambiguous
    }

    private let folder: [UInt8]
    /// The entries of folders by their names in normal form C.
    private var listings: [[UInt8]: [[UInt8]: [[UInt8]]]] = [:]

    init(folder: String) { self.folder = Array(folder.utf8) }

    mutating func find(_ name: String) -> Outcome {
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty else { return .missing }
        if Self.isFile(absolute(bytes)) {
            return .found(name: name, path: String(decoding: absolute(bytes), as: UTF8.self), remark: nil)
        }
        let slashes = bytes.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        if slashes != bytes, Self.isFile(absolute(slashes)) { return found(slashes, "a slash for a backslash") }
        let twins = twins(of: slashes)
        guard twins.count == 1 else { return twins.isEmpty ? .missing : .ambiguous }
        return found(twins[0], "another Unicode normal form")
    }

    private func found(_ bytes: [UInt8], _ remark: String) -> Outcome {
        .found(
            name: String(decoding: bytes, as: UTF8.self), path: String(decoding: absolute(bytes), as: UTF8.self),
            remark: remark)
    }

    private func absolute(_ name: [UInt8]) -> [UInt8] {
        if name.first == UInt8(ascii: "/") || folder.isEmpty { return name }
        return folder.last == UInt8(ascii: "/") ? folder + name : folder + [UInt8(ascii: "/")] + name
    }

    /// The files whose path differs in normal form only.
    private mutating func twins(of name: [UInt8]) -> [[UInt8]] {
        guard name.contains(where: { $0 >= 0x80 }), String(validating: name, as: UTF8.self) != nil else { return [] }
        let isAbsolute = name.first == UInt8(ascii: "/")
        var candidates: [[UInt8]] = [isAbsolute ? [UInt8(ascii: "/")] : []]
        for part in name.split(separator: UInt8(ascii: "/")) {
            candidates = candidates.flatMap { parent -> [[UInt8]] in
                entries(of: absolute(parent))[Self.normal(Array(part)), default: []].map { entry in
                    parent.isEmpty || parent.last == UInt8(ascii: "/")
                        ? parent + entry : parent + [UInt8(ascii: "/")] + entry
                }
            }
        }
        return candidates.filter { Self.isFile(absolute($0)) }
    }

    private mutating func entries(of folder: [UInt8]) -> [[UInt8]: [[UInt8]]] {
        if let known = listings[folder] { return known }
        // Names that are no UTF-8 have no normal form, so it does not matter that they do not come through here.
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: String(decoding: folder, as: UTF8.self))) ?? []
        let listing = Dictionary(grouping: (names + [".", ".."]).map { Array($0.utf8) }, by: Self.normal)
        listings[folder] = listing
        return listing
    }

    private static func normal(_ name: [UInt8]) -> [UInt8] {
        Array(String(decoding: name, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8)
    }

    private static func isFile(_ path: [UInt8]) -> Bool {
        var status = stat()
        return stat(path.map { CChar(bitPattern: $0) } + [0], &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The path without `.` and `..` parts: the same for every spelling of one path.
    static func canonical(_ path: String) -> [UInt8] {
        var parts: [ArraySlice<UInt8>] = []
        for part in Array(path.utf8).split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
            if part.elementsEqual("..".utf8), let last = parts.last, !last.elementsEqual("..".utf8) {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        let root: [UInt8] = path.hasPrefix("/") ? [UInt8(ascii: "/")] : []
        return root + parts.joined(separator: [UInt8(ascii: "/")])
    }
}

import TesseraTensors

/// A pattern over layer paths: `*` stands for any number of characters, `?` for one; everything else for itself.
/// `blocks.0.*` names all of block 0.
public struct PathPattern: Sendable, Equatable, CustomStringConvertible {
    public let description: String
    private let characters: [Character]

    public init(_ text: String) {
        description = text
        characters = Array(String(typedName: text))
    }

    /// Whether the whole path fits the pattern.
    public func matches(_ path: String) -> Bool {
        let path = Array(path)
        var place = 0, token = 0, star: (token: Int, place: Int)?
        while place < path.count {
            if token < characters.count, characters[token] == "*" {
                star = (token, place)
                token += 1
            } else if token < characters.count, characters[token] == "?" || characters[token] == path[place] {
                token += 1
                place += 1
            } else if let last = star {
                // Let the last star take one character more.
                star = (last.token, last.place + 1)
                token = last.token + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return characters[token...].allSatisfy { $0 == "*" }
    }
}

extension PathPattern {
    /// The three patterns of whole layers or single parameters that differ in the fewest letters from this one.
    func nearest(among paths: [String]) -> [String] {
        var seen = Set<String>(), candidates: [(name: String, distance: Int)] = []
        let wanted = Array(String(description.prefix(100)).trimmingSuffix(while: { $0 == "*" || $0 == "." }))
        for path in paths {
            let parts = path.split(separator: ".", omittingEmptySubsequences: false)
            for count in 1...parts.count {
                let name = parts.prefix(count).joined(separator: ".")
                guard seen.insert(name).inserted else { continue }
                let distance = Self.editDistance(wanted, Array(name))
                candidates.append((count == parts.count ? name : name + ".*", distance))
            }
        }
        let order = candidates.enumerated().sorted {
            ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset)
        }
        return order.prefix(3).map(\.element.name)
    }

    /// How many letters must be put in, taken out or replaced to turn one text into the other (Levenshtein 1966).
    private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> SubSequence {
        self[..<(lastIndex { !condition($0) }.map { index(after: $0) } ?? startIndex)]
    }
}

extension [PathPattern] {
    func match(_ path: String) -> Bool { contains { $0.matches(path) } }
}

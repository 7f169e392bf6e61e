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

extension [PathPattern] {
    func match(_ path: String) -> Bool { contains { $0.matches(path) } }
}

import Foundation

/// What a file or a user can cause: where it happened, what was found and what is accepted instead.
/// The texts hold no control characters and have at most `lengthLimit` bytes each, whatever a file put in them.
/// Broken internal rules trap with a sentence; everything else that can go wrong is one of these.
public struct TesseraError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller may want to tell apart: each kind has its own exit code on the command line.
    public enum Kind: String, Sendable { case invalid, unsupported, inputOutput, cancelled }

    public let kind: Kind
    public let location: String
    public let found: String
    public let accepted: String

    public static let lengthLimit = 2000

    public init(_ kind: Kind = .invalid, at location: String, found: String, accepted: String = "") {
        self.kind = kind
        func plain(_ text: String) -> String { text.shortened(to: Self.lengthLimit).escapingControls() }
        self.location = plain(location)
        self.found = plain(found)
        self.accepted = plain(accepted)
    }

    public var description: String {
        "\(location): \(found)" + (accepted.isEmpty ? "" : "; accepted: \(accepted)")
    }

    /// The same error, seen from further out: `outer` stands before the location, parts of which that it names already
    /// are left out.
    public func within(_ outer: String) -> TesseraError {
        let outer = outer.shortened(to: Self.lengthLimit), words = Set(outer.lowercased().split { " :,".contains($0) })
        var parts = location.components(separatedBy: ": ")
        while let part = parts.first, part.isEmpty || words.isSuperset(of: part.lowercased().split(separator: " ")) {
            parts.removeFirst()
        }
        return TesseraError(kind, at: ([outer] + parts).joined(separator: ": "), found: found, accepted: accepted)
    }
}

/// What a file or a user can cause: where it happened, what was found and what is accepted instead.
/// Broken internal rules trap with a sentence; everything else that can go wrong is one of these.
public struct TesseraError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller may want to tell apart: each kind has its own exit code on the command line.
    public enum Kind: String, Sendable { case invalid, unsupported, inputOutput, cancelled }

    public let kind: Kind
    public let location: String
    public let found: String
    public let accepted: String

    public init(_ kind: Kind = .invalid, at location: String, found: String, accepted: String = "") {
        self.kind = kind
        self.location = location
        self.found = found
        self.accepted = accepted
    }

    public var description: String {
        "\(location): \(found)" + (accepted.isEmpty ? "" : "; accepted: \(accepted)")
    }

    /// The same error, seen from further out: `outer` stands before the location.
    public func within(_ outer: String) -> TesseraError {
        TesseraError(kind, at: location.isEmpty ? outer : "\(outer): \(location)", found: found, accepted: accepted)
    }
}

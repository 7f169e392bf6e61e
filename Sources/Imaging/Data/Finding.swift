import TesseraTensors

/// Something found in a data set: where, what, and what is accepted instead. An error keeps the data from being used, a
/// warning may make results other than expected, a note says how something was understood.
public struct Finding: Sendable, Equatable, Encodable, CustomStringConvertible {
    public enum Severity: String, Sendable, Encodable, CaseIterable { case error, warning, note }

    public let severity: Severity
    public let place: String
    public let found: String
    /// What is accepted, or the way out; may be empty.
    public let accepted: String
    /// Of an error, for its exit code.
    let kind: TesseraError.Kind

    public init(_ severity: Severity, at place: String, found: String, accepted: String = "") {
        (self.severity, self.place, self.found, self.accepted) = (severity, place, found, accepted)
        kind = .invalid
    }

    public init(_ error: TesseraError) {
        (severity, place, found, accepted) = (.error, error.location, error.found, error.accepted)
        kind = error.kind
    }

    /// Without the severity: `labels.csv, line 3: found; accepted: …`.
    public var sentence: String { error.description }

    /// One line: `warning: images/a.png: found; accepted: …`.
    public var description: String { "\(severity.rawValue): \(sentence)" }

    var error: TesseraError { TesseraError(kind, at: place, found: found, accepted: accepted) }

    private enum CodingKeys: String, CodingKey { case severity, place, found, accepted }
}

/// The errors of a data set, all at once; a single one is thrown as a `TesseraError`.
public struct DataErrors: Error, Sendable, CustomStringConvertible {
    public let findings: [Finding]

    public var description: String { findings.map(\.description).joined(separator: "\n") }
}

extension [Finding] {
    public var errors: [Finding] { filter { $0.severity == .error } }

    /// Throws the errors among the findings, if there are any: one as a `TesseraError`, several as `DataErrors`.
    public func throwErrors() throws {
        let errors = errors
        if errors.count == 1 { throw errors[0].error }
        if !errors.isEmpty { throw DataErrors(findings: errors) }
    }
}

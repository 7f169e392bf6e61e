import Foundation
import TesseraTensors

/// One training step, as `metrics.jsonl` holds it.
public struct StepRecord: Sendable, Codable, Equatable {
    /// Completed steps, this one included.
    public let step: Int
    public let epoch: Int
    public let loss: Double
    public let learningRate: Double
}

/// The state of the model after an epoch.
public struct ValidationRecord: Sendable, Codable, Equatable {
    public let step: Int
    public let epoch: Int
    /// Mean of the epoch's losses.
    public let trainingLoss: Double
    /// Of the validation images; nil where there are none, and in runs of version 0.1.
    public let validationLoss: Double?
    /// In score units; nil where there are no validation images.
    public let meanAbsoluteError: Double?
    public let rootMeanSquareError: Double?
    /// Nil also where predictions do not vary.
    public let pearson: Double?
}

/// The lines of `metrics.jsonl`: one JSON object each, `kind` (step or validation) first. No times stand in it, so a
/// resumed run's file is that of one never stopped.
public struct MetricsLog: Sendable {
    public enum Line: Sendable, Equatable {
        case step(StepRecord)
        case validation(ValidationRecord)
    }

    public let path: String

    public init(path: String) { self.path = path }

    /// All lines; throws where one cannot be read. A missing file has none.
    public func read() throws -> [Line] {
        try texts().enumerated().map { index, text in
            guard let line = Line(json: Data(text)) else {
                throw TesseraError(
                    at: "\(path), line \(index + 1)", found: "no metrics", accepted: "a step or validation as JSON")
            }
            return line
        }
    }

    /// The lines that can be read.
    public func readIntact() throws -> [Line] { try texts().compactMap { Line(json: Data($0)) } }

    private func texts() throws -> [ArraySlice<UInt8>] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try WholeFile.read(path, limit: 1 << 32).split(separator: UInt8(ascii: "\n"))
    }

    func append(_ line: Line) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure("cannot be opened") }
        defer { close(file) }
        let text = Array((line.json + "\n").utf8)
        try text.withUnsafeBytes { try AtomicFile.writeAll($0, to: file, path) }
    }

    /// On disk, before a checkpoint that presupposes the lines.
    func flush() throws {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure("cannot be opened") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("cannot be flushed") }
    }

    /// Drops the lines at the end that a run which stands at `progress` has not come to yet, and a last line cut short.
    /// Gives the numbers of the lines before these that cannot be read, or that tell of later steps: they stay.
    func truncate(to progress: TrainingProgress) throws -> [Int] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let texts = try texts()
        let isReached = texts.map { text in
            switch Line(json: Data(text)) {
            case .step(let record): record.step <= progress.step
            case .validation(let record): record.epoch < progress.epoch
            case nil: false
            }
        }
        let count = isReached.lastIndex(of: true).map { $0 + 1 } ?? 0
        try AtomicFile.write(texts[..<count].flatMap { $0 + [UInt8(ascii: "\n")] }, to: path)
        return (0..<count).filter { !isReached[$0] }.map { $0 + 1 }
    }

    private func failure(_ what: String) -> TesseraError {
        TesseraError(.inputOutput, at: path, found: "\(what): \(String(cString: strerror(errno)))")
    }
}

extension MetricsLog.Line {
    private struct Kind: Codable { let kind: String }

    init?(json: Data) {
        let decoder = JSONDecoder()
        switch try? decoder.decode(Kind.self, from: json).kind {
        case "step":
            if let record = try? decoder.decode(StepRecord.self, from: json) {
                self = .step(record)
            } else {
                return nil
            }
        case "validation":
            if let record = try? decoder.decode(ValidationRecord.self, from: json) {
                self = .validation(record)
            } else {
                return nil
            }
        default: return nil
        }
    }

    var json: String {
        let (kind, body) =
            switch self {
            case .step(let record): ("step", Checkpoint.json(record))
            case .validation(let record): ("validation", Checkpoint.json(record))
            }
        return "{\"kind\":\"\(kind)\",\(body.dropFirst())"
    }
}

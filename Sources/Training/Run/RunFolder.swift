import Foundation
import TesseraTensors

/// The folder of a run: `config.json`, `metrics.jsonl`, `checkpoints/` (`last.safetensors`, `best.safetensors`), and
/// `plots/` for whoever draws them.
public struct RunFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var configuration: String { path + "/config.json" }
    public var metrics: String { path + "/metrics.jsonl" }
    /// What the command line has said, with times; no part of what a run is.
    public var log: String { path + "/log.txt" }
    public var checkpoints: String { path + "/checkpoints" }
    public var plots: String { path + "/plots" }
    public var lastCheckpoint: String { checkpoints + "/last.safetensors" }
    public var bestCheckpoint: String { checkpoints + "/best.safetensors" }
    public func checkpoint(step: Int) -> String { checkpoints + "/step-\(step).safetensors" }

    /// A run exists from the moment its configuration does; a first checkpoint stands before that.
    public var holdsRun: Bool { FileManager.default.fileExists(atPath: configuration) }

    /// Throws where a run is there already.
    public func requireNoRun() throws {
        if holdsRun {
            throw TesseraError(at: path, found: "a run", accepted: "a folder without one, or --resume to go on with it")
        }
    }

    /// Makes the folders; throws where a run is there already or they cannot be made.
    func create() throws -> [OutputFolder] {
        try requireNoRun()
        let first = try OutputFolder(checkpoints)
        do { return try [first, OutputFolder(plots)] } catch {
            first.removeWhereEmpty()
            throw error
        }
    }

    /// Removes what a start that failed has written; only for who holds the lock.
    func removeBeginning() { for file in [metrics, lastCheckpoint, configuration] { unlink(file) } }

    public func readConfiguration() throws -> TrainingConfiguration {
        guard holdsRun else {
            throw TesseraError(
                .inputOutput, at: path, found: "no run: config.json is missing", accepted: "the folder of a run")
        }
        let text = String(decoding: try WholeFile.read(configuration, limit: 1 << 24), as: UTF8.self)
        return try Checkpoint.parse(text, at: configuration)
    }

    func write(_ value: TrainingConfiguration) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let data = try encoder.encode(value)
        try AtomicFile.write(String(decoding: data, as: UTF8.self) + "\n", to: configuration)
    }

    /// What a killed process left half written.
    func removePartialFiles() {
        for folder in [path, checkpoints, plots] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            where name.hasSuffix(".partial") {
                try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
    }
}

/// Holds the run's folder for one process at a time; the system lets go when the process ends, however it ends.
final class RunLock {
    private let file: Int32

    init(_ folder: RunFolder) throws {
        file = open(folder.checkpoints, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else {
            throw TesseraError(
                .inputOutput, at: folder.checkpoints, found: String(cString: strerror(errno)),
                accepted: "the folder of a run")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw TesseraError(
                .inputOutput, at: folder.path, found: "a run that another process is training",
                accepted: "one process at a time")
        }
    }

    deinit { close(file) }
}

import Foundation
import Testing

/// The built `tessera`, which stands beside the test bundle.
enum Tool {
    struct Result {
        /// The exit code, or the negated signal that ended the process.
        let status: Int32
        let output: String
        let errors: String
        /// The lines of standard error that say why the command failed.
        var failures: [Substring] { errors.split(separator: "\n").filter { $0.hasPrefix("error: ") } }
    }

    /// A command under way.
    struct Running {
        let process: Process
        fileprivate let files: TemporaryFolder

        /// Sends a signal; nothing happens where the process has ended.
        func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        func wait() throws -> Result {
            process.waitUntilExit()
            func text(_ name: String) throws -> String {
                String(decoding: try Data(contentsOf: URL(fileURLWithPath: files.path(name))), as: UTF8.self)
            }
            let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            return Result(status: status, output: try text("output"), errors: try text("errors"))
        }
    }

    static let path: String? = {
        let candidates =
            CommandLine.arguments + [
                Bundle.main.executablePath ?? "",
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "",
            ]
        let folders = candidates.flatMap { candidate in
            let url = URL(fileURLWithPath: candidate)
            return [url.deletingLastPathComponent(), url.deletingLastPathComponent().deletingLastPathComponent()]
        }
        return folders.map { $0.appendingPathComponent("tessera").path }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }()

    /// Begins a command. `output` replaces the file that standard output goes to.
    static func start(_ arguments: [String], output: String? = nil, executable: String? = nil) throws -> Running {
        let process = Process(), files = TemporaryFolder()
        process.executableURL = URL(
            fileURLWithPath: try #require(executable ?? path, "no tessera beside \(CommandLine.arguments[0])"))
        process.arguments = arguments
        for name in ["output", "errors"] { try files.write("", to: name) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output ?? files.path("output"))
        process.standardError = FileHandle(forWritingAtPath: files.path("errors"))
        try process.run()
        return Running(process: process, files: files)
    }

    /// A line for the shell, in which `tessera` is the tool: for limits and pipes.
    static func shell(_ line: String) throws -> Result {
        let tool = try #require(path, "no tessera beside \(CommandLine.arguments[0])")
        let script = "tessera() { '\(tool)' \"$@\"; }; \(line)"
        return try start(["-c", script], output: nil, executable: "/bin/bash").wait()
    }

    static func run(_ arguments: String...) throws -> Result { try start(arguments).wait() }
    static func run(_ arguments: [String], output: String? = nil) throws -> Result {
        try start(arguments, output: output).wait()
    }
}

/// A folder of its own, removed with the last reference.
final class TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "tessera-tool-" + UUID().uuidString

    init() { try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }
    func contains(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
    func data(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
    func text(_ name: String) throws -> String { String(decoding: try data(name), as: UTF8.self) }
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    }

    /// Everything below the folder, sorted.
    var contents: [String] { ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// What most tests need: a tiny set of phantoms, and a run trained on it.
struct Fixture {
    static let shared: Result<Fixture, any Error> = {
        // Nothing lets go of a static: the folder is removed when the tests end.
        atexit {
            if case .success(let fixture) = Fixture.shared {
                try? FileManager.default.removeItem(atPath: fixture.folder.path)
            }
        }
        return Result { try Fixture() }
    }()

    let folder = TemporaryFolder()
    var data: String { folder.path("phantoms") }
    var run: String { folder.path("run") }

    private init() throws {
        let drawn = try Tool.run(
            "phantom", "--count", "12", "--size", "64", "--validation", "2", "--test", "2", "--seed", "3", "--out", data
        )
        try #require(drawn.status == 0, "\(drawn.errors)")
        let trained = try Tool.run(
            ["train", "--data", data, "--out", run, "--epochs", "2", "--batch-size", "2"] + Self.small)
        try #require(trained.status == 0, "\(trained.errors)")
    }

    /// A size at which training takes a moment, and one thread, since tests run beside each other.
    static let small = ["--size", "48", "--threads", "1"]
}

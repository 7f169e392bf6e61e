import Foundation
import Synchronization
import Tessera

/// `log.txt` of a run: what the console says, line by line with its time. Lines said before the run has a folder are
/// kept until it has one.
enum RunLog {
    private struct State {
        /// Commands without a run keep nothing.
        var isBegun = false
        var path: String?
        var waiting: [String] = []
    }

    private static let state = Mutex(State())
    private static let waitingLimit = 10_000

    /// Begins with the command itself.
    static func begin() {
        state.withLock { $0.isBegun = true }
        add((["tessera"] + CommandLine.arguments.dropFirst()).joined(separator: " "))
    }

    /// Appends a text of one or more lines.
    static func add(_ text: String) {
        guard state.withLock({ $0.isBegun }) else { return }
        let time = Date().formatted(
            .iso8601.year().month().day().dateSeparator(.dash).time(includingFractionalSeconds: false))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "\(time)  \($0)\n" }
        state.withLock { state in
            state.waiting += lines.prefix(max(0, waitingLimit - state.waiting.count))
            if let path = state.path { write(&state, to: path) }
        }
    }

    /// From now on lines go to the file, those said before first.
    static func keep(at path: String) {
        state.withLock { state in
            state.path = path
            write(&state, to: path)
        }
    }

    /// A log that cannot be written stops no training: the line is lost, and so may later ones be.
    private static func write(_ state: inout State, to path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { return }
        defer { close(file) }
        let bytes = Array(state.waiting.joined().utf8)
        _ = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress!, $0.count) }
        state.waiting = []
    }
}

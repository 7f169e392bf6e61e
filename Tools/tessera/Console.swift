import Foundation
import Logging
import Synchronization
import Tessera

/// The two streams of the command line: results go to standard output, everything said on the way to standard error.
enum Console {
    static let isTerminal = isatty(STDERR_FILENO) == 1
    private static let lineIsOpen = Mutex(false)

    static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// A result, on standard output. Where it cannot be written, as on a full disk, the process ends with an error.
    static func print(_ text: String) {
        RunLog.add(text)
        clearLine()
        guard !write(text.escapingControls(keepingLines: true) + "\n", to: STDOUT_FILENO) else { return }
        // Whoever read the results has enough of them.
        if errno == EPIPE { end(128 + SIGPIPE) }
        let failure = TesseraError(
            .inputOutput, at: "standard output", found: "cannot be written: \(String(cString: strerror(errno)))")
        error("error: \(failure)")
        end(failure.exitCode)
    }

    /// Ends the process at once. Handlers that libraries have registered for an ordinary exit do not run: OpenBLAS's
    /// waits for its threads, and for ever where there was no memory for them.
    static func end(_ code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }

    /// A result as one JSON object.
    static func print(json value: some Encodable) throws { print(try json(value)) }

    /// The same, on one line.
    static func print(jsonLine value: some Encodable) throws { print(try json(value, onOneLine: true)) }

    static func json(_ value: some Encodable, onOneLine: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !onOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A line on standard error, above any progress bar.
    static func error(_ text: String) {
        RunLog.add(text)
        clearLine()
        write(text.escapingControls(keepingLines: true) + "\n")
    }

    /// Replaces the last line of the terminal.
    static func rewriteLine(_ text: String) {
        lineIsOpen.withLock { $0 = true }
        write("\r\u{1B}[K" + String(text.escapingControls().prefix(columns - 1)))
    }

    static func clearLine() {
        if lineIsOpen.withLock({ open in
            defer { open = false }; return open
        }) {
            write("\r\u{1B}[K")
        }
    }

    static func bootstrapLogging() { LoggingSystem.bootstrap { _ in ConsoleLogHandler() } }

    /// Where nobody reads what is said on the way, as after `2>&1 | head`, training stops in good order.
    private static func write(_ text: String) {
        if !write(text, to: STDERR_FILENO), errno == EPIPE { Interruption.noteThatTheReaderHasLeft() }
    }

    /// False where not all could be written.
    private static func write(_ text: String, to file: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress!, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }
}

/// Diagnostics as plain lines `note: …`, `warning: …` on standard error.
private struct ConsoleLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let label =
            switch event.level {
            case .trace, .debug: "debug"
            case .info, .notice: "note"
            case .warning: "warning"
            case .error, .critical: "error"
            }
        Console.error("\(label): \(event.message)")
    }
}

/// Where the commands say what a user should know and no script needs to read.
let logger = Logger(label: "tessera")

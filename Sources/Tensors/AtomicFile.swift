import Foundation

/// Files that are either complete or not there: written to a temporary file beside the target, flushed to disk, then
/// renamed.
public enum AtomicFile {
    /// Writes `bytes` as the whole file at `path`. On failure nothing is left behind and an older file stays as it was.
    public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).partial"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure("cannot be created", path) }
        do {
            try writeAll(bytes, to: file, path)
            guard fsync(file) == 0 else { throw failure("cannot be flushed to disk", path) }
        } catch {
            close(file)
            unlink(temporary)
            throw error
        }
        guard close(file) == 0, rename(temporary, path) == 0 else {
            let error = failure("cannot be put in place", path)
            unlink(temporary)
            throw error
        }
        flushFolder(of: path)
    }

    public static func write(_ bytes: [UInt8], to path: String) throws {
        try bytes.withUnsafeBytes { try write($0, to: path) }
    }

    public static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    /// Writes all bytes to an open file, called `path` in errors.
    package static func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32, _ path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = Foundation.write(
                file, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, min(rest.count, 1 << 30))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure("cannot be written", path) }
            rest = rest.dropFirst(written)
        }
    }

    /// The rename itself is durable only once the folder is flushed; some file systems refuse that, and the file is
    /// whole either way.
    private static func flushFolder(of path: String) {
        let folder = open(path.parentFolder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        _ = fsync(folder)
        close(folder)
    }

    private static func failure(_ what: String, _ path: String) -> TesseraError {
        TesseraError(.inputOutput, at: path, found: "\(what): \(String(cString: strerror(errno)))")
    }
}

/// A regular file read whole into memory, its size checked first.
public enum WholeFile {
    /// The bytes of the file at `path`; throws where it is missing, no regular file, unreadable or larger than `limit`
    /// bytes.
    public static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let file = try RegularFile(path)
        guard file.byteCount <= limit else {
            throw TesseraError(
                at: path, found: "the file has \(file.byteCount) bytes", accepted: "at most \(limit) bytes")
        }
        return try file.bytes(file.byteCount, from: 0)
    }
}

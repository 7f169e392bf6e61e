import Foundation

/// A regular file, open for reading at any place.
package final class RegularFile {
    /// What errors call it.
    private let path: String
    package let byteCount: Int
    private let descriptor: Int32

    /// Throws where the file is missing, no regular file, or cannot be opened.
    package init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TesseraError(.inputOutput, at: path, found: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw TesseraError(.inputOutput, at: path, found: "it is no regular file", accepted: "a regular file")
        }
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills the buffer with the bytes from `offset` on; throws where the file cannot be read or ends before.
    package func read(into buffer: UnsafeMutableRawBufferPointer, from offset: Int) throws {
        var count = 0
        while count < buffer.count {
            let got = pread(descriptor, buffer.baseAddress! + count, buffer.count - count, off_t(offset + count))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else {
                throw TesseraError(
                    .inputOutput, at: path,
                    found: got < 0 ? "cannot be read: \(String(cString: strerror(errno)))" : "it became shorter")
            }
            count += got
        }
    }

    /// `count` bytes from `offset` on.
    package func bytes(_ count: Int, from offset: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try read(into: UnsafeMutableRawBufferPointer(buffer), from: offset)
            initialized = count
        }
    }

    /// A stream of the bytes from the beginning, for the caller to close; the file may be given up meanwhile.
    package func stream() throws -> UnsafeMutablePointer<FILE> {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, let stream = fdopen(copy, "rb") else {
            if copy >= 0 { close(copy) }
            throw TesseraError(.inputOutput, at: path, found: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        return stream
    }
}

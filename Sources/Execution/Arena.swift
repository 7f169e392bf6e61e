import Foundation
import TesseraTensors

/// One mapping of zeroed memory in huge pages where the system has them. Allocated once, touched once, freed with the
/// last reference.
final class Arena: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    private static let pageSize = 2 << 20

    /// Throws where the system has no such memory.
    init(byteCount: Int) throws {
        self.byteCount = max((byteCount + Self.pageSize - 1) / Self.pageSize * Self.pageSize, Self.pageSize)
        guard let mapping = mmap(nil, self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapping != MAP_FAILED
        else {
            throw TesseraError(
                .inputOutput, at: "memory",
                found: "no \(self.byteCount) bytes from the system (\(String(cString: strerror(errno))))",
                accepted: "a smaller batch or image size")
        }
        base = mapping
        if self.byteCount > Self.pageSize { madvise(base, self.byteCount, MADV_HUGEPAGE) }
    }

    deinit { munmap(base, byteCount) }
}

import Foundation

/// The memory that the pictures being decoded in this process may take together. Whoever holds a whole picture asks for
/// its share first, with the size that the header declares, and waits while the others have too much.
package final class ImageMemory: @unchecked Sendable {
    /// A part of the memory, given back with the last reference.
    package final class Share: Sendable {
        fileprivate let memory: ImageMemory
        fileprivate let bytes: Int

        fileprivate init(_ memory: ImageMemory, _ bytes: Int) { (self.memory, self.bytes) = (memory, bytes) }

        deinit { memory.giveBack(bytes) }
    }

    package static let shared = ImageMemory(bytes: 1 << 29)

    private let bytes: Int
    /// Guards `taken`; signalled when it falls.
    private let condition = NSCondition()
    private var taken = 0

    package init(bytes: Int) { self.bytes = bytes }

    /// Waits for `count` bytes. A thread that holds a share must not ask for another one.
    package func share(of count: Int) -> Share {
        precondition(count <= bytes, "the limits of a picture keep it within the memory for pictures")
        condition.withLock {
            while taken + count > bytes { condition.wait() }
            taken += count
        }
        return Share(self, count)
    }

    private func giveBack(_ count: Int) {
        condition.withLock {
            taken -= count
            condition.broadcast()
        }
    }
}

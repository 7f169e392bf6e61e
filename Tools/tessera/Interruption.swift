import Foundation
import Synchronization
import Tessera

/// Ctrl-C and termination requests: the first is noted, so that a command can end in good order; the second ends the process at once.
enum Interruption {
    private static let signalled = Atomic<Bool>(false)

    /// From now on a first SIGINT or SIGTERM is only noted.
    static func catchSignals() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Interruption.signalled.exchange(true, ordering: .relaxed) { _exit(128 + number) }
            }
        }
    }

    static var wasRequested: Bool { signalled.load(ordering: .relaxed) }

    /// Throws once the user has asked to stop; `what` is left as the error says.
    static func check(_ what: String) throws {
        if wasRequested { throw TesseraError(.cancelled, at: what, found: "interrupted; nothing was written") }
    }
}

import Foundation
import Synchronization
import Tessera

/// Ctrl-C and termination requests: the first is noted, so that a command can end in good order; the second ends the
/// process at once.
enum Interruption {
    private static let signalled = Atomic<Bool>(false)

    /// From now on a first SIGINT or SIGTERM is only noted. They are unblocked, since a parent process may have left
    /// them blocked.
    static func catchSignals() {
        var caught = sigset_t()
        sigemptyset(&caught)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&caught, number)
            signal(number) { number in
                if Interruption.signalled.exchange(true, ordering: .relaxed) { _exit(128 + number) }
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    }

    static var wasRequested: Bool { signalled.load(ordering: .relaxed) }

    /// Throws once the user has asked to stop; `what` is left as the error says.
    static func check(_ what: String) throws {
        if wasRequested { throw TesseraError(.cancelled, at: what, found: "interrupted; nothing was written") }
    }
}

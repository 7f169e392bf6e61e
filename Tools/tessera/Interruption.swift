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

    /// Writing to a pipe that nobody reads, or beyond the limit of a file's size, is from now on an error that the
    /// writer deals with, where it would have ended the process.
    static func ignoreWriteSignals() { for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) } }

    private static let readerHasLeft = Atomic<Bool>(false)

    /// Nobody reads any more what a command says on the way: training stops after its next step. What it needs before
    /// the first one goes on, so that there is a run to resume; so do commands that give a result.
    static func noteThatTheReaderHasLeft() { readerHasLeft.store(true, ordering: .relaxed) }

    static var wasRequested: Bool { signalled.load(ordering: .relaxed) || readerHasLeft.load(ordering: .relaxed) }

    /// Throws once the user has asked to stop; `what` is left as the error says.
    static func check(_ what: String) throws {
        if signalled.load(ordering: .relaxed) {
            throw TesseraError(.cancelled, at: what, found: "interrupted; nothing was written")
        }
    }
}

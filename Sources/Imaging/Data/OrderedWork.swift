import Foundation
import Synchronization

/// Runs `body` for 0..<count on up to `workers` threads and returns the results in order. After a failure no further
/// index is begun, and the error thrown is that of the smallest index that failed, whatever the threads did first.
package func inOrder<Result: Sendable>(
    _ count: Int, workers: Int, _ body: @escaping @Sendable (Int) throws -> Result
) throws -> [Result] {
    let state = Mutex(OrderedProgress<Result>(results: Array(repeating: nil, count: count)))
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, count))) { _ in
        // Indices are handed out in ascending order, so every index before a failed one has been begun and will be
        // reported.
        while let index = state.withLock({ state -> Int? in
            guard state.failure == nil, state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }) {
            let outcome = Swift.Result { try body(index) }
            state.withLock { state in
                switch outcome {
                case .success(let value): state.results[index] = value
                case .failure(let error): if index < state.failure?.index ?? count { state.failure = (index, error) }
                }
            }
        }
    }
    let final = state.withLock { $0 }
    if let failure = final.failure { throw failure.error }
    return final.results.map { $0! }
}

private struct OrderedProgress<Result: Sendable>: Sendable {
    var next = 0
    var results: [Result?]
    var failure: (index: Int, error: any Error)?
}

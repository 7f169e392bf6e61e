import TesseraIR
import TesseraTensors

/// What bytes of a program's memory mean.
package enum Content: Hashable, Sendable, CustomStringConvertible {
    case value(Value)
    /// What a step packed, and its partial sums.
    case packed(step: Int)
    case sums(step: Int)

    package var description: String {
        switch self {
        case .value(let value): "\(value)"
        case .packed(let step): "what step \(step) packed"
        case .sums(let step): "the partial sums of step \(step)"
        }
    }
}

/// Bytes that are read or written as part of some content: runs of the same length at the same distance. A tensor is
/// one run, a slice of a wider one a run a pixel.
package struct MemoryAccess: Sendable {
    package enum Space: Hashable, Sendable {
        case arena
        case packed
        case state(String)
    }

    let space: Space
    let first: Int
    let runBytes: Int
    let runs: Int
    let distance: Int
    let content: Content

    package init(
        _ content: Content, in space: Space = .arena, at first: Int, bytes runBytes: Int, runs: Int = 1,
        distance: Int = 0
    ) {
        self.space = space
        self.first = first
        self.runBytes = runBytes
        self.runs = runs
        self.distance = distance
        self.content = content
    }
}

/// Who wrote which bytes last, and what they mean.
package struct ShadowMemory {
    private struct Run {
        let bytes: Range<Int>
        let content: Content
        /// The byte of the content that lies at address 0 if the content went on to there.
        let origin: Int
        let writer: String

        func part(_ bytes: Range<Int>) -> Run {
            Run(bytes: bytes, content: content, origin: origin, writer: writer)
        }
    }
    /// By space, disjoint and in order.
    private var runs: [MemoryAccess.Space: [Run]] = [:]

    package init() {}

    package mutating func write(_ access: MemoryAccess, by writer: String) {
        forEachRun(access) { bytes, origin in
            var all = runs[access.space] ?? []
            let index = Self.firstIndex(all, endingAfter: bytes.lowerBound)
            let end = all[index...].firstIndex { $0.bytes.lowerBound >= bytes.upperBound } ?? all.count
            var replacement: [Run] = []
            for run in all[index..<end] {
                if run.bytes.lowerBound < bytes.lowerBound {
                    replacement.append(run.part(run.bytes.lowerBound..<bytes.lowerBound))
                }
            }
            replacement.append(Run(bytes: bytes, content: access.content, origin: origin, writer: writer))
            for run in all[index..<end] where run.bytes.upperBound > bytes.upperBound {
                replacement.append(run.part(bytes.upperBound..<run.bytes.upperBound))
            }
            all.replaceSubrange(index..<end, with: replacement)
            runs[access.space] = all
        }
    }

    /// Throws where a byte is not what the reader takes it for.
    package func read(_ access: MemoryAccess, by reader: String) throws {
        var failure: TesseraError?
        forEachRun(access) { bytes, origin in
            guard failure == nil else { return }
            var next = bytes.lowerBound
            let all = runs[access.space] ?? []
            for run in all[Self.firstIndex(all, endingAfter: next)...] {
                guard next < bytes.upperBound, run.bytes.lowerBound <= next, run.content == access.content,
                    run.origin == origin
                else { break }
                next = run.bytes.upperBound
            }
            guard next < bytes.upperBound else { return }
            let found = all.first { $0.bytes.contains(next) }
            failure = TesseraError(
                at: reader,
                found: "byte \(next) of its input \(access.content) "
                    + (found.map { "holds \($0.content), written by \($0.writer)" } ?? "was never written"),
                accepted: "the bytes of \(access.content)")
        }
        if let failure { throw failure }
    }

    private func forEachRun(_ access: MemoryAccess, _ body: (_ bytes: Range<Int>, _ origin: Int) -> Void) {
        guard access.runBytes > 0 else { return }
        for run in 0..<access.runs {
            let first = access.first + run * access.distance
            body(first..<first + access.runBytes, run * access.runBytes - first)
        }
    }

    /// The first run that ends behind an address.
    private static func firstIndex(_ runs: [Run], endingAfter address: Int) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].bytes.upperBound > address { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

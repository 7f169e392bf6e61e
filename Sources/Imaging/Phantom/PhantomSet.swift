import Foundation
import TesseraTensors

/// A folder of phantoms that `Dataset` reads: images, labels.csv with the drawn score, two readers and a split, and a
/// note that all is synthetic.
public enum PhantomSet {
    /// The file that says what the folder holds; its presence marks a folder as one of ours, which may be overwritten.
    public static let noticeFile = "SYNTHETIC.txt"

    public static let largestCount = 1_000_000

    /// How many phantoms go to each part of the data set.
    public struct Parts: Sendable, Equatable {
        public let train: Int, validation: Int, test: Int

        public init(train: Int, validation: Int, test: Int) {
            (self.train, self.validation, self.test) = (train, validation, test)
        }

        /// The paper's shares of `count`.
        public init(count: Int) {
            let shares = Split.shares(of: count)
            self.init(train: shares[0], validation: shares[1], test: shares[2])
        }

        public var count: Int { train + validation + test }
    }

    /// Draws `parts` (by default `count` phantoms in the paper's shares) of `size` × `size` pixels into `folder`, which
    /// is made where it does not exist.
    ///
    /// The same seed, size and parts give the same bytes with any number of workers. A folder with files of anything
    /// else is refused. labels.csv is written last; on failure, also when `progress` throws, all that was written is
    /// removed. `progress` hears how many images are done, from any thread, one call at a time.
    public static func write(
        count: Int, size: Int, seed: UInt64, to folder: String, parts: Parts? = nil,
        workers: Int = ProcessInfo.processInfo.activeProcessorCount,
        progress: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) throws {
        let parts = parts ?? Parts(count: count)
        guard (1...largestCount).contains(count), parts.count == count,
            min(parts.train, parts.validation, parts.test) >= 0
        else {
            throw TesseraError(
                at: "phantoms",
                found: "\(count) images in parts of \(parts.train), \(parts.validation) and \(parts.test)",
                accepted: "1...\(largestCount) images, parts that add up to them")
        }
        guard (16...8192).contains(size) else {
            throw TesseraError(at: "phantom size", found: "\(size)", accepted: "16...8192")
        }
        let output = try PhantomFolder(folder)
        do {
            try output.write(notice(count: count, size: size, seed: seed), to: noticeFile)
            let counter = ProgressCounter(progress)
            let rows = try inOrder(count, workers: workers) { index in
                let phantom = Phantom(seed: seed, index: index)
                try phantom.image(size: size).write(
                    png: output.path(imageName(index)), depth: .sixteen, comment: Phantom.notice)
                try counter.advance()
                return
                    "\(imageName(index)),\(phantom.total),\(phantom.readers[0]),\(phantom.readers[1]),\(split(index, parts).rawValue)\n"
            }
            try output.write("file,score,reader1,reader2,split\n" + rows.joined(), to: Dataset.labelsFile)
        } catch {
            output.removeAll()
            throw error
        }
    }

    static func imageName(_ index: Int) -> String {
        let digits = String(index)
        return PhantomFolder.imagePrefix + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".png"
    }

    /// Phantoms are independent draws, so the first ones may be the training set.
    private static func split(_ index: Int, _ parts: Parts) -> Split {
        index < parts.train ? .train : index < parts.train + parts.validation ? .validation : .test
    }

    private static func notice(count: Int, size: Int, seed: UInt64) -> String {
        """
        \(Phantom.notice)

        \(count) images of \(size) × \(size) pixels, seed \(seed). The column score of labels.csv is the sum of the joint space narrowing and
        erosion scores (Sharp/van der Heijde) that are drawn, 0–280; reader1 and reader2 are simulated readers who disagree a little.

        """
    }
}

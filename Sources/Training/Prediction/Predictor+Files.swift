import Foundation
import TesseraImaging
import TesseraTensors

/// What came of one image file.
public struct ImageScore: Sendable {
    public let file: String
    public let outcome: Result<Double, TesseraError>
    /// What the image looks like; nil where it could not be read.
    public let statistics: ImageStatistics?

    public var score: Double? { try? outcome.get() }

    public var error: TesseraError? {
        if case .failure(let error) = outcome { error } else { nil }
    }
}

extension [ImageScore] {
    /// One line a file: `file,score,error`, of which score or error is empty.
    public var csv: String {
        let lines = map { result in
            [
                CSVTable.field(result.file), result.score.map { "\($0)" } ?? "",
                CSVTable.field(result.error?.description ?? ""),
            ].joined(separator: ",")
        }
        return (["file,score,error"] + lines).map { $0 + "\n" }.joined()
    }
}

extension Predictor {
    private struct Prepared: Sendable {
        let image: Image
        let statistics: ImageStatistics
    }

    /// A score for each file, or why it has none; a file that cannot be read keeps no other from being scored.
    /// Holds the images of one batch at a time, or of as many threads. `progress` hears how many are done, and what it
    /// throws ends the work, as does what is wrong with the model.
    public func scores(
        ofFiles files: [String], preprocessing: Preprocessing, batchSize: Int, workers: Int,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> [ImageScore] {
        var outcomes = files.map { Result<Double, TesseraError>.failure(TesseraError(at: $0, found: "no score yet")) }
        var statistics = [ImageStatistics?](repeating: nil, count: files.count)
        var waiting: [(index: Int, image: Image)] = []
        func scoreWaiting(_ count: Int) throws {
            let batch = waiting.prefix(count)
            waiting.removeFirst(batch.count)
            guard !batch.isEmpty else { return }
            let images = Tensor(
                stacking: batch.map { entry in
                    Tensor(entry.image.samples, shape: [entry.image.channels, entry.image.height, entry.image.width])
                })
            for (entry, score) in zip(batch, try scores(for: images)) {
                outcomes[entry.index] =
                    score.isFinite
                    ? .success(score)
                    : .failure(
                        TesseraError(
                            at: files[entry.index], found: "the score \(score): the network overflows",
                            accepted: "a finite score"))
            }
        }
        let stride = max(batchSize, workers)
        for start in Swift.stride(from: 0, to: files.count, by: stride) {
            let part = Array(files[start..<min(start + stride, files.count)])
            let prepared = try inOrder(part.count, workers: workers) { index in
                Result { try Self.prepared(part[index], preprocessing) }
            }
            for (offset, result) in prepared.enumerated() {
                switch result {
                case .success(let value):
                    statistics[start + offset] = value.statistics
                    waiting.append((start + offset, value.image))
                case .failure(let error):
                    outcomes[start + offset] = .failure(
                        error as? TesseraError ?? TesseraError(.inputOutput, at: part[offset], found: "\(error)"))
                }
            }
            while waiting.count >= batchSize { try scoreWaiting(batchSize) }
            try progress(start + part.count)
        }
        try scoreWaiting(batchSize)
        return files.indices.map { ImageScore(file: files[$0], outcome: outcomes[$0], statistics: statistics[$0]) }
    }

    private static func prepared(_ file: String, _ preprocessing: Preprocessing) throws -> Prepared {
        guard FileManager.default.fileExists(atPath: file) else {
            throw TesseraError(
                .inputOutput, at: file, found: "no such file", accepted: "a PNG file or a folder of them")
        }
        let film = try ImageInspection.prepared(file, preprocessing)
        return Prepared(image: film.input, statistics: film.statistics)
    }
}

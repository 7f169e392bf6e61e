import Foundation
import TesseraTensors

extension Dataset {
    /// Whether the folder says that its images are synthetic phantoms (a file SYNTHETIC.txt).
    public var isSynthetic: Bool {
        FileManager.default.fileExists(atPath: (folder as NSString).appendingPathComponent(PhantomSet.noticeFile))
    }

    /// A digest of the bytes of all images and their scores, whatever names, order and splits: the same
    /// data has the same digest in another place. Reads every file.
    public func contentDigest(workers: Int) throws -> String {
        contentDigest(images: try imageDigests(workers: workers))
    }

    /// The digest of the bytes of each sample's file.
    public func imageDigests(workers: Int) throws -> [UInt64] {
        try inOrder(samples.count, workers: workers) { try Dataset.imageDigest(samples[$0].path) }
    }

    /// The same, from the digest of each sample's file.
    public func contentDigest(images: [UInt64]) -> String {
        precondition(images.count == samples.count, "\(images.count) digests for \(samples.count) images")
        let pairs = zip(images, samples).map { ($0, $1.score.bitPattern) }.sorted { $0 < $1 }
        var hash = FNV1a()
        for (image, score) in pairs {
            for number in [image, score] { withUnsafeBytes(of: number.littleEndian) { hash.combine($0) } }
        }
        return hash.hexadecimal
    }

    static func imageDigest(_ path: String) throws -> UInt64 {
        var hash = FNV1a()
        let file = try RegularFile(path), piece = 1 << 20
        guard file.byteCount <= PNG.mostBytes else {
            throw TesseraError(
                at: path, found: "the file has \(file.byteCount) bytes", accepted: "at most \(PNG.mostBytes) bytes")
        }
        for start in stride(from: 0, to: file.byteCount, by: piece) {
            hash.combine(try file.bytes(min(piece, file.byteCount - start), from: start))
        }
        return hash.value
    }
}

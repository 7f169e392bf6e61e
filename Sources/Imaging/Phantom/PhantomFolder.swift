import Foundation
import Synchronization
import TesseraTensors

/// The folder a phantom set goes to: empty, new, or an earlier phantom set, whose files are removed first.
struct PhantomFolder: Sendable {
    static let imagePrefix = "phantom-"

    private let folder: String
    private let output: OutputFolder

    init(_ folder: String) throws {
        self.folder = folder
        output = try OutputFolder(folder)
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let foreign = names.contains(PhantomSet.noticeFile) ? names.first { !Self.isOwn($0) } : names.min()
            if let foreign {
                throw TesseraError(
                    at: folder, found: "a folder that holds '\(foreign)'",
                    accepted: "a new or empty folder, or one with an earlier phantom set alone")
            }
        } catch let error as TesseraError {
            throw error
        } catch {
            throw TesseraError(.inputOutput, at: folder, found: "cannot be read: \(error.localizedDescription)")
        }
        removeFiles()
    }

    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }

    func write(_ text: String, to name: String) throws { try AtomicFile.write(text, to: path(name)) }

    /// Removes the set, and the folders that were made for it.
    func removeAll() {
        removeFiles()
        output.removeWhereEmpty()
    }

    /// The labels go first and the notice last: a folder without labels is no data set, and one with a notice may be
    /// written again.
    private func removeFiles() {
        unlink(path(Dataset.labelsFile))
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where Self.isOwn(name) && name != PhantomSet.noticeFile {
            unlink(path(name))
        }
        unlink(path(PhantomSet.noticeFile))
    }

    /// A file of a set, whole or half written.
    private static func isOwn(_ name: String) -> Bool {
        if name.hasSuffix(".partial") {
            return [PhantomSet.noticeFile, Dataset.labelsFile, imagePrefix].contains { name.hasPrefix($0) }
        }
        return name == PhantomSet.noticeFile || name == Dataset.labelsFile
            || (name.hasPrefix(imagePrefix) && name.hasSuffix(".png"))
    }
}

/// Counts finished images and tells a listener, one call at a time.
final class ProgressCounter: Sendable {
    private let count = Mutex(0)
    private let listener: @Sendable (Int) throws -> Void

    init(_ listener: @escaping @Sendable (Int) throws -> Void) { self.listener = listener }

    func advance() throws {
        try count.withLock { count in
            count += 1
            try listener(count)
        }
    }
}

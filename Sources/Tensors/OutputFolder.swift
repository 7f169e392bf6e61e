import Foundation

/// A folder for results, made with those above it where they are not there, and taken back where nothing came of it.
public struct OutputFolder: Sendable {
    /// The folders that were made, outermost first.
    private let made: [String]

    /// Throws where the folder cannot be made or nothing can be written in it.
    public init(_ path: String) throws {
        var missing: [String] = [], ancestor = path
        while !FileManager.default.fileExists(atPath: ancestor) {
            missing.insert(ancestor, at: 0)
            ancestor = ancestor.parentFolder
        }
        made = missing
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            removeWhereEmpty()
            throw TesseraError(
                .inputOutput, at: path, found: "the folder cannot be made: \((error as NSError).localizedDescription)",
                accepted: "a writable place")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw TesseraError(
                .inputOutput, at: path, found: String(cString: strerror(errno)), accepted: "a writable folder")
        }
    }

    /// Removes the folders that were made and hold nothing.
    public func removeWhereEmpty() { for folder in made.reversed() { rmdir(folder) } }

    /// What `body` gives, with a folder at `path` to write to; where it throws, no new empty folder stays.
    public static func with<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        let folder = try OutputFolder(path)
        do { return try body() } catch {
            folder.removeWhereEmpty()
            throw error
        }
    }
}

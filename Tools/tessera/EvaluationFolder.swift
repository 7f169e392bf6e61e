import Foundation
import Tessera

/// A new folder for one evaluation; nothing is overwritten. It holds all of its files or is not there.
struct EvaluationFolder {
    let path: String
    private let parent: OutputFolder

    /// Throws where `path` holds anything or cannot be made.
    init(new path: String) throws {
        parent = try OutputFolder(path)
        self.path = path
        guard try FileManager.default.contentsOfDirectory(atPath: path).isEmpty else {
            throw TesseraError(
                at: path, found: "a folder with files", accepted: "--out with a new or empty folder")
        }
    }

    /// `evaluations/NNN-NAME` in `home`, with the next number that is free.
    init(numberedIn home: String, name: String) throws {
        let folder = home + "/evaluations"
        do { parent = try OutputFolder(folder) } catch let error as TesseraError {
            throw TesseraError(
                error.kind, at: error.location, found: error.found, accepted: "a writable folder, or --out with another"
            )
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var number = (names.compactMap { Int($0.prefix { $0.isNumber }) }.max() ?? 0) + 1
        while true {
            let path = "\(folder)/\(String(format: "%03d", number))-\(name)"
            if mkdir(path, 0o777) == 0 {
                self.path = path
                return
            }
            guard errno == EEXIST else {
                let reason = String(cString: strerror(errno))
                parent.removeWhereEmpty()
                throw TesseraError(.inputOutput, at: path, found: "the folder cannot be made: \(reason)")
            }
            number += 1
        }
    }

    /// The last part of a path in characters that every file system takes.
    static func name(of path: String) -> String {
        let last = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
        let plain = last.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
                ? String(scalar) : "-"
        }
        return String(plain.joined().prefix(80))
    }

    /// Writes the files that `body` makes; where it throws or one cannot be written, none of them stays.
    func write(_ body: () throws -> [(name: String, text: String)]) throws {
        var written: [String] = []
        do {
            for file in try body() {
                try AtomicFile.write(file.text, to: "\(path)/\(file.name)")
                written.append(file.name)
            }
        } catch {
            for name in written { unlink("\(path)/\(name)") }
            rmdir(path)
            parent.removeWhereEmpty()
            throw error
        }
    }
}

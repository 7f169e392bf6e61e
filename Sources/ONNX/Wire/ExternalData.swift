import COnnx
import Foundation
import TesseraTensors

/// Tensor data in files beside the model. Only regular files inside the model's own folder are read: no way out by
/// `..`, absolute paths, symbolic or hard links, save where the model is itself a link into the folder that its data's
/// link leads into, as in caches. Offset and length are checked against the file before anything is allocated.
struct ExternalData {
    /// The folder of the model.
    let folder: String
    /// The folder that the model's file is a link into, as the bytes of its path; nil where it is no link.
    let linkedFolder: [CChar]?

    /// The folder that a link, such as one in Hugging Face's cache, leads into; nil where the file is no link.
    static func linkedFolder(of path: String) -> [CChar]? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let target = realpath(path, nil) else {
            return nil
        }
        defer { free(target) }
        return parent(of: target)
    }

    private static func parent(of path: UnsafePointer<CChar>) -> [CChar] {
        let bytes = UnsafeBufferPointer(start: path, count: strlen(path))
        return Array(bytes[..<(bytes.lastIndex(of: CChar(bitPattern: 0x2F)) ?? 0)])
    }

    func tensor(
        _ entries: some Sequence<Onnx__StringStringEntryProto>, element: ElementType, shape: [Int], byteCount: Int,
        at place: String
    ) throws -> Tensor {
        let fields = Dictionary(entries.map { (String(wire: $0.key), String(wire: $0.value)) }) { first, _ in first }
        guard let location = fields["location"], !location.isEmpty else {
            throw TesseraError(
                at: place, found: "external data without a location", accepted: "a file beside the model")
        }
        let file = open(try resolve(location, at: place), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            throw TesseraError(
                .inputOutput, at: "\(place), external data \(location)", found: String(cString: strerror(errno)),
                accepted: "a file in the model's folder")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            throw TesseraError(
                at: "\(place), external data \(location)", found: "no regular file of one name",
                accepted: "a regular file in the model's folder that is no link")
        }
        let size = Int(status.st_size)
        func number(_ key: String) throws -> Int? {
            guard let text = fields[key] else { return nil }
            guard let number = Int(text), number >= 0 else {
                throw TesseraError(
                    at: "\(place), external data", found: "the \(key) '\(text)'",
                    accepted: "a decimal number that is not negative")
            }
            return number
        }
        let offset = try number("offset") ?? 0, length = try number("length") ?? byteCount
        guard length == byteCount, offset <= size, length <= size - offset else {
            throw TesseraError(
                at: "\(place), external data \(location)",
                found: "\(length) bytes from \(offset) of \(size) for \(element.rawValue)\(shape)",
                accepted: "\(byteCount) bytes that the file has")
        }
        var result = Tensor(uninitialized: element, shape: shape)
        let isWhole = result.withUnsafeMutableBytes { buffer in
            var done = 0
            while done < byteCount {
                let got = pread(file, buffer.baseAddress! + done, byteCount - done, off_t(offset + done))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return false }
                done += got
            }
            return true
        }
        guard isWhole else {
            throw TesseraError(
                .inputOutput, at: "\(place), external data \(location)", found: "it cannot be read to the end",
                accepted: "a readable file")
        }
        return result
    }

    /// The real path of a location, which must lie in the real folder of the model.
    private func resolve(_ location: String, at place: String) throws -> [CChar] {
        func outside() -> TesseraError {
            TesseraError(
                at: "\(place), external data", found: "the location '\(location)'",
                accepted:
                    "a relative path to a file in the model's folder; where links lead out of it, model and data into one folder"
            )
        }
        guard !location.hasPrefix("/"), !location.split(separator: "/").contains("..") else { throw outside() }
        guard let root = realpath(folder, nil) else {
            throw TesseraError(
                .inputOutput, at: folder, found: String(cString: strerror(errno)), accepted: "the model's folder")
        }
        defer { free(root) }
        let named = (Array(folder.utf8) + Array("/".utf8) + location.nameBytes + [0]).map { CChar(bitPattern: $0) }
        guard let target = realpath(named, nil) else {
            throw TesseraError(
                .inputOutput, at: "\(place), external data \(location)", found: String(cString: strerror(errno)),
                accepted: "a file in the model's folder")
        }
        defer { free(target) }
        // A root of one byte is "/" itself.
        let length = strlen(root)
        let isInside = length == 1 || strncmp(target, root, length) == 0 && target[length] == CChar(bitPattern: 0x2F)
        guard isInside || Self.parent(of: target) == linkedFolder else { throw outside() }
        return Array(UnsafeBufferPointer(start: target, count: strlen(target) + 1))
    }
}

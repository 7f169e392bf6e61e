import Foundation
import Testing

/// The formatter wraps code and leaves comments as they are.
@Suite struct CommentWidthTests {
    @Test func noCommentIsWiderThan120Columns() throws {
        let folders = ["Sources", "Models", "Tools", "Tests", "docs/example"]
        let files = try folders.flatMap { folder in
            try Repository.files(under: folder, extensions: ["swift", "c", "h", "py", "def"])
        }
        // The wire format is generated, with the comments of its protocol description.
        for file in files where !file.contains(".pb-c.") {
            let lines = try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.count > 120 {
                let text = line.drop { $0 == " " }
                let isComment = ["//", "/*", "* ", "# "].contains { text.hasPrefix($0) }
                #expect(!isComment, "\(file):\(index + 1) has \(line.count) columns")
            }
        }
    }
}

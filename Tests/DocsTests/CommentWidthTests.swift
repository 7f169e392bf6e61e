import Foundation
import Testing

/// The formatter wraps code and leaves comments as they are.
@Suite("Comments")
struct CommentWidthTests {
    @Test("No comment is wider than 120 columns")
    func width() throws {
        let folders = ["Sources", "Models", "Tools", "Tests", "docs/example"]
        for file in try folders.flatMap({
            try Repository.files(under: $0, extensions: ["swift", "c", "h", "py", "def"])
        }) {
            for (index, line) in try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                let text = line.drop { $0 == " " }
                let isComment = ["//", "/*", "* ", "# "].contains { text.hasPrefix($0) }
                #expect(!isComment || line.count <= 120, "\(file):\(index + 1) has \(line.count) columns")
            }
        }
    }
}

import Foundation
import Testing

/// Links between the documents, and to files of the package, lead somewhere.
@Suite struct LinkTests {
    @Test func linksLeadToFiles() throws {
        let documents =
            ["README.md", "CHANGELOG.md"]
            + (try FileManager.default.contentsOfDirectory(atPath: Repository.root.appendingPathComponent("docs").path)
                .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" })
        for document in documents {
            let folder = Repository.root.appendingPathComponent(document).deletingLastPathComponent()
            for match in try Repository.text(document).matches(of: /\]\(([^)#:\s]+)(?:#[^)]*)?\)/) {
                let target = folder.appendingPathComponent(String(match.1)).path
                #expect(FileManager.default.fileExists(atPath: target), "\(document) links to \(match.1)")
            }
        }
    }
}

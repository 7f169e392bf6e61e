import Foundation
import TesseraIR
import TesseraOps
import Testing

/// The graph that docs/ir.md shows is one.
@Suite struct GraphTextTests {
    @Test func theExampleParsesAndPrintsTheSame() throws {
        let blocks = try Repository.text("docs/ir.md").split(separator: "```text\n").dropFirst()
            .map { String($0.prefix(upTo: $0.range(of: "```")!.lowerBound)) }.filter { $0.hasPrefix("graph ") }
        #expect(blocks.count == 1)
        for block in blocks { #expect(GraphText.print(try GraphText.parse(block, catalog: .standard)) == block) }
    }
}

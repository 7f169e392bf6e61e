import Foundation
import TesseraIR
import TesseraOps
import Testing

/// docs/onnx-support.md lists exactly the operators that the catalogue reads. With TESSERA_RECORD=1 the table is
/// written anew.
@Suite struct OperatorTableTests {
    private static let path = "docs/onnx-support.md", header = "operator"

    /// One line an operator: its versions and the ops whose rules read it; some become other ops, constants or nothing.
    private static func lines() -> [[String]] {
        var versions: [String: [Int]] = [:], ops: [String: [String]] = [:]
        for type in OpCatalog.standard.types {
            for rule in (type as? any ONNXImportable.Type)?.onnxRules ?? [] {
                versions[rule.operatorType, default: []] += rule.versions
                if !ops[rule.operatorType, default: []].contains("`\(type.mnemonic)`") {
                    ops[rule.operatorType, default: []].append("`\(type.mnemonic)`")
                }
            }
        }
        for (name, rules) in OpCatalog.standard.onnxRules where versions[name] == nil {
            (versions[name], ops[name]) = (rules.flatMap(\.versions), ["other ops, or none"])
        }
        return versions.keys.sorted().map { name in
            [
                name, versions[name]!.sorted().map(String.init).joined(separator: ", "),
                ops[name]!.joined(separator: ", "),
            ]
        }
    }

    @Test func theTableIsTheCatalogue() throws {
        let text = try Repository.text(Self.path), lines = Self.lines()
        if ProcessInfo.processInfo.environment["TESSERA_RECORD"] == "1" {
            var document = text.components(separatedBy: "\n")
            let header = try #require(document.firstIndex { $0.hasPrefix("| \(Self.header) |") })
            let end = document[header...].firstIndex { !$0.hasPrefix("|") } ?? document.endIndex
            document.replaceSubrange((header + 2)..<end, with: lines.map { "| " + $0.joined(separator: " | ") + " |" })
            try document.joined(separator: "\n").write(
                to: Repository.root.appendingPathComponent(Self.path), atomically: true, encoding: .utf8)
            return
        }
        let written = Repository.table(in: text, beginning: Self.header)
        for line in lines where !written.contains(line) {
            Issue.record(
                "docs/onnx-support.md lacks the line | \(line.joined(separator: " | ")) |; TESSERA_RECORD=1 writes the table anew"
            )
        }
        for line in written where !lines.contains(line) {
            Issue.record("docs/onnx-support.md has a line that the catalogue has not: \(line)")
        }
    }
}

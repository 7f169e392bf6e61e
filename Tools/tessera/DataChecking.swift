import Foundation
import Synchronization
import Tessera

/// The check of a data set as the commands show it.
enum DataChecking {
    /// The report, with a bar while images are read. `purpose` is what an interruption ends.
    static func report(on dataset: Dataset, _ check: DatasetCheck, workers: Int, for purpose: String) throws
        -> DatasetReport
    {
        let bar = Mutex<ProgressBar?>(nil)
        defer { bar.withLock { $0?.finish() } }
        return try check.report(on: dataset, workers: workers) { done, total in
            try Interruption.check(purpose)
            bar.withLock { bar in
                if bar == nil { bar = ProgressBar("checking", unit: "images", total: total) }
                bar?.update(done)
            }
        }
    }

    /// Throws all errors of a data set whose `parts` a trained model shall score, and says what is unusual.
    static func require(_ dataset: Dataset, parts: Set<Split>, for model: TrainedModel, workers: Int) throws {
        var check = DatasetCheck()
        check.required = parts
        check.decoded = parts
        check.readsAll = false
        check.preprocessing = model.preprocessing
        check.trainedOn = model.trainingData?.appearance
        try require(report(on: dataset, check, workers: workers, for: "evaluation"))
    }

    /// Says warnings and notes on standard error and throws the errors, all at once.
    static func require(_ report: DatasetReport) throws {
        for finding in report.findings where finding.severity != .error { Console.error("\(finding)") }
        try report.findings.throwErrors()
    }
}

extension DatasetReport: Encodable {
    private enum CodingKeys: String, CodingKey { case findings, summary, contentDigest, isUsable }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(findings, forKey: .findings)
        try container.encode(summary, forKey: .summary)
        try container.encode(contentDigest, forKey: .contentDigest)
        try container.encode(findings.errors.isEmpty, forKey: .isUsable)
    }

    /// Findings, then the parts as a table, for 80 columns.
    var text: String {
        var lines = findings.flatMap { Self.wrapped("\($0)") }
        if !lines.isEmpty { lines.append("") }
        lines += summary.lines + [""]
        let counts = Finding.Severity.allCases.map { severity in
            (severity.rawValue, findings.count { $0.severity == severity })
        }
        lines.append(counts.map { "\($1) \($0)\($1 == 1 ? "" : "s")" }.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }

    /// Lines of at most 80 columns, the later ones indented; words are not cut.
    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = [], line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > 80 {
                lines.append(line)
                line = "    " + word
            } else {
                line += (line.isEmpty ? "" : " ") + word
            }
        }
        return lines + [line]
    }
}

extension DatasetSummary {
    var lines: [String] {
        var table = TextTable([
            ("split", .left), ("images", .right), ("groups", .right), ("least score", .right), ("mean", .right),
            ("largest", .right),
        ])
        func number(_ value: Double) -> String { String(format: "%.2f", value) }
        for part in parts {
            table.add([
                part.split, part.images.grouped, part.groups?.grouped ?? "–", number(part.leastScore),
                number(part.meanScore), number(part.largestScore),
            ])
        }
        let kinds = [
            (landscapeImages, "landscape"), (portraitImages, "portrait"), (squareImages, "square"),
            (images8Bit, "of 8 bits"),
            (images16Bit, "of 16 bits"), (colorImages, "in colour"),
        ].filter { $0.0 > 0 }.map { "\($0.0.grouped) \($0.1)" }
        let shown = sizes.prefix(3).map { "\($0.images.grouped) of \($0.width) × \($0.height)" }
        let others = sizes.count > 3 ? ["\(sizes.count - 3) other sizes"] : []
        return table.lines + [
            "", "sizes    " + (shown + others).joined(separator: ", "), "images   " + kinds.joined(separator: ", "),
            "readers  \(readers)" + (isSynthetic ? "; synthetic phantoms" : ""),
        ]
    }
}

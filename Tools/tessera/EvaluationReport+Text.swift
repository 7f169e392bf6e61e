import Foundation
import Tessera

extension EvaluationReport {
    /// What is printed: three tables of comparisons and what the numbers mean, within 80 columns for usual scores.
    var lines: [String] {
        var lines = [title, ""] + closeness.lines + [""] + differences.lines + [""] + agreement.lines + [""]
        if let discrimination {
            lines += [
                "AUC \(Self.text(discrimination.area, discrimination.areaInterval, Self.ratio)): score 1 against 0, "
                    + "\(discrimination.positives) and \(discrimination.negatives) images"
            ]
            if discrimination.area == 1 {
                lines.append("DeLong's interval of an AUC of 1 is always [1, 1]: it says nothing.")
            }
        }
        return lines + Self.legend + (images < 20 ? ["With \(images) images all of this is rough."] : [])
    }

    private static let legend = [
        "Brackets are 95 % confidence intervals; limits: bias ± 1.96 SD (Bland–Altman).",
        "A p above 0.05 is no proof of agreement: the interval of the mean difference",
        "says how large a difference the data leave open.",
    ]

    /// r, MAE and RMSE.
    private var closeness: TextTable {
        table(["r [95 %]", "MAE [95 %]", "RMSE [95 %]"]) { row in
            [
                Self.text(row.metrics.pearson, row.intervals.pearson, Self.ratio),
                Self.text(row.metrics.meanAbsoluteError, row.intervals.meanAbsoluteError, Self.number),
                Self.text(row.metrics.rootMeanSquareError, row.intervals.rootMeanSquareError, Self.number),
            ]
        }
    }

    /// The mean differences, first minus second, with their t-tests.
    private var differences: TextTable {
        table(["mean difference [95 %]", "t", "df", "p"]) { row in
            let test = row.test
            return [
                Self.text(test.meanDifference, test.interval, Self.signed), test.t.map(Self.number) ?? "–",
                test.degreesOfFreedom.map(String.init) ?? "–",
                test.p.map { String(format: $0 < 0.001 ? "%.1e" : "%.3f", $0) } ?? "–",
            ]
        }
    }

    /// Intraclass correlations and limits of agreement.
    private var agreement: TextTable {
        table(["ICC(2,1) [95 %]", "ICC(3,1) [95 %]", "limits"]) { row in
            [
                Self.text(row.absoluteAgreement?.value, row.absoluteAgreement?.interval, Self.ratio),
                Self.text(row.consistency?.value, row.consistency?.interval, Self.ratio),
                row.limits.map { "\(Self.limit($0.lowerLimit)) to \(Self.limit($0.upperLimit))" } ?? "–",
            ]
        }
    }

    /// A row for each comparison, below the name of what is compared.
    private func table(_ columns: [String], _ cells: (Agreement) -> [String]) -> TextTable {
        var table = TextTable([("", .left)] + columns.map { ($0, .right) }), last: String?
        for row in evaluation.agreements {
            if row.first != last {
                table.add(["\(row.first) –"] + columns.map { _ in "" })
                last = row.first
            }
            table.add(["  \(row.second)"] + cells(row))
        }
        return table
    }

    private static func text(
        _ value: Double?, _ interval: ConfidenceInterval?, _ format: (Double) -> String
    ) -> String {
        guard let value else { return "–" }
        return format(value) + (interval.map { " [\(format($0.lower)), \(format($0.upper))]" } ?? "")
    }

    private static func ratio(_ value: Double) -> String { String(format: "%.3f", abs(value) < 0.0005 ? 0 : value) }

    private static func number(_ value: Double) -> String {
        let size = abs(value)
        // Thousands of millions as 1.2e9: a network trained for a moment gives such scores.
        return String(format: size < 100 ? "%.2f" : size < 1e5 ? "%.1f" : "%.1e", value).replacing("e+0", with: "e")
    }

    /// Without decimals from 100 on, so that a line holds two.
    private static func limit(_ value: Double) -> String {
        abs(value) >= 99.95 && abs(value) < 1e6 ? String(format: "%+.0f", value) : signed(value)
    }

    private static func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + number(value) }
}

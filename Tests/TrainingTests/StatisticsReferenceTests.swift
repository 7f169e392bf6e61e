import Foundation
import TesseraTraining
import Testing

/// Statistics against stored values of other programs; the scripts that made them stand in Tests/Interop.
@Suite struct StatisticsReferenceTests {
    private static func golden<Value: Decodable>(_ name: String, _: Value.Type) throws -> Value {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/Statistics/\(name)")
        return try JSONDecoder().decode(Value.self, from: try Data(contentsOf: file))
    }

    private struct Agreements: Decodable { let comparisons: [Comparison], t: [[Double]], f: [[Double]] }

    private struct Comparison: Decodable {
        let name: String, first: [Double], second: [Double]
        let r: Double, meanDifference: Double, interval: [Double], t: Double, p: Double
        let deviation: Double, limits: [Double], limitIntervals: [[Double]]
        let absolute: Double, absoluteInterval: [Double], consistent: Double, consistentInterval: [Double]
    }

    private struct Curve: Decodable {
        let name: String, truths: [Double], predictions: [Double], area: Double, interval: [Double]
    }

    private func expectNear(
        _ values: [Double], _ expected: [Double], _ tolerance: Double, _ what: String,
        at place: SourceLocation = #_sourceLocation
    ) {
        #expect(values.count == expected.count, "\(what)", sourceLocation: place)
        for (value, expected) in zip(values, expected) {
            #expect(
                abs(value - expected) <= tolerance * max(1, abs(expected)), "\(what): \(value), not \(expected)",
                sourceLocation: place)
        }
    }

    private func bounds(_ interval: ConfidenceInterval?) throws -> [Double] {
        let interval = try #require(interval)
        return [interval.lower, interval.upper]
    }

    @Test("Quantiles are scipy's") func quantiles() throws {
        let reference = try Self.golden("agreement.json", Agreements.self)
        for row in reference.t {
            // The logarithms of the gamma function cancel where there are many degrees of freedom.
            let tolerance = row[1] > 1e5 ? 1e-9 : 1e-11
            expectNear([studentTQuantile(central: row[0], degreesOfFreedom: row[1])], [row[2]], tolerance, "t \(row)")
        }
        for row in reference.f { expectNear([fQuantile(row[0], row[1], row[2]) / row[3]], [1], 1e-9, "F \(row)") }
    }

    @Test("The t-test and its interval are scipy's, limits of agreement those of Bland and Altman")
    func differences() throws {
        for row in try Self.golden("agreement.json", Agreements.self).comparisons {
            let test = PairedTTest(row.first, row.second), limits = try #require(BlandAltman(row.first, row.second))
            let metrics = RegressionMetrics(predictions: row.first, scores: row.second)
            expectNear([try #require(metrics.pearson)], [row.r], 1e-12, row.name)
            expectNear(
                [test.meanDifference, try #require(test.t), try #require(test.p)], [row.meanDifference, row.t, row.p],
                1e-9, row.name)
            expectNear(try bounds(test.interval), row.interval, 1e-9, row.name)
            #expect(limits.bias == test.meanDifference && limits.biasInterval == test.interval)
            expectNear(
                [limits.standardDeviation, limits.lowerLimit, limits.upperLimit], [row.deviation] + row.limits, 1e-9,
                row.name)
            expectNear(try bounds(limits.lowerLimitInterval), row.limitIntervals[0], 1e-9, row.name)
            expectNear(try bounds(limits.upperLimitInterval), row.limitIntervals[1], 1e-9, row.name)
        }
    }

    @Test("Intraclass correlations are pingouin's, without intervals that leave out the value")
    func intraclassCorrelations() throws {
        var withInterval = 0
        for row in try Self.golden("agreement.json", Agreements.self).comparisons {
            let absolute = try #require(IntraclassCorrelation.absoluteAgreement(row.first, row.second))
            let consistent = try #require(IntraclassCorrelation.consistency(row.first, row.second))
            expectNear([absolute.value, consistent.value], [row.absolute, row.consistent], 1e-10, row.name)
            expectNear(try bounds(consistent.interval), row.consistentInterval, 1e-9, row.name)
            if row.absoluteInterval[0] <= row.absolute, row.absolute <= row.absoluteInterval[1] {
                expectNear(try bounds(absolute.interval), row.absoluteInterval, 1e-9, row.name)
                withInterval += 1
            } else {
                #expect(absolute.interval == nil)
            }
        }
        #expect(withInterval == 5)
    }

    @Test("Bootstrap intervals are numpy's on the same draws") func bootstrap() throws {
        let rows = try Self.golden("agreement.json", Agreements.self).comparisons
        let expected = try Self.golden("bootstrap.json", [String: [[Double]]].self)
        for row in rows {
            let intervals = Bootstrap.intervals([(first: row.first, second: row.second)])[0]
            let ours = [intervals.pearson, intervals.meanAbsoluteError, intervals.rootMeanSquareError]
            for (interval, bounds) in zip(ours, try #require(expected[row.name])) {
                expectNear(try self.bounds(interval), bounds, 1e-9, row.name)
            }
        }
    }

    @Test("Comparisons of the same images see the same draws, and too few images have no interval")
    func drawsAreShared() {
        let first = (0..<30).map { Double($0 * 7 % 11) }, second = (0..<30).map { Double($0 * 5 % 13) }
        let both = Bootstrap.intervals([(first: second, second: first), (first: first, second: second)])
        #expect(both[1] == Bootstrap.intervals([(first: first, second: second)])[0])
        #expect(both[0].meanAbsoluteError == both[1].meanAbsoluteError)
        #expect(Bootstrap.intervals([(first: [1, 2], second: [2, 4])])[0] == Bootstrap.Intervals())
        let constant = Bootstrap.intervals([(first: [3, 3, 3, 3], second: [1, 2, 3, 4])])[0]
        #expect(constant.pearson == nil && constant.meanAbsoluteError != nil)
    }

    @Test("Areas under curves and DeLong's intervals are pROC's") func areas() throws {
        for row in try Self.golden("auc.json", [Curve].self) {
            let curve = try #require(
                ReceiverOperatingCharacteristic(predictions: row.predictions, truths: row.truths.map { $0 == 1 }))
            expectNear([curve.area] + (try bounds(curve.interval)), [row.area] + row.interval, 1e-12, row.name)
            let ends = [curve.curve.first, curve.curve.last].compactMap { $0 }
            #expect(ends.map(\.falsePositiveRate) == [0, 1] && ends.map(\.truePositiveRate) == [0, 1])
            // The trapezoids under the curve are the area.
            let trapezoids = zip(curve.curve, curve.curve.dropFirst()).reduce(0) { sum, pair in
                sum + (pair.1.falsePositiveRate - pair.0.falsePositiveRate)
                    * (pair.1.truePositiveRate + pair.0.truePositiveRate) / 2
            }
            expectNear([trapezoids], [row.area], 1e-12, row.name)
        }
        let single = ReceiverOperatingCharacteristic(predictions: [1, 2, 3], truths: [false, false, true])
        #expect(single?.area == 1 && single?.interval == nil)
    }
}

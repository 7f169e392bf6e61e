import TesseraImaging
import TesseraTraining
import Testing

@Suite struct StatisticsTests {
    /// Against scipy.special.betainc.
    @Test(
        arguments: [
            (0.5, 2, 3, 0.6875), (0.1, 0.5, 0.5, 0.20483276469913345), (0.9, 5, 0.5, 0.3166429150200122),
            (0.3, 49.5, 0.5, 1.2478280840223604e-27),
            (0.99, 49.5, 0.5, 0.3197484741393012), (0.02, 0.5, 700, 0.9999998946832),
            (0.999, 1350, 0.5, 0.10029471610093685), (0, 2, 3, 0), (1, 2, 3, 1),
        ] as [(Double, Double, Double, Double)])
    func incompleteBeta(_ x: Double, _ a: Double, _ b: Double, _ expected: Double) {
        #expect(abs(regularizedIncompleteBeta(x, a, b) - expected) <= 1e-11 * expected)
    }

    /// Against scipy.stats.ttest_rel.
    @Test func pairedTTest() throws {
        let few = PairedTTest([30.02, 29.99, 30.11, 29.97, 30.01, 29.99], [29.89, 29.93, 29.72, 29.98, 30.02, 29.98])
        #expect(few.degreesOfFreedom == 5)
        let (fewT, fewP) = (try #require(few.t), try #require(few.p))
        #expect(abs(fewT - 1.5099668870541376) < 1e-9 && abs(fewP - 0.19143688433660136) < 1e-9)
        let x = (0..<158).map { Double($0 * 37 % 101) }
        let y = x.enumerated().map { index, value in value * 0.97 + Double(index * 53 % 17) * 0.5 - 3 }
        let many = PairedTTest(x, y), (manyT, manyP) = (try #require(many.t), try #require(many.p))
        #expect(abs(manyT - 2.660478612930177) < 1e-9 && abs(manyP - 0.008613316392096788) < 1e-11)
        let shifted = PairedTTest(x, x.enumerated().map { $1 - 1 + 0.1 * Double($0 * 7 % 5) })
        let shiftedP = try #require(shifted.p)
        #expect(abs(shifted.meanDifference - 0.8) < 1e-12 && abs(shiftedP / 6.533519087549539e-121 - 1) < 1e-8)
    }

    @Test(
        "Equal differences have a mean, and neither t nor p",
        arguments: [
            ([1, 2, 3], [0, 1, 2], 1), ([10.1, 20.3, 0.7], [9.1, 19.3, -0.3], 1),
            ([0.3, 0.7, 100.1, 1e6 + 0.1], [0.2, 0.6, 100, 1e6], 0.1), ([5, 5, 5], [5, 5, 5], 0),
        ] as [([Double], [Double], Double)])
    func equalDifferences(_ first: [Double], _ second: [Double], _ mean: Double) throws {
        let test = PairedTTest(first, second)
        #expect(abs(test.meanDifference - mean) < 1e-10)
        #expect(test.t == nil && test.p == nil && test.degreesOfFreedom == first.count - 1)
        #expect(test.interval == ConfidenceInterval(lower: test.meanDifference, upper: test.meanDifference))
        let limits = try #require(BlandAltman(first, second))
        #expect(limits.standardDeviation == 0 && limits.upperLimit == limits.bias)
    }

    @Test func aSinglePairHasAMeanDifferenceOnly() {
        let test = PairedTTest([1], [2])
        #expect(test.meanDifference == -1 && test.interval == nil && test.t == nil && test.degreesOfFreedom == nil)
        #expect(BlandAltman([1], [2]) == nil && IntraclassCorrelation.consistency([1], [2]) == nil)
    }

    @Test func equalPredictionsHaveNoCorrelation() {
        // Their sum is rounded, so that the mean is none of them.
        #expect(
            RegressionMetrics(predictions: Array(repeating: 0.1, count: 7), scores: [1, 2, 3, 4, 5, 6, 7]).pearson
                == nil)
        // The means of two readers differ by a rounding only.
        let means = [(0.1 + 0.2) / 2, (0.15 + 0.15) / 2, 0.15]
        #expect(Set(means).count == 2)
        #expect(RegressionMetrics(predictions: means, scores: [1, 2, 3]).pearson == nil)
    }

    @Test("Numbers do not depend on the unit of the scores", arguments: [1e160, 1e-160, 1e300, 1e-300, 0x1p-20])
    func scale(_ unit: Double) throws {
        let first = (0..<40).map { Double($0 * 37 % 101) + 0.25 }, second = (0..<40).map { Double($0 * 29 % 97) }
        let (scaledFirst, scaledSecond) = (first.map { $0 * unit }, second.map { $0 * unit })
        func near(_ value: Double?, _ expected: Double?, _ unit: Double = 1) throws -> Bool {
            let (value, expected) = (try #require(value), try #require(expected) * unit)
            return abs(value - expected) <= 1e-12 * abs(expected)
        }
        let metrics = RegressionMetrics(predictions: first, scores: second)
        let scaled = RegressionMetrics(predictions: scaledFirst, scores: scaledSecond)
        #expect(try near(scaled.pearson, metrics.pearson))
        #expect(try near(RegressionMetrics(predictions: first, scores: scaledSecond).pearson, metrics.pearson))
        #expect(try near(scaled.meanAbsoluteError, metrics.meanAbsoluteError, unit))
        #expect(try near(scaled.rootMeanSquareError, metrics.rootMeanSquareError, unit))
        let test = PairedTTest(first, second), scaledTest = PairedTTest(scaledFirst, scaledSecond)
        #expect(try near(scaledTest.t, test.t))
        #expect(try near(scaledTest.p, test.p))
        #expect(try near(scaledTest.interval?.lower, test.interval?.lower, unit))
        let limits = BlandAltman(first, second), scaledLimits = BlandAltman(scaledFirst, scaledSecond)
        #expect(try near(scaledLimits?.upperLimitInterval.upper, limits?.upperLimitInterval.upper, unit))
        let reliability = IntraclassCorrelation.absoluteAgreement(first, second)
        let scaledReliability = IntraclassCorrelation.absoluteAgreement(scaledFirst, scaledSecond)
        #expect(try near(scaledReliability?.value, reliability?.value))
        #expect(try near(scaledReliability?.interval?.upper, reliability?.interval?.upper))
    }

    @Test func differencesFarSmallerThanTheScoresStillVary() throws {
        let first = [1e9, 2e9, 3e9, 4e9], second = [1e9 + 1e-3, 2e9 - 1e-3, 3e9 + 2e-3, 4e9]
        let test = PairedTTest(first, second)
        #expect(test.t != nil && abs(test.meanDifference + 0.5e-3) < 1e-6)
    }
}

@Suite struct EvaluationTests {
    private func sample(_ file: String, _ score: Double, _ readers: [Double]) -> Sample {
        Sample(file: file, path: file, score: score, readers: readers, split: .test)
    }

    @Test func theReferenceIsTheMeanReader() {
        let samples = [
            sample("a.png", 10, [8, 10]), sample("b, \"c\".png", 20, [21, 25]), sample("d.png", 0, [1, 3]),
        ]
        let evaluation = Evaluation(samples: samples, predictions: [10, 20, 1.5], trainingMean: 9)
        #expect(evaluation.reference == [9, 23, 2] && evaluation.referenceName == "mean reader")
        #expect(
            evaluation.agreements.map(\.name) == [
                "prediction – mean reader", "prediction – reader 1", "prediction – reader 2", "prediction – score",
                "reader 1 – reader 2", "training mean – mean reader",
            ])
        #expect(evaluation.agreements[0].metrics.meanAbsoluteError == 1.5)
        #expect(evaluation.agreements[4].metrics.meanAbsoluteError == 8.0 / 3)
        #expect(
            evaluation.agreements[5].metrics.meanAbsoluteError == 7 && evaluation.agreements[5].metrics.pearson == nil)
        #expect(
            evaluation.csv == """
                file,score,reader1,reader2,prediction
                a.png,10.0,8.0,10.0,10.0
                "b, ""c"".png",20.0,21.0,25.0,20.0
                d.png,0.0,1.0,3.0,1.5

                """)
    }

    @Test func withoutReadersItIsTheScore() {
        let evaluation = Evaluation(
            samples: [sample("a.png", 10, []), sample("b.png", 20, [])], predictions: [11, 18], trainingMean: nil)
        #expect(evaluation.reference == [10, 20] && evaluation.agreements.map(\.name) == ["prediction – score"])
        #expect(evaluation.csv.hasPrefix("file,score,prediction\na.png,10.0,11.0\n"))
        #expect(evaluation.discrimination == nil)
    }

    @Test func aSingleReaderIsComparedWithTheScore() {
        let evaluation = Evaluation(
            samples: [sample("a.png", 10, [9]), sample("b.png", 20, [22])], predictions: [11, 18], trainingMean: nil)
        #expect(evaluation.referenceName == "score")
        #expect(
            evaluation.agreements.map(\.name) == ["prediction – score", "prediction – reader 1", "reader 1 – score"])
        #expect(evaluation.csv.hasPrefix("file,score,reader1,prediction\na.png,10.0,9.0,11.0\n"))
    }

    @Test func yesAndNoAreToldApart() throws {
        let samples = [0, 1, 1, 0].map { sample("\($0).png", $0, []) }
        let evaluation = Evaluation(samples: samples, predictions: [0.2, 0.4, 0.9, 0.4], trainingMean: nil)
        let curve = try #require(evaluation.discrimination)
        #expect(curve.area == 0.875 && curve.positives == 2 && curve.negatives == 2)
        #expect(curve.curve.map(\.truePositiveRate) == [0, 0.5, 1, 1])
        #expect(curve.curve.map(\.falsePositiveRate) == [0, 0, 0.5, 1])
        let yes = Evaluation(samples: [samples[1]], predictions: [1], trainingMean: nil)
        #expect(yes.discrimination == nil)
    }
}

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
        let few = try #require(
            PairedTTest([30.02, 29.99, 30.11, 29.97, 30.01, 29.99], [29.89, 29.93, 29.72, 29.98, 30.02, 29.98]))
        #expect(few.degreesOfFreedom == 5)
        #expect(abs(few.t - 1.5099668870541376) < 1e-9 && abs(few.p - 0.19143688433660136) < 1e-9)
        let x = (0..<158).map { Double($0 * 37 % 101) }
        let y = x.enumerated().map { index, value in value * 0.97 + Double(index * 53 % 17) * 0.5 - 3 }
        let many = try #require(PairedTTest(x, y))
        #expect(abs(many.t - 2.660478612930177) < 1e-9 && abs(many.p - 0.008613316392096788) < 1e-11)
        let shifted = try #require(PairedTTest(x, x.enumerated().map { $1 - 1 + 0.1 * Double($0 * 7 % 5) }))
        #expect(abs(shifted.meanDifference - 0.8) < 1e-12 && abs(shifted.p / 6.533519087549539e-121 - 1) < 1e-8)
    }

    @Test func aTestWithoutAnswerIsNil() {
        #expect(PairedTTest([1], [2]) == nil)
        #expect(PairedTTest([1, 2, 3], [1, 2, 3]) == nil)
        #expect(PairedTTest([1, 2, 3], [2, 3, 4]) == nil)
    }

    @Test func equalPredictionsHaveNoCorrelation() {
        // Their sum is rounded, so that the mean is none of them.
        #expect(
            RegressionMetrics(predictions: Array(repeating: 0.1, count: 7), scores: [1, 2, 3, 4, 5, 6, 7]).pearson
                == nil)
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
        #expect(evaluation.scatterPlot(title: "t").points.count == 2)
        #expect(evaluation.histogramPlot(title: "t").series.map(\.values) == [[10, 20], [11, 18]])
    }
}

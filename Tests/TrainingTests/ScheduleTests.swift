import Foundation
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct ScheduleTests {
    @Test func constantIsOne() { #expect([0, 1, 1000].map(Schedule.constant.factor(at:)) == [1, 1, 1]) }

    @Test func stepFallsAfterEveryInterval() {
        let schedule = Schedule.step(interval: 3, factor: 0.5)
        #expect((0..<7).map(schedule.factor(at:)) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25])
    }

    @Test func cosineWarmsUpAndFalls() {
        let schedule = Schedule.cosine(warmUp: 4, total: 12, final: 0.2)
        #expect((0..<5).map(schedule.factor(at:)) == [0.25, 0.5, 0.75, 1, 1])
        #expect(abs(schedule.factor(at: 8) - 0.6) < 1e-12)
        #expect(abs(schedule.factor(at: 12) - 0.2) < 1e-12)
        #expect(abs(schedule.factor(at: 50) - 0.2) < 1e-12)
        for step in 4..<11 { #expect(schedule.factor(at: step) > schedule.factor(at: step + 1)) }
    }

    @Test func theLastStepOfACosineStillLearns() {
        let schedule = Schedule.cosine(warmUp: 0, total: 4)
        #expect(abs(schedule.factor(at: 3) - (1 + 0.5.squareRoot() * -1) / 2) < 1e-12 && schedule.factor(at: 4) == 0)
    }

    @Test func aCosineMayBeginLater() {
        let first = Schedule.cosine(warmUp: 2, total: 8), later = Schedule.cosine(warmUp: 2, total: 28, start: 20)
        #expect((0..<8).map(first.factor(at:)) == (20..<28).map(later.factor(at:)))
    }

    @Test func numbersOutOfRangeThrow() {
        for schedule in [
            Schedule.step(interval: 0, factor: 1), .step(interval: 1, factor: -1), .cosine(warmUp: 5, total: 5),
            .cosine(warmUp: 0, total: 5, final: 2), .cosine(warmUp: 1, total: 5, start: 4),
            .cosine(warmUp: 0, total: .max, start: -1),
        ] {
            #expect(throws: TesseraError.self) { try schedule.validate() }
        }
    }

    @Test(arguments: [
        Schedule.constant, .step(interval: 3, factor: 0.1), .cosine(warmUp: 1, total: 9, final: 0.01),
        .cosine(warmUp: 0, total: 9, start: 4),
    ])
    func schedulesComeBackFromJSON(_ schedule: Schedule) throws {
        #expect(try JSONDecoder().decode(Schedule.self, from: JSONEncoder().encode(schedule)) == schedule)
    }
}

@Suite struct ScoreScaleTests {
    @Test func zScoresHaveMeanZeroAndDeviationOne() throws {
        let scale = try ScoreScale(of: [1, 3, 5, 7])
        #expect(scale == ScoreScale(mean: 4, deviation: 5.0.squareRoot()))
        #expect(abs(scale.score(scale.zScore(123)) - 123) < 1e-12)
    }

    @Test func equalScoresThrow() {
        #expect(throws: TesseraError.self) { try ScoreScale(of: [2, 2]) }
        #expect(throws: TesseraError.self) { try ScoreScale(of: []) }
        // The computed variance of six times 0.1 is 1.9e-34.
        let equal = #expect(throws: TesseraError.self) { try ScoreScale(of: Array(repeating: 0.1, count: 6)) }
        #expect(equal?.found == "all 6 scores are equal: 0.1")
    }

    @Test(arguments: [1e160, 1e-200, 1]) func scoresOfAnyScaleHaveADeviation(factor: Double) throws {
        let scale = try ScoreScale(of: [1, 3, 5, 7].map { $0 * factor })
        #expect(abs(scale.zScore(7 * factor) - 3 / 5.0.squareRoot()) < 1e-12)
    }
}

@Suite struct PathPatternTests {
    @Test func starsAndQuestionMarks() {
        #expect(PathPattern("blocks.0.*").matches("blocks.0.norm1.weight"))
        #expect(!PathPattern("blocks.0.*").matches("blocks.01.norm1.weight"))
        #expect(PathPattern("*.norm?.*").matches("blocks.3.norm2.bias"))
        #expect(PathPattern("*").matches(""))
        #expect(PathPattern("stem.weight").matches("stem.weight"))
        #expect(!PathPattern("stem").matches("stem.weight"))
        #expect(PathPattern("a*b*c").matches("aXbYbZc"))
        #expect(!PathPattern("a*b*c").matches("aXbYbZ"))
        #expect(!PathPattern("").matches("a"))
    }
}

import Testing
import TesseraTensors

@Suite struct PhiloxTests {
    /// The known-answer vectors of the Random123 library for philox4x32-10.
    @Test func agreesWithTheKnownAnswers() {
        #expect(Philox(key: 0).block(0, 0) == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
        let ones = UInt64.max
        #expect(Philox(key: ones).block(ones, ones) == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    }

    @Test func normalDrawsHaveMeanZeroAndVarianceOne() {
        var stream = RandomStream(seed: 1, name: "normal")
        let draws = (0..<20_000).map { _ in stream.normal() }
        let mean = draws.reduce(0, +) / 20_000
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.04)
    }
}

import Foundation
import Testing

@Suite struct BenchmarkTests {
    private struct Result: Decodable {
        struct Profile: Decodable {
            struct Row: Decodable { let layer: String, kernel: String, ms: Double, flops: Int, bytes: Int }
            let steps: [Row]
            let layers: [Row]
        }
        let model: String, shape: [Int], threads: Int, precision: String, isa: String
        let compile_ms: Double, min_ms: Double, median_ms: Double
        let arena_mib: Double, memory_mib: Double, total_mib: Double
        let gflops: Double, peak_gflops: Double
        let profile: Profile?
    }

    /// The one line that is printed.
    private func line(_ arguments: [String]) throws -> Result {
        let result = try Tool.run(["benchmark"] + arguments + ["--runs", "2", "--warmup", "1", "--json"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.split(separator: "\n").count == 1)
        return try JSONDecoder().decode(Result.self, from: Data(result.output.utf8))
    }

    @Test func inferenceOfAShape() throws {
        let result = try line(["mobilenet-v2", "--shape", "2x3x64x96", "--threads", "2", "--profile"])
        #expect(result.shape == [2, 3, 64, 96] && result.model == "mobilenet-v2" && result.precision == "f32")
        #expect(result.threads == 2 && result.compile_ms > 0)
        #expect(result.min_ms > 0 && result.min_ms <= result.median_ms)
        #expect(result.memory_mib >= result.arena_mib && result.total_mib > result.memory_mib)
        #expect(result.gflops > 0 && result.peak_gflops > result.gflops)
        let profile = try #require(result.profile)
        // Steps and layers share out the same work.
        #expect(profile.steps.reduce(0) { $0 + $1.flops } == profile.layers.reduce(0) { $0 + $1.flops })
        #expect(profile.steps.reduce(0) { $0 + $1.bytes } == profile.layers.reduce(0) { $0 + $1.bytes })
        let times = [profile.steps, profile.layers].map { $0.reduce(0) { $0 + $1.ms } }
        #expect(abs(times[0] - times[1]) < 0.05 * times[0])
        let last = profile.layers.filter { $0.layer.hasPrefix("features.18") && $0.flops > 0 }
        #expect(!last.isEmpty && last.allSatisfy { $0.ms > 0 })
    }

    @Test func aTrainingStep() throws {
        let result = try line(["resnet-dwise50", "--size", "32", "--batch", "2", "--training", "--profile"])
        #expect(result.shape == [2, 1, 32, 32] && result.profile?.steps.isEmpty == false)
    }

    /// One processor by its mask: one worker.
    @Test func theMaskOfProcessorsIsRespected() throws {
        let command = ["-u", "TESSERA_THREADS", "taskset", "-c", "0", try #require(Tool.path)]
        let arguments = ["benchmark", "resnet-dwise50", "--size", "32", "--runs", "1", "--json"]
        let result = try Tool.start(command + arguments, executable: "/usr/bin/env").wait()
        #expect(result.status == 0 && result.output.contains("\"threads\":1,"), "\(result.errors)")
    }

    @Test(arguments: [
        (["benchmark", "resnet50", "--shape", "1x3x64x64", "--size", "64"], "--shape"),
        (["benchmark", "resnet50", "--shape", "1x3x0x64"], "--shape"),
        (["benchmark", "resnet50", "--precision", "f16"], "f16"),
    ])
    func contradictionsAreRefused(_ arguments: [String], _ said: String) throws {
        let result = try Tool.run(arguments)
        #expect(result.status == 64 && result.errors.contains(said), "\(result.errors)")
    }
}

import Foundation
import Testing

@Suite struct CostFileTests {
    /// What is measured can be planned with, and the dump says so.
    @Test func measuredCostsArePlannedWith() throws {
        let files = TemporaryFolder()
        let costs = try Tool.run("benchmark", "--calibrate", "--threads", "2")
        #expect(costs.status == 0, "\(costs.errors)")
        let numbers = try JSONDecoder().decode([String: Double].self, from: Data(costs.output.utf8))
        #expect(numbers.count == 9 && numbers.values.allSatisfy { $0 > 0 })
        try files.write(costs.output, to: "costs.json")
        let program = ["inspect", "mobilenet-v2", "--size", "512", "--stage", "program"]
        let dump = try Tool.run(program + ["--costs", files.path("costs.json")])
        #expect(dump.status == 0 && dump.output.contains("costs that are those of \(files.path("costs.json"))"))
        #expect(try Tool.run(program).output.contains("costs that are the standard ones"))
    }

    /// Another cost of memory makes other regions.
    @Test func aFileOverridesWhatItNames() throws {
        let files = TemporaryFolder()
        try files.write("{\"memory\": 1e14, \"sharedCache\": 1e14}", to: "fast.json")
        let program = ["inspect", "mobilenet-v2", "--size", "512", "--stage", "program", "--threads", "2"]
        let fast = try Tool.run(program + ["--costs", files.path("fast.json")])
        #expect(fast.status == 0 && fast.output.contains("memory 100000;"))
        let standard = try Tool.run(program).output
        func tiles(_ text: String) -> [Substring] { text.split(separator: "\n").filter { $0.hasPrefix("  step ") } }
        #expect(tiles(fast.output).map { $0.prefix { $0 != ";" } } != tiles(standard).map { $0.prefix { $0 != ";" } })
    }

    @Test(arguments: ["{\"memry\": 1}", "{\"memory\": 0}", "[1]", "{\"memory\": \"fast\"}"])
    func otherFilesAreRefused(_ text: String) throws {
        let files = TemporaryFolder()
        try files.write(text, to: "costs.json")
        let result = try Tool.run("inspect", "resnet-dwise50", "--size", "64", "--costs", files.path("costs.json"))
        #expect(result.status == 1 && result.failures.first?.contains("sharedCacheBytes") == true, "\(result.errors)")
    }
}

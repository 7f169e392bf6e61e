import Foundation
import TesseraExecution
import Testing

@Suite struct KernelBenchmarkTests {
    private struct Row: Decodable { let kernel: String, element: String, instructionSet: String, perSecond: Double }

    /// A kernel that has no entry in Tools/tessera/KernelBenchmark+Entries.swift is missing here.
    @Test func everyKernelIsMeasured() throws {
        let result = try Tool.run("benchmark", "--kernels", "--json")
        #expect(result.status == 0, "\(result.errors)")
        let rows = try JSONDecoder().decode([Row].self, from: Data(result.output.utf8))
        #expect(rows.map(\.kernel) == KernelTable.lines.map(\.name))
        #expect(rows.map(\.element) == KernelTable.lines.map(\.element))
        #expect(rows.allSatisfy { $0.perSecond > 0 && $0.instructionSet == rows[0].instructionSet })
    }

    @Test(arguments: [
        ["benchmark"], ["benchmark", "resnet50", "--kernels"], ["benchmark", "--kernels", "--training"],
        ["benchmark", "--kernels", "--calibrate"],
    ])
    func eitherAModelOrTheKernels(_ arguments: [String]) throws {
        let result = try Tool.run(arguments)
        #expect(result.status == 64 && result.failures.first?.contains("--kernels") == true, "\(result.errors)")
    }
}

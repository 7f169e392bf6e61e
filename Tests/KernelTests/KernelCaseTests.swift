import KernelCases
import TesseraExecution
import Testing

/// Every kernel of the manifest on every instruction set of the machine; the cases are Tests/Kernels. Tools/test-neon
/// runs the same for ARM.
@Suite struct KernelCaseTests {
    private static let tables = InstructionSet.allCases.compactMap { try? KernelTable($0) }

    @Test(arguments: KernelTable.lines.map(\.name), tables.map(\.instructionSet))
    func kernelAgreesWithItsDefinition(_ kernel: String, _ set: InstructionSet) throws {
        try #require(kernel_case_exists(kernel), "Tests/Kernels has no case for \(kernel)")
        var message = [CChar](repeating: 0, count: Int(KERNEL_CASE_MESSAGE))
        let wrong = kernel_case_run(kernel, try KernelTable(set).pointer, &message)
        let first = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #expect(wrong == 0, "\(wrong) results are wrong; \(first)")
    }
}

import CKernels
import Foundation
import TesseraTensors

/// The kernels of one instruction set.
public struct KernelTable: @unchecked Sendable {
    public let pointer: UnsafePointer<tessera_kernels>
    public let instructionSet: InstructionSet

    /// Throws where the machine lacks the instruction set.
    public init(_ set: InstructionSet) throws {
        guard let pointer = tessera_kernels_for(set.code) else {
            let available = InstructionSet.allCases.filter { tessera_kernels_for($0.code) != nil }.map(\.rawValue)
            throw TesseraError(
                at: "instruction set", found: "\(set.rawValue), which this machine lacks",
                accepted: available.joined(separator: ", "))
        }
        self.pointer = pointer
        instructionSet = set
    }

    /// The manifest: name and element type of every kernel, on any instruction set.
    public static let lines: [(name: String, element: String)] = {
        var count = 0
        let lines = UnsafeBufferPointer(start: tessera_kernel_lines(&count), count: count)
        return lines.map { (String(cString: $0.name), String(cString: $0.element)) }
    }()
}

/// The instruction sets that kernels are compiled for. Results may differ in the last bits between them, never within
/// one.
public enum InstructionSet: String, Sendable, CaseIterable {
    case avx512, avx2, neon, generic

    var code: tessera_isa {
        switch self {
        case .avx512: TESSERA_ISA_AVX512
        case .avx2: TESSERA_ISA_AVX2
        case .neon: TESSERA_ISA_NEON
        case .generic: TESSERA_ISA_GENERIC
        }
    }

    /// The best one the machine has.
    public static var best: InstructionSet { allCases.first { tessera_kernels_for($0.code) != nil }! }
}

/// How programs are made and run. The environment is read here and nowhere else.
public struct ExecutionOptions: Sendable {
    /// Worker threads; results do not depend on it.
    public var threads: Int
    public var instructionSet: InstructionSet
    /// What regions are planned with; nil: the standard costs. Results do not depend on it either.
    public var costs: CostModel?
    /// See `CompilerOptions.usesWinograd`.
    public var usesWinograd = false

    public init(threads: Int, instructionSet: InstructionSet = .best, costs: CostModel? = nil) {
        self.threads = threads
        self.instructionSet = instructionSet
        self.costs = costs
    }

    /// `TESSERA_THREADS` (default: the processors this process may use) and `TESSERA_ISA` (avx512, avx2, neon,
    /// generic; default: the best).
    public static func fromEnvironment(threads: Int? = nil) throws -> ExecutionOptions {
        let environment = ProcessInfo.processInfo.environment
        var count = threads ?? availableProcessors
        if threads == nil, let text = environment["TESSERA_THREADS"] {
            guard let number = Int(text), (1...1024).contains(number) else {
                throw TesseraError(at: "TESSERA_THREADS", found: text, accepted: "1 to 1024")
            }
            count = number
        }
        guard let text = environment["TESSERA_ISA"] else { return ExecutionOptions(threads: count) }
        guard let set = InstructionSet(rawValue: text) else {
            throw TesseraError(
                at: "TESSERA_ISA", found: text,
                accepted: InstructionSet.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return ExecutionOptions(threads: count, instructionSet: set)
    }

    /// The processors that this process may use: those the scheduler lets it run on (cpusets and `taskset`), and no
    /// more than its control group's quota of their time.
    public static let availableProcessors = min(
        Int(tessera_available_processors()), ProcessorQuota().processors ?? .max)
}

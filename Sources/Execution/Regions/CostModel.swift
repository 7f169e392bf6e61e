import CKernels
import Foundation

/// What work costs on this machine: rates of the kernels on one worker, of its second cache, and of what all workers
/// share. Only the choice of regions hangs on it, never a bit of a result.
public struct CostModel: Sendable, Equatable {
    /// Where the numbers come from, for dumps.
    public var name: String
    /// Multiply-adds a second of one worker, in matrix products and in windows of a channel.
    public var products: Double
    public var taps: Double
    /// Bytes a second that one worker moves through its second cache.
    public var cache: Double
    /// Bytes a second of all workers, in the shared cache and in memory.
    public var sharedCache: Double
    public var memory: Double
    /// Seconds of a call of a kernel, and of the end of a step, which all workers wait for.
    public var call: Double
    public var step: Double
    /// Bytes of the second cache of a worker, and of the shared one.
    public var cacheBytes: Int
    public var sharedCacheBytes: Int
    public var workers: Int
}

extension CostModel {
    /// The rates measured for an instruction set, with this machine's caches and processors.
    public static func standard(for set: InstructionSet) -> CostModel {
        var model = CostModel(
            name: "the standard ones for \(set.rawValue)", products: 110e9, taps: 45e9, cache: 90e9, sharedCache: 120e9,
            memory: 30e9, call: 1e-7, step: 4e-6,
            cacheBytes: cacheBytes(level: 2, standard: 1 << 20),
            sharedCacheBytes: cacheBytes(level: 3, standard: 16 << 20),
            workers: ExecutionOptions.availableProcessors)
        let slower: Double =
            switch set {
            case .avx512: 1
            case .avx2: 2
            case .neon: 4
            case .generic: 8
            }
        model.products /= slower
        model.taps /= slower
        return model
    }

    /// As Linux describes the first processor's caches, else as the C library does, which counts those of a whole
    /// package.
    private static func cacheBytes(level: Int, standard: Int) -> Int {
        for index in 0..<8 {
            func read(_ name: String) -> String? {
                let path = "/sys/devices/system/cpu/cpu0/cache/index\(index)/\(name)"
                return try? String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(
                    in: .whitespacesAndNewlines)
            }
            guard read("level") == "\(level)", read("type") != "Instruction", let size = read("size"),
                size.hasSuffix("K"), let kilobytes = Int(size.dropLast())
            else { continue }
            return kilobytes << 10
        }
        let bytes = sysconf(Int32(level == 2 ? _SC_LEVEL2_CACHE_SIZE : _SC_LEVEL3_CACHE_SIZE))
        return bytes > 0 ? bytes : standard
    }

    /// Seconds that all workers together take to bring a tensor in, or out.
    func transfer(_ bytes: Int, isWritten: Bool) -> Double {
        if bytes <= sharedCacheBytes / 2 { return Double(bytes) / sharedCache }
        // What is written is read before.
        return Double(isWritten ? 2 * bytes : bytes) / memory
    }
}

import Foundation
import Tessera

/// Resident memory of this process since a moment, as Linux counts it.
struct ProcessMemory {
    private let start: Double

    /// Forgets the peak so far.
    init() {
        // Not allowed everywhere: then the peak is that of the whole life of the process.
        if let file = fopen("/proc/self/clear_refs", "w") {
            fputs("5", file)
            fclose(file)
        }
        start = Self.status("VmRSS")
    }

    /// MiB: the growth of the peak since the moment, and the peak itself.
    var figures: (growth: Double, total: Double) {
        let peak = Self.status("VmHWM")
        return (max(peak - start, 0), peak)
    }

    /// A line of /proc/self/status in MiB; 0 where there is none.
    private static func status(_ key: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") } ?? ""
        return (Double(line.filter(\.isNumber)) ?? 0) / 1024
    }
}

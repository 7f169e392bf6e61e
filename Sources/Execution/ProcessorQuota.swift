import Foundation

/// What the control groups of a process let it use of the processors: containers are given shares of time that the
/// scheduler's mask does not show. Reads version 2 (`cpu.max`) and version 1 (`cpu.cfs_quota_us`), of the process's own
/// group and all above it.
package struct ProcessorQuota {
    /// Where the file system begins: another one in tests.
    private let root: String

    package init(root: String = "/") { self.root = root }

    /// The least of all quotas in whole processors, rounded up, at least 1; nil where there is none.
    package var processors: Int? {
        let groups = read("proc/self/cgroup") ?? ""
        let quotas = groups.split(separator: "\n").flatMap { line -> [Double] in
            // hierarchy:controllers:path
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            if fields[0] == "0", fields[1].isEmpty { return folders("sys/fs/cgroup", fields[2]).compactMap(second) }
            guard fields[1].split(separator: ",").contains("cpu") else { return [] }
            return ["cpu", String(fields[1])].flatMap { folders("sys/fs/cgroup/\($0)", fields[2]).compactMap(first) }
        }
        return quotas.min().map { max(1, Int($0.rounded(.up))) }
    }

    /// The group's folder and those above it. In a container the path may be the host's, and what is mounted the
    /// container's own group.
    private func folders(_ mount: String, _ path: Substring) -> [String] {
        let parts = path.split(separator: "/")
        return (0...parts.count).map { ([mount] + parts.prefix($0).map(String.init)).joined(separator: "/") }
    }

    private func second(_ folder: String) -> Double? {
        quotient((read("\(folder)/cpu.max") ?? "").split(whereSeparator: \.isWhitespace))
    }

    private func first(_ folder: String) -> Double? {
        quotient(
            ["cpu.cfs_quota_us", "cpu.cfs_period_us"].flatMap {
                (read("\(folder)/\($0)") ?? "").split(whereSeparator: \.isWhitespace)
            })
    }

    /// Microseconds of a period: `max` or -1 stand for all of it.
    private func quotient(_ numbers: [Substring]) -> Double? {
        guard numbers.count == 2, let quota = Double(numbers[0]), let period = Double(numbers[1]), quota > 0, period > 0
        else { return nil }
        return quota / period
    }

    private func read(_ path: String) -> String? { try? String(contentsOfFile: root + path, encoding: .utf8) }
}

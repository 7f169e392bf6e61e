import Foundation
import TesseraExecution
import Testing

@Suite struct ProcessorQuotaTests {
    /// The quota that the given files say, by path.
    private func processors(_ files: [String: String]) throws -> Int? {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("quota-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return ProcessorQuota(root: root.path + "/").processors
    }

    @Test func versionTwo() throws {
        let group = ["proc/self/cgroup": "0::/system/job\n"], own = "sys/fs/cgroup/system/job/cpu.max"
        func quota(_ more: [String: String]) throws -> Int? { try processors(group.merging(more) { $1 }) }
        #expect(try quota([own: "100000 100000\n"]) == 1)
        #expect(try quota([own: "20000 100000\n"]) == 1)
        #expect(try quota([own: "150000 100000\n"]) == 2)
        #expect(try quota([own: "max 100000\n"]) == nil)
        // A group above has less.
        #expect(try quota([own: "800000 100000\n", "sys/fs/cgroup/system/cpu.max": "300000 100000\n"]) == 3)
        // In a container the path is the host's, and its own group is mounted.
        #expect(try quota(["sys/fs/cgroup/cpu.max": "100000 100000\n"]) == 1)
        #expect(try quota([own: "nonsense"]) == nil && quota([:]) == nil)
    }

    @Test func versionOne() throws {
        func quota(_ quota: String, _ folder: String) throws -> Int? {
            try processors([
                "proc/self/cgroup": "4:memory:/a\n3:cpu,cpuacct:/docker/b\n",
                "\(folder)/cpu.cfs_quota_us": quota, "\(folder)/cpu.cfs_period_us": "100000\n",
            ])
        }
        #expect(try quota("100000\n", "sys/fs/cgroup/cpu/docker/b") == 1)
        #expect(try quota("250000\n", "sys/fs/cgroup/cpu,cpuacct/docker/b") == 3)
        #expect(try quota("200000\n", "sys/fs/cgroup/cpu") == 2)
        #expect(try quota("-1\n", "sys/fs/cgroup/cpu/docker/b") == nil)
        #expect(try quota("100000\n", "sys/fs/cgroup/memory/docker/b") == nil)
    }

    @Test func withoutGroupsThereIsNone() throws { #expect(try processors([:]) == nil) }
}

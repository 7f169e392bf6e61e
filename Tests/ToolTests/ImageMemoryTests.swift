import Foundation
import TestSupport
import Testing

/// Small files that declare or unfold to much, read by several threads: memory stays that of a few rows.
@Suite struct ImageMemoryTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    /// The largest resident memory that a command has had, in MiB, and its result.
    private func peak(_ arguments: [String]) throws -> (Int, Tool.Result) {
        let running = try Tool.start(arguments)
        var peak = 0
        while running.process.isRunning {
            let status = try? String(
                contentsOfFile: "/proc/\(running.process.processIdentifier)/status", encoding: .utf8)
            let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            peak = max(peak, line?.split(separator: " ").compactMap { Int($0) }.first ?? 0)
            usleep(1000)
        }
        return (peak / 1024, try running.wait())
    }

    /// Four that differ in width.
    private func files(side: Int, before: [UInt8]) throws -> [String] {
        try (0..<4).map { index in
            let path = folder.path("\(index).png")
            let file = PNGFile.black(width: side + index, height: side, before: before)
            try Data(file.bytes).write(to: URL(fileURLWithPath: path))
            return path
        }
    }

    @Test(arguments: [(8000, false), (1, true)]) func fourBombsOnFourThreads(side: Int, hasText: Bool) throws {
        let text = PNGFile.chunk("zTXt", Array("Comment".utf8) + [0, 0] + PNGFile.zeros(7 << 20))
        let bombs = try files(side: side, before: hasText ? (0..<200).flatMap { _ in text } : [])
        let (peak, result) = try peak(["predict", fixture.run, "--threads", "4", "--json"] + bombs)
        #expect(result.status == 0 && result.output.contains("3.png"), "\(result.errors)")
        #expect((1..<400).contains(peak), "\(peak) MiB")
        let rows = (0..<4).map { "\($0).png,\($0),train\n" }
        try folder.write("file,score,split\n" + rows.joined(), to: "labels.csv")
        let (checkPeak, check) = try self.peak(["check", folder.path, "--threads", "4", "--json"])
        #expect(check.status == 0 && check.output.contains("\(side + 3)"), "\(check.output) \(check.errors)")
        #expect((1..<400).contains(checkPeak), "\(checkPeak) MiB in check")
    }
}

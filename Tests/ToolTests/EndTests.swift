import Foundation
import Testing

/// However a command ends, it ends: with a code, with whole files, and with a run that goes on.
@Suite struct EndTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    private func train(_ run: String, epochs: Int) -> String {
        "tessera train --data \(fixture.data) --out \(folder.path(run)) --batch-size 2 --epochs \(epochs) "
            + Fixture.small.joined(separator: " ")
    }

    /// The libraries' handlers for an ordinary exit wait for threads that were never made where memory is short.
    @Test(.timeLimit(.minutes(1))) func withoutMemoryACommandEndsWithACode() throws {
        let model = "\(fixture.run)/checkpoints/best.safetensors"
        for command in [
            "predict \(model) absent.png", "inspect absent.onnx", "train --data absent --out run", "models",
        ] {
            let result = try Tool.shell("ulimit -v 250000; tessera \(command)")
            #expect(result.status != 124 && result.status >= 0, "\(command): \(result.status)")
            #expect(result.status == 0 || !result.failures.isEmpty, "\(command): \(result.errors)")
        }
    }

    /// `head` closes the pipe after the first lines: training stops in good order, and one --resume finishes the run.
    @Test func aReaderThatLeavesStopsTrainingInGoodOrder() throws {
        let stopped = try Tool.shell("\(train("piped", epochs: 3)) 2>&1 | head -n 1; exit ${PIPESTATUS[0]}")
        #expect([130, 141].contains(stopped.status), "\(stopped.status): \(stopped.output)")
        #expect(folder.contains("piped/checkpoints/last.safetensors"))
        #expect(!folder.contents.contains { $0.hasSuffix(".partial") })
        let resumed = try Tool.run("train", "--resume", folder.path("piped"), "--threads", "1")
        #expect(resumed.status == 0, "\(resumed.errors)")
        let whole = try Tool.shell(train("whole", epochs: 3))
        #expect(whole.status == 0)
        let last = "checkpoints/last.safetensors"
        #expect(try folder.data("piped/\(last)") == folder.data("whole/\(last)"))
    }

    @Test func resultsThatNobodyReadsAreNoError() throws {
        let result = try Tool.shell(
            "tessera inspect resnet-dwise50 --size 32 --stage all | head -n 1; exit ${PIPESTATUS[0]}")
        #expect(result.status == 141 && result.errors.isEmpty, "\(result.status) \(result.errors)")
    }

    @Test func aFileBeyondItsLimitLeavesNothing() throws {
        let export = try Tool.shell("ulimit -f 1000; tessera export \(fixture.run) --out \(folder.path("m.onnx"))")
        #expect(export.status == 2 && export.failures.first?.contains("File too large") == true, "\(export.errors)")
        let trained = try Tool.shell("ulimit -f 1000; \(train("limited", epochs: 1))")
        #expect(trained.status == 2 && trained.failures.count == 1, "\(trained.errors)")
        #expect(!folder.contents.contains { $0.hasSuffix(".partial") || $0.hasSuffix(".onnx") }, "\(folder.contents)")
    }

    @Test(arguments: ["p", "ö", "p/q", "./p"]) func outputPathsOfOneCharacterWork(_ name: String) throws {
        let result = try Tool.shell(
            "cd \(folder.path) && tessera phantom --count 1 --size 32 --out \(name) && mkdir -p e && cd e "
                + "&& tessera export \(fixture.run) --out m && tessera export \(fixture.run) --out ö")
        #expect(result.status == 0, "\(result.errors)")
        #expect(folder.contains("\(name)/labels.csv") && folder.contains("e/m") && folder.contains("e/ö"))
    }

    @Test func anArgumentThatIsNoTextIsRefusedAtTheStart() throws {
        let result = try Tool.shell("cd \(folder.path) && tessera phantom --count 1 --size 32 --out $'a\\xff'")
        #expect(
            result.status == 1 && result.failures.first?.contains("argument 7: 'a\\xFF'") == true, "\(result.errors)")
        #expect(folder.contents.isEmpty)
    }

    @Test(arguments: [
        ("--momentum", "-0.5"), ("--weight-decay", "-0.001"), ("--epochs", "-2"), ("--batch-size", "-4"),
        ("--size", "-32"), ("--clip-norm", "-inf"), ("--threads", "-1"), ("--seed", "-1"),
    ])
    func aNegativeNumberReachesTheCheckOfItsOption(_ option: String, _ value: String) throws {
        let result = try Tool.shell("\(train("negative", epochs: 1)) \(option) \(value)")
        #expect([1, 64].contains(result.status) && result.failures.count == 1)
        #expect(result.errors.contains(value) && !result.errors.contains("Missing value"), "\(result.errors)")
        #expect(folder.contents.isEmpty)
    }

    /// Written by hand: y = ESC[2J(x), an operator that is not there, 100,000 letters long.
    @Test func namesFromAFileMoveNoCursor() throws {
        func message(_ field: UInt8, _ body: [UInt8]) -> [UInt8] {
            var length = body.count, bytes = [field << 3 | 2]
            while length > 0x7F {
                bytes.append(UInt8(length & 0x7F | 0x80))
                length >>= 7
            }
            return bytes + [UInt8(length)] + body
        }
        let name = Array("\u{1B}[2J\n".utf8) + [UInt8](repeating: 0x61, count: 100_000)
        let node = message(1, Array("x".utf8)) + message(2, Array("y".utf8)) + message(3, name) + message(4, name)
        func value(_ name: String) -> [UInt8] { message(1, Array(name.utf8)) + message(2, message(1, [8, 1])) }
        let graph = message(1, node) + message(2, name) + message(11, value("x")) + message(12, value("y"))
        let model = [8, 8] + message(7, graph) + message(8, [16, 17])
        try Data(model).write(to: URL(fileURLWithPath: folder.path("escape.onnx")))
        for command in [["import"], ["inspect"], ["import", "--json"]] {
            let result = try Tool.run(command + [folder.path("escape.onnx")])
            let text = result.output + result.errors
            #expect(!text.contains("\u{1B}") && text.contains("\\x1B[2J\\x0A"), "\(command) \(text.prefix(300))")
            #expect(result.errors.utf8.count < 10_000)
        }
    }

    @Test func aSizeThatIsTooSmallNamesTheSmallestThatWorks() throws {
        let small = try Tool.shell("tessera inspect resnet-dwise50 --size 16 --stage graph")
        let words = try #require(small.failures.first?.split(separator: " "))
        let size = try #require(words.lastIndex(of: "×").flatMap { Int(words[$0 - 1]) })
        #expect(small.status == 1 && size > 16, "\(small.errors)")
        #expect(try Tool.run("inspect", "resnet-dwise50", "--size", "\(size)", "--stage", "graph").status == 0)
        #expect(try Tool.run("inspect", "resnet-dwise50", "--size", "\(size - 1)", "--stage", "graph").status == 1)
    }
}

import Testing
import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors

@Suite struct CleanupPassTests {
    @Test func equalNodesMergeAndUnusedOnesGo() throws {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, shape: [2]))
        let a = try builder.add(Relu(), [x])[0], b = try builder.add(Relu(), [x])[0]
        let low = try builder.add(Clip(low: 0, high: 1), [x])[0]
        try builder.add(Clip(low: 0, high: 2), [x])
        builder.output("sum", try builder.add(Add(), [a, b])[0])
        builder.output("low", low)
        let log = RewriteLog()
        let clean = try Pipeline([RemoveUnusedNodes(), MergeEqualNodes(), RemoveUnusedNodes()]).run(
            try builder.finish(), log: log)
        #expect(clean.nodes.map(\.op.mnemonic) == ["input", "relu", "clip", "add"])
        #expect(clean.nodes.last!.inputs == [a, a])
        #expect(log.entries.map(\.pass) == ["removeUnusedNodes", "mergeEqualNodes"])
    }

    @Test func aLimitedLogRemovesAsManyNodesAsItSays() throws {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, shape: [2]))
        let a = try builder.add(Relu(), [x])[0], b = try builder.add(Absolute(), [a])[0]
        try builder.add(Sign(), [b])
        builder.output("x", x)
        let log = RewriteLog(limit: 2)
        let rest = try Pipeline([RemoveUnusedNodes()]).run(try builder.finish(), log: log)
        #expect(rest.nodes.map(\.op.mnemonic) == ["input", "relu"] && log.entries.count == 2)
    }
}

import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

/// What every pass of rules can rely on.
@Suite struct RewriterTests {
    /// relu(relu(x)) is relu(x).
    private struct DropRepeated: RulePass, Rule {
        static let name = "dropRepeated"
        static let summary = "for tests"

        func match(_ root: Relu, _ node: Node, in sight: Sight) -> Match {
            guard let (first, _) = sight.maker(of: node.inputs[0], Relu.self) else { return .none }
            guard sight.onlyReader(of: first.output()) != nil else { return .declined("\(first.id) has other readers") }
            return .patch(
                Patch("after \(first.id)", covers: [first, node], replaces: [node.output()]) {
                    try $0.add(Relu(), first.inputs)
                })
        }
    }

    /// A rule that matches what it makes.
    private struct Restless: RulePass, Rule {
        static let name = "restless"
        static let summary = "for tests"

        func match(_ root: Relu, _ node: Node, in sight: Sight) -> Match {
            .patch(Patch("again", covers: [node], replaces: [node.output()]) { try $0.add(Relu(), node.inputs) })
        }
    }

    private static func chain(_ count: Int, readsFirst: Bool = false) throws -> Graph {
        let builder = GraphBuilder(name: "chain")
        var values = [try builder.addInput("x", TensorType(.float32, shape: [2]))]
        for index in 0..<count { values += try builder.add(Relu(), [values.last!], path: "layer\(index)") }
        builder.output("y", values.last!)
        if readsFirst { builder.output("first", values[1]) }
        return try builder.finish()
    }

    @Test func overlappingMatchesAreDoneInRounds() throws {
        let log = RewriteLog(), graph = try Pipeline([DropRepeated()]).run(Self.chain(5), log: log)
        #expect(graph.nodes.filter { $0.op is Relu }.count == 1)
        // Two of five in the first round, then one, then one.
        #expect(log.entries.count == 4 && log.entries.allSatisfy(\.isApplied))
        let last = try #require(graph.nodes.last)
        #expect(last.path == "layer0" && Set(last.origins) == Set((1...5).map { NodeID($0) }))
    }

    @Test func entriesNameTheNodesThatWereCoveredAndMade() throws {
        let log = RewriteLog(), graph = try Pipeline([DropRepeated()]).run(Self.chain(2), log: log)
        #expect(
            log.entries.map(\.covered) == [[NodeID(2), NodeID(1)]] && log.entries[0].made == [graph.nodes.last!.id])
    }

    @Test func whatIsDeclinedIsSaidOnce() throws {
        let log = RewriteLog(), graph = try Self.chain(2, readsFirst: true)
        #expect(try Pipeline([DropRepeated()]).run(graph, log: log) == graph)
        #expect(log.entries.map(\.what) == ["%1 has other readers"] && !log.entries[0].isApplied)
    }

    @Test func aLimitStopsAmongTheMatchesOfARound() throws {
        let graph = try Pipeline([DropRepeated()]).run(Self.chain(6), log: RewriteLog(limit: 2))
        #expect(graph.nodes.filter { $0.op is Relu }.count == 4)
    }

    @Test func rulesThatNeverEndAreAnError() throws {
        let error = #expect(throws: TesseraError.self) { try Pipeline([Restless()]).run(Self.chain(1)) }
        #expect(error?.found.hasPrefix("matches after") == true)
    }

    /// A recomputed node is equal to its original, and must not be merged with it.
    @Test func mergingKeepsWhatIsComputedAgain() throws {
        let recomputed = try Pipeline([FuseNormRelu(), RecomputeNormRelu()]).run(TrainingPassTests.graph())
        let merged = try Pipeline([MergeEqualNodes()]).run(recomputed)
        #expect(merged.nodes.filter { $0.op is NormRelu }.map(\.generation) == [0, 1])
        #expect(try GraphText.parse(GraphText.print(merged), catalog: .standard) == merged)
    }

    /// No pads and pads of 0, and so on, are one spelling.
    @Test func attributesThatMeanTheSameMerge() throws {
        let builder = GraphBuilder(name: "spellings")
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 1, 4, 4]))
        let plain = MaxPool(kernel: [2, 2])
        let spelled = MaxPool(kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1])
        #expect(plain.isEqual(to: spelled) && !plain.isEqual(to: MaxPool(kernel: [2, 2], strides: [2, 1])))
        let pools = try [plain, spelled].map { try builder.add($0, [x])[0] }
        builder.output("sum", try builder.add(Add(), pools)[0])
        let merged = try Pipeline([MergeEqualNodes()]).run(builder.finish())
        #expect(merged.nodes.filter { $0.op is MaxPool }.count == 1)
    }
}

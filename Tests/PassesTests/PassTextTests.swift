import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

/// What each pass makes of a small graph, as text, and a graph that it leaves alone.
@Suite struct PassTextTests {
    /// The text of a graph behind its inputs and states.
    private func body(_ graph: Graph) -> [String] {
        GraphText.print(graph).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
            !$0.contains("= input()") && !$0.contains("= state()") && $0.hasPrefix("%")
        }
    }

    private func graph(_ lines: String...) throws -> Graph {
        let text = """
            graph "test" {
              %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
              %1 = state() path="norm.weight" type=f32[2] : f32[2]  @norm.weight
              %2 = state() path="norm.bias" type=f32[2] : f32[2]  @norm.bias
              %3 = state() path="norm.mean" kind="statistic" type=f32[2] : f32[2]  @norm.mean
              %4 = state() path="norm.variance" kind="statistic" type=f32[2] : f32[2]  @norm.variance
              \(lines.joined(separator: "\n  "))
            }

            """
        return try GraphText.parse(text, catalog: .standard)
    }

    private func expect(_ pass: any Pass, leavesAlone graph: Graph, _ sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        #expect(try Pipeline([pass]).run(graph) == graph, sourceLocation: sourceLocation)
    }

    @Test func removeUnusedNodes() throws {
        let used = "%5 = relu(%0) : f32[1,2,3,3]", result = "output \"y\" = %5"
        let before = try graph(used, "%6 = abs(%5) : f32[1,2,3,3]", "%7 = sign(%6) : f32[1,2,3,3]", result)
        #expect(body(try Pipeline([RemoveUnusedNodes()]).run(before)) == [used])
        let both = try graph(
            used, "%6 = batchNorm(%5, %1, %2, %3, %4) : f32[1,2,3,3]", result, "output \"z\" = %6")
        try expect(RemoveUnusedNodes(), leavesAlone: both)
    }

    @Test func mergeEqualNodes() throws {
        let before = try graph(
            "%5 = clip(%0) low=0.0 : f32[1,2,3,3]", "%6 = clip(%0) low=0.0 : f32[1,2,3,3]",
            "%7 = add(%5, %6) : f32[1,2,3,3]", "output \"y\" = %7")
        #expect(
            body(try Pipeline([MergeEqualNodes()]).run(before)) == [
                "%5 = clip(%0) low=0.0 : f32[1,2,3,3]", "%7 = add(%5, %5) : f32[1,2,3,3]",
            ])
        try expect(
            MergeEqualNodes(),
            leavesAlone: graph(
                "%5 = clip(%0) low=0.0 : f32[1,2,3,3]", "%6 = clip(%0) low=0.5 : f32[1,2,3,3]",
                "%7 = clip(%0) low=0.0 : f32[1,2,3,3]  generation 1", "output \"y\" = %5", "output \"z\" = %6",
                "output \"w\" = %7"))
    }

    @Test func fuseNormRelu() throws {
        let norm = "%5 = batchNorm(%0, %1, %2, %3, %4) : f32[1,2,3,3]  @norm",
            relu = "%6 = relu(%5) : f32[1,2,3,3]  @norm"
        #expect(
            body(try Pipeline([FuseNormRelu()]).run(graph(norm, relu, "output \"y\" = %6"))) == [
                "%7 = normRelu(%0, %1, %2, %3, %4) : f32[1,2,3,3]  @norm  from %6, %5"
            ])
        try expect(FuseNormRelu(), leavesAlone: graph(norm, relu, "output \"y\" = %6", "output \"norm\" = %5"))
    }

    @Test func prepareNormsForTraining() throws {
        let norm = "%5 = batchNorm(%0, %1, %2, %3, %4) : f32[1,2,3,3]  @norm"
        let prepared = try Pipeline([PrepareNormsForTraining()]).run(graph(norm, "output \"y\" = %5"))
        #expect(
            body(prepared) == [
                "%6 = channelMoments(%0) : f32[2], f32[2]  @norm  from %5",
                "%7 = movingAverage(%3, %6) : f32[2]  @norm  from %5",
                "%8 = movingAverage(%4, %6.1) correction=1.125 : f32[2]  @norm  from %5",
                "%9 = batchNorm(%0, %1, %2, %6, %6.1) : f32[1,2,3,3]  @norm  from %5",
            ])
        let frozen = norm.replacing(" : ", with: " policy=\"frozen\" : ")
        try expect(PrepareNormsForTraining(), leavesAlone: graph(frozen, "output \"y\" = %5"))
        // What is prepared stays so.
        try expect(PrepareNormsForTraining(), leavesAlone: prepared)
    }
}

import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

/// The walk over the ONNX operators that have no op of their own.
@Suite struct ExpandedOperatorTests {
    /// What is missing: rules, samples of a version, or lines in the list.
    private static func problems(_ operators: [any ExpandedOperator.Type], _ samples: [ExpandedSample]) -> [String] {
        var problems: [String] = [], listed: Set<String> = []
        for type in operators {
            if type.onnxRules.isEmpty { problems.append("\(type) reads nothing") }
            for rule in type.onnxRules {
                let name = rule.operatorType
                let sampled = samples.filter { $0.node.operatorType == name }.flatMap(\.versions)
                listed.insert(name)
                for version in rule.versions {
                    if !ONNXSchemas.versions(of: name).contains(where: { $0.version == version }) {
                        problems.append("\(name) \(version) is read and there is none")
                    }
                    if !sampled.contains(version) { problems.append("\(name) \(version) has no sample") }
                }
            }
        }
        let unlisted = Set(samples.map(\.node.operatorType)).subtracting(listed)
        return problems + unlisted.sorted().map { "\($0) has samples and is not in the list" }
    }

    @Test func everyVersionOfEveryExpandedOperatorHasASample() {
        #expect(Self.problems(OpCatalog.expandedOperators, ExpandedSample.all) == [])
    }

    /// The walk itself finds lines without rules or samples, and versions that there are not.
    @Test func theWalkFindsWhatIsMissing() {
        enum Silent: ExpandedOperator { static let onnxRules: [ONNXRule] = [] }
        enum Unsampled: ExpandedOperator { static let onnxRules = [ONNXRule("Relu", [6, 7]) { [try $0.input(0)] }] }
        #expect(
            Self.problems([Silent.self, Unsampled.self], []) == [
                "Silent reads nothing", "Relu 6 has no sample", "Relu 7 is read and there is none",
                "Relu 7 has no sample",
            ])
        #expect(
            Self.problems([], Array(ExpandedSample.all.prefix(1))) == ["Constant has samples and is not in the list"])
    }

    @Test(arguments: ExpandedSample.all) func samplesAreRead(_ sample: ExpandedSample) throws {
        for version in sample.versions {
            let model = sample.model(version)
            switch sample.outcome {
            case .refusal(let found): #expect(failure(model)?.found == found, "version \(version)")
            case .result(let expected, let ops):
                let graph = try ONNXImporter.read(model, name: "m").graph
                #expect(graph.nodes.map(\.op).filter { !($0 is Input) }.map(\.mnemonic) == ops, "version \(version)")
                let output = try Evaluator.run(graph, inputs: ["x": sample.x]).outputs["y"]
                #expect(output == expected, "version \(version)")
            }
        }
    }
}

import TesseraIR
import TesseraOps
import TesseraTensors

/// The rules and schemas for the operator set of one model, and the checks that need nothing else.
struct RuleBook {
    /// What reads an operator, and the signature that its nodes must have.
    struct Reading {
        let rule: ONNXRule
        let schema: ONNXSchema
    }

    private let readings: [String: Reading]
    /// The version of the standard operator set.
    let opset: Int
    /// What the user should know of the versions.
    private(set) var notes: [String] = []

    /// Greater numbers are no versions.
    private static let versionLimit: Int64 = 1000

    /// Throws where the model says no version of the file format or of the standard operator set, or one that there
    /// cannot be.
    init(_ catalog: OpCatalog, for model: ONNXModel) throws {
        let newestFormat = ONNXSchemas.newestFormat, newest = ONNXSchemas.newestOperatorSet
        guard (1...Self.versionLimit).contains(model.irVersion) else {
            throw TesseraError(at: "ir_version", found: "\(model.irVersion)", accepted: "1 to \(newestFormat)")
        }
        // Where no node is of the standard set, none has to be named.
        let needsNone = !model.graph.nodes.isEmpty && model.graph.nodes.allSatisfy { !$0.domain.isEmpty }
        guard let version = model.operatorSets[""] ?? (needsNone ? Int64(newest) : nil),
            (1...Self.versionLimit).contains(version)
        else {
            throw TesseraError(
                at: "opset_import",
                found: model.operatorSets[""].map { "version \($0) of ai.onnx" } ?? "no version of ai.onnx",
                accepted: "one from 1 to \(newest)")
        }
        let opset = Int(version)
        self.opset = opset
        if model.irVersion > newestFormat {
            notes.append("IR version \(model.irVersion) is newer than \(newestFormat), the newest known")
        }
        if opset > newest {
            notes.append("opset \(opset) is newer than \(newest), the newest known: operators are read as in \(newest)")
        }
        readings = catalog.onnxRules.reduce(into: [:]) { readings, entry in
            guard let schema = ONNXSchemas.schema(entry.key, operatorSet: opset),
                let rule = entry.value.first(where: { $0.versions.contains(schema.version) })
            else { return }
            readings[entry.key] = Reading(rule: rule, schema: schema)
        }
    }

    func reading(of node: ONNXNode) -> Reading? { node.domain.isEmpty ? readings[node.operatorType] : nil }

    /// `Einsum of opset 17 (3 nodes)` for every operator without a rule, in the order of the file.
    func missing(in graph: ONNXGraph) -> [String] {
        var counts: [(name: String, count: Int)] = [], places: [String: Int] = [:]
        for node in graph.nodes where reading(of: node) == nil {
            let name =
                node.domain.isEmpty ? "\(node.operatorType) of opset \(opset)" : "\(node.domain).\(node.operatorType)"
            if let place = places[name] {
                counts[place].count += 1
            } else {
                places[name] = counts.count
                counts.append((name, 1))
            }
        }
        return counts.map { "\($0.name) (\($0.count) node\($0.count == 1 ? "" : "s"))" }
    }

    /// Throws where the graph has no output; one error that says which operators have no rule; or one where a node does
    /// not have the signature of its operator.
    func check(_ graph: ONNXGraph) throws {
        guard !graph.outputs.isEmpty else {
            throw TesseraError(at: "graph", found: "no outputs", accepted: "at least one")
        }
        var names: Set<String> = []
        for output in graph.outputs where !names.insert(output.name).inserted {
            throw TesseraError(
                at: "output \(output.name)", found: "two of the same name", accepted: "different names")
        }
        let missing = missing(in: graph)
        guard missing.isEmpty else { throw ONNXImporter.unsupported(missing) }
        for node in graph.nodes {
            try reading(of: node)?.schema.check(node)
            if node.operatorType == "Constant" { try node.requireOneValue() }
        }
    }
}

extension ONNXImporter {
    /// As many operators are named in an error.
    private static let namedOperators = 12

    /// The error for operators that no rule reads, with the ways out.
    public static func unsupported(_ operators: [String]) -> TesseraError {
        let rest = operators.count - namedOperators
        return TesseraError(
            .unsupported, at: "operators",
            found: operators.prefix(namedOperators).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : ""),
            accepted:
                "the operators of docs/onnx-support.md; export the model without its top, or cut it before them with --cut NODE"
        )
    }
}

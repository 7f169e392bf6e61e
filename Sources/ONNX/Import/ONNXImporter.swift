import TesseraIR
import TesseraOps
import TesseraTensors

/// What the reader of a model may decide.
public struct ImportOptions: Sendable {
    /// Replaces the last two dimensions of every input of rank 4: height and width of the images.
    public var imageSize: Int?
    /// The shapes of inputs, by name, where the file leaves them open or others are wanted.
    public var inputShapes: [String: [Int]] = [:]
    /// Inputs that are always the same, by name: they become constants, so that they may say what only a constant can,
    /// such as the shape of a Reshape.
    public var constantInputs: [String: Tensor] = [:]
    /// Names the first dimension of every input of rank 4 `ImportOptions.batchName`, whatever the file says. Throws
    /// where the file fixes it and a node would not keep its images apart.
    public var opensBatch = false

    public static let batchName = "N"

    public init(imageSize: Int? = nil, opensBatch: Bool = false) {
        self.imageSize = imageSize
        self.opensBatch = opensBatch
    }
}

/// A model as a graph, its weights in a store under their initialiser names.
public struct ImportedModel: Sendable {
    public let graph: Graph
    public let parameters: ParameterStore
    /// What the user should know: initialisers that nothing reads, aliases that were parted.
    public let notes: [String]
}

/// Reads ONNX models of the operators in `OpCatalog.onnxRules` as graphs.
public enum ONNXImporter {
    /// `name` is what errors call the model. Throws one error where an operator or attribute is unsupported, a value is
    /// used before or without being made, names clash, nodes form a cycle, or shapes cannot fit.
    public static func read(
        _ model: ONNXModel, name: String, options: ImportOptions = ImportOptions(), catalog: OpCatalog = .standard
    ) throws -> ImportedModel {
        do {
            let flat = try FunctionInliner(model).inlined()
            let rules = RuleBook(catalog, operatorSets: flat.operatorSets)
            try rules.requireAll(of: flat.graph)
            func built(_ options: ImportOptions) throws -> ImportedModel {
                var builder = try ImportBuilder(flat.graph, rules: rules, options: options)
                return try builder.build()
            }
            do { return try built(options) } catch let error as TesseraError {
                guard let size = options.imageSize, let smallest = smallestSize(above: size, options, built) else {
                    throw error
                }
                throw TesseraError(
                    error.kind, at: error.location, found: "\(error.found), in images of \(size) × \(size)",
                    accepted: "images of \(smallest) × \(smallest) or more")
            }
        } catch let error as TesseraError { throw error.within(name) }
    }

    /// The smallest images that a model which these are too small for can be built for.
    private static func smallestSize(
        above size: Int, _ options: ImportOptions, _ built: (ImportOptions) throws -> ImportedModel
    ) -> Int? {
        Int.smallest(above: size, upTo: 1024) { larger in
            var options = options
            options.imageSize = larger
            return (try? built(options)) != nil
        }
    }

    /// The operators that no rule reads, each once with the number of nodes, in the order of the file; empty where the
    /// model could run.
    public static func unsupportedOperators(of model: ONNXModel, catalog: OpCatalog = .standard) throws -> [String] {
        let flat = try FunctionInliner(model).inlined()
        return RuleBook(catalog, operatorSets: flat.operatorSets).missing(in: flat.graph)
    }
}

/// The rules for the operator sets of one model.
struct RuleBook {
    private let rules: [String: [ONNXRule]]
    /// The version of the standard operator set.
    let opset: Int

    init(_ catalog: OpCatalog, operatorSets: [String: Int64]) {
        rules = catalog.onnxRules
        opset = Int(operatorSets[""] ?? 1)
    }

    func rule(for node: ONNXNode) -> ONNXRule? {
        guard node.domain.isEmpty else { return nil }
        return rules[node.operatorType]?.first { $0.versions.contains(opset) }
    }

    /// `Einsum (3 nodes)` for every operator without a rule.
    func missing(in graph: ONNXGraph) -> [String] {
        var counts: [(name: String, count: Int)] = []
        for node in graph.nodes where rule(for: node) == nil {
            let name =
                node.domain.isEmpty ? "\(node.operatorType) of opset \(opset)" : "\(node.domain).\(node.operatorType)"
            if let index = counts.firstIndex(where: { $0.name == name }) {
                counts[index].count += 1
            } else {
                counts.append((name, 1))
            }
        }
        return counts.map { "\($0.name) (\($0.count) node\($0.count == 1 ? "" : "s"))" }
    }

    /// Throws one error that lists every operator without a rule.
    func requireAll(of graph: ONNXGraph) throws {
        let missing = missing(in: graph)
        guard !missing.isEmpty else { return }
        throw TesseraError(
            .unsupported, at: "operators", found: missing.joined(separator: ", "),
            accepted: rules.keys.sorted().joined(separator: ", "))
    }
}

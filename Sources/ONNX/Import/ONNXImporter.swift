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
    /// What the user should know: initialisers that nothing reads, aliases that were parted, declared shapes that
    /// values do not have, versions newer than the known ones.
    public let notes: [String]
}

/// Reads ONNX models of the operators in `OpCatalog.onnxRules` as graphs.
public enum ONNXImporter {
    /// `name` is what errors call the model. Throws one error where an operator or attribute is unsupported, a node
    /// does not have the signature of its operator, a value is used before or without being made, names clash, nodes
    /// form a cycle, shapes cannot fit, or the file contradicts itself.
    public static func read(
        _ model: ONNXModel, name: String, options: ImportOptions = ImportOptions(), catalog: OpCatalog = .standard
    ) throws -> ImportedModel {
        do {
            let flat = try FunctionInliner(model).inlined()
            let rules = try RuleBook(catalog, for: flat)
            try rules.check(flat.graph)
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
        return try RuleBook(catalog, for: flat).missing(in: flat.graph)
    }
}

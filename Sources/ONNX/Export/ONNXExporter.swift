import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors

/// What the writer of a model may decide.
public struct ExportOptions: Sendable {
    /// The version of the standard operator set.
    public var opset = 17
    /// Multiplies batch norms into the convolutions before them. A model written so cannot be trained further as it
    /// was.
    public var foldsNorms = false

    public init(opset: Int = 17, foldsNorms: Bool = false) {
        self.opset = opset
        self.foldsNorms = foldsNorms
    }
}

/// Writes model graphs as ONNX: standard operators, weights as initialisers under their paths, named dimensions as they
/// are.
public enum ONNXExporter {
    /// The operator sets that can be written, with the oldest IR version that may name each.
    public static let irVersions: [Int: Int64] = [13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10]

    /// Throws where the opset cannot be written, a state has no tensor, an op has no ONNX form at that version, or the
    /// file would not be valid; where a newer opset works, the error names it. `log` hears which norms were folded and
    /// why others were not.
    public static func model(
        _ graph: Graph, parameters: ParameterStore, options: ExportOptions = ExportOptions(),
        log: RewriteLog = RewriteLog()
    ) throws -> ONNXModel {
        guard irVersions[options.opset] != nil else {
            throw TesseraError(
                .unsupported, at: "export", found: "opset \(options.opset)",
                accepted: "\(irVersions.keys.min()!) to \(irVersions.keys.max()!)")
        }
        let written =
            options.foldsNorms ? try Pipeline([FoldNormIntoConvolution(parameters)]).run(graph, log: log) : graph
        func model(opset: Int) throws -> ONNXModel {
            var builder = ExportBuilder(written, parameters: parameters, opset: opset)
            let model = ONNXModel(
                irVersion: irVersions[opset]!, operatorSets: ["": Int64(opset)], graph: try builder.build())
            try ExportGate(graph: written).check(model)
            return model
        }
        do { return try model(opset: options.opset) } catch let error as TesseraError {
            let newer = irVersions.keys.filter { $0 > options.opset }.sorted()
            guard let opset = newer.first(where: { (try? model(opset: $0)) != nil }) else { throw error }
            throw TesseraError(
                .unsupported, at: error.location, found: "\(error.found) at opset \(options.opset)",
                accepted: "opset \(opset) or newer")
        }
    }
}

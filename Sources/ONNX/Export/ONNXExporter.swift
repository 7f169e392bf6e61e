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

    /// Throws where the opset cannot be written, a state has no tensor, or an op has no ONNX form at that version.
    public static func model(_ graph: Graph, parameters: ParameterStore, options: ExportOptions = ExportOptions())
        throws -> ONNXModel
    {
        guard let irVersion = irVersions[options.opset] else {
            throw TesseraError(
                .unsupported, at: "export", found: "opset \(options.opset)",
                accepted: "\(irVersions.keys.min()!) to \(irVersions.keys.max()!)")
        }
        let written = options.foldsNorms ? try Pipeline([FoldNormIntoConvolution()]).run(graph) : graph
        var builder = ExportBuilder(written, parameters: parameters, opset: options.opset)
        return ONNXModel(irVersion: irVersion, operatorSets: ["": Int64(options.opset)], graph: try builder.build())
    }
}

import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// One use of an ONNX operator without an op of its own, for the walk over `OpCatalog.expandedOperators`: a node on x
/// and on constants, in some versions, and what reading it is to give.
struct ExpandedSample: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// The value of the output, and the ops of the graph besides the input.
        case result(Tensor, ops: [String])
        /// What the error says was found.
        case refusal(String)
    }

    let name: String
    let node: ONNXNode
    /// The versions of the operator that the sample is read in.
    let versions: [Int]
    let x: Tensor
    /// The shape of x in the model, where it has names.
    let dimensions: [Dimension]
    let operands: [String: Tensor]
    let outcome: Outcome

    /// `operands` follow x; nil stands for one that is missing. Without x the node has no input.
    init(
        _ name: String, _ operatorType: String, _ versions: [Int], _ attributes: [String: ONNXAttribute] = [:],
        x: Tensor?, dimensions: [Dimension]? = nil, operands: [Tensor?] = [], _ outcome: Outcome
    ) {
        self.name = name
        self.versions = versions
        self.x = x ?? Tensor(scalar: Float(0))
        self.dimensions = dimensions ?? self.x.shape.map { .fixed($0) }
        self.outcome = outcome
        let named = operands.enumerated().map { (name: $1 == nil ? "" : "c\($0)", tensor: $1) }
        self.operands = Dictionary(
            uniqueKeysWithValues: named.compactMap { operand in operand.tensor.map { (operand.name, $0) } })
        node = ONNXNode(
            operatorType, name: "node", inputs: (x == nil ? [] : ["x"]) + named.map(\.name), outputs: ["y"],
            attributes: attributes)
    }

    var testDescription: String { "\(node.operatorType): \(name)" }

    /// The model of the one node in a version of the standard operator set.
    func model(_ version: Int) -> ONNXModel {
        ONNXTests.model([node], operands, opset: Int64(version)).with(x: dimensions, element: x.element)
    }
}

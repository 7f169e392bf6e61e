import TesseraIR
import TesseraTensors

/// What an export rule writes to: the ONNX nodes of one graph node, and the constants they need.
public final class ONNXNodeWriter {
    /// The version of the standard operator set being written.
    public let opset: Int
    public let inputs: [String]
    public let outputs: [String]
    public let inputTypes: [TensorType]
    public let outputTypes: [TensorType]
    /// Prefix of everything the node adds: unique in the graph.
    public let name: String
    private let names: UniqueNames
    public private(set) var nodes: [ONNXNode] = []
    public private(set) var constants: [ONNXInitializer] = []

    public init(
        opset: Int, name: String, inputs: [String], outputs: [String], inputTypes: [TensorType],
        outputTypes: [TensorType], names: UniqueNames = UniqueNames()
    ) {
        self.names = names
        self.opset = opset
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.inputTypes = inputTypes
        self.outputTypes = outputTypes
    }

    /// Writes one operator; by default from the node's inputs to its outputs.
    public func emit(
        _ operatorType: String, inputs: [String]? = nil, outputs: [String]? = nil,
        attributes: [String: ONNXAttribute] = [:]
    ) {
        let suffix = nodes.isEmpty ? "" : "/\(nodes.count)"
        nodes.append(
            ONNXNode(
                operatorType, name: name + suffix, inputs: inputs ?? self.inputs, outputs: outputs ?? self.outputs,
                attributes: attributes))
    }

    /// A name for a value between two emitted operators.
    public func intermediate(_ suffix: String) -> String { names.claim("\(name)/\(suffix)") }

    /// Stores a constant and returns its name.
    public func constant(_ suffix: String, _ tensor: Tensor) -> String {
        let constantName = names.claim("\(name)/\(suffix)")
        constants.append(ONNXInitializer(name: constantName, tensor: tensor))
        return constantName
    }

    public func constant(_ suffix: String, _ integers: [Int]) -> String {
        constant(suffix, Tensor(integers.map { Int64($0) }, shape: [integers.count]))
    }

    public func failure(_ found: String, accepted: String) -> TesseraError {
        TesseraError(.unsupported, at: name, found: found, accepted: accepted)
    }

    /// The fields of an op that ONNX stores as attributes, under their ONNX names.
    public func attributes<O: Op>(of op: O) -> [String: ONNXAttribute] {
        let values = Dictionary(uniqueKeysWithValues: op.attributes.map { ($0.name, $0.value) })
        var result: [String: ONNXAttribute] = [:]
        for field in O.fields {
            guard let name = field.onnxName else { continue }
            switch values[field.name]! {
            case .bool(let flag): result[name] = .int(flag ? 1 : 0)
            case .int(let number): result[name] = .int(Int64(number))
            case .ints(let numbers): if !numbers.isEmpty { result[name] = .ints(numbers.map { Int64($0) }) }
            case .float(let bits): result[name] = .float(Float(Double(bitPattern: bits)))
            case .string(let text): result[name] = .string(text)
            case .floats, .tensor, .type:
                preconditionFailure("the field \(field.name) of \(O.mnemonic) has no direct ONNX form")
            }
        }
        return result
    }
}

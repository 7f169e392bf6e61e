import TesseraIR
import TesseraONNX
import TesseraTensors

/// Protobuf by hand, for files that no writer would make.
enum Wire {
    static func number(_ value: UInt64) -> [UInt8] {
        var rest = value, bytes: [UInt8] = []
        repeat {
            bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return bytes
    }

    static func varint(_ field: Int, _ value: UInt64) -> [UInt8] { number(UInt64(field << 3)) + number(value) }
    static func message(_ field: Int, _ body: [UInt8]) -> [UInt8] {
        number(UInt64(field << 3 | 2)) + number(UInt64(body.count)) + body
    }
    static func text(_ field: Int, _ text: String) -> [UInt8] { message(field, Array(text.utf8)) }
}

/// y = relu(x) of [2], as small as a model can be.
func reluModel() -> ONNXModel {
    let type: [Dimension?] = [.fixed(2)]
    return ONNXModel(
        irVersion: 8, operatorSets: ["": 17],
        graph: ONNXGraph(
            name: "small", nodes: [ONNXNode("Relu", name: "relu", inputs: ["x"], outputs: ["y"])],
            inputs: [ONNXValueInfo(name: "x", element: .float32, dimensions: type)],
            outputs: [ONNXValueInfo(name: "y", element: .float32, dimensions: type)]
        ))
}

/// A model of nodes on x [2] and initialisers, with the output y.
func model(_ nodes: [ONNXNode], _ initializers: [String: Tensor] = [:], opset: Int64 = 17) -> ONNXModel {
    var model = reluModel()
    model.operatorSets = ["": opset]
    model.graph.nodes = nodes
    model.graph.initializers = initializers.sorted { $0.key < $1.key }.map {
        ONNXInitializer(name: $0.key, tensor: $0.value)
    }
    return model
}

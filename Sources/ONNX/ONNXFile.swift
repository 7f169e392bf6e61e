import COnnx
import TesseraIR
import TesseraTensors

/// ONNX files: models and single tensors, as values.
public enum ONNXFile {
    /// Protobuf itself allows no more than 2 GiB.
    public static let byteLimit = Int(Int32.max)

    /// Reads a model with its external data. Throws where the file is cut, malformed, nested too deep, or holds a
    /// tensor whose data is not there.
    public static func model(path: String) throws -> ONNXModel {
        try model(
            WholeFile.read(path, limit: byteLimit), name: path,
            externalData: ExternalData(folder: path.parentFolder, linkedFolder: ExternalData.linkedFolder(of: path)))
    }

    /// Reads a model from bytes; external data is looked for in `folder`, and an error without one.
    public static func model(_ bytes: [UInt8], name: String, folder: String? = nil) throws -> ONNXModel {
        try model(bytes, name: name, externalData: folder.map { ExternalData(folder: $0, linkedFolder: nil) })
    }

    private static func model(_ bytes: [UInt8], name: String, externalData: ExternalData?) throws -> ONNXModel {
        try WireMessage.read(
            bytes, name: name, kind: onnx__model_proto__descriptor_pointer(), as: Onnx__ModelProto.self
        ) { proto in
            try ModelReader(tensors: TensorReader(name: name, externalData: externalData)).model(proto)
        }
    }

    /// Reads a file that holds one TensorProto, such as `input_0.pb`.
    public static func tensor(path: String) throws -> Tensor {
        try WireMessage.read(
            WholeFile.read(path, limit: byteLimit), name: path, kind: onnx__tensor_proto__descriptor_pointer(),
            as: Onnx__TensorProto.self
        ) { proto in
            try TensorReader(name: path, externalData: nil).tensor(proto, at: "tensor \(String(wire: proto.name))")
        }
    }

    /// The serialised model. Throws where it is larger than protobuf allows.
    public static func bytes(of model: ONNXModel) throws -> [UInt8] {
        let size = model.graph.initializers.reduce(0) { $0 + $1.tensor.byteCount }
        guard size < byteLimit - (1 << 24) else {
            throw TesseraError(
                .unsupported, at: "ONNX model \(model.graph.name)", found: "\(size) bytes of weights",
                accepted: "less than 2 GiB, which is what one ONNX file can hold")
        }
        let arena = MessageArena()
        return withExtendedLifetime(arena) { WireMessage.bytes(of: ModelWriter(arena: arena).model(model)) }
    }

    /// Writes the model whole or not at all.
    public static func write(_ model: ONNXModel, to path: String) throws {
        try AtomicFile.write(bytes(of: model), to: path)
    }

    /// Writes one tensor as a TensorProto.
    public static func write(_ tensor: Tensor, name: String, to path: String) throws {
        let arena = MessageArena()
        let bytes = withExtendedLifetime(arena) {
            WireMessage.bytes(of: ModelWriter(arena: arena).tensor(tensor, name: name))
        }
        try AtomicFile.write(bytes, to: path)
    }
}

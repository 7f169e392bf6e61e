import COnnx
import TesseraIR
import TesseraTensors

/// Turns protobuf messages into the plain values of `TesseraIR`.
struct ModelReader {
    let tensors: TensorReader

    private func failure(_ place: String, _ found: String, accepted: String, _ kind: TesseraError.Kind = .invalid)
        -> TesseraError
    {
        TesseraError(kind, at: "\(tensors.name), \(place)", found: found, accepted: accepted)
    }

    func model(_ proto: Onnx__ModelProto) throws -> ONNXModel {
        guard let graph = proto.graph else { throw failure("model", "no graph", accepted: "a graph") }
        var model = ONNXModel(
            irVersion: proto.ir_version, operatorSets: try operatorSets(proto.opset_import, proto.n_opset_import),
            graph: try self.graph(graph.pointee))
        model.producerName = String(wireText: proto.producer_name)
        model.producerVersion = String(wireText: proto.producer_version)
        model.documentation = String(wireText: proto.doc_string)
        model.metadata = messages(proto.metadata_props, proto.n_metadata_props).map {
            (key: String(wireText: $0.key), value: String(wireText: $0.value))
        }
        model.functions = try messages(proto.functions, proto.n_functions).map(function)
        return model
    }

    /// The domain `ai.onnx` and the empty one are the same.
    private func operatorSets(
        _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Onnx__OperatorSetIdProto>?>?, _ count: Int
    ) throws -> [String: Int64] {
        let pairs = messages(pointers, count).map { (Self.domain(String(wire: $0.domain)), $0.version) }
        return try Dictionary(pairs) { first, second in
            guard first == second else {
                throw failure("opset_import", "two versions of one operator set", accepted: "one version each")
            }
            return first
        }
    }

    private static func domain(_ name: String) -> String { name == "ai.onnx" ? "" : name }

    func graph(_ proto: Onnx__GraphProto) throws -> ONNXGraph {
        if proto.n_sparse_initializer > 0 {
            throw failure("graph", "sparse initializers", accepted: "dense ones", .unsupported)
        }
        return ONNXGraph(
            name: String(wire: proto.name), nodes: try messages(proto.node, proto.n_node).map(node),
            initializers: try messages(proto.initializer, proto.n_initializer).map { initializer in
                let name = String(wire: initializer.name)
                return ONNXInitializer(name: name, tensor: try tensors.tensor(initializer, at: "initializer \(name)"))
            },
            inputs: try messages(proto.input, proto.n_input).map(valueInfo),
            outputs: try messages(proto.output, proto.n_output).map(valueInfo),
            valueInfos: try messages(proto.value_info, proto.n_value_info).map(valueInfo)
        )
    }

    private func valueInfo(_ proto: Onnx__ValueInfoProto) throws -> ONNXValueInfo {
        let name = String(wire: proto.name)
        guard let type = proto.type?.pointee, type.value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE,
            let tensor = type.tensor_type?.pointee
        else {
            return ONNXValueInfo(name: name, element: nil, dimensions: nil)
        }
        let dimensions = try tensor.shape.map { shape in
            try messages(shape.pointee.dim, shape.pointee.n_dim).map { dimension -> Dimension? in
                switch dimension.value_case {
                case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE:
                    guard dimension.dim_value >= 0 else {
                        throw failure(
                            "value \(name)", "the dimension \(dimension.dim_value)",
                            accepted: "dimensions that are not negative")
                    }
                    return .fixed(Int(dimension.dim_value))
                case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM:
                    let name = String(wire: dimension.dim_param)
                    return name.isEmpty ? nil : .named(name)
                default: return nil
                }
            }
        }
        return ONNXValueInfo(name: name, element: ElementType(onnxCode: Int(tensor.elem_type)), dimensions: dimensions)
    }

    private func node(_ proto: Onnx__NodeProto) throws -> ONNXNode {
        var node = ONNXNode(
            String(wire: proto.op_type), domain: Self.domain(String(wire: proto.domain)),
            name: String(wire: proto.name),
            inputs: strings(proto.input, proto.n_input), outputs: strings(proto.output, proto.n_output)
        )
        node.overload = String(wire: proto.overload)
        node.attributes = try attributes(messages(proto.attribute, proto.n_attribute), at: node.place)
        return node
    }

    private func attributes(_ protos: some Sequence<Onnx__AttributeProto>, at place: String) throws -> [String:
        ONNXAttribute]
    {
        var result: [String: ONNXAttribute] = [:]
        for proto in protos {
            let name = String(wire: proto.name)
            guard result.updateValue(try attribute(proto, at: "\(place), attribute \(name)"), forKey: name) == nil
            else {
                throw failure(place, "the attribute \(name) twice", accepted: "each attribute once")
            }
        }
        return result
    }

    private func attribute(_ proto: Onnx__AttributeProto, at place: String) throws -> ONNXAttribute {
        if let reference = proto.ref_attr_name, reference.pointee != 0 { return .reference(String(wire: reference)) }
        if let other = otherFields(than: proto.type, of: proto).first {
            throw failure(place, "a value in the field \(other) too", accepted: "a value of the stated type alone")
        }
        switch proto.type {
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT: return .float(proto.f)
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT: return .int(proto.i)
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING: return .string(String(wire: proto.s))
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS: return .floats(scalars(proto.floats, proto.n_floats))
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS: return .ints(scalars(proto.ints, proto.n_ints))
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS:
            return .strings(scalars(proto.strings, proto.n_strings).map { String(wire: $0) })
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSORS:
            return .tensors(try messages(proto.tensors, proto.n_tensors).map { try tensors.tensor($0, at: place) })
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPHS:
            return .graphs(try messages(proto.graphs, proto.n_graphs).map(graph))
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
            guard let tensor = proto.t else {
                throw failure(place, "no tensor", accepted: "the tensor that its type promises")
            }
            return .tensor(try tensors.tensor(tensor.pointee, at: place))
        case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH:
            guard let graph = proto.g else {
                throw failure(place, "no graph", accepted: "the graph that its type promises")
            }
            return .graph(try self.graph(graph.pointee))
        default:
            throw failure(
                place, "the attribute type \(proto.type.rawValue)",
                accepted: "numbers, strings, tensors and graphs, or lists of them", .unsupported)
        }
    }

    /// The fields with values that another type than `type` would use.
    private func otherFields(than type: Onnx__AttributeProto__AttributeType, of proto: Onnx__AttributeProto) -> [String]
    {
        let fields: [(name: String, type: Onnx__AttributeProto__AttributeType, isThere: Bool)] = [
            ("f", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT, proto.has_f != 0),
            ("i", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT, proto.has_i != 0),
            ("s", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING, proto.has_s != 0),
            ("t", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR, proto.t != nil),
            ("g", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH, proto.g != nil),
            ("floats", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS, proto.n_floats > 0),
            ("ints", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS, proto.n_ints > 0),
            ("strings", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS, proto.n_strings > 0),
            ("tensors", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSORS, proto.n_tensors > 0),
            ("graphs", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPHS, proto.n_graphs > 0),
        ]
        return fields.filter { $0.isThere && $0.type != type }.map(\.name)
    }

    private func function(_ proto: Onnx__FunctionProto) throws -> ONNXFunction {
        let name = String(wire: proto.name)
        return ONNXFunction(
            domain: Self.domain(String(wire: proto.domain)), name: name, overload: String(wire: proto.overload),
            inputs: strings(proto.input, proto.n_input),
            outputs: strings(proto.output, proto.n_output), attributes: strings(proto.attribute, proto.n_attribute),
            defaultAttributes: try attributes(
                messages(proto.attribute_proto, proto.n_attribute_proto), at: "function \(name)"),
            operatorSets: try operatorSets(proto.opset_import, proto.n_opset_import),
            nodes: try messages(proto.node, proto.n_node).map(node)
        )
    }
}

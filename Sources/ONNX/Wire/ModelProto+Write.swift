import COnnx
import TesseraIR
import TesseraTensors

/// Turns the plain values of `TesseraIR` into protobuf messages in an arena.
struct ModelWriter {
    let arena: MessageArena

    func model(_ model: ONNXModel) -> UnsafeMutablePointer<Onnx__ModelProto> {
        arena.message(onnx__model_proto__init) { proto in
            proto.has_ir_version = 1
            proto.ir_version = model.irVersion
            (proto.n_opset_import, proto.opset_import) = operatorSets(model.operatorSets)
            proto.producer_name = arena.text(model.producerName)
            proto.producer_version = arena.text(model.producerVersion)
            proto.doc_string = arena.text(model.documentation)
            proto.graph = graph(model.graph)
            (proto.n_metadata_props, proto.metadata_props) = arena.pointers(
                model.metadata.map { entry in
                    arena.message(onnx__string_string_entry_proto__init) { proto in
                        proto.key = arena.text(entry.key)
                        proto.value = arena.text(entry.value)
                    }
                })
            (proto.n_functions, proto.functions) = arena.pointers(model.functions.map(function))
        }
    }

    func tensor(_ tensor: Tensor, name: String) -> UnsafeMutablePointer<Onnx__TensorProto> {
        arena.message(onnx__tensor_proto__init) { proto in
            proto.name = arena.string(name)
            proto.has_data_type = 1
            proto.data_type = Int32(tensor.element.onnxCode)
            (proto.n_dims, proto.dims) = arena.scalars(tensor.shape.map { Int64($0) })
            proto.has_raw_data = 1
            proto.raw_data = arena.binary(tensor)
        }
    }

    private func operatorSets(_ sets: [String: Int64]) -> (
        Int, UnsafeMutablePointer<UnsafeMutablePointer<Onnx__OperatorSetIdProto>?>?
    ) {
        arena.pointers(
            sets.sorted { $0.key < $1.key }.map { domain, version in
                arena.message(onnx__operator_set_id_proto__init) { proto in
                    proto.domain = arena.present(domain)
                    proto.has_version = 1
                    proto.version = version
                }
            })
    }

    private func graph(_ graph: ONNXGraph) -> UnsafeMutablePointer<Onnx__GraphProto> {
        arena.message(onnx__graph_proto__init) { proto in
            proto.name = arena.string(graph.name)
            (proto.n_node, proto.node) = arena.pointers(graph.nodes.map(node))
            (proto.n_initializer, proto.initializer) = arena.pointers(
                graph.initializers.map { tensor($0.tensor, name: $0.name) })
            (proto.n_input, proto.input) = arena.pointers(graph.inputs.map(valueInfo))
            (proto.n_output, proto.output) = arena.pointers(graph.outputs.map(valueInfo))
            (proto.n_value_info, proto.value_info) = arena.pointers(graph.valueInfos.map(valueInfo))
        }
    }

    private func valueInfo(_ info: ONNXValueInfo) -> UnsafeMutablePointer<Onnx__ValueInfoProto> {
        arena.message(onnx__value_info_proto__init) { proto in
            proto.name = arena.string(info.name)
            guard let element = info.element else { return }
            let tensor = arena.message(onnx__type_proto__tensor__init) { proto in
                proto.has_elem_type = 1
                proto.elem_type = Int32(element.onnxCode)
                proto.shape = info.dimensions.map { dimensions in
                    arena.message(onnx__tensor_shape_proto__init) { proto in
                        (proto.n_dim, proto.dim) = arena.pointers(dimensions.map(dimension))
                    }
                }
            }
            proto.type = arena.message(onnx__type_proto__init) { proto in
                proto.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
                proto.tensor_type = tensor
            }
        }
    }

    private func dimension(_ dimension: Dimension?) -> UnsafeMutablePointer<Onnx__TensorShapeProto__Dimension> {
        arena.message(onnx__tensor_shape_proto__dimension__init) { proto in
            switch dimension {
            case .fixed(let extent):
                proto.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                proto.dim_value = Int64(extent)
            case .named(let name):
                proto.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM
                proto.dim_param = arena.present(name)
            case nil: break
            }
        }
    }

    private func node(_ node: ONNXNode) -> UnsafeMutablePointer<Onnx__NodeProto> {
        arena.message(onnx__node_proto__init) { proto in
            (proto.n_input, proto.input) = arena.strings(node.inputs)
            (proto.n_output, proto.output) = arena.strings(node.outputs)
            proto.name = arena.string(node.name)
            proto.op_type = arena.string(node.operatorType)
            proto.domain = arena.string(node.domain)
            proto.overload = arena.string(node.overload)
            (proto.n_attribute, proto.attribute) = arena.pointers(
                node.attributes.sorted { $0.key < $1.key }.map(attribute))
        }
    }

    private func attribute(_ name: String, _ value: ONNXAttribute) -> UnsafeMutablePointer<Onnx__AttributeProto> {
        arena.message(onnx__attribute_proto__init) { proto in
            proto.name = arena.string(name)
            proto.has_type = 1
            switch value {
            case .int(let number):
                (proto.type, proto.has_i, proto.i) = (ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT, 1, number)
            case .float(let number):
                (proto.type, proto.has_f, proto.f) = (ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT, 1, number)
            case .string(let text):
                (proto.type, proto.has_s, proto.s) = (
                    ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING, 1, arena.binary(text)
                )
            case .tensor(let tensor):
                (proto.type, proto.t) = (ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR, self.tensor(tensor, name: ""))
            case .graph(let graph):
                (proto.type, proto.g) = (ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH, self.graph(graph))
            case .ints(let numbers):
                proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS
                (proto.n_ints, proto.ints) = arena.scalars(numbers)
            case .floats(let numbers):
                proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS
                (proto.n_floats, proto.floats) = arena.scalars(numbers)
            case .strings(let texts):
                proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS
                (proto.n_strings, proto.strings) = arena.scalars(texts.map { arena.binary($0) })
            case .tensors(let tensors):
                proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSORS
                (proto.n_tensors, proto.tensors) = arena.pointers(tensors.map { tensor($0, name: "") })
            case .graphs(let graphs):
                proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPHS
                (proto.n_graphs, proto.graphs) = arena.pointers(graphs.map(graph))
            case .reference(let name):
                proto.has_type = 0
                proto.ref_attr_name = arena.string(name)
            }
        }
    }

    private func function(_ function: ONNXFunction) -> UnsafeMutablePointer<Onnx__FunctionProto> {
        arena.message(onnx__function_proto__init) { proto in
            proto.name = arena.string(function.name)
            proto.domain = arena.string(function.domain)
            proto.overload = arena.string(function.overload)
            (proto.n_input, proto.input) = arena.strings(function.inputs)
            (proto.n_output, proto.output) = arena.strings(function.outputs)
            (proto.n_attribute, proto.attribute) = arena.strings(function.attributes)
            (proto.n_attribute_proto, proto.attribute_proto) = arena.pointers(
                function.defaultAttributes.sorted { $0.key < $1.key }.map(attribute))
            (proto.n_opset_import, proto.opset_import) = operatorSets(function.operatorSets)
            (proto.n_node, proto.node) = arena.pointers(function.nodes.map(node))
        }
    }
}

"""Changes of ONNX models that know their parts: attributes, types, dimensions, names and order."""

import numpy
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from alter import EXTREMES, alter_bytes, alter_number
from seeds import OPERATORS

STRINGS = ["", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER", "linear", "zeros", "none", "x", "\u00e9"]
FLOATS = [0.0, -0.0, 1.0, -1.0, 1e-5, 1e-45, 3e-39, 65504.0, 1e30, 3.4e38, float("inf"), float("-inf"), float("nan")]
ATTRIBUTES = """alpha auto_pad axes axis beta broadcast ceil_mode count_include_pad dilations end epsilon group keepdims kernel_shape
    max min mode momentum noop_with_empty_axes output_shape pads ratio round_mode saturate spatial start storage_order strides to
    training_mode transA transB value value_float value_floats value_int value_ints perm shape allowzero unknown""".split()
TYPES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 0, 99]
LIMIT = 2**63


def clamp(number):
    return max(-LIMIT, min(LIMIT - 1, number))


def alter_attribute(draw, node):
    if not node.attribute or draw.random() < 0.15:
        name = draw.choice(ATTRIBUTES)
        value = draw.choice([clamp(draw.choice(EXTREMES)), draw.choice(FLOATS), draw.choice(STRINGS), [1, 1], [0.5], [1], [0], [-1]])
        node.attribute.append(helper.make_attribute(name, value, attr_type=kind_of(value)))
        return
    attribute = draw.choice(node.attribute)
    match draw.randrange(8):
        case 0:
            node.attribute.remove(attribute)
        case 1:
            node.attribute.append(attribute)
        case 2:
            attribute.name = draw.choice(ATTRIBUTES)
        case 3 if draw.random() < 0.3:
            attribute.type = draw.choice([*range(15)])
        case _:
            alter_value(draw, attribute)


def kind_of(value):
    first = value[0] if isinstance(value, list) else value
    single = {int: AttributeProto.INT, float: AttributeProto.FLOAT, str: AttributeProto.STRING}[type(first)]
    many = {AttributeProto.INT: AttributeProto.INTS, AttributeProto.FLOAT: AttributeProto.FLOATS}
    return many[single] if isinstance(value, list) else single


def alter_value(draw, attribute):
    match attribute.type:
        case AttributeProto.INT:
            attribute.i = clamp(alter_number(draw, attribute.i))
        case AttributeProto.FLOAT:
            attribute.f = draw.choice(FLOATS)
        case AttributeProto.STRING:
            attribute.s = draw.choice(STRINGS).encode()
        case AttributeProto.INTS:
            alter_integers(draw, attribute.ints)
        case AttributeProto.TENSOR:
            alter_tensor(draw, attribute.t)


def alter_integers(draw, numbers):
    kind = draw.randrange(6)
    if kind == 0 or not numbers:
        numbers.insert(draw.randrange(len(numbers) + 1), draw.randrange(-2, 4))
    elif kind == 1:
        del numbers[draw.randrange(len(numbers))]
    elif kind == 2 and len(numbers) > 1:
        place = draw.randrange(len(numbers) - 1)
        numbers[place], numbers[place + 1] = numbers[place + 1], numbers[place]
    else:
        place = draw.randrange(len(numbers))
        numbers[place] = clamp(alter_number(draw, numbers[place]))


def alter_tensor(draw, tensor):
    match draw.randrange(6):
        case 0:
            alter_integers(draw, tensor.dims)
        case 1:
            tensor.data_type = draw.choice(TYPES)
        case 2:
            tensor.raw_data = alter_bytes(draw, tensor.raw_data)
        case 3:
            # Other contents of the same size, or one element more or less.
            try:
                array = numpy_helper.to_array(tensor)
            except Exception:
                return
            replace_tensor(draw, tensor, array)
        case 4:
            # Another type with the same numbers.
            try:
                array = numpy_helper.to_array(tensor)
                with numpy.errstate(all="ignore"):
                    array = array.astype(draw.choice(["float32", "float64", "float16", "int64", "int32", "int8", "uint8", "bool"]))
                tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
            except Exception:
                return
        case 5:
            if draw.random() < 0.5:
                tensor.ClearField("raw_data")
            else:
                tensor.float_data.append(1.0)


def replace_tensor(draw, tensor, array):
    flat = array.reshape(-1).copy()
    kind = draw.randrange(4)
    if kind == 0 and array.ndim <= 1:
        flat = numpy.append(flat, flat[:1]) if flat.size else numpy.zeros(1, array.dtype)
        array = flat
    elif kind == 1 and array.ndim <= 1 and flat.size:
        array = flat[:-1]
    elif flat.size and array.dtype.kind in "iuf":
        place = draw.randrange(flat.size)
        number = draw.choice(FLOATS) if array.dtype.kind == "f" else draw.choice(EXTREMES[:16] + [-2, -1])
        with numpy.errstate(all="ignore"):
            flat[place] = numpy.array(number).astype(array.dtype)
        array = flat.reshape(array.shape)
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def alter_info(draw, info):
    tensor = info.type.tensor_type
    match draw.randrange(6):
        case 0:
            tensor.elem_type = draw.choice(TYPES)
        case 1:
            tensor.ClearField("shape")
        case 2:
            dimension = tensor.shape.dim.add()
            dimension.dim_value = draw.choice([0, 1, 2, 3])
        case 3 if tensor.shape.dim:
            del tensor.shape.dim[draw.randrange(len(tensor.shape.dim))]
        case _ if tensor.shape.dim:
            dimension = draw.choice(tensor.shape.dim)
            if draw.random() < 0.3:
                dimension.dim_param = draw.choice(["N", "M", "", "3"])
            else:
                dimension.dim_value = clamp(alter_number(draw, dimension.dim_value))


def alter_names(draw, graph):
    node = draw.choice(graph.node)
    names = [name for entry in graph.node for name in (*entry.input, *entry.output)] + [entry.name for entry in graph.initializer]
    field = node.input if draw.random() < 0.7 else node.output
    kind = draw.randrange(6)
    if kind == 0:
        field.append(draw.choice(names + ["", "nothing"]))
    elif not field:
        return
    elif kind == 1:
        del field[draw.randrange(len(field))]
    elif kind == 2 and len(field) > 1:
        a, b = draw.sample(range(len(field)), 2)
        field[a], field[b] = field[b], field[a]
    elif kind == 3:
        field[draw.randrange(len(field))] = ""
    else:
        field[draw.randrange(len(field))] = draw.choice(names + ["nothing"])


def alter_lists(draw, graph):
    """Takes out, doubles or moves a node, initialiser, input or output."""
    entries = draw.choice([graph.node, graph.node, graph.initializer, graph.input, graph.output])
    if not entries:
        return
    place = draw.randrange(len(entries))
    match draw.randrange(4):
        case 0:
            del entries[place]
        case 1:
            entries.append(entries[place])
        case 2:
            entries[place].name = draw.choice(["", "x", "y", "a b", "\u00e9", entries[draw.randrange(len(entries))].name])
        case 3 if len(entries) > 1:
            moved = type(entries[place])()
            moved.CopyFrom(entries[place])
            del entries[place]
            entries.insert(draw.randrange(len(entries) + 1), moved)


def fix_input(draw, graph, arrays):
    """An input of the graph becomes an initialiser."""
    free = [info for info in graph.input if info.name not in {entry.name for entry in graph.initializer}]
    if not free:
        return
    place = draw.randrange(len(free))
    if place < len(arrays) and arrays[place].dtype.kind in "iufb":
        graph.initializer.append(numpy_helper.from_array(arrays[place], free[place].name))
        if draw.random() < 0.7:
            graph.input.remove(free[place])
            del arrays[place]


def alter_model(draw, data, arrays):
    """The bytes of a changed model, and the arrays for its inputs."""
    model = onnx.ModelProto.FromString(data)
    arrays = list(arrays)
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        graph = model.graph
        if not graph.node:
            break
        match draw.randrange(16):
            case 0 | 1 | 2 | 3:
                alter_attribute(draw, draw.choice(graph.node))
            case 4 | 5:
                alter_names(draw, graph)
            case 6:
                alter_lists(draw, graph)
            case 7 | 8 | 9 if graph.initializer:
                alter_tensor(draw, draw.choice(graph.initializer))
            case 10:
                infos = [*graph.input, *graph.output]
                if infos:
                    alter_info(draw, draw.choice(infos))
            case 11:
                draw.choice(graph.node).op_type = draw.choice(sorted(OPERATORS) + ["Sinh", "Einsum", ""])
            case 12:
                entries = [entry for entry in model.opset_import if entry.domain == ""]
                if entries:
                    entries[0].version = draw.choice([1, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 99])
            case 13:
                fix_input(draw, graph, arrays)
            case 14 if arrays:
                place = draw.randrange(len(arrays))
                arrays[place] = alter_array(draw, arrays[place])
            case 15 if draw.random() < 0.3:
                match draw.randrange(3):
                    case 0:
                        model.ir_version = draw.choice([0, 1, 3, 4, 8, 11, 13, 99, 2**62])
                    case 1:
                        del model.opset_import[:]
                    case 2:
                        draw.choice(graph.node).domain = draw.choice(["ai.onnx", "com.example"])
    return model.SerializeToString(), arrays


def alter_array(draw, array):
    if array.size and array.dtype.kind == "f" and draw.random() < 0.7:
        flat = array.reshape(-1).copy()
        with numpy.errstate(all="ignore"):
            flat[draw.randrange(flat.size)] = numpy.array(draw.choice(FLOATS)).astype(array.dtype)
        return flat.reshape(array.shape)
    if array.ndim and draw.random() < 0.5:
        return array[:-1] if array.shape[0] > 1 else numpy.concatenate([array, array])
    return array[None] if draw.random() < 0.5 else array

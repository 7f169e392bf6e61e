"""Small ONNX models to begin with: onnx's own node tests of the operators that Tessera reads, and convolutional networks."""
import importlib
import pathlib
import re
import warnings

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources/Ops"
OPERATORS = frozenset(
    name for path in SOURCES.rglob("*.swift") for name in re.findall(r'ONNXRule\(\s*"(\w+)"', path.read_text())
)
BYTE_LIMIT = 20_000
TYPES = {
    getattr(TensorProto, name)
    for name in "FLOAT DOUBLE FLOAT16 BFLOAT16 INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL".split()
}


def node_tests():
    """(name, model, inputs) of onnx's node tests that are made of OPERATORS alone and are small."""
    from onnx.backend.test.case import node

    folder = pathlib.Path(node.__file__).parent
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in sorted(folder.glob("*.py")):
            text = file.read_text()
            if file.stem != "__init__" and any(f'"{operator}"' in text for operator in OPERATORS):
                importlib.import_module(f"{node.__name__}.{file.stem}")
    for case in node._NodeTestCases:
        used = {entry.op_type for entry in case.model.graph.node}
        inputs = case.data_sets[0][0]
        types = {info.type.tensor_type.elem_type for info in (*case.model.graph.input, *case.model.graph.output)}
        if not used <= OPERATORS or not types <= TYPES or not all(isinstance(array, numpy.ndarray) for array in inputs):
            continue
        if case.model.ByteSize() + sum(array.nbytes for array in inputs) < BYTE_LIMIT:
            yield case.name, case.model, inputs


def network(opset, depthwise, as_inputs):
    """Convolutions with norms, a residual sum, pooling and a linear head with its scale, as `tessera export` writes them; with
    `as_inputs`, initialisers are listed among the inputs too, as in files of IR version 3."""
    draw = numpy.random.default_rng(opset)
    weights, nodes = {}, []

    def weight(name, *shape, scale=0.5):
        weights[name] = (draw.standard_normal(shape) * scale).astype(numpy.float32)
        return name

    def norm(name, source, channels):
        for part in ("scale", "bias", "mean"):
            weight(f"{name}.{part}", channels)
        weights[f"{name}.variance"] = draw.uniform(0.5, 2, channels).astype(numpy.float32)
        parts = [f"{name}.{part}" for part in ("scale", "bias", "mean", "variance")]
        nodes.append(helper.make_node("BatchNormalization", [source, *parts], [name], name, epsilon=1e-5))
        nodes.append(helper.make_node("Relu", [name], [f"{name}.relu"], f"{name}.relu"))
        return f"{name}.relu"

    nodes.append(helper.make_node("Conv", ["x", weight("stem.weight", 4, 1, 3, 3)], ["stem"], "stem", pads=[1] * 4, strides=[2, 2]))
    top = norm("norm1", "stem", 4)
    nodes.append(helper.make_node("MaxPool", [top], ["pool"], "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4))
    group = 4 if depthwise else 1
    nodes.append(
        helper.make_node(
            "Conv", ["pool", weight("conv.weight", 4, 4 // group, 3, 3), weight("conv.bias", 4)], ["conv"], "conv",
            pads=[1] * 4, group=group,
        )
    )
    nodes.append(helper.make_node("Add", [norm("norm2", "conv", 4), "pool"], ["sum"], "sum"))
    nodes.append(helper.make_node("GlobalAveragePool", ["sum"], ["mean"], "mean"))
    nodes.append(helper.make_node("Flatten", ["mean"], ["flat"], "flat", axis=1))
    nodes.append(helper.make_node("Gemm", ["flat", weight("head.weight", 1, 4), weight("head.bias", 1)], ["z"], "head", transB=1))
    weights["deviation"], weights["average"] = numpy.float32([20]), numpy.float32([50])
    nodes.append(helper.make_node("Mul", ["z", "deviation"], ["scaled"], "scaled"))
    nodes.append(helper.make_node("Add", ["scaled", "average"], ["score"], "score"))
    value = helper.make_tensor_value_info
    inputs = [value("x", TensorProto.FLOAT, ["N", 1, 12, 12])]
    if as_inputs:
        inputs += [value(name, TensorProto.FLOAT, array.shape) for name, array in weights.items()]
    graph = helper.make_graph(
        nodes, "network", inputs, [value("score", TensorProto.FLOAT, ["N", 1])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=3 if as_inputs else 7)
    return model, [draw.standard_normal((2, 1, 12, 12)).astype(numpy.float32)]


def shaped(opset):
    """A backbone's end as PyTorch's exporters write it, with arithmetic of shapes."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Slice", ["shape", "zero", "one"], ["batch"]),
        helper.make_node("Concat", ["batch", "rest"], ["target"], axis=0),
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[2, 3], keepdims=1),
        helper.make_node("Reshape", ["mean", "target"], ["flat"]),
        helper.make_node("Clip", ["flat", "low", "high"], ["clipped"]),
        helper.make_node("MatMul", ["clipped", "weight"], ["product"]),
        helper.make_node("Sigmoid", ["product"], ["y"]),
    ]
    constants = {
        "zero": numpy.int64([0]), "one": numpy.int64([1]), "rest": numpy.int64([-1]),
        "low": numpy.float32(0), "high": numpy.float32(6), "weight": numpy.float32([[1, -2], [0.5, 1], [0, 3]]),
    }
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "shaped", [value("x", TensorProto.FLOAT, ["N", 3, 4, 4])], [value("y", TensorProto.FLOAT, ["N", 2])],
        [numpy_helper.from_array(numpy.asarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7)
    return model, [numpy.random.default_rng(1).standard_normal((2, 3, 4, 4)).astype(numpy.float32)]


def onnx_seeds(small=False):
    """[(name, model bytes, input arrays)]; `small` leaves onnx's node tests out, which take seconds to make."""
    seeds = []
    for opset in (8, 11, 13, 17, 21):
        for depthwise in (False, True):
            model, inputs = network(opset, depthwise, as_inputs=opset == 8)
            seeds.append((f"network-{opset}-{depthwise}", model, inputs))
        if 11 <= opset < 18:
            seeds.append((f"shaped-{opset}", *shaped(opset)))
    if not small:
        seeds += node_tests()
    return [(name, model.SerializeToString(), [numpy.asarray(array) for array in inputs]) for name, model, inputs in seeds]

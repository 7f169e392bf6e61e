"""Models that contradict their operators' signatures or themselves: what ONNX Runtime refuses is refused here, and what it runs
gives the same. Where it runs a model that is refused here, the reason stands beside it."""
import numpy
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

REFUSED, RUN = "refused", "run"
PAIR = numpy.array([1, 2], numpy.float32)
MATRIX = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
IMAGE = numpy.arange(16, dtype=numpy.float32).reshape(1, 1, 4, 4)
KERNEL = numpy.ones((1, 1, 3, 3), numpy.float32)


def integers(*numbers):
    return numpy.array(numbers, numpy.int64)


def model(nodes, x, constants=(), opset=17, output=TensorProto.FLOAT, shape=None, change=None):
    nodes = nodes if isinstance(nodes, list) else [nodes]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", output, shape)],
        [numpy_helper.from_array(numpy.asarray(array), f"c{index}") for index, array in enumerate(constants)],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    if change:
        change(made)
    return made, x


def one(operator, x, *constants, opset=17, **attributes):
    """y = operator(x, constants)."""
    names = [f"c{index}" for index in range(len(constants))]
    return model(helper.make_node(operator, ["x", *names], ["y"], **attributes), x, constants, opset)


def clear_operator_sets(made):
    del made.opset_import[:]


def set_operator_set(version):
    def change(made):
        made.opset_import[0].version = version
    return change


def clear_outputs(made):
    del made.graph.output[:]


def reference(made):
    made.graph.node[0].attribute.add(name="alpha", ref_attr_name="beta", type=onnx.AttributeProto.FLOAT)


RELU = helper.make_node("Relu", ["x"], ["y"])
ADD = helper.make_node("Add", ["x", "k"], ["y"])


def constant(outputs=("k",), **values):
    """Constant with the values given, and x + k."""
    node = helper.make_node("Constant", [], list(outputs))
    node.attribute.extend(helper.make_attribute(name, value) for name, value in values.items())
    return model([node, ADD], PAIR)


CASES = {
    "clip_vector": (REFUSED, one("Clip", PAIR, numpy.array([0, 1, 2], numpy.float32))),
    "clip_empty": (REFUSED, one("Clip", PAIR, numpy.array([], numpy.float32))),
    "clip_double": (REFUSED, one("Clip", PAIR, numpy.float64(1.5))),
    "clip_one_element": (RUN, one("Clip", PAIR, numpy.array([1.5], numpy.float32))),
    "gemm_enlarged": (REFUSED, one("Gemm", MATRIX[:1], numpy.ones((3, 4), numpy.float32), numpy.ones((3, 4), numpy.float32))),
    "gemm_rank_3": (REFUSED, one("Gemm", MATRIX[:1], numpy.ones((3, 4), numpy.float32), numpy.ones((1, 1, 4), numpy.float32))),
    "gemm_column": (RUN, one("Gemm", MATRIX, numpy.ones((3, 4), numpy.float32), numpy.ones((2, 1), numpy.float32))),
    "reshape_matrix": (REFUSED, one("Reshape", MATRIX, integers(3, 2)[None])),
    "reshape_scalar": (REFUSED, one("Reshape", MATRIX, numpy.int64(6))),
    "unsqueeze_matrix": (REFUSED, one("Unsqueeze", MATRIX, integers(0)[None])),
    "unsqueeze_scalar": (RUN, one("Unsqueeze", MATRIX, numpy.int64(0))),
    "unsqueeze_twice": (REFUSED, one("Unsqueeze", MATRIX, integers(1, 1))),
    "unsqueeze_empty": (RUN, one("Unsqueeze", numpy.zeros((2, 0), numpy.float32), integers(0, 2))),
    "squeeze_empty": (RUN, one("Squeeze", numpy.zeros((1, 0, 3), numpy.float32), integers(0))),
    **{
        f"flatten_empty_{axis}": (RUN, one("Flatten", numpy.zeros((2, 3, 0, 4), numpy.float32), axis=axis)) for axis in range(5)
    },
    "flatten_empty_batch": (RUN, one("Flatten", numpy.zeros((0, 3), numpy.float32), axis=1)),
    "reshape_allowzero": (RUN, one("Reshape", numpy.zeros((2, 0, 3), numpy.float32), integers(0, 7), allowzero=1)),
    "reshape_allowzero_copies": (RUN, one("Reshape", numpy.zeros((2, 0, 3), numpy.float32), integers(0, 0, 5), allowzero=0)),
    "reshape_allowzero_full": (REFUSED, one("Reshape", MATRIX, integers(0, 3), allowzero=1)),
    "reshape_allowzero_rest": (REFUSED, one("Reshape", numpy.zeros((2, 0), numpy.float32), integers(0, -1), allowzero=1)),
    "matmul_empty": (RUN, one("MatMul", numpy.ones(3, numpy.float32), numpy.zeros((3, 0), numpy.float32))),
    "squeeze_scalar": (REFUSED, one("Squeeze", MATRIX[:1], numpy.int64(0))),
    "reduce_matrix": (REFUSED, one("ReduceSum", MATRIX, integers(0)[None])),
    "slice_twice": (REFUSED, one("Slice", MATRIX, integers(0, 0), integers(1, 1), integers(1, 1))),
    "slice_matrix": (REFUSED, one("Slice", MATRIX, integers(0)[None], integers(1)[None])),
    "epsilon_integer": (REFUSED, one("BatchNormalization", MATRIX, *[numpy.ones(3, numpy.float32)] * 4, epsilon=1)),
    "dropout_vector": (REFUSED, one("Dropout", PAIR, numpy.array([0.1, 0.2], numpy.float32))),
    "old_sum_broadcasts": (REFUSED, one("Sum", MATRIX, numpy.ones(3, numpy.float32), opset=6)),
    "old_flatten_negative": (REFUSED, one("Flatten", MATRIX, axis=-1, opset=9)),
    "mixed_types": (REFUSED, one("Add", PAIR, PAIR.astype(numpy.float16))),
    "transpose_twice": (REFUSED, one("Transpose", MATRIX, perm=[0, 0])),
    "conv_pads_and_same": (REFUSED, one("Conv", IMAGE, KERNEL, auto_pad="SAME_UPPER", pads=[1, 1, 1, 1])),
    "conv_pads_and_valid": (REFUSED, one("Conv", IMAGE, KERNEL, auto_pad="VALID", pads=[0, 0, 0, 0])),
    "unknown_attribute": (REFUSED, one("Relu", PAIR, alpha=1.0)),
    "reference_outside_function": (REFUSED, model(RELU, PAIR, change=reference)),
    "extra_input": (REFUSED, model(helper.make_node("Relu", ["x", ""], ["y"]), PAIR)),
    "extra_output": (REFUSED, model(helper.make_node("Relu", ["x"], ["y", ""]), PAIR)),
    "constant_without_value": (REFUSED, constant()),
    "constant_extra_output": (REFUSED, constant(outputs=("k", "l"), value=numpy_helper.from_array(PAIR))),
    "norm_with_unused_statistics": (
        REFUSED,
        model(helper.make_node("BatchNormalization", ["x", *["c0"] * 4], ["y", "m", "v"]), MATRIX, [numpy.ones(3, numpy.float32)])),
    "output_declared_double": (REFUSED, model(RELU, PAIR, output=TensorProto.DOUBLE)),
    "output_declared_longer": (RUN, model(RELU, PAIR, shape=[3])),
    "output_declared_deeper": (RUN, model(RELU, PAIR, shape=[1, 2])),
    "no_operator_set": (REFUSED, model(RELU, PAIR, change=clear_operator_sets)),
    "operator_set_0": (REFUSED, model(RELU, PAIR, change=set_operator_set(0))),
    "operator_set_enormous": (REFUSED, model(RELU, PAIR, change=set_operator_set(2**63 - 1))),
    "no_output": (REFUSED, model(RELU, PAIR, change=clear_outputs)),
    "dropout_mask_unread": (RUN, model(helper.make_node("Dropout", ["x"], ["y", "m"]), PAIR)),
    "pool_indices_unread": (RUN, model(helper.make_node("MaxPool", ["x"], ["y", "i"], kernel_shape=[2, 2]), IMAGE)),
}

# ONNX Runtime runs these, each in its own way.
STRICTER = {
    "keepdims_7": ("0 for it, 1 for others", one("ReduceMean", MATRIX, axes=[1], keepdims=7)),
    "reduce_twice": ("counted once", one("ReduceSum", MATRIX, integers(1, 1))),
    "squeeze_no_axes": ("all axes for it, none for onnx", one("Squeeze", MATRIX[:1], integers())),
    "expand_matrix": ("its shape is a vector in the schema", one("Expand", MATRIX, integers(2, 3)[None])),
    "pool_pads_and_same": ("pads are ignored", one("MaxPool", IMAGE, kernel_shape=[3, 3], auto_pad="SAME_UPPER", pads=[0, 0, 0, 0])),
    "constant_extra_attribute": ("the first one counts", constant(value=numpy_helper.from_array(PAIR), other=1)),
    "constant_two_values": ("the first one counts", constant(value=numpy_helper.from_array(PAIR), value_float=1.0)),
}


def in_onnxruntime(path, x):
    """What it computes, or nothing where it refuses."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return session.run(None, {"x": x})
    except Exception:
        return None


def in_tessera(tessera, folder, x):
    """The result of `tessera run`, and its only output where there is one."""
    (folder / "input_0.pb").write_bytes(numpy_helper.from_array(x).SerializeToString())
    result = tessera("run", folder / "model.onnx", "--input-dir", folder, "--output-dir", folder / "out", check=False)
    if result.returncode != 0:
        assert result.stderr.count("error: ") == 1 and result.stdout == ""
        return result, None
    return result, numpy_helper.to_array(onnx.load_tensor(folder / "out/output_0.pb"))


@pytest.mark.parametrize("name", CASES)
def test_refused_where_onnxruntime_refuses(tessera, tmp_path, name):
    expected, (made, x) = CASES[name]
    (tmp_path / "model.onnx").write_bytes(made.SerializeToString())
    theirs, (result, ours) = in_onnxruntime(tmp_path / "model.onnx", x), in_tessera(tessera, tmp_path, x)
    assert (theirs is None) == (expected == REFUSED)
    if expected == REFUSED:
        assert result.returncode == 1, result.stderr
    else:
        assert result.returncode == 0, result.stderr
        assert ours.shape == theirs[0].shape and numpy.allclose(ours, theirs[0], rtol=1e-6)
        assert ("declares y" in result.stderr) == name.startswith("output_declared")


@pytest.mark.parametrize("name", STRICTER)
def test_refused_where_runtimes_do_not_agree(tessera, tmp_path, name):
    _, (made, x) = STRICTER[name]
    (tmp_path / "model.onnx").write_bytes(made.SerializeToString())
    assert in_onnxruntime(tmp_path / "model.onnx", x) is not None
    assert in_tessera(tessera, tmp_path, x)[0].returncode == 1


def test_numbers_in_two_fields_are_refused(tessera, tmp_path):
    made, x = one("Add", PAIR, PAIR)
    made.graph.initializer[0].float_data.extend([5, 6])
    (tmp_path / "model.onnx").write_bytes(made.SerializeToString())
    result, _ = in_tessera(tessera, tmp_path, x)
    assert result.returncode == 1 and "raw_data and float_data" in result.stderr

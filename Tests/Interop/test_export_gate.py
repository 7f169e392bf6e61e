"""What the exporter spells on its own account is valid for the full checker, and ONNX Runtime reads the same shapes and values."""
import itertools

import numpy
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

SHAPES = [  # size, kernel, stride, pads: in most of them, a window of the rounded-up number lies in the padding on the right
    (4, 2, 3, (1, 1)), (3, 2, 3, (1, 1)), (7, 3, 3, (1, 1)), (5, 2, 2, (0, 1)), (6, 3, 2, (1, 1)), (5, 3, 2, (1, 2)), (8, 3, 2, (0, 0)),
]


def pool(folder, operator, size, kernel, stride, pads, **attributes):
    """A file of one pool that rounds up."""
    node = helper.make_node(
        operator, ["x"], ["y"], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pads[0]] * 2 + [pads[1]] * 2, ceil_mode=1, **attributes)
    graph = helper.make_graph(
        [node], "pool", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 2, size, size])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 2, None, None])])
    path = folder / "pool.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9), path)
    return path


@pytest.mark.parametrize("operator", ["MaxPool", "AveragePool", "AveragePool counted"])
def test_pools_that_round_up_have_one_shape_everywhere(tessera, tmp_path, operator):
    for index, ((size, kernel, stride, pads), opset) in enumerate(zip(SHAPES, itertools.cycle((13, 21)))):
        attributes = {"count_include_pad": 1} if "counted" in operator else {}
        folder = tmp_path / str(index)
        folder.mkdir()
        source, out = pool(folder, operator.split()[0], size, kernel, stride, pads, **attributes), folder / "out.onnx"
        tessera("export", source, "--out", out, "--opset", opset)
        onnx.checker.check_model(str(out), full_check=True)
        inferred = onnx.shape_inference.infer_shapes(onnx.load(out), strict_mode=True, data_prop=True).graph.output[0]
        images = numpy.random.default_rng(index).standard_normal((2, 2, size, size)).astype(numpy.float32)
        session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
        (theirs,), (ours,) = session.run(None, {"x": images}), tessera.run(source, folder, images)
        assert [dimension.dim_value for dimension in inferred.type.tensor_type.shape.dim][1:] == list(theirs.shape[1:])
        assert ours.shape == theirs.shape, (size, kernel, stride, pads)
        assert numpy.abs(ours - theirs).max() <= 1e-6


def test_an_opset_without_the_type_is_refused_with_one_that_has_it(tessera, tmp_path):
    value = [helper.make_tensor_value_info(name, TensorProto.INT8, [2]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "sum", value[:1], value[1:])
    path, out = tmp_path / "sum.onnx", tmp_path / "out.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8), path)
    refused = tessera("export", path, "--out", out, "--opset", 13, check=False)
    assert refused.returncode == 3 and "opset 14 or newer" in refused.stderr and not out.exists()
    tessera("export", path, "--out", out, "--opset", 14)
    onnx.checker.check_model(str(out), full_check=True)


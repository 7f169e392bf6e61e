"""What a small file asks for costs `tessera import` neither memory nor time."""
import resource
import subprocess

import onnx
import pytest
from onnx import TensorProto, helper


@pytest.mark.parametrize("extent", [2**27, 2**31])
def test_a_mean_of_an_enlarged_tensor_is_imported_in_little_memory(tessera, tmp_path, extent):
    nodes = [helper.make_node("Expand", ["x", "shape"], ["large"]), helper.make_node("ReduceMean", ["large"], ["y"], keepdims=0)]
    graph = helper.make_graph(
        nodes, "enlarged", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [])], [helper.make_tensor("shape", TensorProto.INT64, [1], [extent])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), tmp_path / "model.onnx")
    result = subprocess.run(
        [tessera.program, "import", tmp_path / "model.onnx"], capture_output=True, text=True, timeout=20,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (512 << 20, 512 << 20)))
    assert result.returncode == 0, result.stderr

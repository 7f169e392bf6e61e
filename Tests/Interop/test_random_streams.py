"""The initial weights that Python draws for a seed are those of `tessera train`, so compare_training.py begins where Tessera does."""
import json
import struct

import numpy

import random_streams
from conftest import SIZE


def read_tensors(path):
    """The float32 tensors of a safetensors file."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    entries = {name: entry for name, entry in header.items() if name != "__metadata__" and entry["dtype"] == "F32"}
    return {name: numpy.frombuffer(body[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"]) for name, entry in entries.items()}


def test_weights_drawn_in_python_are_those_of_a_run(tessera, phantoms, tmp_path):
    # A learning rate of 1e-30 leaves the filters as they began.
    tessera("train", "--data", phantoms, "--size", SIZE, "--epochs", 1, "--learning-rate", 1e-30, "--seed", 7, "--out", tmp_path / "run")
    tensors = read_tensors(tmp_path / "run/checkpoints/last.safetensors")
    filters = {path: tensor for path, tensor in tensors.items() if tensor.ndim == 4 and not path.startswith("optimizer.")}
    assert len(filters) > 50
    for path, tensor in filters.items():
        numpy.testing.assert_allclose(random_streams.he_normals(7, path, tensor.shape), tensor, rtol=1e-6, atol=1e-7, err_msg=path)
    head = tensors["head.weight"]
    numpy.testing.assert_allclose(random_streams.uniform_weights(7, "head.weight", head.shape, head.size), head, rtol=1e-6, atol=1e-7)

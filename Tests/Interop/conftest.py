"""What the interop tests share: the built command line, a small set of phantoms, and tensors in files."""
import json
import os
import pathlib
import struct
import subprocess
import zlib

import numpy
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZE = 64


class Tessera:
    """The command line."""

    def __init__(self):
        self.program = pathlib.Path(os.environ.get("TESSERA", ROOT / ".build/release/tessera")).resolve()
        if not self.program.exists():
            pytest.exit(f"{self.program} is not there: run 'swift build -c release' first", 1)

    def __call__(self, *arguments, check=True):
        result = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)
        if check and result.returncode != 0:
            raise AssertionError(f"tessera {' '.join(map(str, arguments))} ended with {result.returncode}: {result.stderr}")
        return result

    def json(self, *arguments):
        return json.loads(self(*arguments, "--json").stdout)

    def run(self, model, folder, *inputs):
        """The outputs of an ONNX file for arrays, as `tessera run` gives them."""
        source, target = folder / "in", folder / "out"
        source.mkdir(parents=True, exist_ok=True)
        for index, array in enumerate(inputs):
            (source / f"input_{index}.pb").write_bytes(numpy_helper.from_array(array).SerializeToString())
        written = self.json("run", model, "--input-dir", source, "--output-dir", target)["outputs"]
        return [numpy_helper.to_array(onnx.load_tensor(output["file"])) for output in written]


def read_grey16(path):
    """The samples of a 16-bit grey PNG without interlacing, 0 to 1."""
    data, place, packed = pathlib.Path(path).read_bytes(), 8, b""
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, bits, color, _, _, interlace = struct.unpack(">IIBBBBB", body)
            assert (bits, color, interlace) == (16, 0, 0)
        elif kind == b"IDAT":
            packed += body
        place += length + 12
    rows, above = numpy.frombuffer(zlib.decompress(packed), numpy.uint8).reshape(height, 1 + 2 * width), bytearray(2 * width)
    result = []
    for row in rows:
        line = bytearray(row[1:].tobytes())
        for i in range(2 * width):
            left, up, corner = (line[i - 2] if i > 1 else 0), above[i], (above[i - 2] if i > 1 else 0)
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda value: abs(guess - value))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, paeth)[row[0]]) & 255
        result.append(numpy.frombuffer(bytes(line), ">u2"))
        above = line
    return (numpy.stack(result) / numpy.float32(65535)).astype(numpy.float32)


def checkpoint_metadata(path):
    """The metadata of a safetensors file."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length))["__metadata__"]


def small_network(path, channels):
    """Writes a network of two convolutions with norms, a global pooling and a linear layer; returns its path."""
    random, weights, nodes = numpy.random.default_rng(1), [], []

    def weight(name, array):
        weights.append(numpy_helper.from_array(numpy.asarray(array, numpy.float32), name))
        return name

    def unit(name, source, inputs, outputs):
        kernel = weight(f"{name}.weight", random.standard_normal((outputs, inputs, 3, 3)) * (2 / (9 * inputs)) ** 0.5)
        nodes.append(helper.make_node("Conv", [source, kernel], [name], name, kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]))
        norm = [
            weight(f"{name}_norm.weight", numpy.ones(outputs)), weight(f"{name}_norm.bias", numpy.zeros(outputs)),
            weight(f"{name}_norm.running_mean", random.standard_normal(outputs) * 0.1),
            weight(f"{name}_norm.running_var", random.uniform(0.5, 1.5, outputs))]
        nodes.append(helper.make_node("BatchNormalization", [name, *norm], [f"{name}_n"], f"{name}_norm"))
        nodes.append(helper.make_node("Relu", [f"{name}_n"], [f"{name}_r"], f"{name}_relu"))
        return f"{name}_r"

    last = unit("body", unit("stem", "image", channels, 8), 8, 12)
    nodes.append(helper.make_node("GlobalAveragePool", [last], ["p"], "pool"))
    nodes.append(helper.make_node("Flatten", ["p"], ["f"], "flatten"))
    head = [weight("fc.weight", random.standard_normal((1, 12))), weight("fc.bias", numpy.zeros(1))]
    nodes.append(helper.make_node("Gemm", ["f", *head], ["y"], "fc", transB=1))
    images = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", channels, 32, 32])
    graph = helper.make_graph(nodes, "small", [images], [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1])], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture(scope="session")
def tessera():
    return Tessera()


@pytest.fixture(scope="session")
def phantoms(tessera, tmp_path_factory):
    """A folder of synthetic images of SIZE × SIZE: 8 to train on, 4 to test."""
    folder = tmp_path_factory.mktemp("data") / "phantoms"
    tessera("phantom", "--count", 12, "--size", SIZE, "--validation", 0, "--test", 4, "--seed", 5, "--out", folder)
    return folder

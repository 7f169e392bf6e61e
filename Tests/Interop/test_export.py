"""What `tessera export` writes is valid ONNX, ONNX Runtime computes the same with it, and it comes back as it went out."""
import json

import numpy
import onnx
import onnxruntime
import pytest

from conftest import SIZE, Tessera, checkpoint_metadata, read_grey16

MODELS = [entry["name"] for entry in Tessera().json("models")]
OPSETS = [13, 17, 18, 21]


@pytest.fixture(scope="module", params=MODELS)
def run(request, tessera, phantoms, tmp_path_factory):
    """A run of one short epoch for every architecture."""
    folder = tmp_path_factory.mktemp(request.param) / "run"
    tessera("train", "--model", request.param, "--data", phantoms, "--size", SIZE, "--epochs", 1, "--out", folder)
    return folder


@pytest.fixture(scope="module")
def images(run, phantoms):
    """Random images and phantoms, as the network takes them: [4, 1, SIZE, SIZE] each."""
    normalization = json.loads(checkpoint_metadata(run / "checkpoints/best.safetensors")["preprocessing"])["normalization"]
    mean, deviation = normalization["mean"][0], normalization["deviation"][0]
    drawn = numpy.stack([(read_grey16(path) - mean) / deviation for path in sorted(phantoms.glob("*.png"))[8:]])[:, None]
    random = numpy.random.default_rng(3).standard_normal((4, 1, SIZE, SIZE))
    return {"random": random.astype(numpy.float32), "phantoms": drawn.astype(numpy.float32)}


def in_onnxruntime(path, images):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})


def assert_close(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        assert a.shape == b.shape and a.dtype == b.dtype
        assert numpy.abs(a - b).max() <= 1e-4 * numpy.abs(b).max()


@pytest.mark.parametrize("units", ["score", "z"])
@pytest.mark.parametrize("fold", [False, True], ids=["norms", "folded"])
@pytest.mark.parametrize("opset", OPSETS)
def test_export_agrees_with_onnxruntime(tessera, run, images, tmp_path, opset, fold, units):
    path = tmp_path / "model.onnx"
    tessera("export", run, "--out", path, "--opset", opset, "--units", units, *(["--fold"] if fold else []))
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path)
    assert [entry.version for entry in model.opset_import if entry.domain == ""] == [opset]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param
    # ResNet-Dwise50's norms before the first unit of a stage, and DenseNet's, stand before a ReLU and stay.
    norms = sum(node.op_type == "BatchNormalization" for node in model.graph.node)
    assert norms > 0 or fold
    for name, batch in images.items():
        ours = tessera.run(path, tmp_path / name, batch)
        assert_close(ours, in_onnxruntime(path, batch))
        assert ours[0].shape == (4, 1)
    path.unlink()


def test_one_image_and_three_images_run(tessera, run, images, tmp_path):
    path = tmp_path / "model.onnx"
    tessera("export", run, "--out", path)
    whole = tessera.run(path, tmp_path / "4", images["phantoms"])[0]
    for count in (1, 3):
        part = tessera.run(path, tmp_path / str(count), images["phantoms"][:count])
        assert_close(part, in_onnxruntime(path, images["phantoms"][:count]))
        assert_close([whole[:count]], part)


def test_scores_are_those_of_predict(tessera, run, phantoms, images, tmp_path):
    """The exported model gives what `tessera predict` prints, without Tessera."""
    path = tmp_path / "model.onnx"
    tessera("export", run, "--out", path)
    printed = tessera.json("predict", run, *sorted(phantoms.glob("*.png"))[8:])
    scores = numpy.array([[entry["score"]] for entry in printed], numpy.float32)
    assert_close([scores], in_onnxruntime(path, images["phantoms"]))


@pytest.mark.parametrize("fold", [False, True], ids=["norms", "folded"])
def test_import_and_export_give_the_same_bits(tessera, run, images, tmp_path, fold):
    first, second = tmp_path / "first.onnx", tmp_path / "second.onnx"
    tessera("export", run, "--out", first, *(["--fold"] if fold else []))
    tessera("export", first, "--out", second)
    onnx.checker.check_model(str(second), full_check=True)
    for name, batch in images.items():
        a, b = tessera.run(first, tmp_path / f"{name}1", batch), tessera.run(second, tmp_path / f"{name}2", batch)
        assert all(numpy.array_equal(x, y) for x, y in zip(a, b))

"""Networks from PyTorch's two exporters, with and without an open batch, are fine-tuned: cut, given a head, trained, exported."""
import json
import pathlib

import numpy
import onnx
import onnxruntime
import pytest

from conftest import SIZE

FOLDER = pathlib.Path(__file__).parent / "backbones"
FILES = sorted(FOLDER.glob("*.onnx"), key=lambda path: path.name)


def name(path):
    return path.stem


def images():
    """The images of make_backbones.py."""
    count = 2 * 3 * SIZE * SIZE
    return ((numpy.arange(count) * 37 % 101) / 50 - 1).astype(numpy.float32).reshape(2, 3, SIZE, SIZE)


def test_both_exporters_are_here_each_way():
    assert {name(path) for path in FILES} == {f"{exporter}-{way}" for exporter in ("dynamo", "legacy") for way in ("fixed", "open", "default")}
    assert all(path.stat().st_size <= 300_000 for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_backbone_keeps_its_features_and_learns_a_head(tessera, phantoms, tmp_path, path):
    """At a learning rate that changes nothing, the exported network's features for two images are PyTorch's."""
    out = tmp_path / "tuned.onnx"
    result = tessera(
        "train", "--data", phantoms, "--backbone", path, "--epochs", 1, "--batch-size", 4, "--learning-rate", "1e-30",
        "--weight-decay", 0, "--norm", "frozen", "--out", tmp_path / "kept")
    assert "cut after" in result.stderr
    tessera("export", tmp_path / "kept", "--out", out, "--units", "z")
    onnx.checker.check_model(str(out), full_check=True)
    model = onnx.load(out)
    features = next(node.input[0] for node in model.graph.node if node.op_type == "Gemm")
    model.graph.output.append(onnx.ValueInfoProto(name=features))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    score, ours = session.run(None, {session.get_inputs()[0].name: images()})
    theirs = numpy.array(json.loads((FOLDER / "scores.json").read_text())["features"], numpy.float32)
    assert score.shape == (2, 1)
    assert numpy.abs(ours - theirs).max() <= 1e-4 * numpy.abs(theirs).max()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_import_says_what_the_file_is_good_for(tessera, path):
    report = tessera.json("import", path)
    text = tessera("import", path).stdout
    assert report["backbone"]["cut"] in text and report["backbone"]["features"] == 16
    assert report["norms"]["kept"] + report["norms"]["folded"] == 16
    assert (report["norms"]["folded"] == 7) == ("default" in path.name)
    assert ("training=torch.onnx.TrainingMode.PRESERVE" in text) == ("default" in path.name)
    # What runs, runs with the batch that is stated.
    assert report.get("fixedBatch") == (None if "open" in path.name else 1)
    assert ("a batch of 1" in text) == ("open" not in path.name)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_import_lists_tensors_only_when_asked(tessera, path):
    brief, long = (tessera("import", path, *options).stdout for options in ([], ["--verbose"]))
    assert len(brief.splitlines()) <= 18 and "classifier.weight" not in brief
    assert "classifier.weight" in long and long.startswith(brief.splitlines()[0])


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_whole_network_gives_what_pytorch_gives(tessera, tmp_path, path):
    theirs = numpy.array(json.loads((FOLDER / "scores.json").read_text())["outputs"], numpy.float32)
    batches = [images()] if "open" in path.name else [images()[:1], images()[1:]]
    ours = numpy.concatenate([tessera.run(path, tmp_path / str(index), batch)[0] for index, batch in enumerate(batches)])
    assert numpy.abs(ours - theirs).max() <= 1e-4 * numpy.abs(theirs).max()


def test_import_tries_no_size_that_the_file_leaves_open(tessera, tmp_path):
    model = onnx.load(FOLDER / "legacy-open.onnx")
    for axis, extent in ((2, "height"), (3, "width")):
        model.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = extent
    onnx.save(model, tmp_path / "open.onnx")
    assert "--size" in tessera("import", tmp_path / "open.onnx").stdout.splitlines()[-1]
    assert tessera("import", tmp_path / "open.onnx", "--size", SIZE).stdout.splitlines()[-1] == "runs"


def test_what_is_opened_is_said(tessera, phantoms, tmp_path):
    """A cut behind the shape that names the one image."""
    path = FOLDER / "dynamo-fixed.onnx"
    result = tessera(
        "train", "--data", phantoms, "--backbone", path, "--cut", "node_view", "--epochs", 1, "--batch-size", 4, "--norm", "frozen",
        "--out", tmp_path / "run")
    assert "fixes the batch at 1" in result.stderr and "node_view" in result.stderr
    text = tessera("import", path).stdout
    assert "note: as a backbone: the file fixes the batch at 1; it is open here" in text


def test_a_weight_called_metadata_is_refused_before_anything_is_written(tessera, phantoms, tmp_path):
    """Safetensors files keep their own text under that name."""
    model = onnx.load(FOLDER / "legacy-open.onnx")
    weight = next(tensor for tensor in model.graph.initializer if len(tensor.dims) == 4)
    for node in model.graph.node:
        node.input[:] = ["__metadata__" if name == weight.name else name for name in node.input]
    weight.name = "__metadata__"
    onnx.save(model, tmp_path / "model.onnx")
    result = tessera(
        "train", "--data", phantoms, "--backbone", tmp_path / "model.onnx", "--epochs", 1, "--out", tmp_path / "run", check=False)
    assert result.returncode == 3 and "__metadata__" in result.stderr
    assert not (tmp_path / "run").exists()

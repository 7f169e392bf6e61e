"""What README.md and docs/ print is run as printed: commands, files of labels, and whole programs in Swift and Python."""
import json
import re
import shutil
import subprocess
import sys

import numpy
import pytest
from onnx import numpy_helper

import documents
from conftest import ROOT, SIZE
from documents import Changes

SMALL = {size: "32" for size in ["128", "256", "512", "768", "1024"]}

#: All that differs from what is printed.
CHANGES = {
    "README.md": Changes(sizes=SMALL, epochs={"30": "1"}),
    "docs/data.md": Changes(sizes=SMALL, counts={"400": "20"}),
    "docs/dumps.md": Changes(sizes=SMALL),
    "docs/training.md": Changes(sizes=SMALL, counts={"400": "20", "1660": "264"}, epochs={"20": "1", "40": "2"}),
}

#: Commands that other scripts run: these take minutes.
ELSEWHERE = {"Tools/quickstart": "Tools/check-documents", "Tools/test": "itself"}


@pytest.fixture(scope="module")
def trained(tessera, phantoms, tmp_path_factory):
    """A short run, for documents that begin with one."""
    folder = tmp_path_factory.mktemp("documents") / "run"
    tessera("train", "--data", phantoms, "--size", SIZE, "--epochs", 1, "--out", folder)
    return folder


@pytest.fixture
def folder(request, tmp_path, tessera, phantoms, trained):
    """A folder with what a document presupposes."""
    document = request.node.callspec.params["document"]
    if document in ("README.md", "docs/data.md", "docs/onnx-support.md"):
        shutil.copy(ROOT / "Tests/Interop/backbones/dynamo-fixed.onnx", tmp_path / "densenet121.onnx")
        shutil.copytree(phantoms, tmp_path / "images")
        shutil.copy(phantoms / "phantom-00003.png", tmp_path / "image.png")
    if document in ("docs/dumps.md", "docs/onnx-support.md", "docs/evaluation.md"):
        shutil.copytree(trained, tmp_path / "run")
        shutil.copytree(phantoms, tmp_path / "phantoms")
        tessera("export", trained, "--out", tmp_path / "model.onnx")
    if document == "docs/onnx-support.md":
        (tmp_path / "inputs").mkdir()
        image = numpy.zeros((1, 1, SIZE, SIZE), numpy.float32)
        (tmp_path / "inputs/input_0.pb").write_bytes(numpy_helper.from_array(image).SerializeToString())
        case = {"id": 1, "model": "model.onnx", "input_dir": "inputs", "output_dir": "outputs"}
        (tmp_path / "cases.jsonl").write_text(json.dumps(case) + "\n")
    return tmp_path


def test_every_block_says_what_it_is():
    for document in documents.DOCUMENTS:
        for block in documents.blocks(document):
            assert block.language in documents.LANGUAGES, f"{block}: '{block.language}'"


@pytest.mark.parametrize(
    "document", [document for document in documents.DOCUMENTS if any(b.language == "sh" for b in documents.blocks(document))]
)
def test_commands_run_as_printed(document, folder, tessera):
    for block in documents.blocks(document):
        if block.language == "sh" and block.text.split()[0] not in ELSEWHERE:
            documents.run(block, folder, tessera.program, CHANGES.get(document, Changes()))
        if block.language == "python" and "torch" not in block.text:
            subprocess.run([sys.executable, "-c", block.text], cwd=folder, check=True)


@pytest.mark.parametrize("block", [b for d in documents.DOCUMENTS for b in documents.blocks(d) if b.language == "csv"], ids=str)
def test_labels_are_read_as_printed(block, tmp_path, tessera, phantoms):
    """Every file that the labels name is an image of its own, and `tessera check` finds nothing wrong."""
    images = sorted(phantoms.glob("*.png"))
    separator = next(character for character in "\t;," if character in block.text)
    header, *rows = [line.split(separator) for line in block.text.strip().split("\n")]
    column = [name.strip().lower() for name in header].index("file")
    for row, image in zip(rows, images, strict=False):
        path = tmp_path / row[column].replace("\\", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(image, path)
    (tmp_path / "labels.csv").write_text(block.text)
    tessera("check", tmp_path, "--size", "64", "--batch-size", "1")


#: The module that a whole file in Swift is written for, by document.
MODULES = {"docs/adding-an-op.md": "Ops", "docs/adding-a-pass.md": "Passes"}


@pytest.mark.parametrize(
    "block",
    [b for d in documents.DOCUMENTS for b in documents.blocks(d) if b.language == "swift" and b.text.startswith("import ")],
    ids=str,
)
def test_swift_files_compile_as_printed(block, tmp_path, tessera):
    """A block that begins with its imports is a file: one of its module, or it compiles as one more of it."""
    source, module = tmp_path / "Printed.swift", MODULES[block.document]
    if any(file.read_text() == block.text for file in (ROOT / "Sources" / module).rglob("*.swift")):
        return
    source.write_text(block.text)
    # An earlier form of a type of the module stands in its place.
    declared = re.findall(r"^public struct (\w+)", block.text, re.MULTILINE)
    others = [file for file in (ROOT / "Sources" / module).rglob("*.swift") if file.stem not in declared]
    shims = ROOT / ".build/checkouts/swift-numerics/Sources/_NumericsShims/include"
    # The package manager calls a package by the name of its folder.
    package = re.sub(r"\W", "_", ROOT.name.lower())
    result = subprocess.run(
        ["swiftc", "-typecheck", "-swift-version", "6", "-package-name", package, "-module-name", f"Tessera{module}"]
        + ["-I", tessera.program.parent / "Modules", "-Xcc", f"-I{shims}"]
        + [source, *others],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, f"{block}:\n{result.stderr}"

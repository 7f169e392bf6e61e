"""The stored table of operators is what the pinned onnx says."""
import subprocess
import sys

from conftest import ROOT


def test_the_stored_schemas_are_those_of_onnx():
    fresh = subprocess.run([sys.executable, ROOT / "Tools/generate-onnx-schemas", "--print"], capture_output=True, text=True, check=True)
    stored = (ROOT / "Sources/Ops/ONNXSpelling/ONNXSchemaTable.swift").read_text()
    assert stored == fresh.stdout, "run Tools/generate-onnx-schemas"

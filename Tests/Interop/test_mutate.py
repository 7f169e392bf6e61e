"""Changed models crash nothing, and differ from ONNX Runtime only where that is known. Tools/mutate with larger counts finds more."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_a_few_hundred_changed_models(tessera):
    command = [sys.executable, ROOT / "Tools/mutate", tessera.program, "--kind", "onnx", "--count", "600", "--small"]
    result = subprocess.run([*command, "--processes", str(min(2, os.cpu_count()))], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "600 files" in result.stdout


def test_what_is_not_known_fails(tmp_path, tessera):
    """A command that answers every request with success and without outputs differs from ONNX Runtime, and one that ends is found."""
    answers = tmp_path / "answers"
    answers.write_text('#!/bin/sh\nwhile read line; do echo \'{"id":0,"ok":true}\'; done\n')
    ends = tmp_path / "ends"
    ends.write_text("#!/bin/sh\nread line\nkill -SEGV $$\n")
    for program, found in ((answers, "NEW"), (ends, "BROKEN")):
        program.chmod(0o755)
        command = [sys.executable, ROOT / "Tools/mutate", program, "--kind", "onnx", "--count", "20", "--small"]
        result = subprocess.run([*command, "--processes", "1"], capture_output=True, text=True)
        assert result.returncode == 1 and found in result.stdout, result.stdout + result.stderr

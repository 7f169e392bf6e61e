"""`score.py`, which is written beside an exported model, gives what `tessera predict` gives, without Tessera."""
import json
import struct
import subprocess
import sys
import zlib

import numpy
import onnx
import pytest

from conftest import SIZE, small_network

pytest.importorskip("PIL")


def png(path, samples, bits, interlaced=False):
    """Writes samples [rows, columns, channels] as a PNG whose lines take turns with all five filters."""
    rows, columns, channels = samples.shape
    color, width = {1: 0, 2: 4, 3: 2, 4: 6}[channels], channels * bits // 8
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    data = b""
    for x, y, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        part = numpy.ascontiguousarray(samples[y::dy, x::dx])
        if part.size == 0:
            continue
        bytes_ = part.astype(">u2" if bits == 16 else numpy.uint8).view(numpy.uint8).reshape(len(part), -1).astype(int)
        above = numpy.zeros_like(bytes_[0])
        for index, line in enumerate(bytes_):
            left, corner = (numpy.concatenate([numpy.zeros(width, int), row])[: len(line)] for row in (line, above))
            guess = left + above - corner
            near = numpy.argmin(numpy.stack([abs(guess - left), abs(guess - above), abs(guess - corner)]), 0)
            paeth = numpy.choose(near, [left, above, corner])
            kind = index % 5
            data += bytes([kind]) + ((line - [0 * line, left, above, (left + above) // 2, paeth][kind]) & 255).astype(numpy.uint8).tobytes()
            above = line

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", columns, rows, bits, color, 0, 0, int(interlaced))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Smooth images of many kinds: 8 and 16 bits, grey and colour, with alpha, upright, wide, smaller and larger than the network's."""
    folder, random = tmp_path_factory.mktemp("images"), numpy.random.default_rng(4)
    shapes = {"portrait": (95, 70), "landscape": (66, 131), "small": (20, 31), "square": (SIZE, SIZE), "thin": (3, 90)}
    for shape, (rows, columns) in shapes.items():
        y, x = numpy.mgrid[0:rows, 0:columns]
        for bits in (8, 16):
            for channels in (1, 3) if shape != "landscape" else (1, 2, 3, 4):
                phase, speed = random.uniform(0, 6, channels), random.uniform(4, 12, (2, channels))
                wave = numpy.sin(phase + y[:, :, None] / rows * speed[0] + x[:, :, None] / columns * speed[1])
                noise = random.uniform(-0.1, 0.1, wave.shape)
                samples = numpy.rint((0.5 + 0.4 * wave + noise).clip(0, 1) * (2**bits - 1))
                png(folder / f"{shape}-{bits}-{channels}.png", samples, bits)
    png(folder / "interlaced-16-3.png", numpy.rint(random.uniform(0, 65535, (37, 53, 3))), 16, interlaced=True)
    return sorted(folder.glob("*.png"))


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    return {channels: small_network(tmp_path_factory.mktemp("network") / f"small{channels}.onnx", channels) for channels in (1, 3)}


def run(script, *arguments):
    return subprocess.run([sys.executable, script, *map(str, arguments)], capture_output=True, text=True)


@pytest.mark.parametrize("fit, channels", [("crop", 1), ("crop", 3), ("pad", 1), ("pad", 3), ("stretch", 3)])
def test_the_script_gives_what_predict_gives(tessera, phantoms, images, backbone, tmp_path, fit, channels):
    path = tmp_path / "out" / "model.onnx"
    path.parent.mkdir()
    tessera(
        "train", "--data", phantoms, "--backbone", backbone[channels], "--size", SIZE, "--epochs", 1, "--fit", fit, "--out", tmp_path / "run")
    ours = tessera.json("predict", tmp_path / "run", *images)
    for units in ("score", "z") if fit == "stretch" else ("score",):
        tessera("export", tmp_path / "run", "--out", path, "--with-script", "--units", units)
        result = run(path.parent / "score.py", path, *images, "--json")
        assert result.returncode == 0, result.stderr
        theirs = json.loads(result.stdout)
        assert [entry["file"] for entry in theirs] == [str(image) for image in images]
        for a, b in zip(ours, theirs):
            assert abs(a["score"] - b["score"]) <= 1e-4 * max(1, abs(a["score"])), a["file"]
        # The test would see a wrong pixel: scores are not all one.
        assert numpy.std([entry["score"] for entry in ours]) > 1e-2


def test_metadata_say_all_that_is_done_to_an_image(tessera, phantoms, backbone, tmp_path):
    tessera("train", "--data", phantoms, "--backbone", backbone[3], "--size", SIZE, "--epochs", 1, "--out", tmp_path / "run")
    tessera("export", tmp_path / "run", "--out", tmp_path / "model.onnx")
    metadata = {entry.key: entry.value for entry in onnx.load(tmp_path / "model.onnx").metadata_props}
    steps = json.loads(metadata["tessera.image_steps"])
    assert (steps["fit"], steps["size"], steps["channels"]) == ("crop", SIZE, 3)
    assert len(steps["mean"]) == len(steps["deviation"]) == 3
    assert abs(sum(steps["grey"].values()) - 1) < 1e-6
    assert "antialias" in steps["resize"] and steps["largestSample"] == {"8": 255, "16": 65535}
    assert not (tmp_path / "score.py").exists()


def test_a_file_of_the_scripts_name_is_not_lost(tessera, phantoms, backbone, tmp_path):
    tessera("train", "--data", phantoms, "--backbone", backbone[1], "--size", SIZE, "--epochs", 1, "--out", tmp_path / "run")
    (tmp_path / "score.py").write_text("print('mine')\n")
    refused = tessera("export", tmp_path / "run", "--out", tmp_path / "model.onnx", "--with-script", check=False)
    assert refused.returncode == 1 and "score.py" in refused.stderr
    assert (tmp_path / "score.py").read_text() == "print('mine')\n" and not (tmp_path / "model.onnx").exists()
    # One of ours is replaced.
    (tmp_path / "score.py").unlink()
    for _ in range(2):
        result = tessera.json("export", tmp_path / "run", "--out", tmp_path / "model.onnx", "--with-script")
        assert result["script"] == str(tmp_path / "score.py")


def test_an_image_that_cannot_be_read_is_named(tessera, phantoms, backbone, tmp_path):
    tessera("train", "--data", phantoms, "--backbone", backbone[1], "--size", SIZE, "--epochs", 1, "--out", tmp_path / "run")
    tessera("export", tmp_path / "run", "--out", tmp_path / "model.onnx", "--with-script")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for name in ("broken.png", "absent.png"):
        result = run(tmp_path / "score.py", tmp_path / "model.onnx", tmp_path / name)
        assert result.returncode != 0 and name in result.stderr and "Traceback" not in result.stderr


def test_a_model_that_says_nothing_of_its_images_gets_no_script(tessera, backbone, tmp_path):
    refused = tessera("export", backbone[1], "--out", tmp_path / "model.onnx", "--with-script", check=False)
    assert refused.returncode == 1 and "does not say" in refused.stderr and not (tmp_path / "model.onnx").exists()

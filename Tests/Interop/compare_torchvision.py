"""Exports torchvision's classifiers with both of PyTorch's exporters, norms kept, and compares `tessera run` with ONNX Runtime on them.

    python Tests/Interop/compare_torchvision.py --tessera .build/release/tessera [--keep DIR]

Weights are torchvision's initial ones, the norms' statistics measured on a few random batches. Prints the largest difference over the largest
output of each file; fails above 1e-4. --keep leaves the ONNX files in DIR, for `tessera train --backbone`. Needs torch, torchvision, onnx,
onnxscript and onnxruntime.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime
import torch
import torchvision

MODELS = ("resnet50", "densenet121", "mobilenet_v2")


def network(name):
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(weights=None).train()
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(4, 3, 160, 160))
    for norm in norms:
        norm.momentum = 0.1
    return model.eval()


def export(model, path, dynamo):
    image, names = torch.randn(2, 3, 224, 224), {"input_names": ["image"], "output_names": ["logits"]}
    if dynamo:
        batch = ({0: torch.export.Dim("N")},)
        torch.onnx.export(model, (image,), path, dynamo=True, optimize=False, external_data=False, dynamic_shapes=batch, opset_version=18, **names)
    else:
        axes = {"image": {0: "N"}, "logits": {0: "N"}}
        torch.onnx.export(
            model, image, path, dynamo=False, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE, dynamic_axes=axes, opset_version=17, **names
        )


def difference(tessera, path):
    images = numpy.random.default_rng(0).standard_normal((2, 3, 224, 224)).astype("f4")
    expected = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"image": images})[0]
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in"), pathlib.Path(folder, "out")
        source.mkdir()
        (source / "input_0.pb").write_bytes(onnx.numpy_helper.from_array(images).SerializeToString())
        subprocess.run([tessera, "run", path, "--input-dir", source, "--output-dir", target], check=True)
        found = onnx.numpy_helper.to_array(onnx.load_tensor(str(target / "output_0.pb")))
    return float(abs(found - expected).max() / abs(expected).max())


def main():
    parser = argparse.ArgumentParser(description="Compares tessera run with ONNX Runtime on torchvision's classifiers.")
    parser.add_argument("--tessera", required=True)
    parser.add_argument("--keep")
    options = parser.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in MODELS:
            model = network(name)
            for kind in ("torchscript", "dynamo"):
                path = str(folder / f"{name}-{kind}.onnx")
                export(model, path, kind == "dynamo")
                found = difference(options.tessera, path)
                worst = max(worst, found)
                print(f"{name} ({kind}): {found:.2e}", flush=True)
    sys.exit(worst > 1e-4)


if __name__ == "__main__":
    main()

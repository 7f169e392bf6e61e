"""Writes the small networks of Tests/Interop/backbones as PyTorch's two exporters write them; needs torch, torchvision, onnx and
onnxscript.

    PYTHON Tests/Interop/make_backbones.py

A DenseNet of growth 4, with norms as a trained one has them, by either exporter: `fixed` as for one image, `open` with the batch
left open, `default` without any option. `scores.json` holds what the network gives for two images whose samples follow from a formula.
"""
import json
import pathlib
import warnings

import onnx
import torch
import torchvision

FOLDER = pathlib.Path(__file__).parent / "backbones"
SIZE = 64
# The norms stay in the file: the recipes of README.md.
DYNAMO = {"dynamo": True, "optimize": False, "external_data": False}
LEGACY = {"dynamo": False, "do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}
EXPORTS = {
    "dynamo-fixed": DYNAMO,
    "dynamo-open": {**DYNAMO, "dynamic_shapes": ({0: torch.export.Dim.DYNAMIC},)},
    "dynamo-default": {"external_data": False},
    "legacy-fixed": LEGACY,
    "legacy-open": {**LEGACY, "input_names": ["image"], "dynamic_axes": {"image": {0: "batch"}}},
    "legacy-default": {"dynamo": False},
}


def network():
    torch.manual_seed(1)
    model = torchvision.models.DenseNet(growth_rate=4, block_config=(2, 2, 2), num_init_features=8, bn_size=2, num_classes=5)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
    return model.eval()


def images():
    """Two images whose sample i is ((37 i) mod 101) / 50 - 1."""
    count = 2 * 3 * SIZE * SIZE
    return ((torch.arange(count) * 37 % 101) / 50 - 1).reshape(2, 3, SIZE, SIZE)


def main():
    warnings.simplefilter("ignore")
    FOLDER.mkdir(exist_ok=True)
    model, both = network(), images()
    for name, options in EXPORTS.items():
        path = FOLDER / f"{name}.onnx"
        # Two images for an open batch: torch.export takes an extent of 1 for a constant.
        image = both if name.endswith("open") else both[:1]
        torch.onnx.export(model, (image,), path, **options)
        file = onnx.load(path)
        # Traces of the Python source, with the paths of the machine that ran it.
        for node in file.graph.node:
            node.ClearField("metadata_props")
            node.ClearField("doc_string")
        for value in [*file.graph.value_info, *file.graph.input, *file.graph.output]:
            value.ClearField("metadata_props")
        file.ClearField("metadata_props")
        onnx.save(file, path)
        print(path, path.stat().st_size)
    with torch.no_grad():
        features = model.features(both).relu().mean((2, 3))
        (FOLDER / "scores.json").write_text(json.dumps({"outputs": model(both).tolist(), "features": features.tolist()}) + "\n")


if __name__ == "__main__":
    main()

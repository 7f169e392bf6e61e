"""Writes the names and shapes of torchvision's parameters and running statistics, as the tests of Models compare them.

    python Tests/Interop/list_state_dict.py Tests/Golden/StateDictionaries

One file a model, 1000 outputs, one line an entry: the name, a space, the extents joined by x. `num_batches_tracked` is left out.
"""
import pathlib
import sys

import torchvision

MODELS = {
    "resnet50": torchvision.models.resnet50,
    "densenet121": torchvision.models.densenet121,
    "mobilenet-v2": torchvision.models.mobilenet_v2,
}


def lines(model):
    for name, tensor in sorted(model.state_dict().items()):
        if not name.endswith("num_batches_tracked"):
            yield f"{name} {'x'.join(str(extent) for extent in tensor.shape)}\n"


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    for name, build in MODELS.items():
        (folder / f"{name}.txt").write_text("".join(lines(build(weights=None))))

"""Writes what torchvision's models answer for weights and an image that are plain functions of name and index.

    python Tests/Interop/torchvision_scores.py Tests/Golden/TorchvisionScores

One file a model with 4 outputs, one score a line, computed in float64 for one image [1, 3, 75, 90]. The tests of Models make the same
weights and image: value number i of the tensor `name` comes from u = fraction(sin(12.9898 i + 78.233 h) * 43758.5453), h the sum of the
bytes of the name modulo 97. Scales and running variances are 0.6 + 0.8 u, the other vectors 0.4 u - 0.2, matrices and filters
(2 u - 1) sqrt(6 / fan in), and the image (name `image`) 4 u - 2.
"""
import math
import pathlib
import sys

import numpy
import torch

from list_state_dict import MODELS


def fractions(name, shape):
    index = numpy.arange(math.prod(shape), dtype=numpy.float64)
    values = numpy.sin(12.9898 * index + 78.233 * (sum(name.encode()) % 97)) * 43758.5453
    return torch.from_numpy((values - numpy.floor(values)).reshape(shape))


def value(name, tensor):
    u = fractions(name, tensor.shape)
    if tensor.ndim > 1:
        return (2 * u - 1) * math.sqrt(6 / tensor[0].numel())
    return 0.6 + 0.8 * u if name.endswith(("weight", "running_var")) else 0.4 * u - 0.2


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    image = 4 * fractions("image", (1, 3, 75, 90)) - 2
    for name, build in MODELS.items():
        model = build(weights=None, num_classes=4).double().eval()
        state = {key: value(key, tensor) for key, tensor in model.state_dict().items() if not key.endswith("num_batches_tracked")}
        missing = model.load_state_dict(state, strict=False).missing_keys
        assert all(key.endswith("num_batches_tracked") for key in missing)
        with torch.no_grad():
            (folder / f"{name}.txt").write_text("".join(f"{score:.12g}\n" for score in model(image)[0].tolist()))

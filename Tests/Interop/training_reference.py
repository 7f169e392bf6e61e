"""Writes what PyTorch makes of ten training steps of ResNet-Dwise50, for the test that ours agree.

    python Tests/Interop/training_reference.py Tests/Golden/PyTorchTraining/resnet-dwise50.safetensors

Three input channels of 256 x 256, batch 4, another batch each step; smooth loss (alpha 0.5, beta 1, gamma 0.5); SGD with momentum 0.9, weight decay 0.001
and learning rate 0.001; norms by batch statistics. Weights, images and targets come from hashed_numbers.py. Everything is computed in
float64, and once more in float32, of which only the distance from float64 is kept: it says what rounding alone does.

The file holds, as float32:
    gradient/PATH   the sketch (hashed_numbers.py) of the first step's gradient
    change/PATH     the sketch of what ten steps change
    statistic/PATH  the running statistics after ten steps, whole; the variance is PyTorch's, unbiased, as is ours
    losses          one a step (float64)
and in its metadata the distances of float32, as JSON: of gradients, changes and statistics the median and the largest, relative, and of losses the largest.
"""
import json
import pathlib
import statistics
import sys

import numpy
import torch
from safetensors.numpy import save_file

import hashed_numbers as hashed
from resnet_dwise50 import ResNetDwise50
from smooth_loss import smooth_loss

STEPS, BATCH, CHANNELS, SIZE = 10, 4, 3, 256

# The number of the first step's batch: of 50, one of which no value before a ReLU lies within 3e-6 of 0, so that
# rounding leaves every mask as it is.
FIRST_BATCH = 19


class ShiftedDepthwise(torch.nn.Module):
    """The depthwise convolution of 3 x 3 as nine scaled, shifted copies: PyTorch's own takes minutes a step in float64."""

    def __init__(self, convolution):
        super().__init__()
        self.weight, self.stride = convolution.weight, convolution.stride[0]

    def forward(self, x):
        height, width = ((extent - 1) // self.stride + 1 for extent in x.shape[2:])
        padded = torch.nn.functional.pad(x, (1, 1, 1, 1))
        rows, columns = (slice(None, (extent - 1) * self.stride + 1, self.stride) for extent in (height, width))
        taps = (
            padded[:, :, row:, column:][:, :, rows, columns] * self.weight[:, :, row, column, None]
            for row in range(3) for column in range(3)
        )
        return sum(taps)


def run(element, steps=STEPS):
    model = ResNetDwise50(channels=CHANNELS)
    if element == torch.float64:
        for block in model.blocks:
            block.filter = ShiftedDepthwise(block.filter)
    with torch.no_grad():
        for path, tensor in model.named_parameters():
            tensor.copy_(torch.from_numpy(hashed.parameter(path, tuple(tensor.shape))))
    model = model.to(element).train()
    initial = {path: tensor.detach().double().numpy().copy() for path, tensor in model.named_parameters()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9, weight_decay=0.001)
    losses, gradients, nearest = [], {}, []
    hooks = [
        module.register_forward_hook(lambda _, __, output: nearest.append(output.detach().abs().min().item()))
        for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)
    ]
    for step in range(steps):
        image = torch.from_numpy(hashed.images(FIRST_BATCH + step, BATCH, CHANNELS, SIZE)).to(element)
        target = torch.from_numpy(hashed.targets(FIRST_BATCH + step, BATCH)).to(element)
        loss = smooth_loss(model(image), target)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            for hook in hooks:
                hook.remove()
            print("the value before a ReLU nearest to 0:", min(nearest))
            gradients = {path: tensor.grad.double().numpy().copy() for path, tensor in model.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
        print(element, step, losses[-1], flush=True)
    changes = {path: tensor.detach().double().numpy() - initial[path] for path, tensor in model.named_parameters()}
    running = {path: tensor.double().numpy() for path, tensor in model.named_buffers() if not path.endswith("num_batches_tracked")}
    return {"gradient": gradients, "change": changes, "statistic": running}, numpy.array(losses)


def distances(ours, exact):
    result = {path: float(numpy.linalg.norm(ours[path] - exact[path]) / numpy.linalg.norm(exact[path])) for path in exact}
    largest = max(result, key=result.get)
    return {"median": statistics.median(result.values()), "largest": result[largest], "at": largest}


if __name__ == "__main__":
    exact, losses = run(torch.float64)
    rounded, rounded_losses = run(torch.float32)
    tensors = {"losses": losses}
    rounding = {"losses": float(abs(rounded_losses - losses).max())}
    for kind, values in exact.items():
        rounding[kind] = distances(rounded[kind], values)
        for path, value in values.items():
            kept = value.reshape(-1) if kind == "statistic" else hashed.sketch(path, value)
            tensors[f"{kind}/{path}"] = kept.astype(numpy.float32)
    print(json.dumps(rounding, indent=1))
    target = pathlib.Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(target), metadata={"firstBatch": str(FIRST_BATCH), "torch": torch.__version__, "float32": json.dumps(rounding)})

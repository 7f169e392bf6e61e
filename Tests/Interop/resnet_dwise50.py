"""ResNet-Dwise50 in plain PyTorch: the architecture, defaults and parameter paths of Models/ResNetDwise50.swift.

A stem of 7 x 7, inverted residuals with norm and ReLU before every convolution, ResNet-D shortcuts, global mean, one linear output.
The number of input channels is free; the shortcut's pool rounds up and does not count padding.
"""
from torch import nn


def norm_relu_convolution(norm, convolution, x):
    return convolution(nn.functional.relu(norm(x)))


class Downsample(nn.Sequential):
    """Mean over 2 x 2 where the size shrinks, then a pointwise convolution."""

    def __init__(self, inputs, outputs, stride):
        pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        shrinking = nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)
        super().__init__(*([pointwise] if stride == 1 else [shrinking, pointwise]))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        wide = expansion * inputs
        self.norm1 = nn.BatchNorm2d(inputs)
        self.expand = nn.Conv2d(inputs, wide, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(wide)
        self.filter = nn.Conv2d(wide, wide, 3, stride=stride, padding=1, groups=wide, bias=False)
        self.norm3 = nn.BatchNorm2d(wide)
        self.project = nn.Conv2d(wide, outputs, 1, bias=False)
        if stride != 1 or inputs != outputs:
            self.shortcut = Downsample(inputs, outputs, stride)

    def forward(self, x):
        entry = nn.functional.relu(self.norm1(x))
        branch = norm_relu_convolution(self.norm2, self.filter, self.expand(entry))
        branch = norm_relu_convolution(self.norm3, self.project, branch)
        return branch + (self.shortcut(entry) if hasattr(self, "shortcut") else x)


class ResNetDwise50(nn.Module):
    def __init__(self, channels=1, outputs=1, widths=(24, 48, 96, 192), depths=(3, 4, 6, 3), expansion=6):
        super().__init__()
        self.stem = nn.Conv2d(channels, widths[0], 7, stride=2, padding=3, bias=False)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        units, before = [], widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            for unit in range(depth):
                units.append(InvertedResidual(before, width, 2 if stage > 0 and unit == 0 else 1, expansion))
                before = width
        self.blocks = nn.Sequential(*units)
        self.norm = nn.BatchNorm2d(before)
        self.head = nn.Linear(before, outputs)

    def forward(self, x):
        x = self.blocks(self.pool(self.stem(x)))
        return self.head(nn.functional.relu(self.norm(x)).mean(dim=(2, 3)))

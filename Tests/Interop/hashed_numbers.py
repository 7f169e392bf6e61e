"""Weights, images and signs as plain functions of a name and an index: the same bits here and in Tests/TrainingTests/HashedNumbers.swift.

The hash of (name, i) is the output number i of SplitMix64 (Steele, Lea and Flood, 2014) begun at the FNV-1a hash of the name.
A "normal" number is the sum of the hash's four 16-bit parts, centred and scaled to deviation 1. All arithmetic is float64, one
operation at a time, and is rounded once to float32.
"""
import math

import numpy

MASK = 0xFFFFFFFFFFFFFFFF
PROJECTIONS = 256


def name_hash(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def hashes(name, count):
    index = numpy.arange(1, count + 1, dtype=numpy.uint64)
    z = numpy.uint64(name_hash(name)) + index * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def normals(name, count):
    h = hashes(name, count)
    parts = sum(((h >> numpy.uint64(shift)) & numpy.uint64(0xFFFF)).astype(numpy.int64) for shift in (0, 16, 32, 48))
    return (parts - 131070).astype(numpy.float64) / math.sqrt((65536.0 * 65536.0 - 1.0) / 3.0)


def norm_bias(path):
    """The mean bias of a norm: 3.1, 2.9, 2.6 and 2.2 in the four stages, and 1 in the last norm."""
    parts = path.split(".")
    if parts[0] != "blocks":
        return 1.0
    block = int(parts[1])
    return 3.1 if block < 3 else 2.9 if block < 7 else 2.6 if block < 13 else 2.2


def parameter(path, shape):
    """Filters and matrices: deviation sqrt(2 / fan in), a projection's 0.3 times that. Norms: scales 1 + 0.2 n, biases their mean times 1 + 0.1 n.

    The biases keep most values clear of the ReLU's kink. Across it a rounding changes a gradient by a whole summand: with biases around 0,
    float32 gradients of this network, PyTorch's too, are 2e-2 away from those of float64. The earlier a stage, the more pixels it has
    and the rarer a cut may be.
    """
    n = normals(path, math.prod(shape))
    if len(shape) > 1:
        values = n * (math.sqrt(2.0 / math.prod(shape[1:])) * (0.3 if path.endswith("project.weight") else 1.0))
    elif path == "head.bias":
        values = n
    elif path.endswith("weight"):
        values = 1.0 * (1.0 + 0.2 * n)
    else:
        values = norm_bias(path) * (1.0 + 0.1 * n)
    return values.astype(numpy.float32).reshape(shape)


def images(number, batch, channels, size):
    """Soft shapes (a 9 x 9 lattice of normals, linearly interpolated) with a little noise on each pixel."""
    cells = 8
    lattice = normals(f"lattice.{number}", batch * channels * 81).reshape(batch, channels, 9, 9)
    position = numpy.arange(size, dtype=numpy.float64) * cells / size
    first = position.astype(numpy.int64)
    part = position - first
    rows = lattice[:, :, first] * (1.0 - part)[:, None] + lattice[:, :, first + 1] * part[:, None]
    soft = rows[..., first] * (1.0 - part) + rows[..., first + 1] * part
    noise = normals(f"noise.{number}", soft.size).reshape(soft.shape)
    return (soft + 0.25 * noise).astype(numpy.float32)


def targets(number, batch):
    return normals(f"target.{number}", batch).astype(numpy.float32).reshape(batch, 1)


def sketch(path, values):
    """Tensors of up to 512 elements whole; of larger ones 256 sums with random signs, of which the mean square is the squared norm.

    Element i has the 256 signs of hashes 4 i ... 4 i + 3 of "signs.PATH", lowest bits first; a set bit means minus.
    """
    values = numpy.asarray(values, dtype=numpy.float64).reshape(-1)
    if values.size <= 512:
        return values
    words = hashes(f"signs.{path}", 4 * values.size).astype("<u8").view(numpy.uint8).reshape(values.size, 32)
    total = numpy.zeros(PROJECTIONS)
    for start in range(0, values.size, 8192):
        bits = numpy.unpackbits(words[start : start + 8192], axis=1, bitorder="little")
        total += values[start : start + 8192] @ (1.0 - 2.0 * bits)
    return total

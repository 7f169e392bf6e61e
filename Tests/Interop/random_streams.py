"""The random numbers of Sources/Tensors/Philox.swift, so that a training in Python draws the same initial weights, order and augmentation.

A stream is named by (seed, name): Philox 4 x 32-10 (Salmon et al., SC 2011) with the seed as key and the FNV-1a hash of the name as the counter's high half.
"""
import math

import numpy

from hashed_numbers import name_hash

LOW, HALF = numpy.uint64(0xFFFFFFFF), numpy.uint64(32)


def words(seed, name, count, start=0):
    """`count` random 64-bit words of a stream."""
    counter, stream = numpy.arange(start, start + count, dtype=numpy.uint64), numpy.full(count, name_hash(name), numpy.uint64)
    c0, c1, c2, c3 = counter & LOW, counter >> HALF, stream & LOW, stream >> HALF
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        p0, p1 = numpy.uint64(0xD2511F53) * c0, numpy.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (p1 >> HALF) ^ c1 ^ numpy.uint64(k0), p1 & LOW, (p0 >> HALF) ^ c3 ^ numpy.uint64(k1), p0 & LOW
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0 | c1 << HALF


def uniforms(seed, name, count):
    """Float64 in [0, 1), of 53 random bits."""
    return (words(seed, name, count) >> numpy.uint64(11)).astype(numpy.float64) * 2.0**-53


def he_normals(seed, path, shape):
    """Normal with deviation sqrt(2 / fan in) by Box and Muller, for the filters [O, I, ...] at a parameter path."""
    u = uniforms(seed, path, 2 * math.prod(shape))
    normal = numpy.sqrt(-2 * numpy.log(1 - u[0::2])) * numpy.cos(2 * math.pi * u[1::2])
    return (normal * math.sqrt(2 / math.prod(shape[1:]))).astype(numpy.float32).reshape(shape)


def uniform_weights(seed, path, shape, fan_in):
    """Uniform in +-1 / sqrt(fan in)."""
    limit = 1 / math.sqrt(fan_in)
    return (-limit + 2 * limit * uniforms(seed, path, math.prod(shape))).astype(numpy.float32).reshape(shape)


def permutation(seed, epoch, items):
    """The order of an epoch: Fisher and Yates from the end."""
    result = list(items)
    for last, word in zip(range(len(result) - 1, 0, -1), words(seed, f"order/{epoch}", len(result) - 1)):
        other = int(word) * (last + 1) >> 64
        result[last], result[other] = result[other], result[last]
    return result


def augmentation(seed, epoch, index):
    """The eight numbers drawn for a sample: scale, x and y of the crop, flip, brightness, contrast, saturation, quarter turns."""
    return uniforms(seed, f"augmentation/{epoch}/{index}", 8)

"""Writes PyTorch's outputs and gradients, in float64, of every differentiable op that it has too, for the test that ours agree.

    python Tests/Interop/gradient_reference.py Tests/Golden/Gradients

Writes one file a case, and only those that are missing: delete a file to record it anew. Each is seeded by the case's name, so that a case changes no other.
Metadata `graph`: the op as graph text, one node on named inputs. Tensors: INPUT, y, dy, and gradient.INPUT for every input that has a gradient.
Inputs are small multiples of 1/64 and clear of kinks and ties; gradients are those of the sum of dy * y.
"""
import pathlib
import re
import sys
import zlib

import torch
from safetensors.torch import save_file
from torch.nn import functional

ELEMENTWISE = pathlib.Path(__file__).parents[2] / "Sources/CKernels/include/elementwise.def"
CASES = {}


def normal(*shape):
    """As all draws: a function of the case's random numbers."""
    return lambda random: torch.round(torch.randn(shape, dtype=torch.float64, generator=random) * 64) / 64


def positive(*shape):
    return lambda random: 0.5 + torch.round(torch.rand(shape, dtype=torch.float64, generator=random) * 64) / 64


def truths(*shape):
    return lambda random: torch.rand(shape, generator=random) < 0.5


def places(extent, *shape):
    """Indices along an axis, also from its end."""
    return lambda random: torch.randint(-extent, extent, shape, generator=random)


def distinct(*shape):
    """No two equal, none within 1/64 of an integer or a half."""
    count = int(torch.tensor(shape).prod())
    return lambda random: ((torch.randperm(count, generator=random).double() - count // 2) / 16 + 1 / 32).reshape(shape)


def case(name, text, function, constants=(), **inputs):
    """text: mnemonic and attributes, or two nodes after the inputs, the first with its types; function: the same in PyTorch, on the inputs by name."""
    assert name not in CASES
    CASES[name] = (text, function, inputs, constants)


def text_type(tensor):
    element = {torch.float64: "f64", torch.int64: "i64", torch.bool: "bool"}[tensor.dtype]
    return f"{element}[{','.join(map(str, tensor.shape))}]"


def convolutions():
    def convolve(name, x, weight, bias=False, strides=1, pads=(0, 0, 0, 0), dilations=1, group=1):
        strides, dilations = (value if isinstance(value, tuple) else (value, value) for value in (strides, dilations))
        attributes = f" strides=[{strides[0]},{strides[1]}] pads=[{','.join(map(str, pads))}] dilations=[{dilations[0]},{dilations[1]}]"
        attributes += f" group={group}" if group > 1 else ""
        top, left, bottom, right = pads

        def function(x, weight, bias=None):
            return functional.conv2d(functional.pad(x, (left, right, top, bottom)), weight, bias, strides, 0, dilations, group)

        case(f"convolution, {name}", ("conv", attributes), function, x=normal(*x), weight=normal(*weight), **({"bias": normal(weight[0])} if bias else {}))

    convolve("1 x 1", (2, 3, 3, 4), (4, 3, 1, 1))
    convolve("3 x 3", (2, 3, 4, 5), (2, 3, 3, 3), bias=True, pads=(1, 1, 1, 1))
    convolve("stride 2", (1, 3, 5, 6), (2, 3, 3, 3), strides=2, pads=(1, 1, 1, 1))
    convolve("7 x 7 stride 2", (1, 1, 9, 8), (2, 1, 7, 7), strides=2, pads=(3, 3, 3, 3))
    convolve("uneven", (1, 2, 5, 6), (3, 2, 2, 3), bias=True, strides=(2, 1), pads=(2, 0, 1, 3), dilations=(1, 2))
    convolve("stride beyond the kernel", (1, 2, 7, 8), (2, 2, 2, 1), strides=3)
    convolve("dilated", (1, 2, 5, 5), (2, 2, 3, 3), pads=(2, 2, 2, 2), dilations=2)
    convolve("groups", (1, 4, 4, 4), (6, 2, 2, 2), bias=True, pads=(1, 0, 0, 1), group=2)
    convolve("depthwise", (2, 3, 4, 4), (3, 1, 3, 3), bias=True, pads=(1, 1, 1, 1), group=3)
    convolve("depthwise stride 2", (1, 3, 5, 6), (3, 1, 3, 3), strides=2, pads=(1, 1, 1, 1), group=3)
    convolve("depthwise with a multiplier", (1, 3, 4, 4), (6, 1, 3, 3), pads=(1, 1, 1, 1), group=3)
    case(
        "convolution, one axis", ("conv", " strides=[2] pads=[1,1]"), lambda x, weight: functional.conv1d(x, weight, None, 2, 1),
        x=normal(2, 3, 7), weight=normal(2, 3, 3),
    )
    case(
        "convolution, three axes", ("conv", " pads=[0,1,0,0,1,0]"), lambda x, weight: functional.conv3d(x, weight, None, 1, (0, 1, 0)),
        x=normal(1, 2, 3, 3, 2), weight=normal(2, 2, 2, 3, 1),
    )


def pools():
    def maximum(name, shape, kernel, stride, pad=0, dilation=1, ceil=False):
        text = f" kernel=[{kernel},{kernel}] strides=[{stride},{stride}] pads=[{pad},{pad},{pad},{pad}] dilations=[{dilation},{dilation}]"
        text += " ceilMode=true" if ceil else ""
        case(f"maximum, {name}", ("maxPool", text), lambda x: functional.max_pool2d(x, kernel, stride, pad, dilation, ceil), x=distinct(*shape))

    def average(name, shape, kernel, stride, pad=0, ceil=False, counts=False):
        text = f" kernel=[{kernel},{kernel}] strides=[{stride},{stride}] pads=[{pad},{pad},{pad},{pad}]"
        text += (" ceilMode=true" if ceil else "") + (" countsPadding=true" if counts else "")
        case(f"average, {name}", ("averagePool", text), lambda x: functional.avg_pool2d(x, kernel, stride, pad, ceil, counts), x=normal(*shape))

    maximum("3 x 3 stride 2", (1, 3, 7, 6), 3, 2, pad=1)
    maximum("dilated", (1, 2, 6, 5), 2, 1, dilation=2)
    maximum("rounded up", (1, 2, 5, 7), 2, 2, ceil=True)
    average("2 x 2", (1, 3, 4, 6), 2, 2)
    average("padding not counted", (1, 2, 7, 6), 3, 2, pad=1)
    average("padding counted", (1, 2, 7, 6), 3, 2, pad=1, counts=True)
    average("rounded up", (1, 2, 5, 7), 2, 2, ceil=True)
    average("rounded up, padding counted", (1, 2, 6, 6), 3, 2, pad=1, ceil=True, counts=True)


def norms():
    for name, shape in (("image", (2, 3, 3, 4)), ("rows", (5, 3))):
        vectors = {"scale": positive(3), "bias": normal(3)}
        case(
            f"norm by batch statistics, {name}", ("channelMoments(%0) : f64[3], f64[3]", "batchNorm(%0, %1, %2, %3, %3.1) epsilon=0.001"),
            lambda x, scale, bias: functional.batch_norm(x, None, None, scale, bias, True, 0, 0.001), x=normal(*shape), **vectors,
        )
        case(
            f"norm by stored statistics, {name}", ("batchNorm", " epsilon=0.001"),
            lambda x, scale, bias, mean, variance: functional.batch_norm(x, mean, variance, scale, bias, False, 0, 0.001), ("mean", "variance"),
            x=normal(*shape), **vectors, mean=normal(3), variance=positive(3),
        )


    case(
        "layerNorm", ("layerNorm", " axis=1 epsilon=0.001"), lambda x, scale, bias: functional.layer_norm(x, (4, 2), scale, bias, 0.001),
        x=normal(3, 4, 2), scale=positive(4, 2), bias=normal(4, 2),
    )
    for name, function in (("softmax", functional.softmax), ("logSoftmax", functional.log_softmax)):
        case(name, (name, " axis=1"), lambda x, f=function: f(x, 1), x=normal(2, 5, 3))


def elementwise():
    """Every unary and binary operation of elementwise.def that PyTorch has by the same name, and those that are no line there."""
    for kind, name in re.findall(r"^(UNARY|FUNCTION|BINARY|LIBRARY)\((\w+),", ELEMENTWISE.read_text(), re.MULTILINE):
        function = getattr(torch, name, None) or getattr(functional, name, None)
        if not function or name in ("prelu", "silu"):
            continue
        if kind in ("BINARY", "LIBRARY"):
            binary(name, function, positive if name in ("div", "pow") else normal)
        else:
            unary(name, function, draw=positive if name in ("log", "sqrt") else distinct)
    unary("gelu", lambda x: functional.gelu(x, approximate="tanh"), "by tanh", ' approximate="tanh"')
    unary("hardSigmoid", lambda x: torch.clamp(0.2 * x + 0.5, 0, 1))
    unary("hardSwish", functional.hardswish)
    unary("leakyRelu", functional.leaky_relu)
    case("prelu", ("prelu", ""), lambda x, slope: torch.where(x < 0, slope * x, x), x=distinct(2, 3, 4), slope=normal(3, 1))
    unary("relu", functional.relu)
    case("clip", ("clip", " low=-0.5 high=0.25"), lambda x: torch.clamp(x, -0.5, 0.25), x=distinct(3, 7))
    case("where", ("where", ""), lambda condition, a, b: torch.where(condition, a, b), ("condition",), condition=truths(2, 1, 3), a=normal(3, 1), b=normal(2, 3, 3))


def unary(name, function, form="", attributes="", draw=distinct):
    case(f"{name}, {form}" if form else name, (name, attributes), lambda x: function(x), x=draw(3, 7))


def binary(name, function, draw=normal):
    for form, a, b in (("equal shapes", (2, 3), (2, 3)), ("both repeated", (2, 1, 3), (4, 1)), ("channels", (2, 3, 2, 2), (3, 1, 1)), ("a scalar", (), (2, 2))):
        case(f"{name}, {form}", (name, ""), lambda a, b: function(a, b), a=draw(*a), b=draw(*b))


def matrices():
    case("linear", ("linear", ""), lambda x, weight, bias: functional.linear(x, weight, bias), x=normal(3, 5), weight=normal(2, 5), bias=normal(2))
    case("matMul", ("matMul", ""), lambda a, b: a @ b, a=normal(3, 4), b=normal(4, 2))
    case("matMul, batches repeated", ("matMul", ""), lambda a, b: a @ b, a=normal(2, 1, 3, 4), b=normal(3, 4, 2))
    case("matMul, a transposed", ("matMul", " transposesA=true"), lambda a, b: a.mT @ b, a=normal(4, 3), b=normal(2, 4, 2))
    case("matMul, b transposed", ("matMul", " transposesB=true"), lambda a, b: a @ b.mT, a=normal(2, 3, 4), b=normal(2, 4))
    case("matMul, both transposed", ("matMul", " transposesA=true transposesB=true"), lambda a, b: a.mT @ b.mT, a=normal(4, 3), b=normal(2, 4))


def shapes():
    for mnemonic, function in (("reduceMean", torch.mean), ("reduceSum", torch.sum)):
        case(f"{mnemonic}, pixels", (mnemonic, " axes=[2,3] keepsDimensions=true"), lambda x, f=function: f(x, (2, 3), True), x=normal(2, 3, 2, 3))
        case(f"{mnemonic}, first axis", (mnemonic, " axes=[0]"), lambda x, f=function: f(x, 0), x=normal(3, 4))
        case(f"{mnemonic}, everything", (mnemonic, ""), lambda x, f=function: f(x), x=normal(2, 3))
    for mnemonic, function in (("reduceMax", torch.amax), ("reduceMin", torch.amin)):
        case(f"{mnemonic}, pixels", (mnemonic, " axes=[2,3] keepsDimensions=true"), lambda x, f=function: f(x, (2, 3), True), x=distinct(2, 3, 2, 3))
        case(f"{mnemonic}, ties", (mnemonic, " axes=[0]"), lambda x, f=function: f(x, 0), x=lambda random: torch.randint(0, 2, (5, 4), generator=random).double())
    case("concat", ("concat", ""), lambda a, b, c: torch.cat((a, b, c), 1), a=normal(2, 1, 3), b=normal(2, 2, 3), c=normal(2, 3, 3))
    case("slice, with a step", ("slice", " axis=1 start=1 end=6 step=2"), lambda x: x[:, 1:6:2], x=normal(2, 7, 2))
    case("slice, backwards", ("slice", " axis=-1 start=-2 end=-9223372036854775808 step=-2"), lambda x: x[:, :-1].flip(1)[:, ::2], x=normal(2, 7))
    case("reshape", ("reshape", " shape=[0,-1]"), lambda x: x.flatten(1), x=normal(2, 3, 2))
    case("broadcastTo", ("broadcastTo", " shape=[2,3,2]"), lambda x: x.expand(2, 3, 2), x=normal(3, 1))
    case("transpose", ("transpose", " permutation=[2,0,1]"), lambda x: x.permute(2, 0, 1), x=normal(2, 3, 4))
    case("gather", ("gather", " axis=1"), lambda x, indices: x[:, indices], ("indices",), x=normal(2, 5, 3), indices=places(5, 2, 4))
    case("gather, first axis", ("gather", ""), lambda x, indices: x[indices], ("indices",), x=normal(3, 2), indices=places(3, 5))
    case("pad", ("pad", " pads=[0,1,0,2,0,3] value=0.5"), lambda x: functional.pad(x, (0, 3, 1, 0, 0, 2), value=0.5), x=normal(2, 3, 4))
    case("cast", ("cast", ' to="f64"'), lambda x: x.double(), x=normal(3))


def record(name, path):
    (mnemonic, attributes), function, draws, constants = CASES[name]
    random = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    inputs = {key: draw(random) for key, draw in draws.items()}
    leaves = {key: value.clone().requires_grad_(key not in constants) for key, value in inputs.items()}
    y = function(**leaves)
    assert y.isfinite().all(), f"{name}: an input outside the function's domain"
    dy = normal(*y.shape)(random)
    (y * dy).sum().backward()
    lines = [f'  %{index} = input() name="{key}" type={text_type(value)} : {text_type(value)}' for index, (key, value) in enumerate(inputs.items())]
    operands = ", ".join(f"%{index}" for index in range(len(inputs)))
    nodes = [mnemonic, attributes] if "(" in mnemonic else [f"{mnemonic}({operands}){attributes}"]
    nodes[-1] += f" : {text_type(y.detach())}"
    lines += [f"  %{len(inputs) + index} = {node}" for index, node in enumerate(nodes)]
    lines.append(f'  output "y" = %{len(lines) - 1}')
    tensors = inputs | {"y": y.detach().clone(), "dy": dy}
    tensors |= {f"gradient.{key}": leaf.grad.clone() for key, leaf in leaves.items() if leaf.requires_grad}
    graph = "\n".join([f'graph "{name}" {{', *lines, "}", ""])
    save_file({key: value.contiguous() for key, value in tensors.items()}, str(path), metadata={"graph": graph})


if __name__ == "__main__":
    for part in (convolutions, pools, norms, elementwise, matrices, shapes):
        part()
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{re.sub(',? ', '-', name)}.safetensors" for name in CASES}
    for name, path in paths.items():
        if not path.exists():
            record(name, path)
            print(path.name)
    for path in sorted(set(folder.iterdir()) - set(paths.values())):
        print(f"no such case: {path.name}")

"""Many changed files, one after the other, and what came of them."""
import collections
import pathlib
import random

import onnx
from onnx import numpy_helper

import seeds
from alter import alter_bytes
from differences import Known, difference, group
from models import alter_model
from runtimes import Died, Runtime, Tessera, read_outputs

KINDS = ["onnx", "png", "csv", "safetensors", "checkpoint"]
KNOWN = Known(pathlib.Path(__file__).with_name("known-differences.txt"))
CHUNK = 64
_onnx_seeds = []


class Result:
    """Counts, and an example of everything that is worth a look."""

    def __init__(self):
        self.files = 0
        self.accepted = self.accepted_there = self.equal = self.ended_there = 0
        self.known = collections.Counter()
        self.new = {}
        self.broken = []

    def add(self, other):
        for name in ("files", "accepted", "accepted_there", "equal", "ended_there"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.known.update(other.known)
        self.broken += other.broken
        for key, (count, index, text) in other.new.items():
            mine = self.new.get(key, (0, index, text))
            self.new[key] = (mine[0] + count, min(mine[1], index), mine[2])

    def note(self, side, text, index):
        """Counts a difference; true where its group is seen for the first time."""
        entry = KNOWN.find(side, text)
        if entry is not None:
            self.known[entry] += 1
            return False
        key = side, group(text)
        count, first, example = self.new.get(key, (0, index, text))
        self.new[key] = (count + 1, first, example)
        return count == 0

    def is_clean(self, count):
        return not self.new and not self.broken and self.files == count

    def text(self, seconds):
        lines = [f"{self.files} files in {seconds:.0f} s, {self.accepted} accepted"]
        if self.accepted_there:
            lines[0] += f", {self.accepted_there} by ONNX Runtime, {self.equal} with the same results"
            lines.append(f"ONNX Runtime itself ended or hung on {self.ended_there}")
        for index, count in self.known.most_common():
            side, pattern, reason = KNOWN.entries[index]
            lines.append(f"known {count:7}  {side}: {pattern.pattern} – {reason}")
        for (side, name), (count, index, example) in sorted(self.new.items(), key=lambda entry: -entry[1][0]):
            lines.append(f"NEW   {count:7}  {side}: {name}\n               file {index}: {example[:400]}")
        for index, text in sorted(self.broken):
            lines.append(f"BROKEN        file {index}: {text}")
        lines.append(f"{len(self.new)} new groups, {len(self.broken)} files that broke something")
        return "\n".join(lines)


def prepare(arguments, scratch):
    """What all workers share, made before they begin."""
    if arguments.kind == "onnx":
        _onnx_seeds.extend(seeds.onnx_seeds(arguments.small))
    else:
        import files

        files.prepare(arguments.tessera.resolve(), arguments.kind, scratch)


def work(arguments, scratch, number):
    """The Result of every n-th stretch of files."""
    stretches = range(arguments.first, arguments.first + arguments.count, CHUNK)[number :: arguments.processes]
    ranges = [range(start, min(start + CHUNK, arguments.first + arguments.count)) for start in stretches]
    folder = scratch / f"worker-{number}"
    folder.mkdir()
    if arguments.kind == "onnx":
        return work_onnx(arguments, folder, ranges)
    import files

    return files.work(arguments, scratch, folder, ranges)


def changed_model(seed, index):
    """The file of a number: bytes of a model, and arrays."""
    draw = random.Random(f"{seed}/onnx/{index}")
    _, data, arrays = draw.choice(_onnx_seeds)
    if draw.random() < 0.3:
        return alter_bytes(draw, data), arrays
    return alter_model(draw, data, arrays)


def work_onnx(arguments, folder, ranges):
    result, runtime = Result(), Runtime()
    with open(folder / "errors", "wb") as errors:
        tessera = Tessera(str(arguments.tessera.resolve()), errors)
        for indices in ranges:
            stretch = []
            for place, index in enumerate(indices):
                model, arrays = changed_model(arguments.seed, index)
                source = folder / str(place)
                source.mkdir(exist_ok=True)
                (source / "model.onnx").write_bytes(model)
                for stale in source.rglob("*.pb"):
                    stale.unlink()
                for slot, array in enumerate(arrays):
                    (source / f"input_{slot}.pb").write_bytes(numpy_helper.from_array(array).SerializeToString())
                stretch.append((index, source, model, arrays))
            run_stretch(stretch, tessera, runtime, result, arguments.out)
        tessera.stop()
        runtime.stop()
    return result


def run_stretch(stretch, tessera, runtime, result, out):
    def send(entries):
        tessera.send([(index, source / "model.onnx", source, source / "out") for index, source, _, _ in entries])

    send(stretch)
    theirs = {}
    for index, _, model, arrays in stretch:
        try:
            theirs[index] = runtime.run(model, arrays)
        except Died:
            result.ended_there += 1
    for place, (index, source, model, arrays) in enumerate(stretch):
        result.files += 1
        try:
            answer = tessera.answer()
        except Died as death:
            result.broken.append((index, str(death)))
            keep(out, index, model, arrays)
            send(stretch[place + 1 :])
            continue
        other = theirs.get(index)
        result.accepted += answer["ok"]
        result.accepted_there += other is not None and other[0] == "ok"
        if other is None:
            continue
        ours = "error", str(answer.get("error"))
        if answer["ok"]:
            ours = "ok", read_outputs(source / "out", len(list((source / "out").glob("*.pb"))))
        found = difference(ours, other, operators(model))
        result.equal += found is None and ours[0] == "ok"
        if found and result.note(found[0], found[1].replace(str(source), ""), index):
            keep(out, index, model, arrays)


def operators(model):
    try:
        return sorted({node.op_type for node in onnx.ModelProto.FromString(model).graph.node})
    except Exception:
        return ["?"]


def keep(out, index, model, arrays):
    if out is None:
        return
    folder = out / str(index)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model)
    for slot, array in enumerate(arrays):
        (folder / f"input_{slot}.pb").write_bytes(numpy_helper.from_array(array).SerializeToString())

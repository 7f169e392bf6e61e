"""What two runtimes did with one file, as a group of differences or none."""
import re

import numpy

# What tells nothing of the cause: messages of memory, time and size, which each runtime has in its own place.
RESOURCES = re.compile(r"bad_alloc|Failed to allocate|memory|bad allocation|No space|too large|overflow", re.IGNORECASE)


def compare(ours, theirs):
    """How two lists of arrays differ, in a word; None where they agree."""
    if len(ours) != len(theirs):
        return f"{len(ours)} outputs where there are {len(theirs)}"
    for a, b in zip(ours, theirs):
        if a.dtype != b.dtype:
            return f"type {a.dtype} where it is {b.dtype}"
        if a.shape != b.shape:
            return "shape"
        if a.dtype.kind in "iub":
            if not numpy.array_equal(a, b):
                return f"values of {a.dtype}"
            continue
        tolerance = {"float64": 1e-6, "float32": 1e-4}.get(str(a.dtype), 2e-2)
        a, b = a.astype(numpy.float64), b.astype(numpy.float64)
        if not numpy.array_equal(numpy.isnan(a), numpy.isnan(b)):
            return "NaN"
        finite = numpy.isfinite(a) & numpy.isfinite(b)
        if not numpy.array_equal(a[~finite], b[~finite], equal_nan=True):
            return "infinity"
        a, b = a[finite], b[finite]
        distance = numpy.abs(a - b).max(initial=0) / max(1e-30, numpy.abs(b).max(initial=0))
        if distance > tolerance:
            return "values of floats" if distance > 10 * tolerance else "last digits of floats"
    return None


def difference(ours, theirs, operators):
    """(side, text) of a difference, or None. `ours` and `theirs` are ("ok", arrays) or ("error", message)."""
    if ours[0] == theirs[0] == "ok":
        what = compare(ours[1], theirs[1])
        return what and ("differs", f"{' '.join(operators)}: {what}")
    if ours[0] == "ok":
        return "accepted", theirs[1]
    if theirs[0] == "ok":
        return "refused", ours[1]
    return None


def group(text):
    """The text without what differs from file to file: names, numbers, lists and paths."""
    text = text.split("\n")[0]
    text = re.sub(r"/\S*/\S*?(\.onnx|\.pb|\.cc)\S*", "FILE", text)
    text = re.sub(r"'[^']*'|\"[^\"]*\"|\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "…", text)
    text = re.sub(r"\b(value|output|input|initiali[sz]er) [^\s:,]+(?=[:,])", r"\1 NAME", text)
    text = re.sub(r"(: [A-Z][A-Za-z]+) [^:]*?(?=:)", r"\1 NAME", text)
    text = re.sub(r"0x[0-9a-f]+|-?\d[\d.e+-]*", "#", text)
    return text[:200]


class Known:
    """The differences that are known, each with its reason: lines of side, pattern and reason, parted by ` | `."""

    def __init__(self, path):
        self.entries = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            parts = [part.strip() for part in line.split(" | ")]
            if len(parts) != 3 or parts[0] not in ("accepted", "refused", "differs") or not parts[2]:
                raise SystemExit(f"{path}, line {number}: 'accepted, refused or differs | pattern | reason' is expected")
            self.entries.append((parts[0], re.compile(parts[1]), parts[2]))

    def find(self, side, text):
        """The index of the first entry that fits; None where it is new."""
        return next((index for index, entry in enumerate(self.entries) if entry[0] == side and entry[1].search(text)), None)

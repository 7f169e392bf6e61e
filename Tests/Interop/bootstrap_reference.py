"""Writes Tests/Golden/Statistics/bootstrap.json: percentile intervals of r, MAE and RMSE by numpy, on the draws that Tessera makes.

    .venv-interop/bin/python Tests/Interop/bootstrap_reference.py

The series are those of agreement.json.
"""
import json
import pathlib

import numpy

from random_streams import words

GOLDEN = pathlib.Path(__file__).parent.parent / "Golden" / "Statistics"


def metrics(first, second):
    errors = first - second
    with numpy.errstate(invalid="ignore", divide="ignore"):
        return numpy.corrcoef(first, second)[0, 1], numpy.abs(errors).mean(), numpy.sqrt((errors**2).mean())


def intervals(comparison):
    first, second = numpy.array(comparison["first"]), numpy.array(comparison["second"])
    rows = []
    for resample in range(2000):
        drawn = [int(word) * len(first) >> 64 for word in words(0, f"bootstrap/{resample}", len(first))]
        constant = len(set(first[drawn])) == 1 or len(set(second[drawn])) == 1
        r, mae, rmse = metrics(first[drawn], second[drawn])
        rows.append((numpy.nan if constant else r, mae, rmse))
    return numpy.nanpercentile(numpy.array(rows), [2.5, 97.5], axis=0).T.tolist()


if __name__ == "__main__":
    comparisons = json.loads((GOLDEN / "agreement.json").read_text())["comparisons"]
    result = {comparison["name"]: intervals(comparison) for comparison in comparisons}
    (GOLDEN / "bootstrap.json").write_text(json.dumps(result, indent=1) + "\n")

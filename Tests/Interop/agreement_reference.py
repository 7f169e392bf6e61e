"""Writes Tests/Golden/Statistics/agreement.json: pairs of series with their paired t-test and limits of agreement (scipy) and intraclass correlations (pingouin).

    python -m venv reference && reference/bin/pip install pingouin==0.7.0 scipy==1.17.1
    reference/bin/python Tests/Interop/agreement_reference.py

ICC(2,1) and ICC(3,1) are pingouin's ICC(A,1) and ICC(C,1). The intervals of the limits are computed here from scipy's t, after Bland and Altman (1999), since pingouin's are
the rougher ones of 1986.
"""
import json
import math
import pathlib

import numpy
import pandas
import pingouin
import scipy.stats

HERE = pathlib.Path(__file__).parent


def series():
    random = numpy.random.default_rng(20)
    truth = numpy.round(random.exponential(40, 60), 1)
    yield "readers", truth, numpy.round(truth + random.normal(0.5, 2, 60), 1)
    yield "biased", truth, numpy.round(truth * 0.8 + 12 + random.normal(0, 15, 60), 2)
    yield "unrelated", truth, numpy.round(random.exponential(40, 60), 1)
    yield "opposed", truth[:20], numpy.round(90 - truth[:20] + random.normal(0, 3, 20), 1)
    yield "three", numpy.array([1.0, 5.0, 9.0]), numpy.array([2.0, 5.5, 8.0])
    yield "large offset", truth[:12] + 1e6, truth[:12] + 1e6 + numpy.round(random.normal(0, 1, 12), 2)


def reference(name, first, second):
    n, differences = len(first), first - second
    test = scipy.stats.ttest_rel(first, second)
    interval = test.confidence_interval(0.95)
    mean, deviation = differences.mean(), differences.std(ddof=1)
    reach = scipy.stats.t.ppf(0.975, n - 1) * deviation * math.sqrt(1 / n + 1.96**2 / (2 * (n - 1)))
    limits = [mean - 1.96 * deviation, mean + 1.96 * deviation]
    table = pandas.DataFrame({"image": [*range(n)] * 2, "reader": ["a"] * n + ["b"] * n, "score": [*first, *second]})
    icc = pingouin.intraclass_corr(table, targets="image", raters="reader", ratings="score").set_index("Type")
    return {
        "name": name, "first": list(first), "second": list(second),
        "r": scipy.stats.pearsonr(first, second).statistic,
        "meanDifference": mean, "interval": [interval.low, interval.high], "t": test.statistic, "p": test.pvalue,
        "deviation": deviation, "limits": limits, "limitIntervals": [[limit - reach, limit + reach] for limit in limits],
        "absolute": icc.loc["ICC(A,1)", "ICC"], "absoluteInterval": list(icc.loc["ICC(A,1)", "CI95"]),
        "consistent": icc.loc["ICC(C,1)", "ICC"], "consistentInterval": list(icc.loc["ICC(C,1)", "CI95"]),
    }


def quantiles():
    freedoms = [1, 2, 3, 5.5, 10, 99, 157, 1e4, 1e6]
    yield from ([0.95, d, scipy.stats.t.ppf(0.975, d)] for d in freedoms)


def f_quantiles():
    for numerator, denominator in [(1, 1), (2, 2), (59, 59), (59, 12.7), (12.7, 59), (1, 300.5), (2999, 2999), (5, 0.5)]:
        yield [0.975, numerator, denominator, scipy.stats.f.ppf(0.975, numerator, denominator)]


if __name__ == "__main__":
    pingouin.options["round.column.CI95"] = None
    result = {"comparisons": [reference(*item) for item in series()], "t": list(quantiles()), "f": list(f_quantiles())}
    path = HERE.parent / "Golden" / "Statistics" / "agreement.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1, default=float) + "\n")
    print(path)

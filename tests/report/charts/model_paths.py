"""Paths of made-up models of any size."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from pipeline.report.charts import Path


def loadings(sizes: Sequence[int], value: float = 0.6) -> list[Path]:
    """Factors A, B, ... with so many items each."""
    return [
        Path(factor, f"{factor.lower()}{number:02d}", "loading", value)
        for factor, size in zip(names(len(sizes)), sizes, strict=True)
        for number in range(size)
    ]


def names(number: int) -> list[str]:
    return [chr(ord("A") + place) for place in range(number)]


def correlations(factors: Sequence[str], value: float = 0.5) -> list[Path]:
    return [Path(a, b, "correlation", value) for a, b in itertools.combinations(factors, 2)]


def residuals(paths: Sequence[Path]) -> list[Path]:
    items = dict.fromkeys(path.end for path in paths if path.kind == "loading")
    return [Path(item, item, "residual", 0.64) for item in items]


def correlated(sizes: Sequence[int], value: float = 0.5) -> list[Path]:
    own = loadings(sizes)
    return [*own, *correlations(names(len(sizes)), value), *residuals(own)]


def bifactor(sizes: Sequence[int]) -> list[Path]:
    own = loadings(sizes, 0.3)
    general = [Path("GENERAL", path.end, "loading", 0.5) for path in own]
    return [*general, *own, *residuals(own)]


def second_order(sizes: Sequence[int]) -> list[Path]:
    own = loadings(sizes)
    above = [Path("TOP", factor, "loading", 0.8) for factor in names(len(sizes))]
    left = [Path(factor, factor, "residual", 0.36) for factor in names(len(sizes))]
    return [*own, *above, *left, *residuals(own)]


def with_wording(sizes: Sequence[int]) -> list[Path]:
    """Correlated factors whose first items share a way of asking."""
    paths = correlated(sizes)
    turned = [name for name in dict.fromkeys(p.end for p in paths) if name.endswith("00")]
    return [*paths, *(Path("WORDING", item, "loading", 0.2) for item in turned)]


NINE = [6, 6, 5, 6, 5, 6, 5, 6, 5]

MODELS = {
    "one factor": correlated([3]),
    "one factor of sixty": correlated([60]),
    "three": correlated([3, 3, 3]),
    "four, two items each": correlated([2, 2, 2, 2], 0.95),
    "nine": correlated(NINE),
    "ten, all too close": correlated([6] * 10, 0.97),
    "bifactor": bifactor(NINE),
    "second order": second_order(NINE),
    "a way of asking": with_wording(NINE),
    "general and a way of asking": [*bifactor(NINE), *with_wording(NINE)[-9:]],
}

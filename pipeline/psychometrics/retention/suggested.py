"""What the rules for the number of factors have in common."""

from collections.abc import Mapping
from math import nan
from typing import Any

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.correlation import CorrelationMatrix, require_correlations


def respondents_of(correlation: CorrelationMatrix, n: int | None) -> int:
    """Respondents to count with: those given, or the smallest number behind a correlation.

    Raises
    ------
    ValueError
        If `correlation` is no `CorrelationMatrix` or `n` is less than one.
    """
    require_correlations(correlation)
    if n is not None and n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    return correlation.smallest_pair_n if n is None else n


def source_of_n(n: int | None) -> str:
    """Where the number of respondents comes from, in words."""
    return "smallest pairwise n" if n is None else "n given by the caller"


def suggested_row(rule: str, number: int | None, **more: Any) -> Mapping[str, Any]:
    """The row of the number of factors that a rule suggests."""
    estimate = nan if number is None else number
    return {"factor": rule, "statistic": "suggested_factors", "estimate": estimate, **more}


def values_by_number(statistic: str, values: FloatArray, first: int = 0) -> list[Mapping[str, Any]]:
    """A row for each number of factors, counted from `first`."""
    return [
        {"factor": str(number), "statistic": statistic, "estimate": value}
        for number, value in enumerate(values.tolist(), start=first)
    ]

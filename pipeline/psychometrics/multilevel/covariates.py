"""Covariates as columns of numbers, which of them say something of their own, and what they say."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.psychometrics._distributions import student_quantile, tails
from pipeline.psychometrics._responses import FloatArray, is_no_number, require_items, to_numbers

NOT_STATED = "not stated"
"""Category of those who gave none."""

OWN_SHARE = 1e-10
"""A column of whose variation less than this share is its own is determined by the others."""

CONSTANT = 1e-12
"""Relative to its largest value: a column that varies less is constant."""


class Coefficient(NamedTuple):
    """What a unit of a covariate goes with.

    Attributes
    ----------
    name : str
        The covariate; for a category ``covariate: category``.
    estimate, se, ci_low, ci_high : float
        Difference in the score, its standard error and interval.
    """

    name: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float


class LeftOut(NamedTuple):
    """A covariate without a coefficient.

    Attributes
    ----------
    name : str
        The covariate; for a category ``covariate: category``.
    reason : str
        ``no_variation``: all have the same. ``no_variation_within_groups``: all of a group have the
        same. ``determined_by_others``: it follows from those before it.
    """

    name: str
    reason: str


class Design(NamedTuple):
    """Covariates as columns of numbers.

    Attributes
    ----------
    names : tuple of str
        The columns.
    values : ndarray, shape (n_used, n_columns)
        Their numbers, for the respondents that are used.
    references : tuple of (str, str)
        Covariates with categories and the category that the others are held against.
    left_out : tuple of LeftOut
        Covariates without a column.
    """

    names: tuple[str, ...]
    values: FloatArray
    references: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]


def knows_numbers(covariates: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Who has every covariate that is a number; a category that is missing is one of its own.

    Raises
    ------
    ValueError
        If `covariates` is no table with columns of different names, or a covariate is infinite or
        neither a number nor a category.
    """
    require_items(covariates)
    if any(is_no_number(dtype) for dtype in covariates.dtypes):
        raise ValueError("covariates must be numbers or categories, not times or complex numbers")
    measured = [place for place, kind in enumerate(covariates.dtypes) if _is_measured(kind)]
    if not measured:
        return np.ones(len(covariates), dtype=bool)
    lacking = np.isnan(to_numbers(covariates.iloc[:, measured]))
    return np.asarray(~lacking.any(axis=1))


def design_of(covariates: pd.DataFrame) -> Design:
    """Numbers as they are; for categories an indicator each but for the most frequent one.

    Among categories that are equally frequent the first is the reference, in the order of a
    categorical column, else sorted. Who gave no category counts as ``not stated``, which is never
    the reference unless there is no other.
    """
    names: list[str] = []
    columns: list[FloatArray] = []
    references, left_out = [], []
    for place in range(covariates.shape[1]):
        column = covariates.iloc[:, place]
        name = str(covariates.columns[place])
        if _is_measured(column.dtype):
            names.append(name)
            columns.append(to_numbers(column.to_frame())[:, 0])
            continue
        codes, categories = _categories(column)
        if len(categories) < 2:
            left_out.append(LeftOut(name, "no_variation"))
            continue
        reference = _reference(codes, categories)
        references.append((name, categories[reference]))
        for code, category in enumerate(categories):
            if code != reference:
                names.append(f"{name}: {category}")
                columns.append((codes == code).astype(np.float64))
    values = np.column_stack(columns) if columns else np.zeros((len(covariates), 0))
    return Design(tuple(names), values, tuple(references), tuple(left_out))


def _is_measured(kind: Any) -> bool:
    return pd.api.types.is_numeric_dtype(kind) and not isinstance(kind, pd.CategoricalDtype)


def _categories(column: pd.Series) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Category number of each respondent, and the categories that somebody has."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        raw, labels = column.cat.codes.to_numpy(), column.cat.categories
    else:
        raw, labels = pd.factorize(column.astype("string"), sort=True)
    places = np.where(raw < 0, len(labels), raw).astype(np.intp)
    counts = np.bincount(places, minlength=len(labels) + 1)
    told = [*map(str, labels), NOT_STATED]
    new_place = np.cumsum(counts > 0) - 1
    return new_place[places], [name for name, n in zip(told, counts, strict=True) if n]


def _reference(codes: npt.NDArray[np.intp], categories: Sequence[str]) -> int:
    counts = np.bincount(codes, minlength=len(categories)).astype(np.float64)
    if len(categories) > 1 and categories[-1] == NOT_STATED:
        counts[-1] = -1
    return int(counts.argmax())


def own_columns(
    design: Design, varying: FloatArray, reason: str
) -> tuple[list[int], tuple[LeftOut, ...]]:
    """Places of the columns that say something of their own, and the others with their reason.

    Parameters
    ----------
    design : Design
        The columns as they are.
    varying : ndarray, shape (n_used, n_columns)
        What of them is used: their deviations from the mean, or from the mean of the group.
    reason : str
        Why a column that does not vary is left out.
    """
    cross = varying.T @ varying
    largest = np.abs(design.values).max(axis=0, initial=0.0)
    least = len(varying) * (CONSTANT * largest) ** 2
    kept: list[int] = []
    left_out = list(design.left_out)
    for place, name in enumerate(design.names):
        own = cross[place, place]
        if own <= least[place]:
            left_out.append(LeftOut(name, reason))
            continue
        if kept:
            others = cross[np.ix_(kept, kept)]
            own -= cross[place, kept] @ np.linalg.solve(others, cross[kept, place])
        if own <= OWN_SHARE * cross[place, place]:
            left_out.append(LeftOut(name, "determined_by_others"))
        else:
            kept.append(place)
    return kept, tuple(left_out)


def coefficients_of(
    names: Sequence[str], estimates: FloatArray, errors: FloatArray, reaches: FloatArray
) -> tuple[Coefficient, ...]:
    """Coefficients with intervals that reach so many standard errors."""
    low, high = estimates - reaches * errors, estimates + reaches * errors
    return tuple(
        Coefficient(name, *(float(number) for number in numbers))
        for name, *numbers in zip(names, estimates, errors, low, high, strict=True)
    )


def student_reach(df: int, confidence_level: float) -> float:
    """How many standard errors an interval reaches with so many degrees of freedom."""
    upper = tails(confidence_level)[1]
    return student_quantile(upper, df) if df > 0 else np.nan


def rows_of_coefficients(
    coefficients: tuple[Coefficient, ...], statistic: str, confidence_level: float
) -> list[dict[str, object]]:
    """A row a coefficient, with its covariate in the column item."""
    return [
        {
            "item": one.name,
            "statistic": statistic,
            "estimate": one.estimate,
            "se": one.se,
            "ci_low": one.ci_low,
            "ci_high": one.ci_high,
            "confidence_level": confidence_level,
        }
        for one in coefficients
    ]

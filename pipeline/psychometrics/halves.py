"""Two halves of a sample that are equally fit for factor analysis."""

from dataclasses import dataclass
from math import nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._pairwise import SMALLEST_EIGENVALUE
from pipeline.psychometrics._responses import (
    FEWEST_RESPONDENTS,
    FloatArray,
    IntArray,
    is_constant,
    require_clusters,
    to_numbers,
)
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.result import Result

MOST_UNITS = 128
"""Respondents, or clusters, are gathered in this many units at most before they are shared out."""

_SCALE_OF_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Halves(Result):
    """A sample split in two.

    Attributes
    ----------
    respondents : tuple
        Index of the respondents.
    in_first : ndarray of bool, shape (n_respondents,)
        Whether each of them is in the first half.
    n_first, n_second : int
        Respondents in each half.
    kmo_first, kmo_second : float
        Kaiser-Meyer-Olkin measure of sampling adequacy in each half.
    kmo_ratio : float
        The smaller of the two as a part of the larger; 1 if they are the same.
    communality_ratio : float
        The same for the mean squared multiple correlation of the items.
    largest_msa_difference : float
        The largest difference between the halves in the sampling adequacy of an item.
    largest_correlation_difference : float
        The largest difference between the halves in a correlation; not made small on purpose.
    n_candidates : int
        Splits that were compared.
    n_clusters : int or None
        Clusters that were kept together; missing where there are none.
    n_respondents : int
        Respondents in both halves.
    method : str
        How the split was chosen.
    condition : str or None
        ``constant_item``, ``item_without_answers``, ``too_few_respondents``, ``too_few_groups``,
        ``undefined_correlation``, ``not_positive_definite``: the split is random, and could not be
        judged.
    """

    respondents: tuple[Any, ...]
    in_first: np.ndarray[tuple[int], np.dtype[np.bool_]]
    n_first: int
    n_second: int
    kmo_first: float
    kmo_second: float
    kmo_ratio: float
    communality_ratio: float
    largest_msa_difference: float
    largest_correlation_difference: float
    n_candidates: int
    n_clusters: int | None
    n_respondents: int
    method: str
    condition: str | None

    @property
    def first(self) -> "pd.Series[bool]":
        """Whether each respondent is in the first half, by the index of the responses."""
        return pd.Series(self.in_first, index=pd.Index(self.respondents), name="first")

    def to_rows(self) -> pd.DataFrame:
        """A row per measure of the halves."""
        of_halves = [
            {"statistic": "kmo_first", "estimate": self.kmo_first, "n_respondents": self.n_first},
            {
                "statistic": "kmo_second",
                "estimate": self.kmo_second,
                "n_respondents": self.n_second,
            },
        ]
        of_both = [
            {"statistic": name, "estimate": getattr(self, name)}
            for name in (
                "kmo_ratio",
                "communality_ratio",
                "largest_msa_difference",
                "largest_correlation_difference",
            )
        ]
        return long_table(
            [*of_halves, *of_both],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def equivalent_halves(
    responses: pd.DataFrame,
    rng: np.random.Generator,
    clusters: pd.Series | None = None,
    n_candidates: int = 500,
) -> Halves:
    r"""Split a sample for an exploratory analysis of one half and a confirmatory one of the other.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.
    rng : Generator
        Draws the candidate splits.
    clusters : Series, optional
        The site of each respondent. Sites are then kept together, so that no site is in both
        halves.
    n_candidates : int, optional
        Number of random splits to choose from.

    Returns
    -------
    Halves

    Raises
    ------
    ValueError
        If answers are not numbers, there are no respondents, `clusters` does not name one cluster
        for every respondent, or there is less than one candidate.

    Notes
    -----
    A random split can put more common variance in one half than in the other. Lorenzo-Seva [1]_
    therefore makes the halves of his Solomon method alike in their sampling adequacy. Here:

    1. Respondents in random order are gathered in up to 128 units of the same size, or clusters
       in as many units of about the same size; the moments of each unit are computed once.
    2. Units are paired by size. A candidate split sends one of each pair to either half at random.
    3. Of all candidates the one is taken with the smallest sum of four differences between its
       halves, each as a part of its median over the candidates: in KMO [2]_, in the mean squared
       multiple correlation of the items, and, as root mean squares over items, in their sampling
       adequacies and squared multiple correlations.

    Correlations are Pearson's, answers missing pairwise. This makes how much the items have in
    common equal, and leaves what they have in common to chance: single correlations, which a
    confirmatory analysis of the second half is to test, are not matched.

    References
    ----------
    .. [1] Lorenzo-Seva (2022). Behavior Research Methods, 54, 2665-2677.
    .. [2] Kaiser & Rice (1974). Educational and Psychological Measurement, 34(1), 111-117.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 5)))
    >>> halves = equivalent_halves(answers, rng)
    >>> halves.n_first, halves.kmo_ratio > 0.99
    (100, True)
    """
    if n_candidates < 1:
        raise ValueError(f"n_candidates must be at least 1, got {n_candidates}")
    numbers = to_numbers(responses)
    if not len(numbers):
        raise ValueError("there are no respondents to split")
    units = _units(len(numbers), _codes(clusters, responses), rng)
    signs = _candidates(units, n_candidates, rng)
    compared = _compare(_moments(numbers, units.of_respondent, units.n_units), signs)
    best = int(np.argmin(_distance(compared)))
    return _halves(responses, numbers, units, signs[best], compared, best)


class _Units(NamedTuple):
    """Respondents gathered in units that are not divided."""

    of_respondent: IntArray
    n_units: int
    sizes: IntArray
    n_clusters: int | None


def _codes(clusters: pd.Series | None, responses: pd.DataFrame) -> IntArray | None:
    """The number of the cluster of each respondent."""
    if clusters is None:
        return None
    require_clusters(clusters, responses)
    return np.asarray(pd.factorize(clusters)[0], dtype=np.int64)


def _units(n_respondents: int, codes: IntArray | None, rng: np.random.Generator) -> _Units:
    n_clusters = None if codes is None else int(codes.max(initial=-1)) + 1
    own = np.arange(n_respondents) if codes is None else codes
    unit_of = _gathered(np.bincount(own), rng)
    of_respondent = unit_of[own]
    sizes = np.bincount(of_respondent)
    return _Units(of_respondent, len(sizes), sizes, n_clusters)


def _gathered(sizes: IntArray, rng: np.random.Generator) -> IntArray:
    """The unit of each member; larger members first, each round from the largest unit down."""
    shuffled = rng.permutation(len(sizes))
    order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    n_units = min(MOST_UNITS, len(sizes))
    rounds, place = np.divmod(np.arange(len(sizes)), max(n_units, 1))
    unit = np.empty(len(sizes), dtype=np.int64)
    unit[order] = np.where(rounds % 2 == 0, place, n_units - 1 - place)
    return unit


def _candidates(units: _Units, n_candidates: int, rng: np.random.Generator) -> IntArray:
    """1 for units in the first half and 0 for others, shape (n_candidates, n_units)."""
    by_size = np.argsort(-units.sizes, kind="stable")
    n_pairs = (units.n_units + 1) // 2
    first_of_pair = rng.integers(0, 2, (n_candidates, n_pairs))
    chosen = np.stack([first_of_pair, 1 - first_of_pair], axis=2).reshape(n_candidates, -1)
    signs = np.empty((n_candidates, units.n_units), dtype=np.int64)
    signs[:, by_size] = chosen[:, : units.n_units]
    return signs


def _moments(numbers: FloatArray, unit: IntArray, n_units: int) -> FloatArray:
    """Of each unit: pairwise n, sums, squares and products, shape (4, n_units, p, p)."""
    answered = ~np.isnan(numbers)
    spread = np.nanstd(numbers, axis=0) if answered.any(axis=0).all() else np.ones(len(numbers.T))
    centre = np.where(answered, numbers, 0).sum(axis=0) / np.maximum(answered.sum(axis=0), 1)
    scaled = np.where(answered, (numbers - centre) / np.where(spread > 0, spread, 1), 0.0)
    result = np.empty((4, n_units, numbers.shape[1], numbers.shape[1]))
    order = np.argsort(unit, kind="stable")
    ends = np.cumsum(np.bincount(unit, minlength=n_units))[:-1]
    for place, rows in enumerate(np.split(order, ends)):
        z, mask = scaled[rows], answered[rows].astype(np.float64)
        result[:, place] = mask.T @ mask, z.T @ mask, (z**2).T @ mask, z.T @ z
    return result


class _Comparison(NamedTuple):
    """What the two halves of each candidate have; a first axis with a candidate each."""

    smc_difference: FloatArray
    msa_difference: FloatArray
    kmo: FloatArray
    """Shape (2, n_candidates)."""
    communality: FloatArray
    """Shape (2, n_candidates): mean squared multiple correlation."""
    largest_correlation_difference: FloatArray
    conditions: tuple[str | None, ...]


def _compare(moments: FloatArray, signs: IntArray) -> _Comparison:
    shape = (4, len(signs), *moments.shape[2:])
    flat = moments.reshape(4, moments.shape[1], -1)
    first = np.matmul(signs.astype(np.float64), flat).reshape(shape)
    second = flat.sum(axis=1).reshape(4, 1, *shape[2:]) - first
    halves = [_correlations(half) for half in (first, second)]
    judged = [_sampling_adequacy(half) for half in halves]
    return _Comparison(
        smc_difference=judged[0].smc - judged[1].smc,
        msa_difference=judged[0].msa - judged[1].msa,
        kmo=np.stack([half.kmo for half in judged]),
        communality=np.stack([half.smc.mean(axis=1) for half in judged]),
        largest_correlation_difference=np.abs(halves[0] - halves[1]).max(axis=(1, 2)),
        conditions=tuple(
            "undefined_correlation"
            if np.isnan(one).any() or np.isnan(other).any()
            else "not_positive_definite"
            for one, other in zip(*halves, strict=True)
        ),
    )


def _distance(compared: _Comparison) -> FloatArray:
    """How unlike the halves of each candidate are; infinite where that is undefined."""
    parts = [
        np.abs(compared.kmo[0] - compared.kmo[1]),
        np.abs(compared.communality[0] - compared.communality[1]),
        np.sqrt((compared.msa_difference**2).mean(axis=1)),
        np.sqrt((compared.smc_difference**2).mean(axis=1)),
    ]
    typical = [
        np.median(part[np.isfinite(part)]) if np.isfinite(part).any() else 1 for part in parts
    ]
    tiny = np.finfo(np.float64).tiny
    total = sum(part / max(size, tiny) for part, size in zip(parts, typical, strict=True))
    return np.where(np.isnan(total), np.inf, total)


def _correlations(moments: FloatArray) -> FloatArray:
    """Pairwise correlations of every candidate; NaN where undefined."""
    n, sums, squares, products = moments
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = products - sums * np.swapaxes(sums, 1, 2) / n
        variance = squares - sums**2 / n
        variance[variance <= _SCALE_OF_ROUNDING * np.maximum(n, 1)] = np.nan
        result = covariance / np.sqrt(variance * np.swapaxes(variance, 1, 2))
    result[n < FEWEST_RESPONDENTS] = np.nan
    return np.asarray((result + np.swapaxes(result, 1, 2)) / 2)


class _Adequacy(NamedTuple):
    """Squared multiple correlations, sampling adequacy of items and of all, per candidate."""

    smc: FloatArray
    msa: FloatArray
    kmo: FloatArray


def _sampling_adequacy(correlations: FloatArray) -> _Adequacy:
    """Of every candidate; NaN where its correlations are undefined or not positive definite."""
    n_items = correlations.shape[-1]
    defined = np.asarray(np.isfinite(correlations).all(axis=(1, 2)))
    safe = np.where(defined[:, None, None], correlations, np.eye(n_items))
    usable = defined & (np.linalg.eigvalsh(safe)[:, 0] > SMALLEST_EIGENVALUE)
    safe = np.where(usable[:, None, None], safe, np.eye(n_items))
    inverse = np.linalg.inv(safe)
    diagonal = np.diagonal(inverse, axis1=1, axis2=2)
    apart = 1 - np.eye(n_items)
    partial = inverse**2 / (diagonal[:, :, None] * diagonal[:, None, :]) * apart
    simple = safe**2 * apart
    with np.errstate(divide="ignore", invalid="ignore"):
        msa = simple.sum(axis=2) / (simple + partial).sum(axis=2)
        kmo = simple.sum(axis=(1, 2)) / (simple + partial).sum(axis=(1, 2))
    smc = np.where(usable[:, None], 1 - 1 / diagonal, nan)
    return _Adequacy(smc, np.where(usable[:, None], msa, nan), np.where(usable, kmo, nan))


def _halves(
    responses: pd.DataFrame,
    numbers: FloatArray,
    units: _Units,
    sign: IntArray,
    compared: _Comparison,
    best: int,
) -> Halves:
    in_first = sign[units.of_respondent] == 1
    kmo = compared.kmo[:, best].tolist()
    kept = "" if units.n_clusters is None else ", clusters kept together"
    judged = bool(np.isfinite(kmo).all())
    return Halves(
        respondents=tuple(responses.index.tolist()),
        in_first=in_first,
        n_first=int(in_first.sum()),
        n_second=int((~in_first).sum()),
        kmo_first=kmo[0],
        kmo_second=kmo[1],
        kmo_ratio=_ratio(compared.kmo[:, best]),
        communality_ratio=_ratio(compared.communality[:, best]),
        largest_msa_difference=float(np.abs(compared.msa_difference[best]).max()),
        largest_correlation_difference=float(compared.largest_correlation_difference[best]),
        n_candidates=compared.kmo.shape[1],
        n_clusters=units.n_clusters,
        n_respondents=len(numbers),
        method=f"the most equivalent of {compared.kmo.shape[1]} random splits in sampling "
        f"adequacy and squared multiple correlations of the items{kept}",
        condition=None if judged else _condition(numbers, units, compared.conditions[best]),
    )


def _ratio(pair: FloatArray) -> float:
    """The smaller as a part of the larger."""
    return float(pair.min() / pair.max()) if pair.max() > 0 else nan


def _condition(numbers: FloatArray, units: _Units, otherwise: str | None) -> str | None:
    empty = np.isnan(numbers).all(axis=0).any()
    few = len(numbers) < 2 * FEWEST_RESPONDENTS
    named = [
        "item_without_answers" if empty else None,
        "constant_item" if is_constant(numbers).any() else None,
        "too_few_groups" if units.n_clusters is not None and units.n_clusters < 2 else None,
        "too_few_respondents" if few else None,
    ]
    return joined(named) or otherwise

"""How each item goes with the other items of its scale."""

from collections.abc import Iterator
from math import nan
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.psychometrics._distributions import tails
from pipeline.psychometrics._fisher import fisher_interval
from pipeline.psychometrics._pairwise import pairwise_moments
from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray, IntArray
from pipeline.psychometrics.items.statistics import ItemEstimate
from pipeline.psychometrics.polyserial.cells import coded, pair_of
from pipeline.psychometrics.polyserial.estimate import estimate_pairs
from pipeline.psychometrics.reliability.alpha import feldt_interval


class WithOthers(NamedTuple):
    """Of each item: its correlations with the others, and alpha of the others."""

    correlations: list[ItemEstimate]
    polyserial: list[ItemEstimate]
    alphas: list[ItemEstimate]


def compare_with_others(used: FloatArray, confidence_level: float) -> WithOthers:
    """What each item shows together with the others; where undefined, why.

    `used` are the answers of the respondents that count, shape (n_respondents, n_items).
    """
    n_items = used.shape[1]
    if n_items == 1 or len(used) < FEWEST_RESPONDENTS:
        reason = "one_item" if n_items == 1 else "too_few_respondents"
        absent = [ItemEstimate(nan, nan, nan, nan, len(used), reason)] * n_items
        return WithOthers(absent, absent, absent)
    answered = ~np.isnan(used)
    covariance, constant = _covariances(used)
    return WithOthers(
        _correlations(covariance, constant, answered, confidence_level),
        _polyserial(used, answered, confidence_level),
        _alphas(covariance, constant, answered, confidence_level),
    )


def _covariances(used: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Covariances of all pairs, exactly zero with an item that is constant, and which are."""
    moments = pairwise_moments(used)
    constant = np.diag(moments.variance) == 0
    return np.where(constant | constant[:, None], 0, moments.covariance), constant


def _rest_variance(covariance: FloatArray) -> FloatArray:
    """Variance of the sum of the others, for each item."""
    return np.asarray(covariance.sum() - 2 * covariance.sum(axis=0) + np.diag(covariance))


# ------------------------------------------------------------------ item-rest correlations


def _correlations(
    covariance: FloatArray,
    constant: npt.NDArray[np.bool_],
    answered: npt.NDArray[np.bool_],
    confidence_level: float,
) -> list[ItemEstimate]:
    """Correlation of each item with the sum of the others, and Fisher's interval."""
    variance = np.diag(covariance)
    product = variance * _rest_variance(covariance)
    defined = product > 0
    scale = np.sqrt(np.where(defined, product, 1))
    estimate = np.where(defined, np.clip((covariance.sum(axis=0) - variance) / scale, -1, 1), nan)
    n = _n_with_another(answered)
    se_of_z = np.where(n > 3, 1 / np.sqrt(np.maximum(n - 3, 1)), nan)
    low, high = fisher_interval(estimate, se_of_z, confidence_level)
    reason = "constant_item" if constant.any() else "undefined_correlation"
    return [
        ItemEstimate(
            estimate=float(estimate[i]),
            se=nan,
            ci_low=float(low[i]),
            ci_high=float(high[i]),
            n_respondents=int(n[i]),
            condition=_condition(estimate[i], low[i], reason),
        )
        for i in range(len(n))
    ]


def _n_with_another(answered: npt.NDArray[np.bool_]) -> IntArray:
    """Respondents who answered the item and at least one other."""
    several = answered.sum(axis=1) > 1
    return np.asarray((answered & several[:, None]).sum(axis=0), dtype=np.int64)


def _condition(estimate: float, ci_low: float, reason: str) -> str | None:
    if np.isnan(estimate):
        return reason
    return "too_few_respondents" if np.isnan(ci_low) else None


# ------------------------------------------------------------------ the same, polyserial


def _polyserial(
    used: FloatArray, answered: npt.NDArray[np.bool_], confidence_level: float
) -> list[ItemEstimate]:
    """Polyserial correlation of each item with the mean of the others."""
    rests = _rest_scores(used, answered)
    pairs = [pair_of(coded(used[:, i]), coded(rest)) for i, rest in enumerate(rests)]
    estimates = estimate_pairs(pairs)
    se_of_z = estimates.se / (1 - estimates.correlation**2)
    low, high = fisher_interval(estimates.correlation, se_of_z, confidence_level)
    return [
        ItemEstimate(
            estimate=float(estimates.correlation[i]),
            se=float(estimates.se[i]),
            ci_low=float(low[i]),
            ci_high=float(high[i]),
            n_respondents=pair.n,
            condition=estimates.condition[i],
        )
        for i, pair in enumerate(pairs)
    ]


def _rest_scores(used: FloatArray, answered: npt.NDArray[np.bool_]) -> Iterator[FloatArray]:
    """For each item the mean of the other answers, missing where fewer than half were given."""
    n_others = used.shape[1] - 1
    n_answered = answered.sum(axis=1)
    total = np.zeros(len(used))
    for column in used.T:
        total += np.nan_to_num(column)
    for i, column in enumerate(used.T):
        n_given = n_answered - answered[:, i]
        rest = (total - np.nan_to_num(column)) / np.maximum(n_given, 1)
        yield np.where(2 * n_given >= n_others, rest, nan)


# ------------------------------------------------------------------ alpha if dropped


def _alphas(
    covariance: FloatArray,
    constant: npt.NDArray[np.bool_],
    answered: npt.NDArray[np.bool_],
    confidence_level: float,
) -> list[ItemEstimate]:
    """Alpha of the others of each item, and Feldt's interval for it."""
    others_vary = constant.sum() - constant == 0
    alphas = np.where(others_vary, _alphas_of_others(covariance), nan)
    n = _n_with_any_other(answered)
    reason, probabilities = _reason_without_alpha(constant), tails(confidence_level)
    found = []
    for estimate, n_respondents in zip(alphas.tolist(), n.tolist(), strict=True):
        shape = n_respondents, len(alphas) - 1
        known = not np.isnan(estimate)
        low, high = feldt_interval(estimate, shape, probabilities) if known else (nan, nan)
        condition = reason if np.isnan(estimate) else None
        found.append(ItemEstimate(estimate, nan, low, high, n_respondents, condition))
    return found


def _alphas_of_others(covariance: FloatArray) -> FloatArray:
    k, variance = len(covariance) - 1, np.diag(covariance)
    if k < 2:
        return np.full(k + 1, nan)
    rest_variance = _rest_variance(covariance)
    defined = rest_variance > 0
    share = (variance.sum() - variance) / np.where(defined, rest_variance, 1)
    return np.where(defined, k / (k - 1) * (1 - share), nan)


def _n_with_any_other(answered: npt.NDArray[np.bool_]) -> IntArray:
    """Respondents who answered at least one of the others."""
    n_answered = answered.sum(axis=1)
    alone = (answered & (n_answered == 1)[:, None]).sum(axis=0)
    return np.asarray((n_answered > 0).sum() - alone, dtype=np.int64)


def _reason_without_alpha(constant: npt.NDArray[np.bool_]) -> str:
    if constant.any():
        return "constant_item"
    return "two_items" if len(constant) == 2 else "undefined_correlation"

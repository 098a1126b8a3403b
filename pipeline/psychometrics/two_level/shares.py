"""How much of items and factors lies between clusters, and how reliable each level is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from pipeline.psychometrics._distributions import normal_quantile, student_quantile, tails
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.reliability.interval import reliability_interval
from pipeline.psychometrics.two_level.estimate import Estimate, Sites
from pipeline.psychometrics.two_level.likelihood import at_point, expected_weights
from pipeline.psychometrics.two_level.solution import Level
from pipeline.psychometrics.two_level.structure import TwoLevelStructure

DIFFERENCE = 1e-5
"""Step of the differences that make slopes of reliabilities, relative to the parameter."""


@dataclass(frozen=True, slots=True)
class BetweenShare:
    """Intraclass correlation of an item or of a factor.

    ``name`` the item or factor; ``is_factor`` which; ``design_effect`` how many times larger the
    error variance of the overall mean is than without clusters.
    """

    name: str
    is_factor: bool
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    design_effect: float


@dataclass(frozen=True, slots=True)
class LevelOmega:
    """Share of the variance of a sum of items, at one level, that their factor explains."""

    factor: str
    level: Level
    estimate: float
    se: float
    ci_low: float
    ci_high: float


def item_shares(
    items: tuple[str, ...], sites: Sites, confidence_level: float
) -> tuple[BetweenShare, ...]:
    """Intraclass correlation of each item, from the saturated model."""
    within, between = (np.diag(own) for own in (sites.saturated.within, sites.saturated.between))
    return tuple(
        _share(item, False, within[i], between[i], _of_item(sites, i), sites, confidence_level)
        for i, item in enumerate(items)
    )


def _of_item(sites: Sites, item: int) -> FloatArray:
    """Sampling covariances of the variances of an item within and between, shape (2, 2)."""
    own = sites.moments.of_items([item])
    saturated = sites.saturated
    pick = np.ix_([item], [item])
    within, between = saturated.within[pick], saturated.between[pick]
    point = at_point(own, within, between, saturated.mean[[item]])
    if point is None:
        return np.full((2, 2), nan)
    weights = expected_weights(own, point)
    both = float(weights.both[0, 0])
    information = np.array(
        [[float(weights.within[0, 0]), both], [both, float(weights.between[0, 0])]]
    )
    return np.asarray(np.linalg.inv(information) * within[0, 0] ** 2)


def factor_shares(
    structure: TwoLevelStructure, found: Estimate, sites: Sites, confidence_level: float
) -> tuple[BetweenShare, ...]:
    """Intraclass correlation of each factor; its loadings must be equal at both levels."""
    names = structure.within.latent
    order = [structure.between.factors.index(name) for name in names]

    def variances(values: FloatArray) -> FloatArray:
        levels = (model.matrices(values) for model in structure.models)
        within, between = (
            np.diag(at.total_effect @ at.factor @ at.total_effect.T) for at in levels
        )
        return np.concatenate([within[: len(names)], between[order]])

    value, errors = variances(found.values), _propagated(variances, found)
    result = []
    for i, name in enumerate(names):
        pair = [i, len(names) + i]
        within, between = value[pair]
        own = errors[np.ix_(pair, pair)]
        result.append(_share(name, True, within, between, own, sites, confidence_level))
    return tuple(result)


def _share(
    name: str,
    is_factor: bool,
    within: float,
    between: float,
    errors: FloatArray,
    sites: Sites,
    confidence_level: float,
) -> BetweenShare:
    r"""An intraclass correlation with its interval.

    Notes
    -----
    The interval is symmetric in :math:`\frac12 \ln\{(1 + (n - 1)\rho) / (1 - \rho)\}`, with n
    the mean size of a cluster, and takes t with a degree of freedom less than there are clusters
    (Fisher 1925, section 39).
    """
    total = within + between
    share = between / total
    slope = np.array([-between, within]) / total**2
    with np.errstate(invalid="ignore"):
        se = float(np.sqrt(slope @ errors @ slope))
    n = sites.answers.n_respondents / sites.answers.n_groups
    low, high = _share_interval(share, se, n, sites.answers.n_groups, confidence_level)
    sizes = sites.answers.sizes
    effect = 1 + (float((sizes**2).sum() / sizes.sum()) - 1) * share
    return BetweenShare(name, is_factor, float(share), se, low, high, float(effect))


def _share_interval(
    share: float, se: float, n: float, n_groups: int, confidence_level: float
) -> tuple[float, float]:
    top, bottom = 1 + (n - 1) * share, 1 - share
    if not (top > 0 and bottom > 0 and np.isfinite(se)):
        return nan, nan
    half = student_quantile(tails(confidence_level)[1], n_groups - 1) * se
    half *= 0.5 * ((n - 1) / top + 1 / bottom)
    limits = (top / bottom * np.exp(sign * 2 * half) for sign in (-1, 1))
    low, high = ((ratio - 1) / (ratio + n - 1) for ratio in limits)
    return min(max(float(low), 0.0), share), float(high)


def level_omegas(
    structure: TwoLevelStructure, found: Estimate, confidence_level: float
) -> tuple[LevelOmega, ...]:
    r"""Omega of the items of each factor at each level.

    Notes
    -----
    :math:`\omega = (1'\lambda)^2 \psi / 1'\Sigma 1` over the items of the factor with the loadings,
    factor variance and implied covariances of the level (Geldhof et al. 2014); delta method, limits
    symmetric in :math:`\ln(1 - \omega)`.
    """
    levels: tuple[tuple[int, Level], ...] = ((0, "within"), (1, "between"))
    pairs = [
        (level, number, factor)
        for number, level in levels
        for factor in structure.models[number].table.latent
        if _items_of(structure, number, factor)
    ]

    def omegas(values: FloatArray) -> FloatArray:
        return np.array([_omega(structure, number, factor, values) for _, number, factor in pairs])

    estimates, errors = omegas(found.values), _propagated(omegas, found)
    width = normal_quantile(tails(confidence_level)[1])
    result = []
    for (level, _, factor), own, variance in zip(pairs, estimates, np.diag(errors), strict=True):
        se = sqrt(variance) if variance >= 0 else nan
        low, high = reliability_interval(float(own), se, width) if own < 1 else (nan, nan)
        result.append(LevelOmega(factor, level, float(own), se, low, high))
    return tuple(result)


def _items_of(structure: TwoLevelStructure, number: int, factor: str) -> list[int]:
    """Places of the items that a factor is measured by."""
    table = structure.models[number].table
    return [
        row.row
        for row in table.rows
        if row.matrix == "lambda" and row.left == factor and (row.free >= 0 or row.value)
    ]


def _omega(structure: TwoLevelStructure, number: int, factor: str, values: FloatArray) -> float:
    model = structure.models[number]
    at = model.matrices(values)
    items, column = _items_of(structure, number, factor), model.table.factors.index(factor)
    factors = at.total_effect @ at.factor @ at.total_effect.T
    implied = at.loadings[items] @ factors @ at.loadings[items].T
    total = float((implied + at.residual[np.ix_(items, items)]).sum())
    common = float(at.loadings[items, column].sum() ** 2 * factors[column, column])
    return common / total if total > 0 else nan


def residual_shares(structure: TwoLevelStructure, values: FloatArray) -> dict[str, float]:
    """Share of what differs between clusters on each item that no factor explains; 0 or more."""
    at = structure.models[1].matrices(values)
    passed = at.loadings @ at.total_effect
    residual = np.maximum(np.diag(at.residual), 0.0)
    total = residual + np.maximum(np.diag(passed @ at.factor @ passed.T), 0.0)
    share = np.divide(residual, total, out=np.zeros_like(residual), where=total > 0)
    of_item = dict(zip(structure.between.items, share.tolist(), strict=True))
    return {item: of_item[item] for item in structure.items}


def _propagated(function: Callable[[FloatArray], FloatArray], found: Estimate) -> FloatArray:
    """Sampling covariances of what a function makes of the parameters (delta method)."""
    columns = []
    for place, value in enumerate(found.values):
        step = np.zeros(len(found.values))
        step[place] = DIFFERENCE * max(abs(value), 0.1)
        moved = function(found.values + step) - function(found.values - step)
        columns.append(moved / (2 * step[place]))
    slopes = np.stack(columns, axis=1)
    return np.asarray(slopes @ found.covariance @ slopes.T)

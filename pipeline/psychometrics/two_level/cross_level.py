"""Whether what differs between sites is the same as what differs between respondents."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import nan
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from pipeline.psychometrics._distributions import chi_square_tail, tails
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.result import Result
from pipeline.psychometrics.two_level.clusters import (
    ClusteredAnswers,
    clustered_answers,
    unusable_clusters,
)
from pipeline.psychometrics.two_level.estimate import Estimate, Sites, condensed, estimate
from pipeline.psychometrics.two_level.fit import method_of, reservations
from pipeline.psychometrics.two_level.identification import require_identified
from pipeline.psychometrics.two_level.shares import (
    BetweenShare,
    LevelOmega,
    factor_shares,
    item_shares,
    level_omegas,
    residual_shares,
)
from pipeline.psychometrics.two_level.solution import fit_of, srmr_of_correlations
from pipeline.psychometrics.two_level.steps import Step, carried_over, cross_level_steps
from pipeline.psychometrics.two_level.structure import ModelText


@dataclass(frozen=True, slots=True)
class CrossLevelStep:
    """One model of the ladder, and how it differs from the one before.

    Attributes
    ----------
    name, constraint : str
        Configural, metric or strong, and what it demands.
    chi_square, df, p_value, cfi, tli, rmsea, srmr_within, srmr_between, log_likelihood, aic, bic
        Its fit.
    chi_square_difference, df_difference, p_value_difference : float
        Likelihood-ratio test against the step before; NaN for the first.
    cfi_change, rmsea_change, srmr_within_change, srmr_between_change : float
        Fit less that of the step before.
    condition : str or None
        What stood in its way.
    """

    name: str
    constraint: str
    chi_square: float
    df: int
    p_value: float
    cfi: float
    tli: float
    rmsea: float
    srmr_within: float
    srmr_between: float
    log_likelihood: float
    aic: float
    bic: float
    chi_square_difference: float
    df_difference: int
    p_value_difference: float
    cfi_change: float
    rmsea_change: float
    srmr_within_change: float
    srmr_between_change: float
    condition: str | None


@dataclass(frozen=True, slots=True)
class CrossLevelInvariance(Result):
    """A model whose loadings, and residuals between clusters, are held equal step by step.

    Attributes
    ----------
    steps : tuple of CrossLevelStep
        Configural, metric and strong; none if nothing could be estimated.
    icc : tuple of BetweenShare
        Of every item, then of every factor (from the metric model).
    omega : tuple of LevelOmega
        Of every factor within and between, from the configural model.
    residual_share_between : dict of str to float
        Of what differs between clusters on an item, the share that is not the factor's (metric).
    n_groups : int
        Clusters.
    group_sizes : tuple of int
        Respondents of each.
    confidence_level : float
        Coverage of the intervals.
    n_respondents, n_total : int
        Respondents with every answer and a cluster, and respondents given.
    method : str
        How it was computed.
    condition : str or None
        What stood in the way.
    """

    steps: tuple[CrossLevelStep, ...]
    icc: tuple[BetweenShare, ...]
    omega: tuple[LevelOmega, ...]
    residual_share_between: dict[str, float]
    n_groups: int
    group_sizes: tuple[int, ...]
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def step(self, name: str) -> CrossLevelStep:
        """The step of this name."""
        return next(own for own in self.steps if own.name == name)

    def to_rows(self) -> pd.DataFrame:
        """Rows of fit and of its change, of intraclass correlations and of omega."""
        rows = [row for own in self.steps for row in _step_rows(own)]
        rows += [self._share_row(own) for own in self.icc]
        rows += [self._omega_row(own) for own in self.omega]
        for item, share in self.residual_share_between.items():
            row = {"item": item, "statistic": "between_residual_share", "estimate": share}
            rows.append(row)
        rows.append({"statistic": "n_groups", "estimate": self.n_groups})
        shared = {"n_respondents": self.n_respondents, "method": self.method}
        return long_table(rows, **shared, condition=self.condition)

    def _share_row(self, own: BetweenShare) -> dict[str, Any]:
        side, name = ("factor", "icc_factor") if own.is_factor else ("item", "icc")
        return {side: own.name, "statistic": name, **self._interval(own)}

    def _omega_row(self, own: LevelOmega) -> dict[str, Any]:
        name = f"omega_{own.level}"
        return {"factor": own.factor, "statistic": name, **self._interval(own)}

    def _interval(self, own: BetweenShare | LevelOmega) -> dict[str, Any]:
        limits = {"ci_low": own.ci_low, "ci_high": own.ci_high}
        level = {"confidence_level": self.confidence_level} if own.ci_low == own.ci_low else {}
        return {"estimate": own.estimate, "se": own.se, **limits, **level}


def _step_rows(step: CrossLevelStep) -> list[dict[str, Any]]:
    """Every number of a step, under its name; those of no step before are left out."""
    values = {field.name: getattr(step, field.name) for field in fields(step)}
    return [
        {"statistic": f"{step.name}_{name}", "estimate": value, "condition": step.condition}
        for name, value in values.items()
        if isinstance(value, (int, float)) and value == value
    ]


def cross_level_invariance(
    model: ModelText, data: pd.DataFrame, cluster: str, confidence_level: float = 0.95
) -> CrossLevelInvariance:
    r"""Whether the factors of sites are those of respondents, and nothing else moves the items.

    Parameters
    ----------
    model : str or mapping of str to sequence of str
        One model for both levels, as for :func:`cfa`.
    data : DataFrame
        A respondent per row; answers are taken as continuous.
    cluster : str
        Column that names the cluster of each respondent.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    CrossLevelInvariance

    Raises
    ------
    ValueError
        As :func:`two_level_cfa`.

    Notes
    -----
    With clusters too small or too many for a model of groups, their comparability shows in a
    two-level model [1]_: equal loadings in every cluster imply equal loadings at both levels
    (metric; the factor between clusters is then the mean of the factor within), and equal
    intercepts in every cluster imply no residual variance between them (strong). Each step is
    tested against the step before by the likelihood ratio. Residual variances between clusters are
    estimated without the bound at zero, so that zero is inside the range and the usual chi-square
    holds; with the bound the test would be conservative. Where the test of overall fit is held
    against a saturated covariance at its boundary it is conservative: condition
    ``between_groups_at_boundary``.

    Omega of each level is that of [2]_. The design effect takes :math:`\sum n_j^2 / N` for the
    size of a cluster (Kish). CFI and RMSEA depend far more on the level within than on that
    between: a change of them says little of the strong step, of which `residual_share_between`
    tells the size.

    References
    ----------
    .. [1] Jak & Jorgensen (2017). Frontiers in Psychology, 8, 1640.
    .. [2] Geldhof, Preacher & Zyphur (2014). Psychological Methods, 19(1), 72-91.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> site = np.repeat(np.arange(60), 10)
    >>> practice = rng.normal(size=(60, 1))[site] * 0.5 + rng.normal(size=(600, 1))
    >>> answers = pd.DataFrame(practice + rng.normal(size=(600, 4)), columns=list("abcd"))
    >>> model = {"practice": ["a", "b", "c", "d"]}
    >>> ladder = cross_level_invariance(model, answers.assign(site=site), "site")
    >>> [(step.name, step.df) for step in ladder.steps]
    [('configural', 4), ('metric', 7), ('strong', 11)]
    """
    tails(confidence_level)
    steps = cross_level_steps(model)
    for step in steps:
        require_identified(step.structure)
    answers = clustered_answers(data, steps[0].structure.items, cluster)
    unusable = unusable_clusters(answers)
    if unusable:
        return _result(answers, confidence_level, _Parts(), unusable)
    sites = condensed(answers)
    reservation = joined(reservations(steps[0].structure, sites))
    return _result(answers, confidence_level, _parts(steps, sites, confidence_level), reservation)


class _Parts(NamedTuple):
    """What is estimated; empty where nothing can be."""

    steps: tuple[CrossLevelStep, ...] = ()
    icc: tuple[BetweenShare, ...] = ()
    omega: tuple[LevelOmega, ...] = ()
    residual_share_between: Mapping[str, float] = MappingProxyType({})


def _parts(steps: tuple[Step, ...], sites: Sites, confidence_level: float) -> _Parts:
    found = estimates_of(steps, sites)
    first, metric = steps[0].structure, steps[1].structure
    return _Parts(
        _ladder(steps, found, sites),
        (
            *item_shares(first.items, sites, confidence_level),
            *factor_shares(metric, found[1], sites, confidence_level),
        ),
        level_omegas(first, found[0], confidence_level),
        residual_shares(metric, found[1].values),
    )


def estimates_of(steps: tuple[Step, ...], sites: Sites) -> list[Estimate]:
    """Estimates of every step, each no worse than the stricter step after it.

    A step that was not found, or is less likely than a stricter one, is searched for again from
    where the stricter one ended.
    """
    found = [estimate(step.structure, sites) for step in steps]
    for place in range(len(steps) - 2, -1, -1):
        own, stricter = found[place], found[place + 1]
        if own.words.count("not_converged") or own.log_likelihood < stricter.log_likelihood:
            start = carried_over(steps[place + 1].structure, stricter, steps[place].structure)
            again = estimate(steps[place].structure, sites, start=start)
            found[place] = min(own, again, key=_unfitness)
    return found


def _unfitness(found: Estimate) -> tuple[bool, float]:
    """What is not found comes last, then what is less likely."""
    return "not_converged" in found.words, -found.log_likelihood


def _result(
    answers: ClusteredAnswers, confidence_level: float, parts: _Parts, condition: str | None
) -> CrossLevelInvariance:
    return CrossLevelInvariance(
        steps=parts.steps,
        icc=parts.icc,
        omega=parts.omega,
        residual_share_between=dict(parts.residual_share_between),
        n_groups=answers.n_groups,
        group_sizes=tuple(int(size) for size in answers.sizes),
        confidence_level=confidence_level,
        n_respondents=answers.n_respondents,
        n_total=answers.n_total,
        method=method_of("standard"),
        condition=condition,
    )


def _ladder(
    steps: tuple[Step, ...], found: list[Estimate], sites: Sites
) -> tuple[CrossLevelStep, ...]:
    """Every step with its fit and its change from the step before."""
    result: list[CrossLevelStep] = []
    for step, own in zip(steps, found, strict=True):
        result.append(_step(step, own, sites, result[-1] if result else None))
    return tuple(result)


def _step(
    step: Step, found: Estimate, sites: Sites, before: CrossLevelStep | None
) -> CrossLevelStep:
    within, between = step.structure.moments(found.values)
    srmr_within = srmr_of_correlations(sites.saturated.within, within.covariance)
    srmr_between = srmr_of_correlations(sites.saturated.between, between.covariance)
    condition = joined([*found.words, *reservations(step.structure, sites)])
    fit = fit_of(
        step.structure,
        found,
        sites,
        srmr_within + srmr_between,
        method_of("standard"),
        condition,
    )
    gain = nan if before is None else 2 * (before.log_likelihood - found.log_likelihood)
    df_gain = 0 if before is None else fit.df - before.df
    return CrossLevelStep(
        name=step.name,
        constraint=step.constraint,
        chi_square=fit.chi_square,
        df=fit.df,
        p_value=fit.p_value,
        cfi=fit.cfi,
        tli=fit.tli,
        rmsea=fit.rmsea,
        srmr_within=srmr_within,
        srmr_between=srmr_between,
        log_likelihood=found.log_likelihood,
        aic=fit.aic,
        bic=fit.bic,
        chi_square_difference=gain,
        df_difference=df_gain,
        p_value_difference=chi_square_tail(max(gain, 0.0), df_gain) if df_gain > 0 else nan,
        cfi_change=nan if before is None else fit.cfi - before.cfi,
        rmsea_change=nan if before is None else fit.rmsea - before.rmsea,
        srmr_within_change=nan if before is None else srmr_within - before.srmr_within,
        srmr_between_change=nan if before is None else srmr_between - before.srmr_between,
        condition=condition,
    )

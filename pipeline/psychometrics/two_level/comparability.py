"""The gate that says whether sites may be compared on a practice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import nan
from typing import Literal, NamedTuple

import pandas as pd

from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.confirmatory.model_text import parameters_of
from pipeline.psychometrics.result import Result
from pipeline.psychometrics.two_level.cross_level import (
    CrossLevelInvariance,
    CrossLevelStep,
    cross_level_invariance,
)
from pipeline.psychometrics.two_level.structure import ModelText

FEWEST_SITES = 40
"""Sites from which the factor structure between them can be estimated (Meuleman & Billiet 2009,
Survey Research Methods 3(1), 45-58: 20 groups are not enough, 40 could be)."""

FEWEST_ANSWERS = 8
"""Respondents that make a site count: with an intraclass correlation of .10 the mean of eight has a
reliability of .47. A convention of this project."""

LOWEST_CFI = 0.90
"""Below it one factor at each level does not describe the items (Bentler & Bonett 1980)."""

HIGHEST_SRMR_WITHIN = 0.08
"""Likewise (Hu & Bentler 1999)."""

SIGNIFICANCE = 0.05
"""Level of the likelihood-ratio tests."""

LARGEST_CFI_LOSS = 0.01
"""Loss of CFI from which unequal loadings count as more than chance makes certain in large samples
(Cheung & Rensvold 2002)."""

LARGEST_RESIDUAL_SHARE = 0.20
"""Mean share of what differs between sites on the items that is not the practice, up to which
comparisons may be made with caution. A convention of this project."""

Verdict = Literal["yes", "with caution", "no", "cannot be told"]


@dataclass(frozen=True, slots=True)
class SiteComparability(Result):
    """Whether sites may be compared on one practice, and why.

    Attributes
    ----------
    practice : str
        The factor of the model.
    verdict : {"yes", "with caution", "no", "cannot be told"}
        May sites be compared?
    reason : str
        One sentence with the numbers.
    rule : str
        Name of the rule that decided.
    n_sites, n_sites_counted : int
        Sites, and those with at least FEWEST_ANSWERS respondents.
    cfi, srmr_within : float
        Fit of the same model at both levels.
    p_value_metric, cfi_change_metric : float
        Test and loss of fit of equal loadings.
    p_value_strong : float
        Test of no residual variance between sites.
    residual_share : float
        Mean share of what differs between sites on the items that is not the practice.
    icc, icc_low, icc_high : float
        Share of the variance of the practice that lies between sites.
    ladder : CrossLevelInvariance
        All that it rests on.
    confidence_level : float
        Coverage of the interval.
    n_respondents, n_total : int
        Respondents with every answer and a site, and respondents given.
    method : str
        How it was computed.
    condition : str or None
        What stood in the way.
    """

    practice: str
    verdict: Verdict
    reason: str
    rule: str
    n_sites: int
    n_sites_counted: int
    cfi: float
    srmr_within: float
    p_value_metric: float
    cfi_change_metric: float
    p_value_strong: float
    residual_share: float
    icc: float
    icc_low: float
    icc_high: float
    ladder: CrossLevelInvariance
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row per number that the verdict rests on."""
        rows = [
            {"statistic": name, "estimate": getattr(self, name)}
            for name in NUMBERS
            if getattr(self, name) == getattr(self, name)
        ]
        interval = {"ci_low": self.icc_low, "ci_high": self.icc_high}
        share = {"statistic": "icc_factor", "estimate": self.icc, **interval}
        if self.icc_low == self.icc_low:
            rows.append({**share, "confidence_level": self.confidence_level})
        return long_table(
            rows,
            factor=self.practice,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def __str__(self) -> str:
        """The verdict in a line, then the numbers."""
        head = f"May sites be compared on {self.practice}? {self.verdict}: {self.reason}"
        return f"{head}\n\n{Result.__str__(self)}"


NUMBERS = (
    "n_sites",
    "n_sites_counted",
    "cfi",
    "srmr_within",
    "p_value_metric",
    "cfi_change_metric",
    "p_value_strong",
    "residual_share",
)


class Rule(NamedTuple):
    """A verdict, when it is given and how it is said; the first rule that applies decides."""

    name: str
    applies: Callable[[SiteComparability], bool]
    verdict: Verdict
    reason: str


RULES: tuple[Rule, ...] = (
    Rule(
        "too_few_sites",
        lambda own: own.n_sites_counted < FEWEST_SITES,
        "cannot be told",
        "{n_sites_counted} of {n_sites} sites have at least {fewest_answers} complete answers, and "
        "{fewest_sites} are needed: {sites_missing} more.",
    ),
    Rule(
        "not_estimated",
        lambda own: _has_failed(own.ladder),
        "cannot be told",
        "The two-level model could not be estimated from these answers ({condition}).",
    ),
    Rule(
        "model_does_not_fit",
        lambda own: own.cfi < LOWEST_CFI or own.srmr_within > HIGHEST_SRMR_WITHIN,
        "no",
        "The items do not measure one thing: CFI is {cfi:.3f} (at least {lowest_cfi:.2f} "
        "needed) and SRMR within sites {srmr_within:.3f} (at most {highest_srmr:.2f}).",
    ),
    Rule(
        "loadings_differ",
        lambda own: own.p_value_metric < SIGNIFICANCE and own.cfi_change_metric < -LARGEST_CFI_LOSS,
        "no",
        "What differs between sites is not what differs between people: the items weigh "
        "differently ({metric}, CFI changes by {cfi_change_metric:.3f}).",
    ),
    Rule(
        "sites_differ_on_items",
        lambda own: (
            own.p_value_strong < SIGNIFICANCE and own.residual_share > LARGEST_RESIDUAL_SHARE
        ),
        "no",
        "Sites differ on single items for reasons other than the scale: {residual_share:.0%} of "
        "the differences between sites, and at most {largest_share:.0%} is allowed ({strong}).",
    ),
    Rule(
        "no_difference_between_sites",
        lambda own: not own.icc_low > 0,
        "with caution",
        "The items work alike in all sites, but sites hardly differ: {icc:.1%} of the variance of "
        "the scale lies between them (interval from {icc_low:.1%} to {icc_high:.1%}), so an "
        "order of sites would be chance.",
    ),
    Rule(
        "small_differences",
        lambda own: min(own.p_value_metric, own.p_value_strong) < SIGNIFICANCE,
        "with caution",
        "The items do not work quite alike in all sites, but little depends on it: equal weights "
        "{metric}; other reasons make {residual_share:.0%} of the differences between sites "
        "({strong}).",
    ),
    Rule(
        "comparable",
        lambda own: True,
        "yes",
        "The items work alike in all {n_sites} sites: equal weights {metric}, no other differences "
        "between sites {strong}; {icc:.0%} of the variance of the scale lies between sites.",
    ),
)


def comparability(
    model: ModelText, data: pd.DataFrame, cluster: str, confidence_level: float = 0.95
) -> SiteComparability:
    """Whether sites may be compared on this practice, and why.

    Parameters
    ----------
    model : str or mapping of str to sequence of str
        One factor with three items or more.
    data : DataFrame
        A respondent per row; answers are taken as continuous.
    cluster : str
        Column that names the site of each respondent.
    confidence_level : float, optional
        Coverage of the interval of the intraclass correlation.

    Returns
    -------
    SiteComparability

    Raises
    ------
    ValueError
        If the model has not exactly one factor, and as :func:`cross_level_invariance`.

    Notes
    -----
    :func:`cross_level_invariance` read by the table RULES, of which the first row that applies
    decides; its limits are the constants of this module, each with its source.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> site = np.repeat(np.arange(60), 10)
    >>> practice = rng.normal(size=(60, 1))[site] * 0.5 + rng.normal(size=(600, 1))
    >>> answers = pd.DataFrame(practice + rng.normal(size=(600, 4)), columns=list("abcd"))
    >>> model = {"practice": ["a", "b", "c", "d"]}
    >>> comparability(model, answers.assign(site=site), "site").verdict
    'yes'
    """
    factors = dict.fromkeys(own.left for own in parameters_of(model) if own.operator == "=~")
    if len(factors) != 1:
        raise ValueError(
            f"comparability is told for one practice at a time, but the model has {len(factors)} "
            f"factors ({', '.join(factors)}); call it once for each"
        )
    ladder = cross_level_invariance(model, data, cluster, confidence_level)
    evidence = _evidence(next(iter(factors)), ladder)
    rule = next(own for own in RULES if own.applies(evidence))
    return replace(
        evidence, verdict=rule.verdict, rule=rule.name, reason=sentence_of(rule, evidence)
    )


def _evidence(practice: str, ladder: CrossLevelInvariance) -> SiteComparability:
    """Everything the rules look at, before a verdict."""
    shares = ladder.residual_share_between.values()
    factor = next((own for own in ladder.icc if own.is_factor), None)
    steps = {own.name: own for own in ladder.steps}

    def of_step(name: str, number: str) -> float:
        return float(getattr(steps[name], number)) if name in steps else nan

    return SiteComparability(
        practice=practice,
        verdict="cannot be told",
        reason="",
        rule="",
        n_sites=ladder.n_groups,
        n_sites_counted=sum(size >= FEWEST_ANSWERS for size in ladder.group_sizes),
        cfi=of_step("configural", "cfi"),
        srmr_within=of_step("configural", "srmr_within"),
        p_value_metric=of_step("metric", "p_value_difference"),
        cfi_change_metric=of_step("metric", "cfi_change"),
        p_value_strong=of_step("strong", "p_value_difference"),
        residual_share=sum(shares) / len(shares) if shares else nan,
        icc=factor.estimate if factor else nan,
        icc_low=factor.ci_low if factor else nan,
        icc_high=factor.ci_high if factor else nan,
        ladder=ladder,
        confidence_level=ladder.confidence_level,
        n_respondents=ladder.n_respondents,
        n_total=ladder.n_total,
        method=ladder.method,
        condition=ladder.condition,
    )


def _has_failed(ladder: CrossLevelInvariance) -> bool:
    """Whether a step has no estimates that can be used."""
    words = {word for own in ladder.steps for word in (own.condition or "").split()}
    return not ladder.steps or "not_converged" in words


def sentence_of(rule: Rule, own: SiteComparability) -> str:
    """The reason that a rule gives, with the numbers of a practice."""
    tests = {name: _test(own.ladder, name) for name in ("metric", "strong")}
    numbers = {name: getattr(own, name) for name in NUMBERS}
    return rule.reason.format(
        **numbers,
        **tests,
        icc=own.icc,
        icc_low=own.icc_low,
        icc_high=own.icc_high,
        condition=own.condition or "the search did not end",
        fewest_sites=FEWEST_SITES,
        fewest_answers=FEWEST_ANSWERS,
        sites_missing=FEWEST_SITES - own.n_sites_counted,
        lowest_cfi=LOWEST_CFI,
        highest_srmr=HIGHEST_SRMR_WITHIN,
        largest_share=LARGEST_RESIDUAL_SHARE,
    )


def _test(ladder: CrossLevelInvariance, name: str) -> str:
    """A likelihood-ratio test in words."""
    step: CrossLevelStep | None = next((own for own in ladder.steps if own.name == name), None)
    if step is None:
        return "not tested"
    p = step.p_value_difference
    probability = "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".")
    return f"chi-square {step.chi_square_difference:.1f} on {step.df_difference} df, {probability}"

"""Groups that differ by chance around one mean: variances, and the mean of each group shrunken."""

from dataclasses import dataclass
from math import ceil, isinf, nan, sqrt
from typing import NamedTuple, get_args

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import chi_square_quantile, tails
from pipeline.psychometrics._grouping import grouping_of
from pipeline.psychometrics._responses import FloatArray, IntArray, few_groups, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.multilevel.covariates import (
    OWN_SHARE,
    Coefficient,
    LeftOut,
    coefficients_of,
    design_of,
    knows_numbers,
    own_columns,
    rows_of_coefficients,
    student_reach,
)
from pipeline.psychometrics.multilevel.group_sums import (
    GroupSums,
    adjusted_group_size,
    deviations_of,
    require_alike,
    sums_of,
    sums_of_each,
)
from pipeline.psychometrics.multilevel.variance_profile import (
    Estimator,
    Fit,
    Moments,
    best_fit,
    likely_ratios,
)
from pipeline.psychometrics.result import Result

BY_GROUP = (
    "n",
    "raw_mean",
    "raw_sd",
    "reliability",
    "shrunken_mean",
    "conditional_se",
    "prediction_se",
)


@dataclass(frozen=True, slots=True, eq=False)
class RandomIntercept(Result):
    """Variance between and within groups, and what they say of the mean of each group.

    Attributes
    ----------
    groups : tuple of str
        Groups with a score, in their order.
    n : ndarray, shape (n_groups,)
        Respondents of each group with a score (and covariates).
    raw_mean, raw_sd : ndarray, shape (n_groups,)
        Mean and standard deviation of their scores; of one respondent no standard deviation.
    reliability : ndarray, shape (n_groups,)
        Of the mean of the group: :math:`n \\tau / (n \\tau + \\sigma^2)`.
    shrunken_mean : ndarray, shape (n_groups,)
        Best linear unbiased prediction of the mean of the group; with covariates of what it would
        be if its members were like all respondents.
    conditional_se : ndarray, shape (n_groups,)
        Its standard error if intercept and coefficients were known, as lme4's ``condVar``.
    prediction_se : ndarray, shape (n_groups,)
        Its standard error with the uncertainty of intercept and coefficients; for intervals.
    variance_between, variance_within : float
        :math:`\\tau` and :math:`\\sigma^2`.
    intercept, intercept_se, intercept_ci_low, intercept_ci_high : float
        Mean of the groups, where covariates are 0, with Student's interval on `n_groups` - 1
        degrees of freedom, less one for each covariate that does not vary within groups.
    coefficients : tuple of Coefficient
        Of the covariates; none without. Those that vary within groups have intervals on
        `n_respondents` - `n_groups` degrees of freedom less one for each of them, the others on
        those of the intercept.
    references : tuple of (str, str)
        Covariates with categories, and the category that the others are held against.
    left_out : tuple of LeftOut
        Covariates without a coefficient.
    log_likelihood : float
        Of the estimator, as lme4's ``logLik``.
    icc1, icc1_ci_low, icc1_ci_high : float
        Share of the variance that lies between groups, and its profile-likelihood interval.
    icc2_mean : float
        Mean over groups of `reliability`.
    icc2_at_mean_n : float
        Reliability of the mean of a group of mean size.
    design_effect : float
        By what the variance of a mean of all respondents is larger than without groups.
    n_for_reliability_70, n_for_reliability_80 : int or None
        Respondents a group needs for means with reliability .70 and .80; none where groups do not
        differ.
    n0, mean_group_size : float
        Adjusted and plain mean group size.
    n_groups : int
        Groups with a score.
    estimator : {"REML", "ML"}
        Restricted or plain maximum likelihood.
    confidence_level : float
        Coverage of the intervals.
    n_respondents, n_total : int
        Respondents used and given.
    method : str
        How it was computed.
    condition : str or None
        ``too_few_groups``, ``no_repeated_groups``, ``no_variation``, ``too_few_respondents``,
        ``not_identified`` (as many covariates as groups): no estimate.
        ``no_variance_between_groups``: groups differ no more than by chance, so every shrunken mean
        is the same. ``no_variation_within_groups``: nothing is shrunken. ``few_groups``: intervals
        are rough. ``covariate_left_out``: see `left_out`.
    """

    groups: tuple[str, ...]
    n: IntArray
    raw_mean: FloatArray
    raw_sd: FloatArray
    reliability: FloatArray
    shrunken_mean: FloatArray
    conditional_se: FloatArray
    prediction_se: FloatArray
    variance_between: float
    variance_within: float
    intercept: float
    intercept_se: float
    intercept_ci_low: float
    intercept_ci_high: float
    coefficients: tuple[Coefficient, ...]
    references: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]
    log_likelihood: float
    icc1: float
    icc1_ci_low: float
    icc1_ci_high: float
    icc2_mean: float
    icc2_at_mean_n: float
    design_effect: float
    n_for_reliability_70: int | None
    n_for_reliability_80: int | None
    n0: float
    mean_group_size: float
    n_groups: int
    estimator: Estimator
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def by_group(self) -> pd.DataFrame:
        """One row a group, in their order: its name and everything that is told of it."""
        groups = pd.array(list(self.groups), dtype="string")
        return pd.DataFrame({"group": groups, **{name: getattr(self, name) for name in BY_GROUP}})

    def to_rows(self) -> pd.DataFrame:
        """What holds over all groups; a row a group is told by :meth:`by_group`."""
        level, suffix = self.confidence_level, self.estimator.lower()
        mean = "programme_mean" if not self.coefficients else "intercept"
        icc1 = {"ci_low": self.icc1_ci_low, "ci_high": self.icc1_ci_high}
        told: dict[str, dict[str, object]] = {
            f"icc1_{suffix}": {"estimate": self.icc1, **icc1, "confidence_level": level},
            f"icc2_{suffix}_mean": {"estimate": self.icc2_mean},
            f"icc2_{suffix}_at_mean_n": {"estimate": self.icc2_at_mean_n},
            "variance_between": {"estimate": self.variance_between},
            "variance_within": {"estimate": self.variance_within},
            f"{mean}_{suffix}": {
                "estimate": self.intercept,
                "se": self.intercept_se,
                "ci_low": self.intercept_ci_low,
                "ci_high": self.intercept_ci_high,
                "confidence_level": level,
            },
            "design_effect": {"estimate": self.design_effect},
            "n_for_reliability_70": {"estimate": self.n_for_reliability_70},
            "n_for_reliability_80": {"estimate": self.n_for_reliability_80},
            f"log_likelihood_{suffix}": {"estimate": self.log_likelihood},
            f"n_groups_{suffix}": {"estimate": self.n_groups},
        }
        rows: list[dict[str, object]] = [
            {"statistic": name, **values} for name, values in told.items()
        ]
        rows += rows_of_coefficients(self.coefficients, "coefficient", level)
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


class _OfGroups(NamedTuple):
    """What is told of each group."""

    reliability: FloatArray
    shrunken_mean: FloatArray
    conditional_se: FloatArray
    prediction_se: FloatArray


class _OfFixed(NamedTuple):
    """Intercept and coefficients."""

    intercept: float
    intercept_se: float
    intercept_ci_low: float
    intercept_ci_high: float
    coefficients: tuple[Coefficient, ...]


class _OfShares(NamedTuple):
    """The share of the variance between groups, and what follows for the size of groups."""

    icc1: float
    icc1_ci_low: float
    icc1_ci_high: float
    icc2_mean: float
    icc2_at_mean_n: float
    design_effect: float
    n_for_reliability_70: int | None
    n_for_reliability_80: int | None
    n0: float
    mean_group_size: float


class _Fixed(NamedTuple):
    """The covariates as the likelihood sees them, each less its mean over respondents."""

    names: tuple[str, ...]
    group_means: FloatArray
    within: FloatArray
    within_score: FloatArray
    varies_within: np.typing.NDArray[np.bool_]
    origins: FloatArray
    references: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]


def random_intercept(
    scores: pd.Series,
    groups: pd.Series,
    covariates: pd.DataFrame | None = None,
    method: Estimator = "REML",
    confidence_level: float = 0.95,
) -> RandomIntercept:
    r"""Variance between and within groups by a mixed model, and shrunken means of the groups.

    Parameters
    ----------
    scores : Series, shape (n_respondents,)
        Numbers or missing.
    groups : Series, shape (n_respondents,)
        The group of each respondent, or missing. Groups are told in sorted order, those of a
        categorical Series in the order of its categories.
    covariates : DataFrame, shape (n_respondents, n_covariates), optional
        Numbers and categories. Of categories the most frequent is the reference, and who gave none
        is a category ``not stated``; who lacks a number is left out.
    method : {"REML", "ML"}, optional
        Restricted maximum likelihood, which takes into account that the intercept is estimated, or
        plain maximum likelihood.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    RandomIntercept

    Raises
    ------
    ValueError
        If the tables are not of the same respondents, scores are not numbers, a covariate is
        neither number nor category, or there is no such method or level.

    Notes
    -----
    .. math::
        y_{ij} = \beta_0 + x_{ij}'\beta + u_j + e_{ij}, \qquad
        u_j \sim N(0, \tau), \quad e_{ij} \sim N(0, \sigma^2)

    The likelihood is profiled to one number, the ratio of the variances, and needs only sums by
    group; its highest point is found to the last digits (``variance_profile``). With
    :math:`\lambda_j = n_j \tau / (n_j \tau + \sigma^2)` and :math:`\hat V` the covariance matrix of
    the :math:`p` coefficients (:math:`\hat\beta_0` alone without covariates),

    .. math::
        \hat\mu_j &= \hat\beta_0 + \bar x'\hat\beta
            + \lambda_j (\bar y_j - \hat\beta_0 - \bar x_j'\hat\beta) \\
        SE_{cond}^2 &= \tau (1 - \lambda_j) \\
        SE_{pred}^2 &= \tau (1 - \lambda_j)
            + (\bar x - \lambda_j \bar x_j)' \hat V (\bar x - \lambda_j \bar x_j)

    where the means of covariates begin with 1 [1]_ [2]_. Neither standard error knows that the
    variances are estimated: with sites of 3 to 300 people, intervals of 1.96 `prediction_se` held
    93 to 95 % of simulated true means with 30 groups or more, but 83 to 94 % with ten, fewest where
    ICC(1) was .02. The interval of ICC(1) holds the values at which the deviance is by no more than
    the chi-square quantile with one degree of freedom above its least; it reaches 0 where that is
    among them. The design effect is :math:`1 + (n_0 - 1)\,\mathrm{ICC}(1)` and the size a group
    needs for reliability :math:`r` is :math:`\lceil \sigma^2 r / (\tau (1 - r)) \rceil`. Agrees
    with R lme4: ``tests/oracles/multilevel_mixed``.

    References
    ----------
    .. [1] Henderson (1975). Biometrics, 31(2), 423-447.
    .. [2] Bates, Maechler, Bolker & Walker (2015). Journal of Statistical Software, 67(1), 1-48.

    Examples
    --------
    >>> scores = pd.Series([1.0, 2.0, 4.0, 5.0, 6.0, 9.0])
    >>> found = random_intercept(scores, pd.Series(["a", "a", "b", "b", "c", "c"]))
    >>> round(found.variance_between, 3), round(found.variance_within, 3)
    (8.083, 1.833)
    >>> found.shrunken_mean.round(2)
    array([1.81, 4.5 , 7.19])
    """
    tables = {} if covariates is None else {"covariates": (covariates, pd.DataFrame)}
    require_alike(scores=(scores, pd.Series), groups=(groups, pd.Series), **tables)
    _require_method(method)
    values = to_numbers(scores.to_frame("score"))[:, 0]
    grouping = grouping_of(groups)
    if covariates is None:
        return _intercept_of(sums_of(values, grouping), None, method, confidence_level)
    used = knows_numbers(covariates) & ~np.isnan(values) & (grouping.codes >= 0)
    sums = sums_of(np.where(used, values, np.nan), grouping)
    fixed = _fixed(covariates[used], values[used], grouping.codes[used])
    return _intercept_of(sums, fixed, method, confidence_level)


def random_intercepts(
    scores: pd.DataFrame,
    groups: pd.Series,
    method: Estimator = "REML",
    confidence_level: float = 0.95,
) -> dict[str, RandomIntercept]:
    """:func:`random_intercept` of several scores of the same respondents, without covariates.

    Each score rests on the respondents who have it. The groups are read once and only sums by group
    are taken, so many scores of many respondents take little time.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_scores)
        Numbers or missing.
    groups : Series, shape (n_respondents,)
        The group of each respondent, or missing.
    method : {"REML", "ML"}, optional
        Restricted or plain maximum likelihood.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    dict of str to RandomIntercept
        By the name of the score, in the order of the columns.

    Raises
    ------
    ValueError
        If the two differ in length or index, scores are not numbers, or there is no such method or
        level.
    """
    _require_method(method)
    return {
        name: _intercept_of(sums, None, method, confidence_level)
        for name, sums in sums_of_each(scores, groups)
    }


def _require_method(method: str) -> None:
    if method not in get_args(Estimator):
        raise ValueError(f"method must be one of {', '.join(get_args(Estimator))}, got {method!r}")


def _fixed(
    covariates: pd.DataFrame, scores: FloatArray, codes: np.typing.NDArray[np.intp]
) -> _Fixed:
    """What the likelihood needs to know of the covariates."""
    design = design_of(covariates)
    origins = design.values.mean(axis=0) if len(scores) else np.zeros(len(design.names))
    centred = design.values - origins
    kept, left_out = own_columns(design, centred, "no_variation")
    means, within = deviations_of(centred[:, kept], codes)
    _, score = deviations_of(scores[:, None] - (scores.mean() if len(scores) else 0.0), codes)
    names = tuple(design.names[place] for place in kept)
    cross, total = within.T @ within, (centred[:, kept] ** 2).sum(axis=0)
    return _Fixed(
        names=names,
        group_means=means,
        within=cross,
        within_score=within.T @ score[:, 0],
        varies_within=np.diag(cross) > OWN_SHARE * total,
        origins=origins[kept],
        references=design.references,
        left_out=left_out,
    )


def _intercept_of(
    sums: GroupSums, fixed: _Fixed | None, estimator: Estimator, confidence_level: float
) -> RandomIntercept:
    tails(confidence_level)
    own = fixed or _without_covariates(len(sums.sizes))
    condition = _obstacle(sums, own)
    moments = _moments(sums, own, estimator)
    fit = _no_fit(moments) if condition else best_fit(moments)
    if not condition:
        condition = joined([_remark(fit), few_groups(len(sums.sizes)), _of_covariates(own)])
    return RandomIntercept(
        groups=sums.groups,
        n=sums.sizes.astype(np.int64),
        raw_mean=sums.means + sums.origin,
        raw_sd=np.sqrt(sums.squares / np.where(sums.sizes > 1, sums.sizes - 1, nan)),
        **_of_groups(fit, moments, sums.origin)._asdict(),
        variance_between=fit.variance_between,
        variance_within=fit.variance_within,
        **_of_fixed(fit, own, sums, confidence_level)._asdict(),
        references=own.references,
        left_out=own.left_out,
        log_likelihood=-fit.deviance / 2,
        **_of_shares(fit, moments, confidence_level)._asdict(),
        n_groups=len(sums.sizes),
        estimator=estimator,
        confidence_level=confidence_level,
        n_respondents=int(sums.sizes.sum()),
        n_total=sums.n_total,
        method=f"random intercept by {estimator}; profile-likelihood interval",
        condition=condition,
    )


def _without_covariates(n_groups: int) -> _Fixed:
    none = np.zeros(0)
    of_groups, cross = np.zeros((n_groups, 0)), np.zeros((0, 0))
    return _Fixed((), of_groups, cross, none, np.zeros(0, dtype=bool), none, (), ())


def _obstacle(sums: GroupSums, fixed: _Fixed) -> str | None:
    """Why there is no estimate, if there is none."""
    if len(sums.sizes) < 2:
        return "too_few_groups"
    if sums.sizes.max() < 2:
        return "no_repeated_groups"
    if sums.is_constant:
        return "no_variation"
    if sums.sizes.sum() < len(fixed.names) + 3:
        return "too_few_respondents"
    return "not_identified" if _df_between(fixed, len(sums.sizes)) < 1 else None


def _df_between(fixed: _Fixed, n_groups: int) -> int:
    """Groups less what is estimated from differences between them alone."""
    varying = fixed.within[np.ix_(fixed.varies_within, fixed.varies_within)]
    scale = np.sqrt(np.diag(varying))
    rank = int(np.linalg.matrix_rank(varying / np.outer(scale, scale))) if len(scale) else 0
    return n_groups - 1 - (len(fixed.names) - rank)


def _remark(fit: Fit) -> str | None:
    if isinf(fit.ratio):
        return "no_variation_within_groups"
    return "no_variance_between_groups" if fit.ratio == 0 else None


def _of_covariates(fixed: _Fixed) -> str | None:
    return "covariate_left_out" if fixed.left_out else None


def _moments(sums: GroupSums, fixed: _Fixed, estimator: Estimator) -> Moments:
    """Sums of the constant, the covariates and the score, in this order."""
    means = np.column_stack([np.ones(len(sums.sizes)), fixed.group_means, sums.means])
    within = np.zeros((means.shape[1], means.shape[1]))
    within[1:-1, 1:-1] = fixed.within
    within[1:-1, -1] = within[-1, 1:-1] = fixed.within_score
    within[-1, -1] = sums.squares.sum()
    return Moments(sums.sizes, means, within, estimator)


def _no_fit(moments: Moments) -> Fit:
    coefficients = np.full(moments.n_fixed, nan)
    of_groups = np.full(len(moments.sizes), nan)
    covariance = np.full((moments.n_fixed, moments.n_fixed), nan)
    return Fit(nan, nan, nan, coefficients, covariance, of_groups, of_groups, nan)


def _of_groups(fit: Fit, moments: Moments, origin: float) -> _OfGroups:
    """Shrunken means with their standard errors; covariates are centred at their means."""
    at_mean = np.zeros(moments.n_fixed)
    at_mean[0] = 1.0
    contrast = at_mean - fit.reliability[:, None] * moments.means[:, :-1]
    of_fixed = np.einsum("gi,ij,gj->g", contrast, fit.covariance, contrast)
    conditional = fit.variance_between * (1 - fit.reliability)
    return _OfGroups(
        reliability=fit.reliability,
        shrunken_mean=origin + fit.coefficients[0] + fit.reliability * fit.residuals,
        conditional_se=np.sqrt(conditional),
        prediction_se=np.sqrt(conditional + np.maximum(of_fixed, 0.0)),
    )


def _of_fixed(fit: Fit, fixed: _Fixed, sums: GroupSums, confidence_level: float) -> _OfFixed:
    """The intercept where covariates are 0, and the coefficients."""
    back = np.append(1.0, -fixed.origins)
    intercept = sums.origin + float(back @ fit.coefficients)
    error = sqrt(float(back @ fit.covariance @ back))
    n_groups, n_within = len(sums.sizes), int(fixed.varies_within.sum())
    df_between = _df_between(fixed, n_groups)
    df_within = int(sums.sizes.sum()) - n_groups - n_within
    reach = student_reach(df_between, confidence_level)
    reaches = np.where(fixed.varies_within, student_reach(df_within, confidence_level), reach)
    errors = np.sqrt(np.diag(fit.covariance))
    return _OfFixed(
        intercept=intercept,
        intercept_se=error,
        intercept_ci_low=intercept - reach * error,
        intercept_ci_high=intercept + reach * error,
        coefficients=coefficients_of(fixed.names, fit.coefficients[1:], errors[1:], reaches),
    )


def _of_shares(fit: Fit, moments: Moments, confidence_level: float) -> _OfShares:
    n0 = adjusted_group_size(moments.sizes)
    mean_n = float(moments.sizes.mean()) if len(moments.sizes) else nan
    icc1 = _share(fit.ratio)
    low, high = nan, nan
    if fit.ratio >= 0:
        ratios = likely_ratios(moments, fit, chi_square_quantile(confidence_level, 1))
        low, high = _share(ratios[0]), _share(ratios[1])
    return _OfShares(
        icc1=icc1,
        icc1_ci_low=low,
        icc1_ci_high=high,
        icc2_mean=float(fit.reliability.mean()) if len(fit.reliability) else nan,
        icc2_at_mean_n=_share(mean_n * fit.ratio),
        design_effect=1 + (n0 - 1) * icc1,
        n_for_reliability_70=n_for_reliability(0.70, fit.ratio),
        n_for_reliability_80=n_for_reliability(0.80, fit.ratio),
        n0=n0,
        mean_group_size=mean_n,
    )


def _share(ratio: float) -> float:
    """Of the sum of two variances with this ratio, that of the first."""
    return 1.0 if isinf(ratio) else ratio / (1 + ratio)


def n_for_reliability(reliability: float, ratio: float) -> int | None:
    """Fewest respondents for group means of this reliability; none where groups do not differ.

    Parameters
    ----------
    reliability : float
        Between 0 and 1.
    ratio : float
        Variance between over variance within groups.

    Examples
    --------
    >>> n_for_reliability(0.80, 0.1), n_for_reliability(0.80, 0.0)
    (40, None)
    """
    if not ratio > 0:
        return None
    needed = reliability / (1 - reliability) / ratio
    return max(1, ceil(needed * (1 - 1e-12)))

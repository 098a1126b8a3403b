"""Means of groups with what they owe to the composition of their respondents taken out."""

from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._grouping import Codes, Grouping, grouping_of
from pipeline.psychometrics._responses import FloatArray, IntArray, few_groups, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.multilevel.covariates import (
    Coefficient,
    Design,
    LeftOut,
    coefficients_of,
    design_of,
    knows_numbers,
    own_columns,
    rows_of_coefficients,
    student_reach,
)
from pipeline.psychometrics.multilevel.group_sums import (
    deviations_of,
    require_alike,
)
from pipeline.psychometrics.result import Result

BY_GROUP = ("n", "n_without_covariates", "raw_mean", "adjusted_mean", "adjusted_se")


@dataclass(frozen=True, slots=True, eq=False)
class CaseMix(Result):
    """Means of groups as they are, and as they would be with the composition of all respondents.

    Attributes
    ----------
    groups : tuple of str
        Groups with a respondent who is used, in their order.
    n : ndarray, shape (n_groups,)
        Respondents of the group with score and covariates.
    n_without_covariates : ndarray, shape (n_groups,)
        Respondents of the group with a score who lack a covariate that is a number, and are not
        used.
    raw_mean : ndarray, shape (n_groups,)
        Mean of those used.
    adjusted_mean, adjusted_se : ndarray, shape (n_groups,)
        The same with the composition of all respondents used, and its standard error.
    coefficients : tuple of Coefficient
        Differences within groups, with cluster-robust standard errors; the intervals are Student's
        with `n_groups` - 1.
    references : tuple of (str, str)
        Covariates with categories, and the category that the others are held against.
    left_out : tuple of LeftOut
        Covariates without a coefficient.
    r2_within : float
        Share of the variance within groups that the covariates go with.
    residual_variance : float
        Variance within groups that is left.
    n_groups : int
        Groups.
    confidence_level : float
        Coverage of the intervals.
    n_respondents, n_total : int
        Respondents used and given.
    method : str
        How it was computed.
    condition : str or None
        ``too_few_respondents``: as many coefficients as differences within groups, so no estimate.
        ``too_few_groups``: the only group is its own programme, so it is not adjusted, and
        coefficients have no standard error. ``no_repeated_groups``: nothing can be said within
        groups, so nothing is adjusted. ``few_groups``: standard errors of coefficients are rough.
        ``covariate_left_out``: see `left_out`.
    """

    groups: tuple[str, ...]
    n: IntArray
    n_without_covariates: IntArray
    raw_mean: FloatArray
    adjusted_mean: FloatArray
    adjusted_se: FloatArray
    coefficients: tuple[Coefficient, ...]
    references: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]
    r2_within: float
    residual_variance: float
    n_groups: int
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def by_group(self) -> pd.DataFrame:
        """One row a group, in their order: its name, counts, raw and adjusted mean."""
        groups = pd.array(list(self.groups), dtype="string")
        return pd.DataFrame({"group": groups, **{name: getattr(self, name) for name in BY_GROUP}})

    def to_rows(self) -> pd.DataFrame:
        """A row a coefficient and what holds for all; a group has its row in :meth:`by_group`."""
        names = ("r2_within", "residual_variance", "n_groups")
        rows: list[dict[str, object]] = rows_of_coefficients(
            self.coefficients, "case_mix_coefficient", self.confidence_level
        )
        rows += [
            {"statistic": f"case_mix_{name}", "estimate": getattr(self, name)} for name in names
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


class _Used(NamedTuple):
    """The respondents who are used, and the groups that have some."""

    scores: FloatArray
    codes: Codes
    design: Design
    groups: tuple[str, ...]
    n: IntArray
    n_lacking: IntArray


class _Regression(NamedTuple):
    """The score on the covariates, both less the means of their group."""

    coefficients: FloatArray
    covariance: FloatArray
    residual_variance: float
    r2: float


def case_mix(
    scores: pd.Series,
    groups: pd.Series,
    covariates: pd.DataFrame,
    confidence_level: float = 0.95,
) -> CaseMix:
    r"""Means of groups with the composition of their respondents taken out, beside the raw means.

    Parameters
    ----------
    scores : Series, shape (n_respondents,)
        Numbers or missing.
    groups : Series, shape (n_respondents,)
        The group of each respondent, or missing. Groups are told in sorted order, those of a
        categorical Series in the order of its categories.
    covariates : DataFrame, shape (n_respondents, n_covariates)
        Numbers and categories. Of categories the most frequent is the reference, and who gave none
        is a category ``not stated``. Who lacks a number is left out of everything, the raw mean
        too, and counted by group.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    CaseMix

    Raises
    ------
    ValueError
        If the tables are not of the same respondents, scores are not numbers, or a covariate is
        neither number nor category.

    Notes
    -----
    The coefficients :math:`b` come from score and covariates less the means of their group [1]_,
    so that differences between groups, which may be effects of the groups themselves, do not bear
    on them. With :math:`\bar x_j` the means of the covariates in group :math:`j`, :math:`\bar x`
    those of all respondents used, and :math:`d_j = \bar x_j - \bar x`,

    .. math::
        \tilde y_j = \bar y_j - b' d_j, \qquad
        SE^2(\tilde y_j) = s_e^2 / n_j + d_j' \hat V d_j, \qquad
        s_e^2 = \frac{\sum \tilde e_{ij}^2}{N - G - k}

    where :math:`\hat V` is robust to any dependence and unequal variance within groups [2]_: with
    :math:`\tilde X_j` the centred covariates of a group, :math:`A = \sum_j \tilde X_j' \tilde X_j`
    and :math:`g_j = \tilde X_j' \tilde e_j`,

    .. math::
        \hat V = \frac{G}{G - 1} \frac{N - 1}{N - k} A^{-1} \Big(\sum_j g_j g_j'\Big) A^{-1}.

    The composition :math:`d_j` is taken as given. A group differs from the programme only in what
    was asked: what is not among the covariates is not adjusted for.

    References
    ----------
    .. [1] Wooldridge (2010). Econometric analysis of cross section and panel data (2nd ed.), 10.5.
       MIT Press.
    .. [2] Arellano (1987). Oxford Bulletin of Economics and Statistics, 49(4), 431-434.

    Examples
    --------
    >>> groups = pd.Series(list("aaaabbbb"))
    >>> role = pd.DataFrame({"role": ["staff"] * 3 + ["user"] * 4 + ["staff"]})
    >>> scores = pd.Series([3.0, 4, 5, 2, 1, 2, 3, 4])
    >>> found = case_mix(scores, groups, role)
    >>> found.raw_mean, found.adjusted_mean
    (array([3.5, 2.5]), array([3., 3.]))
    """
    require_alike(
        scores=(scores, pd.Series),
        groups=(groups, pd.Series),
        covariates=(covariates, pd.DataFrame),
    )
    values = to_numbers(scores.to_frame("score"))[:, 0]
    used = _used(values, grouping_of(groups), covariates)
    return _adjust(used, len(values), confidence_level)


def _used(values: FloatArray, grouping: Grouping, covariates: pd.DataFrame) -> _Used:
    """Who has a score, a group, and every covariate that is a number."""
    scored = ~np.isnan(values) & (grouping.codes >= 0)
    known = knows_numbers(covariates)
    used, codes = scored & known, grouping.codes[scored & known]
    lacking = grouping.codes[scored & ~known]
    sizes, lacks = (
        np.bincount(own, minlength=len(grouping.labels)).astype(np.int64)
        for own in (codes, lacking)
    )
    names = tuple(name for name, n in zip(grouping.labels, sizes, strict=True) if n)
    design = design_of(covariates[used])
    return _Used(values[used], codes, design, names, sizes[sizes > 0], lacks[sizes > 0])


def _adjust(used: _Used, n_total: int, confidence_level: float) -> CaseMix:
    origin = used.scores.mean() if len(used.scores) else nan
    covariates = used.design.values - used.design.values.sum(axis=0) / max(len(used.scores), 1)
    score_means, score = deviations_of((used.scores - origin)[:, None], used.codes)
    means, within = deviations_of(covariates, used.codes)
    kept, left_out = own_columns(used.design, within, "no_variation_within_groups")
    own = _regression(within[:, kept], score[:, 0], used.codes)
    raw = origin + score_means[:, 0]
    errors = np.sqrt(np.diag(own.covariance))
    reach = student_reach(len(used.n) - 1, confidence_level)
    names = tuple(used.design.names[place] for place in kept)
    return CaseMix(
        groups=used.groups,
        n=used.n,
        n_without_covariates=used.n_lacking,
        raw_mean=raw,
        adjusted_mean=raw - means[:, kept] @ own.coefficients,
        adjusted_se=_standard_errors(used.n, means[:, kept], own),
        coefficients=coefficients_of(names, own.coefficients, errors, np.full(len(names), reach)),
        references=used.design.references,
        left_out=left_out,
        r2_within=own.r2,
        residual_variance=own.residual_variance,
        n_groups=len(used.n),
        confidence_level=confidence_level,
        n_respondents=len(used.scores),
        n_total=n_total,
        method="regression within groups; cluster-robust standard errors",
        condition=_condition(used.n, own, left_out),
    )


def _regression(covariates: FloatArray, score: FloatArray, codes: Codes) -> _Regression:
    """Least squares of what differs within groups, with cluster-robust covariances."""
    n, k = covariates.shape
    n_groups = len(np.unique(codes))
    df = n - n_groups - k
    if df <= 0:
        coefficients, covariance = np.full(k, nan), np.full((k, k), nan)
        return _Regression(coefficients, covariance, nan, nan)
    inverse = np.linalg.inv(covariates.T @ covariates)
    coefficients = inverse @ (covariates.T @ score)
    residuals = score - covariates @ coefficients
    total, left = float(score @ score), float(residuals @ residuals)
    scale = n_groups / (n_groups - 1) * (n - 1) / (n - k) if n_groups > 1 else nan
    covariance = scale * inverse @ _between_clusters(covariates, residuals, codes) @ inverse
    return _Regression(coefficients, covariance, left / df, 1 - left / total if total else nan)


def _between_clusters(covariates: FloatArray, residuals: FloatArray, codes: Codes) -> FloatArray:
    """Cross-products of the sums by group of covariate times residual."""
    sums = [np.bincount(codes, weights=column * residuals) for column in covariates.T]
    scores = np.reshape(sums, (covariates.shape[1], codes.max() + 1))
    return scores @ scores.T


def _standard_errors(n: IntArray, composition: FloatArray, own: _Regression) -> FloatArray:
    """Of the adjusted means; a single group is its own programme, so nothing was adjusted."""
    spread = np.zeros(len(n))
    if len(n) > 1:
        spread = np.einsum("gi,ij,gj->g", composition, own.covariance, composition)
    return np.sqrt(own.residual_variance / n + spread)


def _condition(n: IntArray, own: _Regression, left_out: tuple[LeftOut, ...]) -> str | None:
    word = few_groups(len(n))
    if len(n) < 2:
        word = "too_few_groups"
    elif n.max() < 2:
        word = "no_repeated_groups"
    elif np.isnan(own.residual_variance):
        word = "too_few_respondents"
    return joined([word, "covariate_left_out" if left_out else None])

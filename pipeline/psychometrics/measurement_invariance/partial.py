"""Partial invariance: which items have to be let go so that the others are alike in all groups."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import ceil, nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.confirmatory.estimate import Model
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution, Estimator, Missing
from pipeline.psychometrics.measurement_invariance.criteria import Rung
from pipeline.psychometrics.measurement_invariance.difference import DifferenceTest, difference_test
from pipeline.psychometrics.measurement_invariance.effect_sizes import noninvariance_effects
from pipeline.psychometrics.measurement_invariance.ladder import NAME_OF_STEP, Verdict, step_of
from pipeline.psychometrics.measurement_invariance.ladder_models import LadderModels, ladder_models
from pipeline.psychometrics.result import Result

FEWEST_EQUAL = 2
"""So many items of a factor, and half of them, stay equal."""


@dataclass(frozen=True, slots=True)
class FreedParameter:
    """What was let go, in the order of the search.

    Attributes
    ----------
    step : str
        Step of the ladder.
    parameter : str
        As in `free` of :func:`invariance`: ``"trust =~ item1"``, ``"item1 |"``, ``"item1 ~1"`` or
        ``"item1 ~~ item1"``.
    factor, item : str
        Names.
    chi_square, df, p_value : float
        Difference test of the model without against the one with this freedom.
    p_adjusted : float
        After Benjamini and Hochberg over the candidates of that round.
    n_candidates : int
        How many there were.
    d_macs : float
        Largest effect of the item among the groups, in the model that was reached; missing if it
        was not reached that intercepts are equal.
    """

    step: str
    parameter: str
    factor: str
    item: str
    chi_square: float
    df: int
    p_value: float
    p_adjusted: float
    n_candidates: int
    d_macs: float


@dataclass(frozen=True, slots=True)
class PartialStep:
    """A step of the ladder before and after the search.

    Attributes
    ----------
    name : str
        "thresholds", "metric", "scalar" or "strict".
    p_before, p_after : float
        Of the difference test against the step before.
    n_freed : int
        Parameters let go in it; those of one item count once.
    verdict : {"holds", "small", "fails", "untested"}
        After the search, as in :class:`InvarianceStep`: "small" if the test is still significant
        but the fit changes within the limits.
    """

    name: str
    p_before: float
    p_after: float
    n_freed: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class PartialInvariance(Result):
    """Result of the search.

    Attributes
    ----------
    freed : tuple of FreedParameter
        In the order in which they were let go.
    steps : tuple of PartialStep
        Steps tried; the search ends with the first that still fails.
    reached : str
        The last step before one that fails.
    solution : ConfirmatorySolution
        Its model.
    free : tuple of str
        For `free` of :func:`invariance`: what is let go in the model that was reached.
    n_tests : int
        Candidates tested in all rounds.
    n_respondents : int
        Respondents.
    method : str
        The rule of the search.
    condition : str or None
        ``partial_invariance_not_found``: a step still fails; and what stood in the way of the
        models.
    """

    freed: tuple[FreedParameter, ...]
    steps: tuple[PartialStep, ...]
    reached: str
    solution: ConfirmatorySolution
    free: tuple[str, ...]
    n_tests: int
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """Five numbers of each freed parameter, three of each step."""
        rows: list[dict[str, Any]] = [
            {
                "item": freed.parameter,
                "factor": freed.step,
                "statistic": f"freed_{name}",
                "estimate": float(getattr(freed, name)),
            }
            for freed in self.freed
            for name in ("chi_square", "df", "p_value", "p_adjusted", "d_macs")
        ]
        rows += [
            {"factor": step.name, "statistic": name, "estimate": float(getattr(step, name))}
            for step in self.steps
            for name in ("p_before", "p_after", "n_freed")
        ]
        rows.append({"statistic": "n_tests", "estimate": float(self.n_tests)})
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def partial_invariance(
    model: Model,
    data: pd.DataFrame,
    group: str,
    estimator: Estimator = "WLSMV",
    missing: Missing = "listwise",
    cluster: str | None = None,
    orthogonal: bool = False,
    level: float = 0.05,
) -> PartialInvariance:
    r"""Search for the items that keep groups from being alike. Exploratory.

    Parameters
    ----------
    model, data, group, estimator, missing, cluster, orthogonal
        As for :func:`invariance`.
    level : float
        Of the test of each step, and of the adjusted tests of candidates.

    Returns
    -------
    PartialInvariance

    Raises
    ------
    ValueError
        As :func:`invariance`, or if the level is no probability.

    Notes
    -----
    The steps of the ladder are taken in order. Each is tested against the model that was reached
    before, by the (scaled) difference test of the estimator. While the test is significant, every
    item is let go alone (its loading, all its thresholds, its intercept or its residual variance,
    in all groups) and the gain is tested in the same way. The p-values of these candidates are
    adjusted after Benjamini and Hochberg [1]_; the one with the smallest is let go if its adjusted
    p is below the level, and the step is tested again. An item is a candidate only as long as two
    items and half of those of its factor stay equal (the usual minimum for comparing means [2]_).
    If a step remains significant and no candidate is, or none is left, it counts as reached with
    small differences if the indices of fit change within the limits of :func:`invariance`; else it
    ends the search.

    **This is a search, and what it finds is a hypothesis.** The tests were chosen by looking at the
    data: their p-values are too small, the model that results fits these data too well, and in
    large samples differences without any consequence are found; look at the effect in points
    first. With half of a factor's items differing in one direction the search can let the wrong
    half go [3]_. Confirm it in other data.

    References
    ----------
    .. [1] Benjamini & Hochberg (1995). Journal of the Royal Statistical Society B, 57, 289-300.
    .. [2] Byrne, Shavelson & Muthen (1989). Psychological Bulletin, 105(3), 456-466.
    .. [3] Yoon & Millsap (2007). Structural Equation Modeling, 14(3), 435-463.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    models = ladder_models(model, data, group, estimator, missing, cluster, orthogonal)
    solution, reached = models.fitted(0, ()), "configural"
    found: list[_Found] = []
    for place in range(1, len(models.rungs) + 1):
        free = tuple(own.parameter for one in found for own in one.freed)
        found.append(_searched(models, place, solution, free, level))
        if found[-1].is_lost:
            break
        solution, reached = found[-1].solution, found[-1].step.name
    held = [own.parameter for one in found if not one.is_lost for own in one.freed]
    freed = [own for one in found for own in one.freed]
    return PartialInvariance(
        freed=_with_effects(freed, held, solution),
        steps=tuple(one.step for one in found),
        reached=reached,
        solution=solution,
        free=tuple(held),
        n_tests=sum(one.n_tests for one in found),
        n_respondents=solution.n_respondents,
        method=f"exploratory search, one item at a time by difference tests, Benjamini and "
        f"Hochberg at {level:g}; {solution.method}",
        condition=joined(
            [
                solution.condition,
                "partial_invariance_not_found" if any(one.is_lost for one in found) else None,
            ]
        ),
    )


class _Found(NamedTuple):
    """What the search found in one step."""

    step: PartialStep
    solution: ConfirmatorySolution
    freed: tuple[FreedParameter, ...]
    n_tests: int

    @property
    def is_lost(self) -> bool:
        """Whether the search ends here: the step fails, or its model was not found."""
        return self.step.verdict == "fails" or not self.solution.is_found


class _Candidate(NamedTuple):
    """An item let go, and the test of it."""

    factor: str
    item: str
    parameter: str
    solution: ConfirmatorySolution
    test: DifferenceTest


def _searched(
    models: LadderModels,
    place: int,
    before: ConfirmatorySolution,
    free: tuple[str, ...],
    level: float,
) -> _Found:
    """Let items go in a step until its test finds nothing, or nothing can be let go."""
    rung = models.rungs[place - 1]
    solution = models.fitted(place, free)
    p_before = p_value = _p_value(solution, before)
    freed: list[FreedParameter] = []
    n_tests = 0
    while p_value < level:
        own = tuple(one.parameter for one in freed)
        candidates = _tested(models, place, solution, free + own)
        n_tests += len(candidates)
        adjusted = benjamini_hochberg(np.array([one.test.p_value for one in candidates]))
        best = _worst(candidates)
        if best is None or adjusted[best] >= level:
            break
        freed.append(_freed(candidates[best], rung, float(adjusted[best]), len(candidates)))
        solution = candidates[best].solution
        p_value = _p_value(solution, before)
    verdict: Verdict = step_of(solution, before, rung, models.rungs[:place], free).verdict
    if not np.isnan(p_value) and p_value >= level:
        verdict = "holds"
    step = PartialStep(NAME_OF_STEP[rung], p_before, p_value, len(freed), verdict)
    return _Found(step, solution, tuple(freed), n_tests)


def _p_value(restricted: ConfirmatorySolution, general: ConfirmatorySolution) -> float:
    """Of the difference test; missing if there is nothing to test or nothing to test it with."""
    if not (restricted.is_found and general.is_found):
        return nan
    return difference_test(restricted, general).p_value


def _tested(
    models: LadderModels, place: int, restricted: ConfirmatorySolution, free: tuple[str, ...]
) -> list[_Candidate]:
    """Every item that can still be let go, with the gain from it."""
    rung = models.rungs[place - 1]
    result = []
    for factor, items in models.items_of_factors.items():
        equal = [item for item in items if _parameter(rung, factor, item) not in free]
        if len(equal) - 1 < max(FEWEST_EQUAL, ceil(len(items) / 2)):
            continue
        for item in equal:
            parameter = _parameter(rung, factor, item)
            solution = models.fitted(place, (*free, parameter))
            if solution.fit.df == restricted.fit.df or not solution.is_found:
                continue
            test = difference_test(restricted, solution)
            if not np.isnan(test.p_value):
                result.append(_Candidate(factor, item, parameter, solution, test))
    return result


def _parameter(rung: Rung, factor: str, item: str) -> str:
    """What is let go of an item in a step."""
    return {
        "thresholds": f"{item} |",
        "loadings": f"{factor} =~ {item}",
        "intercepts": f"{item} ~1",
        "residuals": f"{item} ~~ {item}",
    }[rung]


def _worst(candidates: Sequence[_Candidate]) -> int | None:
    """Place of the candidate with the smallest p; of several, the largest chi-square."""
    if not candidates:
        return None
    tests = [one.test for one in candidates]
    return min(range(len(tests)), key=lambda k: (tests[k].p_value, -tests[k].chi_square, k))


def _freed(chosen: _Candidate, rung: Rung, adjusted: float, n_candidates: int) -> FreedParameter:
    """A candidate that is let go, before its effect is known."""
    return FreedParameter(
        step=NAME_OF_STEP[rung],
        parameter=chosen.parameter,
        factor=chosen.factor,
        item=chosen.item,
        chi_square=chosen.test.chi_square,
        df=chosen.test.df,
        p_value=chosen.test.p_value,
        p_adjusted=adjusted,
        n_candidates=n_candidates,
        d_macs=nan,
    )


def benjamini_hochberg(p_values: FloatArray) -> FloatArray:
    r"""P-values adjusted for the rate of false discoveries among them.

    Parameters
    ----------
    p_values : ndarray, shape (n_tests,)
        P-values.

    Returns
    -------
    ndarray, shape (n_tests,)

    Notes
    -----
    Of the k-th smallest of n the smallest :math:`n p_j / j` over :math:`j \ge k`, at most 1 [1]_.

    References
    ----------
    .. [1] Benjamini & Hochberg (1995). Journal of the Royal Statistical Society B, 57, 289-300.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.04, 0.04]
    """
    n = len(p_values)
    order = np.argsort(p_values)[::-1]
    ranked = p_values[order] * n / np.arange(n, 0, -1)
    result = np.empty(n)
    result[order] = np.minimum.accumulate(np.minimum(ranked, 1.0))
    return result


def _with_effects(
    freed: Sequence[FreedParameter], held: Collection[str], solution: ConfirmatorySolution
) -> tuple[FreedParameter, ...]:
    """With the largest effect of each item, where the model puts the groups on one scale."""
    latent = set(solution.table.latent)
    has_means = any(
        row.left in latent and row.operator == "~1" and row.free >= 0 for row in solution.table.rows
    )
    named = [row.right for row in solution.table.of_group(0) if row.operator == "=~"]
    if not has_means or len(set(named)) < len(named):
        return tuple(freed)
    largest: dict[str, float] = {}
    for effect in noninvariance_effects(solution).items:
        largest[effect.item] = max(effect.d_macs, largest.get(effect.item, 0.0))
    return tuple(
        replace(one, d_macs=largest[one.item]) if one.parameter in held else one for one in freed
    )

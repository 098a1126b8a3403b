"""Whether groups understand the items alike: one step after the other is set equal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import tails
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.confirmatory.categories import MergedCategory
from pipeline.psychometrics.confirmatory.estimate import Model
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution, Estimator, Missing
from pipeline.psychometrics.measurement_invariance.criteria import ChangeLimits, Rung, change_limits
from pipeline.psychometrics.measurement_invariance.difference import (
    DifferenceMethod,
    DifferenceTest,
    difference_test,
)
from pipeline.psychometrics.measurement_invariance.ladder_models import ladder_models
from pipeline.psychometrics.result import Result

Verdict = Literal["baseline", "holds", "small", "fails", "untested"]

NAME_OF_STEP: dict[str, str] = {
    "loadings": "metric",
    "intercepts": "scalar",
    "residuals": "strict",
    "thresholds": "thresholds",
}

SIGNIFICANT = 0.05
"""A test with a smaller p says that groups differ."""

_CHANGING = ("cfi", "rmsea", "srmr")


@dataclass(frozen=True, slots=True, eq=False)
class InvarianceStep:
    """One step of the ladder.

    Attributes
    ----------
    name : str
        "configural", "thresholds", "metric", "scalar" or "strict".
    equal : tuple of str
        What is equal in all groups.
    free : tuple of str
        Exceptions.
    solution : ConfirmatorySolution
        The fitted model.
    difference : DifferenceTest or None
        Test against the step before.
    change_cfi, change_rmsea, change_srmr : float
        This step less the one before; CFI and RMSEA of the corrected statistic where there is one.
    limits : ChangeLimits or None
        How large they may be.
    verdict : {"baseline", "holds", "small", "fails", "untested"}
        "holds": the test finds nothing; "small": it does, and the changes are within the limits;
        "fails": the test finds something and a change is beyond its limit (CFI, and RMSEA or
        SRMR); "untested": no degrees of freedom, or no admissible model.
    """

    name: str
    equal: tuple[str, ...]
    free: tuple[str, ...]
    solution: ConfirmatorySolution
    difference: DifferenceTest | None
    change_cfi: float
    change_rmsea: float
    change_srmr: float
    limits: ChangeLimits | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class InvarianceLadder(Result):
    """All steps in order.

    Attributes
    ----------
    steps : tuple of InvarianceStep
        From the configural model on.
    groups : tuple of str
        Names; the first is the one that others are held against.
    n_of_groups : tuple of int
        Respondents in each.
    n_respondents : int
        All of them.
    merged : tuple of MergedCategory
        Categories that a group did not use, merged in all groups.
    reached : str
        The last step up to which nothing failed.
    method, condition : str
        How it was computed; what stood in the way.
    """

    steps: tuple[InvarianceStep, ...]
    groups: tuple[str, ...]
    n_of_groups: tuple[int, ...]
    n_respondents: int
    merged: tuple[MergedCategory, ...]
    reached: str
    method: str
    condition: str | None

    def step(self, name: str) -> InvarianceStep:
        """The step of this name.

        Raises
        ------
        ValueError
            If there is none.
        """
        for step in self.steps:
            if step.name == name:
                return step
        raise ValueError(
            f"the ladder has no step {name!r}; its steps are {[step.name for step in self.steps]}"
        )

    def table(self) -> pd.DataFrame:
        """One row a step: constraints, fit, difference test, changes of fit and verdict."""
        return pd.DataFrame([_as_row(step) for step in self.steps])

    def latent_means(self) -> pd.DataFrame:
        """Means of factors in the later groups with intervals, from the scalar step.

        In standard deviations of the first group, whose means are 0. Empty if the ladder has no
        scalar step.
        """
        names = [step.name for step in self.steps]
        if "scalar" not in names:
            return pd.DataFrame(columns=["factor", "group", "estimate", "se", "ci_low", "ci_high"])
        solution = self.step("scalar").solution
        rows = solution.parameters()
        latent = rows["left"].isin(solution.table.latent)
        means = rows[(rows["operator"] == "~1") & latent & rows["is_free"]]
        return (
            means[["left", "group", "estimate", "se", "ci_low", "ci_high"]]
            .rename(columns={"left": "factor"})
            .reset_index(drop=True)
        )

    def to_rows(self) -> pd.DataFrame:
        """A row per step and statistic, the step in the column of factors; then latent means."""
        rows = []
        for step in self.steps:
            own = _as_row(step)
            condition = step.solution.condition
            rows += [
                {
                    "factor": step.name,
                    "statistic": name,
                    "estimate": float(own[name]),
                    "condition": joined([self.condition, condition]),
                }
                for name in _NUMBERS
                if not np.isnan(float(own[name]))
            ]
        rows += [
            {
                "item": row["factor"],
                "factor": row["group"],
                "statistic": "latent_mean",
                **{name: row[name] for name in ("estimate", "se", "ci_low", "ci_high")},
                "confidence_level": self.steps[0].solution.confidence_level,
                "condition": self.condition,
            }
            for _, row in self.latent_means().iterrows()
        ]
        return long_table(rows, n_respondents=self.n_respondents, method=self.method)


_NUMBERS = (
    "chi_square",
    "df",
    "chi_square_difference",
    "df_difference",
    "p_value",
    "cfi",
    "tli",
    "rmsea",
    "srmr",
    "change_cfi",
    "change_rmsea",
    "change_srmr",
)


def _as_row(step: InvarianceStep) -> dict[str, Any]:
    """A step as a row of the table."""
    fit, difference = step.solution.fit, step.difference
    return {
        "step": step.name,
        "equal": ", ".join(step.equal),
        "free": ", ".join(step.free),
        **{
            name: fit.reported(name) for name in ("chi_square", "df", "cfi", "tli", "rmsea", "srmr")
        },
        "df": fit.df,
        "is_scaled": fit.is_corrected,
        "chi_square_difference": nan if difference is None else difference.chi_square,
        "df_difference": nan if difference is None else difference.df,
        "p_value": nan if difference is None else difference.p_value,
        "difference_method": "" if difference is None else difference.method,
        "change_cfi": step.change_cfi,
        "change_rmsea": step.change_rmsea,
        "change_srmr": step.change_srmr,
        "limits": "" if step.limits is None else step.limits.source,
        "verdict": step.verdict,
        "condition": step.solution.condition or "",
    }


def invariance(
    model: Model,
    data: pd.DataFrame,
    group: str,
    estimator: Estimator = "WLSMV",
    missing: Missing = "listwise",
    cluster: str | None = None,
    orthogonal: bool = False,
    free: Collection[str] = (),
    difference: DifferenceMethod | None = None,
    confidence_level: float = 0.95,
) -> InvarianceLadder:
    """Fit the ladder of models in which more and more is equal in all groups.

    Parameters
    ----------
    model : str or mapping of str to sequence of str
        A text in the notation of lavaan, or the items of each factor. Intercepts, thresholds and
        residual variances belong to the ladder and are not named in it.
    data : DataFrame
        A row a respondent: items, and the columns named in `group` and `cluster`.
    group : str
        Column of groups, in sorted order (or that of its categories).
    estimator : {"WLSMV", "ULSMV", "ML", "MLR"}
        As for :func:`cfa`. For ordered items the ladder of Wu and Estabrook (2016): configural,
        thresholds, + loadings (metric), + intercepts (scalar), + residuals (strict); else
        configural, metric, scalar, strict.
    missing, cluster, orthogonal, confidence_level
        As for :func:`cfa`.
    free : collection of str
        Exceptions (partial invariance): ``"trust =~ item1"``, ``"item1 |"`` (thresholds),
        ``"item1 ~1"``, ``"item1 ~~ item1"``.
    difference : {"satorra_2000", "satorra_bentler_2001"}, optional
        As for :func:`difference_test`.

    Returns
    -------
    InvarianceLadder

    Raises
    ------
    ValueError
        As :func:`cfa` does; or if the model names what belongs to the ladder, or an exception is
        no parameter.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))
    >>> table = pd.DataFrame(answers, columns=list("abcd")).assign(role=["user", "staff"] * 200)
    >>> ladder = invariance({"trust": list("abcd")}, table, "role", "ML")
    >>> [step.name for step in ladder.steps], ladder.reached
    (['configural', 'metric', 'scalar', 'strict'], 'strict')
    """
    tails(confidence_level)
    models = ladder_models(
        model, data, group, estimator, missing, cluster, orthogonal, free, confidence_level
    )
    solutions = [models.fitted(n_rungs, free) for n_rungs in range(len(models.rungs) + 1)]
    steps = _steps(solutions, models.rungs, tuple(free), difference)
    return InvarianceLadder(
        steps=steps,
        groups=models.answers.groups,
        n_of_groups=solutions[0].n_of_groups,
        n_respondents=solutions[0].n_respondents,
        merged=models.answers.merged,
        reached=_reached(steps),
        method=solutions[0].method,
        condition=solutions[0].condition,
    )


def _steps(
    solutions: Sequence[ConfirmatorySolution],
    rungs: Sequence[Rung],
    free: tuple[str, ...],
    method: DifferenceMethod | None,
) -> tuple[InvarianceStep, ...]:
    """Every step held against the one before it."""
    first = solutions[0]
    steps = [InvarianceStep("configural", (), free, first, None, nan, nan, nan, None, "baseline")]
    for place, rung in enumerate(rungs, 1):
        steps.append(
            step_of(
                solutions[place], solutions[place - 1], rung, tuple(rungs[:place]), free, method
            )
        )
    return tuple(steps)


def step_of(
    own: ConfirmatorySolution,
    before: ConfirmatorySolution,
    rung: Rung,
    equal: tuple[str, ...],
    free: tuple[str, ...],
    method: DifferenceMethod | None = None,
) -> InvarianceStep:
    """A model held against the one before it, with test, changes of fit and verdict."""
    limits = change_limits(rung, len(own.groups), own.n_respondents)
    change = {name: own.fit.reported(name) - before.fit.reported(name) for name in _CHANGING}
    test = difference_test(own, before, method) if own.is_found and before.is_found else None
    return InvarianceStep(
        name=NAME_OF_STEP[rung],
        equal=equal,
        free=free,
        solution=own,
        difference=test,
        change_cfi=change["cfi"],
        change_rmsea=change["rmsea"],
        change_srmr=change["srmr"],
        limits=limits,
        verdict=_verdict(test, change, limits),
    )


def _verdict(
    test: DifferenceTest | None, change: Mapping[str, float], limits: ChangeLimits
) -> Verdict:
    """What the test and the changes of fit say; see :class:`InvarianceStep`."""
    if test is None or test.df == 0 or np.isnan(test.p_value):
        return "untested"
    if test.p_value >= SIGNIFICANT:
        return "holds"
    beyond = change["cfi"] < -limits.cfi and (
        change["rmsea"] > limits.rmsea or (limits.srmr is not None and change["srmr"] > limits.srmr)
    )
    return "fails" if beyond or change["cfi"] < -2 * limits.cfi else "small"


def _reached(steps: Sequence[InvarianceStep]) -> str:
    """The last step before the first that failed."""
    reached = steps[0].name
    for step in steps[1:]:
        if step.verdict == "fails" or (step.verdict == "untested" and step.difference is None):
            break
        reached = step.name
    return reached

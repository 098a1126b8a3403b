"""The model of each group on its own, as alignment needs it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.confirmatory.answers import GroupedAnswers, grouped_answers
from pipeline.psychometrics.confirmatory.estimate import cfa, require_possible
from pipeline.psychometrics.confirmatory.model_text import Parameter
from pipeline.psychometrics.confirmatory.solution import (
    ORDERED,
    ConfirmatorySolution,
    Estimator,
    Missing,
)
from pipeline.psychometrics.measurement_invariance.ladder_models import ladder_models


class ConfiguralFactor(NamedTuple):
    """Loadings and intercepts (groups by items) of a factor with mean 0 and variance 1.

    ``covariance`` (2Gp, 2Gp) of their errors, all loadings group by group before all intercepts.
    """

    loadings: pd.DataFrame
    intercepts: pd.DataFrame
    n_of_groups: tuple[int, ...]
    covariance: FloatArray


class ConfiguralFits(NamedTuple):
    """Fitted models: one a group, or one of all groups."""

    solutions: tuple[ConfirmatorySolution, ...]
    groups: tuple[str, ...]

    @property
    def condition(self) -> str | None:
        """What stood in the way in any group."""
        return joined(solution.condition for solution in self.solutions)

    @property
    def n_of_groups(self) -> tuple[int, ...]:
        """Respondents in each group."""
        return tuple(n for solution in self.solutions for n in solution.n_of_groups)

    def of_factor(self, factor: str, items: Sequence[str]) -> ConfiguralFactor:
        """What alignment needs of one factor."""
        own = [_of_solution(solution, factor, items) for solution in self.solutions]
        shape = (len(self.groups), len(items))
        loadings, intercepts = (
            pd.DataFrame(
                np.concatenate([entry[0][half] for entry in own]).reshape(shape),
                index=list(self.groups),
                columns=list(items),
            )
            for half in (0, 1)
        )
        together = scipy.linalg.block_diag(*(entry[1] for entry in own))
        return ConfiguralFactor(
            loadings, intercepts, self.n_of_groups, _loadings_first(together, len(own))
        )


def configural_fits(
    named: tuple[Parameter, ...],
    items_of_factors: Mapping[str, Sequence[str]],
    data: pd.DataFrame,
    group: str,
    estimator: Estimator,
    missing: Missing,
    cluster: str | None,
) -> ConfiguralFits:
    """Loadings and intercepts free in every group.

    Continuous items: each group by itself. With clusters, which may have members in several groups,
    and for ordered items, whose thresholds are held equal: all groups together.

    Raises
    ------
    ValueError
        With what is wrong in every group; a group in which no solution was found is wrong.
    """
    require_possible(estimator, missing)
    if estimator in ORDERED:
        models = ladder_models(named, data, group, estimator, missing, cluster, orthogonal=False)
        fits = ConfiguralFits((models.fitted(1, ()),), models.answers.groups)
    elif cluster is not None:
        solution = cfa(named, data, estimator, missing, group, cluster, std_lv=True)
        fits = ConfiguralFits((solution,), solution.groups)
    else:
        answers = grouped_answers(data, named, group, None, missing == "fiml", is_ordered=False)
        means = [p for own in items_of_factors.values() for p in _free_intercepts(named, own)]
        fits = _each_group((*named, *means), answers, estimator, missing)
    _require_found(fits)
    return fits


def _free_intercepts(named: Sequence[Parameter], items: Sequence[str]) -> list[Parameter]:
    """Intercepts that the model does not name."""
    said = {p.left for p in named if p.operator == "~1"}
    return [Parameter(item, "~1", "") for item in items if item not in said]


def _each_group(
    named: tuple[Parameter, ...], answers: GroupedAnswers, estimator: Estimator, missing: Missing
) -> ConfiguralFits:
    """The model of each group by itself; what is wrong with any of them is told at once."""
    solutions, faults = [], []
    for number, name in enumerate(answers.groups):
        own = tuple(p.of_group(number) for p in named)
        try:
            solutions.append(cfa(own, answers.of_group(number), estimator, missing, std_lv=True))
        except ValueError as error:
            faults.append(f"in group {name!r} {error}")
    if faults:
        raise ValueError("\n".join(faults))
    return ConfiguralFits(tuple(solutions), answers.groups)


def _require_found(fits: ConfiguralFits) -> None:
    """Refuse groups without a solution: their means would mean nothing."""
    together = len(fits.solutions) == 1
    names = ("all groups together",) if together else fits.groups
    lost = [
        name for name, solution in zip(names, fits.solutions, strict=True) if not solution.is_found
    ]
    if lost:
        raise ValueError(
            f"no solution of the model was found in {', '.join(lost)}; leave small groups or some "
            "items out"
        )


def _of_solution(
    solution: ConfirmatorySolution, factor: str, items: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Loadings and intercepts (2, Gp) of one factor, and covariances of their errors."""
    places, values = [], []
    for operator in ("=~", "~1"):
        for number in range(len(solution.groups)):
            rows = {
                row.right if operator == "=~" else row.left: row
                for row in solution.table.of_group(number)
                if row.operator == operator and (operator == "~1" or row.left == factor)
            }
            places += [rows[item].free for item in items]
            values += [rows[item].value for item in items]
    free = np.array(places)
    is_free = free >= 0
    estimates = np.where(is_free, solution.values[free], values).reshape(2, -1)
    covariance = solution.covariance[np.ix_(free, free)] * np.outer(is_free, is_free)
    return estimates, covariance


def _loadings_first(covariance: FloatArray, n_blocks: int) -> FloatArray:
    """Blocks with loadings before intercepts in each, as one matrix with all loadings first."""
    order = np.arange(len(covariance)).reshape(n_blocks, 2, -1).transpose(1, 0, 2).ravel()
    return covariance[np.ix_(order, order)]

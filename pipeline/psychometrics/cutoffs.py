"""Limits of fit for one model and one number of respondents, found by simulation.

Conventional limits were found for a few models. Here answers are drawn from the fitted model, and
from the same model with a small fault that is left out of it, and the model is fitted to both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics._threads import in_threads
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.implied import GroupModel, Matrices
from pipeline.psychometrics.confirmatory.model_text import Parameter
from pipeline.psychometrics.confirmatory.parameter_table import Row
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution, Estimator
from pipeline.psychometrics.drawn_fit import CorrelationModel, has_free_thresholds, indices_of
from pipeline.psychometrics.model_faults import (
    Population,
    covariance_of,
    drawn_answers,
    levels_of,
    measured_by_items,
    with_residuals,
)
from pipeline.psychometrics.result import Result

PLAIN = ("cfi", "tli", "rmsea", "srmr")
CORRECTED = (
    "cfi_scaled",
    "tli_scaled",
    "rmsea_scaled",
    "cfi_robust",
    "tli_robust",
    "rmsea_robust",
    "srmr",
)
"""Indices of a plain chi-square, and of one that is corrected; none is set beside the other."""

FEWEST_DRAWS = 20
SHARE_MISSED = 0.05
"""Share of true models beyond the limit, and of wrong models that reach the cut-off."""

BY_ESTIMATION = ("|", "~*~")
"""Parameters that are not said again when a model is fitted to drawn answers: a sample may lack a
category."""


@dataclass(frozen=True, slots=True)
class SimulatedCutoffs(Result):
    """Limits of fit for a model.

    Attributes
    ----------
    indices : tuple of str
        Names of the indices, of the kind the estimator reports.
    levels : tuple of str
        What is wrong at each level.
    correct : dict of str to ndarray, shape (n_draws,)
        Index by index, fit where the model is true; NaN where it could not be fitted.
    wrong : dict of str to ndarray, shape (n_levels, n_draws)
        Where it is not.
    limits : dict of str to float
        The value that 95 % of true models reach.
    cutoffs : dict of str to ndarray, shape (n_levels,)
        The value that only 5 % of wrong models reach.
    overlaps : dict of str to ndarray of bool, shape (n_levels,)
        Whether a true model may fit worse than a wrong one: the limit lies beyond the cut-off.
    n_simulated : int
        Respondents of each simulated sample.
    n_draws, n_failed : int
        Samples of each kind, and how many of all could not be fitted.
    method, condition : str
        How it was done; what stood in the way.
    """

    indices: tuple[str, ...]
    levels: tuple[str, ...]
    correct: dict[str, FloatArray]
    wrong: dict[str, FloatArray]
    limits: dict[str, float]
    cutoffs: dict[str, FloatArray]
    overlaps: dict[str, NDArray[np.bool_]]
    n_simulated: int
    n_draws: int
    n_failed: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row an index for the true model, and one a level for the wrong ones."""
        rows: list[dict[str, object]] = [
            {"statistic": f"limit_{name}", "estimate": self.limits[name]} for name in self.indices
        ]
        for place, level in enumerate(self.levels):
            for name in self.indices:
                overlap = "overlapping_cutoff" if self.overlaps[name][place] else None
                rows.append(
                    {
                        "factor": level,
                        "statistic": f"cutoff_{name}",
                        "estimate": float(self.cutoffs[name][place]),
                        "condition": joined([self.condition, overlap]),
                    }
                )
        return long_table(
            rows, n_respondents=self.n_simulated, method=self.method, condition=self.condition
        )


def simulated_cutoffs(
    solution: ConfirmatorySolution,
    n_respondents: int,
    n_draws: int,
    rng: np.random.Generator,
    answered: NDArray[np.bool_] | None = None,
) -> SimulatedCutoffs:
    """Limits of fit for a fitted model.

    Parameters
    ----------
    solution : ConfirmatorySolution
        The fitted model; its estimates are taken for true.
    n_respondents : int
        Respondents in each drawn sample.
    n_draws : int
        Samples for the true model, and for each wrong one; 500 or more for a publication.
    rng : Generator
        Draws the samples; the same seed gives the same limits.
    answered : ndarray of bool, shape (n, n_items), optional
        Which items each respondent answered, in the order of the model's items, where ordered
        items were fitted to all answers to each pair: drawn respondents leave out the same ones.
        Everyone answers everything where it is not given.

    Returns
    -------
    SimulatedCutoffs
        An index better than its cut-off tells the model from one with the fault of that level,
        unless they overlap: then no limit does.

    Raises
    ------
    ValueError
        If the model has several groups or no usable solution, or there are fewer than 20 draws.

    Notes
    -----
    The idea is that of McNeish & Wolf [1]_ [2]_. What is wrong at each level is told in
    :func:`~pipeline.psychometrics.model_faults.levels_of`.
    Respondents are drawn independently, also where the model
    allows for sites, and answer every item unless `answered` says otherwise.

    References
    ----------
    .. [1] McNeish & Wolf (2023). Dynamic fit index cutoffs for confirmatory factor analysis
       models. Psychological Methods, 28(1), 61-88.
    .. [2] McNeish (2023). Dynamic fit index cutoffs for categorical factor analysis with
       Likert-type, ordinal, or binary responses. American Psychologist, 78(9), 1061-1075.
    """
    _require_usable(solution, n_draws)
    matrices = with_residuals(
        GroupModel(solution.table, 0).matrices(solution.values), solution.table
    )
    truth = _population(solution, matrices)
    faults = levels_of(matrices)
    names = PLAIN if _is_plain(solution) else CORRECTED
    estimator: Estimator = "MLR" if _is_corrected_likelihood(solution) else solution.estimator
    fit = _fitting(solution, estimator, names)

    def fits(population: Population, streams: Sequence[np.random.Generator]) -> FloatArray:
        def one(stream: np.random.Generator) -> FloatArray:
            return fit(_thinned(drawn_answers(population, n_respondents, stream), answered))

        return np.array(list(in_threads(one, streams)))

    populations = [truth, *(truth._replace(covariance=fault) for fault in faults)]
    found = np.array([fits(p, rng.spawn(n_draws)) for p in populations])
    return _cutoffs(found, names, _names_of_levels(matrices, len(faults)), n_respondents, estimator)


def _require_usable(solution: ConfirmatorySolution, n_draws: int) -> None:
    faults = []
    if len(solution.groups) > 1:
        faults.append("the model has several groups; fit it to one of them, or to all together")
    if n_draws < FEWEST_DRAWS:
        faults.append(f"{n_draws} draws tell no percentiles; draw {FEWEST_DRAWS} or more")
    if solution.fit.df < 1:
        faults.append("the model has no degrees of freedom, so it fits whatever the answers are")
    if "not_converged" in (solution.condition or "").split():
        faults.append("the model has no solution to draw from; simplify it")
    if faults:
        raise ValueError("no limits can be simulated:\n" + "\n".join(faults))


def _is_plain(solution: ConfirmatorySolution) -> bool:
    return solution.estimator == "ML" and solution.n_clusters is None


def _is_corrected_likelihood(solution: ConfirmatorySolution) -> bool:
    return solution.estimator == "ML" and solution.n_clusters is not None


def _population(solution: ConfirmatorySolution, at: Matrices) -> Population:
    covariance = covariance_of(at, at.loadings, at.residual)
    mean = at.intercept + at.loadings @ at.total_effect @ at.factor_mean
    if not solution.table.has_means and not solution.table.is_ordered:
        mean = np.zeros(len(covariance))
    used = zip(at.thresholds, solution.table.n_thresholds, strict=False)
    return Population(covariance, mean, tuple(own[:n] for own, n in used))


def _named(solution: ConfirmatorySolution) -> tuple[Parameter, ...]:
    """The complete model as one that can be fitted again, begun from its estimates."""
    ordered = solution.table.is_ordered
    rows = [
        row
        for row in solution.table.rows
        if row.operator not in BY_ESTIMATION and not (ordered and row.operator == "~1")
    ]
    return tuple(_parameter(row, solution.values) for row in rows)


def _parameter(row: Row, values: FloatArray) -> Parameter:
    is_free = row.free >= 0
    return Parameter(
        row.left,
        row.operator,  # type: ignore[arg-type]
        row.right,
        values=(None if is_free else row.value,),
        labels=(f"equal{row.free}" if is_free and row.label else None,),
        starts=(float(values[row.free]) if is_free else None,),
        is_free=is_free,
    )


def _thinned(drawn: FloatArray, answered: NDArray[np.bool_] | None) -> FloatArray:
    """Drawn answers without those that the respondents in the same places did not give."""
    if answered is None:
        return drawn
    return np.where(answered[np.arange(len(drawn)) % len(answered)], drawn, nan)


def _fitting(
    solution: ConfirmatorySolution, estimator: Estimator, names: tuple[str, ...]
) -> Callable[[FloatArray], FloatArray]:
    """What fits the model to drawn answers and tells its indices."""
    if has_free_thresholds(solution.table):
        again = CorrelationModel(solution)
        return lambda drawn: indices_of(again.fit_to(drawn), names)
    model, items = _named(solution), solution.table.items
    return lambda drawn: _fit(model, pd.DataFrame(drawn, columns=items), estimator, names)


def _fit(
    model: tuple[Parameter, ...], answers: pd.DataFrame, estimator: Estimator, names: Sequence[str]
) -> FloatArray:
    """Indices of the model fitted to drawn answers; NaN where it cannot be."""
    try:
        fit = cfa(model, answers, estimator).fit
    except ValueError:
        return np.full(len(names), nan)
    if "not_converged" in (fit.condition or "").split():
        return np.full(len(names), nan)
    return np.array([getattr(fit, name) for name in names])


def _names_of_levels(at: Matrices, n_levels: int) -> tuple[str, ...]:
    kind = "residuals" if len(measured_by_items(at.loadings)) < 2 else "loadings"
    return tuple(f"{kind} left out, level {level}" for level in range(1, n_levels + 1))


def _cutoffs(
    found: FloatArray,
    names: Sequence[str],
    levels: tuple[str, ...],
    n_respondents: int,
    estimator: str,
) -> SimulatedCutoffs:
    """Limits from indices of shape (1 + n_levels, n_draws, n_indices)."""
    kept = [place for place in range(len(names)) if np.isfinite(found[0, :, place]).any()]
    failed = ~np.isfinite(found).any(axis=2)
    limits, cutoffs, overlaps = {}, {}, {}
    for place in kept:
        name, values = names[place], found[:, :, place]
        share = SHARE_MISSED if _is_more_better(name) else 1 - SHARE_MISSED
        limits[name] = float(np.nanquantile(values[0], share))
        cutoffs[name] = np.array([_quantile(level, 1 - share) for level in values[1:]])
        sign = 1 if _is_more_better(name) else -1
        overlaps[name] = sign * limits[name] <= sign * cutoffs[name]
    n_draws = found.shape[1]
    indices = tuple(names[place] for place in kept)
    return SimulatedCutoffs(
        indices=indices,
        levels=levels,
        correct={names[place]: found[0, :, place] for place in kept},
        wrong={names[place]: found[1:, :, place] for place in kept},
        limits=limits,
        cutoffs=cutoffs,
        overlaps=overlaps,
        n_simulated=n_respondents,
        n_draws=n_draws,
        n_failed=int(failed.sum()),
        method=f"{estimator} on {n_draws} samples drawn from the model and as many for each level; "
        "limit: reached by 95 % where the model is true, cut-off: by 5 % where it is not",
        condition="undefined_draws" if failed.any() else None,
    )


def _quantile(values: FloatArray, share: float) -> float:
    return float(np.nanquantile(values, share)) if np.isfinite(values).any() else nan


def _is_more_better(name: str) -> bool:
    return name.startswith(("cfi", "tli"))

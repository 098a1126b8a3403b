"""Several models held against the same answers, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.reliability import bifactor_indices_of, model_reliability
from pipeline.psychometrics.confirmatory.residuals import residual_correlations
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution, Estimator
from pipeline.psychometrics.confirmatory.standardised import standardised_solution
from pipeline.psychometrics.cutoffs import simulated_cutoffs
from pipeline.psychometrics.discriminant import ratios_of_pairs
from pipeline.psychometrics.efa.explore import explore_factors
from pipeline.psychometrics.obstacles import in_short
from pipeline.psychometrics.polychoric import polychoric_correlations
from pipeline.psychometrics.two_level.fit import two_level_cfa

OF_ANSWERS = (
    "standardised_threshold",
    "standardised_intercept",
    "standardised_mean",
    "standardised_scale",
    "unexplained_item_variance",
)
"""Left out: how often each answer was given, what follows from the loadings, and means of 0."""


OF_SCALES = (
    "categorical_omega_model_implied",
    "omega_model_implied",
    "average_variance_extracted",
    "construct_replicability",
)
"""Of ordered and of continuous items."""

OF_EXPLORING = ("structure", "uniqueness", "communality")
"""Left out: they follow from the pattern and the correlations of the factors."""


class ModelToFit(NamedTuple):
    """A model in the notation of lavaan, with the one between sites if it has two levels.

    `factors` are the items of each factor: without a text, the targets of an exploratory solution.
    `general` is the general factor of a model whose factors are all unrelated.
    """

    text: str | None
    between: str | None
    factors: Mapping[str, Sequence[str]]
    general: str | None = None


class ComparedModel(NamedTuple):
    """Estimates of a model, and why it has none."""

    rows: pd.DataFrame
    obstacle: str | None


@dataclass(frozen=True, slots=True, eq=False)
class HeldAgainst:
    """A model held against answers.

    Attributes
    ----------
    solution : ConfirmatorySolution or None
        The fitted model; None if it could not be fitted.
    obstacle : str or None
        Why not, in a sentence.
    """

    solution: ConfirmatorySolution | None
    obstacle: str | None

    def to_rows(self, with_residuals: bool = False) -> pd.DataFrame:
        """Fit, standardised parameters and, if wanted, residual correlations; empty if not fitted.

        What tells how often an answer was given is left out.
        """
        if self.solution is None:
            return pd.DataFrame()
        standardised = standardised_solution(self.solution).to_rows()
        parts = [
            self.solution.fit.to_rows(),
            standardised[~standardised["statistic"].isin(OF_ANSWERS)],
        ]
        if with_residuals:
            parts.append(residual_correlations(self.solution).to_rows())
        return pd.concat(parts, ignore_index=True)


def hold_against(
    model: str | Mapping[str, Sequence[str]],
    data: pd.DataFrame,
    missing: Literal["listwise", "pairwise"],
    cluster: str | None = None,
    estimator: Estimator = "WLSMV",
    confidence_level: float = 0.95,
) -> HeldAgainst:
    """Fit a model, or say why it cannot be fitted.

    Parameters
    ----------
    model, data, missing, cluster, estimator, confidence_level
        As for :func:`cfa`; variances of factors are fixed at 1.

    Returns
    -------
    HeldAgainst
        A model that the answers do not identify is no solution; one with a reservation is.
    """
    try:
        solution = cfa(
            model,
            data,
            estimator,
            missing,
            cluster=cluster,
            std_lv=True,
            confidence_level=confidence_level,
        )
    except ValueError as fault:
        return HeldAgainst(None, in_short(fault))
    if "not_converged" in (solution.condition or "").split():
        return HeldAgainst(None, "the search for the best solution stopped before it was found")
    return HeldAgainst(solution, None)


def compare_models(
    models: Mapping[str, ModelToFit],
    data: pd.DataFrame,
    missing: Literal["listwise", "pairwise"],
    cluster: str,
    confidence_level: float = 0.95,
    preferred: str | None = None,
    n_draws: int = 0,
    rng: np.random.Generator | None = None,
    n_replications: int = 200,
) -> dict[str, ComparedModel]:
    """Several models held against the same answers.

    Parameters
    ----------
    models : mapping of str to ModelToFit
        The models by name.
    data : DataFrame
        A row a respondent: the items, and the column named in `cluster`.
    missing : {"listwise", "pairwise"}
        Use respondents who answered every item, or all answers to each pair of items.
    cluster : str
        Column of sites.
    confidence_level : float
        Of the intervals of parameters.
    preferred : str, optional
        The model the others are held against: its residual correlations are told too, how reliable
        its factors are and whether they can be told apart, and limits of fit are simulated for it.
    n_draws : int
        Samples drawn for these limits; 0 for none.
    rng : Generator, optional
        Draws them and the replications; seeded with 0 where none is given.
    n_replications : int
        Replications for the intervals of heterotrait-monotrait ratios.

    Returns
    -------
    dict of str to ComparedModel
        In the order of `models`; a model that cannot be fitted has an obstacle and no rows.
    """
    draws = rng if rng is not None else np.random.default_rng(0)
    found = {}
    for name, model in models.items():
        if model.text is None:
            found[name] = _explored(model.factors, data, missing)
        elif model.between is not None:
            found[name] = _in_two_levels(model.text, model.between, data, cluster)
        else:
            held = hold_against(
                model.text, data, missing, cluster, confidence_level=confidence_level
            )
            rows = [held.to_rows(with_residuals=name == preferred)]
            if name == preferred and held.solution is not None:
                rows += [
                    _of_scales(held.solution),
                    ratios_of_pairs(
                        data, model.factors, cluster, draws, n_replications, confidence_level
                    ),
                    *_limits(held, n_draws, draws, data if missing == "pairwise" else None),
                ]
            if model.general is not None and held.solution is not None:
                rows.append(_of_general(held.solution, model.general))
            found[name] = ComparedModel(pd.concat(rows, ignore_index=True), held.obstacle)
    return found


def _of_scales(solution: ConfirmatorySolution) -> pd.DataFrame:
    """Reliability of the sum of each factor's items, and variance extracted."""
    rows = model_reliability(solution).to_rows()
    return rows[rows["statistic"].isin(OF_SCALES)]


def _of_general(solution: ConfirmatorySolution, general: str) -> pd.DataFrame:
    """What a general factor and the others stand for, without numbers of single items."""
    rows = bifactor_indices_of(solution, general).to_rows()
    return rows[rows["item"].isna()]


def _limits(
    held: HeldAgainst, n_draws: int, rng: np.random.Generator, incomplete: pd.DataFrame | None
) -> list[pd.DataFrame]:
    """Simulated limits; drawn people leave out what those in `incomplete` did."""
    solution = held.solution
    if solution is None or n_draws == 0 or solution.fit.df < 1:
        return []
    answered = None
    if incomplete is not None:
        given = incomplete[list(solution.table.items)].notna().to_numpy()
        answered = given[given.any(axis=1)]
    found = simulated_cutoffs(solution, solution.n_respondents, n_draws, rng, answered)
    return [found.to_rows()]


def _in_two_levels(within: str, between: str, data: pd.DataFrame, cluster: str) -> ComparedModel:
    try:
        solution = two_level_cfa(within, between, data, cluster, std_lv=True)
    except ValueError as fault:
        return ComparedModel(pd.DataFrame(), in_short(fault))
    rows = solution.to_rows()
    is_fit = rows["item"].isna() & rows["factor"].isna()
    if not np.isfinite(rows.loc[is_fit, "estimate"].to_numpy(dtype=float)).any():
        return ComparedModel(pd.DataFrame(), f"the answers do not allow it ({solution.condition})")
    return ComparedModel(rows[is_fit], None)


def _explored(
    targets: Mapping[str, Sequence[str]],
    data: pd.DataFrame,
    missing: Literal["listwise", "pairwise"],
) -> ComparedModel:
    """Exploratory factors rotated to a target, called by the names of their targets."""
    items = list(dict.fromkeys(item for own in targets.values() for item in own))
    try:
        correlation = polychoric_correlations(data[items], missing).correlation
        solution = explore_factors(correlation, len(targets), rotation="target", target=targets)
    except ValueError as fault:
        return ComparedModel(pd.DataFrame(), in_short(fault))
    if not solution.is_defined:
        return ComparedModel(pd.DataFrame(), f"the answers do not allow it ({solution.condition})")
    rows = solution.to_rows()
    rows = rows[~rows["statistic"].isin(OF_EXPLORING)]
    names = dict(zip(solution.factors, targets, strict=True))
    factors = [None if pd.isna(name) else _renamed(str(name), names) for name in rows["factor"]]
    return ComparedModel(rows.assign(factor=pd.array(factors, dtype="string")), None)


def _renamed(name: str, names: Mapping[str, str]) -> str:
    return " with ".join(names.get(part, part) for part in name.split(" with "))

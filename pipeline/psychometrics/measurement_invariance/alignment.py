"""Alignment: factor means of many groups without every item being the same in all of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.psychometrics.confirmatory.estimate import Model
from pipeline.psychometrics.confirmatory.model_text import Parameter, parameters_of
from pipeline.psychometrics.confirmatory.solution import ORDERED, Estimator, Missing
from pipeline.psychometrics.measurement_invariance.align import Weights, align
from pipeline.psychometrics.measurement_invariance.aligned_factor import Alignment
from pipeline.psychometrics.measurement_invariance.configural import configural_fits
from pipeline.psychometrics.measurement_invariance.simplicity import Scale


def alignment(
    model: Model,
    data: pd.DataFrame,
    group: str,
    estimator: Estimator = "MLR",
    missing: Missing = "listwise",
    cluster: str | None = None,
    *,
    weights: Weights = "sqrt_n",
    scale: Scale = "product",
    smoothing: float = 0.01,
    confidence_level: float = 0.95,
    rng: np.random.Generator | None = None,
    n_replications: int = 200,
) -> Alignment:
    """Compare factor means of many groups although some items differ in some of them.

    Parameters
    ----------
    model : str or mapping of str to sequence of str
        Factors and their items; every item measures one factor.
    data : DataFrame
        A row a respondent: items and the columns named in `group` and `cluster`.
    group : str
        Column of groups, in sorted order (or that of its categories); the first is the reference.
    estimator : {"MLR", "ML", "WLSMV", "ULSMV"}
        Of the configural model; see Notes for ordered items.
    missing : {"listwise", "pairwise", "fiml"}
        As for :func:`cfa`.
    cluster : str, optional
        Column of sites that errors allow for.
    weights, scale, smoothing, confidence_level, rng, n_replications
        As for :func:`align`.

    Returns
    -------
    Alignment

    Raises
    ------
    ValueError
        If the configural model cannot be fitted in every group, with all groups in which it cannot,
        or an item measures two factors.

    Notes
    -----
    The factors of a group are fitted together, with free loadings and intercepts, means 0 and
    variances 1; then each factor is aligned on its own, see :func:`align`. Continuous items are
    fitted group by group, except with `cluster`. Ordered items have no intercepts and no unit of
    their own: all groups are fitted together with equal thresholds, which gives their latent
    responses one unit, and the loadings and intercepts of these are aligned, in units in which the
    residual variance of the first group is 1 (of items with two categories, that of every group).
    Whether thresholds are equal is the first step of an invariance ladder and is to be looked at
    before; a group may lack a category only if it is merged in all groups.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> level = np.repeat([0.0, 0.5, -0.5], 300)[:, None]
    >>> answers = level + rng.normal(size=(900, 1)) + rng.normal(size=(900, 3))
    >>> table = pd.DataFrame(answers, columns=list("abc")).assign(site=np.repeat(list("xyz"), 300))
    >>> found = alignment({"trust": list("abc")}, table, "site")
    >>> (found.of_factor("trust").means > 0).tolist()
    [False, True, False]
    """
    named = model if isinstance(model, tuple) else parameters_of(model)
    items = _items_of_factors(named)
    fits = configural_fits(named, items, data, group, estimator, missing, cluster)
    source = "thresholds equal" if estimator in ORDERED else "configural model"
    return Alignment(
        tuple(
            align(
                *fits.of_factor(factor, own),
                factor=factor,
                weights=weights,
                scale=scale,
                smoothing=smoothing,
                confidence_level=confidence_level,
                rng=rng,
                n_replications=n_replications,
                condition=fits.condition,
                source=f"{source} by {estimator}, {missing}",
            )
            for factor, own in items.items()
        )
    )


def _items_of_factors(named: Sequence[Parameter]) -> dict[str, list[str]]:
    """Items of each factor, in the order of the model."""
    result: dict[str, list[str]] = {}
    for p in named:
        if p.operator == "=~":
            result.setdefault(p.left, []).append(p.right)
    all_items = [item for own in result.values() for item in own]
    faults = [
        f"{item} measures more than one factor"
        for item in sorted(set(all_items))
        if all_items.count(item) > 1
    ]
    faults += [f"{name} is a factor measured by another" for name in result if name in all_items]
    faults += [f"{name} has fewer than three items" for name in result if len(result[name]) < 3]
    faults += [f"{p.left} ~ {p.right} is a regression" for p in named if p.operator == "~"]
    if faults or not result:
        raise ValueError(
            "alignment needs factors of three items or more, each item measuring one factor:\n"
            + "\n".join(faults or ["the model has no factor"])
        )
    return result

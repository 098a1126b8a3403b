"""Confirmatory factor analysis of a table of answers."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from pipeline.psychometrics._distributions import tails
from pipeline.psychometrics.confirmatory.answers import grouped_answers
from pipeline.psychometrics.confirmatory.completion import Equal, Parameterization
from pipeline.psychometrics.confirmatory.fitting import fit_model, samples_of
from pipeline.psychometrics.confirmatory.model_text import Parameter, parameters_of
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, parameter_table
from pipeline.psychometrics.confirmatory.solution import (
    ORDERED,
    ConfirmatorySolution,
    Estimator,
    Missing,
)

Model = str | Mapping[str, Sequence[str]] | tuple[Parameter, ...]


def cfa(
    model: Model,
    data: pd.DataFrame,
    estimator: Estimator = "WLSMV",
    missing: Missing = "listwise",
    group: str | None = None,
    cluster: str | None = None,
    std_lv: bool = False,
    orthogonal: bool = False,
    parameterization: Parameterization = "delta",
    group_equal: Collection[Equal] = (),
    group_partial: Collection[str] = (),
    confidence_level: float = 0.95,
) -> ConfirmatorySolution:
    """Fit a factor model that was decided on beforehand.

    Parameters
    ----------
    model : str or mapping of str to sequence of str
        A text in the notation of lavaan, or the items of each factor.
    data : DataFrame
        A row a respondent: items, and the columns named in `group` and `cluster`.
    estimator : {"WLSMV", "ULSMV", "ML", "MLR"}
        Ordered items: (diagonally weighted) least squares on polychoric correlations with robust
        errors and a scaled and shifted chi-square. Continuous items: maximum likelihood, plain or
        with robust errors and the chi-square of Yuan and Bentler.
    missing : {"listwise", "pairwise", "fiml"}
        Use respondents who answered every item; for ordered items all answers to each pair; for
        ML and MLR all answers (full information), which assumes that they are missing at random.
    group : str, optional
        Column of groups, taken in sorted order (or that of its categories). The first is the group
        that others are held against.
    cluster : str, optional
        Column of sites: errors and chi-square allow for respondents of one site being alike.
    std_lv : bool
        Fix variances of factors at 1 rather than their first loading.
    orthogonal : bool
        Keep factors uncorrelated.
    parameterization : {"delta", "theta"}
        Of ordered items: scales or residual variances are parameters.
    group_equal : collection of str
        What is equal in all groups: "loadings", "intercepts", "thresholds", "residuals",
        "residual_covariances", "factor_variances", "factor_covariances", "means", "regressions".
    group_partial : collection of str
        Exceptions from it, written as ``"trust =~ item1"``.
    confidence_level : float
        Of the intervals of parameters.

    Returns
    -------
    ConfirmatorySolution

    Raises
    ------
    ValueError
        If the model cannot be understood or does not go with the data, is not identified, or the
        answers cannot carry it; everything is told at once.

    Notes
    -----
    Defaults are those of lavaan's ``cfa`` [1]_, with two exceptions: groups are in sorted order,
    not in that of the data, and moments of observed predictors are estimated like those of items
    (``fixed.x = FALSE``). Means are modelled for several groups, for clusters
    and with missing answers. With `cluster` robust errors are always used for ML.

    References
    ----------
    .. [1] Rosseel (2012). Journal of Statistical Software, 48(2), 1-36.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> table = pd.DataFrame(np.digitize(answers, [-1, 0, 1]), columns=list("abcd"))
    >>> solution = cfa({"trust": list("abcd")}, table)
    >>> solution.fit.df, bool(solution.fit.rmsea_scaled < 0.08)
    (2, True)
    """
    named = model if isinstance(model, tuple) else parameters_of(model)
    require_possible(estimator, missing)
    is_ordered = estimator in ORDERED
    tails(confidence_level)
    answers = grouped_answers(data, named, group, cluster, missing != "listwise", is_ordered)
    table = parameter_table(
        named,
        n_groups=len(answers.groups),
        n_categories=answers.n_categories() if is_ordered else None,
        std_lv=std_lv,
        orthogonal=orthogonal,
        has_means=cluster is not None or len(answers.groups) > 1 or missing == "fiml",
        parameterization=parameterization,
        group_equal=group_equal,
        group_partial=group_partial,
    )
    _require_named(table, group_partial)
    samples = samples_of(answers, table.items, estimator, missing)
    return fit_model(table, samples, answers, estimator, missing, confidence_level)


def _require_named(table: ParameterTable, group_partial: Collection[str]) -> None:
    """Refuse exceptions that are none because no parameter is called so."""
    parameters = dict.fromkeys(f"{row.left}{row.operator}{row.right}" for row in table.rows)
    faults = [
        f"group_partial names {name!r}, which is no parameter of the model; write for instance "
        f"{next(iter(parameters))!r}"
        for name in group_partial
        if "".join(name.split()) not in parameters
    ]
    if faults:
        raise ValueError("\n".join(faults))


def require_possible(estimator: str, missing: str) -> None:
    """Refuse estimators that do not exist and treatments of missing answers they do not have.

    Raises
    ------
    ValueError
        Saying which there are.
    """
    known = ("ML", "MLR", *ORDERED)
    if estimator not in known:
        raise ValueError(f"estimator must be one of {', '.join(known)}, got {estimator!r}")
    if missing not in ("listwise", "pairwise", "fiml"):
        raise ValueError(f"missing must be 'listwise', 'pairwise' or 'fiml', got {missing!r}")
    if missing == "fiml" and estimator in ORDERED:
        raise ValueError(
            "missing='fiml' is for ML and MLR; use 'pairwise' or 'listwise' for ordered items"
        )
    if missing == "pairwise" and estimator not in ORDERED:
        raise ValueError("missing='pairwise' is for ordered items (WLSMV, ULSMV)")

"""Where a model misses: correlations of the items less those the model implies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import in_group, long_table
from pipeline.psychometrics.confirmatory.implied import implied_covariance
from pipeline.psychometrics.confirmatory.sample import (
    ContinuousSample,
    OrderedSample,
    as_correlations,
)
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.result import Result

LARGE_RESIDUAL = 0.10
"""Residual correlations larger than this are worth a look (Kline, 2016)."""


@dataclass(frozen=True, slots=True, eq=False)
class ResidualCorrelations(Result):
    """Correlations of the items less those a model implies.

    Attributes
    ----------
    items, groups : tuple of str
        Items in the order of rows and columns; groups (one empty name without groups).
    values : ndarray, shape (n_groups, n_items, n_items)
        Residuals; positive where items go together more than the model says.
    n_respondents : int
        Respondents used.
    method, condition : str
        Those of the solution.
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    values: FloatArray
    n_respondents: int
    method: str
    condition: str | None

    def local_misfit(self, at_least: float = LARGE_RESIDUAL) -> pd.DataFrame:
        """Pairs of items with a residual of this size or more, the largest first.

        Returns
        -------
        DataFrame
            Columns ``first``, ``second``, ``group``, ``residual``.
        """
        table = self._pairs()
        large = table[table["residual"].abs() >= at_least]
        order = np.argsort(-large["residual"].abs().to_numpy(), kind="stable")
        return large.iloc[order].reset_index(drop=True)

    def to_rows(self) -> pd.DataFrame:
        """A row per pair of items of each group."""
        table = self._pairs()
        pairs = table["first"] + " with " + table["second"]
        names = [in_group(*own) for own in zip(pairs, table["group"], strict=True)]
        return long_table(
            [
                {"item": name, "statistic": "residual_of_correlation", "estimate": value}
                for name, value in zip(names, table["residual"], strict=True)
            ],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _pairs(self) -> pd.DataFrame:
        """Every two items of every group with their residual."""
        first, second = np.triu_indices(len(self.items), k=1)
        names = np.array(self.items, dtype=object)
        return pd.DataFrame(
            {
                "first": np.tile(names[first], len(self.groups)),
                "second": np.tile(names[second], len(self.groups)),
                "group": np.repeat(np.array(self.groups, dtype=object), len(first)),
                "residual": self.values[:, first, second].ravel(),
            }
        )


def residual_correlations(solution: ConfirmatorySolution) -> ResidualCorrelations:
    r"""How far the correlations of the items are from those of the model.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model.

    Returns
    -------
    ResidualCorrelations

    Notes
    -----
    .. math:: \frac{s_{ij}}{\sqrt{s_{ii} s_{jj}}} -
              \frac{\hat\sigma_{ij}}{\sqrt{\hat\sigma_{ii} \hat\sigma_{jj}}}

    [1]_; polychoric correlations of ordered items. Agrees with lavaan's ``lavResiduals`` (type
    ``cor.bollen``): ``tests/oracles/lavaan_read_off``.

    References
    ----------
    .. [1] Bollen (1989). Structural equations with latent variables. Wiley.

    Examples
    --------
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> answers[:, 1] += answers[:, 0]
    >>> table = pd.DataFrame(answers, columns=list("abcd"))
    >>> solution = cfa({"f": list("abcd")}, table, estimator="ML")
    >>> residual_correlations(solution).local_misfit().loc[0, ["first", "second"]].tolist()
    ['c', 'd']
    """
    objective = solution.objective
    values = []
    samples: Sequence[ContinuousSample | OrderedSample] = objective.samples
    for model, sample in zip(objective.models, samples, strict=True):
        implied = implied_covariance(model.matrices(solution.values), model.table)
        values.append(sample.correlations() - as_correlations(implied))
    return ResidualCorrelations(
        items=solution.table.items,
        groups=solution.groups,
        values=np.array(values),
        n_respondents=solution.n_respondents,
        method=f"residual correlations; {solution.method}",
        condition=solution.condition,
    )

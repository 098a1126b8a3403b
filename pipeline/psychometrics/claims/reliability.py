"""How reliable a score is among people of a site, and how reliable the mean of a site is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import to_numbers
from pipeline.psychometrics.claims.pairs import centred
from pipeline.psychometrics.multilevel import intraclass_correlation
from pipeline.psychometrics.reliability import cronbach_alpha, inter_item_correlation

PAIR = 2


@dataclass(frozen=True, slots=True)
class ScoreReliability:
    """A reliability and the name of the coefficient."""

    estimate: float
    method: str


FACT = ScoreReliability(1.0, "a fact")
"""Of an answer about a fact, such as the length of involvement."""


def reliability_within(
    items: pd.DataFrame, sites: pd.Series[str], missing: Literal["listwise", "pairwise"]
) -> ScoreReliability | None:
    """Reliability of a score among people of the same site; None where it cannot be known.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers.
    sites : Series
        Site of each respondent.
    missing : {"listwise", "pairwise"}
        As for :func:`cronbach_alpha`.

    Notes
    -----
    Coefficient alpha of the answers minus the mean of their site, and of two items the
    Spearman-Brown coefficient. One item alone has no reliability that one survey could tell.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 3, 4, 5], "b": [2, 3, 5, 5]})
    >>> reliability_within(answers, pd.Series(list("xxyy")), "listwise").method
    'Spearman-Brown coefficient within sites'
    """
    if items.shape[1] < PAIR:
        return None
    codes = pd.factorize(sites)[0].astype(np.int64)
    numbers = to_numbers(items)
    within = pd.DataFrame(
        np.column_stack([_centred_where_known(column, codes) for column in numbers.T]),
        columns=items.columns,
    )
    if items.shape[1] == PAIR:
        estimate, method = (
            inter_item_correlation(within).spearman_brown,
            "Spearman-Brown coefficient",
        )
    else:
        estimate, method = cronbach_alpha(within, missing=missing).estimate, "coefficient alpha"
    return ScoreReliability(estimate, f"{method} within sites") if estimate > 0 else None


def reliability_of_means(
    scores: pd.Series[float], sites: pd.Series[str]
) -> ScoreReliability | None:
    """Reliability of site means, ICC(2); None where it cannot be known."""
    found = intraclass_correlation(scores, sites)
    if not found.icc2_anova > 0:
        return None
    return ScoreReliability(found.icc2_anova, "ICC(2) of site means")


def _centred_where_known(column: np.ndarray, codes: np.ndarray) -> np.ndarray:
    known = ~np.isnan(column)
    result = np.full(len(column), np.nan)
    result[known] = centred(column[known], codes[known])
    return result

"""Polychoric correlations of the items of a scale, from answers or from counts."""

from typing import NamedTuple

import pandas as pd

from pipeline.psychometrics._responses import FloatArray, require_items
from pipeline.psychometrics.counts import AnswerCounts
from pipeline.psychometrics.polychoric import (
    PolychoricCorrelations,
    polychoric_correlations,
    polychoric_covariance,
)
from pipeline.psychometrics.reliability.usable_answers import Missing


class OrderedAnswers(NamedTuple):
    """Correlations, the covariances of all sampling errors, and respondents given.

    Counts have no covariances: these need the answers.
    """

    polychoric: PolychoricCorrelations
    covariance: FloatArray | None
    n_total: int


def ordered_answers(answers: pd.DataFrame | AnswerCounts, missing: Missing) -> OrderedAnswers:
    """What the reliability of ordered answers rests on.

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, or an item has more than 100
        different answers.
    """
    items = answers.items if isinstance(answers, AnswerCounts) else require_items(answers)
    if len(items) < 2:
        raise ValueError("reliability needs at least 2 items, got 1")
    if isinstance(answers, AnswerCounts):
        return OrderedAnswers(polychoric_correlations(answers), None, answers.n_total)
    found = polychoric_covariance(answers, missing)
    return OrderedAnswers(found.polychoric, found.values, len(answers))

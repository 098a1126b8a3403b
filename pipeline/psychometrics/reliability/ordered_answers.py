"""Polychoric correlations of the items of a scale, from answers or from counts."""

from typing import Any, NamedTuple

import pandas as pd

from pipeline.psychometrics._distributions import normal_quantile, student_quantile, tails
from pipeline.psychometrics._responses import FloatArray, few_groups, require_items
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.counts import AnswerCounts, Missing
from pipeline.psychometrics.polychoric import (
    PolychoricCorrelations,
    polychoric_correlations,
    polychoric_covariance,
)


class OrderedAnswers(NamedTuple):
    """Correlations, the covariances of all sampling errors, respondents given, and clusters.

    Counts have no covariances: these need the answers.
    """

    polychoric: PolychoricCorrelations
    covariance: FloatArray | None
    n_total: int
    n_clusters: int | None

    @property
    def method_of_interval(self) -> str:
        """Words on the interval, for the method of a result."""
        if self.covariance is None:
            return ""
        clusters = "" if self.n_clusters is None else f", {self.n_clusters} clusters"
        return f"; delta-method interval{clusters}"

    @property
    def condition(self) -> str | None:
        """That of the correlations, and whether there are enough clusters for an interval."""
        lone = self.n_clusters is not None and self.covariance is None
        groups = "too_few_groups" if lone else few_groups(self.n_clusters)
        return joined([self.polychoric.condition, groups])

    def width(self, confidence_level: float) -> float:
        """Quantile of the normal distribution, or of t with a degree of freedom less than clusters.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        high_tail = tails(confidence_level)[1]
        if self.n_clusters is None or self.n_clusters < 2:
            return normal_quantile(high_tail)
        return student_quantile(high_tail, self.n_clusters - 1)


def ordered_answers(
    answers: pd.DataFrame | AnswerCounts,
    missing: Missing,
    clusters: "pd.Series[Any] | None" = None,
) -> OrderedAnswers:
    """What the reliability of ordered answers rests on.

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, an item has more than 100
        different answers, or clusters belong to others or to counts.
    """
    items = answers.items if isinstance(answers, AnswerCounts) else require_items(answers)
    if len(items) < 2:
        raise ValueError("reliability needs at least 2 items, got 1")
    if isinstance(answers, AnswerCounts):
        if clusters is not None:
            raise ValueError("counts have no clusters; give the answers")
        return OrderedAnswers(polychoric_correlations(answers), None, answers.n_total, None)
    found = polychoric_covariance(answers, missing, clusters=clusters)
    lone = "too_few_groups" in (found.condition or "")
    covariance = None if lone else found.values
    return OrderedAnswers(found.polychoric, covariance, len(answers), found.n_clusters)

"""What a claim asks for, the answers it is looked up in, and what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.claims.reliability import ScoreReliability


@dataclass(frozen=True, slots=True)
class Asked:
    """A statistic that is asked for, by names.

    Attributes
    ----------
    kind : str
        Which statistic, such as ``correlation``.
    variables, against, given : tuple of str
        What it is about, what that is compared with, and what is held constant.
    absolute : bool
        The sign of correlations or differences is left aside.
    corrected : bool
        Correlations are corrected for unreliability, as far as it is known.
    high, low : str, optional
        Groups; a difference is the first minus the second.
    ordered_by : str, optional
        Variable whose answers in `order` make groups.
    """

    kind: str
    variables: tuple[str, ...]
    against: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    absolute: bool = False
    corrected: bool = False
    high: str | None = None
    low: str | None = None
    ordered_by: str | None = None
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ClaimSample:
    """The units, people or sites, that claims are held against.

    Attributes
    ----------
    values : DataFrame, shape (n_units, n_variables)
        Numbers or missing.
    strata : ndarray of int, shape (n_units,)
        Units are compared with others of their stratum, such as people with others of their site;
        all the same where strata are left aside.
    members : DataFrame, shape (n_units, n_groups)
        True for units that belong to a group.
    fewest : int
        Units a number needs, and units each of two groups needs.
    reliabilities : mapping of str to ScoreReliability
        Reliability of the variables for which it is known; 1 for a fact.
    """

    values: pd.DataFrame
    strata: IntArray
    members: pd.DataFrame
    fewest: int
    reliabilities: Mapping[str, ScoreReliability] = field(default_factory=dict)

    def numbers(self, name: str) -> FloatArray:
        """The values of a variable, with NaN where there is none."""
        return self.values[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def in_group(self, name: str) -> npt.NDArray[np.bool_]:
        """Which units belong to a group."""
        return self.members[name].fillna(False).to_numpy(dtype=bool)


@dataclass(frozen=True, slots=True)
class ClaimEstimate:
    """One statistic that a claim is about.

    Attributes
    ----------
    about : str
        The variables, such as ``A with B``.
    estimate, ci_low, ci_high : float
        The statistic and its interval; NaN where there is none.
    confidence_level : float
        Coverage of the interval.
    n : int
        Units, people or sites, behind it; the smallest number where there are several.
    method : str
        How statistic and interval were computed.
    reliability : str
        What was corrected for.
    uncorrected : tuple of str
        Variables that should have been corrected for and could not be: their correlations are too
        small.
    condition : str or None
        ``too_few``: fewer units than needed, in all, in a group, or with another answer than the
        most frequent one. ``no_variation``: all gave the same answer. ``undefined``: corrected
        correlations that contradict one another. With an estimate: ``not_rising``, the means do
        not rise with the order; ``uneven``, what is compared could not be corrected alike.
    """

    about: str
    estimate: float
    ci_low: float
    ci_high: float
    confidence_level: float
    n: int
    method: str
    reliability: str = ""
    uncorrected: tuple[str, ...] = ()
    condition: str | None = None


def no_estimate(about: str, n: int, method: str, condition: str) -> ClaimEstimate:
    """Says why there is no number."""
    return ClaimEstimate(about, nan, nan, nan, nan, n, method, condition=condition)

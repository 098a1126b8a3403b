"""The group of each respondent, as a number."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.intp]


class Grouping(NamedTuple):
    """The group of each respondent.

    Attributes
    ----------
    codes : ndarray, shape (n_respondents,)
        Place of the respondent's group in `labels`, -1 without one.
    labels : tuple of str
        The groups, sorted; those of a categorical Series in the order of its categories.
    """

    codes: Codes
    labels: tuple[str, ...]


def grouping_of(groups: pd.Series) -> Grouping:
    """Numbers 0, 1, ... in place of the names of the groups."""
    if isinstance(groups.dtype, pd.CategoricalDtype):
        codes, labels = groups.cat.codes.to_numpy(), groups.cat.categories
    else:
        codes, labels = pd.factorize(groups, sort=True)
    return Grouping(codes.astype(np.intp), tuple(_name_of(label) for label in labels))


def _name_of(label: Any) -> str:
    """A group as text; a whole number that became a float beside missing ones is told as whole."""
    whole = isinstance(label, (float, np.floating)) and float(label).is_integer()
    return str(int(label)) if whole else str(label)

"""What sums over sites and groups tell about a few people: exact bounds, in closed form.

Known are the sum of each row (a site that is shown, or the hidden sites of a pool together) and,
where the programme shows a respondent group, the sum of a column (that group at all sites that
count). Every person is in one row and at most one column, so the matrix of these sums is totally
unimodular: the largest and smallest possible sum of some people of one row is the best of finitely
many ways of adding and subtracting rows and columns, each once [1]_. For a given sign of the
columns every row chooses its own sign, so that no linear program has to be solved.

References
----------
.. [1] Schrijver (1986). Theory of linear and integer programming. Wiley. Chapter 19.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Integers = NDArray[np.intp]
Mask = NDArray[np.bool_]

N_KINDS = 5
FIRST, FIRST_APART, SECOND, SECOND_APART, NEITHER = range(N_KINDS)
"""Kinds of people: of the first group and counted in its programme figure, of the first group and
not counted there, the same of the second group, and of neither group."""

GROUPS_OF_KIND = ((FIRST, FIRST_APART), (SECOND, SECOND_APART), (NEITHER,))
ROW_SIGNS = (-2.0, -1.0, 0.0, 1.0, 2.0)
COMBINATIONS = ((1, 0), (0, 1), (1, 1), (1, -1))
"""Ways of putting the two columns together; any other leaves people of more kinds over."""


@dataclass(frozen=True, slots=True)
class People:
    """People of every site that counts, by kind.

    Attributes
    ----------
    n, total : ndarray, shape (n_sites, N_KINDS)
        How many, and the sum of their scores.
    low, high : ndarray, shape (n_sites, N_KINDS)
        Between which the sum lies as far as the site itself tells.
    shown : ndarray of bool, shape (n_sites,)
        Whether the mean of everybody at the site is shown.
    columns : tuple of bool
        Whether the programme shows the first, and the second group.
    """

    n: Numbers
    total: Numbers
    low: Numbers
    high: Numbers
    shown: Mask
    columns: tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets of people about whom little may be known.

    Attributes
    ----------
    row : ndarray of int, shape (n_sets,)
        The row each is a part of.
    n : ndarray, shape (n_sets,)
        How many they are.
    low, high : ndarray, shape (n_sets, N_KINDS)
        Between which their sums lie by themselves; 0 for kinds that are not in the set.
    """

    row: Integers
    n: Numbers
    low: Numbers
    high: Numbers

    def within(self, row: Integers) -> Sets:
        """Sets of sites as parts of the rows that the sites are in."""
        return Sets(row[self.row], self.n, self.low, self.high)


def rows_of(values: Numbers, row: Integers) -> Numbers:
    """Values of sites added up by row, shape (n_rows, N_KINDS)."""
    added = np.zeros((int(row.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(added, row, values)
    return added


def few_of_sites(people: People, fewest: int) -> Sets:
    """Every set of fewer than `fewest` people that consists of whole groups of one site.

    The groups are the two respondent groups and those in neither; ``row`` is the site.
    """
    return _few(people.n, people.low, people.high, fewest)


def few_of_pools(people: People, row: Integers, fewest: int) -> Sets:
    """The same for whole groups of the hidden sites of a pool together."""
    hidden = ~people.shown[:, None]
    n, low, high = (rows_of(v * hidden, row) for v in (people.n, people.low, people.high))
    return _few(n, low, high, fewest)


def _few(n: Numbers, low: Numbers, high: Numbers, fewest: int) -> Sets:
    parts = [_part(n, low, high, kinds, fewest) for kinds in _combined_groups()]
    return Sets(
        np.concatenate([part.row for part in parts]),
        np.concatenate([part.n for part in parts]),
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.high for part in parts]),
    )


def _combined_groups() -> list[list[int]]:
    choices = product((False, True), repeat=len(GROUPS_OF_KIND))
    return [
        [
            kind
            for kinds, taken in zip(GROUPS_OF_KIND, choice, strict=True)
            if taken
            for kind in kinds
        ]
        for choice in choices
        if any(choice)
    ]


def _part(n: Numbers, low: Numbers, high: Numbers, kinds: list[int], fewest: int) -> Sets:
    inside = np.zeros(N_KINDS)
    inside[kinds] = 1.0
    size = (n * inside).sum(axis=1)
    few = (size > 0) & (size < fewest)
    return Sets(np.flatnonzero(few), size[few], (low * inside)[few], (high * inside)[few])


def widths(people: People, row: Integers, sets: Sets) -> Numbers:
    """Difference of the largest and the smallest possible sum of each set, shape (n_sets,).

    Parameters
    ----------
    people : People
    row : ndarray of int, shape (n_sites,)
        The row of each site: shown sites have one for themselves.
    sets : Sets
    """
    low, high, total = (rows_of(v, row) for v in (people.low, people.high, people.total))
    signs = _column_signs(people.columns)
    known = rows_of(people.total, np.zeros(len(row), dtype=np.intp))[0]
    columns = signs @ known
    alone = _best(low, high, total.sum(axis=1), signs, np.zeros(N_KINDS))
    others = columns + alone.sum(axis=0) - alone[sets.row]
    both = (
        np.hstack([sets.low, low[sets.row] - sets.low]),
        np.hstack([sets.high, high[sets.row] - sets.high]),
    )
    doubled = np.hstack([signs, signs])
    ends = []
    for sign in (1.0, -1.0):
        inside = np.repeat([sign, 0.0], N_KINDS)
        own = _best(*both, total.sum(axis=1)[sets.row], doubled, inside)
        ends.append((others + own).min(axis=1, initial=np.inf))
    return np.asarray(ends[0] + ends[1])


def _column_signs(columns: tuple[bool, bool]) -> Numbers:
    """The sign with which each kind is in the columns, for every way of adding them."""
    choices = [(-1.0, 0.0, 1.0) if column else (0.0,) for column in columns]
    signs = np.array(list(product(*choices)))
    by_kind = np.zeros((len(signs), N_KINDS))
    by_kind[:, FIRST], by_kind[:, SECOND] = signs[:, 0], signs[:, 1]
    return by_kind


def _best(low: Numbers, high: Numbers, total: Numbers, signs: Numbers, wanted: Numbers) -> Numbers:
    """Smallest bound that a row adds under each choice of columns, shape (n_rows, n_choices)."""
    best = np.full((len(total), len(signs)), np.inf)
    for row_sign in ROW_SIGNS:
        left = wanted - row_sign - signs
        bound = high @ np.maximum(left, 0.0).T + low @ np.minimum(left, 0.0).T
        best = np.minimum(best, row_sign * total[:, None] + bound)
    return best


def fewest_left(people: People, row: Integers) -> Numbers:
    """Fewest people whose sum is left when rows are taken from columns, for each combination.

    Infinite where the programme does not show the columns.
    """
    uncertain = people.n * (people.high > people.low)
    n = rows_of(uncertain, row)
    fewest = []
    for first, second in COMBINATIONS:
        if (first and not people.columns[0]) or (second and not people.columns[1]):
            fewest.append(np.inf)
            continue
        sign = np.array([first, 0, second, 0, 0], dtype=float)
        left = [n @ (sign != row_sign) for row_sign in np.unique(sign)]
        fewest.append(float(np.min(left, axis=0).sum()))
    return np.array(fewest)

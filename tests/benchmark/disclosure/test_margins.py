"""Bounds in closed form against linear programming."""

import numpy as np
import pytest
from scipy.optimize import linprog

from pipeline.benchmark.disclosure.margins import (
    FIRST,
    N_KINDS,
    SECOND,
    People,
    few_of_pools,
    few_of_sites,
    fewest_left,
    rows_of,
    widths,
)


def random_people(rng):
    n_sites = int(rng.integers(2, 7))
    n = rng.integers(0, 9, (n_sites, N_KINDS)) * (rng.random((n_sites, N_KINDS)) < 0.7)
    total = rng.uniform(n, 5 * n)
    low, high = 1.0 * n, 5.0 * n
    known = rng.random(n.shape) < 0.2
    low, high = np.where(known, total - 0.05, low), np.where(known, total + 0.05, high)
    columns = (bool(rng.random() < 0.8), bool(rng.random() < 0.8))
    shown = rng.random(n_sites) < 0.4
    return People(n.astype(float), total, low, high, shown, columns)


def random_rows(rng, shown):
    pools = rng.integers(0, 2, len(shown))
    return np.where(shown, 2 + np.arange(len(shown)), pools)


def width_by_program(people, row, wanted):
    """Of the sum of the wanted cells, every cell by itself a variable."""
    cells = people.n.shape
    equations, sums = [], []
    for number in np.unique(row):
        inside = np.zeros(cells)
        inside[row == number] = 1.0
        equations.append(inside.ravel())
        sums.append((inside * people.total).sum())
    for kind, column in zip((FIRST, SECOND), people.columns, strict=True):
        if column:
            inside = np.zeros(cells)
            inside[:, kind] = 1.0
            equations.append(inside.ravel())
            sums.append((inside * people.total).sum())
    limits = np.column_stack([people.low.ravel(), people.high.ravel()])
    ends = [
        linprog(sign * wanted.ravel(), None, None, np.array(equations), sums, limits)
        for sign in (1, -1)
    ]
    assert all(end.status == 0 for end in ends)
    return -ends[1].fun - ends[0].fun


@pytest.mark.parametrize("seed", range(40))
def test_bounds_of_few_people_are_those_of_linear_programming(seed):
    rng = np.random.default_rng(seed)
    people = random_people(rng)
    row = random_rows(rng, people.shown)
    sets = few_of_sites(people, 11)
    found = widths(people, row, sets.within(row))
    for place in rng.permutation(len(found))[:6]:
        wanted = np.zeros(people.n.shape)
        wanted[sets.row[place]] = (sets.high[place] > 0) | (sets.low[place] > 0)
        assert found[place] == pytest.approx(width_by_program(people, row, wanted), abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_bounds_of_groups_of_a_pool_are_those_of_linear_programming(seed):
    rng = np.random.default_rng(seed)
    people = random_people(rng)
    row = random_rows(rng, people.shown)
    sets = few_of_pools(people, row, 20)
    found = widths(people, row, sets)
    for place in rng.permutation(len(found))[:6]:
        wanted = np.zeros(people.n.shape)
        wanted[(row == sets.row[place]) & ~people.shown] = sets.high[place] > 0
        assert found[place] == pytest.approx(width_by_program(people, row, wanted), abs=1e-6)


def two_pools():
    """Two hidden sites of first and second group, and two of the first group only."""
    n = np.zeros((4, N_KINDS))
    n[:, FIRST], n[:2, SECOND] = [1, 2, 8, 9], [9, 9]
    return People(n, 3 * n, n, 5 * n, np.zeros(4, bool), (True, True))


def test_a_pool_of_one_group_gives_away_the_group_in_the_other_pool():
    people = two_pools()
    apart = np.array([0, 0, 1, 1])
    assert fewest_left(people, np.zeros(4, int))[0] == 18
    assert fewest_left(people, apart)[0] == 3
    assert widths(people, apart, few_of_pools(people, apart, 11)).max() == pytest.approx(0)


def test_groups_that_the_programme_does_not_show_tell_nothing():
    people = two_pools()
    hidden = People(people.n, people.total, people.low, people.high, people.shown, (False, False))
    assert (fewest_left(hidden, np.array([0, 0, 1, 1])) == np.inf).all()


def test_sums_of_rows_are_those_of_their_sites():
    values = np.arange(10.0).reshape(2, 5)
    assert rows_of(values, np.array([1, 1])).tolist() == [[0] * 5, (values[0] + values[1]).tolist()]

"""Small sets of sums whose bounds can be worked out by hand; scores from 1 to 5."""

import numpy as np
import pytest

from pipeline.benchmark.disclosure.differences import Limits
from pipeline.benchmark.disclosure.pools import SHARES, Measure
from pipeline.benchmark.disclosure.rules import DisclosureRules
from pipeline.benchmark.disclosure.together import FewPeople, Sums, is_nobody_located

SCORES = Limits(Measure(1.0, 5.0, shares=False), 1.0, 5.0, DisclosureRules())
OF_SHARES = Limits(SHARES, 0.0, 1.0, DisclosureRules())
SIZES = np.array([6.0, 12.0, 30.0])
FIRST = FewPeople(np.array([[1.0, 0.0, 0.0]]), np.array([6.0]))


def sums(*rows):
    """Each row: the classes that are added up, and between which numbers the sum lies."""
    weights = np.array([row[0] for row in rows], dtype=float).reshape(-1, 3)
    ends = np.array([row[1:] for row in rows], dtype=float).reshape(-1, 2)
    return Sums(weights, ends[:, :1], ends[:, 1:])


def is_safe(before, own, few=FIRST, limits=SCORES):
    return is_nobody_located(before, own, few, SIZES, limits)


def test_two_sums_that_differ_by_few_people_locate_them():
    assert not is_safe(sums(([1, 1, 0], 54, 54)), sums(([0, 1, 0], 36, 36)))


@pytest.mark.parametrize(("width", "safe"), [(11.9, False), (12.1, True)])
def test_rounding_must_leave_half_the_range(width, safe):
    """Six people, four points each: 24 points, of which 12 must be left."""
    before = sums(([1, 1, 0], 54, 54))
    assert is_safe(before, sums(([0, 1, 0], 30, 30 + width))) is safe


def test_a_chain_of_three_sums_is_followed():
    before = sums(([1, 1, 1], 144, 144), ([0, 0, 1], 90, 90))
    assert not is_safe(before, sums(([0, 1, 0], 36, 36)))
    assert is_safe(before, sums(([0, 0, 1], 90, 90)))


def test_bounds_of_the_scale_locate_people_who_do_not_follow_from_sums():
    """Twelve others who all gave nearly the lowest answer leave the six no room."""
    before = sums(([1, 1, 1], 144, 144), ([0, 0, 1], 90, 90))
    assert is_safe(before, sums(([0, 1, 1], 90 + 30, 90 + 42)))
    assert not is_safe(before, sums(([0, 1, 1], 90 + 12, 90 + 13)))


def test_what_one_release_tells_by_itself_is_not_held_against_the_other():
    told = sums(([1, 0, 0], 18, 18))
    other = sums(([0, 1, 0], 36, 36))
    assert is_safe(told, other)
    assert is_safe(other, told)


def test_the_people_who_came_minus_those_who_left_are_protected_too():
    few = FewPeople(np.array([[1.0, -1.0, 0.0]]), np.array([10.0]))
    before = sums(([0, 1, 1], 126, 126))
    assert not is_safe(before, sums(([1, 0, 1], 108, 108)), few)
    assert is_safe(before, sums(([1, 0, 1], 98, 118.1)), few)


def test_of_shares_only_what_follows_from_released_sums_is_located():
    """That nobody of many chose an answer says so of everyone, and is no reason to withhold."""
    nobody = sums(([1, 1, 0], 0, 0))
    assert is_safe(nobody, sums(([1, 1, 1], 0, 0)), limits=OF_SHARES)
    assert not is_safe(nobody, sums(([0, 1, 0], 0, 0)), limits=OF_SHARES)
    assert is_safe(nobody, sums(([0, 1, 0], 0, 3)), limits=OF_SHARES)


def test_nothing_is_known_to_be_safe_when_records_contradict_each_other():
    assert not is_safe(sums(([1, 1, 0], 54, 54)), sums(([1, 1, 0], 60, 60)))


def test_each_column_is_looked_at_and_what_is_not_released_tells_nothing():
    def two(row, first, second):
        return Sums(np.array([row], dtype=float), *(np.array([[first, second]]) for _ in "lh"))

    hidden = Sums(np.array([[0.0, 1.0, 0.0]]), np.array([[36, -np.inf]]), np.array([[36, np.inf]]))
    assert not is_safe(two([1, 1, 0], 54.0, 54.0), two([0, 1, 0], 36.0, 36.0))
    assert not is_safe(two([1, 1, 0], 54.0, 54.0), hidden)
    only_second = Sums(hidden.weights, hidden.low[:, ::-1], hidden.high[:, ::-1])
    assert not is_safe(two([1, 1, 0], 54.0, 54.0), only_second)
    nothing = Sums(hidden.weights, np.full((1, 2), -np.inf), np.full((1, 2), np.inf))
    assert is_safe(two([1, 1, 0], 54.0, 54.0), nothing)


def test_nobody_protected_is_nobody_located():
    none = FewPeople(np.zeros((0, 3)), np.zeros(0))
    assert is_safe(sums(([1, 1, 0], 54, 54)), sums(([0, 1, 0], 36, 36)), none)

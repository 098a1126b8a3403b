"""Signs that need nobody else: runs, spread, halves of scales."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.ingest.screening import (
    even_odd_consistency,
    identical_runs,
    intra_individual_sd,
)
from pipeline.ingest.screening.matrix import BLOCK

NAN = np.nan


@pytest.mark.parametrize(
    ("answers", "longest", "average"),
    [
        ([1, 1, 1, 2, 2], 3, 2.5),
        ([1, 2, 3, 4, 5], 1, 1.0),
        ([4, 4, 4, 4, 4], 5, 5.0),
        ([4, NAN, 4, NAN, 4], 3, 3.0),
        ([NAN, NAN, NAN, NAN, 2], 1, 1.0),
        ([NAN] * 5, 0, NAN),
    ],
)
def test_runs_are_counted_with_blanks_passed_over(answers, longest, average):
    runs = identical_runs(np.array([answers], dtype=float))
    assert runs.longest[0] == longest
    assert_allclose(runs.average[0], average)


@pytest.mark.parametrize(
    ("answers", "across"),
    [
        ([3, 3, 3, 3, 3], 5),
        ([3, 3, 1, 3, 3], 2),
        ([3, 3, 3, 1, 3], 3),
        ([3, 3, 1, 2, 3], 0),
        ([3, 3, NAN, 3, 2], 3),
    ],
)
def test_a_run_across_keying_holds_an_item_of_either_direction(answers, across):
    keyed = np.array([1, 1, -1, -1, 1])
    assert identical_runs(np.array([answers], dtype=float), keyed).across_keying[0] == across


def test_runs_and_spread_do_not_depend_on_how_people_are_split_into_blocks():
    rng = np.random.default_rng(1)
    answers = rng.integers(1, 4, size=(BLOCK + 100, 8)).astype(float)
    one_by_one = identical_runs(answers[-5:])
    assert_array_equal(identical_runs(answers).longest[-5:], one_by_one.longest)
    assert_array_equal(intra_individual_sd(answers)[-5:], intra_individual_sd(answers[-5:]))


def test_runs_stay_when_the_questionnaire_is_read_backwards():
    answers = np.random.default_rng(2).integers(1, 4, size=(200, 12)).astype(float)
    assert_array_equal(identical_runs(answers).longest, identical_runs(answers[:, ::-1]).longest)


def test_the_spread_is_the_standard_deviation_of_what_was_answered():
    answers = np.array([[1, 3, 5], [2, NAN, 4], [3, 3, 3], [NAN, 1, NAN]])
    assert_allclose(intra_individual_sd(answers), [2, np.sqrt(2), 0, NAN])


def test_the_spread_stays_when_every_answer_is_reflected():
    answers = np.random.default_rng(3).integers(1, 6, size=(50, 9)).astype(float)
    assert_allclose(intra_individual_sd(6 - answers), intra_individual_sd(answers))


def test_even_odd_by_hand():
    answers = np.array([[1, 2, 3, 3, 5, 4]], dtype=float)
    scales = [[0, 1], [2, 3], [4, 5]]
    r = np.corrcoef([1, 3, 5], [2, 3, 4])[0, 1]
    assert_allclose(even_odd_consistency(answers, scales), [2 * r / (1 + r)])


def test_halves_that_agree_are_one_and_halves_that_oppose_are_minus_one():
    scales = [[0, 1], [2, 3], [4, 5]]
    answers = np.array([[1, 1, 3, 3, 5, 5], [1, 5, 3, 3, 5, 1]], dtype=float)
    assert_allclose(even_odd_consistency(answers, scales), [1, -1])


def test_even_odd_uses_the_halves_that_were_answered():
    scales = [[0, 1, 2], [3, 4], [5, 6], [7, 8]]
    whole = np.array([[1, 2, 1, 3, 3, 5, 4, 2, 1]], dtype=float)
    gaps = whole.copy()
    gaps[0, 2] = NAN
    assert_allclose(even_odd_consistency(gaps, scales), even_odd_consistency(whole, scales))
    gaps[0, 8] = NAN
    assert_allclose(even_odd_consistency(gaps, scales), even_odd_consistency(whole, scales[:3]))


@pytest.mark.parametrize(
    ("answers", "scales"),
    [
        ([1, 2, 3, 4], [[0, 1], [2, 3]]),
        ([1, 2, 3, 4, NAN, 1], [[0, 1], [2, 3], [4, 5]]),
        ([3, 1, 3, 2, 3, 5], [[0, 1], [2, 3], [4, 5]]),
        ([1, 2, 3, 4, 5, 1], [[0], [1], [2], [3, 4, 5]]),
    ],
)
def test_even_odd_is_missing_where_it_says_nothing(answers, scales):
    assert np.isnan(even_odd_consistency(np.array([answers], dtype=float), scales)).all()

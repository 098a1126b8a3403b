from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.ingest.screening import count_guttman_errors, person_total_correlations

NAN = np.nan


def steps_taken(answers, popularity, n_steps):
    """Popularity of each step of the items that were answered, and whether it was taken."""
    return [
        (popularity[item, step], answer > 1 + step)
        for item, answer in enumerate(answers)
        if not np.isnan(answer)
        for step in range(n_steps)
    ]


def errors_by_counting(steps):
    """Pairs of a step not taken and a less popular one taken; half for equally popular ones."""
    return sum(
        1.0 if missed > took else 0.5
        for missed, was_passed in steps
        for took, was_taken in steps
        if was_taken and not was_passed and missed >= took
    )


def popularity_of(answers, n_steps):
    n = (~np.isnan(answers)).sum(axis=0)
    return {
        (item, step): (answers[:, item] > 1 + step).sum() / n[item]
        for item in range(answers.shape[1])
        for step in range(n_steps)
    }


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_errors_and_their_maximum_are_what_counting_gives(missing):
    rng = np.random.default_rng(9)
    answers = (
        np.digitize(
            rng.normal(size=(97, 1)) + rng.normal(size=(97, 4)) + [0, 0.3, -0.4, 0.6], [-1, 0.2, 1]
        )
        + 1.0
    )
    answers[rng.random(answers.shape) < missing] = NAN
    popularity = popularity_of(answers, 3)
    found = count_guttman_errors(answers, 4)
    for person in range(25):
        row = answers[person]
        assert found.errors[person] == errors_by_counting(steps_taken(row, popularity, 3))
        given = ~np.isnan(row)
        largest = 0
        for others in product(range(1, 5), repeat=int(given.sum())):
            if sum(others) == row[given].sum():
                other = row.copy()
                other[given] = others
                counted = errors_by_counting(steps_taken(other, popularity, 3))
                largest = max(largest, counted)
        assert found.maximum[person] == largest


def test_two_answers_are_the_guttman_errors_of_right_and_wrong():
    people = [[1, 1, 1]] * 5 + [[1, 1, 0]] * 3 + [[1, 0, 0]] * 2 + [[0, 0, 1], [0, 1, 1]]
    found = count_guttman_errors(np.array(people, dtype=float), 2, lowest=0)
    assert_allclose(found.errors[-2:], [2, 2])
    assert_allclose(found.normed[-2:], [1, 1])
    assert_allclose(found.normed[5:10], 0)
    assert np.isnan(found.normed[0])


def test_guttman_errors_do_not_depend_on_the_order_of_the_items():
    rng = np.random.default_rng(10)
    answers = np.clip(np.rint(3 + rng.normal(size=(60, 6)) + np.arange(6) / 7), 1, 5)
    assert_allclose(
        count_guttman_errors(answers[:, ::-1], 5).normed, count_guttman_errors(answers, 5).normed
    )


def test_an_answer_outside_the_scale_is_refused():
    with pytest.raises(ValueError, match="between 1 and 5"):
        count_guttman_errors(np.array([[1.0, 6.0], [2.0, 3.0]]), 5)


def test_person_total_is_the_correlation_with_the_means_of_the_items():
    answers = np.array([[1, 2, 4, 5], [2, 2, 3, 5], [5, 4, 2, 1], [3, 3, 3, 3], [1, NAN, 2, 5]])
    means = np.nanmean(answers, axis=0)
    expected = [np.corrcoef(row, means)[0, 1] for row in answers[:3]]
    answered = [0, 2, 3]
    with_gap = np.corrcoef(answers[4, answered], means[answered])[0, 1]
    assert_allclose(person_total_correlations(answers), [*expected, NAN, with_gap])

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.ingest.screening import correlate_items, find_pairs, pair_consistency

NAN = np.nan


def answers_with_gaps(n=500, k=6, seed=4):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    answers = np.rint(3 + common * [1, 1, 1, -1, -1, 0] + rng.normal(scale=0.5, size=(n, k)))
    answers[rng.random(answers.shape) < 0.1] = NAN
    return answers


def test_correlations_are_those_of_pandas_over_the_pairs_answered():
    answers = answers_with_gaps()
    found = correlate_items(answers)
    assert_allclose(found.r, pd.DataFrame(answers).corr().to_numpy(), atol=1e-12)
    assert_allclose(found.n[0, 1], (~np.isnan(answers[:, :2])).all(axis=1).sum())


def test_an_item_that_does_not_vary_has_no_correlation():
    answers = answers_with_gaps()
    answers[:, 2] = 4
    assert np.isnan(correlate_items(answers).r[2]).all()
    assert not (find_pairs(correlate_items(answers), 0.01) == 2).any()


def test_synonyms_and_antonyms_are_found_by_sign_and_size():
    found = correlate_items(answers_with_gaps())
    assert_array_equal(find_pairs(found, 0.6), [[1, 0], [2, 0], [2, 1], [4, 3]])
    antonyms = find_pairs(found, 0.6, "antonyms")
    assert_array_equal(antonyms, [[3, 0], [3, 1], [3, 2], [4, 0], [4, 1], [4, 2]])
    assert len(find_pairs(found, 1.0)) == 0


def test_pairs_that_few_people_answered_are_left_out():
    answers = answers_with_gaps()
    answers[30:, 0] = NAN
    assert not (find_pairs(correlate_items(answers), 0.6) == 0).any()


def test_consistency_by_hand():
    pairs = np.array([[1, 0], [3, 2], [5, 4]])
    answers = np.array(
        [[1, 2, 3, 3, 5, 4], [1, 1, 2, 2, 4, 4], [3, 1, 3, 2, 3, 5], [1, 2, 3, 4, 5, NAN]]
    )
    by_hand = np.corrcoef([2, 3, 4], [1, 3, 5])[0, 1]
    assert_allclose(pair_consistency(answers, pairs), [by_hand, 1, NAN, NAN], atol=1e-12)


def test_two_pairs_are_too_few():
    assert np.isnan(pair_consistency(np.ones((3, 4)), np.array([[1, 0], [3, 2]]))).all()

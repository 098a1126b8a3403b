import time
from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.ingest.screening import are_varied, find_duplicates

NAN = np.nan


def strangers(n, k, seed=11):
    return np.random.default_rng(seed).integers(1, 6, size=(n, k)).astype(float)


def look_at_all(answers, **options):
    return find_duplicates(answers, np.ones(len(answers), dtype=bool), **options)


def near_groups_of_all_pairs(answers, least_items=20, near_share=0.95):
    pairs = []
    for one, other in combinations(range(len(answers)), 2):
        both = ~np.isnan(answers[one]) & ~np.isnan(answers[other])
        same = (answers[one] == answers[other])[both].sum()
        if both.sum() >= least_items and same >= near_share * both.sum() - 1e-9:
            pairs.append((one, other))
    left, right = np.array(pairs).T
    links = coo_array((np.ones(len(left)), (left, right)), shape=(len(answers),) * 2)
    chain = connected_components(links, directed=False)[1]
    return np.bincount(chain)[chain]


def test_strangers_are_alone():
    groups = look_at_all(strangers(2000, 30))
    assert (groups.exact == 1).all()
    assert (groups.near == 1).all()


def test_copies_are_counted_wherever_they_stand():
    answers = strangers(100, 30)
    answers[[40, 99]] = answers[3]
    answers[[3, 40, 99], 7] = NAN
    groups = look_at_all(answers)
    assert_array_equal(np.flatnonzero(groups.exact == 3), [3, 40, 99])
    assert (np.delete(groups.exact, [3, 40, 99]) == 1).all()


def test_a_blank_in_another_place_is_near_and_not_exact():
    answers = strangers(100, 30)
    answers[50] = answers[3]
    answers[3, 4] = NAN
    groups = look_at_all(answers)
    assert (groups.exact == 1).all()
    assert_array_equal(np.flatnonzero(groups.near == 2), [3, 50])


@pytest.mark.parametrize("k", [20, 31, 40, 60, 97])
def test_every_near_pair_that_comparing_all_finds_is_found(k):
    rng = np.random.default_rng(k)
    answers = strangers(240, k, seed=k)
    for copy in range(120, 220):
        answers[copy] = answers[copy - 120]
        places = rng.choice(k, size=rng.integers(0, k // 10 + 1), replace=False)
        answers[copy, places] = answers[copy, places] % 5 + 1
    found = look_at_all(answers).near
    assert_array_equal(found, near_groups_of_all_pairs(answers))
    assert 2 in found
    assert (found[120:220] == 1).any()


def test_pairs_with_a_blank_more_are_found_too():
    rng = np.random.default_rng(12)
    answers = strangers(300, 40)
    answers[150:250] = answers[:100]
    for row in range(150, 250):
        answers[row, rng.integers(40)] = NAN
        place = rng.integers(40)
        answers[row, place] = answers[row, place] % 5 + 1
    assert_array_equal(look_at_all(answers).near, near_groups_of_all_pairs(answers))


def test_booklets_are_compared_on_what_they_share():
    answers = strangers(300, 90)
    answers[:150, 60:] = NAN
    answers[150:, :30] = NAN
    answers[10] = answers[20]
    answers[200] = answers[210]
    groups = look_at_all(answers)
    assert_array_equal(np.flatnonzero(groups.exact > 1), [10, 20, 200, 210])
    assert_array_equal(np.flatnonzero(groups.near > 1), [10, 20, 200, 210])


def test_short_answers_and_rows_not_looked_at_have_no_group():
    answers = strangers(20, 30)
    answers[5, 19:] = NAN
    looked_at = np.arange(20) != 7
    groups = find_duplicates(answers, looked_at)
    assert_array_equal(np.flatnonzero(groups.exact == 0), [5, 7])
    assert_array_equal(np.flatnonzero(groups.near == 0), [5, 7])


def test_people_who_nearly_always_answer_the_same_are_not_varied():
    answers = np.array([[3.0] * 10, [3.0] * 8 + [1, 2], [3.0] * 9 + [1], [NAN] * 10])
    assert_array_equal(are_varied(answers), [False, True, False, True])


@pytest.mark.parametrize("bad", [2.5, 400.0])
def test_answers_that_are_no_codes_are_refused(bad):
    answers = strangers(10, 30)
    answers[2, 3] = bad
    with pytest.raises(ValueError, match=r"whole numbers|at most"):
        look_at_all(answers)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_rows_are_no_trouble(n):
    assert len(look_at_all(strangers(n, 30)).near) == n


def test_many_rows_with_a_long_stretch_in_common_do_not_take_long():
    answers = strangers(30_000, 30)
    answers[:, :22] = answers[0, :22]
    start = time.perf_counter()
    look_at_all(answers)
    assert time.perf_counter() - start < 20

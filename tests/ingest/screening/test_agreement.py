"""Agreement with the R package careless on the bfi data, where the reference is kept."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.ingest.screening import (
    correlate_items,
    even_odd_consistency,
    find_pairs,
    identical_runs,
    intra_individual_sd,
    pair_consistency,
    person_total_correlations,
    squared_mahalanobis,
)

REFERENCE = Path(__file__).parents[3] / ".." / "shared" / "reference"
CASE = REFERENCE / "results" / "careless_bfi.json"
pytestmark = pytest.mark.skipif(not CASE.is_file(), reason="the reference is not here")

TOLERANCE = {"rtol": 1e-10, "atol": 1e-11}
"""The reference has 15 digits; the rest is rounding of sums."""

PROBABILITIES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


@pytest.fixture(scope="module")
def case():
    return json.loads(CASE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bfi(case):
    table = pd.read_csv(REFERENCE / case["input"]["csv"])
    return table[case["input"]["items"]].dropna().to_numpy(dtype=float)


def assert_agrees(ours, theirs):
    first = np.array(theirs["first"], dtype=float)
    assert_allclose(ours[: len(first)], first, **TOLERANCE)
    assert_allclose(np.nanmean(ours), theirs["mean"], **TOLERANCE)
    assert_allclose(np.nanstd(ours, ddof=1), theirs["sd"], **TOLERANCE)
    assert_allclose(np.nanquantile(ours, PROBABILITIES), theirs["quantiles"], **TOLERANCE)
    assert np.isnan(ours).sum() == theirs["n_na"]


def test_runs_agree(bfi, case):
    runs = identical_runs(bfi)
    assert_agrees(runs.longest.astype(float), case["results"]["longstring"])
    assert_agrees(runs.average, case["results"]["avgstring"])


def test_individual_sd_agrees(bfi, case):
    assert_agrees(intra_individual_sd(bfi), case["results"]["irv"])


def test_even_odd_agrees_with_the_sign_turned(bfi, case):
    reversed_items = [case["input"]["items"].index(i) for i in case["input"]["reverse_for_evenodd"]]
    keyed = bfi.copy()
    keyed[:, reversed_items] = 7 - keyed[:, reversed_items]
    scales = [range(start, start + 5) for start in range(0, 25, 5)]
    assert_agrees(-even_odd_consistency(keyed, scales), case["results"]["evenodd_as_returned"])


@pytest.mark.parametrize(
    ("kind", "threshold", "name", "count"),
    [
        ("synonyms", 0.40, "psychsyn_critval_040", "n_synonym_pairs"),
        ("antonyms", 0.35, "psychant_critval_035", "n_antonym_pairs"),
    ],
)
def test_synonyms_and_antonyms_agree(bfi, case, kind, threshold, name, count):
    pairs = find_pairs(correlate_items(bfi), threshold, kind)
    assert len(pairs) == case["results"][count]
    assert_agrees(pair_consistency(bfi, pairs), case["results"][name])


def test_the_strongest_pairs_have_the_same_correlations(bfi, case):
    top = case["results"]["synonym_pairs_top"]
    place = {item: column for column, item in enumerate(case["input"]["items"])}
    rows, columns = ([place[name] for name in top[side]] for side in ("var1", "var2"))
    assert_allclose(correlate_items(bfi).r[rows, columns], top["cor"], **TOLERANCE)


def test_mahalanobis_distance_agrees(bfi, case):
    ours = squared_mahalanobis(bfi, bfi.mean(axis=0), np.cov(bfi, rowvar=False))
    assert_agrees(ours, case["results"]["mahalanobis_sq"])


def test_person_total_correlation_agrees(bfi, case):
    assert_agrees(person_total_correlations(bfi), case["results"]["person_total_r"])

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import (
    align_to_target,
    explore_factors,
    pearson_correlations,
    tucker_congruence,
)
from tests.psychometrics.efa.matching import TARGET


def test_congruence_is_one_with_itself_and_minus_one_with_its_reflection(rng):
    loadings = rng.normal(size=(8, 3))
    assert_allclose(np.diag(tucker_congruence(loadings, -2 * loadings)), -1)
    assert (np.abs(tucker_congruence(loadings, rng.normal(size=(8, 2)))) <= 1).all()
    assert tucker_congruence(loadings, np.zeros((8, 1))).tolist() == [[0.0]] * 3
    with pytest.raises(ValueError, match="same items"):
        tucker_congruence(loadings, loadings[:-1])


def test_order_and_sign_of_factors_do_not_matter_to_the_target(three_factors):
    answers, pattern, phi = three_factors
    turned = -answers[list("ghi")]
    found = explore_factors(pearson_correlations(answers.assign(**turned)), 3)
    backwards = dict(reversed(TARGET.items()))
    aligned = align_to_target(found, backwards)
    assert aligned.factors == ("Z", "Y", "X")
    assert_allclose(aligned.pattern[6:, 0], pattern[6:, 2], atol=1e-4)
    assert aligned.factor_correlations[0, 1] == pytest.approx(-phi[2, 1], abs=1e-4)
    assert all(value > 0.97 for value in aligned.congruence.values())


def aligned_pattern(rows, membership):
    """Alignment of a solution whose pattern is given."""
    answers = pd.DataFrame(np.random.default_rng(1).normal(size=(50, len(rows))))
    answers.columns = [f"i{k}" for k in range(len(rows))]
    base = explore_factors(pearson_correlations(answers), len(rows[0]), rotation="none")
    fields = {name: getattr(base, name) for name in base.__slots__} | {"pattern": np.array(rows)}
    return align_to_target(type(base)(**fields), membership)


def test_a_factor_that_points_away_from_its_target_is_turned():
    rows = [[0.0, 0.7], [0.1, 0.7], [0.0, 0.7], [-0.8, 0.0], [-0.8, 0.0], [0.1, 0.1]]
    membership = {"X": ["i0", "i1", "i2"], "Y": ["i3", "i4"]}
    aligned = aligned_pattern(rows, membership)
    assert aligned.factors == ("X", "Y")
    assert_allclose(aligned.pattern[:, 1], [0, -0.1, 0, 0.8, 0.8, -0.1], atol=1e-12)
    assert_allclose(aligned.pattern[:, 0], np.array(rows)[:, 1])
    assert aligned.congruence["Y"] > 0.9


def test_items_out_of_place_are_flagged():
    rows = [
        [0.70, 0.10],  # i0 in place
        [0.70, -0.32],  # i1 loads on the second factor as well
        [0.45, 0.28],  # i2 has a second loading that is close behind
        [0.35, 0.05],  # i3 weak
        [0.60, 0.05],  # i4 belongs to the other factor
        [0.05, 0.80],  # i5 in place
        [0.00, 0.75],  # i6 in place
        [0.00, 0.20],  # i7 has no target
    ]
    membership = {"X": ["i0", "i1", "i2", "i3"], "Y": ["i4", "i5", "i6"]}
    found = {entry.item: entry.condition for entry in aligned_pattern(rows, membership).flagged}
    assert found == {
        "i0": None,
        "i1": "cross_loading",
        "i2": "cross_loading",
        "i3": "weak_loading",
        "i4": "weak_loading misplaced",
        "i5": None,
        "i6": None,
        "i7": None,
    }


def test_numbers_of_factors_and_targets_may_differ(three_factors):
    answers, _, _ = three_factors
    correlation = pearson_correlations(answers)
    more = align_to_target(explore_factors(correlation, 3), {"X": list("abc"), "Z": list("ghi")})
    assert more.factors == ("X", "Z", "other_1")
    assert more.condition == "factor_without_target"
    fewer = align_to_target(explore_factors(correlation, 2), TARGET)
    assert "target_without_factor" in fewer.condition
    assert sum(np.isnan(list(fewer.congruence.values()))) == 1


def test_membership_must_fit_the_items(three_factors):
    answers, _, _ = three_factors
    found = explore_factors(pearson_correlations(answers), 2)
    for wrong in ({}, {"X": ["a", "nobody"]}, {"X": ["a", "b"], "Y": ["b", "c"]}):
        with pytest.raises(ValueError, match="membership"):
            align_to_target(found, wrong)


def test_congruence_of_missing_loadings_is_refused():
    with pytest.raises(ValueError, match="a loading is missing"):
        tucker_congruence([[1.0, np.nan]], [[1.0, 2.0]])

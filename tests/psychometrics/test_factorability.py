import factor_analyzer
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import (
    CorrelationMatrix,
    bartlett_sphericity,
    kaiser_meyer_olkin,
    pearson_correlations,
)
from pipeline.psychometrics.polychoric import polychoric_correlations


@pytest.fixture(params=["lq", "bfi"])
def case(request, lq, bfi, reference):
    """Complete answers and what R psych says of them."""
    expected = reference("psych_factorability")[request.param]
    return (lq if request.param == "lq" else bfi)[expected["items"]].dropna(), expected


def test_kmo_agrees_with_psych_and_factor_analyzer(case):
    answers, expected = case
    result = kaiser_meyer_olkin(pearson_correlations(answers))
    by_item, overall = factor_analyzer.calculate_kmo(answers)
    assert_allclose(result.overall, [expected["kmo"]["overall"], overall], rtol=1e-10)
    items = list(result.item_adequacy.values())
    assert_allclose(items, list(expected["kmo"]["items"].values()), rtol=1e-10)
    assert_allclose(items, by_item, rtol=1e-10)


def test_bartlett_agrees_with_psych_and_factor_analyzer(case):
    answers, expected = case
    result = bartlett_sphericity(pearson_correlations(answers))
    chi_square, p_value = factor_analyzer.calculate_bartlett_sphericity(answers)
    assert_allclose(result.chi_square, [expected["bartlett"]["chisq"], chi_square], rtol=1e-10)
    assert result.df == expected["bartlett"]["df"]
    assert result.p_value == pytest.approx(p_value)


def of_lavaan(expected):
    """The polychoric matrix that lavaan computed."""
    values, size = np.eye(len(expected["items"])), len(expected["items"])
    values[np.tril_indices(size, -1)] = expected["poly"]["lavCor_below_diagonal"]
    return CorrelationMatrix(
        labels=tuple(expected["items"]),
        values=values + np.tril(values, -1).T,
        pair_n=np.full((size, size), expected["n"]),
        n_respondents=expected["n"],
        smallest_pair_n=expected["n"],
        method="polychoric, lavaan",
        condition=None,
        largest_change_by_smoothing=0.0,
    )


def test_polychoric_correlations_of_lavaan_have_its_kmo_and_bartlett(reference):
    expected = reference("psych_factorability")["bfi"]
    correlation = of_lavaan(expected)
    adequacy = kaiser_meyer_olkin(correlation)
    assert adequacy.overall == pytest.approx(expected["poly"]["kmo"]["overall"], rel=1e-10)
    theirs = list(expected["poly"]["kmo"]["items"].values())
    assert_allclose(list(adequacy.item_adequacy.values()), theirs, rtol=1e-10)
    chi_square = expected["poly"]["bartlett"]["chisq"]
    assert bartlett_sphericity(correlation).chi_square == pytest.approx(chi_square, rel=1e-10)


def test_our_polychoric_correlations_have_the_kmo_and_bartlett_of_those_of_lavaan(case):
    answers, expected = case
    correlation = polychoric_correlations(answers).correlation
    adequacy = kaiser_meyer_olkin(correlation)
    assert adequacy.overall == pytest.approx(expected["poly"]["kmo"]["overall"], rel=1e-6)
    theirs = list(expected["poly"]["kmo"]["items"].values())
    assert_allclose(list(adequacy.item_adequacy.values()), theirs, rtol=1e-6)
    sphericity = bartlett_sphericity(correlation)
    assert sphericity.chi_square == pytest.approx(expected["poly"]["bartlett"]["chisq"], rel=1e-6)
    assert sphericity.df == expected["poly"]["bartlett"]["df"]
    assert "polychoric" in sphericity.method


def test_adequacy_is_that_of_partial_correlations_found_by_regression(case):
    answers, _ = case
    scores = (answers - answers.mean()).to_numpy()
    result = kaiser_meyer_olkin(pearson_correlations(answers))
    others = [j for j in range(scores.shape[1]) if j]
    simple, partial = [], []
    for j in others:
        rest = scores[:, [k for k in others if k != j]]
        left = [y - rest @ np.linalg.lstsq(rest, y, rcond=None)[0] for y in scores[:, [0, j]].T]
        simple.append(np.corrcoef(scores[:, 0], scores[:, j])[0, 1] ** 2)
        partial.append(np.corrcoef(*left)[0, 1] ** 2)
    expected = sum(simple) / (sum(simple) + sum(partial))
    assert result.item_adequacy[answers.columns[0]] == pytest.approx(expected, rel=1e-9)


def test_order_of_items_does_not_matter_and_neither_do_unit_and_reflection(items):
    one = kaiser_meyer_olkin(pearson_correlations(items))
    changed = (items * [1, -2, 3, -4, 5, 6]).iloc[:, ::-1]
    other = kaiser_meyer_olkin(pearson_correlations(changed))
    assert other.overall == pytest.approx(one.overall)
    for item, value in one.item_adequacy.items():
        assert other.item_adequacy[item] == pytest.approx(value)


def test_bartlett_of_pairwise_correlations_takes_the_smallest_n_and_says_so(items):
    correlation = pearson_correlations(items)
    result = bartlett_sphericity(correlation)
    assert result.n_respondents == correlation.smallest_pair_n < len(items)
    assert "smallest pairwise n" in result.method
    assert bartlett_sphericity(correlation, n=1000).chi_square > result.chi_square


def test_bartlett_rejects_as_often_as_it_should_where_nothing_is_correlated(rng):
    p_values = [
        bartlett_sphericity(pearson_correlations(pd.DataFrame(rng.normal(size=(200, 5))))).p_value
        for _ in range(300)
    ]
    assert np.mean(np.array(p_values) < 0.10) == pytest.approx(0.10, abs=4 * 0.3 / 300**0.5)


def test_two_items_have_adequacy_of_one_half(items):
    assert kaiser_meyer_olkin(pearson_correlations(items[["a", "b"]])).overall == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda x: x.assign(a=3.0), "constant_item undefined_correlation"),
        (lambda x: x.assign(a=np.nan), "item_without_answers undefined_correlation"),
        (lambda x: x[["a"]], "one_item"),
    ],
)
def test_what_cannot_be_computed_is_named(items, change, condition):
    correlation = pearson_correlations(change(items))
    for result in (kaiser_meyer_olkin(correlation), bartlett_sphericity(correlation)):
        assert result.condition == condition
        assert result.to_rows()["estimate"].iloc[[0]].isna().all()


def test_bartlett_needs_more_respondents_than_it_takes_off(rng):
    answers = pd.DataFrame(rng.normal(size=(4, 9)))
    assert "too_few_respondents" in bartlett_sphericity(pearson_correlations(answers)).condition


def test_an_item_given_twice_has_adequacy_from_the_smoothed_matrix(items):
    complete = items.dropna()
    result = kaiser_meyer_olkin(pearson_correlations(complete.assign(again=complete["a"])))
    assert result.condition == "not_positive_definite_smoothed"
    assert 0 < result.overall < 1


def test_misuse_is_refused(items):
    with pytest.raises(ValueError, match="n must be"):
        bartlett_sphericity(pearson_correlations(items), n=0)

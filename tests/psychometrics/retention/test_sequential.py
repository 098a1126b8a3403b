import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import bartlett_sphericity, pearson_correlations
from pipeline.psychometrics.retention import sequential_fit


def test_fit_agrees_with_psych(case):
    answers, expected = case
    theirs = expected["fa_ml"]
    found = sequential_fit(pearson_correlations(answers))
    place = theirs["n_factors"]
    assert found.chi_square[place] == pytest.approx(theirs["STATISTIC"], rel=1e-5)
    assert found.degrees_of_freedom[place] == theirs["dof"]
    assert_allclose(
        [found.rmsea[place], found.rmsea_low[place], found.rmsea_high[place]],
        theirs["RMSEA"][:3],
        atol=1e-4,
    )


def test_without_factors_the_chi_square_is_that_of_bartlett(matrix_case):
    correlation, _ = matrix_case
    found = sequential_fit(correlation, most_factors=0)
    theirs = bartlett_sphericity(correlation)
    assert found.chi_square[0] == pytest.approx(theirs.chi_square)
    assert found.degrees_of_freedom[0] == theirs.df


def test_each_rule_suggests_the_first_number_that_it_accepts(lq):
    found = sequential_fit(pearson_correlations(lq.filter(regex="LEAD|TSIG")), n=150)
    accepted = {
        "suggested_by_chi_square": found.p_value >= 0.05,
        "suggested_by_rmsea": found.rmsea <= 0.05,
        "suggested_by_rmsea_high": found.rmsea_high <= 0.05,
    }
    for name, values in accepted.items():
        assert getattr(found, name) == (int(np.argmax(values)) if values.any() else None)
    assert found.suggested_by_rmsea <= found.suggested_by_rmsea_high


def test_it_stops_once_every_rule_has_accepted_a_model(matrix, three_factors):
    found = sequential_fit(matrix(three_factors, n=2000))
    assert len(found.chi_square) == 4
    assert found.suggested_by_chi_square == found.suggested_by_rmsea == 3
    assert found.chi_square[3] == pytest.approx(0, abs=1e-6)


def test_items_without_anything_in_common_need_no_factor(matrix):
    found = sequential_fit(matrix(np.eye(6)))
    assert found.suggested_by_chi_square == found.suggested_by_rmsea == 0


def test_more_respondents_reject_more(items):
    correlation = pearson_correlations(items)
    few, many = sequential_fit(correlation, n=20), sequential_fit(correlation, n=100_000)
    assert few.suggested_by_chi_square <= 1
    assert (many.p_value[:2] < few.p_value[:2]).all()


def test_no_accepted_model_is_said(lq):
    found = sequential_fit(pearson_correlations(lq.filter(like="LEAD")), most_factors=1)
    assert found.suggested_by_chi_square is None
    assert "no_number_suggested" in found.condition


def test_a_heywood_case_is_named(matrix):
    values = np.array(
        [
            [1.0, 0.9, 0.1, 0.1, 0.9],
            [0.9, 1.0, 0.1, 0.1, 0.65],
            [0.1, 0.1, 1.0, 0.5, 0.1],
            [0.1, 0.1, 0.5, 1.0, 0.1],
            [0.9, 0.65, 0.1, 0.1, 1.0],
        ]
    )
    found = sequential_fit(matrix(values, n=500), most_factors=1)
    assert "heywood_case" in found.condition


def test_rmsea_has_its_interval_in_the_rows(items):
    rows = sequential_fit(pearson_correlations(items)).to_rows()
    rmsea = rows[rows["statistic"] == "rmsea_value"]
    assert (rmsea["ci_low"] <= rmsea["estimate"]).all()
    assert (rmsea["estimate"] <= rmsea["ci_high"]).all()
    assert rmsea["confidence_level"].eq(0.90).all()
    assert rmsea["factor"].tolist() == [str(number) for number in range(len(rmsea))]


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda x: x[["a"]], "one_item"),
        (lambda x: x[["a", "b"]], "two_items"),
        (lambda x: x[["a", "b", "c"]], "too_many_factors"),
        (lambda x: x.assign(a=1.0), "constant_item undefined_correlation"),
        (lambda x: x.dropna().head(4), "too_few_respondents"),
    ],
)
def test_what_cannot_be_computed_is_named(items, change, condition):
    found = sequential_fit(pearson_correlations(change(items)))
    assert condition in found.condition
    assert found.suggested_by_chi_square is None


@pytest.mark.slow
def test_the_chi_square_of_the_true_number_rejects_as_often_as_it_should(
    matrix, three_factors, rng
):
    rejected = []
    for _ in range(300):
        drawn = rng.multivariate_normal(np.zeros(15), three_factors, size=500)
        found = sequential_fit(matrix(np.corrcoef(drawn.T), n=500), most_factors=3)
        rejected.append(found.p_value[3] < 0.05 if len(found.p_value) > 3 else False)
    assert np.mean(rejected) == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 300))


def test_misuse_is_refused(items):
    correlation = pearson_correlations(items)
    with pytest.raises(ValueError, match="most_factors"):
        sequential_fit(correlation, most_factors=-1)
    with pytest.raises(ValueError, match="significance_level"):
        sequential_fit(correlation, significance_level=5)
    with pytest.raises(ValueError, match="n must be"):
        sequential_fit(correlation, n=0)


def test_a_rule_that_suggests_nothing_says_so_in_its_row():
    answers = pd.DataFrame(np.random.default_rng(3).normal(size=(150, 5)), columns=list("abcde"))
    found = sequential_fit(pearson_correlations(answers))
    rows = found.to_rows().set_index("factor")
    assert found.suggested_by_rmsea_high is None
    assert rows.loc["sequential_rmsea_upper", "condition"] == "no_number_suggested"
    assert pd.isna(rows.loc["sequential_rmsea", "condition"])

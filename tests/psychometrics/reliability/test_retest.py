import numpy as np
import pandas as pd
import pingouin
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.reliability import retest_reliability
from pipeline.psychometrics.reliability.retest import FORMS


@pytest.fixture(scope="module")
def sai(request):
    folder = request.config.rootpath / "tests/oracles/psych_retest"
    return pd.read_csv(folder / "sai_scores.csv")[["time1", "time2"]]


@pytest.fixture(scope="module")
def judges(reference):
    return pd.DataFrame(reference("psych_retest")["shrout_fleiss"]["scores"])


@pytest.fixture(params=["sai", "shrout_fleiss"])
def retest_case(request, sai, judges, reference):
    scores = sai if request.param == "sai" else judges
    return scores, reference("psych_retest")[request.param]


def test_all_six_forms_and_their_intervals_agree_with_psych(retest_case):
    scores, expected = retest_case
    result = retest_reliability(scores)
    assert result.n_respondents == expected["n"]
    for name, key in (("estimate", "ICC"), ("ci_low", "lower bound"), ("ci_high", "upper bound")):
        assert_allclose([getattr(own, name) for own in result.forms], expected[key], atol=1e-10)


def test_typical_error_and_mean_change_agree_with_the_differences(sai, reference):
    expected, result = reference("psych_retest")["sai"], retest_reliability(sai)
    assert result.typical_error == pytest.approx(expected["typical_error"], abs=1e-10)
    assert result.mean_change == pytest.approx(expected["mean_diff"], abs=1e-10)


def test_forms_are_in_the_order_of_pingouin_and_intervals_are_its_before_rounding(judges):
    long = judges.rename_axis("target").reset_index().melt("target")
    table = pingouin.intraclass_corr(long, targets="target", raters="variable", ratings="value")
    result = retest_reliability(judges)
    assert_allclose([own.estimate for own in result.forms], table["ICC"])
    limits = [[own.ci_low, own.ci_high] for own in result.forms]
    assert_allclose(limits, np.stack(table[table.columns[-1]]), atol=0.005 + 1e-12)


def test_absolute_agreement_is_the_default_and_comes_first(sai):
    result = retest_reliability(sai)
    assert result.agreement.form == "agreement"
    statistics = result.to_rows()["statistic"].tolist()
    assert statistics[0] == "icc_retest_agreement"
    assert set(statistics[:6]) == {f"icc_retest_{form}" for form in FORMS}


def test_a_shift_of_everybody_costs_agreement_and_leaves_consistency(sai):
    one, other = retest_reliability(sai), retest_reliability(sai.assign(time2=sai["time2"] + 1))
    assert other.agreement.estimate < one.agreement.estimate - 0.2
    assert other.forms[2].estimate == pytest.approx(one.forms[2].estimate)
    assert other.typical_error == pytest.approx(one.typical_error)
    assert other.standard_error > one.standard_error
    assert other.mean_change == pytest.approx(one.mean_change + 1)


def test_order_of_people_and_unit_of_scores_do_not_matter(sai, rng):
    changed = 50 - 10 * sai.iloc[rng.permutation(len(sai))]
    one, other = retest_reliability(sai), retest_reliability(changed)
    for first, second in zip(one.forms, other.forms, strict=True):
        assert second.estimate == pytest.approx(first.estimate)
    assert other.standard_error == pytest.approx(10 * one.standard_error)


def test_change_is_detectable_beyond_what_unchanged_people_show(rng):
    scores = pd.DataFrame(rng.normal(size=(20_000, 1)) + 0.5 * rng.normal(size=(20_000, 2)))
    result = retest_reliability(scores, n_persons=25)
    assert result.standard_error == pytest.approx(0.5, rel=0.02)
    assert result.smallest_detectable_change == pytest.approx(
        1.959964 * np.sqrt(2) * result.standard_error, rel=1e-6
    )
    expected = result.smallest_detectable_change / 5
    assert result.smallest_detectable_change_of_mean == pytest.approx(expected)
    assert "mean of 25 persons" in result.to_rows()["method"].iloc[-1]


def test_people_with_a_missing_score_are_left_out(sai):
    holes = sai.copy()
    holes.loc[:99, "time2"] = np.nan
    result = retest_reliability(holes)
    assert (result.n_respondents, result.n_total) == (len(sai) - 100, len(sai))
    assert result.agreement.estimate == pytest.approx(
        retest_reliability(sai[100:]).agreement.estimate
    )


def test_same_change_of_everybody_is_perfect_consistency_without_interval():
    scores = pd.DataFrame({"first": [1.0, 2, 3, 5], "second": [2.0, 3, 4, 6]})
    result = retest_reliability(scores)
    assert result.condition == "equal_changes"
    assert result.forms[2].estimate == pytest.approx(1)
    assert result.agreement.estimate < 1
    assert np.isnan([own.ci_low for own in result.forms]).all()
    assert result.typical_error == 0


@pytest.mark.parametrize(
    ("scores", "condition"),
    [
        ([[1, 1], [2, 2]], "too_few_respondents"),
        ([[1, 2], [2, np.nan], [np.nan, 3], [2, 3]], "too_few_respondents"),
        ([[1, 2], [2, 1], [1, 2]], "no_variation"),
        ([[1, 1], [1, 1], [1, 1]], "no_variation"),
    ],
)
def test_what_cannot_be_estimated_is_named(scores, condition):
    result = retest_reliability(pd.DataFrame(scores, columns=["first", "second"], dtype=float))
    assert result.condition == condition
    assert np.isnan([own.estimate for own in result.forms]).all()


def test_misuse_is_refused(sai):
    with pytest.raises(ValueError, match="2 occasions"):
        retest_reliability(sai[["time1"]])
    with pytest.raises(ValueError, match="n_persons"):
        retest_reliability(sai, n_persons=0)
    with pytest.raises(ValueError, match="confidence_level"):
        retest_reliability(sai, confidence_level=95)

import numpy as np
import pandas as pd
import pingouin
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.psychometrics.multilevel import intraclass_correlation, intraclass_correlations


@pytest.mark.parametrize("case", ["lead", "tsig"])
def test_agrees_with_r_multilevel(case, lq, reference):
    expected = reference("multilevel_icc")[case]
    found = intraclass_correlation(lq[expected["items"]].mean(axis=1), lq[expected["group"]])
    names = {
        "icc1_anova_mean_n": "ICC1_anova",
        "icc1_anova_n0": "ICC1_n0",
        "icc2_anova": "ICC2_anova",
        "f": "F",
        "p_value": "p",
        "df_between": "df1",
        "df_within": "df2",
        "mean_square_between": "MSB",
        "mean_square_within": "MSW",
        "mean_group_size": "mean_group_size",
        "n0": "n0_adjusted_group_size",
    }
    for ours, theirs in names.items():
        assert_allclose(getattr(found, ours), expected["icc_score"][theirs], rtol=1e-9)


@pytest.mark.parametrize("case", ["lead", "tsig"])
def test_single_items_agree_with_r_multilevel(case, lq, reference):
    expected = reference("multilevel_icc")[case]["icc_items"]
    found = [intraclass_correlation(lq[item], lq["COMPID"]) for item in expected["item"]]
    assert_allclose([r.icc1_anova_mean_n for r in found], expected["ICC1_anova"], rtol=1e-9)
    assert_allclose([r.icc2_anova for r in found], expected["ICC2_anova"], rtol=1e-9)


def test_groups_of_one_size_give_shrout_and_fleiss_with_interval(rng):
    scores = rng.normal(size=(12, 1)) + rng.normal(size=(12, 4))
    long = pd.DataFrame(scores).melt(ignore_index=False, var_name="rater").reset_index()
    found = intraclass_correlation(long["value"], long["index"])
    table = pingouin.intraclass_corr(long, "index", "rater", "value").set_index("Type")
    single, average = (table.loc[name] for name in table.index if "1" in name.split(",")[0])
    interval = next(name for name in table.columns if "CI95" in name)
    assert found.icc1_anova_n0 == pytest.approx(found.icc1_anova_mean_n)
    assert found.icc1_anova_n0 == pytest.approx(single["ICC"])
    assert found.icc2_anova == pytest.approx(average["ICC"])
    # pingouin rounds its intervals to two decimals
    assert_allclose([found.icc1_ci_low, found.icc1_ci_high], single[interval], atol=0.0051)
    assert_allclose([found.icc2_ci_low, found.icc2_ci_high], average[interval], atol=0.0051)


def test_analysis_of_variance_is_that_of_scipy(lq):
    found = intraclass_correlation(lq["LEAD01"], lq["COMPID"])
    expected = stats.f_oneway(*(group for _, group in lq.groupby("COMPID")["LEAD01"]))
    assert_allclose([found.f, found.p_value], expected, rtol=1e-9)


def test_order_of_rows_names_of_groups_unit_and_origin_do_not_matter(lq, rng):
    one = intraclass_correlation(lq["LEAD01"], lq["COMPID"])
    shuffled = lq.iloc[rng.permutation(len(lq))]
    other = intraclass_correlation(
        100 - 7 * shuffled["LEAD01"], "site " + shuffled["COMPID"].astype(str)
    )
    assert other.icc1_anova_n0 == pytest.approx(one.icc1_anova_n0)
    assert other.icc1_ci_high == pytest.approx(one.icc1_ci_high)


def test_respondents_without_score_or_group_are_counted(lq):
    scores, groups = lq["LEAD01"].astype("Int8"), lq["COMPID"].astype("string")
    scores.iloc[:10], groups.iloc[5:20] = pd.NA, pd.NA
    found = intraclass_correlation(scores, groups)
    rest = intraclass_correlation(lq["LEAD01"].iloc[20:], lq["COMPID"].iloc[20:])
    assert (found.n_total, found.n_respondents) == (len(lq), len(lq) - 20)
    assert found.icc1_anova_n0 == pytest.approx(rest.icc1_anova_n0)


def test_interval_covers_as_often_as_it_says(rng):
    groups = pd.Series(np.repeat(np.arange(20), 8))
    covered = 0
    for _ in range(300):
        effects = np.repeat(rng.normal(size=20) * np.sqrt(0.2), 8)
        scores = pd.Series(effects + rng.normal(size=160) * np.sqrt(0.8))
        found = intraclass_correlation(scores, groups, 0.90)
        covered += found.icc1_ci_low < 0.2 < found.icc1_ci_high
    assert covered / 300 == pytest.approx(0.90, abs=3 * np.sqrt(0.9 * 0.1 / 300))


@pytest.mark.parametrize(
    ("scores", "groups", "condition"),
    [
        ([1.0, 2.0, 3.0], ["a", "a", "a"], "too_few_groups"),
        ([1.0, 2.0, 3.0], ["a", "b", "c"], "no_repeated_groups"),
        ([2.0, 2.0, 2.0, 2.0], ["a", "a", "b", "b"], "no_variation"),
        ([np.nan, np.nan], ["a", "b"], "too_few_groups"),
        ([], [], "too_few_groups"),
    ],
)
def test_what_cannot_be_estimated_is_named(scores, groups, condition):
    found = intraclass_correlation(pd.Series(scores, dtype=float), pd.Series(groups, dtype=object))
    assert found.condition == condition
    assert np.isnan([found.icc1_anova_n0, found.icc2_anova, found.icc1_ci_low]).all()
    assert found.to_rows()["condition"].eq(condition).all()


def test_groups_that_agree_perfectly_have_correlation_one():
    scores = pd.Series([0.1, 0.1, 0.7, 0.7, 0.3, 0.3])
    found = intraclass_correlation(scores, pd.Series(list("aabbcc")))
    assert found.condition == "no_variation_within_groups"
    assert found.icc1_anova_n0 == found.icc2_anova == 1


def test_groups_that_differ_less_than_chance_have_a_negative_correlation():
    found = intraclass_correlation(pd.Series([1.0, 3.0, 1.1, 3.1]), pd.Series(list("aabb")))
    assert found.icc1_anova_n0 < 0
    assert found.condition is None


def test_groups_with_the_same_mean_have_no_reliability():
    found = intraclass_correlation(pd.Series([1.0, 3.0, 1.0, 3.0]), pd.Series(list("aabb")))
    assert found.condition == "no_variation_between_groups"
    assert found.icc1_anova_n0 == -1
    assert np.isnan(found.icc2_anova)


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="same respondents"):
        intraclass_correlation(pd.Series([1.0, 2.0]), pd.Series(["a"]))


def test_several_scores_at_once_are_the_same_as_one_by_one(lq):
    scores = lq[["LEAD01", "LEAD02", "TSIG01"]].astype(float)
    scores.iloc[:40, 1] = np.nan
    together = intraclass_correlations(scores, lq["COMPID"], 0.90)
    assert list(together) == list(scores)
    for name in scores:
        alone = intraclass_correlation(scores[name], lq["COMPID"], 0.90)
        assert together[name].to_json() == alone.to_json()


@pytest.mark.parametrize("kind", ["string", "object", "category", "Int64", "float64"])
def test_groups_may_be_of_any_kind(kind, lq):
    found = intraclass_correlation(lq["LEAD01"], lq["COMPID"].astype(kind))
    expected = intraclass_correlation(lq["LEAD01"], lq["COMPID"])
    assert found.n_groups == 49
    assert found.icc1_anova_n0 == pytest.approx(expected.icc1_anova_n0, rel=1e-12)
    assert found.icc2_ci_high == pytest.approx(expected.icc2_ci_high, rel=1e-12)


def test_a_table_without_scores_gives_nothing(lq):
    assert intraclass_correlations(lq[[]], lq["COMPID"]) == {}


def test_sums_by_group_give_the_analysis_of_variance_of_many_unequal_groups(rng):
    groups = pd.Series(rng.integers(0, 400, 20_000))
    scores = pd.DataFrame(rng.normal(size=(20_000, 2)) + 1e4, columns=["x", "y"])
    found = intraclass_correlations(scores, groups)["y"]
    expected = stats.f_oneway(*(own for _, own in scores["y"].groupby(groups)))
    assert found.f == pytest.approx(expected.statistic, rel=1e-8)

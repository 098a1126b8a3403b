import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from statsmodels.regression.mixed_linear_model import MixedLM

from pipeline.psychometrics.multilevel import (
    n_for_reliability,
    random_intercept,
    random_intercepts,
)
from tests.psychometrics.multilevel.dense import (
    henderson,
    log_likelihood,
    most_likely_variances,
)

METHODS = ("REML", "ML")


def unequal_groups(rng, n_groups=12, between=0.4, low=1, high=12):
    sizes = rng.integers(low, high, n_groups)
    codes = np.repeat(np.arange(n_groups), sizes)
    effects = rng.normal(size=n_groups) * np.sqrt(between)
    return pd.Series(2 + effects[codes] + rng.normal(size=len(codes))), pd.Series(codes)


def with_covariates(rng, n_groups=15):
    scores, groups = unequal_groups(rng, n_groups, between=1.5)
    covariates = pd.DataFrame(
        {
            "age": 50 + 10 * rng.normal(size=len(scores)),
            "role": rng.choice(["lived", "staff", "lead"], len(scores)),
            "size": rng.normal(size=n_groups)[groups],
        }
    )
    scores = scores + 0.03 * covariates["age"] - 0.5 * (covariates["role"] == "staff")
    return scores, groups, covariates


def matrix_of(found, covariates):
    columns = [np.ones(len(covariates))]
    for one in found.coefficients:
        name, _, category = one.name.partition(": ")
        values = covariates[name]
        columns.append((values == category if category else values).to_numpy(dtype=float))
    return np.column_stack(columns)


@pytest.mark.parametrize("case", ["lead", "tsig"])
def test_scales_agree_with_lme4(case, lq, reference):
    expected = reference("multilevel_mixed")[case]
    scores = lq[expected["items"]].mean(axis=1)
    names = {
        "variance_between": "tau00",
        "variance_within": "sigma2",
        "intercept": "intercept",
        "icc1": "ICC1",
    }
    only_reml = {
        "intercept_se": "se_intercept",
        "icc2_mean": "ICC2_mean_reliability",
        "icc2_at_mean_n": "ICC2_at_mean_n",
    }
    for method, compared in (("REML", names | only_reml), ("ML", names)):
        found, theirs = random_intercept(scores, lq["COMPID"], method=method), method.lower()
        for ours, name in compared.items():
            assert_allclose(getattr(found, ours), expected[theirs][name], rtol=1e-6)
        assert_allclose(found.log_likelihood, expected[theirs]["logLik"], rtol=1e-12)


@pytest.mark.parametrize("case", ["lead", "tsig"])
def test_every_company_agrees_with_lme4(case, lq, reference):
    expected = reference("multilevel_mixed")[case]
    found = random_intercept(lq[expected["items"]].mean(axis=1), lq["COMPID"])
    theirs = expected["groups"]
    assert found.groups == tuple(theirs["group"])
    assert found.n.tolist() == theirs["n"]
    assert len(found.groups) == 49
    for name in ("raw_mean", "raw_sd"):
        assert_allclose(getattr(found, name), theirs[name], rtol=1e-12)
    assert_allclose(found.shrunken_mean, theirs["shrunken_mean"], rtol=1e-7)
    assert_allclose(found.conditional_se, theirs["cond_se"], rtol=1e-6)
    assert_allclose(found.reliability, theirs["reliability"], rtol=1e-6)


@pytest.mark.parametrize("case", ["lead", "tsig"])
def test_single_items_agree_with_lme4(case, lq, reference):
    expected = reference("multilevel_mixed")[case]["items_reml"]
    found = random_intercepts(lq[expected["item"]], lq["COMPID"])
    assert list(found) == expected["item"]
    names = {"icc1": "ICC1_reml", "variance_between": "tau00", "variance_within": "sigma2"}
    for ours, name in names.items():
        values = [getattr(found[item], ours) for item in expected["item"]]
        assert_allclose(values, expected[name], rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_it_finds_what_a_search_over_both_variances_finds(method, rng):
    scores, groups = unequal_groups(rng)
    found = random_intercept(scores, groups, method=method)
    data = scores.to_numpy(), groups.to_numpy(), np.ones((len(scores), 1))
    variances = most_likely_variances(*data, method)
    assert_allclose([found.variance_between, found.variance_within], variances, rtol=1e-5)
    own = log_likelihood(*data, found.variance_between, found.variance_within, method)
    assert found.log_likelihood == pytest.approx(own, rel=1e-12)
    assert own >= log_likelihood(*data, *variances, method) - 1e-12


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("step", [1e-4, -1e-4])
def test_no_other_variances_are_more_likely_than_those_found(method, step, lq):
    scores, groups = lq["LEAD01"].head(400).astype(float), lq["COMPID"].head(400)
    found = random_intercept(scores, groups, method=method)
    data = scores.to_numpy(), pd.factorize(groups)[0], np.ones((len(scores), 1))
    for change in ((1 + step, 1), (1, 1 + step), (1 + step, 1 - step)):
        variances = found.variance_between * change[0], found.variance_within * change[1]
        assert log_likelihood(*data, *variances, method) < found.log_likelihood


def test_shrunken_means_and_their_errors_are_those_of_hendersons_equations(rng):
    scores, groups = unequal_groups(rng)
    found = random_intercept(scores, groups)
    design = np.ones((len(scores), 1))
    variances = found.variance_between, found.variance_within
    solution, inverse = henderson(scores.to_numpy(), groups.to_numpy(), design, *variances)
    assert_allclose(found.shrunken_mean, solution[0] + solution[1:], rtol=1e-10)
    contrast = np.hstack([np.ones((found.n_groups, 1)), np.eye(found.n_groups)])
    errors = np.sqrt(np.einsum("gi,ij,gj->g", contrast, inverse, contrast))
    assert_allclose(found.prediction_se, errors, rtol=1e-10)
    assert found.intercept_se == pytest.approx(np.sqrt(inverse[0, 0]), rel=1e-10)
    assert (found.prediction_se > found.conditional_se).all()


def test_with_covariates_it_is_hendersons_equations_too(rng):
    scores, groups, covariates = with_covariates(rng)
    found = random_intercept(scores, groups, covariates)
    design = matrix_of(found, covariates)
    variances = found.variance_between, found.variance_within
    solution, inverse = henderson(scores.to_numpy(), groups.to_numpy(), design, *variances)
    k = design.shape[1]
    own = [found.intercept, *(one.estimate for one in found.coefficients)]
    assert_allclose(own, solution[:k], rtol=1e-9)
    errors = [found.intercept_se, *(one.se for one in found.coefficients)]
    assert_allclose(errors, np.sqrt(np.diag(inverse)[:k]), rtol=1e-9)
    contrast = np.hstack([np.tile(design.mean(axis=0), (15, 1)), np.eye(15)])
    assert_allclose(found.shrunken_mean, contrast @ solution, rtol=1e-9)
    of_group = np.sqrt(np.einsum("gi,ij,gj->g", contrast, inverse, contrast))
    assert_allclose(found.prediction_se, of_group, rtol=1e-9)


@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.ConvergenceWarning")
@pytest.mark.parametrize("method", METHODS)
def test_with_covariates_it_agrees_with_statsmodels(method, rng):
    scores, groups, covariates = with_covariates(rng, 40)
    found = random_intercept(scores, groups, covariates, method)
    design = matrix_of(found, covariates)
    model = MixedLM(scores.to_numpy(), design, groups.to_numpy())
    theirs = model.fit(reml=method == "REML")
    own = [found.intercept, *(one.estimate for one in found.coefficients)]
    assert_allclose(own, theirs.fe_params, rtol=1e-4)
    assert_allclose(found.variance_between, theirs.cov_re[0, 0], rtol=1e-3)
    assert_allclose(found.variance_within, theirs.scale, rtol=1e-4)
    assert found.log_likelihood == pytest.approx(theirs.llf, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_with_covariates_the_likelihood_is_that_of_all_scores_together(method, rng):
    scores, groups, covariates = with_covariates(rng)
    found = random_intercept(scores, groups, covariates, method)
    data = scores.to_numpy(), groups.to_numpy(), matrix_of(found, covariates)
    own = log_likelihood(*data, found.variance_between, found.variance_within, method)
    assert found.log_likelihood == pytest.approx(own, rel=1e-11)
    best = log_likelihood(*data, *most_likely_variances(*data, method), method)
    assert own >= best - 1e-11


def test_groups_of_one_size_give_the_variances_of_the_analysis_of_variance(rng):
    codes = np.repeat(np.arange(20), 6)
    scores = pd.Series(rng.normal(size=20)[codes] + rng.normal(size=120))
    found = random_intercept(scores, pd.Series(codes))
    means = scores.groupby(codes).mean()
    within = scores.groupby(codes).var().mean()
    assert found.variance_within == pytest.approx(within, rel=1e-10)
    assert found.variance_between == pytest.approx(means.var() - within / 6, rel=1e-10)
    assert found.intercept == pytest.approx(scores.mean())
    assert found.intercept_se == pytest.approx(np.sqrt(means.var() / 20))


def test_limits_of_the_correlation_are_less_likely_by_the_quantile_of_chi_square(rng):
    scores, groups = unequal_groups(rng, between=1.5)
    found = random_intercept(scores, groups, confidence_level=0.90)
    assert 0 < found.icc1_ci_low < found.icc1 < found.icc1_ci_high < 1
    data = scores.to_numpy(), groups.to_numpy(), np.ones((len(scores), 1))
    for limit in (found.icc1_ci_low, found.icc1_ci_high):
        ratio = limit / (1 - limit)
        # the likeliest variance within groups for this ratio, on a fine grid
        grid = found.variance_within * np.linspace(0.5, 2.0, 1501)
        best = max(log_likelihood(*data, ratio * one, one, "REML") for one in grid)
        assert 2 * (found.log_likelihood - best) == pytest.approx(2.7055, abs=2e-3)


def test_order_of_rows_and_names_of_groups_do_not_matter(lq, rng):
    one = random_intercept(lq["LEAD01"], lq["COMPID"])
    shuffled = lq.iloc[rng.permutation(len(lq))]
    names = "site " + shuffled["COMPID"].astype(str).str.zfill(3)
    other = random_intercept(shuffled["LEAD01"], names)
    assert other.groups == tuple(f"site {name.zfill(3)}" for name in one.groups)
    assert_allclose(other.shrunken_mean, one.shrunken_mean, rtol=1e-12)
    assert_allclose(other.prediction_se, one.prediction_se, rtol=1e-11)


def test_unit_and_origin_of_the_score_do_not_matter(lq):
    one = random_intercept(lq["LEAD01"], lq["COMPID"])
    other = random_intercept(1e6 - 7 * lq["LEAD01"], lq["COMPID"])
    assert_allclose(other.shrunken_mean, 1e6 - 7 * one.shrunken_mean, rtol=1e-12)
    assert_allclose(other.prediction_se, 7 * one.prediction_se, rtol=1e-9)
    assert other.icc1_ci_low == pytest.approx(one.icc1_ci_low, rel=1e-9)
    assert other.n_for_reliability_80 == one.n_for_reliability_80


def test_several_scores_at_once_are_the_same_as_one_by_one(lq):
    scores = lq[["LEAD01", "LEAD02", "TSIG01"]].astype(float)
    scores.iloc[:40, 1] = np.nan
    together = random_intercepts(scores, lq["COMPID"], "ML", 0.90)
    for name in scores:
        alone = random_intercept(scores[name], lq["COMPID"], None, "ML", 0.90)
        assert together[name].to_json() == alone.to_json()


def test_a_covariate_that_says_nothing_new_changes_nothing(rng):
    scores, groups, covariates = with_covariates(rng)
    one = random_intercept(scores, groups, covariates)
    doubled = covariates.assign(months=12 * covariates["age"] + 3, same="everybody", five=5)
    other = random_intercept(scores, groups, doubled)
    assert {left.name: left.reason for left in other.left_out} == {
        "months": "determined_by_others",
        "same": "no_variation",
        "five": "no_variation",
    }
    assert other.condition == "covariate_left_out"
    assert_allclose(other.shrunken_mean, one.shrunken_mean, rtol=1e-9)
    assert other.variance_between == pytest.approx(one.variance_between, rel=1e-8)


def test_moving_a_covariate_moves_the_intercept_and_no_group(rng):
    scores, groups, covariates = with_covariates(rng)
    one = random_intercept(scores, groups, covariates)
    other = random_intercept(scores, groups, covariates.assign(age=covariates["age"] + 1000))
    age = one.coefficients[0]
    assert other.intercept == pytest.approx(one.intercept - 1000 * age.estimate, rel=1e-7)
    assert_allclose(other.shrunken_mean, one.shrunken_mean, rtol=1e-9)
    assert_allclose(other.prediction_se, one.prediction_se, rtol=1e-8)


def test_respondents_without_score_group_or_number_are_counted(rng):
    scores, groups, covariates = with_covariates(rng)
    groups = groups.astype("Int64")
    scores.iloc[0], groups.iloc[1], covariates.loc[2, "age"] = np.nan, pd.NA, np.nan
    covariates.loc[[3, 4, 5], "role"] = None
    found = random_intercept(scores, groups, covariates)
    assert (found.n_total, found.n_respondents) == (len(scores), len(scores) - 3)
    assert found.n.sum() == found.n_respondents
    assert "role: not stated" in [one.name for one in found.coefficients]
    rest = random_intercept(scores.iloc[3:], groups.iloc[3:], covariates.iloc[3:])
    assert found.to_json().replace(f'"n_total": {len(scores)}', "") == rest.to_json().replace(
        f'"n_total": {len(scores) - 3}', ""
    )


def test_what_a_group_needs_for_a_reliability_reaches_it_and_one_less_does_not(lq):
    found = random_intercept(lq["LEAD01"], lq["COMPID"])
    for goal, n in ((0.70, found.n_for_reliability_70), (0.80, found.n_for_reliability_80)):
        between, within = found.variance_between, found.variance_within
        assert n * between / (n * between + within) >= goal
        assert (n - 1) * between / ((n - 1) * between + within) < goal
    assert n_for_reliability(0.80, 0.25) == 16
    assert found.design_effect == pytest.approx(1 + (found.n0 - 1) * found.icc1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("scores", "groups", "condition"),
    [
        ([1.0, 2.0, 3.0], "aaa", "too_few_groups"),
        ([1.0, 2.0, 3.0], "abc", "no_repeated_groups"),
        ([2.0, 2.0, 2.0, 2.0], "aabb", "no_variation"),
        ([np.nan, np.nan], "ab", "too_few_groups"),
        ([], "", "too_few_groups"),
    ],
)
def test_what_cannot_be_estimated_is_named(scores, groups, condition, method):
    found = random_intercept(pd.Series(scores, dtype=float), pd.Series(list(groups)), method=method)
    assert found.condition == condition
    assert np.isnan([found.icc1, found.variance_between, found.icc1_ci_high]).all()
    assert np.isnan(found.shrunken_mean).all()
    assert found.n_for_reliability_80 is None
    assert len(found.by_group()) == len(found.raw_mean) == len(set(groups) if found.n.any() else ())
    assert found.to_rows()["condition"].eq(condition).all()


@pytest.mark.parametrize("method", METHODS)
def test_groups_that_differ_less_than_chance_have_all_one_mean(method):
    scores = pd.Series([1.0, 3.0, 1.1, 3.1, 1.0, 3.0])
    found = random_intercept(scores, pd.Series(list("aabbcc")), method=method)
    assert found.condition == "no_variance_between_groups few_groups"
    assert found.variance_between == found.icc1 == found.icc1_ci_low == 0
    assert 0 < found.icc1_ci_high < 1
    assert_allclose(found.shrunken_mean, scores.mean())
    assert_allclose(found.prediction_se, found.intercept_se)
    assert found.n_for_reliability_70 is None
    n = len(scores) - (method == "REML")
    assert found.variance_within == pytest.approx(((scores - scores.mean()) ** 2).sum() / n)


def test_groups_that_agree_perfectly_are_not_shrunken():
    scores = pd.Series([0.1, 0.1, 0.1, 0.7, 0.7, 0.3, 0.3])
    found = random_intercept(scores, pd.Series(list("aaabbcc")))
    assert found.condition == "no_variation_within_groups few_groups"
    assert found.variance_within == 0
    assert found.variance_between == pytest.approx(np.var([0.1, 0.7, 0.3], ddof=1))
    assert_allclose(found.shrunken_mean, [0.1, 0.7, 0.3])
    assert found.icc1 == found.icc1_ci_high == 1
    assert found.n_for_reliability_80 == 1


@pytest.mark.parametrize("noise", [1e-2, 1e-4, 1e-6])
def test_a_ratio_of_variances_far_from_one_is_found(noise):
    scores = pd.Series([1, 1 + noise, 2, 2, 3, 3 + noise])
    found = random_intercept(scores, pd.Series(list("aabbcc")))
    within = noise**2 / 3
    assert found.variance_within == pytest.approx(within, rel=1e-6)
    assert found.variance_between == pytest.approx(1 - noise**2 / 12, rel=1e-8)


def test_one_person_and_a_group_that_gave_one_answer_are_groups_like_others(rng):
    scores, groups = unequal_groups(rng, low=3)
    more = pd.concat([scores, pd.Series([4.0, 3.0, 3.0, 3.0])], ignore_index=True)
    found = random_intercept(
        more, pd.concat([groups, pd.Series([90, 91, 91, 91])]).set_axis(more.index)
    )
    table = found.by_group().set_index("group")
    assert np.isnan(table.loc["90", "raw_sd"])
    assert table.loc["91", "raw_sd"] == 0
    assert found.intercept < table.loc["90", "shrunken_mean"] < 4
    assert found.intercept < table.loc["91", "shrunken_mean"] < 3
    assert table.loc["90", "conditional_se"] > table.loc["91", "conditional_se"] > 0
    assert table["prediction_se"].notna().all()


def test_covariates_that_tell_all_groups_apart_leave_nothing_to_estimate(rng):
    groups = pd.Series(np.repeat(np.arange(3), 4))
    covariates = pd.DataFrame({"x": [0.0, 1, 5], "y": [2.0, 1, 1]}).loc[groups]
    found = random_intercept(
        pd.Series(rng.normal(size=12)), groups, covariates.reset_index(drop=True)
    )
    assert found.condition == "not_identified"
    assert np.isnan(found.variance_between)


def test_groups_of_a_categorical_series_are_told_in_the_order_of_its_categories():
    groups = pd.Series(pd.Categorical(list("bbaacc"), ["c", "b", "nobody", "a"]))
    found = random_intercept(pd.Series([1.0, 2, 4, 5, 6, 9]), groups)
    assert found.groups == ("c", "b", "a")
    assert found.raw_mean.tolist() == [7.5, 1.5, 4.5]


def test_rows_tell_what_holds_over_groups_and_no_single_group(lq):
    rows = random_intercept(lq["LEAD01"], lq["COMPID"]).to_rows()
    assert rows["item"].isna().all()
    assert set(rows["statistic"]) >= {
        "icc1_reml",
        "icc2_reml_mean",
        "variance_between",
        "variance_within",
        "programme_mean_reml",
        "design_effect",
        "n_for_reliability_70",
        "n_for_reliability_80",
        "n_groups_reml",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": pd.Series(["a"])}, "same respondents"),
        ({"groups": ["a", "b"]}, "groups must be a Series with the index.*, got list"),
        ({"covariates": pd.Series([1.0, 2.0])}, "covariates must be a DataFrame"),
        ({"covariates": pd.DataFrame({"x": [1.0]})}, "scores and covariates"),
        ({"scores": pd.Series(["x", "y"])}, "must be numbers"),
        ({"method": "bayes"}, "one of REML, ML"),
        ({"confidence_level": 95}, "between 0 and 1"),
    ],
)
def test_misuse_is_refused(change, message):
    given = {"scores": pd.Series([1.0, 2.0]), "groups": pd.Series(["a", "b"])}
    with pytest.raises(ValueError, match=message):
        random_intercept(**{**given, **change})

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

from pipeline.psychometrics.multilevel import case_mix


@pytest.fixture
def sites(rng):
    """Sites of different composition, with two numbers and a category."""
    sizes = rng.integers(3, 60, 24)
    site = np.repeat(np.arange(24), sizes)
    share = rng.uniform(0.1, 0.9, 24)
    table = pd.DataFrame({"site": site})
    draws = rng.random(len(site))
    table["role"] = np.select(
        [draws < share[site] / 2, draws < share[site]], ["lead", "staff"], "lived"
    )
    table["age"] = rng.normal(50 + 10 * share[site], 12)
    table["years"] = rng.poisson(4, len(site)).astype(float)
    effect = table["role"].map({"lived": 0.0, "staff": 0.4, "lead": 0.9})
    level = rng.normal(size=24)[site] * 0.3
    table["score"] = 3 + level + effect - 0.01 * table["age"] + rng.normal(size=len(site)) * 0.8
    return table


COVARIATES = ["role", "age", "years"]


def adjusted(sites, covariates=COVARIATES, **given):
    return case_mix(sites["score"], sites["site"], sites[covariates], **given)


def dummies_of(sites, found):
    columns = {}
    for one in found.coefficients:
        name, _, category = one.name.partition(": ")
        columns[one.name] = (sites[name] == category).astype(float) if category else sites[name]
    return pd.DataFrame(columns)


def test_coefficients_and_errors_are_those_of_a_regression_with_an_indicator_for_every_site(sites):
    found = adjusted(sites)
    design = dummies_of(sites, found)
    indicators = pd.get_dummies(sites["site"], dtype=float)
    whole = sm.OLS(sites["score"].to_numpy(), np.hstack([design, indicators])).fit()
    k, n = design.shape[1], len(sites)
    assert_allclose([one.estimate for one in found.coefficients], whole.params[:k], rtol=1e-9)
    assert found.residual_variance == pytest.approx(whole.scale, rel=1e-10)
    robust = whole.get_robustcov_results(
        "cluster", groups=sites["site"].to_numpy(), use_correction=False
    )
    correction = np.sqrt(24 / 23 * (n - 1) / (n - k))
    errors = [one.se for one in found.coefficients]
    assert_allclose(errors, robust.bse[:k] * correction, rtol=1e-9)


def test_share_within_is_that_of_a_regression_of_what_differs_within_sites(sites):
    found = adjusted(sites)
    design = dummies_of(sites, found)
    centred = design - design.groupby(sites["site"]).transform("mean")
    score = sites["score"] - sites["score"].groupby(sites["site"]).transform("mean")
    fit = sm.OLS(score, centred).fit(cov_type="cluster", cov_kwds={"groups": sites["site"]})
    assert found.r2_within == pytest.approx(fit.rsquared, rel=1e-10)
    assert_allclose([one.se for one in found.coefficients], fit.bse, rtol=1e-9)


def test_adjusted_means_are_raw_means_less_what_composition_goes_with(sites):
    found = adjusted(sites)
    design = dummies_of(sites, found)
    slopes = np.array([one.estimate for one in found.coefficients])
    composition = design.groupby(sites["site"]).mean() - design.mean()
    raw = sites["score"].groupby(sites["site"]).mean()
    assert_allclose(found.raw_mean, raw, rtol=1e-12)
    assert_allclose(found.adjusted_mean, raw - composition @ slopes, rtol=1e-10)
    total = (found.n * found.adjusted_mean).sum() / found.n.sum()
    assert total == pytest.approx(sites["score"].mean())


def test_standard_errors_add_chance_within_sites_and_the_doubt_about_coefficients(sites):
    one = adjusted(sites, ["age"])
    composition = sites["age"].groupby(sites["site"]).mean() - sites["age"].mean()
    spread = one.coefficients[0].se ** 2 * composition**2
    assert_allclose(one.adjusted_se**2, one.residual_variance / one.n + spread, rtol=1e-10)


def test_adding_a_constant_or_another_unit_of_a_covariate_changes_no_mean(sites):
    one = adjusted(sites)
    other = adjusted(sites.assign(age=1e5 + 12 * sites["age"]))
    assert_allclose(other.adjusted_mean, one.adjusted_mean, rtol=1e-9)
    assert_allclose(other.adjusted_se, one.adjusted_se, rtol=1e-7)
    assert other.r2_within == pytest.approx(one.r2_within, rel=1e-8)


def test_the_reference_category_changes_no_mean(sites):
    one = adjusted(sites)
    more = {"lived": "a", "staff": "b", "lead": "c"}
    fewer = sites[sites["role"] != one.references[0][1]]
    other = adjusted(sites.assign(role=pd.Categorical(sites["role"].map(more), list("cba"))))
    assert_allclose(other.adjusted_mean, one.adjusted_mean, rtol=1e-9)
    assert one.references == (("role", "lived"),)
    assert adjusted(fewer).references[0][1] != "lived"


def test_sites_of_the_same_composition_keep_their_raw_means(rng):
    site = pd.Series(np.repeat(np.arange(12), 10))
    covariates = pd.DataFrame(
        {"role": ["lived", "staff"] * 60, "age": np.tile(np.arange(10.0), 12)}
    )
    found = case_mix(pd.Series(rng.normal(size=120)), site, covariates)
    assert_allclose(found.adjusted_mean, found.raw_mean, rtol=1e-10, atol=1e-12)


def test_sites_that_differ_only_in_composition_come_out_alike(rng):
    n_groups, each = 60, 200
    site = np.repeat(np.arange(n_groups), each)
    share = np.linspace(0.1, 0.9, n_groups)
    staff = rng.random(len(site)) < share[site]
    scores = pd.Series(3 + 0.8 * staff + rng.normal(size=len(site)) * 0.5)
    covariates = pd.DataFrame({"role": np.where(staff, "staff", "lived")})
    found = case_mix(scores, pd.Series(site), covariates)
    # raw means differ by .8 times the shares; adjusted ones by chance alone
    assert np.ptp(found.raw_mean) > 0.55
    distances = (found.adjusted_mean - found.adjusted_mean.mean()) / found.adjusted_se
    # standard deviation of 60 standard normal distances: 1 with Monte Carlo error .09
    assert np.std(distances) == pytest.approx(1, abs=3 * 0.09)
    low, high = found.coefficients[0].ci_low, found.coefficients[0].ci_high
    size = 0.8 if found.coefficients[0].name == "role: staff" else -0.8
    assert low < size < high


def test_effects_of_sites_on_who_answers_do_not_bear_on_coefficients(rng):
    # sites with more staff are higher for their own reasons: only differences within sites count
    site = np.repeat(np.arange(40), 100)
    share = np.linspace(0.1, 0.9, 40)
    staff = rng.random(4000) < share[site]
    scores = pd.Series(3 + 5 * share[site] + 0.2 * staff + rng.normal(size=4000) * 0.3)
    found = case_mix(scores, pd.Series(site), pd.DataFrame({"staff": staff}))
    assert found.coefficients[0].estimate == pytest.approx(0.2, abs=4 * 0.3 / np.sqrt(4000 * 0.19))


def test_a_covariate_of_the_site_is_left_out_with_its_reason(sites):
    one = adjusted(sites)
    more = sites.assign(size=sites["site"] ** 2.0, months=12 * sites["years"], land="here")
    other = adjusted(more, [*COVARIATES, "size", "months", "land"])
    assert {left.name: left.reason for left in other.left_out} == {
        "size": "no_variation_within_groups",
        "months": "determined_by_others",
        "land": "no_variation",
    }
    assert other.condition == "covariate_left_out"
    assert_allclose(other.adjusted_mean, one.adjusted_mean, rtol=1e-9)


def test_a_missing_category_is_one_of_its_own_and_a_missing_number_leaves_out(sites):
    sites.loc[sites.index[:5], "role"] = None
    sites.loc[sites.index[8], "age"] = np.nan
    sites.loc[sites.index[9], "score"] = np.nan
    found = adjusted(sites)
    assert "role: not stated" in [one.name for one in found.coefficients]
    assert (found.n_total, found.n_respondents) == (len(sites), len(sites) - 2)
    by_site = found.by_group().set_index("group")["n_without_covariates"]
    assert by_site.sum() == 1
    assert by_site[str(sites["site"].iloc[8])] == 1
    kept = sites.drop(index=sites.index[[8, 9]])
    assert_allclose(found.adjusted_mean, adjusted(kept).adjusted_mean, rtol=1e-12)


def test_order_of_rows_does_not_matter(sites, rng):
    one, other = adjusted(sites), adjusted(sites.iloc[rng.permutation(len(sites))])
    assert_allclose(other.adjusted_mean, one.adjusted_mean, rtol=1e-12)
    assert other.references == one.references
    assert other.groups == one.groups


@pytest.mark.parametrize(
    ("scores", "groups", "values", "condition"),
    [
        ([1.0, 2.0, 4.0], "abc", [1.0, 5.0, 2.0], "no_repeated_groups covariate_left_out"),
        ([1.0, 2.0, 4.0, 6.0], "aaaa", [1.0, 5.0, 2.0, 2.0], "too_few_groups"),
        ([2.0] * 6, "aabbcc", [1.0, 5.0, 2.0, 2.0, 4.0, 3.0], "few_groups"),
    ],
)
def test_where_nothing_can_be_adjusted_the_raw_mean_stays(scores, groups, values, condition):
    covariates = pd.DataFrame({"x": values})
    found = case_mix(pd.Series(scores), pd.Series(list(groups)), covariates)
    assert found.condition == condition
    assert_allclose(found.adjusted_mean, found.raw_mean)


def test_as_many_coefficients_as_differences_within_groups_give_no_estimate():
    covariates = pd.DataFrame({"x": [1.0, 2.0, 4.0, 7.0], "y": [2.0, 3.0, 3.0, 9.0]})
    found = case_mix(pd.Series([1.0, 2.0, 3.0, 4.0]), pd.Series(list("aabb")), covariates)
    assert found.condition == "too_few_respondents"
    assert np.isnan(found.adjusted_mean).all()
    assert_allclose(found.raw_mean, [1.5, 3.5])


def test_without_respondents_there_are_no_groups():
    nothing = pd.Series([np.nan, np.nan])
    found = case_mix(
        nothing, pd.Series(["a", "b"]), pd.DataFrame({"x": [1.0, 2.0], "r": ["u", "v"]})
    )
    assert found.condition == "too_few_groups covariate_left_out"
    assert len(found.by_group()) == found.n_respondents == 0


def test_rows_tell_coefficients_with_intervals_and_no_single_group(sites):
    rows = adjusted(sites).to_rows()
    slopes = rows[rows["statistic"] == "case_mix_coefficient"].set_index("item")
    assert set(slopes.index) == {"role: lead", "role: staff", "age", "years"}
    assert (slopes["ci_low"] < slopes["estimate"]).all()
    others = rows[rows["item"].isna()]["statistic"]
    assert set(others) == {
        "case_mix_r2_within",
        "case_mix_residual_variance",
        "case_mix_n_groups",
    }


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        (pd.DataFrame({"x": pd.to_datetime(["2020-01-01", "2021-01-01"])}), "not times"),
        (pd.DataFrame({"x": [1.0, np.inf]}), "infinite"),
        (pd.DataFrame(index=[0, 1]), "no items"),
        (pd.DataFrame({"x": [1.0]}), "same respondents"),
    ],
)
def test_misuse_is_refused(covariates, message):
    with pytest.raises(ValueError, match=message):
        case_mix(pd.Series([1.0, 2.0]), pd.Series(["a", "a"]), covariates)

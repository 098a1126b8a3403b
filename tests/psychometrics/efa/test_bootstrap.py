import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.psychometrics import align_to_target, explore_factors, pearson_correlations
from pipeline.psychometrics.efa import bootstrap_loadings
from pipeline.psychometrics.polychoric import polychoric_correlations

MEMBERSHIP = {"X": list("abcd"), "Y": list("efgh")}


@pytest.fixture(scope="module")
def answers():
    """Eight five-point items with two correlated factors, answered by 400 in 20 sites."""
    rng = np.random.default_rng(4)
    factors = rng.normal(size=(400, 2)) @ np.linalg.cholesky([[1, 0.4], [0.4, 1]]).T
    continuous = 0.8 * np.repeat(factors, 4, axis=1) + 0.7 * rng.normal(size=(400, 8))
    values = np.digitize(continuous, [-1.3, -0.4, 0.4, 1.3]).astype(float)
    values[rng.random(values.shape) < 0.03] = np.nan
    return pd.DataFrame(values, columns=list("abcdefgh"))


@pytest.fixture(scope="module")
def sites(answers):
    return pd.Series(np.arange(len(answers)) % 20, index=answers.index)


def bootstrap(answers, seed=1, **options):
    settings = {"membership": MEMBERSHIP, "n_replications": 60} | options
    return bootstrap_loadings(answers, 2, np.random.default_rng(seed), **settings)


def test_estimates_are_those_of_the_full_sample(answers):
    found = bootstrap(answers)
    own = explore_factors(polychoric_correlations(answers).correlation, 2)
    assert_array_equal(found.solution.pattern, own.pattern)
    assert_array_equal(found.aligned.pattern, align_to_target(own, MEMBERSHIP).pattern)


@pytest.mark.parametrize("rotation", ["oblimin", "geomin", "promax", "varimax", "target"])
@pytest.mark.parametrize("correlation", ["polychoric", "pearson"])
def test_columns_of_samples_follow_those_of_the_full_sample(answers, rotation, correlation):
    target = MEMBERSHIP if rotation == "target" else None
    found = bootstrap(
        answers, rotation=rotation, target=target, correlation=correlation, n_replications=30
    )
    own = found.aligned.pattern
    middle = (found.pattern.ci_low + found.pattern.ci_high) / 2
    assert_allclose(middle, own, atol=0.12)
    assert (found.pattern.se < 0.12).all()
    assert found.share_dropped == 0
    assert found.condition is None


@pytest.mark.parametrize("method", ["minres", "ml", "pa"])
def test_standard_errors_shrink_with_the_root_of_the_sample(answers, method):
    few = bootstrap(answers, correlation="pearson", method=method, n_replications=150)
    many = bootstrap(
        pd.concat([answers] * 4, ignore_index=True),
        correlation="pearson",
        method=method,
        n_replications=150,
    )
    ratio = few.pattern.se.mean() / many.pattern.se.mean()
    assert ratio == pytest.approx(2, rel=0.15)


def test_sites_that_differ_widen_the_intervals(answers, sites):
    of_site = np.repeat(np.random.default_rng(8).normal(size=(20, 2)), 4, axis=1)
    shifted = answers + of_site[sites]
    alone = bootstrap(shifted, correlation="pearson", n_replications=100)
    together = bootstrap(shifted, correlation="pearson", clusters=sites, n_replications=100)
    assert together.n_clusters == 20
    assert "20 clusters" in together.method
    assert together.factor_correlations.se[0, 1] > 2 * alone.factor_correlations.se[0, 1]
    assert together.communalities.se.mean() > 1.2 * alone.communalities.se.mean()


def test_clusters_of_one_respondent_are_respondents(answers):
    each = pd.Series(np.arange(len(answers)), index=answers.index)
    one = bootstrap(answers, correlation="pearson", clusters=each)
    other = bootstrap(answers, correlation="pearson")
    assert_array_equal(one.pattern.se, other.pattern.se)


def test_the_same_seed_gives_the_same_bytes(answers):
    assert bootstrap(answers).to_json() == bootstrap(answers).to_json()
    assert bootstrap(answers).to_json() != bootstrap(answers, seed=2).to_json()


def test_rows_are_those_of_the_solution_with_intervals(answers):
    found = bootstrap(answers)
    rows = found.to_rows()
    own = found.aligned.to_rows()
    assert_array_equal(rows["estimate"].to_numpy()[: len(own)], own["estimate"].to_numpy())
    assert (
        rows.set_index("statistic").loc["chi_square", "estimate"] == found.solution.fit.chi_square
    )
    with_interval = rows[rows["se"].notna()]
    assert set(with_interval["statistic"]) == {
        "pattern",
        "congruence",
        "factor_correlation",
        "communality",
    }
    assert with_interval["se"].gt(0).all()
    assert with_interval["confidence_level"].eq(0.95).all()
    assert rows["estimate"].iloc[-4] == 60
    place = rows.query("statistic == 'pattern' and item == 'b' and factor == 'Y'").index[0]
    assert rows.loc[place, "ci_low"] == found.pattern.ci_low[1, 1]


def test_without_a_membership_the_rows_are_those_of_the_unnamed_factors(answers):
    found = bootstrap(answers, membership=None)
    rows = found.to_rows()
    assert found.aligned is None
    assert found.congruence == {}
    named = rows.groupby("statistic")["ci_low"].count()
    assert named[["pattern", "factor_correlation", "communality"]].tolist() == [16, 1, 8]
    rmsea = rows[rows["statistic"] == "rmsea"].iloc[0]
    assert rmsea["confidence_level"] == 0.90
    assert rmsea["ci_low"] <= rmsea["ci_high"]


def test_a_congruence_lies_in_its_interval_although_samples_are_less_congruent(answers):
    found = bootstrap(answers, n_replications=100)
    for target, spread in found.congruence.items():
        assert spread.ci_low < found.aligned.congruence[target] < spread.ci_high <= 1


def test_a_wider_level_gives_wider_intervals(answers):
    narrow, wide = bootstrap(answers, confidence_level=0.5), bootstrap(answers)
    assert (
        wide.pattern.ci_high - wide.pattern.ci_low >= narrow.pattern.ci_high - narrow.pattern.ci_low
    ).all()


def test_samples_in_which_an_item_does_not_vary_are_dropped_and_counted(answers):
    rare = pd.Series(1.0, index=answers.index)
    rare.iloc[:2] = 2.0
    complete = answers.fillna(2.0).assign(h=rare)
    found = bootstrap(complete, correlation="pearson", n_replications=200)
    assert 10 < found.n_undefined < 60  # nobody with the rare answer is drawn in e^-2 of them
    assert "undefined_replications" in found.condition


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda x: x.assign(a=3.0), "constant_item"),
        (lambda x: x[list("abe")], "too_many_factors"),
        (lambda x: x.head(2), "too_few_respondents"),
    ],
)
def test_without_a_solution_there_are_no_intervals(answers, change, condition):
    found = bootstrap(change(answers), membership=None, correlation="pearson")
    assert condition in found.condition
    assert np.isnan(found.pattern.se).all()
    assert found.to_rows()["ci_low"].isna().all()


def test_one_site_is_too_few(answers):
    found = bootstrap(answers, clusters=pd.Series("one", index=answers.index))
    assert "too_few_groups" in found.condition
    assert np.isnan(found.pattern.se).all()
    assert np.isfinite(found.aligned.pattern).all()


def test_the_answers_given_are_not_changed(answers):
    before = answers.copy()
    bootstrap(answers, n_replications=3)
    pd.testing.assert_frame_equal(answers, before)


def test_misuse_is_refused(answers, sites):
    with pytest.raises(ValueError, match="n_replications"):
        bootstrap(answers, n_replications=0)
    with pytest.raises(ValueError, match="confidence_level"):
        bootstrap(answers, confidence_level=1.0)
    with pytest.raises(ValueError, match="unknown correlation"):
        bootstrap(answers, correlation="kendall")
    with pytest.raises(ValueError, match="rows of responses"):
        bootstrap(answers, clusters=sites.iloc[1:])
    with pytest.raises(ValueError, match="no cluster"):
        bootstrap(answers, clusters=sites.where(sites > 0))


def test_correlations_may_be_given_by_explore_as_well(answers):
    found = bootstrap(answers, correlation="pearson")
    own = explore_factors(pearson_correlations(answers), 2)
    assert_array_equal(found.solution.communalities, own.communalities)


def test_samples_that_were_never_drawn_are_not_called_undefined(answers):
    one_site = pd.Series(1, index=answers.index)
    assert bootstrap(answers, clusters=one_site).condition == "too_few_groups"

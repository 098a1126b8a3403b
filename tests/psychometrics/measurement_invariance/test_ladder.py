"""The ladder says which step holds, and what it rests on."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.measurement_invariance.criteria import change_limits
from pipeline.psychometrics.measurement_invariance.ladder import invariance

ITEMS = list("abcdef")
LIMITS = [-1.5, -0.7, 0.2, 1.1]


def draw(rng, n=2000, mean=0.0, spread=1.0, loading_of_a=0.8, shift_of_b=0.0, residual_of_c=0.6):
    """Two groups; the second differs as told."""
    loadings = np.full((2, 6), 0.8)
    residuals = np.full((2, 6), 0.6)
    shifts = np.zeros((2, 6))
    loadings[1, 0], shifts[1, 1], residuals[1, 2] = loading_of_a, shift_of_b, residual_of_c
    tables = []
    for group, name in enumerate("xy"):
        factor = rng.normal(size=(n, 1)) * (1, spread)[group] + (0, mean)[group]
        latent = factor * loadings[group] + shifts[group]
        latent = latent + rng.normal(size=(n, 6)) * residuals[group]
        tables.append(pd.DataFrame(np.digitize(latent, LIMITS), columns=ITEMS).assign(group=name))
    return pd.concat(tables, ignore_index=True)


@pytest.mark.parametrize("estimator", ["WLSMV", "MLR"])
def test_groups_that_differ_in_mean_and_spread_alone_reach_the_last_step(estimator, rng):
    data = draw(rng, mean=0.4, spread=1.2)
    ladder = invariance({"t": ITEMS}, data, group="group", estimator=estimator)
    assert ladder.reached == "strict"
    assert ladder.groups == ("x", "y")
    assert ladder.n_of_groups == (2000, 2000)


def test_the_latent_mean_of_the_second_group_is_found_with_its_interval(rng):
    ladder = invariance({"t": ITEMS}, draw(rng, mean=0.4), group="group")
    found = ladder.latent_means().iloc[0]
    assert (found["factor"], found["group"]) == ("t", "y")
    assert found["ci_low"] < 0.4 < found["ci_high"]
    assert found["ci_high"] - found["ci_low"] < 0.25


@pytest.mark.parametrize(
    ("difference", "broken"),
    [
        ({"loading_of_a": 0.2}, "metric"),
        ({"shift_of_b": 1.2}, "scalar"),
        ({"residual_of_c": 1.5}, "strict"),
    ],
)
def test_the_step_that_a_difference_breaks_is_the_one_that_is_named(difference, broken, rng):
    ladder = invariance({"t": ITEMS}, draw(rng, **difference), group="group")
    verdicts = {step.name: step.verdict for step in ladder.steps}
    names = list(verdicts)
    assert verdicts[broken] in ("small", "fails")
    assert all(verdicts[name] == "holds" for name in names[1 : names.index(broken)])
    assert ladder.step(broken).difference.p_value < 1e-6


def test_freeing_what_differs_mends_the_ladder(rng):
    data = draw(rng, loading_of_a=0.2)
    whole = invariance({"t": ITEMS}, data, group="group").step("metric")
    partial = invariance({"t": ITEMS}, data, group="group", free=["t =~ a"]).step("metric")
    assert whole.difference.p_value < 1e-6 < 1e-3 < partial.difference.p_value
    assert partial.difference.df == whole.difference.df - 1
    assert partial.free == ("t =~ a",)


def test_the_ladder_of_continuous_items_equals_single_models_however_identified(hs):
    model = {"f": ["x1", "x2", "x3"], "g": ["x4", "x5", "x6"]}
    ladder = invariance(model, hs, group="school", estimator="ML")
    for step in ladder.steps:
        single = cfa(model, hs, estimator="ML", group="school", group_equal=step.equal)
        assert step.solution.fit.df == single.fit.df
        assert step.solution.fit.chi_square == pytest.approx(single.fit.chi_square, rel=1e-8)


def test_categories_that_a_group_does_not_use_are_merged_for_all_steps_alike(rng):
    data = draw(rng, n=500)
    data.loc[(data["group"] == "y") & (data["a"] == 0), "a"] = 1
    ladder = invariance({"t": ITEMS}, data, group="group")
    assert [(own.item, own.category, own.merged_into) for own in ladder.merged] == [("a", 0, 1)]
    assert ladder.condition == "merged_categories"
    assert all(step.solution.merged == ladder.merged for step in ladder.steps)


def test_respondents_in_sites_widen_the_errors(rng):
    data = draw(rng, n=600)
    data["site"] = np.arange(len(data)) % 60
    ladder = invariance({"t": ITEMS}, data, group="group", cluster="site")
    assert ladder.steps[0].solution.n_clusters == 60


def test_the_order_of_the_groups_changes_no_fit(rng):
    data = draw(rng, mean=0.3)
    one = invariance({"t": ITEMS}, data, group="group").table()
    turned = data.assign(group=pd.Categorical(data["group"], ["y", "x"]))
    other = invariance({"t": ITEMS}, turned, group="group").table()
    columns = ["chi_square", "df", "cfi", "chi_square_difference"]
    np.testing.assert_allclose(one[columns], other[columns], rtol=1e-4, atol=1e-4)


def test_everything_wrong_is_told_at_once(hs_ordinal):
    with pytest.raises(ValueError, match=r"(?s)x1 ~1 belongs.*'f =~ y' in `free` is no parameter"):
        invariance("f =~ x1 + x2 + x3\nx1 ~ 1", hs_ordinal, group="school", free=["f =~ y"])


def test_limits_are_those_of_the_sources():
    few = change_limits("loadings", 2, 500)
    assert (few.cfi, few.rmsea, few.srmr) == (0.010, 0.015, 0.030)
    assert change_limits("intercepts", 2, 500).srmr == 0.010
    assert change_limits("loadings", 2, 300).cfi == 0.005
    many = change_limits("loadings", 20, 5000)
    assert (many.cfi, many.rmsea, many.srmr) == (0.020, 0.030, None)
    assert change_limits("intercepts", 20, 5000).cfi == 0.010


def test_a_step_that_is_none_names_those_there_are(hs):
    ladder = invariance({"f": ["x1", "x2", "x3", "x4"]}, hs, "school", "ML")
    with pytest.raises(ValueError, match=r"no step 'thresholds'; its steps are .*'metric'"):
        ladder.step("thresholds")

"""What holds of every ladder, on drawn answers of groups."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics import (
    alignment,
    cfa,
    invariance,
    noninvariance_effects,
    partial_invariance,
)

ITEMS = [f"y{number}" for number in range(1, 6)]
MODEL = {"f": ITEMS}
ESTIMATORS = ["ML", "MLR", "WLSMV"]


def drawn(sizes: dict[str, int], ordered: bool, shift: float = 0.0) -> pd.DataFrame:
    """Answers of groups, of which each likes the second item a little more than the one before."""
    rng = np.random.default_rng(5)
    parts = []
    for number, (name, n) in enumerate(sizes.items()):
        factor = rng.normal(loc=0.3 * number, scale=1 + 0.1 * number, size=(n, 1))
        own = pd.DataFrame(factor * 0.8 + rng.normal(size=(n, 5)) * 0.6, columns=ITEMS)
        own["y2"] += shift * number
        parts.append(own.assign(group=name))
    answers = pd.concat(parts, ignore_index=True)
    if ordered:
        answers[ITEMS] = answers[ITEMS].apply(lambda item: np.searchsorted([-1, 0, 1], item) + 1)
    return answers


def of(estimator: str, shift: float = 0.0) -> pd.DataFrame:
    return drawn({"a": 300, "b": 250, "c": 350}, estimator == "WLSMV", shift)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_it_does_not_matter_which_group_comes_first(estimator):
    answers = of(estimator, shift=0.3)
    turned = answers.assign(group=answers["group"].map({"a": "z", "b": "y", "c": "x"}))
    one, two = (
        invariance(MODEL, own, group="group", estimator=estimator) for own in (answers, turned)
    )
    assert two.groups == ("x", "y", "z")
    assert two.n_of_groups == one.n_of_groups[::-1]
    for first, second in zip(one.steps, two.steps, strict=True):
        assert second.solution.fit.df == first.solution.fit.df
        for index in ("chi_square", "chi_square_scaled", "cfi", "rmsea_robust"):
            assert getattr(second.solution.fit, index) == pytest.approx(
                getattr(first.solution.fit, index), rel=1e-5, abs=1e-5, nan_ok=True
            )
        assert second.verdict == first.verdict


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_each_step_asks_more_and_fits_no_better(estimator):
    ladder = invariance(MODEL, of(estimator), group="group", estimator=estimator)
    fits = [step.solution.fit for step in ladder.steps]
    assert [fit.df for fit in fits] == sorted(fit.df for fit in fits)
    assert all(np.diff([fit.chi_square for fit in fits]) > -1e-6)
    for step in ladder.steps:
        if step.difference is not None and step.difference.df > 0:
            assert 0 <= step.difference.p_value <= 1


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_groups_that_are_copies_of_one_another_are_invariant_to_the_last_digit(estimator):
    own = of(estimator).query("group == 'a'")
    answers = pd.concat([own, own.assign(group="b")], ignore_index=True)
    ladder = invariance(MODEL, answers, group="group", estimator=estimator)
    assert ladder.reached == ladder.steps[-1].name
    first = ladder.steps[0].solution.fit.chi_square
    for step in ladder.steps:
        assert step.solution.fit.chi_square == pytest.approx(first, rel=1e-6)


@pytest.mark.parametrize(
    "names",
    [
        {"a": True, "b": False},
        {"a": 1.5, "b": 0.5},
        {"a": "b b", "b": "å"},
        {"a": pd.Timestamp("2026-01-01"), "b": pd.Timestamp("2025-01-01")},
    ],
)
def test_groups_may_be_named_by_anything(names):
    answers = of("ML").query("group != 'c'")
    named = answers.assign(group=answers["group"].map(names))
    plain, other = (
        invariance(MODEL, own, group="group", estimator="ML") for own in (answers, named)
    )
    assert set(other.groups) == {str(name) for name in names.values()}
    assert other.steps[-1].solution.fit.chi_square == pytest.approx(
        plain.steps[-1].solution.fit.chi_square
    )


def test_the_order_of_categories_is_that_of_groups_and_empty_ones_are_none():
    answers = of("ML").query("group != 'c'")
    kinds = pd.Categorical(answers["group"], categories=["c", "b", "a"])
    ladder = invariance(MODEL, answers.assign(group=kinds), group="group", estimator="ML")
    assert ladder.groups == ("b", "a")


@pytest.mark.parametrize("search", [invariance, partial_invariance, alignment])
@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
@pytest.mark.parametrize("n", [1, 3])
def test_a_group_of_hardly_anyone_is_named(search, estimator, n):
    answers = drawn({"many": 300, "few": n}, ordered=estimator == "WLSMV")
    with pytest.raises(ValueError, match="'few'"):
        search(MODEL, answers, group="group", estimator=estimator)


@pytest.mark.parametrize("search", [invariance, partial_invariance, alignment])
def test_respondents_of_no_group_are_left_out(search):
    answers = of("ML")
    unknown = answers.assign(group=answers["group"].where(answers["group"] != "c"))
    one = search(MODEL, unknown, group="group", estimator="ML")
    two = search(MODEL, answers.query("group != 'c'"), group="group", estimator="ML")
    assert one.to_rows()["estimate"].equals(two.to_rows()["estimate"])


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_items_that_are_alike_in_all_groups_have_no_effect(estimator):
    answers = of(estimator)
    level = "thresholds" if estimator == "WLSMV" else "intercepts"
    settings = {"parameterization": "theta"} if estimator == "WLSMV" else {}
    solution = cfa(
        MODEL,
        answers,
        estimator=estimator,
        group="group",
        group_equal=["loadings", level, "residuals"],
        **settings,
    )
    effects = noninvariance_effects(solution).to_rows()
    own = effects[effects["statistic"].str.contains("d_macs|sdi", case=False)]["estimate"]
    assert len(own) >= 2 * len(ITEMS)
    np.testing.assert_allclose(own.astype(float), 0, atol=1e-12)

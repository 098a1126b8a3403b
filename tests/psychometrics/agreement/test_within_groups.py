import json
from statistics import mean, median

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.psychometrics.agreement import (
    SLIGHTLY_SKEWED_VARIANCE,
    uniform_variance,
    within_group_agreement,
)
from pipeline.psychometrics.agreement.within_groups import DEVIATIONS, INDICES


def cut_as_r_does(values):
    """R multilevel gives 0 to groups that vary more than the null."""
    return np.where((values < 0) | (values > 1), 0.0, values)


@pytest.fixture
def answers(rng):
    """Three items of 1 to 7 in groups of 2 to 40, some of which disagree more than chance."""
    groups = pd.Series(rng.choice(12, 200, p=np.arange(1, 13) / 78), name="site")
    spread = rng.choice([0.3, 1.0, 6.0], 12)[groups]
    items = {name: np.clip(np.rint(4 + spread * rng.normal(size=200)), 1, 7) for name in "abc"}
    table = pd.DataFrame(items)
    return table.mask(rng.random(table.shape) < 0.05), groups


@pytest.mark.parametrize("case", ["lead", "tsig"])
def test_every_group_agrees_with_r_multilevel(case, lq, reference):
    expected = reference("multilevel_agreement")[case]
    found = within_group_agreement(lq[expected["items"]], lq[expected["group"]], 1, 5)
    assert list(found.groups) == expected["rwg_j_uniform"]["grpid"]
    assert_array_equal(found.n, expected["rwg_j_uniform"]["gsize"])
    for name in ("rwg_j_uniform", "rwg_j_slightly_skewed"):
        ours = cut_as_r_does(getattr(found, name))
        assert_allclose(ours, expected[name]["rwg.j"], rtol=0, atol=1e-8)
    assert_allclose(found.rwg_j_lindell, expected["rwg_j_lindell"]["rwg.lindell"], atol=1e-8)
    assert_allclose(found.ad_mean, expected["ad_m"]["AD.M"], rtol=0, atol=1e-8)
    assert found.slightly_skewed_variance == expected["rwg_j_slightly_skewed"]["null_variance"]


@pytest.mark.parametrize("case", ["lead", "tsig"])
def test_summaries_agree_with_r_multilevel(case, lq, reference):
    expected = reference("multilevel_agreement")[case]
    found = within_group_agreement(lq[expected["items"]], lq["COMPID"], 1, 5)
    uniform, skewed, lindell, deviation, _ = found.summaries
    of_r = expected["rwg_j_uniform"]
    assert uniform.mean_zeroed == pytest.approx(of_r["mean"], abs=1e-8)
    assert uniform.median_zeroed == pytest.approx(of_r["median"], abs=1e-8)
    assert uniform.share_agreeing == pytest.approx(of_r["share_ge_070"], abs=1e-8)
    of_r = expected["rwg_j_slightly_skewed"]
    assert skewed.mean_zeroed == pytest.approx(of_r["mean"], abs=1e-8)
    assert skewed.median_zeroed == pytest.approx(of_r["median"], abs=1e-8)
    assert lindell.mean == pytest.approx(expected["rwg_j_lindell"]["mean"], abs=1e-8)
    assert deviation.mean == pytest.approx(expected["ad_m"]["mean"], abs=1e-8)


@pytest.mark.parametrize("case", ["lead", "tsig"])
def test_one_item_gives_rwg_of_r_multilevel(case, lq, reference):
    expected = reference("multilevel_agreement")[case]["rwg_first_item"]
    found = within_group_agreement(lq[[expected["item"]]], lq["COMPID"], 1, 5)
    assert_allclose(cut_as_r_does(found.rwg_j_uniform), expected["rwg"], rtol=0, atol=1e-8)
    assert_allclose(found.rwg_j_uniform, found.rwg_j_lindell, atol=1e-12)
    summary = found.summaries[0]
    assert summary.mean_zeroed == pytest.approx(expected["mean"], abs=1e-8)
    assert summary.median_zeroed == pytest.approx(expected["median"], abs=1e-8)


def test_every_group_is_what_its_definition_says(answers):
    items, groups = answers
    found = within_group_agreement(items, groups, 1, 7)
    complete = items.assign(site=groups).dropna()
    compared = 0
    for place, site in enumerate(sorted(groups.unique())):
        own = complete.loc[complete["site"] == site, list("abc")]
        assert found.n[place] == len(own)
        if len(own) < 2:
            continue
        compared += 1
        variance = mean(own[name].var(ddof=1) for name in own)
        assert found.variance[place] == pytest.approx(variance)
        for values, null in ((found.rwg_j_uniform, 4.0), (found.rwg_j_slightly_skewed, 2.9)):
            kept = 3 * (1 - variance / null)
            assert values[place] == pytest.approx(kept / (kept + variance / null))
        for values, centre in ((found.ad_mean, mean), (found.ad_median, median)):
            apart = [mean(abs(own[name] - centre(own[name]))) for name in own]
            assert values[place] == pytest.approx(mean(apart))
    assert compared >= 9
    assert found.n_respondents == len(complete) < found.n_total == 200


def test_values_outside_the_range_are_told_as_they_fall_and_do_not_count_as_agreement():
    items = pd.DataFrame({"a": [1, 3, 5, 1, 5, 3, 3], "b": [1, 3, 5, 1, 5, 3, 4]})
    found = within_group_agreement(items, pd.Series(list("aaabbcc")), 1, 5)
    assert_allclose(found.variance, [4, 8, 0.25])
    # a group at q = J / (J - 1) has no value, one beyond it has one above 1
    assert_allclose(found.rwg_j_uniform, [np.nan, 3, 1.75 / 1.875])
    assert_allclose(found.rwg_j_lindell, [-1, -3, 0.875])
    told = found.by_group()["condition"]
    assert told.tolist()[:2] == ["agreement_out_of_range"] * 2
    assert told.isna().tolist() == [False, False, True]
    summary = found.summaries[0]
    assert (summary.n_out_of_range, summary.n_groups) == (2, 3)
    assert summary.share_agreeing == pytest.approx(1 / 3)
    assert summary.mean_zeroed == pytest.approx(1.75 / 1.875 / 3)


def test_a_group_that_disagrees_a_little_more_than_chance_is_negative():
    groups = pd.Series(list("aaa"))
    at_the_null = pd.DataFrame({"a": [1, 4, 4], "b": [2, 5, 2], "c": [3, 3, 3]})
    found = within_group_agreement(at_the_null, groups, 1, 5)
    assert found.rwg_j_uniform[0] == pytest.approx(0)
    above = within_group_agreement(at_the_null.assign(a=[1, 5, 4]), groups, 1, 5)
    assert above.rwg_j_uniform[0] == pytest.approx(-1.2)


def test_order_of_rows_and_of_items_does_not_matter(answers, rng):
    items, groups = answers
    one = within_group_agreement(items, groups, 1, 7)
    order = rng.permutation(len(items))
    other = within_group_agreement(items.iloc[order, ::-1], groups.iloc[order], 1, 7)
    pd.testing.assert_frame_equal(one.by_group(), other.by_group())


def test_names_of_groups_do_not_matter(answers):
    items, groups = answers
    one = within_group_agreement(items, groups, 1, 7).by_group()
    other = within_group_agreement(items, "z" + (99 - groups).astype(str), 1, 7).by_group()
    pd.testing.assert_frame_equal(
        one.drop(columns="group"), other.iloc[::-1].reset_index(drop=True).drop(columns="group")
    )


@pytest.mark.parametrize(("shift", "sign"), [(0, -1), (3, 1), (-11, 1), (200, -1)])
def test_turning_the_scale_around_or_shifting_it_changes_nothing(answers, shift, sign):
    items, groups = answers
    one = within_group_agreement(items, groups, 1, 7)
    moved = items * sign + (8 if sign < 0 else 0) + shift
    other = within_group_agreement(moved, groups, 1 + shift, 7 + shift)
    pd.testing.assert_frame_equal(one.by_group(), other.by_group())


@pytest.mark.parametrize("kind", ["int8", "uint8", "Int16", "float32", "int64", "object"])
def test_the_type_of_the_answers_does_not_matter(answers, kind):
    items, groups = answers
    complete = items.dropna()
    one = within_group_agreement(complete, groups[complete.index], 1, 7)
    other = within_group_agreement(complete.astype(kind), groups[complete.index], 1, 7)
    pd.testing.assert_frame_equal(one.by_group(), other.by_group())


@pytest.mark.parametrize("kind", ["string", "category", "float64", "object", "Int32"])
def test_the_type_of_the_groups_does_not_matter(answers, kind):
    items, groups = answers
    named = groups + 10
    one = within_group_agreement(items, named, 1, 7)
    other = within_group_agreement(items, named.astype(kind), 1, 7)
    pd.testing.assert_frame_equal(one.by_group(), other.by_group())


def test_groups_of_a_categorical_are_in_its_order_and_only_those_that_occur():
    groups = pd.Series(pd.Categorical(list("bbaa"), categories=["c", "b", "a"]))
    found = within_group_agreement(pd.DataFrame({"q": [1, 2, 4, 4]}), groups, 1, 5)
    assert found.groups == ("b", "a")
    assert_allclose(found.variance, [0.5, 0])


def test_respondents_without_group_or_answer_are_left_out_and_counted(answers):
    items, groups = answers
    known = groups.astype("string").where(np.arange(200) >= 20)
    found = within_group_agreement(items, known, 1, 7)
    rest = within_group_agreement(items.iloc[20:], groups.astype("string").iloc[20:], 1, 7)
    pd.testing.assert_frame_equal(found.by_group(), rest.by_group())
    assert (found.n_total, rest.n_total) == (200, 180)
    assert found.n_respondents == items.iloc[20:].notna().all(axis=1).sum()


def test_arguments_are_not_changed(answers):
    items, groups = answers
    before = items.copy(), groups.copy()
    within_group_agreement(items, groups, 1, 7)
    pd.testing.assert_frame_equal(items, before[0])
    pd.testing.assert_series_equal(groups, before[1])


def test_groups_with_equal_answers_agree_perfectly():
    items = pd.DataFrame({"a": [2, 2, 2, 5, 5], "b": [4, 4, 4, 1, 1]})
    found = within_group_agreement(items, pd.Series(list("xxxyy")), 1, 5)
    for name in INDICES:
        assert_array_equal(getattr(found, name), [1, 1])
    for name in DEVIATIONS:
        assert_array_equal(getattr(found, name), [0, 0])
    assert found.condition is None
    assert [summary.share_agreeing for summary in found.summaries] == [1] * 5


@pytest.mark.parametrize(
    ("values", "groups", "sizes"),
    [
        ([3.0], ["a"], [1]),
        ([3.0, 4.0], ["a", "b"], [1, 1]),
        ([np.nan, np.nan], ["a", "a"], [0]),
        ([np.nan, 2.0, np.nan], ["a", "a", "b"], [1, 0]),
        ([], [], []),
    ],
)
def test_nobody_agrees_with_nobody(values, groups, sizes):
    items = pd.DataFrame({"q": np.array(values, dtype=float)})
    found = within_group_agreement(items, pd.Series(groups, dtype=object), 1, 5)
    assert_array_equal(found.n, sizes)
    assert found.condition == "too_few_respondents"
    for name in (*INDICES, *DEVIATIONS, "variance"):
        assert np.isnan(getattr(found, name)).all()
    assert (found.by_group()["condition"] == "too_few_respondents").all()
    assert all(np.isnan(summary.mean) for summary in found.summaries)
    assert found.to_rows()["condition"].eq("too_few_respondents").all()


def test_two_people_are_a_group():
    found = within_group_agreement(pd.DataFrame({"q": [3, 4]}), pd.Series(["a", "a"]), 1, 5)
    assert found.rwg_j_uniform[0] == pytest.approx(1 - 0.5 / 2)
    assert found.ad_mean[0] == found.ad_median[0] == 0.5


def test_the_average_deviation_may_be_a_sixth_of_the_categories():
    items = pd.DataFrame({"q": [1, 2, 3, 1, 2, 4]})
    found = within_group_agreement(items, pd.Series(list("aaabbb")), 1, 4)
    assert found.ad_limit == pytest.approx(4 / 6)
    assert_allclose(found.ad_mean, [2 / 3, 10 / 9])
    assert found.summaries[3].share_agreeing == 0.5


@pytest.mark.parametrize("n_categories", [2, 3, 4, 12])
def test_a_skewed_null_that_is_not_published_is_not_made_up(n_categories):
    items = pd.DataFrame({"q": [1, 2, 1, 1]})
    found = within_group_agreement(items, pd.Series(list("aabb")), 1, n_categories)
    assert found.condition == "no_published_null"
    assert np.isnan(found.slightly_skewed_variance)
    assert np.isnan(found.rwg_j_slightly_skewed).all()
    assert not np.isnan(found.rwg_j_uniform).any()
    rows = found.to_rows()
    skewed = rows["statistic"].str.startswith("rwg_j_slightly_skewed")
    assert rows.loc[skewed, "condition"].eq("no_published_null").all()
    assert not rows.loc[~skewed, "condition"].eq("no_published_null").any()


def test_the_uniform_null_is_the_variance_of_all_categories_alike():
    for n_categories in range(2, 12):
        assert uniform_variance(n_categories) == pytest.approx(np.var(np.arange(n_categories)))


def test_skewed_answers_vary_less_than_uniform_ones():
    for n_categories, variance in SLIGHTLY_SKEWED_VARIANCE.items():
        assert 0.5 * uniform_variance(n_categories) < variance < uniform_variance(n_categories)


def test_rows_hold_every_group_and_every_summary(answers):
    items, groups = answers
    found = within_group_agreement(items, groups, 1, 7)
    rows = found.to_rows()
    own = rows[rows["statistic"] == "rwg_j_uniform"].set_index("item")
    assert list(own.index) == list(found.groups)
    assert_array_equal(own["estimate"].to_numpy(), found.rwg_j_uniform)
    assert_array_equal(own["n_respondents"].to_numpy(dtype=int), found.n)
    share = rows.loc[rows["statistic"] == "ad_mean_share_agreeing", "estimate"]
    assert share.item() == found.summaries[3].share_agreeing
    assert json.loads(found.to_json())["groups"] == list(found.groups)


def test_all_impossible_answers_are_named_at_once():
    items = pd.DataFrame({"q1": [1, 9], "q2": [0.0, np.nan], "q3": [2.5, 3.0], "q4": [1, 5]})
    with pytest.raises(ValueError, match="from 1 to 5") as fault:
        within_group_agreement(items, pd.Series(["a", "a"]), 1, 5)
    for words in ("'q1' has the answer 9", "'q2' has the answer 0", "'q3' has the answer 2.5"):
        assert words in str(fault.value)
    assert "q4" not in str(fault.value)


def test_misuse_is_refused():
    items, groups = pd.DataFrame({"q": [1, 2]}), pd.Series(["a", "b"])
    with pytest.raises(ValueError, match="same respondents"):
        within_group_agreement(items, groups.set_axis([5, 6]), 1, 5)
    with pytest.raises(ValueError, match="groups must be a Series"):
        within_group_agreement(items, ["a", "b"], 1, 5)
    with pytest.raises(ValueError, match="lower first"):
        within_group_agreement(items, groups, 5, 1)
    with pytest.raises(ValueError, match="must be numbers"):
        within_group_agreement(pd.DataFrame({"q": ["x", "y"]}), groups, 1, 5)
    with pytest.raises(ValueError, match="no items"):
        within_group_agreement(items[[]], groups, 1, 5)

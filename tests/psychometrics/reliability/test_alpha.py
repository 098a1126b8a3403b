import numpy as np
import pandas as pd
import pingouin
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import cronbach_alpha
from pipeline.psychometrics.counts import count_answers
from pipeline.psychometrics.reliability import alpha_from_counts


@pytest.mark.parametrize(
    ("missing", "name"), [("listwise", "alpha_complete"), ("pairwise", "alpha_pairwise")]
)
def test_alpha_and_feldt_interval_agree_with_psych(case, missing, name):
    answers, expected = case[0], case[1][name]
    interval = expected["feldt_ci"]
    for result in (
        cronbach_alpha(answers, missing=missing),
        alpha_from_counts(count_answers(answers, missing=missing)),
    ):
        assert result.n_respondents == expected["n"]
        assert result.n_total == len(answers)
        assert_allclose(
            [result.estimate, result.ci_low, result.ci_high],
            [expected["raw_alpha"], interval["lower.ci"], interval["upper.ci"]],
            rtol=1e-10,
        )


@pytest.mark.parametrize("level", [0.80, 0.95, 0.99])
def test_feldt_interval_is_that_of_pingouin_before_rounding(items, level):
    result = cronbach_alpha(items, level)
    estimate, interval = pingouin.cronbach_alpha(items.dropna(), ci=level)
    assert result.estimate == pytest.approx(estimate, rel=1e-12)
    assert_allclose([result.ci_low, result.ci_high], interval, atol=0.5e-3 + 1e-12)


def test_counts_of_two_sites_added_up_give_the_alpha_of_both(items):
    categories = range(1, 6)
    first, second = (count_answers(part, categories) for part in (items[:100], items[100:]))
    together = cronbach_alpha(items, missing="pairwise").estimate
    assert alpha_from_counts(first + second).estimate == pytest.approx(together, rel=1e-12)


def test_order_of_items_and_rows_does_not_matter(items, rng):
    shuffled = items.iloc[rng.permutation(len(items)), ::-1]
    assert cronbach_alpha(shuffled).estimate == pytest.approx(cronbach_alpha(items).estimate)


def test_unit_origin_and_reflection_of_all_items_do_not_matter(items):
    turned = cronbach_alpha(100 - 25 * items)
    assert turned.estimate == pytest.approx(cronbach_alpha(items).estimate)


def test_duplicated_rows_narrow_the_interval_and_keep_the_estimate(items):
    one, four = cronbach_alpha(items), cronbach_alpha(pd.concat([items] * 4))
    assert four.estimate == pytest.approx(one.estimate)
    ratio = (one.ci_high - one.ci_low) / (four.ci_high - four.ci_low)
    assert ratio == pytest.approx(2, abs=0.05)


def test_parallel_items_have_alpha_by_spearman_brown(exact_sample):
    answers = exact_sample(np.full((4, 4), 0.4) + 0.6 * np.eye(4))
    assert cronbach_alpha(answers).estimate == pytest.approx(4 * 0.4 / (1 + 3 * 0.4))


def test_alpha_may_be_negative(rng):
    common = rng.normal(size=(100, 1))
    answers = pd.DataFrame(np.hstack([common, -common]) + 0.5 * rng.normal(size=(100, 2)))
    assert cronbach_alpha(answers).estimate < 0


def test_items_that_cancel_out_have_no_alpha(items):
    a = items["a"].dropna()
    answers = pd.DataFrame({"a": a, "b": -a})
    assert cronbach_alpha(answers).condition == "no_variation"
    assert alpha_from_counts(count_answers(answers)).condition == "no_variation"


def test_items_that_nobody_answered_together_have_no_alpha(items):
    answers = items[["a", "b", "c"]].dropna()
    answers.loc[answers.index[:100], "a"] = np.nan
    answers.loc[answers.index[100:], "b"] = np.nan
    assert cronbach_alpha(answers, missing="pairwise").condition == "undefined_correlation"
    assert alpha_from_counts(count_answers(answers)).condition == "undefined_correlation"


def test_what_cannot_be_estimated_is_named(unusable):
    answers, condition = unusable
    for result in (
        cronbach_alpha(answers),
        cronbach_alpha(answers.astype("Int8")),
        alpha_from_counts(count_answers(answers, range(1, 6))),
    ):
        assert result.condition == condition
        rows = result.to_rows()
        assert rows["estimate"].isna().all() and (rows["condition"] == condition).all()


def test_no_respondents_are_no_answers(items):
    assert cronbach_alpha(items.head(0)).condition == "item_without_answers"


def test_misuse_is_refused(items):
    with pytest.raises(ValueError, match="2 items"):
        cronbach_alpha(items[["a"]])
    with pytest.raises(ValueError, match="2 items"):
        alpha_from_counts(count_answers(items[["a"]]))
    with pytest.raises(ValueError, match="confidence_level"):
        cronbach_alpha(items, confidence_level=95)
    with pytest.raises(ValueError, match="missing"):
        cronbach_alpha(items, missing="mean")

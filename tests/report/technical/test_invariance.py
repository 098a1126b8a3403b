from __future__ import annotations

import pandas as pd

from tests.report.fabricated_study import Fabricated
from tests.report.technical.changing import part, with_models
from tests.report.technical.test_models import table_about, tables


def test_each_grouping_has_its_steps_with_constraints_in_words(study: Fabricated):
    shown = part(study, "invariance")
    rows = table_about(shown, "Steps of equality across respondent groups")
    assert [row[1] for row in rows[1:6]] == [
        "Configural", "Thresholds", "Metric", "Scalar", "Strict",
    ]  # fmt: skip
    assert [row[2] for row in rows[1:4]] == [
        "the same items on each factor", "also the thresholds between answers", "also loadings",
    ]  # fmt: skip
    assert any(caption.endswith("across languages, with their fit") for caption in tables(shown))


def test_scales_follow_the_questionnaire(study: Fabricated):
    rows = table_about(part(study, "invariance"), "Steps of equality across languages")
    scales = list(dict.fromkeys(row[0] for row in rows[1:]))
    assert scales == [scale.id for scale in study.instrument.scored_scales]


def test_each_step_but_the_first_has_its_test_and_its_verdict(study: Fabricated):
    rows = table_about(part(study, "invariance"), "What each step changes across respondent")
    assert [row[-1] for row in rows[1:5]] == [
        "holds", "holds, with small differences", "does not hold", "not tested",
    ]  # fmt: skip
    assert rows[1][2:-1] == ["1.2", "1", "0.273", "\N{MINUS SIGN}0.001", "+0.002", "0.000"]


def test_groups_are_named_and_those_left_out_too(study: Fabricated):
    words = part(study, "invariance").text
    assert "First group, Second group." in words
    assert "Left out, as too few people answered" in words and "three." in words


def test_what_was_left_free_is_listed(study: Fabricated):
    rows = table_about(part(study, "invariance"), "What was left free to differ")
    first = study.instrument.scored_scales[0]
    assert rows[1] == [first.id, "Scalar", f"{first.items[0].id} ~1"]


def test_numbers_of_too_few_people_are_not_shown(study: Fabricated):
    frame = study.models["invariance"]
    numbers = frame.select_dtypes("number").columns
    frame = frame.assign(**dict.fromkeys(numbers, pd.NA), condition="withheld")
    shown = part(with_models(study, invariance=frame), "invariance")
    assert "not shown" in table_about(shown, "Steps of equality")[1]
    assert "Held back to protect the people" in shown.text


def test_without_steps_the_page_says_that_no_groups_were_large_enough(study: Fabricated):
    shown = part(study.with_(models={}), "invariance")
    assert "No groups were large enough" in shown.text
    assert not shown.all("table")

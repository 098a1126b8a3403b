"""What the technical page says about careless and missing answers."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import textstat

from pipeline.ingest.screening import FLAGS
from pipeline.report.phrases import load_phrases

from .fabricated_study import WAVE, Fabricated
from .reading_html import Element, read
from .test_technical_page import page_of, rows_of

SIGNS, EFFECT, TESTS, PATTERNS = (
    "Signs of careless answering, this survey round",
    "Results with and without",
    "Little's test",
    "Scores that are missing together",
)
FIRST = "LEAD, Leadership climate"


def section(made: Fabricated, name: str = "screening") -> Element:
    sections = read(page_of(made)).all("section")
    return next(one for one in sections if one.attributes.get("aria-labelledby") == name)


def table(made: Fabricated, caption: str) -> list[list[str]]:
    name = "screening" if caption in (SIGNS, EFFECT) else "missing"
    tables = section(made, name).all("table")
    return rows_of(next(one for one in tables if caption in one.all("caption")[0].text))


def changed(
    made: Fabricated, name: str, rows: pd.Series | None = None, **values: Any
) -> Fabricated:
    """The study with some cells of a screening table changed, in all rows or in those chosen."""
    frame = made.screening[name].copy()
    for column, value in values.items():
        frame.loc[slice(None) if rows is None else rows.fillna(False).astype(bool), column] = value
    return made.with_(screening={**made.screening, name: frame})


def counts_of(made: Fabricated, flag: str | None) -> pd.Series:
    flags = made.screening["screening_counts"]["flag"]
    return flags.isna() if flag is None else flags.eq(flag)


# ------------------------------------------------------------------ signs and the rule


def test_every_flag_has_words_and_so_has_its_family():
    phrases = load_phrases("en")
    for flag in FLAGS:
        assert phrases.has(f"screening.{flag.name}")
        assert phrases.has(f"screening.family_{flag.family}")


def test_the_rule_and_the_number_left_out_are_told(study: Fabricated):
    told = section(study).text
    assert "strong signs of at least 2 kinds is left out" in told
    assert "About 15 of about 126 respondents of this survey round were left out" in told


def test_one_strong_sign_may_be_enough(study: Fabricated):
    made = changed(study, "screening_counts", families_needed=1)
    assert "whoever shows a strong sign is left out" in section(made).text


def test_a_sign_is_told_with_its_kind_and_its_numbers(study: Fabricated):
    rows = {row[0]: row[1:] for row in table(study, SIGNS)[1:]}
    assert len(rows) == len(FLAGS)
    assert rows["The same answer to every item"] == ["Answers", "yes", "20", "126", "15"]
    fast = rows["Less time than the text takes to read"]
    assert fast == ["Time", "yes", "not judged", "0", "none"]


def test_a_weak_sign_does_not_count(study: Fabricated):
    weak = changed(study, "screening_counts", counts_of(study, "no_spread"), strong=False)
    row = next(row for row in table(weak, SIGNS) if row[0] == "The same answer to every item")
    assert row[2] == "no" and row[-1] == "does not count"


def test_a_sign_that_is_held_back_is_told_without_numbers(study: Fabricated):
    absent = dict.fromkeys(("n_judged", "n_flagged", "n_excluded"), pd.NA)
    held = changed(study, "screening_counts", counts_of(study, "no_spread"), **absent)
    row = next(row for row in table(held, SIGNS) if row[0] == "The same answer to every item")
    assert row[3:] == ["not shown"] * 3


# ------------------------------------------------------------------ with and without


def test_results_are_set_side_by_side(study: Fabricated):
    rows = table(study, EFFECT)
    assert rows[0][:3] == ["Scale", "n with", "n without"]
    assert rows[1] == [FIRST, "141", "126", "3.1", "3.2", "+0.1"]
    assert rows[2][-1] == "under 0.1"
    assert "The largest difference that can be shown is that of Leadership climate: +0.1" in (
        section(study).text
    )


def test_alphas_have_their_place_where_they_are_told(study: Fabricated):
    first = study.screening["screening_effect"]["scale"].eq("LEAD")
    numbers = {"n_complete_with": 130, "n_complete_without": 120, "alpha_with": 0.8}
    made = changed(study, "screening_effect", first, **numbers, alpha_without=0.82)
    rows = table(made, EFFECT)
    assert rows[0][-2:] == ["Alpha with", "Alpha without"]
    assert rows[1][-2:] == ["0.80", "0.82"]
    assert rows[2][-2:] == ["not computed", "not computed"]


def test_where_few_are_left_out_the_page_says_why_means_are_absent(study: Fabricated):
    absent = dict.fromkeys(("mean_with", "mean_without"), pd.NA)
    made = changed(study, "screening_effect", **absent, condition="withheld", difference=0.0)
    assert table(made, EFFECT)[1] == [FIRST, "141", "126", "under 0.1"]
    told = section(made).text
    assert "fewer than 11 people make the difference" in told
    assert "No difference that can be shown is as large as a tenth" in told


def test_differences_that_are_held_back_are_told_as_not_shown(study: Fabricated):
    made = changed(study, "screening_effect", condition="withheld", difference=pd.NA)
    assert {row[-1] for row in table(made, EFFECT)[1:]} == {"not shown"}
    assert "How far the means move cannot be shown." in section(made).text


def test_with_nobody_left_out_there_is_a_sentence_and_no_table(study: Fabricated):
    made = changed(study, "screening_counts", n_excluded=0)
    told = section(made)
    assert "nobody was left out" in told.text
    assert "the same with and without this rule" in told.text
    assert len(told.all("table")) == 1


def test_of_too_few_people_no_number_is_told(study: Fabricated):
    absent = dict.fromkeys(("n_judged", "n_flagged", "n_excluded"), pd.NA)
    made = changed(study, "screening_counts", **absent)
    assert "Too few people answered" in section(made).text
    nobody = changed(study, "screening_counts", n_judged=0, n_flagged=0, n_excluded=0)
    assert "Too few people answered" in section(nobody).text


# ------------------------------------------------------------------ missing answers


def test_the_test_is_told_in_a_sentence_and_with_its_numbers(study: Fabricated):
    scales = len(study.instrument.scored_scales)
    told = section(study, "missing").text
    assert f"In none of the {scales} scales tested" in told
    assert table(study, TESTS)[1] == [FIRST, "126", "9", "30.2", "25", "0.217", "none"]


def test_a_scale_that_speaks_against_chance_is_named(study: Fabricated):
    gaps = study.screening["missing_data"]
    low = gaps["scale"].eq("LEAD") & gaps["statistic"].eq("little_p_value")
    told = section(changed(study, "missing_data", low, estimate=0.01), "missing").text
    assert "In 1 of the" in told and "(p below .05): Leadership climate." in told


def test_a_test_that_could_not_be_made_says_why(study: Fabricated):
    gaps = study.screening["missing_data"]
    rows = gaps["scale"].notna() & gaps["statistic"].ne("n_patterns")
    made = changed(study, "missing_data", rows, estimate=pd.NA, condition="one_pattern")
    told = section(made, "missing").text
    assert "The test could not be made for any scale" in told
    assert "one pattern: There is one pattern only" in told


def test_every_reason_of_the_test_has_words():
    phrases = load_phrases("en")
    for reason in (
        "one_pattern", "items_never_answered_together", "too_few_people", "item_without_answers",
        "constant_item", "singular", "not_converged",
    ):  # fmt: skip
        assert phrases.has(f"condition.{reason}")


def test_patterns_stand_from_complete_to_all_others(study: Fabricated):
    assert table(study, PATTERNS)[1:] == [
        ["None: a score on every scale", "96"],
        ["Leadership climate", "20"],
        ["Any other scales", "11"],
    ]


def test_a_rest_of_few_people_is_told_as_under_the_minimum(study: Fabricated):
    gaps = study.screening["missing_data"]
    rest = gaps["statistic"].eq("respondents_with_other_pattern")
    assert table(changed(study, "missing_data", rest, estimate=pd.NA), PATTERNS)[-1][-1] == (
        "under 11"
    )


# ------------------------------------------------------------------ both


@pytest.mark.parametrize("name", ["screening_counts", "screening_effect", "missing_data"])
def test_a_table_that_is_absent_or_empty_is_told_as_not_computed(study: Fabricated, name: str):
    without = {key: frame for key, frame in study.screening.items() if key != name}
    empty = {**study.screening, name: study.screening[name].iloc[:0]}
    pages = [page_of(study.with_(screening=tables)) for tables in (without, empty)]
    assert pages[0] == pages[1]


def test_another_survey_round_changes_nothing(study: Fabricated):
    both = {
        name: pd.concat([frame.assign(wave="2020"), frame], ignore_index=True)
        for name, frame in study.screening.items()
    }
    assert (study.screening["screening_counts"]["wave"] == WAVE).all()
    assert page_of(study.with_(screening=both)) == page_of(study)


def test_the_words_are_easy_to_read(studies: dict[str, Fabricated]):
    for name in ("screening", "missing"):
        told = [p.text for p in section(studies["main"], name).all("p")]
        assert textstat.flesch_kincaid_grade(" ".join(told)) <= 8

from __future__ import annotations

from tests.report.fabricated_study import RULES, Fabricated
from tests.report.technical.changing import classes, part, with_rows, withheld
from tests.report.test_technical_page import rows_of


def suggestion(rule: str, number: int | None, **more: str) -> dict[str, object]:
    return {"factor": rule, "statistic": "suggested_factors", "estimate": number, **more}


def test_every_rule_has_a_row_with_its_number(study: Fabricated):
    rows = rows_of(part(study, "retention").all("table")[0])
    assert [int(row[1]) for row in rows[1:]] == list(RULES.values())
    assert rows[1][0] == "Parallel analysis, components, mean"


def test_the_range_is_told_with_how_many_rules_gave_an_answer(study: Fabricated):
    words = part(study, "retention").text
    assert "No single rule decides" in words
    assert "the 11 rules with an answer suggest from 2 to 11 factors" in words


def test_rules_that_agree_are_told_as_agreeing_beside_what_was_expected(study: Fabricated):
    section = next(one for one in study.instrument.sections if one.factor_model)
    rows = [suggestion(rule, 3, scale=section.id) for rule in ("map_squared", "hull_cfi")]
    words = part(with_rows(study, "retention", *rows), "retention").text
    assert "all 2 rules with an answer suggest the same number of factors, 3." in words
    assert f"The questionnaire was built for {len(section.scale_ids)}." in words


def test_a_rule_without_an_answer_is_not_counted(study: Fabricated):
    rows = [
        suggestion("map_squared", 3),
        suggestion("hull_cfi", None, condition="no_number_suggested"),
    ]
    shown = part(with_rows(study, "retention", *rows), "retention")
    assert "one rule has an answer and suggests this number of factors: 3." in shown.text
    assert rows_of(shown.all("table")[0])[2][1:] == ["not computed", "no number suggested"]


def test_a_rule_that_the_page_does_not_know_is_shown_too(study: Fabricated):
    shown = part(with_rows(study, "retention", suggestion("next_rule", 4)), "retention")
    assert rows_of(shown.all("table")[0])[1][:2] == ["next rule", "4"]


def test_sets_of_items_stand_side_by_side_in_one_table(study: Fabricated):
    rows = [suggestion("map_squared", number, scale=scale) for scale, number in
            (("TSIG", 1), ("LEAD", 2))]  # fmt: skip
    table = rows_of(part(with_rows(study, "retention", *rows), "retention").all("table")[0])
    assert table[0][1:3] == ["LEAD, Leadership climate", "TSIG, Task significance"]
    assert table[1][1:3] == ["2", "1"]


def test_numbers_that_are_held_back_are_told(study: Fabricated):
    shown = part(withheld(study, "retention"), "retention")
    assert "no rule has an answer" in shown.text
    assert "not shown" in shown.text and not shown.all("figure")


def test_mean_and_percentile_are_told_apart_without_colour(study: Fabricated):
    figure = part(study, "retention").all("figure")[0]
    assert {"line-0", "line-1", "line-2"} <= set(classes(figure, "line"))
    n_items = len(study.instrument.items)
    assert classes(figure, "path").count("cross") == n_items + 1
    assert classes(figure, "circle").count("series-0 dot") == n_items + 1


def test_the_adequacy_of_single_items_is_listed(study: Fabricated):
    rows = rows_of(part(study, "factorability").all("table")[1])
    assert [row[0] for row in rows[1:]] == list(study.instrument.items)
    assert {row[2] for row in rows[1:]} == {"0.87"}

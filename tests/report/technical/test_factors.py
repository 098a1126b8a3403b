from __future__ import annotations

from tests.report.fabricated_study import Fabricated
from tests.report.reading_html import Element
from tests.report.technical.changing import classes, part, with_rows, with_table, withheld
from tests.report.test_technical_page import rows_of


def figures(made: Fabricated) -> list[Element]:
    return part(made, "factors").all("figure")


def plot_rows(made: Fabricated) -> list[list[str]]:
    return [row for figure in figures(made) for row in rows_of(figure.all("table")[0])[1:]]


def labels(made: Fabricated, name: str) -> list[str]:
    drawn = (one for figure in figures(made) for one in figure.all("text"))
    return [one.text for one in drawn if one.attributes.get("class") == name]


def test_items_stand_by_scale_in_the_order_of_the_questionnaire(studies):
    for made in studies.values():
        section = next(one for one in made.instrument.sections if one.factor_model)
        scales = made.instrument.scales_in(section)
        items = [item for scale in scales for item in scale.item_ids]
        assert labels(made, "loading-label") == items == [row[0] for row in plot_rows(made)]
        assert [name.split(",")[0] for name in labels(made, "row-label")] == [
            scale.id for scale in scales
        ]


def test_own_and_largest_other_loading_are_those_of_the_table(study: Fabricated):
    frame = study.psychometrics["factors"]
    pattern = frame[frame["statistic"] == "pattern"].pivot(
        index="item", columns="factor", values="estimate"
    )
    for item, scale, _, own, other, factor, *_ in plot_rows(study):
        row = pattern.loc[item]
        largest = row.drop(scale).abs().idxmax()
        assert own.split()[0] == f"{row[scale]:.2f}"
        assert factor == largest
        assert other.split()[0].replace("\N{MINUS SIGN}", "-") == f"{row[largest]:.2f}"


def test_own_loadings_are_filled_with_intervals_and_others_hollow(study: Fabricated):
    figure = figures(study)[0]
    drawn = next(one for one in figure.all("svg") if one.attributes.get("role") == "img")
    n_items = len(plot_rows(study))
    assert classes(drawn, "circle").count("series-0 dot") == n_items
    assert classes(drawn, "circle").count("series-0 hollow") == n_items
    assert classes(drawn, "line").count("whisker series-0") == n_items
    assert classes(drawn, "line").count("reference-long") in (2, 3, 4)


def test_without_a_pattern_the_flagged_loadings_are_drawn(study: Fabricated):
    frame = study.psychometrics["factors"]
    made = with_table(study, "factors", frame[frame["statistic"] != "pattern"])
    assert {row[3] for row in plot_rows(made)} == {"0.65"}
    assert {row[4] for row in plot_rows(made)} == {"not computed"}


def test_loadings_that_are_held_back_are_told_and_not_drawn(study: Fabricated):
    shown = part(withheld(study, "factors"), "factors")
    assert not shown.all("figure")
    assert "not shown" in shown.text


def test_congruence_and_correlations_of_factors_have_their_intervals(study: Fabricated):
    words = part(study, "factors").text
    assert "0.95 (0.93 to 0.97)" in words
    assert "0.40 (0.32 to 0.48)" in words


def test_fit_and_general_factor_are_shown(study: Fabricated):
    tables = {table.all("caption")[0].text: table for table in part(study, "factors").all("table")}
    fit = rows_of(tables["Fit of the factors found"])
    assert dict(zip(fit[0], fit[1], strict=True))["RMSEA"] == "0.041"
    general = rows_of(tables["General factor behind all items (Schmid-Leiman)"])
    assert general[1][2:5] == ["0.71", "0.93", "0.58"]


def test_what_was_not_computed_is_told(study: Fabricated):
    shown = part(with_table(study, "factors", study.psychometrics["factors"].iloc[:0]), "factors")
    assert not shown.all("figure")
    assert shown.text.count("not computed") >= 5


def test_the_page_says_in_whom_factors_were_explored(study: Fabricated):
    whole = part(study, "factors")
    assert "Factors were explored in all respondents." in whole.text
    halves = (
        {"statistic": "kmo_first", "estimate": 0.931, "n_respondents": 510},
        {"statistic": "kmo_second", "estimate": 0.927, "n_respondents": 505},
    )
    shown = part(with_rows(study, "equivalence", *halves), "factors").text
    assert "one half of the sample (510 people)" in shown
    assert "The other half (505 people)" in shown
    assert "(KMO .93 and .93)" in shown

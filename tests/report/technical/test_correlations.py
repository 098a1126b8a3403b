from __future__ import annotations

import re

from tests.report.fabricated_study import Fabricated
from tests.report.reading_html import Element
from tests.report.technical.changing import (
    classes,
    n_cells,
    numbers_in_cells,
    part,
    with_rows,
    with_table,
    withheld,
)
from tests.report.test_technical_page import rows_of


def drawing(shown: Element) -> Element:
    return next(one for one in shown.all("svg") if one.attributes.get("role") == "img")


def texts(shown: Element, name: str) -> list[str]:
    return [
        one.text for one in shown.all("text") if name in one.attributes.get("class", "").split()
    ]


def factored_items(made: Fabricated) -> list[str]:
    section = next(one for one in made.instrument.sections if one.factor_model)
    return [item for scale in made.instrument.scales_in(section) for item in scale.item_ids]


def test_items_stand_in_the_order_of_the_questionnaire(studies):
    for made in studies.values():
        labels = texts(drawing(part(made, "correlations")), "item-label")
        items = factored_items(made)
        assert labels == [*items, *items]


def test_every_scale_is_named_and_parted_from_the_next(studies):
    made = studies["main"]
    shown = drawing(part(made, "correlations"))
    section = next(one for one in made.instrument.sections if one.factor_model)
    names = [name.split()[0] for name in texts(shown, "group-label")]
    assert names == list(section.scale_ids)
    assert classes(shown, "line").count("border") == 2 * (len(names) - 1)


def test_the_numbers_in_the_cells_are_those_of_the_table(study: Fabricated):
    shown = part(study, "correlations")
    frame = study.psychometrics["correlations"]
    pairs = frame[frame["statistic"] == "polychoric_correlation"].set_index("item")["estimate"]
    items = factored_items(study)
    below = [
        pairs[f"{items[column]} with {items[row]}"]
        for row in range(len(items))
        for column in range(row)
    ]
    written = [f"{value:.2f}".replace("-", "\N{MINUS SIGN}") for value in below]
    cells = numbers_in_cells(drawing(shown))
    assert n_cells(drawing(shown)) == len(cells)
    assert cells == [number.replace("0.", ".", 1) for number in written]
    table = rows_of(shown.all("table")[0])
    assert table[0][1:] == items
    in_table = [table[row + 1][column + 1] for row in range(len(items)) for column in range(row)]
    assert in_table == written
    assert all(table[place + 1][place + 1] == "1.00" for place in range(len(items)))


def test_the_order_of_the_names_of_a_pair_does_not_matter(study: Fabricated):
    frame = study.psychometrics["correlations"].copy()
    swapped = frame["item"].str.replace(r"^(\w+) with (\w+)$", r"\2 with \1", regex=True)
    other = part(with_table(study, "correlations", frame.assign(item=swapped)), "correlations")
    assert other.text == part(study, "correlations").text


def test_range_people_and_smoothing_are_told(study: Fabricated):
    words = part(study, "correlations").text
    assert re.search(r"The correlations run from \S+ to \.\d\d \(n of a pair: 603\)", words)
    assert "no correlation changed by more than 0.012" in words
    assert "zoom in to read the numbers" in words


def test_a_pair_without_a_number_is_a_dash_and_counted(study: Fabricated):
    frame = study.psychometrics["correlations"].copy()
    first = frame.index[frame["statistic"] == "polychoric_correlation"][0]
    frame.loc[first, ["estimate", "condition"]] = [None, "undefined_correlation"]
    shown = part(with_table(study, "correlations", frame), "correlations")
    assert numbers_in_cells(drawing(shown))[0] == "\N{EN DASH}"
    assert "Pairs without a number: 1." in shown.text
    assert "Two items have no correlation" in shown.text


def test_correlations_that_are_held_back_draw_nothing_and_say_so(study: Fabricated):
    shown = part(withheld(study, "correlations"), "correlations")
    assert not shown.all("figure")
    assert "These correlations are held back to protect the people behind them" in shown.text


def test_correlations_that_could_not_be_computed_give_the_reason(study: Fabricated):
    pair = " with ".join(factored_items(study)[:2])
    row = {"item": pair, "statistic": "polychoric_correlation", "condition": "too_few_respondents"}
    shown = part(with_rows(study, "correlations", row), "correlations")
    assert "could not be computed. Too few respondents gave usable answers." in shown.text

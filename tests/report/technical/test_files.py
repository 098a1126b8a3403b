from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import pandas as pd
import pytest

from pipeline.report import render_technical_report
from pipeline.report.tables import BY_CHANCE, Evidence, ShownTable, file_name, shown_table
from pipeline.report.technical import TechnicalReport
from pipeline.report.technical.figures import MARGIN, WIDTH, style_of_charts
from pipeline.report.technical.files import csv_of, files_of
from tests.report.fabricated_study import Fabricated
from tests.report.reading_html import Element, read
from tests.report.technical.changing import with_table

SVG = "{http://www.w3.org/2000/svg}"
TABLE = shown_table("A table", ["Scale", "Mean"], [("A", ["1.5"])])


def report(made: Fabricated) -> TechnicalReport:
    return render_technical_report(
        made.ledger_rows,
        made.ledger_cells,
        made.ledger_columns,
        made.screening,
        made.psychometrics,
        made.content,
        made.withheld,
        made.instrument,
        made.study,
        made.models,
    )


@pytest.fixture(scope="module")
def reports(studies) -> dict[str, TechnicalReport]:
    return {name: report(made) for name, made in studies.items()}


def links(page: str) -> list[Element]:
    return [one for one in read(page).all("a") if "download" in one.attributes]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_link_to_a_file_has_its_file_and_every_file_its_link(reports):
    for made in reports.values():
        led_to = [one.attributes["href"] for one in links(made.page)]
        assert len(led_to) == len(set(led_to))
        assert set(led_to) == set(made.files)


def test_every_table_of_the_page_can_be_downloaded_and_tells_its_basis(reports):
    for made in reports.values():
        tables = read(made.page).all("table")
        captions = [table.all("caption")[0].text for table in tables]
        offered = {
            one.text.split(": ", 1)[1] for one in links(made.page)
            if one.attributes["href"].endswith(".csv")
        }  # fmt: skip
        assert set(captions) <= offered
        told = [
            one.text for one in read(made.page).all("p")
            if one.text.startswith("Method: ") and "Version 0.1.0." in one.text
        ]  # fmt: skip
        assert len(told) == len([name for name in made.files if name.endswith(".csv")])


def test_every_chart_can_be_downloaded(reports):
    for made in reports.values():
        charts = [
            one.attributes["aria-labelledby"].split("-title")[0]
            for one in read(made.page).all("svg")
            if one.attributes.get("role") == "img"
        ]
        assert charts
        assert {f"technical/figures/{name}.svg" for name in charts} == {
            name for name in made.files if name.endswith(".svg")
        }


def test_a_figure_stands_alone(reports):
    for made in reports.values():
        for name, text in made.files.items():
            if not name.endswith(".svg"):
                continue
            drawn = ElementTree.fromstring(text)
            assert drawn.tag == f"{SVG}svg", name
            width, height = float(drawn.attrib["width"]), float(drawn.attrib["height"])
            assert drawn.attrib["viewBox"] == f"-{MARGIN} -{MARGIN} {width:g} {height:g}"
            assert drawn.find(f"{SVG}style") is not None
            assert drawn.find(f".//{SVG}title") is not None
            assert "var(" not in text and "http" not in text.replace("http://www.w3.org", "")


def test_a_chart_in_shares_of_its_width_gets_a_width(reports):
    text = reports["groups"].files["technical/figures/forest-1.svg"]
    assert ElementTree.fromstring(text).attrib["width"] == str(WIDTH + 2 * MARGIN)


def test_a_figure_has_a_title_that_fits_and_a_key(reports, studies):
    for made in reports.values():
        for name, text in made.files.items():
            if name.endswith(".svg"):
                drawn = ElementTree.fromstring(text)
                title = next(one for one in drawn.iter(f"{SVG}title")).text
                shown = drawn.find(f"{SVG}text")
                assert shown is not None and shown.text == title
                assert 8 * len(title or "") <= float(drawn.attrib["width"])
    forest = reports["groups"].files["technical/figures/forest-1.svg"]
    assert "Cronbach&#39;s alpha" in forest and ".70 and .80" in forest


def test_the_style_of_a_figure_has_every_rule_of_charts_in_light_colours():
    style = style_of_charts()
    assert "svg text { fill: #1d2328; font-size: 14px; }" in style
    assert ".paths .item { fill: #ffffff;" in style
    assert "@media" not in style and "table" not in style


def test_tables_hold_released_numbers_with_no_more_decimals_than_the_page(reports, studies):
    made = studies["groups"]
    frame = made.psychometrics["reliability"]
    known = frame[frame["statistic"] == "cronbach_alpha"].dropna(subset=["estimate"])
    tables = [text for name, text in reports["groups"].files.items() if "/tables/forest-" in name]
    found = {
        (row["scale"], row["statistic"]): float(row["estimate"])
        for text in tables
        for row in rows_of(text)
        if row.get("estimate")
    }
    for scale, estimate in zip(known["scale"], known["estimate"], strict=True):
        assert found[scale, "cronbach_alpha"] == round(estimate, 3)
    assert {row["wave"] for text in tables for row in rows_of(text)} == {made.study.wave}


def test_from_no_mean_of_an_item_the_number_of_people_can_be_worked_out(reports):
    tables = [text for name, text in reports["groups"].files.items() if "/tables/items-" in name]
    means = [
        row["estimate"]
        for text in tables
        for row in rows_of(text)
        if row.get("statistic") == "mean" and row.get("estimate")
    ]
    assert means and all(len(mean.partition(".")[2]) <= 2 for mean in means)


def test_numbers_that_are_held_back_are_not_in_the_files(study: Fabricated):
    frame = study.psychometrics["item_analysis"].assign(condition="withheld")
    numbers = dict.fromkeys(("estimate", "se", "ci_low", "ci_high"), pd.NA)
    made = report(with_table(study, "item_analysis", frame.assign(**numbers)))
    tables = [rows_of(text) for name, text in made.files.items() if "/tables/items-" in name]
    rows = [row for table in tables for row in table if "statistic" in row]
    assert rows and not any(row.get("estimate") for row in rows)


def test_numbers_of_models_name_their_model_and_sample(reports):
    files = reports["groups"].files
    names = [name for name in files if "/tables/paths-" in name]
    assert names
    for name in names:
        assert all(row["model"] and row["sample"] for row in rows_of(files[name]))


def test_the_same_study_gives_the_same_files_in_the_same_order(study: Fabricated):
    assert list(report(study).files.items()) == list(report(study).files.items())


def test_the_order_of_rows_does_not_matter(studies, reports):
    for name, made in studies.items():
        psychometrics, screening, models = (
            {name: frame.sample(frac=1, random_state=4) for name, frame in tables.items()}
            for tables in (made.psychometrics, made.screening, made.models)
        )
        other = made.with_(psychometrics=psychometrics, screening=screening, models=models)
        files = report(other).files
        assert [file for file in files if files[file] != reports[name].files[file]] == []


def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe_and_numbers_stay():
    table = shown_table("T", ["=cmd()", "Mean"], [("@site", ["-0.5"]), ("-a", ["+2"])])
    lines = csv_of(Evidence("t", table, ())).splitlines()
    assert lines == ["'=cmd(),Mean", "'@site,-0.5", "'-a,+2"]


def test_columns_without_any_value_are_left_out():
    records = ({"a": "1", "b": "", "c": "x,y"}, {"a": "", "b": "", "c": "z"})
    assert csv_of(Evidence("t", TABLE, (), records=records)) == 'a,c\n1,"x,y"\n,z\n'


@dataclass(frozen=True)
class Page:
    parts: tuple[object, ...]


def test_two_tables_of_the_same_name_are_refused():
    one = Evidence("same", TABLE, ())
    with pytest.raises(ValueError, match="two files would have the name 'same'"):
        files_of(Page((one, (one,))), None)  # type: ignore[arg-type]


def test_names_of_files_are_plain():
    assert file_name("Items", None, "R5b/ä..") == "items-r5b"


def basis_of(made: TechnicalReport, name: str) -> str:
    link = next(one for one in links(made.page) if one.attributes["href"].endswith(f"/{name}.csv"))
    assert link.parent is not None
    return link.parent.text


def test_a_seed_is_named_only_where_chance_plays_a_part(study: Fabricated):
    frame = study.psychometrics["retention"]
    drawn = with_table(study, "retention", frame.assign(method="Horn, 500 column permutations"))
    assert "Seed: 20260401." in basis_of(report(drawn), "number-of-factors")
    assert "Seed" not in basis_of(report(study), "number-of-factors")


@pytest.mark.parametrize(
    ("method", "by_chance"),
    [
        ("Horn, 200 column permutations, percentile 95", True),
        ("minres, oblimin; 200 bootstrap samples of 24 clusters as a whole", True),
        ("HTMT; 200 replications of whole clusters, percentile interval", True),
        ("WLSMV on 25 samples drawn from the model and as many for each level", True),
        ("random groups of the same sizes; everybody dealt singly in every draw", True),
        ("Rulon's split-half reliability, 10000 splits drawn", True),
        ("the most equivalent of 500 random splits in sampling adequacy", True),
        ("Rulon's split-half reliability on covariances, listwise, all splits", False),
        ("random intercept by REML; profile-likelihood interval", False),
        ("one-way analysis of variance; F interval with n0", False),
    ],
)
def test_methods_that_draw_by_chance_are_known_by_their_words(method: str, by_chance: bool):
    assert bool(BY_CHANCE.search(method)) == by_chance


def test_people_are_told_as_released(reports):
    assert "People: 603." in basis_of(reports["groups"], "heat-" + _scope(reports["groups"]))


def _scope(made: TechnicalReport) -> str:
    name = next(name for name in made.files if name.startswith("technical/figures/heat-"))
    return name.removeprefix("technical/figures/heat-").removesuffix(".svg")


def test_clauses_that_methods_share_are_told_once(study: Fabricated):
    frame = study.psychometrics["variance"].copy()
    frame["method"] = ["first; shared" if i % 2 else "second; shared" for i in range(len(frame))]
    found = basis_of(report(with_table(study, "variance", frame)), "variance")
    assert len(re.findall("shared", found)) == 1


def test_a_table_can_be_shown_without_records():
    shown: ShownTable = replace(TABLE, caption="Other")
    assert csv_of(Evidence("t", shown, ())) == "Scale,Mean\nA,1.5\n"

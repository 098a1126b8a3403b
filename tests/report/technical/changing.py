"""Changed copies of the made-up tables, and the parts of the page they lead to."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.tables import catalogue
from tests.report.fabricated_study import WAVE, Fabricated, framed
from tests.report.reading_html import Element, read
from tests.report.test_technical_page import page_of


def with_table(made: Fabricated, name: str, frame: pd.DataFrame) -> Fabricated:
    return made.with_(psychometrics={**made.psychometrics, name: frame})


def with_rows(made: Fabricated, name: str, *rows: dict[str, Any]) -> Fabricated:
    """The study with a table that holds these rows only."""
    shared = {"wave": WAVE, "n_respondents": 603, "method": "made up"}
    return with_table(made, name, framed([{**shared, **row} for row in rows], catalogue.ESTIMATES))


def with_models(made: Fabricated, **tables: pd.DataFrame) -> Fabricated:
    """The study with other tables about models."""
    return made.with_(models={**made.models, **tables})


def withheld(made: Fabricated, name: str) -> Fabricated:
    """The study with every number of a table held back."""
    numbers = dict.fromkeys(("estimate", "se", "ci_low", "ci_high"), pd.NA)
    frame = made.psychometrics[name].assign(**numbers, condition="withheld")
    return with_table(made, name, frame)


def part(made: Fabricated, name: str) -> Element:
    """A part of the technical page."""
    sections = read(page_of(made)).all("section")
    return next(one for one in sections if one.attributes["aria-labelledby"] == name)


def classes(element: Element, *tags: str) -> list[str]:
    return [one.attributes.get("class", "") for one in element.all(*tags)]


def numbers_in_cells(drawing: Element) -> list[str]:
    """The numbers in the cells of a heat map, row by row."""
    groups = [one for one in drawing.all("g") if "in-cell" in one.attributes["class"].split()]
    texts = [text for group in groups for text in group.all("text")]
    places = {(float(one.attributes["y"]), float(one.attributes["x"])): one.text for one in texts}
    return [places[place] for place in sorted(places)]


def n_cells(drawing: Element) -> int:
    """How many cells a heat map has."""
    cells = [one for one in drawing.all("path") if "cells" in one.attributes["class"].split()]
    return sum(one.attributes["d"].count("z") for one in cells)

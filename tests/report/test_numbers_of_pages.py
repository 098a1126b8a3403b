"""Numbers on pages follow the language of the report; drawings do not."""

from __future__ import annotations

import re

import pytest

from pipeline.report import pages as shared

from .fabricated_study import Fabricated, render_all
from .number_formats import SWEDISH
from .reading_html import read

NUMBER_WITH_A_POINT = re.compile(r"(?<![\w.])[+<\u2212 ]*\d*\.\d+(?![\w.])")
PER_CENT_WITHOUT_SPACE = re.compile(r"\d%")
DRAWN = re.compile(r"<(?:line|rect|circle|path|ellipse|text|svg)\b[^>]*>")


@pytest.fixture(scope="module")
def in_swedish_numbers(studies: dict[str, Fabricated]) -> dict[str, str]:
    """Every page of the smallest study with everything, its numbers as Swedish writes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "number_format_of", lambda phrases: SWEDISH)
        return render_all(studies["groups"])


def test_no_cell_and_no_label_of_a_drawing_has_the_marks_of_another_language(in_swedish_numbers):
    texts = [
        element.text
        for page in in_swedish_numbers.values()
        for element in read(page).all("td", "text")
    ]
    assert any("," in text for text in texts)
    plain = [text for text in texts if not re.search(r"[a-z]{3}", text)]
    assert not [text for text in plain if NUMBER_WITH_A_POINT.search(text)]
    assert not [text for text in plain if PER_CENT_WITHOUT_SPACE.search(text)]


def test_drawings_are_the_same_in_every_language(in_swedish_numbers, pages):
    for address, page in in_swedish_numbers.items():
        drawn = DRAWN.findall(page)
        assert drawn == DRAWN.findall(pages[f"groups/{address}"]), address

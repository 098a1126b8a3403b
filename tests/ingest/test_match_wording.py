"""Columns that are known by the wording of their question, and never by a guess."""

from dataclasses import replace

import pytest

from pipeline.ingest.match_wording import Wordings, answers_asked
from pipeline.ingest.raw import ExportColumn
from pipeline.instrument import Text, load_instrument

from .layouts import INSTRUMENT, ITEMS

POOL = load_instrument("instrument")
LONG = load_instrument("instrument", "long")


@pytest.fixture(scope="module")
def wordings():
    return Wordings(LONG)


def column(question="", part="", heading="Q1"):
    return ExportColumn(
        1,
        heading,
        code=heading,
        question=(question,) if question else (),
        part=(part,) if part else (),
    )


@pytest.mark.parametrize("language", POOL.languages + tuple(t.language for t in POOL.translations))
def test_every_statement_is_known_by_its_wording_in_every_language(language, wordings):
    words = {
        "users": "patients and their carers",
        "staff": "nurses, and doctors",
        "work": "the diabetes café",
    }
    for name, item in LONG.items.items():
        text = item.text.in_language(language)
        for key, fill in words.items():
            text = text.replace("{" + key + "}", fill)
            text = text.replace("{" + key.capitalize() + "}", fill.capitalize())
        assert answers_asked(column(part=text), wordings) == {name}
        assert answers_asked(column(question=text), wordings) == {name}


@pytest.mark.parametrize(
    "spoil",
    [
        str.upper,
        lambda text: f"12. {text}",
        lambda text: f"Q7: {text}",
        lambda text: f"<p><strong>{text}</strong></p>",
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("'", "\u2019"),
        lambda text: f"  \ufeff{text}\r\n",
        lambda text: text.rstrip("."),
    ],
)
def test_case_spaces_quotes_markup_and_a_number_in_front_do_not_matter(spoil, wordings):
    name, item = next((n, i) for n, i in LONG.items.items() if "{" not in str(i.text))
    assert answers_asked(column(question=spoil(str(item.text))), wordings) == {name}


def test_a_part_of_a_constant_sum_needs_its_question(wordings):
    allocation = LONG.allocations[0]
    name, part = next(iter(allocation.columns.items()))
    prompt = str(allocation.prompt).replace("{work}", "our project")
    assert answers_asked(column(prompt, str(part.title)), wordings) == {name}
    assert answers_asked(column("", str(part.title)), wordings) == set()


def test_another_wording_is_nobodys(wordings):
    assert answers_asked(column("Leaders here are nice."), wordings) == set()
    assert answers_asked(column(""), wordings) == set()


def test_a_wording_of_two_items_is_either_of_them_until_one_is_known():
    twin = replace(INSTRUMENT.items[ITEMS[1]], text=INSTRUMENT.items[ITEMS[0]].text)
    scales = tuple(
        replace(
            scale,
            facets=tuple(
                replace(f, items=tuple(twin if i.id == twin.id else i for i in f.items))
                for f in scale.facets
            ),
        )
        for scale in INSTRUMENT.scales
    )
    found = answers_asked(column(str(twin.text)), Wordings(replace(INSTRUMENT, scales=scales)))
    assert found >= {ITEMS[0], ITEMS[1]}


def test_a_fill_in_may_stand_anywhere_but_not_be_empty():
    item = replace(INSTRUMENT.items[ITEMS[0]], text=Text({"en": "{Users} meet {staff}."}))
    scales = tuple(
        replace(
            scale,
            facets=tuple(
                replace(f, items=tuple(item if i.id == item.id else i for i in f.items))
                for f in scale.facets
            ),
        )
        for scale in INSTRUMENT.scales
    )
    known = Wordings(replace(INSTRUMENT, scales=scales))
    assert known.of("People meet the nurses.") == {item.id}
    assert known.of("meet the nurses") == set()

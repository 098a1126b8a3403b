"""Reports in Swedish: every phrase is there, and nothing English is left on the pages."""

import re
from dataclasses import replace

import pytest

from pipeline.report.phrases import DRAFT_NOTICE, load_phrases

from .fabricated_study import Fabricated, render_all
from .reading_html import read, words_of

ENGLISH, SWEDISH = load_phrases("en"), load_phrases("sv")
ENGLISH_WORDS = re.compile(
    r"\b(?:the|of|and|with|from|this|that|people|answers|shown|mean|means|sites|which|were|are)\b",
    re.IGNORECASE,
)
POINT_IN_A_NUMBER = re.compile(r"(?<![\w.,])\d+\.\d+(?![\w.])")


def letters_of(phrase):
    """A phrase without its places and without words that are no words of a language."""
    return re.sub(r"\{\w+\}|[A-Z]{2,}\w*|[\W\d_]|\bn\b|\bICC\b|dMACS|Omega|robust", "", phrase)


def test_hardly_a_phrase_is_the_same_in_both_languages():
    same = {
        key
        for key, phrase in ENGLISH.by_key.items()
        if SWEDISH.by_key[key] == phrase and len(letters_of(phrase)) > 6
    }
    assert same <= {"page.title", "statistic.rwg_j_lindell_median"}


def test_the_draft_says_what_it_is_on_every_page(in_swedish):
    for address, page in in_swedish.items():
        assert SWEDISH.say(DRAFT_NOTICE) in words_of(page), address
    assert not ENGLISH.has(DRAFT_NOTICE)


@pytest.fixture(scope="module")
def in_swedish(studies: dict[str, Fabricated]):
    """Every page of the questionnaire of this project, in Swedish."""
    made = studies["main"]
    return render_all(made.with_(study=replace(made.study, language="sv")))


def test_pages_tell_their_language(in_swedish):
    assert all('<html lang="sv">' in page for page in in_swedish.values())


def without(text, elsewhere):
    """A text without what is from elsewhere; longer texts go first."""
    for known in sorted({" ".join(str(one).split()) for one in elsewhere}, key=len, reverse=True):
        text = text.replace(known, "")
    return text


def said_on(page):
    """The words of a page without those of R code."""
    code = {element.text for element in read(page).all("pre")}
    return without(words_of(page), code)


def from_elsewhere(made):
    """What the study, the questionnaire and its made-up tables say in a language of their own."""
    columns = (
        "reason",
        "needs",
        "title",
        "note",
        "obstacle",
        "verdict",
        "statement",
        "consequence",
    )
    of_models = (table[name] for table in made.models.values() for name in columns if name in table)
    return {
        made.study.title,
        made.study.source_note,
        made.instrument.citation,
        *made.sites["label"],
        *(text for column in of_models for text in column.dropna() if " " in text),
    }


def test_no_english_is_left_on_the_pages(in_swedish, studies):
    elsewhere = from_elsewhere(studies["main"])
    for address, page in in_swedish.items():
        text = without(said_on(page), elsewhere)
        left = [text[m.start() - 60 : m.end() + 40] for m in ENGLISH_WORDS.finditer(text)]
        assert not left, (address, left[:3])


def test_no_english_phrase_is_on_a_swedish_page(in_swedish):
    stretches = {
        key: stretch
        for key, phrase in ENGLISH.by_key.items()
        if len((stretch := longest_stretch(phrase)).split()) >= LEAST_WORDS
        and stretch not in SWEDISH.by_key[key]
    }
    assert len(stretches) > 500
    for address, page in in_swedish.items():
        text = said_on(page)
        assert not {key: one for key, one in stretches.items() if one in text}, address


LEAST_WORDS = 4


def longest_stretch(phrase):
    """The longest part of a phrase between its places."""
    return max(re.split(r"\{\w+\}", phrase), key=len).strip()


def test_numbers_have_a_comma(in_swedish):
    for address, page in in_swedish.items():
        if address != "technical.html":
            shown = [element.text for element in read(page).all("td", "text")]
            assert not [text for text in shown if POINT_IN_A_NUMBER.search(text)], address

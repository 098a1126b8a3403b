"""The layouts of SurveyMonkey exports, and how a file shows which one it has."""

from __future__ import annotations

import re

from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line, without_invisible, wording_key

RECORD_KEYS = frozenset(
    {
        *("respondentid", "collectorid", "startdate", "enddate", "ipaddress", "emailaddress"),
        *("firstname", "lastname", "customdata", "customvalue"),
    }
)
ANSWER_WORDS = frozenset({"response", "open ended response"})
"""What stands below a question that has one column, by the key of its wording."""
LEAST_ALIKE = 2
LEAST_SPSS_NAMES = 3
MOST_IDS = 1000
_CUSTOM = re.compile(r"custom(data|value|variable)[0-9]{1,3}")
_RESPONSE_ID = re.compile(r"[0-9]{6,15}(\.0)?|[0-9]([.,][0-9]+)?E\+[0-9]{1,2}")
_SPSS_NAME = re.compile(r"(q[0-9]{4})(?:_([0-9]{4}(?:_[0-9]{4})?|other|comment))?", re.IGNORECASE)


def record_key(heading: str) -> str:
    """A heading without case, space and punctuation."""
    return re.sub(r"[^a-z0-9]", "", without_invisible(heading).casefold())


def is_record_heading(heading: str) -> bool:
    """Whether SurveyMonkey writes this heading above what it notes about a response."""
    key = record_key(heading)
    return key in RECORD_KEYS or _CUSTOM.fullmatch(key) is not None


def spss_name(heading: str) -> re.Match[str] | None:
    """A name of its statistics exports such as ``q0007_0001``, or None."""
    return _SPSS_NAME.fullmatch(heading)


def has_spss_names(sheet: Sheet) -> bool:
    """Whether the columns have the names of its statistics exports."""
    return sum(spss_name(heading) is not None for heading in sheet.headings) >= LEAST_SPSS_NAMES


def has_two_rows(sheet: Sheet) -> bool:
    """Whether the second row belongs to the headings.

    It does where it is blank below what describes a response and filled below the questions, or
    where it says *Response*.
    """
    below = second_row(sheet)
    if has_spss_names(sheet) or not any(below):
        return False
    return has_answer_words(sheet) or _is_blank_below_ids(sheet)


def has_answer_words(sheet: Sheet) -> bool:
    """Whether the second row says *Response* or *Open-Ended Response* below the questions.

    Below one question is enough where the row starts blank.
    """
    below = second_row(sheet)
    times = sum(wording_key(cell) in ANSWER_WORDS for cell in below)
    return times >= LEAST_ALIKE or (times > 0 and not below[0])


def has_blank_corner(sheet: Sheet) -> bool:
    """Whether the second row starts blank above long numbers and is filled further on."""
    return not has_spss_names(sheet) and _is_blank_below_ids(sheet)


def _is_blank_below_ids(sheet: Sheet) -> bool:
    """Every response has an id; a row without one that is filled further on tells parts."""
    below = second_row(sheet)
    if sheet.n_rows <= 1 or not any(below):
        return False
    known = [place for place, title in enumerate(sheet.headings) if _is_id(title)]
    place = known[0] if known else 0
    first = sheet.columns[place][2 : 2 + MOST_IDS]
    ids = {plain for text in first if (plain := without_invisible(str(text)))}
    is_id = bool(ids) and all(_RESPONSE_ID.fullmatch(text) for text in ids)
    return not below[place] and is_id and any(below[place + 1 :])


def _is_id(heading: str) -> bool:
    return record_key(heading) == "respondentid"


def titles_of(sheet: Sheet) -> list[str]:
    """The first row, blank again where another program named a blank heading by its place."""
    return [
        "" if heading in (f"Unnamed: {place}", f"...{place + 1}") else heading
        for place, heading in enumerate(sheet.headings)
    ]


def second_row(sheet: Sheet) -> list[str]:
    """The cells of the second row, each on one line."""
    return [one_line(cell) for cell in sheet.row(1)]

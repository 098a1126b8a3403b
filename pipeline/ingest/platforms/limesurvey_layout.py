"""What the headings of a LimeSurvey export are, and which columns describe the response."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.ingest.platforms.limesurvey_words import (
    PARTICIPANT_NAMES,
    PARTICIPANT_WORDS,
    RECORD_WORDS,
    TIME_WORDS,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import wording_key

Headings = Literal["codes", "codes with question texts", "question texts", "variables"]

CODED_NAMES = frozenset({"submitdate", "lastpage", "startlanguage", "startdate", "datestamp"})
RECORD_NAMES = CODED_NAMES | {"id", "seed", "ipaddr", "refurl", "token", "interviewtime"}
CODE = r"[A-Za-z][A-Za-z0-9_]*"
USUAL_SEPARATORS = (". ", "._.", ": ", " - ")
MOST_LOOKED_AT = 1000
FARTHEST_DATES = 4
LEAST_FIT = 0.75
_BRACKETED = re.compile(rf"({CODE})((?:\[[^\[\]]*\])+)(#\d)?(.*)", re.DOTALL)
_WITH_PART = re.compile(r".*\s\[.+\]", re.DOTALL)
_SIGNS = re.compile(r"(?:[^\w\[(\"'<]|_)+")
_RECORD_IN_FRONT = re.compile(rf"({'|'.join(sorted(RECORD_NAMES))})(?![^\W_])(.+)", re.I | re.S)
_TIME_NAME = re.compile(r"interviewtime|grouptime[0-9]+|[0-9]+x[0-9]+x[0-9]+time", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"attribute_[0-9]+", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,12}")
_PAGE = re.compile(r"-?[0-9]{1,3}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,12})*")
_MOMENT = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}[ T][0-9]{1,2}:[0-9]{2}.*")
_SEED = re.compile(r"[0-9]{5,12}")
_ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+")
_LINK = re.compile(r"https?://.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which of LimeSurvey's ways of heading a column a file has.

    Attributes
    ----------
    headings : str
        Codes, codes with the question texts behind them, question texts, or the variables of a
        statistics file.
    separator : str
        What stands between a code and the text behind it.
    """

    headings: Headings
    separator: str = ""


def without_texts(sheet: Sheet) -> tuple[Sheet, tuple[str, ...]]:
    """The sheet without the row of question texts above its codes, and those texts.

    LimeSurvey writes such a row in exports for a later import, which it calls VV. There are no
    texts where the first row holds the headings.
    """
    if len(CODED_NAMES & {text.strip().casefold() for text in sheet.row(1)}) < 2:
        return sheet, ()
    columns = tuple(column[1:] for column in sheet.columns)
    return replace(sheet, numbers=sheet.numbers[1:], columns=columns), tuple(sheet.headings)


def layout_of(sheet: Sheet) -> Layout:
    """The layout of a file, found from all its headings together."""
    headings = [heading for heading in sheet.headings if heading]
    if sheet.variables:
        return Layout("variables")
    if separator := _separator(headings):
        return Layout("codes with question texts", separator)
    if CODED_NAMES & {heading.casefold() for heading in headings}:
        return Layout("codes")
    if len(worded_names(sheet)) >= 2:
        return Layout("question texts")
    coded = [heading for heading in headings if re.fullmatch(rf"{CODE}(\[[^\[\]]*\])*", heading)]
    return Layout("codes" if len(coded) >= LEAST_FIT * len(headings) else "question texts")


def bracketed(headings: Sequence[str]) -> list[str]:
    """Headings that are a code with sub-questions in brackets, whatever follows them."""
    return [h for h in headings if (found := _BRACKETED.fullmatch(h)) and _follows(found[4])]


def with_parts(headings: Sequence[str]) -> list[str]:
    """Headings that are a text with a row or a choice in brackets behind it."""
    return [heading for heading in headings if _WITH_PART.fullmatch(heading)]


def _follows(rest: str) -> bool:
    return not rest or _SIGNS.match(rest) is not None


def _separator(headings: Sequence[str]) -> str:
    """What stands between codes and texts; nothing where there are no texts behind the codes."""
    found = [(m[4]) for h in headings if (m := _BRACKETED.fullmatch(h))]
    rests = [rest for rest in found if _SIGNS.match(rest)]
    rests += [m[2] for h in headings if (m := _RECORD_IN_FRONT.fullmatch(h)) and _SIGNS.match(m[2])]
    told = min((_signs(rest) for rest in rests), key=len, default="")
    for separator in (told, *USUAL_SEPARATORS):
        if separator.strip() and _fits(headings, separator):
            return separator
    return ""


def _signs(rest: str) -> str:
    found = _SIGNS.match(rest)
    return "" if found is None else found[0]


def _fits(headings: Sequence[str], separator: str) -> bool:
    """Whether most headings are a code, and at least two of them have a text behind it."""
    pattern = coded_pattern(separator)
    parsed = [m for heading in headings if (m := pattern.fullmatch(heading))]
    texts = [m for m in parsed if m[3] is not None]
    return len(texts) >= 2 and len(parsed) >= LEAST_FIT * len(headings)


def coded_pattern(separator: str) -> re.Pattern[str]:
    """What matches a code, its sub-questions in brackets, and a text behind a separator."""
    code = rf"({CODE}|[0-9]+X[0-9]+X[0-9]+\w*)((?:\s?\[[^\[\]]*\])*(?:#\d)?)"
    if not separator:
        return re.compile(code)
    behind = re.escape(separator)
    return re.compile(rf"{code}(?:{behind}(.*)|{re.escape(separator.rstrip())}())?", re.DOTALL)


# ----------------------------------------------------------------- columns about the response


def record_names(
    sheet: Sheet, layout: Layout, names: Sequence[str], codes: Sequence[str]
) -> dict[int, str]:
    """LimeSurvey's own name of each column about the response, by its place from 0.

    Parameters
    ----------
    sheet : Sheet
        The file.
    layout : Layout
        Its layout.
    names : sequence of str
        Name of each column with underscores, empty where the file tells none.
    codes : sequence of str
        Code of the question of each column, empty where the file tells none.
    """
    index = {0: "index"} if _is_index(sheet) else {}
    worded = worded_names(sheet) if layout.headings == "question texts" else {}
    folded = [name.casefold() for name in names]
    listed = "token" in folded or any(map(_ATTRIBUTE.fullmatch, folded))
    timed = set(codes) if "interviewtime" in folded else set()
    told = {
        place: name
        for place, name in enumerate(folded)
        if name in RECORD_NAMES
        or (listed and (name in PARTICIPANT_NAMES or _ATTRIBUTE.fullmatch(name)))
        or _is_time(names[place], timed)
    }
    return index | worded | told


def _is_time(name: str, timed: Collection[str]) -> bool:
    """Whether a column holds the time of a page or of a question that is in the file."""
    asked = name.removesuffix("Time")
    return _TIME_NAME.fullmatch(name) is not None or (asked != name and asked in timed)


def _is_index(sheet: Sheet) -> bool:
    """Whether the first column only counts the rows, as programs that saved the file again do."""
    heading = sheet.headings[0] if sheet.columns else "."
    if heading not in ("", "Unnamed: 0"):
        return False
    texts = [str(text) for text in sheet.columns[0][1:]]
    return len(set(texts)) == len(texts) and all(map(_NUMBER.fullmatch, texts))


def worded_names(sheet: Sheet) -> dict[int, str]:
    """LimeSurvey's own name of each column about the response, where headings are in words.

    They are known by their words in the languages there are, and in any language by what the
    first columns hold.
    """
    keys = [wording_key(heading.replace("_", " ")) for heading in sheet.headings]
    by_content = names_by_content(sheet)
    names: dict[int, str] = {}
    for place in range(1 if _is_index(sheet) else 0, len(keys)):
        name = RECORD_WORDS.get(keys[place]) or by_content.get(place)
        if name is None or name in names.values():
            break
        names[place] = name
    return names | _names_behind(keys, names)


def _names_behind(keys: Sequence[str], names: Mapping[int, str]) -> dict[int, str]:
    """Columns after the first ones: times, and those from the list of participants."""
    is_listed = "token" in names.values() or any(RECORD_WORDS.get(key) == "token" for key in keys)
    later: dict[int, str] = {}
    for place, key in enumerate(keys):
        if place in names:
            continue
        told = RECORD_WORDS.get(key)
        if told in ("interviewtime", "token"):
            later[place] = told
        elif is_listed and key in PARTICIPANT_WORDS:
            later[place] = PARTICIPANT_WORDS[key]
        elif any(key.startswith(f"{words} ") for words in TIME_WORDS):
            later[place] = "time"
    return later


def names_by_content(sheet: Sheet) -> dict[int, str]:
    """The columns that an export in any language begins with, known by what they hold.

    Nothing where they are not those of a response: a number, when it was sent in, the last page,
    the language.
    """
    place = 1 if _is_index(sheet) else 0
    names: dict[int, str] = {}
    expected = (("id", _NUMBER), ("submitdate", _MOMENT), ("lastpage", _PAGE))
    for name, pattern in (*expected, ("startlanguage", _LANGUAGE)):
        may_be_blank = name in ("submitdate", "lastpage")
        if _holds(sheet, place, pattern, may_be_blank=may_be_blank):
            names[place] = name
            place += 1
    told = set(names.values())
    if not {"id", "startlanguage"} <= told or not {"submitdate", "lastpage"} <= told:
        return {}
    return names | _names_after_language(sheet, place)


def _names_after_language(sheet: Sheet, place: int) -> dict[int, str]:
    """The seed, the access code, two moments, an address and a link, as far as they are there."""
    dated = [
        first
        for first in range(place, place + FARTHEST_DATES)
        if _holds(sheet, first, _MOMENT) and _holds(sheet, first + 1, _MOMENT)
    ]
    if not dated:
        return {place: "seed"} if _holds(sheet, place, _SEED, may_be_blank=True) else {}
    between = dict(zip(range(place, dated[0]), ("seed", "token", "ipaddr", "refurl"), strict=False))
    names = {**between, dated[0]: "startdate", dated[0] + 1: "datestamp"}
    place = dated[0] + 2
    for name, pattern in (("ipaddr", _ADDRESS), ("refurl", _LINK)):
        if name not in between.values() and _holds(sheet, place, pattern, may_be_blank=True):
            names[place] = name
            place += 1
    return names


def _holds(
    sheet: Sheet, place: int, pattern: re.Pattern[str], *, may_be_blank: bool = False
) -> bool:
    """Whether the first cells of a column are all of a kind; blank ones only where they may be."""
    if place >= len(sheet.columns):
        return False
    texts = {str(text).strip() for text in sheet.columns[place][1 : 1 + MOST_LOOKED_AT]}
    filled = texts - {""}
    return (
        bool(filled)
        and (may_be_blank or filled == texts)
        and all(pattern.fullmatch(text) is not None for text in filled)
    )

"""REDCap: signs by which its headings are known, field names or field labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pipeline.ingest.sheet import Sheet

EVENT, INSTRUMENT, INSTANCE = "event", "repeat instrument", "repeat instance"
SITE, PERSON, SENT_IN = "access group", "survey identifier", "timestamp"
OWN_NAMES = {
    "redcap_event_name": EVENT,
    "redcap_repeat_instrument": INSTRUMENT,
    "redcap_repeat_instance": INSTANCE,
    "redcap_data_access_group": SITE,
    "redcap_survey_identifier": PERSON,
    "redcap_survey_timestamp": SENT_IN,
}
OWN_LABELS = {
    "event name": EVENT,
    "repeat instrument": INSTRUMENT,
    "repeat instance": INSTANCE,
    "data access group": SITE,
    "survey identifier": PERSON,
    "survey timestamp": SENT_IN,
}
STATUS, TIMESTAMP = "_complete", "_timestamp"
INDEX_HEADINGS = frozenset({"", "unnamed: 0"})
STATUS_WORDS = frozenset({"incomplete", "unverified", "complete"})
TICK_WORDS = frozenset({"checked", "unchecked"})
STATUS_DIGIT = re.compile(r"[0-9]?")
_STATUS_TEXT = re.compile(r"[012]?|incomplete|unverified|complete", re.IGNORECASE)
_TICK_TEXT = re.compile(r"[01]?|checked|unchecked", re.IGNORECASE)
TIME_TEXT = re.compile(r"|\[not completed\]|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}.*")
_STATUS_LABEL = re.compile(r"complete\?(?:[._]{1,3}[0-9]+)?", re.IGNORECASE)
CHECKBOX = re.compile(r"([a-z][a-z0-9_]*?)___([a-z0-9_]+)", re.IGNORECASE)
CHECKBOX_LABEL = re.compile(r"(.*) \(choice=(.*)\)(?:[._]{1,3}[0-9]+)?", re.DOTALL)
_FIELD_NAME = re.compile(r"[a-z]\w*", re.ASCII | re.IGNORECASE)
RENAMED = re.compile(r"(.+?)(?:\.{1,3}|_)[0-9]+", re.DOTALL)


def heads_are_labels(sheet: Sheet) -> bool:
    """Whether the headings are field labels, which nothing but their look tells."""
    headings = sheet.headings
    words = len(status_labels(sheet)) + len(checkbox_labels(sheet))
    names = len(status_names(sheet)) + len(checkbox_names(sheet))
    names += sum(heading.casefold() in OWN_NAMES for heading in headings)
    words += sum(heading.casefold() in OWN_LABELS for heading in headings)
    if words == names:
        return not all(_FIELD_NAME.fullmatch(heading) for heading in headings if heading)
    return words > names


def cells_are_labels(sheet: Sheet, statuses: Sequence[int], in_words: bool) -> bool:
    """Whether the cells hold labels; status and ticks tell, else the headings."""
    telling = {*statuses, *checkbox_labels(sheet), *checkbox_names(sheet)}
    categories = (text for place in telling for text in sheet.columns[place].categories)
    texts = {str(text).strip().casefold() for text in categories}
    if texts & (STATUS_WORDS | TICK_WORDS):
        return True
    return False if texts & {"0", "1", "2"} else in_words


def status_names(sheet: Sheet) -> list[int]:
    """Places of the columns that hold the status of a form under the name of the form."""
    return [
        place
        for place, heading in enumerate(sheet.headings)
        if heading.casefold().endswith(STATUS) and holds_only(sheet, place, _STATUS_TEXT)
    ]


def status_labels(sheet: Sheet) -> list[int]:
    """Places of the columns that hold the status of a form under the heading *Complete?*."""
    return [
        place
        for place, heading in enumerate(sheet.headings)
        if _STATUS_LABEL.fullmatch(heading) and holds_only(sheet, place, _STATUS_TEXT)
    ]


def checkbox_names(sheet: Sheet) -> list[int]:
    """Places of the boxes to tick with three underscores in their names."""
    return [
        place
        for place, heading in enumerate(sheet.headings)
        if CHECKBOX.fullmatch(heading) and holds_only(sheet, place, _TICK_TEXT)
    ]


def checkbox_labels(sheet: Sheet) -> list[int]:
    """Places of the boxes to tick with their choice in brackets."""
    headings = enumerate(sheet.headings)
    return [place for place, heading in headings if CHECKBOX_LABEL.fullmatch(heading)]


def holds_only(sheet: Sheet, place: int, pattern: re.Pattern[str]) -> bool:
    """Whether every cell of a column is written like the pattern."""
    column = sheet.columns[place]
    other = [pattern.fullmatch(str(text).strip()) is None for text in column.categories]
    return not np.array(other, dtype=bool)[column.codes[1:]].any()

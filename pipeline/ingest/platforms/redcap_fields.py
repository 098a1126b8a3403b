"""REDCap: the columns of an export that its data dictionary describes, by name or by label."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from pipeline.ingest.platforms.redcap_project import Dictionary, FieldColumn
from pipeline.ingest.platforms.redcap_signs import RENAMED
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import wording_key


def fields_by_name(
    sheet: Sheet, answers: Sequence[int], statuses: Sequence[int], dictionary: Dictionary
) -> dict[int, FieldColumn]:
    """The fields whose names are headings."""
    known = dictionary.by_name()
    headings = [heading.casefold() for heading in sheet.headings]
    return {place: known[headings[place]] for place in answers if headings[place] in known}


def fields_by_label(
    sheet: Sheet, answers: Sequence[int], statuses: Sequence[int], dictionary: Dictionary
) -> dict[int, FieldColumn]:
    """The fields whose labels are headings, form by form.

    Labels that repeat are taken in the order of the form, where the file has all of them; where
    it has only some of them nobody can tell which, and none is taken.
    """
    keys = label_keys(sheet.headings)
    found: dict[int, FieldColumn] = {}
    forms = forms_of_parts(sheet, statuses, dictionary)
    for part, form in zip(_parts(statuses, len(keys)), forms, strict=True):
        here = [place for place in answers if place in part]
        columns = _columns_here(dictionary, form, {keys[place] for place in here})
        places: dict[str, list[int]] = defaultdict(list)
        for place in here:
            places[keys[place]].append(place)
        for key, same in columns.items():
            if len(places[key]) == len(same):
                found |= dict(zip(places[key], same, strict=True))
    return found


def _columns_here(
    dictionary: Dictionary, form: str | None, keys: set[str]
) -> dict[str, list[FieldColumn]]:
    """The columns of a form by the key of their label; of all forms where none is known."""
    split = {
        c.code for c in dictionary.columns if c.subcode is not None and key_of(c.heading) in keys
    }
    whole = [column for column in dictionary.lists if column.code not in split]
    columns: dict[str, list[FieldColumn]] = defaultdict(list)
    for column in (*dictionary.columns, *whole):
        if form is None or column.form == form:
            columns[key_of(column.heading)].append(column)
    return columns


def forms_of_parts(
    sheet: Sheet, statuses: Sequence[int], dictionary: Dictionary
) -> list[str | None]:
    """Form of each part of a file between two statuses, and of what follows the last of them.

    With as many statuses as forms they are in the order of the dictionary. Otherwise the labels
    that only one form has tell which form it is.
    """
    keys = label_keys(sheet.headings)
    if len(statuses) == len(dictionary.forms):
        return [*dictionary.forms, None]
    forms_with: dict[str, set[str]] = defaultdict(set)
    for column in (*dictionary.columns, *dictionary.lists):
        forms_with[key_of(column.heading)].add(column.form)
    found: list[str | None] = []
    for part in _parts(statuses, len(keys)):
        told = {form for p in part if len(forms_with[keys[p]]) == 1 for form in forms_with[keys[p]]}
        found.append(told.pop() if len(told) == 1 else None)
    return found


def _parts(statuses: Sequence[int], width: int) -> list[range]:
    ends = [*sorted(statuses), width]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [range(start, end) for start, end in zip(starts, ends, strict=True)]


def label_keys(headings: Sequence[str]) -> list[str]:
    """Key of each heading, without the number that a program adds to one that repeats."""
    known = set(headings)
    found = [RENAMED.fullmatch(heading) for heading in headings]
    plain = [
        match[1] if match is not None and match[1] in known else heading
        for heading, match in zip(headings, found, strict=True)
    ]
    return [key_of(heading) for heading in plain]


def key_of(label: str) -> str:
    """The key of a label; quotation marks are lost on the way into a heading."""
    return wording_key(re.sub("[\"'\u201c\u201d\u2018\u2019]", "", label))

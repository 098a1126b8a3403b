"""REDCap: what the headings of an export are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.platforms.redcap_fields import (
    fields_by_label,
    fields_by_name,
    forms_of_parts,
    key_of,
)
from pipeline.ingest.platforms.redcap_project import Dictionary, FieldColumn
from pipeline.ingest.platforms.redcap_signs import (
    INDEX_HEADINGS,
    INSTRUMENT,
    OWN_LABELS,
    OWN_NAMES,
    RENAMED,
    SENT_IN,
    STATUS,
    STATUS_DIGIT,
    TIME_TEXT,
    TIMESTAMP,
    cells_are_labels,
    checkbox_labels,
    checkbox_names,
    heads_are_labels,
    holds_only,
    status_labels,
    status_names,
)
from pipeline.ingest.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Headings:
    """What the columns of an export are, by their place from 0.

    Attributes
    ----------
    in_words : bool
        The headings are field labels, not field names.
    has_labels : bool
        The cells hold labels, not codes.
    record : int, optional
        Place of the id of the record.
    own : mapping
        What the columns that REDCap adds are.
    statuses : mapping
        Name of the form whose status a column holds, in the order of the file.
    fields : mapping
        Columns that the dictionary describes.
    """

    in_words: bool
    has_labels: bool
    record: int | None
    own: Mapping[int, str]
    statuses: Mapping[int, str]
    fields: Mapping[int, FieldColumn] = field(default_factory=dict)

    def places_of(self, what: str) -> list[int]:
        """Places of the columns of one kind that REDCap adds."""
        return [place for place, kind in self.own.items() if kind == what]

    def form_at(self, place: int) -> str | None:
        """Form of a column: that of the dictionary, or of the next status in the file."""
        if place in self.fields:
            return self.fields[place].form
        later = (form for status, form in self.statuses.items() if place <= status)
        return next(later, None)


def headings_of(sheet: Sheet, dictionary: Dictionary | None) -> Headings:
    """What every column of an export is, with the help of the dictionary where there is one."""
    in_words = heads_are_labels(sheet)
    statuses = _statuses(sheet, in_words, dictionary)
    forms = _names_of_forms(statuses, in_words, sheet, dictionary)
    own = dict(_own(sheet, in_words, forms, dictionary))
    record = _record_place(sheet, {*own, *statuses}, in_words, dictionary)
    free = [p for p in range(len(sheet.columns)) if p not in own and p not in statuses]
    answers = [place for place in free if place != record]
    fields: Mapping[int, FieldColumn] = {}
    if dictionary is not None:
        find = fields_by_label if in_words else fields_by_name
        fields = find(sheet, answers, statuses, dictionary)
    has_labels = cells_are_labels(sheet, statuses, in_words)
    return Headings(in_words, has_labels, record, own, forms, fields)


def _statuses(sheet: Sheet, in_words: bool, dictionary: Dictionary | None) -> list[int]:
    """Places of the columns that hold the status of a form; a field of that name is none."""
    if in_words:
        return status_labels(sheet)
    fields = {} if dictionary is None else dictionary.by_name()
    forms = {f"{form}{STATUS}" for form in _told_forms(sheet, dictionary)}
    headings = [heading.casefold() for heading in sheet.headings]
    plain = set(status_names(sheet))
    return [
        place
        for place, heading in enumerate(headings)
        if heading not in fields
        and (place in plain or (heading in forms and holds_only(sheet, place, STATUS_DIGIT)))
    ]


def _told_forms(sheet: Sheet, dictionary: Dictionary | None) -> set[str]:
    """Forms that the dictionary, the repetitions or the times of sending in name."""
    forms = set() if dictionary is None else {form.casefold() for form in dictionary.forms}
    for place, heading in enumerate(sheet.headings):
        name = heading.casefold()
        if OWN_NAMES.get(name) == INSTRUMENT:
            forms |= {text.strip().casefold() for text in sheet.texts_below(place)}
        elif name.endswith(TIMESTAMP):
            forms.add(name.removesuffix(TIMESTAMP))
    return forms


def _names_of_forms(
    statuses: Sequence[int], in_words: bool, sheet: Sheet, dictionary: Dictionary | None
) -> dict[int, str]:
    """Name of the form of each status; numbers where neither file nor dictionary tells names."""
    if not in_words:
        headings = sheet.headings
        return {place: headings[place][: -len(STATUS)] for place in statuses}
    told = [] if dictionary is None else forms_of_parts(sheet, statuses, dictionary)
    times = Counter(told)
    names = {place: form for place, form in zip(statuses, told, strict=False) if times[form] == 1}
    return {
        place: names.get(place) or f"form {number}"
        for number, place in enumerate(statuses, start=1)
    }


def _own(
    sheet: Sheet, in_words: bool, statuses: Mapping[int, str], dictionary: Dictionary | None
) -> Iterator[tuple[int, str]]:
    """The columns that REDCap adds to those of the fields, with what each of them is."""
    fields = {} if dictionary is None else dictionary.by_name()
    forms = {*statuses.values(), *(() if dictionary is None else dictionary.forms)}
    leading, first = True, _first_place(sheet)
    for place, heading in enumerate(sheet.headings):
        name = heading.casefold()
        if in_words:
            what = OWN_LABELS.get(_plain_label(name))
            leading = leading and (place <= first or what is not None)
            if what is not None and (leading or what == SENT_IN):
                yield place, what
        elif name in OWN_NAMES:
            yield place, OWN_NAMES[name]
        elif name.endswith(TIMESTAMP) and name not in fields:
            of_form = name.removesuffix(TIMESTAMP) in forms
            if of_form or holds_only(sheet, place, TIME_TEXT):
                yield place, SENT_IN


def _plain_label(name: str) -> str:
    """A heading without the number that a program adds to headings that repeat."""
    found = RENAMED.fullmatch(name)
    return found[1] if found is not None and found[1] in OWN_LABELS else name


def _record_place(
    sheet: Sheet, taken: set[int], in_words: bool, dictionary: Dictionary | None
) -> int | None:
    """Place of the record id: the first column, unless it is known to be another one."""
    headings = [heading.casefold() for heading in sheet.headings]
    first = _first_place(sheet)
    if dictionary is not None:
        record = dictionary.record
        names = [key_of(record.heading)] if in_words else [record.code.casefold()]
        keys = [key_of(heading) for heading in headings] if in_words else headings
        if names[0] in keys:
            return keys.index(names[0])
        others = {key_of(c.heading) if in_words else c.code.casefold() for c in dictionary.columns}
        if keys[first] in others:
            return None
    boxes = (*checkbox_labels(sheet), *checkbox_names(sheet))
    return None if first in taken or first in boxes else first


def _first_place(sheet: Sheet) -> int:
    """Place of the first column of the platform, after a numbering that a program put before."""
    headings = sheet.headings
    return 1 if headings[0].casefold() in INDEX_HEADINGS and len(headings) > 1 else 0

"""REDCap: every column of an export, with what headings, dictionary and labels tell about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.ingest.platforms.redcap_headings import Headings
from pipeline.ingest.platforms.redcap_project import Dictionary, FieldColumn
from pipeline.ingest.platforms.redcap_signs import (
    CHECKBOX,
    CHECKBOX_LABEL,
    INDEX_HEADINGS,
    PERSON,
    SENT_IN,
)
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line

_NEGATIVE = re.compile(r"_([0-9]+)")


def columns_of(sheet: Sheet, heads: Headings, dictionary: Dictionary | None) -> list[ExportColumn]:
    """Every column of an export."""
    is_index = heads.record == 1 and sheet.headings[0].casefold() in INDEX_HEADINGS
    noted = {*heads.own, *heads.statuses, heads.record, *((0,) if is_index else ())}
    columns = []
    for place, heading in enumerate(sheet.headings):
        if place in noted:
            column = _noted(place, heading, heads, dictionary)
        elif place in heads.fields:
            column = _described(place + 1, heading, heads.fields[place], heads.has_labels)
        elif heads.in_words:
            column = _worded(place + 1, heading, heads.form_at(place))
        else:
            column = _named(place + 1, heading, heads.form_at(place))
        columns.append(_with_variable(column, sheet, place))
    return columns


def _noted(
    place: int, heading: str, heads: Headings, dictionary: Dictionary | None
) -> ExportColumn:
    """A column that describes the response."""
    what = heads.own.get(place)
    is_personal = what == PERSON
    if place == heads.record and dictionary is not None:
        is_personal = dictionary.record.is_personal
    of_form = place in heads.statuses or what == SENT_IN
    form = heads.form_at(place) if of_form else None
    return ExportColumn(place + 1, heading, is_record=True, is_personal=is_personal, form=form)


def _described(position: int, heading: str, known: FieldColumn, has_labels: bool) -> ExportColumn:
    """A column that the dictionary describes."""
    labels: dict[str, tuple[str, ...]] = {}
    for code, label in known.choices:
        text = label if has_labels and label else code
        told = (label,) if label else ()
        labels[text] = tuple(dict.fromkeys((*labels.get(text, ()), *told)))
    return ExportColumn(
        position,
        heading,
        known.code,
        known.subcode,
        is_personal=known.is_personal,
        other_names=tuple(name for name in known.names if name != heading),
        question=known.question,
        part=known.part,
        labels=labels,
        form=known.form or None,
    )


def _named(position: int, heading: str, form: str | None) -> ExportColumn:
    """A column under the name of its field; a minus sign became the fourth underscore."""
    box = CHECKBOX.fullmatch(heading)
    if box is None:
        return ExportColumn(position, heading, heading or None, form=form)
    negative = _NEGATIVE.fullmatch(box[2])
    subcode = box[2] if negative is None else f"-{negative[1]}"
    return ExportColumn(position, heading, box[1], subcode, form=form)


def _worded(position: int, heading: str, form: str | None) -> ExportColumn:
    """A column under the label of its field."""
    box = CHECKBOX_LABEL.fullmatch(heading)
    question, part = ((heading,), ()) if box is None else ((box[1],), (box[2],))
    code = heading or None
    return ExportColumn(position, heading, code, question=question, part=part, form=form)


def _with_variable(column: ExportColumn, sheet: Sheet, place: int) -> ExportColumn:
    """With what a statistics file says about it, where no dictionary does."""
    if not sheet.variables or column.is_record or column.question:
        return column
    variable = sheet.variables[place]
    box = CHECKBOX_LABEL.fullmatch(variable.label)
    question, part = (variable.label, "") if box is None else (box[1], box[2])
    return replace(
        column,
        question=(question,) if question else (),
        part=(part,) if part else (),
        labels={text: (label,) for text, label in variable.labels.items()},
    )


def unplaced_labels(heads: Headings, columns: Sequence[ExportColumn]) -> list[str]:
    """Headings that stand for no field of the dictionary, each once."""
    if not heads.in_words or not heads.fields:
        return []
    unknown = [c for c in columns if not c.is_record and c.position - 1 not in heads.fields]
    return list(dict.fromkeys(one_line(column.heading) for column in unknown))

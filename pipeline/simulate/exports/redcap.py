"""A raw REDCap export and the data dictionary of its project.

Comma separated, line feeds, quotation marks where a cell holds a space or a comma. Each form is
a survey with its time stamp, ``[not completed]`` where it was opened and left. A tick that was
not set is 0, also in a form that was never opened. The site is the data access group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.instrument.export.redcap import HEADINGS
from pipeline.simulate.dirt import ExportRows
from pipeline.simulate.exports.delimited import (
    joined,
    moments,
    quoted_as_in_redcap,
    table,
    whole_numbers,
)
from pipeline.simulate.exports.wording import COMMENT, PERSON, Wording
from pipeline.simulate.pages import Page, pages_of

NOT_COMPLETED = "[not completed]"
KEY = "person_code"
"""Field for the key of a person, in projects that have one."""
_FIRST_GROUP_NUMBER = 1201


def redcap_text(rows: ExportRows, instrument: Instrument) -> str:
    """The whole data file."""
    record, pages = rows.record, pages_of(instrument)
    columns = {
        "record_id": _record_ids(record),
        "redcap_data_access_group": list(record["site_text"]),
        "redcap_survey_identifier": _identifiers(record),
    }
    starts = np.cumsum([0, *(len(page.columns) for page in pages)])
    for number, page in enumerate(pages):
        done = record["reached"].to_numpy() >= starts[number + 1]
        opened = record["reached"].to_numpy() > starts[number]
        opened |= (number == 0) & (record["kind"] == "empty").to_numpy()
        columns[f"{page.id}_timestamp"] = _time_stamps(record, opened, done)
        columns |= _answers(page, rows.answers)
        if number == len(pages) - 1:
            if has_keys(rows):
                columns[KEY] = list(record["person"])
            columns["open1"] = list(record["comment"])
        columns[f"{page.id}_complete"] = ["2" if whole else "0" for whole in done]
    return joined([list(columns), *table(columns)], quoted_as_in_redcap, ",", "\n")


def has_keys(rows: ExportRows) -> bool:
    """Whether anybody in an export has a key."""
    return bool((rows.record["person"] != "").any())


def _record_ids(record: pd.DataFrame) -> list[str]:
    """The number of the data access group and a running number within it."""
    groups = {name: number for number, name in enumerate(sorted(set(record["site_text"])))}
    running = record.groupby("site_text").cumcount() + 1
    return [
        f"{_FIRST_GROUP_NUMBER + groups[text]}-{number}"
        for text, number in zip(record["site_text"], running, strict=True)
    ]


def _identifiers(record: pd.DataFrame) -> list[str]:
    return [
        f"guest{number}@example.org" if number % 11 == 0 else "" for number in record["response"]
    ]


def _time_stamps(record: pd.DataFrame, opened: np.ndarray, done: np.ndarray) -> list[str]:
    ended = moments(record["started"] + pd.to_timedelta(record["seconds"], unit="s"))
    return [
        moment if whole else NOT_COMPLETED if seen else ""
        for moment, seen, whole in zip(ended, opened, done, strict=True)
    ]


def _answers(page: Page, answers: pd.DataFrame) -> dict[str, list[str]]:
    columns = {item.id: whole_numbers(answers[item.id]) for item in page.items}
    for allocation in page.allocations:
        columns |= {column: whole_numbers(answers[column]) for column in allocation.columns}
    for question in page.questions:
        for column, option in question.columns.items():
            if option is None:
                columns[column] = whole_numbers(answers[column])
            else:
                ticks = whole_numbers(answers[column].fillna(0))
                columns[f"{question.id}___{option.value}"] = ticks
    return columns


def redcap_dictionary_text(instrument: Instrument, with_keys: bool = False) -> str:
    """The data dictionary of the project: 18 columns, one row a field."""
    described = _fields(instrument, with_keys)
    fields = [tuple(field.get(name, "") for name in HEADINGS) for field in described]
    return joined([HEADINGS, *fields], quoted_as_in_redcap, ",", "\n")


def _fields(instrument: Instrument, with_keys: bool) -> Iterator[dict[str, str]]:
    wording, pages = Wording(instrument), pages_of(instrument)
    yield _field(pages[0], "record_id", "text", "Record ID")
    for page in pages:
        yield from _items(page, wording)
        yield from _counters(page, wording)
        yield from _questions(page, wording)
    if with_keys:
        yield _field(pages[-1], KEY, "text", PERSON)
    yield _field(pages[-1], "open1", "notes", COMMENT)


def _field(page: Page, name: str, kind: str, label: str, header: str = "") -> dict[str, str]:
    return {
        "Variable / Field Name": name,
        "Form Name": page.id,
        "Section Header": header,
        "Field Type": kind,
        "Field Label": label,
    }


def _items(page: Page, wording: Wording) -> Iterator[dict[str, str]]:
    for place, item in enumerate(page.items):
        header = wording.of(page.intro) if place == 0 else ""
        field = _field(page, item.id, "radio", wording.of(item.text), header)
        yield field | {HEADINGS[5]: _choices(wording.choices_of(item))}


def _counters(page: Page, wording: Wording) -> Iterator[dict[str, str]]:
    for allocation in page.allocations:
        for place, (column, part) in enumerate(allocation.columns.items()):
            header = wording.of(allocation.prompt) if place == 0 else ""
            label = f"{wording.of(part.title)}: {wording.of(part.description)}"
            yield _field(page, column, "text", label, header) | {
                "Text Validation Type OR Show Slider Number": "integer",
                "Text Validation Min": "0",
                "Text Validation Max": str(allocation.total),
            }


def _questions(page: Page, wording: Wording) -> Iterator[dict[str, str]]:
    for question in page.questions:
        kind = "radio" if question.kind == "single" else "checkbox"
        choices = {option.value: wording.of(option.label) for option in question.options}
        field = _field(page, question.id, kind, wording.of(question.text))
        yield field | {HEADINGS[5]: _choices(choices)}


def _choices(choices: Mapping[int, str]) -> str:
    return " | ".join(f"{value}, {label}" for value, label in choices.items())

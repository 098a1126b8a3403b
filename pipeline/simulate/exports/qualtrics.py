"""A Qualtrics CSV export: three heading rows, numeric answers, unseen cells blank, skipped -99.

UTF-8 without byte order mark, line feeds. Rows 1 to 3 hold names, wordings and ImportIds. The key
of a person is the external reference of the contact list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument, Question
from pipeline.simulate.dirt import ExportRows
from pipeline.simulate.exports.delimited import (
    joined,
    moments,
    quoted_if_needed,
    table,
    whole_numbers,
)
from pipeline.simulate.exports.wording import COMMENT, Wording
from pipeline.simulate.pages import Page, columns_in_order, pages_of

SEEN_UNANSWERED = "-99"
TIME_ZONE = "Europe/London"
_DAYS_UNTIL_CLOSED = 7
_RECORD = {
    "StartDate": ("Start Date", "startDate"),
    "EndDate": ("End Date", "endDate"),
    "Status": ("Response Type", "status"),
    "IPAddress": ("IP Address", "ipAddress"),
    "Progress": ("Progress", "progress"),
    "Duration (in seconds)": ("Duration (in seconds)", "duration"),
    "Finished": ("Finished", "finished"),
    "RecordedDate": ("Recorded Date", "recordedDate"),
    "ResponseId": ("Response ID", "_recordId"),
    "RecipientLastName": ("Recipient Last Name", "recipientLastName"),
    "RecipientFirstName": ("Recipient First Name", "recipientFirstName"),
    "RecipientEmail": ("Recipient Email", "recipientEmail"),
    "ExternalReference": ("External Data Reference", "externalDataReference"),
    "LocationLatitude": ("Location Latitude", "locationLatitude"),
    "LocationLongitude": ("Location Longitude", "locationLongitude"),
    "DistributionChannel": ("Distribution Channel", "distributionChannel"),
    "UserLanguage": ("User Language", "userLanguage"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """The three heading cells of a column, and the answer column it shows (none: not an answer)."""

    name: str
    text: str
    import_id: str
    answer: str | None = None
    is_tick: bool = False
    parts_shown: int = 0


def qualtrics_text(rows: ExportRows, instrument: Instrument) -> str:
    """The whole file."""
    headings = list(_headings(instrument))
    record = _record(rows.record, rows.answers.shape[1])
    order = columns_in_order(instrument)
    columns = {heading.name: _cells(heading, rows, order) for heading in headings}
    top = [
        [*_RECORD, *(heading.name for heading in headings)],
        [*(text for text, _ in _RECORD.values()), *(heading.text for heading in headings)],
        [*map(_record_id, _RECORD.values()), *(_id(heading.import_id) for heading in headings)],
    ]
    cells = table({**record, **columns})
    return joined([*top, *cells], quoted_if_needed, ",", "\n")


def _id(name: str, time_zone: str | None = None) -> str:
    zone = {} if time_zone is None else {"timeZone": time_zone}
    return json.dumps({"ImportId": name, **zone}, separators=(",", ":"))


def _record_id(heading: tuple[str, str]) -> str:
    name = heading[1]
    return _id(name, TIME_ZONE if name.endswith("Date") else None)


def _headings(instrument: Instrument) -> Iterator[Heading]:
    wording, question = Wording(instrument), 1
    for page in pages_of(instrument):
        for group in _questions_of(page, wording):
            question += 1
            for heading in group:
                yield Heading(
                    heading.name,
                    heading.text,
                    f"QID{question}{heading.import_id}",
                    heading.answer,
                    heading.is_tick,
                    heading.parts_shown,
                )
    yield Heading("open1", COMMENT, f"QID{question + 1}_TEXT")
    yield Heading("Site", "Site", "Site")


def _questions_of(page: Page, wording: Wording) -> Iterator[list[Heading]]:
    """The headings of each question of a page, ImportIds without the number of the question."""
    if page.items:
        yield _matrix(page, wording)
    for allocation in page.allocations:
        prompt = wording.of(allocation.prompt)
        shown = [
            Heading(f"{allocation.id}_{column}", f"{prompt} - {part.title}", f"_{place}", column)
            for place, (column, part) in enumerate(allocation.columns.items(), start=1)
        ]
        yield [*shown, _display_order(allocation.id, prompt, len(shown))]
    for question in page.questions:
        yield _question(question, wording)


def _matrix(page: Page, wording: Wording) -> list[Heading]:
    intro = wording.of(page.intro)
    rows = [
        Heading(f"{page.id}_{item.id}", f"{intro} - {wording.of(item.text)}", f"_{place}", item.id)
        for place, item in enumerate(page.items, start=1)
    ]
    return [*rows, _display_order(page.id, intro, len(rows))]


def _display_order(name: str, text: str, parts: int) -> Heading:
    return Heading(f"{name}_DO", f"{text} - Display Order", "_DO", parts_shown=parts)


def _question(question: Question, wording: Wording) -> list[Heading]:
    text = wording.of(question.text)
    if question.kind == "single":
        return [Heading(question.id, text, "", question.id)]
    return [
        Heading(
            column,
            f"{text} - Selected Choice - {wording.of(option.label)}",
            f"_{option.value}",
            column,
            is_tick=True,
        )
        for column, option in question.columns.items()
        if option is not None
    ]


def _cells(heading: Heading, rows: ExportRows, order: list[str]) -> list[str]:
    record = rows.record
    if heading.answer is not None:
        reached = record["reached"].to_numpy() > order.index(heading.answer)
        return _answers(rows.answers[heading.answer], reached, heading.is_tick)
    if heading.parts_shown:
        return _orders_shown(record, heading.parts_shown)
    return list(record["comment" if heading.name == "open1" else "site_text"])


def _answers(values: pd.Series, reached: np.ndarray, is_tick: bool) -> list[str]:
    if is_tick:
        return ["1" if tick else "" for tick in values.fillna(0).eq(1)]
    return [
        SEEN_UNANSWERED if seen and not text else text
        for seen, text in zip(reached, whole_numbers(values), strict=True)
    ]


def _orders_shown(record: pd.DataFrame, parts: int) -> list[str]:
    """The order in which the rows were shown: long lists as written, short ones turned round."""
    numbers = [str(number) for number in range(1, parts + 1)]
    turns = record["response"].to_numpy() % parts if parts <= 6 else np.zeros(len(record), int)
    shown = record["reached"].to_numpy() > 0
    return [
        "|".join([*numbers[turn:], *numbers[:turn]]) if seen else ""
        for turn, seen in zip(turns, shown, strict=True)
    ]


def _record(record: pd.DataFrame, width: int) -> dict[str, list[str]]:
    finished = record["finished"].astype(bool)
    preview = record["kind"] == "preview"
    ended = record["started"] + pd.to_timedelta(record["seconds"], unit="s")
    closed = record["started"] + pd.to_timedelta(_DAYS_UNTIL_CLOSED, unit="D")
    blank = [""] * len(record)
    by_mail = (record["response"] % 9 == 0) & ~preview
    progress = (100 * record["reached"] / width).clip(upper=99).where(~finished, 100)
    return {
        "StartDate": moments(record["started"]),
        "EndDate": moments(ended),
        "Status": ["1" if shown else "0" for shown in preview],
        "IPAddress": [f"192.0.2.{number % 254 + 1}" for number in record["response"]],
        "Progress": whole_numbers(progress),
        "Duration (in seconds)": whole_numbers(record["seconds"]),
        "Finished": ["1" if done else "0" for done in finished],
        "RecordedDate": moments(ended.where(finished, closed)),
        "ResponseId": [f"R_{token}" for token in record["token"]],
        "RecipientLastName": blank,
        "RecipientFirstName": blank,
        "RecipientEmail": [
            f"guest{number}@example.org" if mail else ""
            for number, mail in zip(record["response"], by_mail, strict=True)
        ],
        "ExternalReference": list(record["person"]),
        "LocationLatitude": blank,
        "LocationLongitude": blank,
        "DistributionChannel": [
            "preview" if shown else "email" if mail else "anonymous"
            for shown, mail in zip(preview, by_mail, strict=True)
        ],
        "UserLanguage": ["EN"] * len(record),
    }

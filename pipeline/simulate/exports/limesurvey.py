"""A LimeSurvey CSV export with question codes as headings and answer codes as cells.

UTF-8 with byte order mark, semicolons, every cell quoted, CRLF after each row and once more at
the end. Ticks are ``Y`` or blank. The first page asks for the site.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.simulate.dirt import ExportRows
from pipeline.simulate.exports.delimited import joined, moments, quoted, table, whole_numbers
from pipeline.simulate.pages import Page, pages_of

BYTE_ORDER_MARK = "\ufeff"
_LENGTH_OF_CODE = 4


def limesurvey_text(rows: ExportRows, instrument: Instrument) -> str:
    """The whole file, byte order mark included."""
    pages = pages_of(instrument)
    columns = _record(rows.record, pages)
    columns["site"] = _sites(rows.record)
    for page in pages:
        columns |= _answers(page, rows.answers)
    columns["open1"] = list(rows.record["comment"])
    cells = [list(columns), *table(columns)]
    return BYTE_ORDER_MARK + joined(cells, quoted, ";", "\r\n") + "\r\n"


def _sites(record: pd.DataFrame) -> list[str]:
    opened = record["kind"] != "empty"
    return [text if seen else "" for text, seen in zip(record["site_text"], opened, strict=True)]


def _answers(page: Page, answers: pd.DataFrame) -> dict[str, list[str]]:
    matrix = page.id[:_LENGTH_OF_CODE]
    columns = {f"{matrix}[{item.id}]": whole_numbers(answers[item.id]) for item in page.items}
    for allocation in page.allocations:
        for column in allocation.columns:
            columns[f"{allocation.id}[{column}]"] = whole_numbers(answers[column])
    for question in page.questions:
        for column, option in question.columns.items():
            if option is None:
                columns[column] = whole_numbers(answers[column])
            else:
                ticks = answers[column].fillna(0).eq(1)
                columns[f"{question.id}[{option.value}]"] = ["Y" if tick else "" for tick in ticks]
    return columns


def _record(record: pd.DataFrame, pages: tuple[Page, ...]) -> dict[str, list[str]]:
    finished = record["finished"].astype(bool)
    ended = record["started"] + pd.to_timedelta(record["seconds"], unit="s")
    blank = [""] * len(record)
    return {
        "id": whole_numbers(record["response"]),
        "submitdate": moments(ended.where(finished)),
        "lastpage": _last_pages(record, pages),
        "startlanguage": ["en"] * len(record),
        "seed": [str(int.from_bytes(token[:4].encode(), "big")) for token in record["token"]],
        "startdate": moments(record["started"]),
        "datestamp": moments(ended),
        "ipaddr": [f"192.0.2.{number % 254 + 1}" for number in record["response"]],
        "refurl": blank,
    }


def _last_pages(record: pd.DataFrame, pages: tuple[Page, ...]) -> list[str]:
    """The last page that was sent in; the page with the site is number 1, none is blank."""
    ends = np.cumsum([len(page.columns) for page in pages])
    sent = 1 + np.searchsorted(ends, record["reached"].to_numpy(), side="right")
    return ["" if kind == "empty" else str(n) for n, kind in zip(sent, record["kind"], strict=True)]

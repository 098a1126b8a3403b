"""REDCap: what a person should know about how an export was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from pipeline.ingest.platforms.redcap_columns import unplaced_labels
from pipeline.ingest.platforms.redcap_headings import Headings
from pipeline.ingest.platforms.redcap_signs import CHECKBOX_LABEL, SENT_IN
from pipeline.ingest.raw import ExportColumn, first_day, translate
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line

MOST_NAMES = 5
LONGEST_NAME = 60
NOT_SENT_IN = frozenset({"", "[not completed]"})
_TICKED = frozenset({"1", "checked"})


def notes_of(
    sheet: Sheet, heads: Headings, columns: Sequence[ExportColumn], cells: pd.DataFrame
) -> Iterator[str]:
    """Sentences about what cannot be told from the export, or means more than it says."""
    yield from sheet.notes
    if heads.record is None:
        yield "No column holds the id of the record, so rows of one record are not put together."
    for place in heads.places_of(SENT_IN):
        if _unread_times(cells[place + 1]):
            yield (
                f"The times in '{_short(sheet.headings[place])}' do not start with year, month "
                "and day, so the days of these responses are not known."
            )
    unplaced = unplaced_labels(heads, columns)
    if unplaced:
        yield (
            "The data dictionary does not tell which fields these headings stand for: "
            f"{_some(unplaced)}."
        )
    yield from _missing_code_notes(_boxes(heads, columns), cells)


def _unread_times(times: pd.Series) -> bool:
    told = times[~times.isin(NOT_SENT_IN)]
    days = first_day(told)
    return days is not None and bool(days.isna().any())


def _boxes(heads: Headings, columns: Sequence[ExportColumn]) -> Mapping[str, list[ExportColumn]]:
    """The boxes of each question, by its wording or its name."""
    boxes: dict[str, list[ExportColumn]] = defaultdict(list)
    for column in columns:
        if heads.in_words and CHECKBOX_LABEL.fullmatch(column.heading) and column.question:
            boxes[one_line(column.question[0])].append(column)
        elif not heads.in_words and column.code is not None and column.subcode is not None:
            boxes[column.code].append(column)
    return boxes


def _missing_code_notes(
    boxes: Mapping[str, Sequence[ExportColumn]], cells: pd.DataFrame
) -> Iterator[str]:
    """Boxes of codes for missing data: where they are ticked, all other boxes are blank."""
    for family in boxes.values():
        blank = _how_many_blank(cells, [column.position for column in family])
        for column in family if len(family) > 1 and blank.any() else ():
            ticked = translate(cells[column.position], _is_ticked, "boolean")
            n_rows = int((ticked & (blank == len(family) - 1)).sum())
            if n_rows:
                yield (
                    f"'{_short(column.heading)}' is a code for missing data: it is ticked in "
                    f"{n_rows} rows in which all choices of its question are blank."
                )


def _how_many_blank(cells: pd.DataFrame, positions: Sequence[int]) -> pd.Series:
    """How many of some columns are blank in each row."""
    n_blank = pd.Series(0, index=cells.index)
    for position in positions:
        if any(not str(text).strip() for text in cells[position].cat.categories):
            blank = translate(cells[position], lambda text: not text.strip(), "boolean")
            n_blank += blank.astype(int)
    return n_blank


def _is_ticked(text: str) -> bool:
    return text.strip().casefold() in _TICKED


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    shown = ", ".join(f"'{_short(name)}'" for name in names[:MOST_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown


def _short(name: str) -> str:
    line = one_line(name)
    return line if len(line) <= LONGEST_NAME else f"{line[:LONGEST_NAME].rstrip()}..."

"""Paper: the workbook into which printed forms are typed, with our codes as headings."""

from __future__ import annotations

from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Signature,
    cells_below,
    column_named,
    record_of,
    signature_of,
    text_or_missing,
    translate_told,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource

FORM_NUMBER = "form_number"
SITE = "site"


def signature(sheet: Sheet) -> Signature:
    """The number of the form and the site stand first."""
    starts = [heading.casefold() for heading in sheet.headings[:2]] == [FORM_NUMBER, SITE]
    return signature_of((4, starts, "form_number and site as the first headings"))


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of the sheet; where a person stopped cannot be told from paper."""
    cells = cells_below(sheet, 1)
    number = column_named(cells, sheet.headings, FORM_NUMBER)
    return RawExport(
        file=sheet.file,
        platform="paper",
        columns=tuple(
            _column(place, heading) for place, heading in enumerate(sheet.headings, start=1)
        ),
        cells=cells,
        record=record_of(
            cells.index,
            response_id=translate_told(number, text_or_missing, "string"),
        ),
        site_heading=SITE if SITE in sheet.headings else None,
    )


def _column(position: int, heading: str) -> ExportColumn:
    if heading.casefold() == FORM_NUMBER:
        return ExportColumn(position, heading, is_record=True)
    return ExportColumn(position, heading, code=heading)


PAPER = Platform(
    name="paper",
    signature=signature,
    read=read,
    decisive="form_number and site as the first two headings",
)

"""The rows of headings of a Qualtrics export, in each of the ways in which it writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import without_invisible
from pipeline.problems import InputError, Problem

RESPONSE_ID, LANGUAGE, STATUS, CHANNEL = "responseid", "userlanguage", "status", "channel"
START, END, RECORDED, SECONDS = "startdate", "enddate", "recordeddate", "duration"
FINISHED, PROGRESS, RESPONSE_SET = "finished", "progress", "responseset"
PERSONAL = frozenset(
    {
        *("ipaddress", "recipientlastname", "recipientfirstname", "recipientemail"),
        *("externalreference", "externaldatareference", "emailaddress", "name"),
        *("locationlatitude", "locationlongitude", "locationaccuracy"),
    }
)
FACTS = PERSONAL | {
    *(RESPONSE_ID, LANGUAGE, STATUS, CHANNEL, START, END, RECORDED, SECONDS, FINISHED, PROGRESS),
    RESPONSE_SET,
}
"""What Qualtrics notes about a response, by the name that this reader gives it."""

OTHER_NAMES = {
    **{"recordid": RESPONSE_ID, "responsesetid": RESPONSE_SET, "durationinseconds": SECONDS},
    **{"distributionchannel": CHANNEL, "qlanguage": LANGUAGE},
}
ONLY_IN_OLDEST = frozenset({"name", "emailaddress"})
"""Names that somebody may also have given to a field of their own."""

IMPORT_IDS = frozenset(
    {
        *("_recordId", "responseId", "responseSetId", "startDate", "endDate", "recordedDate"),
        *("status", "ipAddress", "progress", "duration", "finished", "recipientLastName"),
        *("recipientFirstName", "recipientEmail", "externalDataReference", "locationLatitude"),
        *("locationLongitude", "distributionChannel", "userLanguage", "Q_Language"),
        *("panel-RecipientLastName", "panel-RecipientFirstName", "panel-RecipientEmail"),
        *("panel-ExternalDataReference", "Location-LocationLatitude"),
        *("Location-LocationLongitude", "Location-LocationAccuracy"),
    }
)
"""Import ids of what Qualtrics notes; a field that somebody added has its own name instead."""

DISTINCTIVE = frozenset({RESPONSE_ID, RECORDED, SECONDS, CHANNEL, LANGUAGE, RESPONSE_SET})
SPACED_DASH, BARE_DASH = " - ", "-"
_IMPORT_ID = re.compile(r"""["']ImportId["']\s*:\s*(["'])(.*?)\1\s*[,}]""")
_OF_QUESTION = re.compile(r"(?:(\d+)[-_])?(QID\d+(?:#\d+)?)((?:[-_].*)?)", re.DOTALL)
_PLACE = re.compile(r"x?\d+")
_NUMBERED = re.compile(r"V\d{1,3}")
_GROUPS_OF_PERSON = re.compile(r"(?:panel|location)-", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImportId:
    """What a cell of the row of import ids tells.

    Attributes
    ----------
    text : str
        The id as it stands in the file.
    question : str, optional
        Id of a question, such as QID5, or QID5#2 for a column of a side by side; None for
        everything that is no question.
    parts : tuple of str
        Ids of the row and the choice within it, of which recodes and tags tell nothing.
    kind : str
        What else the column is, such as TEXT, DO or FIRST_CLICK.
    loop : str
        Number of the round where a block is repeated.
    """

    text: str
    question: str | None = None
    parts: tuple[str, ...] = ()
    kind: str = ""
    loop: str = ""

    @property
    def key(self) -> str:
        """Question, row and choice with underscores, as the definition of a survey names them."""
        return "_".join([self.question or self.text, *self.parts])


@dataclass(frozen=True, slots=True)
class Layout:
    """The rows of headings of an export.

    Attributes
    ----------
    name : str
        In words.
    heading_rows : int
        Rows above the first response.
    headings, texts : tuple of str
        Name and wording of each column; wordings are empty where the file has none.
    ids : tuple of ImportId or None
        Of each column; None where the file tells none.
    dashes : tuple of str
        What stands between question and row, the likeliest first.
    by_choice_id : bool
        The names of rows and boxes end in the id of the choice, as in the oldest exports; later
        they end in its tag or recode.
    """

    name: str
    heading_rows: int
    headings: tuple[str, ...]
    texts: tuple[str, ...]
    ids: tuple[ImportId | None, ...]
    dashes: tuple[str, ...]
    by_choice_id: bool = False


def layout_of(sheet: Sheet) -> Layout:
    """How a file writes its headings.

    Raises
    ------
    InputError
        If the rows that tell what the columns are were taken out.
    """
    if (place := row_of_import_ids(sheet)) is not None:
        return _with_import_ids(sheet, place)
    if has_numbered_headings(sheet):
        return _oldest(sheet)
    if sheet.variables:
        labels = tuple(without_invisible(variable.label) for variable in sheet.variables)
        nothing = (None,) * len(labels)
        dashes = (SPACED_DASH, BARE_DASH)
        return Layout("SPSS or Stata file", 1, tuple(sheet.headings), labels, nothing, dashes)
    cure = "the third row with the import ids is missing; export again and leave the top rows as is"
    raise InputError([Problem(sheet.file, cure)])


def row_of_import_ids(sheet: Sheet) -> int | None:
    """Place of the row of import ids, the third one, or the second where one was taken out."""
    rows = (place for place in (2, 1) if any(map(_IMPORT_ID.search, sheet.row(place))))
    return next(rows, None)


def has_numbered_headings(sheet: Sheet) -> bool:
    """Whether the first row has V1, V2 and so on above the names of what Qualtrics notes."""
    pairs = zip(sheet.headings, sheet.row(1), strict=False)
    known = {fact_named(name) for heading, name in pairs if _NUMBERED.fullmatch(heading)}
    return RESPONSE_ID in known and len(known - {None}) >= 3


def fact_named(name: str) -> str | None:
    """What a heading or an import id says Qualtrics notes about the response, or None."""
    plain = re.sub("[^a-z0-9]", "", _GROUPS_OF_PERSON.sub("", name, count=1).casefold())
    fact = OTHER_NAMES.get(plain, plain)
    return fact if fact in FACTS else None


def import_id_in(cell: str) -> ImportId | None:
    """The import id in a cell of the third row, in either of its spellings; None without one."""
    told = _pairs_in(cell)
    text = told.get("ImportId", "")
    if not text:
        return None
    found = _OF_QUESTION.fullmatch(text)
    if found is None:
        return ImportId(text)
    pieces = re.split("[-_]", found[3])[1:]
    n_parts = next(
        (n for n, piece in enumerate(pieces) if not _PLACE.fullmatch(piece)), len(pieces)
    )
    choice = told.get("choiceId", "")
    parts = (*pieces[:n_parts], *([choice] if choice else []))
    return ImportId(text, found[2], parts, "_".join(pieces[n_parts:]), found[1] or "")


def _pairs_in(cell: str) -> dict[str, str]:
    """Names and values in the cell: JSON since 2017, and before that as Python writes it."""
    try:
        told = json.loads(cell)
    except (ValueError, RecursionError):
        found = _IMPORT_ID.search(cell)
        return {} if found is None else {"ImportId": found[2]}
    if not isinstance(told, dict):
        return {}
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _with_import_ids(sheet: Sheet, place: int) -> Layout:
    row = sheet.row(place)
    old = any("'ImportId'" in cell for cell in row)
    return Layout(
        name="three heading rows" if place == 2 else "two heading rows, names and import ids",
        heading_rows=place + 1,
        headings=tuple(sheet.headings),
        texts=_texts(sheet.row(1)) if place == 2 else ("",) * len(row),
        ids=tuple(map(import_id_in, row)),
        dashes=(BARE_DASH,) if old else (SPACED_DASH, BARE_DASH),
    )


def _oldest(sheet: Sheet) -> Layout:
    below = _texts(sheet.row(1))
    headings = tuple(
        name if _NUMBERED.fullmatch(heading) else heading
        for heading, name in zip(sheet.headings, below, strict=True)
    )
    return Layout(
        name="two heading rows, V1 to V10",
        heading_rows=2,
        headings=headings,
        texts=below,
        ids=(None,) * len(headings),
        dashes=(BARE_DASH,),
        by_choice_id=True,
    )


def _texts(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(without_invisible, row))

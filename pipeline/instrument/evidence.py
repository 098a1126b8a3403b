"""What people said about the items: ratings, sorts and interviews, as written in the folder.

The files are written by people, so every cell is checked, and everything that is wrong is told at
once. Who said it is a code, never a name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.instrument.model import Instrument
from pipeline.problems import Problem, refuse_if_any

FOLDER = "evidence"
RATINGS_FILE = "content_validity_ratings.csv"
SORTING_FILE = "sorting.csv"
INTERVIEWS_FILE = "interviews.csv"

HEADINGS = {
    RATINGS_FILE: (
        "rater", "rater_group", "item", "item_version", "relevance", "clarity", "comment",
    ),
    SORTING_FILE: ("sorter", "sorter_group", "item", "item_version", "placed_in", "comment"),
    INTERVIEWS_FILE: (
        "interview", "participant_group", "round", "item", "item_version", "finding", "code",
        "decision", "reason",
    ),
}  # fmt: skip

ASPECTS = ("relevance", "clarity")
"""What a rater rates."""

RATINGS = ("1", "2", "3", "4")
OTHER_GROUP = "other"
"""Stands for people who belong to none of the groups of the questionnaire."""

NOWHERE = "none"
"""A sorter saw no scale that the item fits."""

CODES = ("comprehension", "recall", "judgement", "answer", "sensitivity", "other")
DECISIONS = ("keep", "watch", "reword", "drop")
"""From the mildest to the strongest."""

MOST_BYTES = 20 * 1024**2
_CODE = re.compile(r"[A-Za-z]{1,3}-?[0-9]{1,4}")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Rating:
    """How relevant and how clear one rater finds one wording of an item, from 1 to 4 or missing."""

    rater: str
    group: str
    item: str
    version: int
    relevance: int | None
    clarity: int | None


@dataclass(frozen=True, slots=True)
class Sort:
    """The scale where one sorter put one wording of an item, or ``none``."""

    sorter: str
    group: str
    item: str
    version: int
    placed_in: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What an interview showed about one wording of an item, and what was decided."""

    interview: str
    group: str
    round: int
    item: str
    version: int
    finding: str
    code: str
    decision: str
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that people said about the items, of present and of earlier wordings."""

    ratings: tuple[Rating, ...] = ()
    sorts: tuple[Sort, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_evidence(folder: str | Path, instrument: Instrument) -> Evidence:
    """The ratings, sorts and interviews in the evidence folder of a questionnaire.

    Parameters
    ----------
    folder : path
        Folder of the questionnaire; its ``evidence`` folder and each file in it may be absent.
    instrument : Instrument
        The whole questionnaire, because people may speak of items that a form leaves out.

    Raises
    ------
    InputError
        With every problem of every file: not a table with the columns of its kind; an unknown
        item, group, scale, code or decision; a wording that does not exist yet; a rating outside
        1 to 4; one person twice on one wording, or in two groups; a name where a code belongs.
    """
    place = Path(folder) / FOLDER
    found, problems = _read_files(place)
    for name, rows in found.items():
        for row in rows:
            problems += _row_problems(name, row, instrument)
        problems += _person_problems(name, rows)
    refuse_if_any(problems)
    return Evidence(
        ratings=tuple(_rating(row.cells) for row in found[RATINGS_FILE]),
        sorts=tuple(_sort(row.cells) for row in found[SORTING_FILE]),
        findings=tuple(_finding(row.cells) for row in found[INTERVIEWS_FILE]),
    )


def is_present_wording(record: Rating | Sort | Finding, instrument: Instrument) -> bool:
    """Whether what was said is about the wording that the item has now."""
    return record.version == instrument.items[record.item].version


def groups_of(instrument: Instrument) -> tuple[str, ...]:
    """The groups that people belong to who speak about the items."""
    grouping = instrument.grouping
    return (*(group.id for group in (grouping.groups if grouping else ())), OTHER_GROUP)


# ------------------------------------------------------------------ files, rows and cells


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a file, with its number in a spreadsheet."""

    file: str
    number: int
    cells: Mapping[str, str]

    def problem(self, column: str, cure: str) -> Problem:
        return Problem(self.file, cure, row=self.number, column=column)


def _read_files(place: Path) -> tuple[dict[str, list[_Row]], list[Problem]]:
    """The rows of every kind of file, and whatever keeps a file from being read."""
    rows: dict[str, list[_Row]] = {name: [] for name in HEADINGS}
    problems: list[Problem] = []
    for path in sorted(place.glob("*.csv")):
        if path.name in HEADINGS:
            rows[path.name], found = _read_file(path)
            problems += found
        else:
            cure = f"no such file is foreseen here; files are {', '.join(HEADINGS)}"
            problems.append(Problem(path.as_posix(), cure))
    return rows, problems


def _read_file(path: Path) -> tuple[list[_Row], list[Problem]]:
    file, wanted = path.as_posix(), HEADINGS[path.name]
    if path.stat().st_size > MOST_BYTES:
        cure = f"is larger than {MOST_BYTES // 1024**2} MB; look for what does not belong here"
        return [], [Problem(file, cure)]
    try:
        text = path.read_bytes().decode("utf-8-sig")
        table = _cells(text)
    except UnicodeDecodeError:
        return [], [Problem(file, "is not UTF-8 text; save it again as CSV UTF-8")]
    except csv.Error as error:
        cure = f"cannot be read ({error}); look for a quotation mark that is not closed"
        return [], [Problem(file, cure)]
    if not table:
        return [], [Problem(file, f"has no headings; they are {', '.join(wanted)}")]
    (_, headings), *body = table
    problems = [*_heading_problems(file, headings, wanted), *_width_problems(file, headings, body)]
    if problems:
        return [], problems
    return [_Row(file, n, dict(zip(headings, cells, strict=True))) for n, cells in body], []


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, numbered as in a spreadsheet; commas or semicolons divide."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = (
        (number, [cell.replace("\x00", "").strip() for cell in cells])
        for number, cells in enumerate(reader, start=1)
    )
    return [(number, cells) for number, cells in rows if any(cells)]


def _heading_problems(
    file: str, headings: Sequence[str], wanted: Sequence[str]
) -> Iterator[Problem]:
    for name in wanted:
        if headings.count(name) != 1:
            cure = (
                "this column is missing; add it"
                if name not in headings
                else "is there twice; keep one"
            )
            yield Problem(file, cure, row=1, column=name)
    for name in dict.fromkeys(headings):
        if name not in wanted:
            cure = f"this column is not known{_hint(name, wanted)}; take it out"
            yield Problem(file, cure, row=1, column=name)


def _width_problems(
    file: str, headings: Sequence[str], body: Sequence[tuple[int, list[str]]]
) -> Iterator[Problem]:
    for number, cells in body:
        if len(cells) != len(headings):
            cure = (
                f"has {len(cells)} cells but there are {len(headings)} headings; put texts with "
                "a comma or semicolon in quotation marks"
            )
            yield Problem(file, cure, row=number)


def _hint(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f", did you mean '{close[0]}'?" if close else ""


# ------------------------------------------------------------------ what a row may hold


def _row_problems(name: str, row: _Row, instrument: Instrument) -> list[Problem]:
    person, group = HEADINGS[name][:2]
    return [
        *_code_problems(row, person),
        *_choice_problems(row, group, groups_of(instrument)),
        *_item_problems(row, instrument),
        *_KIND_PROBLEMS[name](row, instrument),
    ]


def _code_problems(row: _Row, column: str) -> Iterator[Problem]:
    if not _CODE.fullmatch(row.cells[column]):
        yield row.problem(column, "write a code such as r01, never a name")


def _choice_problems(
    row: _Row, column: str, allowed: Sequence[str], *, may_be_empty: bool = False
) -> Iterator[Problem]:
    value = row.cells[column]
    if value in allowed or (may_be_empty and not value):
        return
    what = f"'{value}' is not known{_hint(value, allowed)}" if value else "is empty"
    empty = ", or leave it empty" if may_be_empty else ""
    yield row.problem(column, f"{what}; write one of {', '.join(allowed)}{empty}")


def _item_problems(row: _Row, instrument: Instrument) -> Iterator[Problem]:
    item, version = row.cells["item"], row.cells["item_version"]
    is_count = _COUNT.fullmatch(version) is not None
    if not is_count:
        yield row.problem("item_version", "write the version of the wording, such as 1")
    if item not in instrument.items:
        hint = _hint(item, instrument.items)
        cure = f"there is no item '{item}' in the questionnaire{hint}; correct it or take it out"
        yield row.problem("item", cure)
    elif is_count and int(version) > (present := instrument.items[item].version):
        yield row.problem("item_version", f"'{item}' has no version after {present}; correct it")


def _rating_problems(row: _Row, instrument: Instrument) -> Iterator[Problem]:
    for aspect in ASPECTS:
        yield from _choice_problems(row, aspect, RATINGS, may_be_empty=True)


def _sort_problems(row: _Row, instrument: Instrument) -> Iterator[Problem]:
    yield from _choice_problems(row, "placed_in", (*instrument.by_id, NOWHERE))


def _finding_problems(row: _Row, instrument: Instrument) -> Iterator[Problem]:
    if not _COUNT.fullmatch(row.cells["round"]):
        yield row.problem("round", "write the round of interviews, such as 1")
    yield from _choice_problems(row, "code", CODES)
    yield from _choice_problems(row, "decision", DECISIONS)
    for column in ("finding", "reason"):
        if not row.cells[column]:
            yield row.problem(column, "is empty; write a sentence")


_KIND_PROBLEMS: Mapping[str, Callable[[_Row, Instrument], Iterator[Problem]]] = {
    RATINGS_FILE: _rating_problems,
    SORTING_FILE: _sort_problems,
    INTERVIEWS_FILE: _finding_problems,
}


def _person_problems(name: str, rows: Sequence[_Row]) -> Iterator[Problem]:
    """One person in two groups, or twice on the same wording of an item.

    An interview may show several things about an item.
    """
    person, group = HEADINGS[name][:2]
    groups: dict[str, _Row] = {}
    wordings: dict[tuple[str, str, str], _Row] = {}
    for row in rows:
        code = row.cells[person]
        first = groups.setdefault(code, row)
        if first.cells[group] != row.cells[group]:
            cure = f"'{code}' is in group '{first.cells[group]}' in row {first.number}; keep one"
            yield row.problem(group, cure)
        first = wordings.setdefault((code, row.cells["item"], row.cells["item_version"]), row)
        if first is not row and name != INTERVIEWS_FILE:
            cure = f"'{code}' is on this item in row {first.number} already; keep one of the rows"
            yield row.problem(person, cure)


def _rating(cells: Mapping[str, str]) -> Rating:
    relevance, clarity = (int(cells[name]) if cells[name] else None for name in ASPECTS)
    version = int(cells["item_version"])
    return Rating(cells["rater"], cells["rater_group"], cells["item"], version, relevance, clarity)


def _sort(cells: Mapping[str, str]) -> Sort:
    version = int(cells["item_version"])
    return Sort(cells["sorter"], cells["sorter_group"], cells["item"], version, cells["placed_in"])


def _finding(cells: Mapping[str, str]) -> Finding:
    return Finding(
        interview=cells["interview"],
        group=cells["participant_group"],
        round=int(cells["round"]),
        item=cells["item"],
        version=int(cells["item_version"]),
        finding=cells["finding"],
        code=cells["code"],
        decision=cells["decision"],
        reason=cells["reason"],
    )

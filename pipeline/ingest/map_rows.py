"""The rows of a map of names, and everything that can be wrong with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.codebook import codebook_of, whole_number
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import did_you_mean, without_invisible
from pipeline.instrument import Instrument
from pipeline.problems import Problem

SITE = "site"
"""What a form calls its first question, which asks for the site."""

NEEDED = (
    *("instrument", "instrument_version", "column", "kind"),
    *("platform_column", "value", "platform_value"),
)
LABEL = "label_"
MOST_NAMES = 10
WITHOUT_VALUES = frozenset({"text", "number"})


@dataclass(frozen=True, slots=True)
class MapRow:
    """One answer of one column."""

    number: int
    cells: Mapping[str, str]
    labels: tuple[str, ...]

    @property
    def column(self) -> str:
        """Our answer column."""
        return self.cells["column"]

    @property
    def heading(self) -> str:
        """The heading of the platform."""
        return self.cells["platform_column"]

    @property
    def code(self) -> str:
        """What the platform writes for the answer."""
        return self.cells["platform_value"]


def map_rows(sheet: Sheet) -> Iterator[MapRow]:
    """The rows below the headings."""
    headings = [heading.casefold() for heading in sheet.headings]
    worded = [place for place, heading in enumerate(headings) if heading.startswith(LABEL)]
    for number, cells in zip(sheet.numbers[1:], list(sheet.rows())[1:], strict=True):
        plain = [without_invisible(cell) for cell in cells]
        told = {name: plain[headings.index(name)] for name in NEEDED}
        yield MapRow(number, told, tuple(plain[place] for place in worded if plain[place]))


def rows_by(rows: Sequence[MapRow], key: str) -> dict[str, list[MapRow]]:
    """Rows by what they have in a column, in order."""
    found: dict[str, list[MapRow]] = defaultdict(list)
    for row in rows:
        found[row.cells[key]].append(row)
    return found


def kinds_of(instrument: Instrument) -> dict[str, str]:
    """How each column that a map can name is answered."""
    of_question = {"single": "choice", "multiple": "tick", "number": "number", "text": "text"}
    return {
        SITE: "text",
        **dict.fromkeys(instrument.items, "grid"),
        **dict.fromkeys(instrument.allocation_columns, "number"),
        **{
            column: of_question[question.kind]
            for question in instrument.person_questions
            for column in question.columns
        },
    }


def heading_problems(sheet: Sheet) -> Iterator[Problem]:
    """Headings that are missing or stand twice."""
    headings = Counter(heading.casefold() for heading in sheet.headings)
    for name in NEEDED:
        if name not in headings:
            hint = did_you_mean(name, [known for known in headings if known not in NEEDED])
            yield Problem(sheet.file, f"this column is missing{hint or '; add it'}", column=name)
        elif headings[name] > 1:
            cure = f"{headings[name]} columns have this heading; keep one"
            yield Problem(sheet.file, cure, column=name)


def row_problems(file: str, rows: Sequence[MapRow], instrument: Instrument) -> Iterator[Problem]:
    """Another questionnaire, what it does not have, and whatever stands for two things."""
    kinds = kinds_of(instrument)
    about_site = {column for q in instrument.context_questions for column in q.columns}
    yield from _instrument_problems(file, rows, instrument)
    yield from _column_problems(file, rows, kinds, about_site)
    yield from _value_problems(file, rows, kinds, instrument)
    yield from _platform_column_problems(file, rows)
    yield from _platform_value_problems(file, rows)


def _instrument_problems(
    file: str, rows: Sequence[MapRow], instrument: Instrument
) -> Iterator[Problem]:
    for name, of_it in rows_by(rows, "instrument").items():
        if name != instrument.id:
            cure = (
                f"is the map of '{name}', but the questionnaire is '{instrument.id}'; give its map"
            )
            yield Problem(file, cure, of_it[0].number, "instrument")
    for _, of_it in list(rows_by(rows, "instrument_version").items())[1:]:
        cure = "two versions in one map; give one map for each export"
        yield Problem(file, cure, of_it[0].number, "instrument_version")


def _column_problems(
    file: str, rows: Sequence[MapRow], kinds: Mapping[str, str], about_site: Collection[str]
) -> Iterator[Problem]:
    by_column = rows_by(rows, "column")
    unknown = [name for name in by_column if name not in kinds]
    for name in unknown[:MOST_NAMES]:
        cure = _unknown_cure(name, kinds, about_site)
        yield Problem(file, cure, by_column[name][0].number, "column")
    if len(unknown) > MOST_NAMES:
        more = len(unknown) - MOST_NAMES
        yield Problem(file, f"{more} more columns that the form does not have", column="column")
    for row in rows:
        kind = kinds.get(row.column, row.cells["kind"])
        if row.cells["kind"] != kind:
            cure = f"the questionnaire asks '{row.column}' as '{kind}'; write that"
            yield Problem(file, cure, row.number, "kind")


def _unknown_cure(name: str, kinds: Mapping[str, str], about_site: Collection[str]) -> str:
    if name in about_site:
        return f"'{name}' is asked about the site; write its answers into the list of sites"
    hint = did_you_mean(name, kinds) if name else ""
    advice = hint or "; choose the form and the sections that were asked, or give the map of them"
    return f"the form of the study has no '{name}'{advice}"


def _value_problems(
    file: str, rows: Sequence[MapRow], kinds: Mapping[str, str], instrument: Instrument
) -> Iterator[Problem]:
    """Numbers that are no answer to the question."""
    for name, of_it in rows_by(rows, "column").items():
        if kinds.get(name, "text") in WITHOUT_VALUES:
            continue
        book = codebook_of(name, instrument)
        for row in of_it:
            if whole_number(row.cells["value"]) not in book.numbers:
                cure = f"is no answer to '{name}': write one of {book.allowed}"
                yield Problem(file, cure, row.number, "value")


def _platform_column_problems(file: str, rows: Sequence[MapRow]) -> Iterator[Problem]:
    """A column with two headings, and a heading for two columns that are not boxes to tick."""
    first: dict[str, MapRow] = {}
    owner: dict[str, MapRow] = {}
    for row in rows:
        known = first.setdefault(row.column, row)
        if not row.heading:
            cure = "is empty; write the heading under which the platform exports this column"
            yield Problem(file, cure, row.number, "platform_column")
        elif row.heading.casefold() != known.heading.casefold():
            cure = (
                f"'{row.column}' is '{known.heading}' in row {known.number} and "
                f"'{row.heading}' here; keep one"
            )
            yield Problem(file, cure, row.number, "platform_column")
        elif known is row:
            other = owner.setdefault(row.heading.casefold(), row)
            if other is not row and {row.cells["kind"], other.cells["kind"]} != {"tick"}:
                cure = f"'{row.heading}' stands for '{other.column}' in row {other.number} already"
                yield Problem(file, f"{cure}; correct one", row.number, "platform_column")


def _platform_value_problems(file: str, rows: Sequence[MapRow]) -> Iterator[Problem]:
    """A code that is missing, or stands for two answers of a column or two boxes of a cell."""
    answers: dict[tuple[str, str], MapRow] = {}
    boxes: dict[tuple[str, str], MapRow] = {}
    for row in rows:
        if row.cells["kind"] in WITHOUT_VALUES:
            continue
        if not row.code and (row.cells["kind"] != "tick" or row.cells["value"] != "0"):
            cure = "is empty, which only an empty box may be; write the code of this answer"
            yield Problem(file, cure, row.number, "platform_value")
        other = answers.setdefault((row.column, row.code), row)
        if other.cells["value"] != row.cells["value"]:
            cure = f"'{row.code}' of '{row.column}' stands for {other.cells['value']} in row "
            cure += f"{other.number} already; correct one"
            yield Problem(file, cure, row.number, "platform_value")
        if row.cells["kind"] == "tick" and row.cells["value"] == "1":
            box = boxes.setdefault((row.heading.casefold(), row.code), row)
            if box.column != row.column:
                cure = f"'{row.code}' is '{box.column}' in row {box.number} already; correct one"
                yield Problem(file, cure, row.number, "platform_value")

"""The words in which the cases are written: a clean table, its bytes, and what must come out."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from tests.ingest.layouts import PEOPLE, generic_mapping, generic_rows

EXPORT, MAPPING = "export.csv", "mapping.yaml"
REMARK, MAIL = "canary-remark of somebody", "canary@example.org"
CANARIES = ("canary", *(one.id for one in PEOPLE))
"""What people wrote and who they are; none of it may stand in a refusal."""

FIRST_ITEM, ITEM, LAST_ITEM = "Q aaa101", "Q bbb104", "Q bbb105"
LEAVES_NOTHING_OPEN = 2
"""A row of a spreadsheet whose person answered every question."""


@dataclass(frozen=True)
class Right:
    """The answers of these people, no more and no less."""

    people: tuple = PEOPLE


@dataclass(frozen=True)
class Refused:
    """A refusal with a line that fits a pattern; it begins behind the name of the file."""

    told: str
    file: str = EXPORT

    def is_told_in(self, lines):
        wanted = re.compile(re.escape(self.file) + self.told)
        return any(wanted.match(line) for line in lines)


@dataclass(frozen=True)
class Either:
    """Some answers, or a refusal; nothing else."""


CLEAN, EITHER = Right(), Either()


def table(people=PEOPLE):
    """The people as rows of text, with a remark and an address that nobody may see."""
    headings, *rows = generic_rows(people, blank="")
    return [[*headings, "remarks", "mail"], *([*row, REMARK, MAIL] for row in rows)]


def mapping(**changes):
    return generic_mapping(**changes).encode()


def with_cell(row, heading, text, rows=None):
    """The table with another text in one cell; rows are counted as a spreadsheet counts them."""
    changed = [list(cells) for cells in rows or table()]
    changed[row - 1][changed[0].index(heading)] = text
    return changed


def with_heading(heading, text, rows=None):
    return with_cell(1, heading, text, rows)


def with_answer(text):
    """The table in which the first person wrote a text where an answer is asked."""
    return with_cell(LEAVES_NOTHING_OPEN, ITEM, text)


def without(heading):
    rows = table()
    place = rows[0].index(heading)
    return [row[:place] + row[place + 1 :] for row in rows]


def answering(text, number=0, column="bbb104"):
    """The people, of whom one gave another answer."""
    people = list(PEOPLE)
    people[number] = people[number].with_answers(**{column: text})
    return Right(tuple(people))


def lines_of(rows, delimiter=",", end="\n", quoting=csv.QUOTE_MINIMAL):
    """The table as delimited text."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue()


def csv_of(rows, encoding="utf-8", **options):
    """The table as the bytes of a delimited text."""
    return lines_of(rows, **options).encode(encoding)

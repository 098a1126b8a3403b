"""Invented people who answer a form, and what has to be read back about each of them."""

import csv
import io
import random
from dataclasses import dataclass

SITES = ("North Team", 'Süd; "Mill", 2', "East")
TEXTS = (
    'Somebody said "yes"; then more, and more',
    "Two lines,\nand a second one",
    "=1+1",
    "-5",
    "Ärger über Öl und süße Grüße",
    "@all + me",
    "1",
    "NA",
    "\u4e00\u8d77 <b>bold</b> & 'quoted'",
)
EMPTY_SUMS = 0.12
EMPTY_TICKS = 0.3
EACH_IN_TURN = 26
"""People who take the answers of a question one after another; the others draw, leave or stop."""


@dataclass(frozen=True)
class Column:
    """An answer column as the map of names describes it."""

    name: str
    kind: str
    heading: str
    codes: dict
    labels: dict


@dataclass(frozen=True)
class Person:
    """One respondent: a number, a text or None by column, and how many columns were reached."""

    number: int
    answers: dict
    reached: int
    n_columns: int

    @property
    def finished(self):
        return self.reached == self.n_columns


def read_columns(name_map):
    """The columns of a map of names, in its order."""
    columns = {}
    for row in csv.DictReader(io.StringIO(name_map.decode("utf-8"))):
        column = columns.setdefault(
            row["column"], Column(row["column"], row["kind"], row["platform_column"], {}, {})
        )
        if row["value"]:
            column.codes[int(row["value"])] = row["platform_value"]
            column.labels[int(row["value"])] = row["label_en"]
    return list(columns.values())


def draw_people(columns, instrument, n, partial, seed=1):
    """People who between them choose every answer there is.

    Parameters
    ----------
    columns : list of Column
        In the order in which the export has them.
    instrument : Instrument
        Tells which columns belong to one question.
    n : int
        How many.
    partial : bool
        Some of them stop, always right after a statement they answered.
    """
    rng = random.Random(seed)
    return [
        _draw(
            number, columns, instrument, partial and number >= EACH_IN_TURN and number % 4 == 3, rng
        )
        for number in range(n)
    ]


def _draw(number, columns, instrument, stops, rng):
    answers = {}
    for place, column in enumerate(columns):
        if column.name == "site":
            answers["site"] = SITES[number % len(SITES)]
        elif column.kind == "text":
            answers[column.name] = rng.choice([None, *TEXTS])
        elif column.kind in ("grid", "choice"):
            codes = list(column.codes)
            in_turn = number < EACH_IN_TURN
            chosen = codes[(number + place) % len(codes)] if in_turn else rng.choice(codes)
            left = not in_turn and (number + place) % 7 == 0
            answers[column.name] = None if left else chosen
    for question in instrument.person_questions:
        _draw_question(question, answers, columns, rng)
    for allocation in instrument.allocations:
        _draw_sum(allocation, answers, columns, rng)
    reached = _stop(columns, answers, rng) if stops else len(columns)
    answers |= {column.name: None for column in columns[reached:]}
    last = next(c for c in reversed(columns[:reached]) if c.kind in ("grid", "choice"))
    if answers[last.name] is None:
        answers[last.name] = next(iter(last.codes))
    return Person(number, answers, reached, len(columns))


def _draw_question(question, answers, columns, rng):
    names = {column.name for column in columns}
    if question.kind == "multiple" and set(question.columns) <= names:
        none = rng.random() < EMPTY_TICKS
        answers |= {box: 0 if none else rng.randint(0, 1) for box in question.columns}
    if question.kind == "number" and question.id in names:
        lowest = question.lowest or 0
        answers[question.id] = rng.choice([None, lowest, question.highest or lowest + 7])


def _draw_sum(allocation, answers, columns, rng):
    """Parts that add up, the last of them sometimes left empty where it would be 0."""
    names = list(allocation.columns)
    if not set(names) <= {column.name for column in columns}:
        return
    cuts = sorted(rng.randint(0, allocation.total) for _ in names[1:])
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, allocation.total], strict=True)]
    empty = rng.random() < EMPTY_SUMS
    blank_zeros = rng.random() < 0.3
    for name, part in zip(names, parts, strict=True):
        answers[name] = None if empty or (blank_zeros and part == 0) else part


def _stop(columns, answers, rng):
    """Place after a statement in the second half of the statements."""
    grids = [place for place, column in enumerate(columns) if column.kind == "grid"]
    return rng.choice(grids[len(grids) // 2 :]) + 1


def cell(column, value, labels=False):
    """What the platform writes for an answer: its code, or its label."""
    if value is None:
        return ""
    if column.kind in ("text", "number"):
        return str(value)
    if labels and not (column.kind == "tick" and value == 0):
        return column.labels[value]
    return column.codes[value]


def expected_cells(person, columns, instrument, unreached):
    """Number or reason of every answer column of the questionnaire.

    `unreached` is the reason of what lies behind the point where somebody stopped.
    """
    special = {code.value: code.id for code in instrument.special_codes}
    seen = {column.name: place < person.reached for place, column in enumerate(columns)}
    kinds = {column.name: column.kind for column in columns}
    cells = {}
    for name in instrument.answer_columns:
        value = person.answers.get(name)
        if name not in seen:
            cells[name] = "NOT_ASKED"
        elif not seen[name]:
            cells[name] = unreached
        elif value is None:
            cells[name] = "SKIPPED"
        elif kinds[name] in ("grid", "choice") and value in special:
            cells[name] = special[value]
        else:
            cells[name] = value
    return cells | _expected_sums(cells, instrument)


def _expected_sums(cells, instrument):
    """A part left empty beside others is nothing."""
    zeros = {}
    for allocation in instrument.allocations:
        given = [isinstance(cells[name], int) for name in allocation.columns]
        if any(given):
            empty = (name for name in allocation.columns if cells[name] == "SKIPPED")
            zeros |= dict.fromkeys(empty, 0)
    return zeros


def expected_texts(people, columns):
    """Site, question and text of everything written in own words, sorted."""
    asked = [column.name for column in columns if column.kind == "text" and column.name != "site"]
    return sorted(
        (person.answers["site"], name, person.answers[name])
        for person in people
        for name in asked
        if person.answers[name] is not None
    )

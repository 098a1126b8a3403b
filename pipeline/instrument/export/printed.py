"""What stands on the printed form: numbered blocks, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from pipeline.instrument.export.questionnaire import (
    Answer,
    Choice,
    Counters,
    Entry,
    Grid,
    OpenText,
    Questionnaire,
    Row,
    Ticks,
    WholeNumber,
    columns_of,
)

PHRASES = (
    "all_that_fit",
    "at_most",
    "closing",
    "closing_paper",
    "cross_like_this",
    "form_number",
    "how_to_answer",
    "mistake",
    "not_less",
    "not_more",
    "not_the_scale",
    "one_answer",
    "one_in_each_row",
    "own_words",
    "page_of",
    "pen_and_time",
    "share_out",
    "total",
    "whole_number",
)
"""What the printed form says of itself."""

SetData = dict[str, object]


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements under one heading of answers; `offered` is which of the answers each row has."""

    text: str
    rows: tuple[Row, ...]
    answers: tuple[Answer, ...]
    offered: tuple[frozenset[Answer], ...]


Printed = Statements | Choice | Ticks | Counters | WholeNumber | OpenText


@dataclass(frozen=True, slots=True)
class Block:
    """Something printed; `number` is that of its first row, None on the opening page."""

    printed: Printed
    number: int | None


def printed_pages(questionnaire: Questionnaire) -> tuple[tuple[Block, ...], ...]:
    """The blocks of each page, numbered from the second page on.

    Grids of a page that share their prompt and the points of their scale become one.
    """
    numbers = count(1)
    order = _order_of_special(questionnaire)
    pages = []
    for place, page in enumerate(questionnaire.pages):
        blocks = []
        for printed in _merged(page.entries, order):
            taken = len(printed.rows) if isinstance(printed, Statements) else 1
            first = next(numbers) if place else None
            for _ in range(taken - 1 if place else 0):
                next(numbers)
            blocks.append(Block(printed, first))
        pages.append(tuple(blocks))
    return tuple(pages)


def printed_columns(questionnaire: Questionnaire) -> dict[str, int | None]:
    """Every answer column in the order of the printed form, with the number printed beside it."""
    columns: dict[str, int | None] = {}
    for block in (block for page in printed_pages(questionnaire) for block in page):
        if isinstance(block.printed, Statements):
            for place, row in enumerate(block.printed.rows):
                columns[row.column] = None if block.number is None else block.number + place
        else:
            columns |= dict.fromkeys(columns_of(block.printed), block.number)
    return columns


def _order_of_special(questionnaire: Questionnaire) -> dict[Answer, tuple[int, int]]:
    """Where each special answer stands among the others, the same in every table.

    Those that are offered late in some list, such as *prefer not to answer*, come late in all.
    """
    latest: dict[Answer, int] = {}
    for grid in (entry for entry in questionnaire.entries if isinstance(entry, Grid)):
        for place, answer in enumerate(answer for answer in grid.answers if answer.special):
            latest[answer] = max(place, latest.get(answer, 0))
    return {answer: (place, answer.value) for answer, place in latest.items()}


def _merged(
    entries: Sequence[Entry], order: Mapping[Answer, tuple[int, int]]
) -> tuple[Printed, ...]:
    printed: list[Printed] = []
    place_of: dict[tuple[str, tuple[Answer, ...]], int] = {}
    for entry in entries:
        if not isinstance(entry, Grid):
            printed.append(entry)
            continue
        points = tuple(answer for answer in entry.answers if not answer.special)
        key = entry.text, points
        place = place_of.setdefault(key, len(printed))
        if place == len(printed):
            printed.append(Statements(entry.text, (), points, ()))
        known = printed[place]
        if isinstance(known, Statements):
            printed[place] = _with_grid(known, entry, order)
    return tuple(printed)


def _with_grid(
    known: Statements, grid: Grid, order: Mapping[Answer, tuple[int, int]]
) -> Statements:
    points = [answer for answer in known.answers if not answer.special]
    special = {answer for answer in (*known.answers, *grid.answers) if answer.special}
    return replace(
        known,
        rows=known.rows + grid.rows,
        answers=(*points, *sorted(special, key=lambda answer: order[answer])),
        offered=known.offered + (frozenset(grid.answers),) * len(grid.rows),
    )


def as_data(questionnaire: Questionnaire) -> SetData:
    """Everything the templates of the printed form read, as plain lists and mappings."""
    cover, *pages = questionnaire.pages
    cover_blocks, *page_blocks = printed_pages(questionnaire)
    language, _, region = questionnaire.language.partition("-")
    shown = ""
    page_data: list[SetData] = []
    for page, blocks in zip(pages, page_blocks, strict=True):
        title = "" if page.title == shown else page.title
        page_data.append(
            {"title": title, "intro": page.intro, "blocks": _blocks(blocks, questionnaire.phrases)}
        )
        shown = page.title
    return {
        "title": questionnaire.title,
        "form_title": questionnaire.form_title,
        "version": questionnaire.version,
        "language": questionnaire.language,
        "lang": language,
        "region": region or None,
        "citation": questionnaire.citation,
        "notes": list(questionnaire.notes),
        "phrases": {name: questionnaire.phrases[name] for name in PHRASES},
        "cover": {
            "title": cover.title,
            "intro": cover.intro,
            "blocks": _blocks(cover_blocks, questionnaire.phrases),
        },
        "pages": page_data,
    }


def _blocks(blocks: Sequence[Block], phrases: Mapping[str, str]) -> list[SetData]:
    return [_block(block.printed, block.number, phrases) for block in blocks]


def _block(printed: Printed, number: int | None, phrases: Mapping[str, str]) -> SetData:
    if isinstance(printed, Statements):
        return _statements(printed, number)
    own = _own_data(printed, phrases)
    return {"number": number, "text": printed.text, **own}


def _statements(printed: Statements, number: int | None) -> SetData:
    rows = [
        {
            "number": "" if number is None else str(number + place),
            "column": row.column,
            "text": row.text,
            "offered": [at for at, answer in enumerate(printed.answers) if answer in offered],
        }
        for place, (row, offered) in enumerate(zip(printed.rows, printed.offered, strict=True))
    ]
    return {
        "kind": "grid",
        "text": printed.text,
        "points": list(_heads(printed.answers, special=False)),
        "special": list(_heads(printed.answers, special=True)),
        "rows": rows,
    }


def _heads(answers: Sequence[Answer], special: bool) -> Iterator[SetData]:
    for answer in answers:
        if answer.special == special:
            yield {"value": answer.value, "label": answer.label}


def _own_data(
    printed: Choice | Ticks | Counters | WholeNumber | OpenText, phrases: Mapping[str, str]
) -> SetData:
    if isinstance(printed, Choice):
        return _choice(printed, phrases)
    if isinstance(printed, Ticks):
        return _ticks(printed, phrases)
    if isinstance(printed, Counters):
        rows = [{"column": row.column, "text": row.text} for row in printed.rows]
        hint = _with(phrases["share_out"], printed.total)
        return {"kind": "counters", "hint": hint, "rows": rows, "total": printed.total}
    if isinstance(printed, WholeNumber):
        hint = " ".join([phrases["whole_number"], *_range(printed, phrases)])
        return {"kind": "number", "hint": hint, "column": printed.column}
    hint = phrases["own_words"] if printed.long else ""
    return {"kind": "text", "hint": hint, "column": printed.column, "long": printed.long}


def _choice(printed: Choice, phrases: Mapping[str, str]) -> SetData:
    boxes = [
        (
            answer.special,
            {
                "column": printed.column,
                "value": answer.value,
                "label": answer.label,
                "code": str(answer.value),
            },
        )
        for answer in printed.answers
    ]
    return {
        "kind": "choice",
        "hint": phrases["one_answer"],
        "column": printed.column,
        "answers": [box for special, box in boxes if not special],
        "special": [box for special, box in boxes if special],
    }


def _ticks(printed: Ticks, phrases: Mapping[str, str]) -> SetData:
    hint = phrases["all_that_fit"]
    if printed.at_most is not None:
        hint = _with(phrases["at_most"], printed.at_most)
    boxes = [
        {"column": row.column, "value": 1, "label": row.text, "code": row.column}
        for row in printed.rows
    ]
    return {"kind": "ticks", "hint": hint, "answers": boxes, "special": []}


def _range(printed: WholeNumber, phrases: Mapping[str, str]) -> Iterator[str]:
    if printed.lowest is not None:
        yield _with(phrases["not_less"], printed.lowest)
    if printed.highest is not None:
        yield _with(phrases["not_more"], printed.highest)


def _with(phrase: str, number: int) -> str:
    return phrase.replace("{number}", str(number))

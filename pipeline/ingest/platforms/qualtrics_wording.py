"""The wording above a column of Qualtrics, cut into its question and its row or choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

SELECTED = "Selected Choice"
"""What stands after a question some of whose choices ask for a text."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A column of a question and the wording above it.

    Attributes
    ----------
    position : int
        Place in the file, from 1.
    stem : str
        What its name shares with the other columns of its question.
    text : str
        The wording.
    question : str
        Id of the question with the round of a loop; empty where the file tells none.
    has_part : bool
        Asks about a row or a choice.
    is_companion : bool
        Text that belongs to a choice.
    """

    position: int
    stem: str
    text: str
    question: str
    has_part: bool
    is_companion: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A question, and the row or choice within it; nothing where there is none."""

    question: str
    part: str = ""


def cut_wordings(columns: Sequence[Worded], dashes: Sequence[str]) -> Mapping[int, Cut]:
    """Question and part of each column, by its position.

    Both may hold dashes themselves. The question is what all columns of a question begin with,
    up to a dash; of a column that stands alone it ends before the last dash.
    """
    cuts: dict[int, Cut] = {}
    for group in _groups(columns, dashes):
        if _has_parts(group):
            cuts |= _cut_parts(group, dashes)
        else:
            cuts |= {column.position: _cut_whole(column, group, dashes) for column in group}
    return cuts


def _has_parts(group: Sequence[Worded]) -> bool:
    """Whether the columns of a question ask about rows or choices; neighbours alike always do."""
    alike = len(group) > 1 and not group[0].question
    return alike or any(column.has_part for column in group if not column.is_companion)


def _groups(columns: Sequence[Worded], dashes: Sequence[str]) -> Iterator[list[Worded]]:
    """The columns of each question together: by its id, or else neighbours with one beginning."""
    by_id: dict[str, list[Worded]] = {}
    run: list[Worded] = []
    for column in columns:
        if column.question:
            by_id.setdefault(column.question, []).append(column)
        elif run and _continues(run, column, dashes):
            run.append(column)
        else:
            yield from [run] if run else []
            run = [column]
    yield from [run] if run else []
    yield from by_id.values()


def _continues(run: Sequence[Worded], column: Worded, dashes: Sequence[str]) -> bool:
    so_far = _front([one.text for one in run], dashes)
    longer = _front([*(one.text for one in run), column.text], dashes)
    if longer is None:
        return False
    same_stem = column.stem != "" and column.stem == run[0].stem
    return same_stem or len(run) == 1 or longer == so_far


def _cut_whole(column: Worded, group: Sequence[Worded], dashes: Sequence[str]) -> Cut:
    """A question in one column, with the texts of its choices beside it."""
    front = _front([one.text for one in group], dashes) if len(group) > 1 else None
    if front is not None:
        rest = column.text[len(front[0]) + len(front[1]) :] if column.is_companion else ""
        return Cut(front[0], rest)
    ends = (f"{dash}{SELECTED}" for dash in dashes)
    end = next((end for end in ends if column.text.endswith(end)), "")
    return Cut(column.text.removesuffix(end))


def _cut_parts(group: Sequence[Worded], dashes: Sequence[str]) -> dict[int, Cut]:
    front = _front([column.text for column in group], dashes)
    if len(group) == 1 or front is None:
        return {column.position: _cut_alone(column, dashes) for column in group}
    question, dash = front
    rests = {column.position: column.text[len(question) + len(dash) :] for column in group}
    lead = _lead(group, rests, dash)
    return {
        column.position: Cut(
            question.removesuffix(f"{dash}{SELECTED}"),
            _part(rests[column.position].removeprefix("" if column.is_companion else lead)),
        )
        for column in group
    }


def _lead(group: Sequence[Worded], rests: Mapping[int, str], dash: str) -> str:
    """What all choices have in front in the language of the interface, and no text beside one."""
    choices = [rests[column.position] for column in group if not column.is_companion]
    beside = [rests[column.position] for column in group if column.is_companion]
    if choices and all(rest.startswith(f"{SELECTED}{dash}") for rest in choices):
        return f"{SELECTED}{dash}"
    lead = choices[0].partition(dash)[0] + dash if choices else ""
    shared = len(choices) > 1 and all(rest.startswith(lead) for rest in choices)
    return lead if shared and beside and not any(rest.startswith(lead) for rest in beside) else ""


def _cut_alone(column: Worded, dashes: Sequence[str]) -> Cut:
    dash = next((dash for dash in dashes if dash in column.text), None)
    if dash is None or not (column.has_part or column.is_companion):
        return Cut(column.text)
    question, _, part = column.text.rpartition(dash)
    return Cut(question.removesuffix(f"{dash}{SELECTED}"), _part(part))


def _part(text: str) -> str:
    """The choice; none where only the words stand that tell a choice from the text beside it."""
    return "" if text == SELECTED else text


def _front(texts: Sequence[str], dashes: Sequence[str]) -> tuple[str, str] | None:
    """What all texts begin with up to a dash, as long as can be, and the dash."""
    shortest = min(texts, key=len)
    for dash in dashes:
        place = shortest.rfind(dash)
        while place > 0:
            beginning = shortest[: place + len(dash)]
            if all(text.startswith(beginning) for text in texts):
                return shortest[:place], dash
            place = shortest.rfind(dash, 0, place)
    return None

"""Headings of KoBoToolbox taken apart: groups, question, choice, whatever stands between them.

Whoever exports chooses names or labels, groups or none, and the sign between them. A label may
hold that sign itself, so what the other columns are called and hold decides where to cut.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd

from pipeline.ingest.wording import without_invisible

BETWEEN_NAMES = "/"
OTHER_SEPARATORS = (".", "-", ":", "|")
LEAST_SEPARATED = 3
BOX_TEXTS = frozenset({"", "0", "1", "true", "false", "n/a"})
"""What a column of one choice may hold, in small letters; older exports write words."""

_SIGNS = re.compile(r"[^\w(\[\"'\u00ab\u201c\u00bf\u00a1]*")
_LABEL_SIGNS = re.compile(r"[\s?\u061f\uff1f!]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart.

    Attributes
    ----------
    groups : tuple of str
        Those the question stands in, as far as they can be told.
    question : str
        Name or label of the question.
    choice : str, optional
        Name or label of the choice.
    otherwise : tuple of str
        What the question could be instead, where a label may hold the sign itself.
    """

    groups: tuple[str, ...]
    question: str
    choice: str | None = None
    otherwise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Headings:
    """All headings of an export taken apart, by position; whether they are names; the sign."""

    parts: Mapping[int, Heading]
    are_names: bool
    separator: str


def take_apart(headings: Mapping[int, str], cells: pd.DataFrame) -> Headings:
    """The parts of the headings of the questions of an export.

    Parameters
    ----------
    headings : mapping
        Heading by position; those of the platform's own columns are not among them.
    cells : DataFrame of Categorical
        Columns are positions.
    """
    boxes = {position for position in headings if _holds_boxes(cells[position])}
    told = _sign_before_choices(headings, boxes)
    are_names = not any(_looks_worded(heading, told or "") for heading in headings.values())
    separator = told or _likely_sign(headings, are_names)
    questions = _questions_of_choices(headings, boxes, separator, are_names)
    shared = _shared_starts({questions.get(p, h) for p, h in headings.items()}, separator)
    parts = {
        position: _parts(heading, separator, questions.get(position), are_names, shared)
        for position, heading in headings.items()
    }
    return Headings(parts, are_names, separator)


def _parts(
    heading: str, separator: str, question: str | None, are_names: bool, shared: Collection[str]
) -> Heading:
    """A heading cut after its question, where one is known, and before that after its groups."""
    whole = heading if question is None else question
    choice = None if question is None else heading[len(question) + len(separator) :]
    pieces = [piece.strip() for piece in whole.split(separator)]
    if len(pieces) == 1:
        return Heading((), whole, choice)
    starts = _starts(whole, separator)
    in_groups = len(starts) if are_names else _place_of_last(starts, shared)
    ends = [separator.join(pieces[first:]) for first in range(len(pieces))]
    others = [] if are_names else [end for end in ends if end != ends[in_groups]]
    return Heading(tuple(pieces[:in_groups]), ends[in_groups], choice, tuple(others))


def _place_of_last(starts: Sequence[str], shared: Collection[str]) -> int:
    """How many pieces the longest shared beginning has; none where nothing is shared."""
    return max((n for n, start in enumerate(starts, start=1) if start in shared), default=0)


def _shared_starts(questions: Collection[str], separator: str) -> frozenset[str]:
    """What comes before the sign in more than one question, so that it is likely a group."""
    times = Counter(start for question in questions for start in _starts(question, separator))
    return frozenset(start for start, number in times.items() if number > 1)


def _looks_worded(heading: str, sign: str) -> bool:
    """Whether a heading has what a name cannot have, apart from the sign between names."""
    plain = heading.replace(sign, "") if sign else heading
    return _LABEL_SIGNS.search(plain) is not None


# ----------------------------------------------------------------------------- the sign


def _likely_sign(headings: Mapping[int, str], are_names: bool) -> str:
    """What stands between groups and questions, where no choices tell it."""
    if any(BETWEEN_NAMES in heading for heading in headings.values()):
        return BETWEEN_NAMES
    times = {sign: _times(headings, sign, are_names) for sign in OTHER_SEPARATORS}
    most = max(OTHER_SEPARATORS, key=lambda sign: times[sign])
    return most if times[most] >= LEAST_SEPARATED else BETWEEN_NAMES


def _sign_before_choices(headings: Mapping[int, str], boxes: Collection[int]) -> str | None:
    """The sign after the heading of a question in the headings of the choices that follow it."""
    signs: Counter[str] = Counter()
    ordered = sorted(headings)
    for place, position in enumerate(ordered):
        followers = _followers(headings, ordered[place + 1 :], headings[position], boxes)
        ends = [headings[follower][len(headings[position]) :] for follower in followers]
        sign = _sign_in_front(ends)
        if sign.strip() and (len(ends) > 1 or sign == BETWEEN_NAMES):
            signs[sign] += len(ends)
    return None if not signs else max(sorted(signs), key=lambda sign: signs[sign])


def _sign_in_front(texts: Sequence[str]) -> str:
    """The signs that all of some texts begin with."""
    if not texts:
        return ""
    first, last = min(texts), max(texts)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    found = _SIGNS.match(first[:same])
    return "" if found is None else found[0]


def _followers(
    headings: Mapping[int, str], after: Sequence[int], start: str, boxes: Collection[int]
) -> list[int]:
    """The positions right after a question whose columns hold boxes and whose headings go on."""
    followers = []
    for position in after:
        heading = headings[position]
        goes_on = bool(start) and heading.startswith(start) and heading != start
        if position not in boxes or not goes_on:
            break
        followers.append(position)
    return followers


def _times(headings: Mapping[int, str], sign: str, are_names: bool) -> int:
    """How many headings a sign may part: any names, but labels only after a shared beginning."""
    if are_names:
        return sum(sign in heading for heading in headings.values())
    starts = Counter(h.partition(sign)[0] for h in headings.values() if sign in h)
    return max(starts.values(), default=0)


# ----------------------------------------------------------------------------- the choices


def _questions_of_choices(
    headings: Mapping[int, str], boxes: Collection[int], separator: str, are_names: bool
) -> dict[int, str]:
    """The question, with its groups, of each column that holds one choice, by position."""
    found: dict[int, str] = {}
    asked = set(headings.values())
    for position, heading in headings.items():
        starts = _starts(heading, separator)
        summaries = [start for start in starts if start in asked]
        if summaries and (are_names or position in boxes):
            found[position] = summaries[0]
    rest = [p for p in headings if p in boxes and p not in found and separator in headings[p]]
    return {**found, **_questions_without_summary(headings, rest, separator, are_names)}


def _questions_without_summary(
    headings: Mapping[int, str], boxes: Sequence[int], separator: str, are_names: bool
) -> dict[int, str]:
    """The question of each box whose question has no column of its own.

    Names are cut at the last sign. Labels are cut at the last one up to which another box in the
    same run agrees, because a label may hold the sign; where none agrees they are not cut. What
    comes before a column that holds something else is a group and no question.
    """
    found: dict[int, str] = {}
    others = [heading for position, heading in headings.items() if position not in boxes]
    groups = {start for heading in others for start in _starts(heading, separator)}
    for run in _runs(boxes):
        times = Counter(start for p in run for start in _starts(headings[p], separator))
        for position in run:
            starts = _starts(headings[position], separator)
            agreed = [start for start in starts if are_names or times[start] > 1]
            if agreed and agreed[-1] not in groups:
                found[position] = agreed[-1]
    return found


def _runs(positions: Sequence[int]) -> list[list[int]]:
    """Positions that stand side by side."""
    placed = enumerate(sorted(positions))
    runs = groupby(placed, key=lambda pair: pair[1] - pair[0])
    return [[position for _, position in run] for _, run in runs]


def _starts(heading: str, separator: str) -> list[str]:
    """The beginnings of a heading that end before the sign, shortest first."""
    pieces = heading.split(separator)
    return [separator.join(pieces[:number]) for number in range(1, len(pieces))]


def _holds_boxes(cells: pd.Series) -> bool:
    """Whether cells hold only ticks, or nothing."""
    used = np.flatnonzero(np.bincount(cells.cat.codes, minlength=len(cells.cat.categories)))
    texts = cells.cat.categories[used]
    return all(without_invisible(str(text)).casefold() in BOX_TEXTS for text in texts)

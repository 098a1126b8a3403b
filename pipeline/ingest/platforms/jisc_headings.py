"""What the headings of a Jisc Online Surveys export say about each column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line, without_invisible

RESPONSE_NUMBER = "uniqueresponsenumber"
_URN = "urn"
_CODED = re.compile(r"Q([1-9][0-9]{0,3}(?:_[0-9a-z]{1,8})*)")
_NUMBERED = re.compile(r"\s*([0-9]{1,4}(?:\.[0-9a-z]{1,8})*)\.\s+(\S.*)", re.DOTALL)

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What is said about one column.

    Attributes
    ----------
    position : int
        Place in the file, from 1.
    heading : str
        As it stands in the file.
    path : tuple of str
        Numbers and letters of the question, outermost first; empty for what is no question.
    label : str
        Wording of the column alone, without that of the question it stands in.
    labels : mapping
        What a statistics file says about its values.
    """

    position: int
    heading: str
    path: Path = ()
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def is_response_number(heading: str, label: str = "") -> bool:
    """Whether a column holds the unique number of a response."""
    keys = {re.sub(r"[^a-z]", "", text.casefold()) for text in (heading, label)}
    return bool(keys & {_URN, RESPONSE_NUMBER})


def coded_path(heading: str) -> Path:
    """The numbers in a name such as ``Q14_1_a``; nothing where it is no such name."""
    found = _CODED.fullmatch(without_invisible(heading))
    return () if found is None else tuple(found[1].split("_"))


def numbered(heading: str) -> tuple[Path, str]:
    """The numbers in front of a wording such as *14.1.a. Use a map*, and the wording."""
    found = _NUMBERED.fullmatch(heading)
    return ((), "") if found is None else (tuple(found[1].split(".")), found[2])


def coded_name(path: Sequence[str]) -> str:
    """The name of a question in exports of codes, such as ``Q14_1_a``."""
    return "Q" + "_".join(path)


def headings_of(sheet: Sheet) -> tuple[Heading, ...]:
    """What the headings, and the labels of a statistics file, say about every column."""
    found = []
    for position, title in enumerate(sheet.headings, start=1):
        path, wording = numbered(title)
        variable = sheet.variables[position - 1] if sheet.variables else None
        labels: Mapping[str, str] = {} if variable is None else variable.labels
        label = wording if variable is None else one_line(variable.label)
        found.append(Heading(position, title, path or coded_path(title), label, labels))
    return tuple(found)


def is_in_order(headings: Sequence[Heading]) -> bool:
    """Whether no question has a smaller number than one before it."""
    numbers = [int(heading.path[0]) for heading in headings if heading.path]
    return numbers == sorted(numbers)


def parents_of(headings: Sequence[Heading]) -> Mapping[Path, Heading]:
    """The question that each part stands in: the nearest one whose numbers its own begin with."""
    by_path = {heading.path: heading for heading in headings if heading.path}
    found = {}
    for path in by_path:
        above = (path[:length] for length in range(len(path) - 1, 0, -1))
        nearest = next((by_path[shorter] for shorter in above if shorter in by_path), None)
        if nearest is not None:
            found[path] = nearest
    return found

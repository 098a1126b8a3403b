"""Problems a person can mend, collected so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in something a person wrote or exported.

    Attributes
    ----------
    file : str
        The file, as the person named it.
    cure : str
        What is wrong and what to do about it, in one sentence.
    row : int, optional
        Row as a spreadsheet counts it (the heading is row 1).
    column : str, optional
        Column heading, or the key inside a YAML file.
    """

    file: str
    cure: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        word = "key" if self.file.endswith((".yaml", ".yml")) else "column"
        column = "" if self.column is None else f", {word} '{self.column}'"
        return " ".join(f"{self.file}{row}{column}: {self.cure}".split())


class InputError(Exception):
    """Input that cannot be used; holds every problem found, one line each.

    Parameters
    ----------
    problems : sequence of Problem
        At least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def refuse_if_any(problems: Sequence[Problem]) -> None:
    """Raise :class:`InputError` when there is at least one problem."""
    if problems:
        raise InputError(problems)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End of a sentence that suggests the closest known name, or nothing."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""

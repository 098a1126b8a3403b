"""What a survey platform takes, and what stays for a person to set up there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.instrument.export.questionnaire import Questionnaire
from pipeline.problems import Problem


@dataclass(frozen=True, slots=True)
class PlatformFiles:
    """The files made for a platform, and the names under which its answers will come back.

    Attributes
    ----------
    files : mapping
        Content by file name.
    columns : mapping
        The heading in the platform's own export for each answer column of the questionnaire.
    codes : mapping
        How the platform writes the answers of a column, by our number; columns whose answers
        come back as our own numbers are left out. A tick box has the numbers 1 (ticked) and
        0 (left empty).
    """

    files: Mapping[str, bytes]
    columns: Mapping[str, str]
    codes: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exporter:
    """A survey platform that the questionnaire can be written for.

    Attributes
    ----------
    name, title : str
        What the user types after ``--to``, and what the platform is called.
    write : callable
        Makes the files.
    problems : callable
        What keeps a questionnaire from being written: a code that is too long, a forbidden sign.
    steps : tuple of str
        What to do, in order, from the file to a survey in the field and back to an export.
    by_hand : tuple of str
        What the file cannot say, and has to be set in the platform.
    tested, untested : tuple of str
        What was tried, and what was not.
    """

    name: str
    title: str
    write: Callable[[Questionnaire], PlatformFiles]
    problems: Callable[[Questionnaire], list[Problem]]
    steps: tuple[str, ...]
    by_hand: tuple[str, ...]
    tested: tuple[str, ...]
    untested: tuple[str, ...]

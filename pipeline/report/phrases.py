"""Every word the reports say that does not come from the questionnaire or the study."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.instrument.documents import SAFE_LOADER
from pipeline.problems import InputError, Problem, refuse_if_any

CAPTIONS = Path(__file__).resolve().parents[2] / "reports" / "captions"
SOURCE_LANGUAGE = "en"
DRAFT_NOTICE = "notice.draft_translation"
"""What the catalogue of a translation that nobody has reviewed says on top of every page."""

_BREAKING = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language, each found by its key."""

    language: str
    by_key: Mapping[str, str]

    def say(self, key: str, **values: str) -> str:
        """The phrase with its named places filled.

        Raises
        ------
        KeyError
            If there is no such phrase, or a named place gets no value.
        """
        return self.by_key[key].format_map(values)

    def has(self, key: str) -> bool:
        """Whether there is a phrase of this key."""
        return key in self.by_key


@cache
def load_phrases(language: str, folder: Path = CAPTIONS) -> Phrases:
    """The catalogue of a language, checked against that of the source language.

    Raises
    ------
    InputError
        If there is no such catalogue, it is not YAML, a phrase is missing or unknown, or a phrase
        has other named places than in the source language. Only a translation may have the phrase
        DRAFT_NOTICE.
    """
    source = _read(folder, SOURCE_LANGUAGE)
    wanted = source if language == SOURCE_LANGUAGE else _read(folder, language)
    refuse_if_any(list(_differences(wanted, source, _file_name(language))))
    return Phrases(language, wanted)


def places_in(phrase: str) -> frozenset[str]:
    """The named places of a phrase.

    Raises
    ------
    ValueError
        If braces do not match, or a place is anything but a plain name.
    """
    names = set()
    for _, name, specification, conversion in string.Formatter().parse(phrase):
        if name is None:
            continue
        if not name.isidentifier() or specification or conversion:
            raise ValueError(f"'{{{name}}}' is not a plain name")
        names.add(name)
    return frozenset(names)


def _read(folder: Path, language: str) -> dict[str, str]:
    import yaml

    available = sorted(path.stem for path in folder.glob("*.yaml"))
    if language not in available:
        cure = f"there are no reports in '{language}'; languages are {', '.join(available)}"
        raise InputError([Problem(_file_name(language), cure)])
    text = (folder / f"{language}.yaml").read_text(encoding="utf-8")
    try:
        content = yaml.load(text, Loader=SAFE_LOADER)
    except yaml.MarkedYAMLError as error:
        row = None if error.problem_mark is None else error.problem_mark.line + 1
        cure = f"this is not YAML ({error.problem}); mend this line or the one before"
        raise InputError([Problem(_file_name(language), cure, row=row)]) from error
    if not isinstance(content, dict):
        cure = "this file holds no phrases; write them as `key: text`"
        raise InputError([Problem(_file_name(language), cure)])
    phrases = dict(_flat(content))
    refuse_if_any(list(_faults(phrases, _file_name(language))))
    return {key: _in_one_line(str(phrase)) for key, phrase in phrases.items()}


def _in_one_line(phrase: str) -> str:
    """Line breaks and runs of spaces become one space; a space that never breaks stays itself."""
    return " ".join(part for part in _BREAKING.split(phrase) if part)


def _file_name(language: str) -> str:
    return f"reports/captions/{language}.yaml"


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _faults(phrases: Mapping[str, Any], file: str) -> Iterator[Problem]:
    for key, phrase in phrases.items():
        if not isinstance(phrase, str) or not _in_one_line(phrase):
            yield Problem(file, "this phrase is empty or not text; write it", column=key)
            continue
        try:
            places_in(phrase)
        except ValueError as error:
            yield Problem(file, f"{error}; write places as {{name}}", column=key)


def _differences(
    wanted: Mapping[str, str], source: Mapping[str, str], file: str
) -> Iterator[Problem]:
    for key in source.keys() - wanted.keys():
        yield Problem(file, "this phrase is missing; translate it", column=key)
    for key in wanted.keys() - source.keys() - {DRAFT_NOTICE}:
        yield Problem(file, "the source language has no such phrase; remove it", column=key)
    for key in sorted(source.keys() & wanted.keys()):
        if places_in(wanted[key]) != places_in(source[key]):
            names = ", ".join(sorted(places_in(source[key]))) or "none"
            yield Problem(file, f"the named places of this phrase are: {names}", column=key)

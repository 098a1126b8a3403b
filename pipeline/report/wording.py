"""The texts of the questionnaire in the language of the report, with its fill-ins put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.instrument import Instrument
from pipeline.instrument.model import Text
from pipeline.problems import InputError, Problem
from pipeline.report.study import Study

_PLACE = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """Turns a text of the questionnaire into the words of the report."""

    language: str
    fill_ins: Mapping[str, str]

    def of(self, text: Text) -> str:
        """The text in the language of the report, fill-ins put in."""
        return fill_in(text.in_language(self.language), self.fill_ins)


def wording_of(instrument: Instrument, study: Study) -> Wording:
    """The wording of the questionnaire in the language of the study.

    Raises
    ------
    InputError
        If the questionnaire does not exist in that language.
    """
    if study.language not in instrument.languages:
        known = ", ".join(instrument.languages)
        cure = f"the questionnaire is not there in '{study.language}'; choose one of {known}"
        raise InputError([Problem("configuration", cure, column="language")])
    words = {name: text.in_language(study.language) for name, text in instrument.fill_ins.items()}
    return Wording(study.language, words)


def fill_in(text: str, words: Mapping[str, str]) -> str:
    """The text with each ``{name}`` replaced by its word, ``{Name}`` by the word capitalised.

    Anything else in braces stays as it is.
    """

    def word(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in words:
            return words[name]
        if name[0].isupper() and (plain := name[0].lower() + name[1:]) in words:
            return words[plain][:1].upper() + words[plain][1:]
        return match.group(0)

    return _PLACE.sub(word, text)

"""Words that stand in tables, in the language of the report.

Tables say in English how a number was made and what a gate found. The catalogue of the source
language has these words as phrases; a text of a table is found among them and said in the language
of the report. What the catalogue does not have, such as the name of a model, stays as it is.
"""

from __future__ import annotations

import re
import string
from functools import cache, lru_cache

from pipeline.report.formatting import number_format_of
from pipeline.report.pages import Setting
from pipeline.report.phrases import SOURCE_LANGUAGE, load_phrases

FAMILIES = ("method", "told")
"""Groups of phrases whose English words stand in tables."""

NUMBERS = frozenset(
    {"number", "count", "low", "high", "share", "most", "fewest", "needed", "missing"}
)
"""Places of such phrases that hold a number."""

_NUMBER = r"[-\N{MINUS SIGN}]?\d*\.?\d+%?"
_NAMES = r"[^()]+"
_WORDS = r"(?:(?!; |\. [A-Z]).)+?"
"""Anything that does not pass the end of a sentence or clause."""

_DIVISIONS = ((r"(?<=\.) (?=[A-Z])", " "), (r"; ", "; "), (r", ", ", "))
"""What separates the parts of a text, the largest first, and what joins them again."""

MOST_INNER = 8
"""Levels of texts within texts that are looked up; a deeper one is no text of ours."""

_MOST_KEPT = 4096


def say_of_table(text: str, setting: Setting) -> str:
    """A text of a table in the language of the report; in the source language, as it stands.

    The text is looked up whole, then by its sentences, clauses and parts.
    """
    language = setting.phrases.language
    return text if language == SOURCE_LANGUAGE else _said(text, language, MOST_INNER)


def say_expectation(text: str, setting: Setting) -> str:
    """What the questionnaire says of a model or hypothesis, in the language of the report.

    A text that neither the questionnaire nor the catalogue has in it stays as it was written.
    """
    known, language = setting.study.expectations, setting.phrases.language
    if text in known or language == SOURCE_LANGUAGE:
        return known.get(text, text)
    return _said_whole(text, language, MOST_INNER) or text


def say_remark(condition: str, setting: Setting) -> str:
    """The name of a condition as a remark in a table."""
    key = f"remark.{condition}"
    known = setting.phrases.has(key)
    return setting.phrases.say(key) if known else condition.replace("_", " ")


@lru_cache(maxsize=_MOST_KEPT)
def _said(text: str, language: str, n_inner: int) -> str:
    """The text in a language, texts in its places said down to so many levels."""
    if n_inner < 0:
        return text
    whole = _said_whole(text, language, n_inner)
    return _said_in_parts(text, language, n_inner) if whole is None else whole


def _said_whole(text: str, language: str, n_inner: int) -> str | None:
    """The text as one phrase; None where it is not one."""
    for key, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match:
            found = match.groupdict().items()
            places = {name: _filled(own, language, n_inner - 1) for name, own in found}
            return load_phrases(language).say(key, **places)
    return None


def _said_in_parts(text: str, language: str, n_inner: int) -> str:
    for boundary, joint in _DIVISIONS:
        parts = re.split(boundary, text)
        if len(parts) > 1:
            return joint.join(_said(part, language, n_inner) for part in parts)
    return text


def _filled(own: str, language: str, n_inner: int) -> str:
    if re.fullmatch(_NUMBER, own):
        return number_format_of(load_phrases(language)).rewritten(own)
    return _said(own, language, n_inner)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The phrases as they stand in tables, those with the most words of their own first."""
    phrases = {
        key: phrase
        for key, phrase in load_phrases(SOURCE_LANGUAGE).by_key.items()
        if key.split(".")[0] in FAMILIES
    }
    order = sorted(phrases, key=lambda key: (-_length(phrases[key]), key))
    return tuple((key, _pattern(phrases[key])) for key in order)


def _length(phrase: str) -> int:
    return sum(len(words) for words, *_ in string.Formatter().parse(phrase))


def _pattern(phrase: str) -> re.Pattern[str]:
    parts = []
    for words, name, *_ in string.Formatter().parse(phrase):
        parts.append(re.escape(words))
        if name is not None:
            kind = _NUMBER if name in NUMBERS else _NAMES if name == "of" else _WORDS
            parts.append(f"(?P<{name}>{kind})")
    return re.compile("".join(parts))

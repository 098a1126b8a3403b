"""Translations: complete or absent, and told when the source text has changed under them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.instrument.checks import Documents, fill_ins_in, texts_in
from pipeline.instrument.documents import document, place_of, translation_documents
from pipeline.problems import Problem

MOST_NAMED = 12


def source_language(documents: Documents) -> str:
    """The language the questionnaire was written in: the first one of its cover page."""
    language: str = document(documents, "instrument")["languages"][0]
    return language


def source_texts(documents: Documents) -> dict[str, str]:
    """Every text of the questionnaire in its source language, by the place where it stands.

    A place is the file followed by the ids that lead to the text, such as
    ``scales/POW facets.POW.1.items.pow101.text``.
    """
    language = source_language(documents)
    return {
        f"{place_of(path)} {where}": text[language]
        for path, content in documents.items()
        if "/translations/" not in path
        for where, text in texts_in(content)
        if language in text
    }


def check_translations(documents: Documents) -> list[Problem]:
    """What keeps a translation from being used: it is complete, or it is not there."""
    sources = source_texts(documents)
    language = source_language(documents)
    problems: list[Problem] = []
    for path, content in translation_documents(documents).items():
        problems += _names_its_language(path, content)
        entries = {entry["place"]: entry for entry in content["texts"]}
        missing = [place for place in sources if place not in entries]
        problems += _listed(path, missing, "is not translated; add it, or leave the language out")
        unknown = [place for place in entries if place not in sources]
        problems += _listed(path, unknown, "is no longer in the questionnaire; take it out")
        for place, entry in entries.items():
            if place in sources:
                problems += entry_problems(path, entry, sources[place], language)
    return problems


def entry_problems(
    path: str, entry: Mapping[str, str], source: str, language: str
) -> Iterator[Problem]:
    """What is wrong with the translation of one text."""
    place = entry["place"]
    target = next(code for code in entry if code not in ("place", language))
    if entry.get(language) != source:
        cure = "the source text has changed since it was translated; translate it again"
        yield Problem(path, cure, column=place)
    wanted, used = fill_ins_in([source]), fill_ins_in([entry[target]])
    if wanted != used:
        named = ", ".join(f"{{{name}}}" for name in sorted(wanted ^ used))
        cure = f"{named} must be in both the source and the translation, or in neither"
        yield Problem(path, cure, column=place)


def with_translations(documents: Documents) -> dict[str, Any]:
    """Documents that passed the checks, with each translation put beside its source."""
    merged = {p: copy.deepcopy(c) for p, c in documents.items() if "/translations/" not in p}
    places: dict[str, Any] = {
        f"{place_of(path)} {where}": text
        for path, content in merged.items()
        for where, text in texts_in(content)
    }
    for content in translation_documents(documents).values():
        language = content["language"]
        for entry in content["texts"]:
            places[entry["place"]][language] = entry[language]
    return merged


def _names_its_language(path: str, content: Mapping[str, Any]) -> Iterator[Problem]:
    language = content["language"]
    if not path.endswith(f"/{language}.yaml"):
        yield Problem(
            path, f"name this file {language}.yaml, after its language", column="language"
        )
    for entry in content["texts"]:
        if not entry.get(language, "").strip():
            yield Problem(
                path, f"there is no '{language}' text here; write it", column=entry["place"]
            )


def _listed(path: str, places: Sequence[str], cure: str) -> Iterator[Problem]:
    """A problem for each of the first places, and one that counts the rest."""
    for place in places[:MOST_NAMED]:
        yield Problem(path, cure, column=place)
    if len(places) > MOST_NAMED:
        more = len(places) - MOST_NAMED
        yield Problem(path, f"{more} more texts: each {cure}", column="texts")

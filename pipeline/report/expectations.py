"""What a questionnaire says of its models and hypotheses, in the language of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.instrument.documents import parse_yaml
from pipeline.problems import Problem, refuse_if_any

FOLDER = "evidence/translations"
"""Where a questionnaire keeps a file for each language."""


def load_expectations(folder: Path, language: str) -> Mapping[str, str]:
    """The sentences in a language by the words they were written in; none without a file.

    Parameters
    ----------
    folder : Path
        Folder of the questionnaire.
    language : str
        Language of the reports.

    Raises
    ------
    InputError
        If the file is not YAML, has no list of texts, or a text lacks its words in English or in
        the language.
    """
    path = folder / FOLDER / f"{language}.yaml"
    if not path.is_file():
        return {}
    content, problems = parse_yaml(path)
    refuse_if_any(problems or list(_faults(path.as_posix(), content, language)))
    return {entry["en"]: entry[language] for entry in content["texts"]}


def _faults(path: str, content: Any, language: str) -> Iterator[Problem]:
    texts = content.get("texts") if isinstance(content, dict) else None
    if not isinstance(texts, list):
        cure = f"write a list 'texts' here, each entry with 'en' and '{language}'"
        yield Problem(path, cure, column="texts")
        return
    for number, entry in enumerate(texts, start=1):
        told = [entry.get(code) for code in ("en", language)] if isinstance(entry, dict) else []
        if not told or not all(isinstance(text, str) and text.strip() for text in told):
            cure = f"entry {number} needs words under 'en' and '{language}'; write them"
            yield Problem(path, cure, column="texts")

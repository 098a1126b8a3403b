"""The QSF of Qualtrics: the questions of a survey with their wordings, answers and recodes."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.ingest.read_file import read_text
from pipeline.ingest.wording import without_invisible, wording_key
from pipeline.problems import InputError, Problem

TICKS = frozenset({"MAVR", "MAHR", "MACOL", "MSB"})
"""Selectors of choices of which several can be ticked."""

SINGLE_TYPES = frozenset({"MC", "TE", "DB", "Timing", "Meta", "Captcha"})
"""Types with one column, unless their choices can be ticked or are fields of a form."""

FORM = "FORM"
FREE_TEXT = "TE"
SEVERAL = "MultipleAnswer"


NamesOf = Callable[[Mapping[str, Any], "_Part"], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column of an export as the QSF describes it.

    Attributes
    ----------
    question, part : tuple of str
        Wordings of the question, and of the row or choice within it, in every language.
    headings : tuple of str
        What an export may have above the column in place of the question.
    labels : mapping
        Wordings of each answer, by the number or the text that is exported for it.
    is_free_text : bool
        Answered in one's own words.
    """

    question: tuple[str, ...]
    part: tuple[str, ...]
    headings: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    is_free_text: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey as its QSF describes it.

    Attributes
    ----------
    file : str
        The QSF.
    by_id : mapping
        Its columns by the ids of question, row and choice, such as QID5_2.
    by_choice_id : mapping
        Its columns by their names in the oldest exports, which end in the id of the choice.
    by_recode : mapping
        Its columns by their names in later exports, which end in tag or recode. Names are in
        lower case, and several columns may have the same.
    tags : mapping
        Name of each question by its id.
    language : str, optional
        Its only language.
    """

    file: str
    by_id: Mapping[str, Sequence[AskedColumn]]
    by_choice_id: Mapping[str, Sequence[AskedColumn]]
    by_recode: Mapping[str, Sequence[AskedColumn]]
    tags: Mapping[str, str]
    language: str | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A row, a choice or a cell of a question: ids, how its names may end, and its wordings."""

    ids: tuple[str, ...] = ()
    recodes: tuple[str, ...] = ()
    tag: str | None = None
    wordings: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] | None = None


def read_survey(path: Path) -> Survey:
    """The survey that a QSF describes.

    Raises
    ------
    InputError
        If it is no QSF.
    """
    file = path.as_posix()
    told = _content(read_text(path), file)
    elements = [element for element in told["SurveyElements"] if isinstance(element, dict)]
    questions = list(_questions(elements))
    if not questions:
        raise InputError([Problem(file, "has no questions; export the QSF of this survey again")])
    trash = _in_trash(elements)
    kept = [question for question in questions if question["QuestionID"] not in trash]
    return Survey(
        file=file,
        by_id=_columns(questions, _ids),
        by_choice_id=_columns(kept, _names_by_choice_id),
        by_recode=_columns(kept, _names_by_recode),
        tags={_text(question, "QuestionID"): _tag(question) for question in questions},
        language=_only_language(told, questions),
    )


def _content(text: str, file: str) -> dict[str, Any]:
    cure = "is not a QSF; in Qualtrics choose 'Tools', 'Import/Export', 'Export survey'"
    try:
        told = json.loads(without_invisible(text))
    except (ValueError, RecursionError) as error:
        raise InputError([Problem(file, cure)]) from error
    if not isinstance(told, dict) or not isinstance(told.get("SurveyElements"), list):
        raise InputError([Problem(file, cure)])
    return told


def _questions(elements: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every question, and the columns of a side by side as questions of their own."""
    for element in elements:
        payload = element.get("Payload")
        if element.get("Element") != "SQ" or not isinstance(payload, dict):
            continue
        question = {**payload, "QuestionID": _text(payload, "QuestionID") or _primary(element)}
        if question["QuestionID"]:
            yield question
            yield from _beside(question)


def _primary(element: Mapping[str, Any]) -> str:
    return _text(element, "PrimaryAttribute")


def _beside(question: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The columns of a side by side, worded as question and column."""
    for number, column in _by_id(question.get("AdditionalQuestions")).items():
        if isinstance(column, dict):
            heads = [
                f"{whole} - {own}"
                for whole in _question_wordings(question)
                for own in _question_wordings(column)
            ]
            name = f"#{number}"
            yield {
                "Choices": question.get("Choices"),
                **column,
                "QuestionID": f"{question['QuestionID']}{name}",
                "DataExportTag": _text(column, "DataExportTag") or f"{_tag(question)}{name}",
                "Wordings": heads,
            }


def _in_trash(elements: Sequence[Mapping[str, Any]]) -> set[str]:
    """Ids of questions that were thrown away; another question may have their name."""
    blocks = [
        block
        for element in elements
        if element.get("Element") == "BL"
        for block in _by_id(element.get("Payload")).values()
        if isinstance(block, dict) and block.get("Type") == "Trash"
    ]
    return {
        _text(member, "QuestionID")
        for block in blocks
        for member in _by_id(block.get("BlockElements")).values()
        if isinstance(member, dict)
    } - {""}


def _only_language(told: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> str | None:
    entry = told.get("SurveyEntry")
    language = _text(entry, "SurveyLanguage") if isinstance(entry, dict) else ""
    others = {code for question in questions for code in _translations(question)} - {language}
    return language if language and not others else None


# ------------------------------------------------------------------- the columns of a question


def _columns(
    questions: Sequence[Mapping[str, Any]], names_of: NamesOf
) -> dict[str, list[AskedColumn]]:
    """The columns by each of their names."""
    by_name: dict[str, list[AskedColumn]] = defaultdict(list)
    for question in questions:
        wordings, label = _question_wordings(question), _text(question, "QuestionDescription")
        for part in _parts(question):
            asked = AskedColumn(
                question=wordings,
                part=part.wordings,
                headings=(label,) if label else (),
                labels=part.labels or {},
                is_free_text=FREE_TEXT in (question.get("QuestionType"), question.get("Selector")),
            )
            for name in names_of(question, part):
                by_name[name].append(asked)
    return dict(by_name)


def _parts(question: Mapping[str, Any]) -> Iterator[_Part]:
    """The columns that a question may have, all ticks in one cell among them."""
    choices, answers = _by_id(question.get("Choices")), _by_id(question.get("Answers"))
    kind, selector = _text(question, "QuestionType"), _text(question, "Selector")
    if not choices or (kind in SINGLE_TYPES and selector not in (*TICKS, FORM)):
        yield _Part(labels=_answer_labels(question, "Choices"))
        return
    if kind == "MC":
        yield _Part(labels=_answer_labels(question, "Choices"))
    scale = _answer_labels(question, "Answers")
    for place in choices:
        recode = _recode(question, place) if kind == "MC" else place
        row = _Part(
            (place,),
            (recode,),
            _tag_of(question, place),
            _wordings(question, "Choices", place),
            scale,
        )
        yield row
        if question.get("SubSelector") == SEVERAL or kind in ("Matrix", "PGR"):
            yield from (_cell(question, row, answer) for answer in answers)


def _cell(question: Mapping[str, Any], row: _Part, answer: str) -> _Part:
    """A cell of a grid that has a column of its own."""
    place = row.ids[-1]
    pairs = (
        (_display(source, "Choices", place), _display(source, "Answers", answer))
        for source in (question, *_translations(question).values())
    )
    return _Part(
        ids=(*row.ids, answer),
        recodes=(*row.recodes, _recode(question, answer)),
        tag=None if row.tag is None else f"{row.tag}_{_recode(question, answer)}",
        wordings=tuple(dict.fromkeys(f"{one} - {other}" for one, other in pairs if one and other)),
    )


def _ids(question: Mapping[str, Any], part: _Part) -> tuple[str, ...]:
    return ("_".join([question["QuestionID"], *part.ids]),)


def _names_by_choice_id(question: Mapping[str, Any], part: _Part) -> tuple[str, ...]:
    return _folded(_tagged(question, part) or ["_".join([_tag(question), *part.ids])])


def _names_by_recode(question: Mapping[str, Any], part: _Part) -> tuple[str, ...]:
    """Names as in later exports, also as SPSS and Stata have to spell them."""
    names = _tagged(question, part) or ["_".join([_tag(question), *part.recodes])]
    return _folded([*names, *(re.sub(r"\W", "_", name) for name in names)])


def _tagged(question: Mapping[str, Any], part: _Part) -> list[str]:
    """Names of a row that has a name of its own, with that of its question or without."""
    return [] if part.tag is None else [part.tag, f"{_tag(question)}_{part.tag}"]


def _folded(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.casefold() for name in names))


# ------------------------------------------------------------------------ wordings and recodes


def _question_wordings(question: Mapping[str, Any]) -> tuple[str, ...]:
    told = question.get("Wordings")
    if isinstance(told, list):
        return tuple(text for text in told if isinstance(text, str))
    texts = [_text(question, "QuestionText")]
    texts += [_text(other, "QuestionText") for other in _translations(question).values()]
    return tuple(dict.fromkeys(text for text in texts if wording_key(text)))


def _wordings(question: Mapping[str, Any], group: str, place: str) -> tuple[str, ...]:
    """Wordings of a choice or an answer, first in the language of the survey."""
    sources = (question, *_translations(question).values())
    texts = (_display(source, group, place) for source in sources)
    return tuple(dict.fromkeys(text for text in texts if text))


def _display(source: Mapping[str, Any], group: str, place: str) -> str:
    choice = _by_id(source.get(group)).get(place)
    return _text(choice, "Display") if isinstance(choice, dict) else ""


def _answer_labels(question: Mapping[str, Any], group: str) -> dict[str, tuple[str, ...]]:
    """Wordings of each answer by its number and by the name that is exported in its place."""
    labels: dict[str, list[str]] = defaultdict(list)
    names = _by_id(question.get("VariableNaming"))
    spelled: dict[str, tuple[str, ...]] = {}
    for place in _by_id(question.get(group)):
        wordings = _wordings(question, group, place)
        name = names.get(place)
        own = [name] if isinstance(name, str) and name else []
        labels[_recode(question, place)] += [*wordings, *own]
        several = tuple(dict.fromkeys([*wordings, *own]))
        spelled |= {text: several for text in (*own, *wordings[:1]) if len(several) > 1}
    by_number = {number: tuple(dict.fromkeys(texts)) for number, texts in labels.items() if texts}
    return {**spelled, **by_number}


def _recode(question: Mapping[str, Any], place: str) -> str:
    recode = _by_id(question.get("RecodeValues")).get(place, place)
    return str(recode) if isinstance(recode, (str, int)) and str(recode) else place


def _tag(question: Mapping[str, Any]) -> str:
    return _text(question, "DataExportTag") or str(question["QuestionID"])


def _tag_of(question: Mapping[str, Any], place: str) -> str | None:
    tag = _by_id(question.get("ChoiceDataExportTags")).get(place)
    return tag if isinstance(tag, str) and tag else None


def _translations(question: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    told = question.get("Language")
    found = told if isinstance(told, dict) else {}
    return {code: found[code] for code in sorted(found) if isinstance(found[code], dict)}


def _by_id(told: object) -> dict[str, Any]:
    """A map of ids, which is written as a list where the ids count from 0; else nothing."""
    if isinstance(told, dict):
        return {str(place): value for place, value in told.items()}
    return {str(place): value for place, value in enumerate(told)} if isinstance(told, list) else {}


def _text(told: Mapping[str, Any], name: str) -> str:
    text = told.get(name)
    return text.strip() if isinstance(text, str) else ""

"""What must hold between the files of a questionnaire, beyond the form of each one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pipeline.instrument.documents import document, path_of, scale_documents
from pipeline.problems import Problem

Documents = Mapping[str, Any]


def check_documents(documents: Documents) -> list[Problem]:
    """Every contradiction between the files, in the order of the checks."""
    return [problem for check in CHECKS for problem in check(documents)]


def _sections_name_scales_that_exist(documents: Documents) -> Iterator[Problem]:
    cover = document(documents, "instrument")
    path = path_of(documents, "instrument")
    known = {content["id"] for content in scale_documents(documents).values()}
    named = [scale for section in cover["sections"] for scale in section["scales"]]
    for scale in sorted(set(named) - known):
        yield Problem(path, f"there is no scale '{scale}'{_hint(scale, known)}", column="sections")
    for scale, times in Counter(named).items():
        if times > 1:
            yield Problem(path, f"scale '{scale}' is named {times} times", column="sections")
    for scale_path, content in scale_documents(documents).items():
        if content["id"] not in named:
            cure = f"no section of instrument.yaml names scale '{content['id']}'; add it to one"
            yield Problem(scale_path, cure, column="id")


def _allocations_are_asked_in_a_section(documents: Documents) -> Iterator[Problem]:
    asked = {question["id"] for question in document(documents, "allocations")["questions"]}
    for section in document(documents, "instrument")["sections"]:
        for allocation in set(section.get("allocations", ())) - asked:
            cure = f"there is no question '{allocation}' in allocations.yaml"
            yield Problem(path_of(documents, "instrument"), cure, column="sections")


def _scale_files_carry_their_id(documents: Documents) -> Iterator[Problem]:
    for path, content in scale_documents(documents).items():
        if not path.endswith(f"/{content['id']}.yaml"):
            yield Problem(path, f"name this file {content['id']}.yaml, after its id", column="id")


def _response_scales_exist(documents: Documents) -> Iterator[Problem]:
    known = document(documents, "response_scales")
    for path, content in scale_documents(documents).items():
        name = content["response_scale"]
        if name not in known:
            cure = f"'{name}' is not in response_scales.yaml{_hint(name, known)}"
            yield Problem(path, cure, column="response_scale")


def _response_options_have_their_own_numbers(documents: Documents) -> Iterator[Problem]:
    for name, options in document(documents, "response_scales").items():
        for value, times in Counter(option["value"] for option in options).items():
            if times > 1:
                path = path_of(documents, "response_scales")
                yield Problem(path, f"{times} options have the value {value}", column=name)


def _every_answer_column_is_unique(documents: Documents) -> Iterator[Problem]:
    names = [name for _, names in _answer_columns(documents) for name in names]
    for path, columns in _answer_columns(documents):
        for name in columns:
            if names.count(name) > 1:
                cure = f"'{name}' is used {names.count(name)} times; ids are never used again"
                yield Problem(path, cure, column=name)


def _items_name_what_exists(documents: Documents) -> Iterator[Problem]:
    cover = document(documents, "instrument")
    codes = {code["id"] for code in cover["special_codes"]}
    for path, item in _items(documents):
        for form in set(item["forms"]) - set(cover["forms"]):
            cure = f"form '{form}' is not in instrument.yaml{_hint(form, cover['forms'])}"
            yield Problem(path, cure, column=item["id"])
        for code in set(item.get("options", ())) - codes:
            cure = f"special code '{code}' is not in instrument.yaml{_hint(code, codes)}"
            yield Problem(path, cure, column=item["id"])


def _scales_can_be_scored(documents: Documents) -> Iterator[Problem]:
    for path, content in scale_documents(documents).items():
        items = sum(len(facet["items"]) for facet in content["facets"])
        least = content["scoring"]["min_answered"]
        if least > items:
            cure = f"min_answered is {least} but there are {items} items; lower it"
            yield Problem(path, cure, column="scoring")


def _texts_are_complete(documents: Documents) -> Iterator[Problem]:
    languages = set(document(documents, "instrument")["languages"])
    for path, content in documents.items():
        for where, text in _texts(content):
            if missing := sorted(languages - set(text)):
                yield Problem(path, f"no text in {', '.join(missing)}; add it", column=where)


def _fill_ins_are_defined(documents: Documents) -> Iterator[Problem]:
    known = set(document(documents, "instrument").get("fill_ins", {}))
    for path, content in documents.items():
        for where, text in _texts(content):
            for name in _fill_ins_in(text.values()) - known:
                cure = f"{{{name}}} is not a fill_in of instrument.yaml{_hint(name, known)}"
                yield Problem(path, cure, column=where)


def _groups_can_be_formed(documents: Documents) -> Iterator[Problem]:
    respondents = document(documents, "respondents")
    grouping = respondents.get("grouping")
    if grouping is None:
        return
    path = path_of(documents, "respondents")
    asked = {question["id"]: question for question in respondents["questions"]}
    question = asked.get(grouping["question"])
    if question is None or question["kind"] != "single":
        cure = f"'{grouping['question']}' is not a single-choice question of this file"
        yield Problem(path, cure, column="grouping.question")
        return
    offered = {option["value"] for option in question["options"]}
    values = [value for group in grouping["groups"] for value in group["values"]]
    for value in sorted(set(values) - offered):
        yield Problem(path, f"question '{question['id']}' has no answer {value}", column="grouping")
    for value, times in Counter(values).items():
        if times > 1:
            yield Problem(path, f"answer {value} is in {times} groups", column="grouping")


CHECKS: tuple[Callable[[Documents], Iterator[Problem]], ...] = (
    _sections_name_scales_that_exist,
    _allocations_are_asked_in_a_section,
    _scale_files_carry_their_id,
    _response_scales_exist,
    _response_options_have_their_own_numbers,
    _every_answer_column_is_unique,
    _items_name_what_exists,
    _scales_can_be_scored,
    _texts_are_complete,
    _fill_ins_are_defined,
    _groups_can_be_formed,
)


def _items(documents: Documents) -> Iterator[tuple[str, Any]]:
    for path, content in scale_documents(documents).items():
        for facet in content["facets"]:
            for item in facet["items"]:
                yield path, item


def _answer_columns(documents: Documents) -> Iterator[tuple[str, list[str]]]:
    for path, item in _items(documents):
        yield path, [item["id"]]
    allocations = document(documents, "allocations")
    for question in allocations["questions"]:
        columns = [f"{question['id']}{part['id']}" for part in allocations["parts"]]
        yield path_of(documents, "allocations"), columns
    for name in ("respondents", "context"):
        questions = document(documents, name)["questions"]
        if questions:
            yield path_of(documents, name), [question["id"] for question in questions]


def _texts(content: Any, where: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every language map inside a document, with the ids that lead to it."""
    if isinstance(content, list):
        for index, entry in enumerate(content):
            name = entry.get("id", str(index)) if isinstance(entry, dict) else str(index)
            yield from _texts(entry, f"{where}.{name}".lstrip("."))
    elif isinstance(content, dict):
        if content and all(_is_language(key) for key in content):
            yield where, content
        else:
            for key, value in content.items():
                yield from _texts(value, f"{where}.{key}".lstrip("."))


def _is_language(key: Any) -> bool:
    return isinstance(key, str) and re.fullmatch(r"[a-z]{2}(-[A-Za-z]+)?", key) is not None


def _fill_ins_in(texts: Iterable[str]) -> set[str]:
    return {name.lower() for text in texts for name in re.findall(r"\{(\w+)\}", text)}


def _hint(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""

"""What must hold between the files of a questionnaire, beyond the form of each one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pipeline.instrument.documents import document, path_of, scale_documents
from pipeline.problems import Problem, did_you_mean

Documents = Mapping[str, Any]
COUNTS = {"number", "page", "pages", "lowest", "highest"}
"""What forms fill into their phrases, beside the words of the site."""


def check_documents(documents: Documents) -> list[Problem]:
    """Every contradiction between the files, in the order of the checks."""
    return [problem for check in CHECKS for problem in check(documents)]


def _sections_name_scales_that_exist(documents: Documents) -> Iterator[Problem]:
    cover = document(documents, "instrument")
    path = path_of(documents, "instrument")
    known = {content["id"] for content in scale_documents(documents).values()}
    named = [scale for section in cover["sections"] for scale in section.get("scales", ())]
    for scale in sorted(set(named) - known):
        yield Problem(
            path, f"there is no scale '{scale}'{did_you_mean(scale, known)}", column="sections"
        )
    for scale, times in Counter(named).items():
        if times > 1:
            yield Problem(path, f"scale '{scale}' is named {times} times", column="sections")
    for scale_path, content in scale_documents(documents).items():
        if content["id"] not in named:
            cure = f"no section of instrument.yaml names scale '{content['id']}'; add it to one"
            yield Problem(scale_path, cure, column="id")


def _forms_name_what_exists(documents: Documents) -> Iterator[Problem]:
    cover = document(documents, "instrument")
    path = path_of(documents, "instrument")
    sections = [section["id"] for section in cover["sections"]]
    forms = _forms(documents)
    for form in cover["forms"]:
        where = f"forms.{form['id']}"
        for name in (*form.get("sections", ()), *form.get("optional_sections", ())):
            if name not in sections:
                cure = f"there is no section '{name}'{did_you_mean(name, sections)}"
                yield Problem(path, cure, column=where)
        for name in form.get("booklets", ()):
            if name not in forms:
                yield Problem(
                    path, f"there is no form '{name}'{did_you_mean(name, forms)}", column=where
                )


def _questions_are_asked_in_one_section(documents: Documents) -> Iterator[Problem]:
    sections = document(documents, "instrument")["sections"]
    asked = Counter(name for section in sections for name in section.get("questions", ()))
    known = {question["id"]: path for path, question in _questions(documents)}
    for name in sorted(set(asked) - set(known)):
        cure = f"there is no question '{name}'{did_you_mean(name, known)}"
        yield Problem(path_of(documents, "instrument"), cure, column="sections")
    for name, path in known.items():
        if asked[name] != 1 and path == path_of(documents, "respondents"):
            cure = f"{asked[name]} sections of instrument.yaml ask it; name it in one of them"
            yield Problem(path, cure, column=name)


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
            cure = f"'{name}' is not in response_scales.yaml{did_you_mean(name, known)}"
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
    codes = {code["id"] for code in document(documents, "instrument")["special_codes"]}
    forms = _forms(documents)
    parts = _scales_and_facets(documents)
    offered = [(path, item, item.get("options", ())) for path, item in _items(documents)]
    offered += [(path, q, q.get("special_codes", ())) for path, q in _questions(documents)]
    for path, asked, special_codes in offered:
        for kind, names, known in (
            ("form", asked.get("forms", ()), forms),
            ("special code", special_codes, codes),
            ("scale or facet", asked.get("bears_on", ()), parts),
        ):
            for name in sorted(set(names) - set(known)):
                cure = f"there is no {kind} '{name}'{did_you_mean(name, known)}"
                yield Problem(path, cure, column=asked["id"])


def _scales_can_be_scored(documents: Documents) -> Iterator[Problem]:
    for path, content in scale_documents(documents).items():
        items = sum(len(facet["items"]) for facet in content["facets"])
        least = content["scoring"]["min_answered"]
        if isinstance(least, int) and least > items:
            cure = f"min_answered is {least} but there are {items} items; lower it"
            yield Problem(path, cure, column="scoring")


def _lists_hold_single_conditions(documents: Documents) -> Iterator[Problem]:
    treatments = {
        content["id"]: content["treatment"] for content in scale_documents(documents).values()
    }
    for section in document(documents, "instrument")["sections"]:
        if section["display"] != "list":
            continue
        for scale in section.get("scales", ()):
            if treatments.get(scale, "causal") not in ("causal", "descriptive"):
                cure = (
                    f"section '{section['id']}' is displayed as a list, but scale '{scale}' has a "
                    "score; display it as scores, or change the treatment of the scale"
                )
                yield Problem(path_of(documents, "instrument"), cure, column="sections")


def _sources_are_works_of_the_cover(documents: Documents) -> Iterator[Problem]:
    known = document(documents, "instrument").get("sources", {})
    for path, where, references in _references(documents):
        for key in dict.fromkeys(reference.partition(":")[0] for reference in references):
            if key not in known:
                listed = ", ".join(known) or "none"
                cure = f"'{key}' is not among the sources of instrument.yaml ({listed}); add it"
                yield Problem(path, cure, column=where)


def _texts_are_complete(documents: Documents) -> Iterator[Problem]:
    languages = set(document(documents, "instrument")["languages"])
    for path, content in documents.items():
        for where, text in texts_in(content):
            if missing := sorted(languages - set(text)):
                yield Problem(path, f"no text in {', '.join(missing)}; add it", column=where)


def _fill_ins_are_defined(documents: Documents) -> Iterator[Problem]:
    known = set(document(documents, "instrument").get("fill_ins", {}))
    for path, content in documents.items():
        counted = COUNTS if path.endswith("/phrases.yaml") else set()
        for where, text in texts_in(content):
            for name in fill_ins_in(text.values()) - known - counted:
                cure = f"{{{name}}} is not a fill_in of instrument.yaml{did_you_mean(name, known)}"
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
    _forms_name_what_exists,
    _questions_are_asked_in_one_section,
    _allocations_are_asked_in_a_section,
    _scale_files_carry_their_id,
    _response_scales_exist,
    _response_options_have_their_own_numbers,
    _every_answer_column_is_unique,
    _items_name_what_exists,
    _scales_can_be_scored,
    _lists_hold_single_conditions,
    _sources_are_works_of_the_cover,
    _texts_are_complete,
    _fill_ins_are_defined,
    _groups_can_be_formed,
)


def _items(documents: Documents) -> Iterator[tuple[str, Any]]:
    for path, content in scale_documents(documents).items():
        for facet in content["facets"]:
            for item in facet["items"]:
                yield path, item


def _questions(documents: Documents) -> Iterator[tuple[str, Any]]:
    for name in ("respondents", "context"):
        for question in document(documents, name)["questions"]:
            yield path_of(documents, name), question


def _references(documents: Documents) -> Iterator[tuple[str, str, list[str]]]:
    """The source lines of each item, question and action: its file, its place, the lines."""
    for path, asked in (*_items(documents), *_questions(documents)):
        yield path, asked["id"], asked.get("source", [])
    for path, content in scale_documents(documents).items():
        for place, action in enumerate(content.get("actions", ())):
            yield path, f"actions.{place}", action["source"]


def _forms(documents: Documents) -> list[str]:
    return [form["id"] for form in document(documents, "instrument")["forms"]]


def _scales_and_facets(documents: Documents) -> set[str]:
    contents = scale_documents(documents).values()
    facets = {facet["id"] for content in contents for facet in content["facets"]}
    return facets | {content["id"] for content in contents}


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


def texts_in(content: Any, where: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every language map inside a document, with the ids that lead to it."""
    if isinstance(content, list):
        for index, entry in enumerate(content):
            name = entry.get("id", str(index)) if isinstance(entry, dict) else str(index)
            yield from texts_in(entry, f"{where}.{name}".lstrip("."))
    elif isinstance(content, dict):
        if content and all(_is_language(key) for key in content):
            yield where, content
        else:
            for key, value in content.items():
                yield from texts_in(value, f"{where}.{key}".lstrip("."))


def _is_language(key: Any) -> bool:
    return isinstance(key, str) and re.fullmatch(r"[a-z]{2}(-[A-Za-z]+)?", key) is not None


def fill_ins_in(texts: Iterable[str]) -> set[str]:
    """Names of the words that are filled into some texts, without case."""
    return {name.lower() for text in texts for name in re.findall(r"\{(\w+)\}", text)}

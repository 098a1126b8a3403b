"""Reading the files of a questionnaire, and telling everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.instrument.checks import check_documents
from pipeline.instrument.documents import document, path_of, read_documents, scale_documents
from pipeline.instrument.model import (
    Allocation,
    Facet,
    Grouping,
    Instrument,
    Item,
    Option,
    Part,
    Question,
    RespondentGroup,
    ResponseScale,
    Scale,
    Section,
    SpecialCode,
    Text,
)
from pipeline.problems import InputError, Problem, refuse_if_any


def load_instrument(folder: str | Path, form: str | None = None) -> Instrument:
    """The questionnaire written down in the YAML files of a folder.

    Parameters
    ----------
    folder : path
        Holds ``instrument.yaml``, ``response_scales.yaml``, ``respondents.yaml``, a folder
        ``scales`` with one file a scale and, where the questionnaire has them,
        ``allocations.yaml`` and ``context.yaml``.
    form : str, optional
        Keep only the items of this form.

    Raises
    ------
    InputError
        With every problem of every file: not YAML, not of the form the schema asks for, or
        contradicting another file.
    """
    documents = read_documents(Path(folder))
    refuse_if_any(check_documents(documents))
    instrument = _instrument(documents)
    return instrument if form is None else _in_form(instrument, documents, form)


def _in_form(instrument: Instrument, documents: Mapping[str, Any], form: str) -> Instrument:
    forms = document(documents, "instrument")["forms"]
    if form not in forms:
        cure = f"there is no form '{form}'; forms are {', '.join(forms)}"
        raise InputError([Problem(path_of(documents, "instrument"), cure, column="forms")])
    return instrument.form(form)


def _instrument(documents: Mapping[str, Any]) -> Instrument:
    cover = document(documents, "instrument")
    response_scales = {
        name: ResponseScale(name, _options(options))
        for name, options in document(documents, "response_scales").items()
    }
    respondents = document(documents, "respondents")
    return Instrument(
        id=cover["id"],
        version=cover["version"],
        title=Text(cover["title"]),
        status=cover["status"],
        status_note=Text(cover["status_note"]),
        citation=cover["citation"],
        licence=cover["licence"],
        languages=tuple(cover["languages"]),
        fill_ins={key: Text(text) for key, text in cover.get("fill_ins", {}).items()},
        special_codes=tuple(
            SpecialCode(code["id"], code["value"], Text(code["label"]))
            for code in cover["special_codes"]
        ),
        sections=tuple(_section(section) for section in cover["sections"]),
        scales=tuple(
            _scale(content, response_scales) for content in _scales_in_order(documents, cover)
        ),
        allocations=_allocations(document(documents, "allocations")),
        person_questions=_questions(respondents["questions"]),
        context_questions=_questions(document(documents, "context")["questions"]),
        grouping=_grouping(respondents.get("grouping")),
    )


def _scales_in_order(documents: Mapping[str, Any], cover: Mapping[str, Any]) -> Iterator[Any]:
    by_id = {content["id"]: content for content in scale_documents(documents).values()}
    for section in cover["sections"]:
        for scale_id in section["scales"]:
            yield by_id[scale_id]


def _options(options: list[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(option["value"], Text(option["label"])) for option in options)


def _section(section: Mapping[str, Any]) -> Section:
    return Section(
        id=section["id"],
        title=Text(section["title"]),
        intro=Text(section["intro"]),
        scale_ids=tuple(section["scales"]),
        allocation_ids=tuple(section.get("allocations", ())),
        factor_model=section["factor_model"],
        display=section["display"],
    )


def _scale(content: Mapping[str, Any], response_scales: Mapping[str, ResponseScale]) -> Scale:
    return Scale(
        id=content["id"],
        title=Text(content["title"]),
        definition=Text(content["definition"]),
        treatment=content["treatment"],
        response_scale=response_scales[content["response_scale"]],
        min_answered=content["scoring"]["min_answered"],
        facets=tuple(
            Facet(
                id=facet["id"],
                title=Text(facet["title"]),
                exposure=facet["exposure"],
                items=tuple(_item(item) for item in facet["items"]),
            )
            for facet in content["facets"]
        ),
        reflective_questions=tuple(Text(text) for text in content.get("reflective_questions", ())),
    )


def _item(item: Mapping[str, Any]) -> Item:
    return Item(
        id=item["id"],
        version=item["version"],
        text=Text(item["text"]),
        keyed=item["keyed"],
        forms=tuple(item["forms"]),
        special_codes=tuple(item.get("options", ())),
        intent=item.get("intent", ""),
        translation_note=item.get("translation", ""),
        source_lines=tuple(item.get("source", ())),
        grade=item.get("grade", ""),
        hypotheses=tuple(item.get("hypotheses", ())),
    )


def _allocations(content: Mapping[str, Any]) -> tuple[Allocation, ...]:
    parts = tuple(
        Part(part["id"], Text(part["title"]), Text(part["description"]))
        for part in content["parts"]
    )
    return tuple(
        Allocation(
            id=question["id"],
            title=Text(question["title"]),
            prompt=Text(question["prompt"]),
            total=question["total"],
            parts=parts,
        )
        for question in content["questions"]
    )


def _questions(questions: list[Mapping[str, Any]]) -> tuple[Question, ...]:
    return tuple(
        Question(
            id=question["id"],
            text=Text(question["text"]),
            kind=question["kind"],
            options=_options(question["options"]),
            short=Text(question["short"]) if "short" in question else None,
        )
        for question in questions
    )


def _grouping(grouping: Mapping[str, Any] | None) -> Grouping | None:
    if grouping is None:
        return None
    groups = tuple(
        RespondentGroup(group["id"], Text(group["title"]), tuple(group["values"]))
        for group in grouping["groups"]
    )
    return Grouping(grouping["question"], groups)

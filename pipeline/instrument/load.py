"""Reading the files of a questionnaire, and telling everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.instrument.checks import check_documents
from pipeline.instrument.documents import (
    document,
    path_of,
    read_documents,
    scale_documents,
    translation_documents,
)
from pipeline.instrument.model import (
    Action,
    Allocation,
    Facet,
    Form,
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
    Translation,
)
from pipeline.instrument.translation import check_translations, with_translations
from pipeline.problems import Problem, refuse_if_any

Booklets = Mapping[str, Sequence[str]]
"""The booklets of every form, in the order of the forms; most forms have none."""


def load_instrument(
    folder: str | Path, form: str | None = None, optional_sections: Collection[str] = ()
) -> Instrument:
    """The questionnaire written down in the YAML files of a folder.

    Parameters
    ----------
    folder : path
        Holds ``instrument.yaml``, ``response_scales.yaml``, ``respondents.yaml``, a folder
        ``scales`` with one file a scale and, where the questionnaire has them,
        ``allocations.yaml`` and ``context.yaml``.
    form : str, optional
        Keep only what this form asks.
    optional_sections : collection of str, optional
        Which of the optional sections of the form were asked.

    Raises
    ------
    InputError
        With every problem of every file: not YAML, not of the form the schema asks for, or
        contradicting another file; or if there is no such form or optional section.
    """
    documents = read_documents(Path(folder))
    refuse_if_any([*check_documents(documents), *check_translations(documents)])
    instrument = _instrument(with_translations(documents), translation_documents(documents))
    if form is None:
        return instrument
    refuse_if_any(
        _form_problems(instrument, path_of(documents, "instrument"), form, optional_sections)
    )
    return instrument.form(form, optional_sections)


def _form_problems(
    instrument: Instrument, path: str, name: str, optional_sections: Collection[str]
) -> list[Problem]:
    """Whatever is asked for that the questionnaire does not have."""
    forms = {form.id: form for form in instrument.forms}
    if name not in forms:
        cure = f"there is no form '{name}'; forms are {', '.join(forms)}"
        return [Problem(path, cure, column="forms")]
    offered = forms[name].optional_ids
    listed = ", ".join(offered) or "none"
    return [
        Problem(
            path,
            f"form '{name}' has no optional section '{section}'; it has {listed}",
            column="forms",
        )
        for section in optional_sections
        if section not in offered
    ]


def _instrument(documents: Mapping[str, Any], translations: Mapping[str, Any]) -> Instrument:
    cover = document(documents, "instrument")
    response_scales = {
        name: ResponseScale(name, _options(options))
        for name, options in document(documents, "response_scales").items()
    }
    respondents = document(documents, "respondents")
    booklets = {form["id"]: form.get("booklets", []) for form in cover["forms"]}
    return Instrument(
        id=cover["id"],
        version=cover["version"],
        title=Text(cover["title"]),
        status=cover["status"],
        status_note=Text(cover["status_note"]),
        citation=cover["citation"],
        licence=cover["licence"],
        languages=(*cover["languages"], *(c["language"] for c in translations.values())),
        translations=tuple(_translation(content) for content in translations.values()),
        forms=tuple(_form(form, cover) for form in cover["forms"]),
        fill_ins={key: Text(text) for key, text in cover.get("fill_ins", {}).items()},
        phrases={key: Text(text) for key, text in document(documents, "phrases").items()},
        special_codes=tuple(
            SpecialCode(code["id"], code["value"], Text(code["label"]))
            for code in cover["special_codes"]
        ),
        sections=tuple(_section(section) for section in cover["sections"]),
        scales=tuple(
            _scale(content, response_scales, booklets)
            for content in _scales_in_order(documents, cover)
        ),
        allocations=_allocations(document(documents, "allocations"), booklets),
        person_questions=_questions(respondents["questions"], booklets),
        context_questions=_questions(document(documents, "context")["questions"], booklets),
        grouping=_grouping(respondents.get("grouping")),
        sources={key: Text(text) for key, text in cover.get("sources", {}).items()},
    )


def _translation(content: Mapping[str, Any]) -> Translation:
    return Translation(
        content["language"], content["name"], content["status"], Text(content["note"])
    )


def _scales_in_order(documents: Mapping[str, Any], cover: Mapping[str, Any]) -> Iterator[Any]:
    by_id = {content["id"]: content for content in scale_documents(documents).values()}
    for section in cover["sections"]:
        for scale_id in section.get("scales", ()):
            yield by_id[scale_id]


def _options(options: list[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(option["value"], Text(option["label"])) for option in options)


def _section(section: Mapping[str, Any]) -> Section:
    return Section(
        id=section["id"],
        title=Text(section["title"]),
        intro=Text(section["intro"]),
        scale_ids=tuple(section.get("scales", ())),
        allocation_ids=tuple(section.get("allocations", ())),
        question_ids=tuple(section.get("questions", ())),
        factor_model=section["factor_model"],
        display=section["display"],
    )


def _form(form: Mapping[str, Any], cover: Mapping[str, Any]) -> Form:
    return Form(
        id=form["id"],
        title=Text(form["title"]),
        purpose=Text(form["purpose"]),
        section_ids=tuple(form.get("sections", (section["id"] for section in cover["sections"]))),
        optional_ids=tuple(form.get("optional_sections", ())),
        booklets=tuple(form.get("booklets", ())),
        answered_by=form.get("answered_by", "respondent"),
    )


def _forms_naming(entry: Mapping[str, Any], booklets: Booklets) -> tuple[str, ...]:
    """The forms that ask something, in their order.

    Who names a form is in all of its booklets; who names booklets is in these and in the form.
    """
    named = set(entry.get("forms", ()))
    for form, parts in booklets.items():
        if form in named:
            named |= set(parts)
        elif named & set(parts):
            named.add(form)
    return tuple(form for form in booklets if form in named)


def _scale(
    content: Mapping[str, Any],
    response_scales: Mapping[str, ResponseScale],
    booklets: Booklets,
) -> Scale:
    return Scale(
        id=content["id"],
        title=Text(content["title"]),
        definition=Text(content["definition"]),
        treatment=content["treatment"],
        response_scale=response_scales[content["response_scale"]],
        least_answered=_least_answered(content["scoring"]["min_answered"]),
        facets=tuple(
            Facet(
                id=facet["id"],
                title=Text(facet["title"]),
                exposure=facet["exposure"],
                items=tuple(_item(item, booklets) for item in facet["items"]),
            )
            for facet in content["facets"]
        ),
        prompt=Text(content["prompt"]) if "prompt" in content else None,
        reflective_questions=tuple(Text(text) for text in content.get("reflective_questions", ())),
        actions=tuple(
            Action(Text(action["text"]), tuple(action["source"]))
            for action in content.get("actions", ())
        ),
    )


def _least_answered(written: int | str) -> int | Fraction:
    return written if isinstance(written, int) else Fraction(written)


def _item(item: Mapping[str, Any], booklets: Booklets) -> Item:
    return Item(
        id=item["id"],
        version=item["version"],
        text=Text(item["text"]),
        keyed=item["keyed"],
        forms=_forms_naming(item, booklets),
        special_codes=tuple(item.get("options", ())),
        intent=item.get("intent", ""),
        translation_note=item.get("translation", ""),
        source_lines=tuple(item.get("source", ())),
        grade=item.get("grade", ""),
        hypotheses=tuple(item.get("hypotheses", ())),
        bears_on=tuple(item.get("bears_on", ())),
    )


def _allocations(content: Mapping[str, Any], booklets: Booklets) -> tuple[Allocation, ...]:
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
            forms=_forms_naming(question, booklets),
        )
        for question in content["questions"]
    )


def _questions(questions: list[Mapping[str, Any]], booklets: Booklets) -> tuple[Question, ...]:
    return tuple(
        Question(
            id=question["id"],
            text=Text(question["text"]),
            kind=question["kind"],
            options=_options(question.get("options", [])),
            short=Text(question["short"]) if "short" in question else None,
            special_codes=tuple(question.get("special_codes", ())),
            at_most=question.get("at_most"),
            lowest=question.get("lowest"),
            highest=question.get("highest"),
            forms=_forms_naming(question, booklets),
            intent=question.get("intent", ""),
            translation_note=question.get("translation", ""),
            source_lines=tuple(question.get("source", ())),
            grade=question.get("grade", ""),
            hypotheses=tuple(question.get("hypotheses", ())),
            bears_on=tuple(question.get("bears_on", ())),
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

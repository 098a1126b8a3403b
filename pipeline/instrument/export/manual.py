"""The manual as a PDF: its text, and annexes made from the questionnaire itself.

Definitions, statements, codes and numbers come from the questionnaire and are typed nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pipeline.instrument.export.markdown_tree import Node, parse_markdown, plain_text
from pipeline.instrument.export.questionnaire import PHRASES_OF_THE_OPENING, lay_out
from pipeline.instrument.export.typesetting import letters_without_shape, typeset
from pipeline.instrument.length import minutes_to_answer
from pipeline.instrument.model import (
    Allocation,
    Form,
    Instrument,
    Item,
    Option,
    Question,
    Scale,
    Section,
    Text,
)
from pipeline.problems import Problem, refuse_if_any

SetData = dict[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """How much of one section a form asks."""

    section: Section
    optional: bool
    statements: int
    counters: int
    questions: int


@dataclass(frozen=True, slots=True)
class FormSize:
    """What a form asks, section by section, and how long that takes.

    `minutes` and `minutes_with_optional` are the planning figures of
    :mod:`pipeline.instrument.length`, without and with the sections that a study may add; None if
    the questionnaire lacks the phrases to lay a form out.
    """

    form: Form
    asked: tuple[Asked, ...]
    minutes: int | None
    minutes_with_optional: int | None


def form_sizes(instrument: Instrument) -> tuple[FormSize, ...]:
    """Every form with its numbers, in the order of the questionnaire."""
    return tuple(_size(instrument, form) for form in instrument.forms)


def _size(instrument: Instrument, form: Form) -> FormSize:
    whole = instrument.form(form.id, form.optional_ids)
    return FormSize(
        form=form,
        asked=tuple(_asked(section, whole, form) for section in whole.sections),
        minutes=_minutes(instrument.form(form.id), form),
        minutes_with_optional=_minutes(whole, form),
    )


def _asked(section: Section, reduced: Instrument, form: Form) -> Asked:
    return Asked(
        section=section,
        optional=section.id in form.optional_ids,
        statements=sum(len(scale.items) for scale in reduced.scales_in(section)),
        counters=len(section.allocation_ids),
        questions=sum(
            form.id in (reduced.questions[name].forms or (form.id,))
            for name in section.question_ids
        ),
    )


def _minutes(reduced: Instrument, form: Form) -> int | None:
    if not reduced.phrases.keys() >= set(PHRASES_OF_THE_OPENING):
        return None
    return round(minutes_to_answer(lay_out(reduced, form, reduced.languages[0], {})))


def write_manual(instrument: Instrument, text: str | None, file: str) -> bytes:
    """The manual as a PDF that screen readers can follow; the same bytes each time.

    Parameters
    ----------
    instrument : Instrument
        The whole questionnaire.
    text : str, optional
        The manual in Markdown; without it only the annexes are set.
    file : str
        Where the text comes from.

    Raises
    ------
    InputError
        If the text holds something that cannot be set, or a letter that the typeface lacks.
    """
    data = manual_data(instrument, text, file)
    refuse_if_any(list(_letters_lacking(data, file)))
    return typeset("manual", data)


def manual_data(instrument: Instrument, text: str | None, file: str) -> SetData:
    """Everything the template of the manual reads, as plain lists and mappings."""
    opening, *blocks = [None] if text is None else parse_markdown(text, file)
    language, _, region = instrument.languages[0].partition("-")
    return {
        "title": str(instrument.title) if opening is None else _words_of(opening),
        "questionnaire": str(instrument.title),
        "version": instrument.version,
        "status": instrument.status,
        "status_note": _filled(instrument.status_note, instrument),
        "citation": instrument.citation,
        "licence": instrument.licence,
        "lang": language,
        "region": region or None,
        "blocks": blocks,
        **annexes(instrument),
    }


def _words_of(heading: Node) -> str:
    inside = heading["inside"]
    return plain_text(inside) if isinstance(inside, list) else ""


def annexes(instrument: Instrument) -> SetData:
    """What the annexes say: statements, questions, codes, forms and languages."""
    return {
        "fill_ins": [
            {"name": name, "words": str(text)} for name, text in instrument.fill_ins.items()
        ],
        "sections": [_section(section, instrument) for section in instrument.sections],
        "response_scales": _response_scales(instrument),
        "special_codes": [
            {"id": code.id, "value": code.value, "label": str(code.label)}
            for code in instrument.special_codes
        ],
        "groups": _groups(instrument),
        "forms": [_form(size) for size in form_sizes(instrument)],
        "languages": _languages(instrument),
    }


# ---------------------------------------------------------------- statements and questions


def _section(section: Section, instrument: Instrument) -> SetData:
    asking = [
        form.id
        for form in instrument.forms
        if section.id in (*form.section_ids, *form.optional_ids)
    ]
    allocations = [a for a in instrument.allocations if a.id in section.allocation_ids]
    return {
        "title": str(section.title),
        "intro": _segments(section.intro, instrument),
        "forms": asking,
        "scales": [_scale(scale, asking, instrument) for scale in instrument.scales_in(section)],
        "allocations": [_allocation(allocation, instrument) for allocation in allocations],
        "questions": [
            _question(instrument.questions[name], instrument) for name in section.question_ids
        ],
    }


def _scale(scale: Scale, asking: Collection[str], instrument: Instrument) -> SetData:
    return {
        "id": scale.id,
        "title": str(scale.title),
        "definition": _filled(scale.definition, instrument),
        "prompt": _segments(scale.prompt, instrument) if scale.prompt else [],
        "treatment": scale.treatment,
        "response_scale": scale.response_scale.id,
        "needed": list(_answers_needed(scale, asking, instrument)),
        "themes": [_filled(text, instrument) for text in scale.reflective_questions],
        "actions": [
            {"text": _filled(action.text, instrument), "sources": list(action.source)}
            for action in scale.actions
        ],
        "facets": [
            {
                "id": facet.id,
                "title": str(facet.title),
                "exposure": facet.exposure,
                "items": [_item(item, asking, instrument) for item in facet.items],
            }
            for facet in scale.facets
        ],
    }


def _answers_needed(
    scale: Scale, asking: Collection[str], instrument: Instrument
) -> Iterator[SetData]:
    """For each form that asks items of a scored scale, how many must be answered for a score."""
    if not scale.has_score:
        return
    for form in instrument.forms:
        if form.id in asking:
            asked = instrument.form(form.id, form.optional_ids).by_id.get(scale.id)
            if asked is not None:
                yield {"form": form.id, "items": len(asked.items), "needed": asked.min_answered}


def _item(item: Item, asking: Collection[str], instrument: Instrument) -> SetData:
    return {
        "id": item.id,
        "version": item.version,
        "text": _segments(item.text, instrument),
        "turned": item.keyed == -1,
        "codes": list(item.special_codes),
        "sources": list(item.source_lines),
        "grade": item.grade,
        "forms": [form for form in asking if form in item.forms],
    }


def _allocation(allocation: Allocation, instrument: Instrument) -> SetData:
    return {
        "id": allocation.id,
        "title": str(allocation.title),
        "prompt": _segments(allocation.prompt, instrument),
        "total": allocation.total,
        "forms": list(allocation.forms),
        "parts": [
            {
                "column": column,
                "title": str(part.title),
                "description": _filled(part.description, instrument),
            }
            for column, part in allocation.columns.items()
        ],
    }


def _question(question: Question, instrument: Instrument) -> SetData:
    return {
        "id": question.id,
        "text": _segments(question.text, instrument),
        "kind": question.kind,
        "options": _options(question.options, instrument),
        "codes": list(question.special_codes),
        "at_most": question.at_most,
        "lowest": question.lowest,
        "highest": question.highest,
        "forms": list(question.forms),
    }


def _options(options: Collection[Option], instrument: Instrument) -> list[SetData]:
    return [
        {"value": option.value, "label": _segments(option.label, instrument)} for option in options
    ]


# ---------------------------------------------------------------- codes, forms, languages


def _response_scales(instrument: Instrument) -> list[SetData]:
    used = {scale.response_scale.id: scale.response_scale for scale in instrument.scales}
    return [
        {"id": name, "options": _options(response_scale.options, instrument)}
        for name, response_scale in used.items()
    ]


def _groups(instrument: Instrument) -> list[SetData]:
    """The groups of respondents, each with the answers that put somebody there."""
    if instrument.grouping is None:
        return []
    question = instrument.questions[instrument.grouping.question]
    labels = {option.value: _filled(option.label, instrument) for option in question.options}
    return [
        {
            "title": str(group.title),
            "question": question.id,
            "values": [{"value": value, "label": labels[value]} for value in group.values],
        }
        for group in instrument.grouping.groups
    ]


def _form(size: FormSize) -> SetData:
    return {
        "id": size.form.id,
        "title": str(size.form.title),
        "purpose": str(size.form.purpose),
        "answered_by": size.form.answered_by,
        "booklets": list(size.form.booklets),
        "minutes": size.minutes,
        "minutes_with_optional": size.minutes_with_optional,
        "asked": [
            {
                "section": str(asked.section.title),
                "optional": asked.optional,
                "statements": asked.statements,
                "counters": asked.counters,
                "questions": asked.questions,
            }
            for asked in size.asked
        ],
    }


def _languages(instrument: Instrument) -> list[SetData]:
    """The languages: the one it was written in, then each translation with its status."""
    source: SetData = {"code": instrument.languages[0], "name": "", "status": "source", "note": ""}
    translations: list[SetData] = [
        {
            "code": translation.language,
            "name": translation.name,
            "status": translation.status,
            "note": translation.note.in_language(instrument.languages[0]),
        }
        for translation in instrument.translations
    ]
    return [source, *translations]


# ---------------------------------------------------------------- wordings


def _segments(text: Text, instrument: Instrument) -> list[SetData]:
    """A wording in pieces: words that stand, and words that each site puts in (``own``)."""
    pieces = re.split(r"(\{\w+\})", str(text).strip())
    segments = ({"text": _piece(piece, instrument), "own": piece[:1] == "{"} for piece in pieces)
    return [segment for segment in segments if segment["text"]]


def _filled(text: Text, instrument: Instrument) -> str:
    return "".join(str(segment["text"]) for segment in _segments(text, instrument))


def _piece(piece: str, instrument: Instrument) -> str:
    name = piece[1:-1]
    if piece[:1] != "{" or name.lower() not in instrument.fill_ins:
        return piece
    words = str(instrument.fill_ins[name.lower()])
    return words if name in instrument.fill_ins else words[:1].upper() + words[1:]


def _letters_lacking(data: Mapping[str, object], file: str) -> Iterator[Problem]:
    for text, letters in letters_without_shape(_texts_in(data)).items():
        signs = ", ".join(f"U+{ord(letter):04X}" for letter in letters)
        shown = text if len(text) < 60 else f"{text[:57]}..."
        yield Problem(
            file, f"the typeface has no sign for {signs} in '{shown}'; write it otherwise"
        )


def _texts_in(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _texts_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _texts_in(inner)

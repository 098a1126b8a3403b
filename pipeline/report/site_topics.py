"""The part of a site page that tells about one scale after the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from pipeline.instrument.model import Scale
from pipeline.report.pages import Setting
from pipeline.report.results import ScaleResult
from pipeline.report.site_agreement import agreement_sentence
from pipeline.report.site_codes import code_sentences, codes_by_group
from pipeline.report.site_data import SiteData
from pipeline.report.site_groups import GroupChart, group_chart, group_sentences
from pipeline.report.site_overview import span
from pipeline.report.site_place import balanced_sentence, place_sentence
from pipeline.report.site_statements import ItemTable, statements_of
from pipeline.report.withholding import reason


@dataclass(frozen=True, slots=True)
class Ideas:
    """What others did or advised, and the works that all of it comes from."""

    source: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A scale as a site reads it."""

    anchor: str
    title: str
    definition: str
    sentences: tuple[str, ...]
    agreement: str
    items: ItemTable | None
    items_note: str | None
    group_sentences: tuple[str, ...]
    group_chart: GroupChart | None
    visibility: tuple[str, ...]
    questions: tuple[str, ...]
    ideas: tuple[Ideas, ...]


def anchor_of(scale: Scale) -> str:
    """Where the part about a scale is on a page."""
    return f"topic-{scale.id.lower()}"


def topic_of(result: ScaleResult, data: SiteData, setting: Setting, *, questions: bool) -> Topic:
    """Everything the page says about one scale, with or without questions to talk about."""
    scale = result.scale
    items, note = statements_of(result, data, setting)
    off_scale = (
        *code_sentences(result.codes, setting),
        codes_by_group(result, data, setting),
    )
    return Topic(
        anchor=anchor_of(scale),
        title=result.title,
        definition=setting.wording.of(scale.definition),
        sentences=result_sentences(result, data, setting),
        agreement=agreement_sentence(scale, data.site, data.released, setting),
        items=items,
        items_note=note,
        group_sentences=group_sentences(result, data, setting),
        group_chart=group_chart(result, setting),
        visibility=tuple(sentence for sentence in off_scale if sentence),
        questions=questions_of(scale, setting) if questions else (),
        ideas=ideas_of(scale, setting) if questions else (),
    )


def ideas_of(scale: Scale, setting: Setting) -> tuple[Ideas, ...]:
    """What others did or advised about the topic of a scale; works in a row are named once."""
    return tuple(
        Ideas(
            "; ".join(setting.wording.of(work) for work in works),
            tuple(setting.wording.of(action.text) for action in actions),
        )
        for works, actions in groupby(scale.actions, setting.instrument.works_behind)
    )


def questions_of(scale: Scale, setting: Setting) -> tuple[str, ...]:
    """Questions to talk about; general ones where the questionnaire has none for this scale."""
    own = tuple(setting.wording.of(text) for text in scale.reflective_questions)
    general = (setting.say(f"start.general_{number}") for number in ("one", "two", "three"))
    return own or tuple(general)


def result_sentences(result: ScaleResult, data: SiteData, setting: Setting) -> tuple[str, ...]:
    """The mean of a scale here and in the programme, in sentences."""
    if result.own is None:
        rule = data.withheld.rule_for(data.site, result.scale.id, ["scale"])
        why = reason(rule, setting) if rule else setting.say("topic.no_answers")
        return (setting.say("topic.no_mean", why=why),)
    own = setting.say("topic.mean", mean=setting.numbers.score(result.own.value))
    likely = setting.say("topic.range", range=span(result.own.interval, setting))
    people = ""
    if result.own.n is not None:
        number = setting.numbers.people(result.own.n, setting.study.minimum_n)
        people = setting.say("topic.people", people=number)
    first = " ".join(part for part in (own, likely if result.own.interval else "", people) if part)
    said = (
        first,
        _programme_sentence(result, setting),
        place_sentence(result.scale.id, data.places, data.no_word, setting),
        balanced_sentence(result.scale.id, data.places, setting),
    )
    return tuple(part for part in said if part)


def _programme_sentence(result: ScaleResult, setting: Setting) -> str:
    if result.programme is None or result.own is None:
        return ""
    mean = setting.say("topic.programme", mean=setting.numbers.score(result.programme.value))
    sites = ""
    if result.middle_range:
        sites = setting.say("topic.middle_range", range=span(result.middle_range, setting))
    return " ".join(part for part in (mean, sites) if part)

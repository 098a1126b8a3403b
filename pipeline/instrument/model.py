"""The vocabulary of a questionnaire: small frozen objects, named as the field names them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Literal

Treatment = Literal["reflective", "pair", "causal", "descriptive"]
"""What the statistics may do with a scale.

``reflective``: items express one attribute (a score, reliability, factor analysis); ``pair``: a
score of two items, and only their correlation; ``causal``: a list of separate influences, no score
and never a reliability; ``descriptive``: no score, shown item by item.
"""


@dataclass(frozen=True, slots=True)
class Text:
    """A wording in one or more languages."""

    by_language: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The wording in `language`; KeyError names the languages there are."""
        if language not in self.by_language:
            raise KeyError(f"no text in '{language}'; there is {', '.join(self.by_language)}")
        return self.by_language[language]

    def __str__(self) -> str:
        return next(iter(self.by_language.values()))


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a respondent can choose, and the number that stands for it."""

    value: int
    label: Text


@dataclass(frozen=True, slots=True)
class ResponseScale:
    """An ordered answer format, such as five-point agreement."""

    id: str
    options: tuple[Option, ...]

    @property
    def values(self) -> tuple[int, ...]:
        """The numbers of the options, lowest first."""
        return tuple(sorted(option.value for option in self.options))

    @property
    def lowest(self) -> int:
        """The smallest number of the format."""
        return self.values[0]

    @property
    def highest(self) -> int:
        """The largest number of the format."""
        return self.values[-1]

    @property
    def reflection(self) -> int:
        """The constant ``c`` for which ``c - x`` reverses a response ``x``."""
        return self.lowest + self.highest


@dataclass(frozen=True, slots=True)
class SpecialCode:
    """An answer that is not a point on the scale, such as *don't know*."""

    id: str
    value: int
    label: Text


@dataclass(frozen=True, slots=True)
class Item:
    """One statement, with what is known about where it comes from and how it is read.

    `bears_on` names scales or facets that the item says something about without being part of
    them: an overall rating, or a barrier that is nearest to a practice.
    """

    id: str
    version: int
    text: Text
    keyed: Literal[1, -1]
    forms: tuple[str, ...]
    special_codes: tuple[str, ...]
    intent: str = ""
    translation_note: str = ""
    source_lines: tuple[str, ...] = ()
    grade: str = ""
    hypotheses: tuple[str, ...] = ()
    bears_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facet:
    """A part of a scale: what a participant can notice."""

    id: str
    title: Text
    exposure: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """Something short that others did or advise, and that a site could start with.

    `source` names the lines it comes from, each as the key of a work and a line of its text.
    """

    text: Text
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A set of items that are read together.

    `least_answered` is how many items have to be answered for a score: a number, or a share of
    the items that the form has. `prompt` stands above the items where they are asked.
    `reflective_questions` are for talking about the results, `actions` for what to do next.
    """

    id: str
    title: Text
    definition: Text
    treatment: Treatment
    response_scale: ResponseScale
    least_answered: int | Fraction
    facets: tuple[Facet, ...]
    prompt: Text | None = None
    reflective_questions: tuple[Text, ...] = ()
    actions: tuple[Action, ...] = ()

    @property
    def min_answered(self) -> int:
        """How many of the items have to be answered for a score."""
        return self.answers_needed(len(self.items))

    def answers_needed(self, n_asked: int) -> int:
        """How many answers a score needs from somebody who was asked only some of the items."""
        if isinstance(self.least_answered, int):
            return min(self.least_answered, n_asked)
        return ceil(self.least_answered * n_asked)

    @property
    def has_score(self) -> bool:
        """Whether the mean of the items means something."""
        return self.treatment in ("reflective", "pair")

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in the order of the questionnaire."""
        return tuple(item for facet in self.facets for item in facet.items)

    @property
    def item_ids(self) -> list[str]:
        """Ids of the items."""
        return [item.id for item in self.items]

    @property
    def reversed_ids(self) -> list[str]:
        """Ids of the items that are turned round before scoring."""
        return [item.id for item in self.items if item.keyed == -1]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the pictures among which a fixed number of counters is shared out."""

    id: str
    title: Text
    description: Text


@dataclass(frozen=True, slots=True)
class Allocation:
    """A constant-sum question: the parts of each answer add up to `total`."""

    id: str
    title: Text
    prompt: Text
    total: int
    parts: tuple[Part, ...]
    forms: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Part]:
        """The answer column of each part: the id of the question followed by that of the part."""
        return {f"{self.id}{part.id}": part for part in self.parts}


@dataclass(frozen=True, slots=True)
class Question:
    """A fact about a respondent or a site.

    Attributes
    ----------
    kind : str
        ``single`` or ``multiple`` choice from `options`, a whole ``number``, or open ``text``.
    special_codes : tuple of str
        Answers offered beside the options, such as *prefer not to answer*.
    at_most : int, optional
        How many options of a multiple choice may be ticked.
    lowest, highest : int, optional
        Range of a number.
    forms : tuple of str
        Forms that ask it; empty for all.
    """

    id: str
    text: Text
    kind: Literal["single", "multiple", "number", "text"]
    options: tuple[Option, ...] = ()
    short: Text | None = None
    special_codes: tuple[str, ...] = ()
    at_most: int | None = None
    lowest: int | None = None
    highest: int | None = None
    forms: tuple[str, ...] = ()
    intent: str = ""
    translation_note: str = ""
    source_lines: tuple[str, ...] = ()
    grade: str = ""
    hypotheses: tuple[str, ...] = ()
    bears_on: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Option | None]:
        """One column, or one tick column per option for a multiple choice."""
        if self.kind == "multiple":
            return {f"{self.id}_{option.value}": option for option in self.options}
        return {self.id: None}


@dataclass(frozen=True, slots=True)
class RespondentGroup:
    """Respondents who are looked at together, by their answer to one question."""

    id: str
    title: Text
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which question sorts respondents into groups, and which two groups are set side by side."""

    question: str
    groups: tuple[RespondentGroup, ...]

    def group_of(self) -> dict[int, str]:
        """Id of the group for each answer that belongs to one."""
        return {value: group.id for group in self.groups for value in group.values}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the questionnaire, and how its scales are analysed and shown.

    `factor_model` says whether the items are expected to show one factor a scale; `display` is
    ``scores`` (a profile of means), ``profile`` (descriptive, no part better than another),
    ``list`` (single conditions, each shown by itself and never added up) or ``none`` (asked, but
    not a topic of the reports).
    """

    id: str
    title: Text
    intro: Text
    scale_ids: tuple[str, ...]
    allocation_ids: tuple[str, ...]
    question_ids: tuple[str, ...]
    factor_model: bool
    display: Literal["scores", "profile", "list", "none"]


@dataclass(frozen=True, slots=True)
class Form:
    """A selection of the questionnaire for one use.

    Attributes
    ----------
    section_ids, optional_ids : tuple of str
        Sections it always asks, and those a study may add.
    booklets : tuple of str
        Forms that share out its items, so that nobody answers all of them.
    answered_by : str
        ``respondent``, or ``site`` where one form is filled in for a whole site.
    """

    id: str
    title: Text
    purpose: Text
    section_ids: tuple[str, ...]
    optional_ids: tuple[str, ...] = ()
    booklets: tuple[str, ...] = ()
    answered_by: Literal["respondent", "site"] = "respondent"


@dataclass(frozen=True, slots=True)
class Translation:
    """How far a translation of the questionnaire has come.

    `note` says what is still owed, in the language itself and in the source language; it is
    printed wherever the translation shows until `status` is ``reviewed``.
    """

    language: str
    name: str
    status: Literal["machine draft", "draft", "reviewed"]
    note: Text


@dataclass(frozen=True)
class Instrument:
    """A whole questionnaire: what is asked, of whom, and how answers are scored."""

    id: str
    version: str
    title: Text
    status: Literal["development", "validated", "published"]
    status_note: Text
    citation: str
    licence: str
    languages: tuple[str, ...]
    translations: tuple[Translation, ...]
    forms: tuple[Form, ...]
    fill_ins: Mapping[str, Text]
    phrases: Mapping[str, Text]
    special_codes: tuple[SpecialCode, ...]
    sections: tuple[Section, ...]
    scales: tuple[Scale, ...]
    allocations: tuple[Allocation, ...]
    person_questions: tuple[Question, ...]
    context_questions: tuple[Question, ...]
    grouping: Grouping | None
    sources: Mapping[str, Text] = field(default_factory=dict)

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every item by id."""
        return {item.id: item for scale in self.scales for item in scale.items}

    @cached_property
    def scale_of_item(self) -> dict[str, Scale]:
        """The scale an item belongs to."""
        return {item.id: scale for scale in self.scales for item in scale.items}

    @cached_property
    def by_id(self) -> dict[str, Scale]:
        """Every scale by id."""
        return {scale.id: scale for scale in self.scales}

    @cached_property
    def scored_scales(self) -> tuple[Scale, ...]:
        """The scales whose items are taken together."""
        return tuple(scale for scale in self.scales if scale.has_score)

    @cached_property
    def allocation_columns(self) -> dict[str, tuple[Allocation, Part]]:
        """Every answer column of the constant-sum questions."""
        return {
            column: (allocation, part)
            for allocation in self.allocations
            for column, part in allocation.columns.items()
        }

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question about a respondent or a site, by id."""
        asked = (*self.person_questions, *self.context_questions)
        return {question.id: question for question in asked}

    @cached_property
    def open_questions(self) -> tuple[Question, ...]:
        """What respondents answer in their own words."""
        return tuple(question for question in self.person_questions if question.kind == "text")

    @cached_property
    def answer_columns(self) -> list[str]:
        """Every column a respondent can answer with a number, in the order they are written."""
        closed = (question for question in self.person_questions if question.kind != "text")
        questions = [column for question in closed for column in question.columns]
        return [*self.items, *self.allocation_columns, *questions]

    def highest_answer(self, column: str) -> int | None:
        """The number farthest from 0 that an answer column can hold; None where it has no limit."""
        if column in self.items:
            options = self.scale_of_item[column].response_scale.options
            return max(abs(option.value) for option in options)
        if column in self.allocation_columns:
            return self.allocation_columns[column][0].total
        question = self.questions.get(column)
        if question is None:  # a box to tick
            return 1
        if question.kind != "number":
            return max(abs(option.value) for option in question.options)
        ends = question.lowest, question.highest
        return None if None in ends else max(abs(end) for end in ends if end is not None)

    def works_behind(self, action: Action) -> tuple[Text, ...]:
        """The works that an action comes from, each once, in the order in which it names them."""
        keys = dict.fromkeys(line.partition(":")[0] for line in action.source)
        return tuple(self.sources[key] for key in keys)

    def scales_in(self, section: Section) -> tuple[Scale, ...]:
        """The scales of a section, in its order."""
        return tuple(self.by_id[scale_id] for scale_id in section.scale_ids)

    def form(self, name: str, optional_sections: Collection[str] = ()) -> Instrument:
        """The questionnaire reduced to one form.

        Facets, scales and questions that the form leaves out disappear. Questions about the site
        stay: they are known whatever respondents were asked.

        Parameters
        ----------
        name : str
            Id of the form.
        optional_sections : collection of str
            Which of its optional sections are asked.
        """
        form = next(form for form in self.forms if form.id == name)
        asked = {*form.section_ids, *optional_sections}
        sections = [section for section in self.sections if section.id in asked]
        listed = {name for section in sections for name in section.scale_ids}
        scales = tuple(_scale_in_form(s, name) for s in self.scales if s.id in listed)
        kept = tuple(scale for scale in scales if scale.items)
        allocations = tuple(a for a in self.allocations if name in (a.forms or (name,)))
        named = {name for section in sections for name in section.question_ids}
        person_questions = tuple(
            question
            for question in self.person_questions
            if question.id in named and name in (question.forms or (name,))
        )
        questions = (*person_questions, *self.context_questions)
        there = {scale.id for scale in kept} | {question.id for question in questions}
        there |= {allocation.id for allocation in allocations}
        return replace(
            self,
            scales=kept,
            allocations=allocations,
            person_questions=person_questions,
            sections=tuple(_section_with(section, there) for section in sections),
        )


def _section_with(section: Section, there: Collection[str]) -> Section:
    """A section that names only what is there."""
    return replace(
        section,
        scale_ids=tuple(name for name in section.scale_ids if name in there),
        allocation_ids=tuple(name for name in section.allocation_ids if name in there),
        question_ids=tuple(name for name in section.question_ids if name in there),
    )


def _scale_in_form(scale: Scale, form: str) -> Scale:
    facets = (
        replace(facet, items=tuple(item for item in facet.items if form in item.forms))
        for facet in scale.facets
    )
    return replace(scale, facets=tuple(facet for facet in facets if facet.items))

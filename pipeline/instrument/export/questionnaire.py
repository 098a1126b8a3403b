"""A form of the questionnaire in one language, page by page, as every platform asks it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.instrument.model import (
    Allocation,
    Form,
    Instrument,
    Item,
    Option,
    Question,
    Scale,
    Section,
    SpecialCode,
    Text,
    Translation,
)

PHRASES_OF_THE_OPENING = (
    "opening_title",
    "opening",
    "opening_site",
    "site_question",
    "draft_mark",
)
"""What a questionnaire has to say before it can be laid out."""

MOST_STATEMENTS_A_PAGE = 8
"""A page longer than this is hard to follow on a phone, in large print and read aloud."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that can be chosen; `special` sets it apart from the points of the scale."""

    value: int
    label: str
    special: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A statement of a grid, a box to tick or a part of a constant sum, with its answer column."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Statements that share their answers."""

    code: str
    text: str
    rows: tuple[Row, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with one answer."""

    column: str
    text: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Ticks:
    """A question with any number of answers; `values` are the numbers of the boxes."""

    code: str
    text: str
    rows: tuple[Row, ...]
    values: tuple[int, ...]
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    """A fixed number of counters shared out among the rows."""

    code: str
    text: str
    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A number, within its range where it has one."""

    column: str
    text: str
    lowest: int | None
    highest: int | None


@dataclass(frozen=True, slots=True)
class OpenText:
    """An answer in one's own words, or a short text."""

    column: str
    text: str
    long: bool = True


Entry = Grid | Choice | Ticks | Counters | WholeNumber | OpenText


@dataclass(frozen=True, slots=True)
class Page:
    """What is seen at one time.

    Attributes
    ----------
    code : str
        Unique in the questionnaire; letters and digits.
    title, intro : str
        Title of the section, and its introduction on the first of its pages.
    """

    code: str
    title: str
    intro: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One form in one language, ready to be written for a platform.

    Attributes
    ----------
    notes, remarks : tuple of str
        What has to be said on it: the state of the questionnaire and of the translation, in the
        language of the form, and in the source language for those who set it up.
    translation : str
        How far its translation has come; empty for the source language and reviewed ones.
    phrases : mapping
        Words of the form that are no question, such as how to tick a box.
    """

    instrument_id: str
    version: str
    form: str
    form_title: str
    answered_by: Literal["respondent", "site"]
    language: str
    title: str
    citation: str
    notes: tuple[str, ...]
    remarks: tuple[str, ...]
    translation: str
    phrases: Mapping[str, str]
    pages: tuple[Page, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything that is asked, in order."""
        return tuple(entry for page in self.pages for entry in page.entries)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every answer column, in order."""
        return tuple(column for entry in self.entries for column in columns_of(entry))


def columns_of(entry: Entry) -> tuple[str, ...]:
    """The answer columns of an entry."""
    if isinstance(entry, Grid | Ticks | Counters):
        return tuple(row.column for row in entry.rows)
    return (entry.column,)


def lay_out(
    instrument: Instrument, form: Form, language: str, fill_ins: Mapping[str, str]
) -> Questionnaire:
    """The pages of a form, with the words of the site filled in.

    In a scale with reversed items a page never holds two statements of one facet, so that
    statements that mirror each other are not seen side by side.

    Parameters
    ----------
    instrument : Instrument
        Already reduced to the form.
    form : Form
        The form.
    language : str
        One of the languages of the questionnaire.
    fill_ins : mapping
        The words of the site for some of the fill-ins; the questionnaire's own stand for the rest.
    """
    words, source = _Words(instrument, language, fill_ins), instrument.languages[0]
    drafts = _unreviewed(instrument, language)
    pages = [_opening(form, words)]
    for section in instrument.sections:
        pages += _pages_of(section, instrument, words, form)
    return Questionnaire(
        instrument_id=instrument.id,
        version=instrument.version,
        form=form.id,
        form_title=words.of(form.title),
        answered_by=form.answered_by,
        language=language,
        title=_title(instrument, words, marked=bool(drafts)),
        citation=instrument.citation,
        notes=tuple(words.of(note) for note in _notes(instrument, language)),
        remarks=tuple(note.in_language(source) for note in _notes(instrument, language)),
        translation="".join(f"{draft.status}, not reviewed" for draft in drafts),
        phrases={name: words.of(text) for name, text in instrument.phrases.items()},
        pages=tuple(_with_codes(pages)),
    )


class _Words:
    """Wordings in one language, with the words of the site in place of the fill-ins."""

    def __init__(self, instrument: Instrument, language: str, fill_ins: Mapping[str, str]) -> None:
        own = {name: text.in_language(language) for name, text in instrument.fill_ins.items()}
        self.language = language
        self.phrases = instrument.phrases
        self._fill_ins = own | dict(fill_ins)

    def of(self, text: Text) -> str:
        return re.sub(r"\{(\w+)\}", self._filled, text.in_language(self.language)).strip()

    def say(self, name: str) -> str:
        return self.of(self.phrases[name])

    def _filled(self, found: re.Match[str]) -> str:
        name = found[1]
        if name in self._fill_ins:
            return self._fill_ins[name]
        words = self._fill_ins.get(name.lower())
        return found[0] if words is None else words[:1].upper() + words[1:]


def _title(instrument: Instrument, words: _Words, marked: bool) -> str:
    """The title, which says of itself that the translation is a draft."""
    title = words.of(instrument.title)
    return f"{title} ({words.say('draft_mark')})" if marked else title


def _notes(instrument: Instrument, language: str) -> Iterator[Text]:
    yield instrument.status_note
    yield from (translation.note for translation in _unreviewed(instrument, language))


def _unreviewed(instrument: Instrument, language: str) -> list[Translation]:
    """The translation into a language, as long as nobody has reviewed it."""
    return [
        translation
        for translation in instrument.translations
        if translation.language == language and translation.status != "reviewed"
    ]


def _opening(form: Form, words: _Words) -> Page:
    opening = "opening_site" if form.answered_by == "site" else "opening"
    site = OpenText("site", words.say("site_question"), long=False)
    return Page("", words.say("opening_title"), words.say(opening), (site,))


def _pages_of(
    section: Section, instrument: Instrument, words: _Words, form: Form
) -> Iterator[Page]:
    """The pages of a section: statements, then constant sums, then questions."""
    sheets = [_grids(sheet, instrument, words) for sheet in _sheets(section, instrument)]
    counters = [
        _counters(a, words) for a in instrument.allocations if a.id in section.allocation_ids
    ]
    questions = [
        _question(instrument.questions[name], instrument, words)
        for name in section.question_ids
        if form.id in (instrument.questions[name].forms or (form.id,))
    ]
    sheets += [tuple(entries) for entries in (counters, questions) if entries]
    for place, entries in enumerate(sheets):
        intro = words.of(section.intro) if place == 0 else ""
        yield Page("", words.of(section.title), intro, entries)


def _with_codes(pages: Sequence[Page]) -> Iterator[Page]:
    """Pages and grids numbered through the questionnaire."""
    grids = 0
    for number, page in enumerate(pages, start=1):
        entries: list[Entry] = []
        for entry in page.entries:
            if isinstance(entry, Grid):
                grids += 1
                entry = Grid(f"grid{grids:02d}", entry.text, entry.rows, entry.answers)
            entries.append(entry)
        yield Page(f"page{number:02d}", page.title, page.intro, tuple(entries))


Statement = tuple[Scale, Item]


def _sheets(section: Section, instrument: Instrument) -> Iterator[tuple[Statement, ...]]:
    """The statements of a section, as many to a page as can be taken in."""
    sheet: tuple[Statement, ...] = ()
    for scale in instrument.scales_in(section):
        for bundle in _bundles(scale):
            returns = any(known is scale for known, _ in sheet)
            if sheet and (returns or len(sheet) + len(bundle) > MOST_STATEMENTS_A_PAGE):
                yield sheet
                sheet = ()
            sheet += bundle
    if sheet:
        yield sheet


def _bundles(scale: Scale) -> Iterator[tuple[Statement, ...]]:
    """Statements of a scale that may stand on one page: one a facet where some are reversed."""
    if scale.reversed_ids:
        rounds = max(len(facet.items) for facet in scale.facets)
        for turn in range(rounds):
            yield tuple((scale, f.items[turn]) for f in scale.facets if turn < len(f.items))
    else:
        pages = -(-len(scale.items) // MOST_STATEMENTS_A_PAGE)
        size = -(-len(scale.items) // pages)
        for start in range(0, len(scale.items), size):
            yield tuple((scale, item) for item in scale.items[start : start + size])


def _grids(
    statements: Sequence[Statement], instrument: Instrument, words: _Words
) -> tuple[Entry, ...]:
    """Statements gathered by prompt and answers, in the order in which these first appear."""
    gathered: dict[tuple[str, tuple[Answer, ...]], list[Row]] = {}
    for scale, item in statements:
        points = _answers(scale.response_scale.options, words)
        special = _special_answers(item.special_codes, instrument.special_codes, words)
        prompt = words.of(scale.prompt) if scale.prompt else ""
        gathered.setdefault((prompt, points + special), []).append(
            Row(item.id, words.of(item.text))
        )
    return tuple(
        Grid("", prompt, tuple(rows), answers) for (prompt, answers), rows in gathered.items()
    )


def _counters(allocation: Allocation, words: _Words) -> Counters:
    rows = (
        Row(column, f"{words.of(part.title)}. {words.of(part.description)}")
        for column, part in allocation.columns.items()
    )
    return Counters(allocation.id, words.of(allocation.prompt), tuple(rows), allocation.total)


def _question(question: Question, instrument: Instrument, words: _Words) -> Entry:
    text = words.of(question.text)
    if question.kind == "text":
        return OpenText(question.id, text)
    if question.kind == "number":
        return WholeNumber(question.id, text, question.lowest, question.highest)
    if question.kind == "multiple":
        rows = (Row(c, words.of(o.label)) for c, o in question.columns.items() if o is not None)
        values = tuple(option.value for option in question.options)
        return Ticks(question.id, text, tuple(rows), values, question.at_most)
    special = _special_answers(question.special_codes, instrument.special_codes, words)
    return Choice(question.id, text, _answers(question.options, words) + special)


def _answers(options: Sequence[Option], words: _Words) -> tuple[Answer, ...]:
    return tuple(Answer(option.value, words.of(option.label)) for option in options)


def _special_answers(
    names: Sequence[str], codes: Sequence[SpecialCode], words: _Words
) -> tuple[Answer, ...]:
    offered = (code for code in codes if code.id in names)
    by_value = sorted(offered, key=lambda code: names.index(code.id))
    return tuple(Answer(code.value, words.of(code.label), special=True) for code in by_value)

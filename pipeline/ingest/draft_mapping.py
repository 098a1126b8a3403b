"""A draft of the mapping file of an export whose platform is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.ingest.draft_columns import find_record_columns
from pipeline.ingest.match import Matching
from pipeline.ingest.raw import RawExport
from pipeline.ingest.showing import shown_heading
from pipeline.ingest.wording import without_invisible
from pipeline.instrument import Instrument, Text


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """What a mapping file should say.

    Attributes
    ----------
    columns : mapping
        Heading of each answer column that was found, in the order of the questionnaire.
    missing : mapping
        Wording of each answer column that was not found.
    record : mapping
        Heading of each column about the response, by its key.
    other : tuple of str
        Headings that nothing is known about, as they may be shown.
    """

    columns: Mapping[str, str]
    missing: Mapping[str, str]
    record: Mapping[str, str]
    other: tuple[str, ...]


def draft_mapping(raw: RawExport, matching: Matching, instrument: Instrument) -> MappingDraft:
    """The mapping of an export that was read without one.

    A heading that stands twice is left out, because a mapping file could not tell which is meant.

    Parameters
    ----------
    raw : RawExport
        The export.
    matching : Matching
        Its columns, found by their codes and wordings.
    instrument : Instrument
        The questionnaire in the form that was asked.
    """
    times = Counter(column.heading for column in raw.columns)
    places = {**matching.answers, **matching.open_answers}
    wordings = answer_wordings(instrument)
    found = {
        name: raw.columns[places[name] - 1]
        for name in wordings
        if name in places and times[raw.columns[places[name] - 1].heading] == 1
    }
    used = {*places.values(), *([] if matching.site is None else [matching.site])}
    record = find_record_columns(raw, used)
    known = {column.position for column in found.values()} | {matching.site}
    return MappingDraft(
        columns={name: column.heading for name, column in found.items()},
        missing={name: text for name, text in wordings.items() if name not in found},
        record=record,
        other=tuple(
            shown_heading(column)
            for column in raw.columns
            if column.position not in known and column.heading not in record.values()
        ),
    )


def answer_wordings(instrument: Instrument) -> dict[str, str]:
    """What each answer column and open question asks, in the first language there is."""
    language = instrument.languages[0]
    wordings = {item.id: _words(language, item.text) for item in instrument.items.values()}
    for column, (allocation, part) in instrument.allocation_columns.items():
        wordings[column] = _words(language, allocation.prompt, part.title)
    for question in instrument.person_questions:
        for column, option in question.columns.items():
            label = () if option is None else (option.label,)
            wordings[column] = _words(language, question.text, *label)
    wordings |= {q.id: _words(language, q.text) for q in instrument.open_questions}
    order = [*instrument.answer_columns, *(q.id for q in instrument.open_questions)]
    return {name: wordings[name] for name in order}


def _words(language: str, *texts: Text | None) -> str:
    told = (text.by_language for text in texts if text is not None)
    parts = (by_language.get(language) or next(iter(by_language.values())) for by_language in told)
    return " / ".join(without_invisible(part) for part in parts)

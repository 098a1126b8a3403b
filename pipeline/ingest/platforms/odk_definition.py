"""Columns of an export of KoBoToolbox or ODK, told by the XLSForm of the survey."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.ingest.platforms.xlsform import (
    NO_LANGUAGE,
    FormChoice,
    FormGroup,
    FormQuestion,
    Wordings,
    XlsForm,
)
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.wording import wording_key

BETWEEN_NAMES = "/"
"""Stands between the names by which a map of names knows a column, whatever the export uses."""

OTHER_TEXT = "other_text"
"""Kind of the column in which people write what they mean by another answer."""

OTHER = FormChoice("other", ((NO_LANGUAGE, "Other"),))
"""The choice that is added to a list where people may write another answer."""

MOMENTS = frozenset({"start", "end", "today"})
DEVICE = frozenset(
    (
        *("deviceid", "device_id", "phonenumber", "phone_number", "username", "simserial"),
        *("subscriberid", "email", "audit", "background_audio", "background-audio"),
        "background_geopoint",
    )
)
PLACES = frozenset(
    {"geopoint", "geotrace", "geoshape", "start-geopoint", "start_geopoint", "gps", "location"}
)
MEDIA = frozenset({"image", "photo", "audio", "video", "file"})
TEXTS = frozenset({"text", "string", "barcode", OTHER_TEXT})
SHOWN_ONLY = frozenset({"note"})


@dataclass(frozen=True, slots=True)
class FormColumn:
    """What a column holds: a question or one choice of it, and its place in the form."""

    question: FormQuestion
    choice: FormChoice | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class FormColumns:
    """The columns of a form by what an export may call them; several may share a name.

    Attributes
    ----------
    names : mapping
        By names, with all groups or with none, in small letters.
    labels : mapping
        By the key of the labels of one language, with all groups or with none.
    """

    names: Mapping[str, Sequence[FormColumn]]
    labels: Mapping[str, Sequence[FormColumn]]

    @classmethod
    def of(cls, form: XlsForm, separators: Sequence[str]) -> FormColumns:
        """What an export that puts one of some signs between groups may call its columns.

        A choice follows its question after the same sign or after a slash.
        """
        names: dict[str, list[FormColumn]] = defaultdict(list)
        labels: dict[str, list[FormColumn]] = defaultdict(list)
        languages = form.languages or (NO_LANGUAGE,)
        for column in _placed(form):
            for name in dict.fromkeys(_names(column, separators)):
                names[name.casefold()].append(column)
            for key in dict.fromkeys(_label_keys(column, languages)):
                labels[key].append(column)
        return cls(names, labels)

    def called(self, heading: str) -> Sequence[FormColumn]:
        """The columns that a heading may name, in the order of the form."""
        return self.names.get(heading.casefold()) or self.labels.get(wording_key(heading), ())

    def find(self, heading: str) -> FormColumn | None:
        """The column that a heading names; None where it could be two, or none."""
        found = self.called(heading)
        return found[0] if len(found) == 1 else None

    def find_all(self, headings: Mapping[int, str]) -> dict[int, FormColumn]:
        """The column of each heading, by position, as far as it can be told.

        Headings that several columns of the form share are told apart by their order, if each of
        these columns is there and everything stands in the order of the form.
        """
        alone = {p: found for p, h in headings.items() if (found := self.find(h)) is not None}
        shared: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for position in sorted(headings):
            places = tuple(column.place for column in self.called(headings[position]))
            if len(places) > 1:
                shared[places].append(position)
        in_order = {
            position: column
            for positions in shared.values()
            for position, column in zip(
                positions, self.called(headings[positions[0]]), strict=False
            )
        }
        complete = all(len(places) == len(positions) for places, positions in shared.items())
        everything = {**alone, **in_order}
        found_places = [everything[position].place for position in sorted(everything)]
        return everything if complete and _is_increasing(found_places) else alone


def _is_increasing(numbers: Sequence[int]) -> bool:
    return all(first < second for first, second in pairwise(numbers))


def described_column(position: int, heading: str, found: FormColumn) -> ExportColumn:
    """A column of an export as its form describes it."""
    question, choice = found.question, found.choice
    if question.kind in MOMENTS | SHOWN_ONLY:
        return ExportColumn(position, heading, is_record=True)
    if question.kind in DEVICE | PLACES:
        return ExportColumn(position, heading, is_record=True, is_personal=True)
    wording = _texts(question.labels)
    if question.kind in MEDIA:
        return ExportColumn(position, heading, is_personal=True, question=wording)
    return ExportColumn(
        position=position,
        heading=heading,
        code=question.name,
        subcode=None if choice is None else choice.name,
        is_personal=question.kind in TEXTS,
        other_names=_other_names(found),
        question=wording,
        part=() if choice is None else _texts(choice.labels),
        labels=_labels(question) if choice is None else {},
    )


def kept_elsewhere(form: XlsForm | None) -> tuple[str, ...]:
    """Names of the outermost groups that are asked several times, and stand in another table."""
    if form is None:
        return ()
    repeated = (
        next(group.name for group in question.groups if group.is_repeated)
        for question in form.questions
        if question.is_repeated
    )
    return tuple(dict.fromkeys(repeated))


def names_of_kind(form: XlsForm | None, kind: str) -> list[str]:
    """The names that a form gives to what the device notes by itself, such as the start."""
    return [] if form is None else [q.name for q in form.questions if q.kind == kind]


def _placed(form: XlsForm) -> Iterator[FormColumn]:
    for place, column in enumerate(_columns(form)):
        yield replace(column, place=place)


def _columns(form: XlsForm) -> Iterator[FormColumn]:
    """Every column that the form leaves in the table of the responses."""
    for question in form.questions:
        if question.is_repeated:
            continue
        yield FormColumn(question)
        if question.kind == "select_multiple":
            yield from (FormColumn(question, choice) for choice in _choices(question))
        if question.has_other:
            name = f"{question.name}_other"
            yield FormColumn(FormQuestion(name, OTHER_TEXT, groups=question.groups))


def _choices(question: FormQuestion) -> tuple[FormChoice, ...]:
    known = {choice.name for choice in question.choices}
    added = question.has_other and OTHER.name not in known
    return (*question.choices, OTHER) if added else question.choices


def _names(column: FormColumn, separators: Sequence[str]) -> Iterator[str]:
    question = column.question
    for separator in separators:
        path = separator.join(group.name for group in question.groups if group.name)
        whole = f"{path}{separator}{question.name}" if path else question.name
        for name in (whole, question.name):
            if column.choice is None:
                yield name
            else:
                yield f"{name}{separator}{column.choice.name}"
                yield f"{name}{BETWEEN_NAMES}{column.choice.name}"


def _label_keys(column: FormColumn, languages: Sequence[str]) -> Iterator[str]:
    """Keys of the labels of each language; what has no label there goes by its name."""
    for language in languages:
        groups = [_label(group, language) for group in column.question.groups]
        own = [_label(column.question, language)]
        own += [] if column.choice is None else [_label(column.choice, language)]
        yield wording_key(" ".join([*groups, *own]))
        yield wording_key(" ".join(own))


def _label(level: FormGroup | FormQuestion | FormChoice, language: str) -> str:
    return dict(reversed(level.labels)).get(language) or level.name


def _other_names(found: FormColumn) -> tuple[str, ...]:
    """The names with the groups and without, joined as a map of names has them."""
    own = [found.question.name, *([] if found.choice is None else [found.choice.name])]
    groups = [group.name for group in found.question.groups if group.name]
    paths = ([*groups[first:], *own] for first in range(len(groups) + 1))
    return tuple(BETWEEN_NAMES.join(path) for path in paths)


def _labels(question: FormQuestion) -> dict[str, tuple[str, ...]]:
    """What each name of a choice, and each label, stands for; not a label that two choices have."""
    told: dict[str, list[FormChoice]] = defaultdict(list)
    for choice in question.choices:
        for text in dict.fromkeys([choice.name, *_texts(choice.labels)]):
            told[text].append(choice)
    return {
        text: _texts(choices[0].labels)
        for text, choices in told.items()
        if len(choices) == 1 and choices[0].labels
    }


def _texts(labels: Wordings) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for _, text in labels))

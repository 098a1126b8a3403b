"""The columns of a SurveyMonkey export: names, wordings, and how their cells are written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from pipeline.ingest.platforms.surveymonkey_headings import MOST_COLUMNS, Heading
from pipeline.ingest.platforms.surveymonkey_layouts import record_key
from pipeline.ingest.platforms.surveymonkey_record import PLAIN_KEYS, texts_in
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.wording import one_line, wording_key

NOT_ASKED = "NA"
NO_ANSWER = "No answer"
NOT_SELECTED = "Not selected"
TICKED = "Yes"
NOT_TICKED = "No"
WHOLE = re.compile(r"[0-9]{1,9}(\.0+)?")
_SPECIFY = re.compile(r"\bplease (specify|explain)\b", re.IGNORECASE)
_NAME_IN_FRONT = re.compile(r"\s*(?:([A-Za-z]\w*)\s*[.:)\]]|([A-Za-z]+[0-9]\w*)(?=\s))\s*(?=\S)")


def columns_of(headings: Sequence[Heading], cells: pd.DataFrame) -> Iterator[ExportColumn]:
    """Every column of an export; what describes the response is personal unless known not to be."""
    groups = _groups(headings)
    for heading in headings:
        if heading.number:
            yield _asked(heading, groups[heading.number], cells)
        else:
            title = heading.heading
            is_personal = bool(title) and record_key(title) not in PLAIN_KEYS
            yield ExportColumn(heading.position, title, is_record=True, is_personal=is_personal)


def _groups(headings: Sequence[Heading]) -> Mapping[int, list[Heading]]:
    """The columns of each question."""
    groups: dict[int, list[Heading]] = defaultdict(list)
    for heading in headings:
        if heading.number:
            groups[heading.number].append(heading)
    return groups


def _asked(heading: Heading, group: Sequence[Heading], cells: pd.DataFrame) -> ExportColumn:
    texts = texts_in(cells[heading.position])
    question = (heading.question,) if heading.question else ()
    part = (heading.part,) if heading.part else ()
    if _is_companion(heading, group, texts):
        title = _shown(heading)
        return ExportColumn(heading.position, title, is_personal=True, question=question, part=part)
    code, subcode = _names(heading)
    return ExportColumn(
        position=heading.position,
        heading=_shown(heading),
        code=code,
        subcode=subcode,
        is_personal=heading.is_free_text,
        other_names=_other_names(heading),
        question=question,
        part=part,
        labels=_labels(heading, group, texts, cells),
    )


def _names(heading: Heading) -> tuple[str, str | None]:
    """Names of question and part: those of the file, those in front of the wordings, or numbers."""
    if heading.code is not None:
        return heading.code, heading.subcode
    code = _name_in_front(heading.question) or f"Q{heading.number}"
    return code, _name_in_front(heading.part) or one_line(heading.part) or None


def _name_in_front(wording: str) -> str | None:
    found = _NAME_IN_FRONT.match(wording)
    return None if found is None else found[1] or found[2]


def _shown(heading: Heading) -> str:
    """The heading that a person finds the column by."""
    is_whole = heading.code is not None or not heading.part
    if is_whole or heading.heading != heading.question:
        return heading.heading
    return one_line(f"{heading.question} [{heading.part}]")


def _other_names(heading: Heading) -> tuple[str, ...]:
    if heading.code is not None:
        return (re.sub(r"(?<=[q_])0+(?=[0-9])", "", heading.heading),)
    return (heading.part, one_line(f"{heading.question} - {heading.part}")) if heading.part else ()


def _is_companion(heading: Heading, group: Sequence[Heading], texts: set[str]) -> bool:
    """Whether a column holds the words that somebody added to a choice.

    It follows the only column of a question with one answer, has the same name as the column of
    the choice before it, or asks to specify and holds more than ticks.
    """
    if heading.code is not None:
        return heading.subcode is not None and not heading.subcode[0].isdigit()
    before = [other for other in group if other.position < heading.position]
    if not heading.part:
        return False
    if before and not before[0].part and len(group) <= MOST_COLUMNS:
        return True
    key = wording_key(heading.part)
    if any(wording_key(other.part) == key for other in before):
        return True
    ticks = all(wording_key(text) == key or WHOLE.fullmatch(text) for text in texts)
    return _SPECIFY.search(heading.part) is not None and not ticks


def _labels(
    heading: Heading, group: Sequence[Heading], texts: set[str], cells: pd.DataFrame
) -> dict[str, tuple[str, ...]]:
    """What the file says that cells stand for: its value labels, and how ticks are written."""
    told = heading.labels
    if heading.code is not None and any(_names_what_is_left(other, cells) for other in group):
        held = sorted((texts | set(told)) - {NOT_ASKED, NO_ANSWER})
        return {text: _tick_labels(told.get(text, text)) for text in held}
    labels: dict[str, tuple[str, ...]] = {text: (label,) for text, label in told.items()}
    key = wording_key(heading.part)
    own = [text for text in sorted(texts) if key and wording_key(text) == key]
    labels |= {text: (text, TICKED) for text in own}
    place = str([other.position for other in group].index(heading.position) + 1)
    if place in texts - set(labels) and _are_numbered(group, cells):
        labels[place] = (TICKED,)
    return labels


def _names_what_is_left(heading: Heading, cells: pd.DataFrame) -> bool:
    """Whether a column of a statistics export says of some choices that they are not selected."""
    held = texts_in(cells[heading.position])
    return NOT_SELECTED in held or NOT_SELECTED in heading.labels.values()


def _tick_labels(label: str) -> tuple[str, ...]:
    return (NOT_TICKED,) if label == NOT_SELECTED else (label, TICKED)


def _are_numbered(group: Sequence[Heading], cells: pd.DataFrame) -> bool:
    """Whether each column of a question holds nothing but its own number, as ticks may."""
    told = [texts_in(cells[heading.position]) for heading in group]
    alone = all(texts <= {str(number)} for number, texts in enumerate(told, start=1))
    return alone and sum(bool(texts) for texts in told) > 1


def spread_notes(headings: Sequence[Heading], cells: pd.DataFrame) -> Iterator[str]:
    """What a person should know about a question that has a column for each choice.

    Nothing tells a question with one answer from one of which nobody ticked two choices.
    """
    for group in _groups(headings).values():
        ticks = [heading for heading in group if _holds_own_choice(heading, cells)]
        if len(ticks) < 2 or len(ticks) < len(group) - 1:
            continue
        filled = pd.concat([cells[tick.position] != "" for tick in ticks], axis=1).sum(axis=1)
        if filled.max() <= 1:
            yield (
                f"columns {ticks[0].position} to {ticks[-1].position} hold one choice each and no "
                "response has two of them; if one answer was asked for, export again with "
                "condensed columns"
            )


def _holds_own_choice(heading: Heading, cells: pd.DataFrame) -> bool:
    texts, key = texts_in(cells[heading.position]), wording_key(heading.part)
    return bool(texts) and all(wording_key(text) == key for text in texts)

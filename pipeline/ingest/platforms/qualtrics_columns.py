"""What each column of a Qualtrics export is, from its rows of headings and from the QSF."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.ingest.platforms.qualtrics_definition import AskedColumn, Survey
from pipeline.ingest.platforms.qualtrics_layout import (
    IMPORT_IDS,
    ONLY_IN_OLDEST,
    PERSONAL,
    ImportId,
    Layout,
    fact_named,
)
from pipeline.ingest.platforms.qualtrics_wording import Cut, Worded, cut_wordings
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.sheet import Sheet, Variable
from pipeline.ingest.wording import wording_key
from pipeline.problems import InputError, Problem

TEXT = "TEXT"
LONGEST_LABEL = 250
"""Bytes from which on SPSS may have cut a label."""

COMPARED = 60
"""Letters of a question that are compared; old exports cut questions after about a hundred."""

_KIND_OF_RECORD = re.compile(
    r"(?:.*_)?DO(?:_.*)?|FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT|BROWSER|VERSION|OS|"
    r"RESOLUTION|NPS_GROUP|TEXT_[0-9a-f]{8,}.*",
    re.DOTALL,
)
_RECORD_IMPORT = re.compile(r"(?:SC_|Q_|(?:FL|BL)_\w+_DO|DO[-_]).*", re.DOTALL)
_RECORD_HEADING = re.compile(
    r"_DO(?:_|$)|^DO[-_](?:BL|BR|FL|Q)[-_]|_(?:First|Last)[ _]Click$|_Page[ _]Submit$|"
    r"_Click[ _]Count$|_(?:Browser|Version|Operating[ _]System|Resolution)$|_NPS_GROUP$|"
    r"(?: - |___)(?:Parent[ _]|Topic[ _])*(?:Topics|Sentiment|Hierarchy)|^SC\d+$|"
    r"^Score-(?:sum|weightedAvg|weightedStdDev)|"
    r"^Q_(?:Recaptcha|RelevantID|BallotBox|TotalDuration|DuplicateRespondent|URL$|Language$|"
    r"Straightlining|Unanswered|AmbiguousText|DataPolicy|TerminateFlag|CHL$|R$|Speeder)"
)
_TIMING_TEXT = re.compile(r"Timing ?- ?(?:First Click|Last Click|Page Submit|Click Count)")
_TEXT_HEADING = re.compile(r"_TEXT(?:_|$)", re.IGNORECASE)
_FILE_KIND = re.compile(r"FILE_(?:ID|NAME|SIZE|TYPE)")


def facts_in(layout: Layout) -> dict[str, int]:
    """Position of the first column of each thing that Qualtrics notes about a response."""
    facts: dict[str, int] = {}
    for position, fact in enumerate(_facts(layout), start=1):
        if fact is not None:
            facts.setdefault(fact, position)
    return facts


def columns_of(
    sheet: Sheet, layout: Layout, survey: Survey | None
) -> tuple[tuple[ExportColumn, ...], tuple[str, ...]]:
    """Every column, and what a person should know about them.

    Raises
    ------
    InputError
        If the QSF is of another survey.
    """
    columns = [
        _column(sheet, layout, place, fact, survey) for place, fact in enumerate(_facts(layout))
    ]
    cuts = cut_wordings(_worded(columns, layout), layout.dashes)
    worded = [_with_wording(column, cuts, sheet) for column in columns]
    return (tuple(worded), ()) if survey is None else _with_survey(worded, layout, survey)


def _facts(layout: Layout) -> list[str | None]:
    """What Qualtrics notes in each column; a question or a field of such a name is none of it.

    The headings tell where the import ids are missing or were made up by somebody.
    """
    ids = [None if told is None else told.text for told in layout.ids]
    by_id = not IMPORT_IDS.isdisjoint(ids)
    names = (
        told if told in IMPORT_IDS else heading if told is None or not by_id else None
        for heading, told in zip(layout.headings, ids, strict=True)
    )
    facts = [None if name is None else fact_named(name) for name in names]
    return facts if layout.by_choice_id else [None if f in ONLY_IN_OLDEST else f for f in facts]


# ------------------------------------------------------------------------- names and kinds


def _column(
    sheet: Sheet, layout: Layout, place: int, fact: str | None, survey: Survey | None
) -> ExportColumn:
    heading, told = layout.headings[place], layout.ids[place]
    names = _other_names(heading, told)
    if fact is not None or _describes(sheet, layout, place):
        personal = fact in PERSONAL
        return ExportColumn(
            place + 1, heading, is_record=True, is_personal=personal, other_names=names
        )
    if _is_companion(heading, told) or not heading:
        return ExportColumn(place + 1, heading, is_personal=True, other_names=names)
    tag = None if survey is None or told is None else survey.tags.get(told.question or "")
    code, subcode = _codes(heading, told, tag)
    free_text = told is not None and told.kind == TEXT
    return ExportColumn(place + 1, heading, code, subcode, is_personal=free_text, other_names=names)


def _describes(sheet: Sheet, layout: Layout, place: int) -> bool:
    """Order of display, times, browser, scores and what is computed from a text; empty columns."""
    heading, told = layout.headings[place], layout.ids[place]
    if told is not None and told.question is not None:
        return _KIND_OF_RECORD.fullmatch(told.kind) is not None
    if not heading and sheet.texts_below(place, layout.heading_rows) <= {""}:
        return True
    if told is not None and _RECORD_IMPORT.fullmatch(told.text):
        return True
    timing = _TIMING_TEXT.search(layout.texts[place])
    return timing is not None or _RECORD_HEADING.search(heading) is not None


def _is_companion(heading: str, told: ImportId | None) -> bool:
    """A text beside a choice, or a file that was sent in."""
    if told is not None and told.question is not None:
        file = _FILE_KIND.fullmatch(told.kind) is not None
        return file or (told.kind == TEXT and heading.endswith(TEXT))
    return _TEXT_HEADING.search(heading) is not None


def _codes(heading: str, told: ImportId | None, tag: str | None) -> tuple[str, str | None]:
    """Name of the question and of the row or choice in it.

    Names of questions may hold underscores themselves; the import id tells how many parts follow.
    """
    if tag is not None and heading.startswith(f"{tag}_"):
        return tag, heading[len(tag) + 1 :]
    if told is None or told.question is None:
        code, _, subcode = heading.rpartition("_")
        return (code, subcode) if code and subcode else (heading, None)
    pieces = heading.rsplit("_", len(told.parts)) if told.parts else [heading]
    if len(pieces) <= len(told.parts) or not all(pieces):
        return heading, None
    return (pieces[0], "_".join(pieces[1:])) if told.parts else (heading, None)


def _other_names(heading: str, told: ImportId | None) -> tuple[str, ...]:
    if told is None:
        return ()
    without_loop = heading.removeprefix(f"{told.loop}_") if told.loop else heading
    kind = [told.kind] if told.kind else []
    names = [told.text, "_".join([told.key, *kind]) if told.question else told.text, without_loop]
    return tuple(name for name in dict.fromkeys(names) if name != heading)


# ------------------------------------------------------------------------------- wordings


def _worded(columns: Sequence[ExportColumn], layout: Layout) -> list[Worded]:
    return [
        _worded_column(column, layout)
        for column in columns
        if not column.is_record and layout.texts[column.position - 1]
    ]


def _worded_column(column: ExportColumn, layout: Layout) -> Worded:
    told = layout.ids[column.position - 1]
    stem, underscore, rest = column.heading.partition("_")
    question = "" if told is None else f"{told.loop}/{told.question or told.text}"
    return Worded(
        position=column.position,
        stem=stem if underscore else "",
        text=layout.texts[column.position - 1],
        question=question,
        has_part=rest != "" if told is None else bool(told.parts),
        is_companion=column.code is None,
    )


def _with_wording(column: ExportColumn, cuts: Mapping[int, Cut], sheet: Sheet) -> ExportColumn:
    cut = cuts.get(column.position, Cut(""))
    labels = _value_labels(column, sheet.variables, cut)
    return replace(
        column,
        question=(cut.question,) if cut.question else (),
        part=(cut.part,) if cut.part else (),
        labels=labels,
    )


def _value_labels(
    column: ExportColumn, variables: Sequence[Variable], cut: Cut
) -> dict[str, tuple[str, ...]]:
    """Labels of a statistics file; a box to tick has its own wording as its only label."""
    if not variables or column.is_record:
        return {}
    told = variables[column.position - 1].labels
    only = [wording_key(label) for label in told.values() if label]
    if cut.part and only == [wording_key(cut.part)]:
        return {}
    return {value: (label,) for value, label in told.items() if label}


# -------------------------------------------------------------------------------- the QSF


def _with_survey(
    columns: Sequence[ExportColumn], layout: Layout, survey: Survey
) -> tuple[tuple[ExportColumn, ...], tuple[str, ...]]:
    """The columns as the QSF describes them; it is not used where the export asks otherwise."""
    found = {
        column.position: asked for column in columns if (asked := _asked(column, layout, survey))
    }
    fitting = {position: _fitting(layout, position, asked) for position, asked in found.items()}
    if not any(fitting.values()):
        cure = "has no question in common with the export; give the QSF of the same survey"
        raise InputError([Problem(survey.file, cure)])
    told = {position: asked[0] for position, asked in fitting.items() if len(asked) == 1}
    joined = tuple(
        _joined(column, told[column.position]) if column.position in told else column
        for column in columns
    )
    changed = sum(not asked for asked in fitting.values())
    note = (
        f"columns that ask something else in {survey.file} than in the export, for which it was "
        f"not used: {changed}"
    )
    return joined, (note,) if changed else ()


def _asked(column: ExportColumn, layout: Layout, survey: Survey) -> Sequence[AskedColumn]:
    """What the QSF says of a column: by its import id, and by its name only where it has none."""
    if column.is_record or column.code is None:
        return ()
    told = layout.ids[column.position - 1]
    if told is not None:
        return survey.by_id.get(told.key, ()) if told.question is not None else ()
    names = survey.by_choice_id if layout.by_choice_id else survey.by_recode
    return names.get(column.heading.casefold(), ())


def _fitting(layout: Layout, position: int, asked: Sequence[AskedColumn]) -> list[AskedColumn]:
    """Those that ask what stands above a column; a name alone does not tell row and choice."""
    text, told = layout.texts[position - 1], layout.ids[position - 1]
    agreeing = [one for one in asked if _agree(text, one, told)]
    return agreeing if told is not None else [one for one in agreeing if _ends_alike(text, one)]


def _agree(text: str, asked: AskedColumn, told: ImportId | None) -> bool:
    """Whether a wording begins like that of the QSF; a round of a loop has its name in front."""
    shown = _letters(text)
    for wording in (*asked.question, *asked.headings):
        beginning = _letters(wording.partition("${")[0])[:COMPARED]
        in_loop = told is not None and told.loop != "" and beginning in shown
        if shown.startswith(beginning) or in_loop:
            return True
    return not shown


def _ends_alike(text: str, asked: AskedColumn) -> bool:
    shown = _letters(text)
    cut = len(text.encode("utf-8")) >= LONGEST_LABEL
    return not shown or cut or not asked.part or shown.endswith(tuple(map(_letters, asked.part)))


def _letters(text: str) -> str:
    return wording_key(text).replace(" ", "")


def _joined(column: ExportColumn, asked: AskedColumn) -> ExportColumn:
    parts = {wording_key(part) for part in asked.part}
    same_cut = {wording_key(part) for part in column.part} <= parts
    question = (*asked.question, *(column.question if same_cut else ()))
    texts = sorted({*column.labels, *asked.labels})
    return replace(
        column,
        is_personal=column.is_personal or asked.is_free_text,
        question=tuple(dict.fromkeys(question)),
        part=asked.part,
        labels={
            text: tuple(dict.fromkeys([*column.labels.get(text, ()), *asked.labels.get(text, ())]))
            for text in texts
        },
    )

"""Columns of an export matched to the questionnaire, by code or wording and never by guess."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.map_rows import SITE
from pipeline.ingest.match_map import Claims, claims_by_map, missing_problems
from pipeline.ingest.match_wording import Wordings, claims_by_wording, code_in_front
from pipeline.ingest.name_map import NameMap
from pipeline.ingest.raw import ExportColumn, RawExport, folded_set
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import did_you_mean, one_line, without_invisible
from pipeline.instrument import Instrument
from pipeline.problems import Problem, refuse_if_any

MOST_NAMES = 10
_PERSONAL_HEADING = re.compile(
    r"\b(e ?mail|phone|telephone|mobile|name|surname|firstname|lastname|username|ip ?addr\w*|"
    r"address|street|post ?code|zip|latitude|longitude|location|birth\w*|dob|signature|token|"
    r"refurl|recipient|external (data )?reference|survey identifier|comments?|text)\b"
)


@dataclass(frozen=True, slots=True)
class Matching:
    """What the columns of an export are.

    Attributes
    ----------
    answers : mapping
        Position of the column of each answer column there is, in the order of the questionnaire.
    site : int, optional
        Position of the column that tells the site.
    open_answers : mapping
        Position of the column of each question that is answered in one's own words.
    lists : mapping
        Code of each box to tick whose column holds all ticks of its question.
    worded : frozenset of str
        Answer columns that were found by the wording of their question.
    """

    answers: Mapping[str, int]
    site: int | None
    open_answers: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    worded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AnswerNames:
    """The names under which a platform may export each answer column, all without case."""

    whole: Mapping[str, str]
    pairs: Mapping[tuple[str, str], str]
    ticks: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, instrument: Instrument) -> AnswerNames:
        """Names of every answer column and open question of a questionnaire."""
        pairs = {
            (allocation.id.casefold(), part.id.casefold()): column
            for column, (allocation, part) in instrument.allocation_columns.items()
        }
        ticks = {
            question.id.casefold(): {
                str(option.value): column
                for column, option in question.columns.items()
                if option is not None
            }
            for question in instrument.person_questions
            if _has_ticks(question.kind)
        }
        for question_id, boxes in ticks.items():
            pairs |= {(question_id, number): column for number, column in boxes.items()}
        whole = [*instrument.answer_columns, *(q.id for q in instrument.open_questions)]
        return cls({column.casefold(): column for column in whole}, pairs, ticks)

    def answer_column(self, code: str | None, subcode: str | None = None) -> str | None:
        """The answer column an exported name stands for, or None.

        The name itself comes first, then question with part or choice, then the last sub-code.
        """
        if code is None:
            return None
        if subcode is None:
            return self.whole.get(code.casefold())
        pair = code.casefold(), subcode.casefold()
        return self.pairs.get(pair) or self.whole.get(pair[1])


def match_columns(
    raw: RawExport,
    instrument: Instrument,
    source: ExportSource,
    names: NameMap | None = None,
) -> Matching:
    """The columns that hold answers and the site.

    What a map of names or a mapping file says comes first. Columns that it does not name are
    matched by their code, and those without a known code by the wording of their question.

    Parameters
    ----------
    raw : RawExport
        The export.
    instrument : Instrument
        The questionnaire in the form that was asked.
    source : ExportSource
        What the study says about the export: the column that tells the site, and what was asked.
    names : NameMap, optional
        Which heading of the platform is which answer. Answers that it does not name were not
        asked.

    Raises
    ------
    InputError
        If item columns are missing, two columns claim the same answer, several choices share one
        column, a wording could be two answers, or the site column is not there.
    """
    matching, problems = find_columns(raw, instrument, source, names)
    refuse_if_any(problems)
    return matching


def find_columns(
    raw: RawExport, instrument: Instrument, source: ExportSource, names: NameMap | None = None
) -> tuple[Matching, list[Problem]]:
    """The columns that :func:`match_columns` finds, and what it would refuse them for.

    Where several columns claim the same answer or the site, the first is taken.
    """
    told = Claims({}, {}) if names is None else claims_by_map(raw, names)
    known = AnswerNames.of(instrument)
    mapped = {} if names is None else names.columns
    taken = {column.position for columns in told.columns.values() for column in columns}
    sites = _site_positions(raw, source.site_column, told.columns.get(SITE, ()))
    coded = _claims_by_code(raw, known, taken | set(sites), mapped)
    taken |= {column.position for columns in coded.columns.values() for column in columns}
    by_code = {**told.columns, **coded.columns}
    worded, shared = _claims_by_wording(raw, instrument, taken | set(sites), by_code)
    if not sites and source.site_column is None:
        sites = [column.position for column in worded.columns.get(SITE, ())]
    claims = {**by_code, **worded.columns}
    claims.pop(SITE, None)
    lists = {**told.codes, **coded.codes, **worded.codes}
    asked = [item for item in instrument.items if source.asked is None or item in source.asked]
    problems = [
        *_promise_problems(raw, instrument, source),
        *_site_problems(raw, source.site_column, sites),
        *_claim_problems(raw, claims),
        *_shared_problems(raw, shared, claims),
        *_unsplit_problems(raw, known),
        *(_missing_item_problems(raw, asked, claims) if names is None else ()),
        *(() if names is None else missing_problems(raw, names, told)),
    ]
    places = {name: columns[0].position for name, columns in claims.items() if columns}
    matching = Matching(
        answers={name: places[name] for name in instrument.answer_columns if name in places},
        site=sites[0] if sites else None,
        open_answers={q.id: places[q.id] for q in instrument.open_questions if q.id in places},
        lists={name: code for name, code in lists.items() if name in places},
        worded=frozenset(worded.columns) & frozenset(instrument.answer_columns),
    )
    return matching, problems


def _claims_by_code(
    raw: RawExport, known: AnswerNames, taken: Collection[int], mapped: Collection[str]
) -> Claims:
    """Columns whose own code is that of an answer, and cells that hold all ticks of a question."""
    columns: dict[str, list[ExportColumn]] = defaultdict(list)
    free = [column for column in raw.columns if column.position not in taken]
    for column in free:
        answer = _answer_of(column, known)
        if answer is not None and answer not in mapped:
            columns[answer].append(column)
    codes: dict[str, str] = {}
    for column in free if raw.tick_separator is not None else ():
        boxes = _boxes_in(column, known)
        apart = set(boxes.values()) <= set(columns)
        if not apart and not set(boxes.values()) & set(mapped):
            codes |= {answer: number for number, answer in boxes.items()}
            columns |= {answer: [column] for answer in boxes.values()}
    return Claims(columns, codes)


def _answer_of(column: ExportColumn, known: AnswerNames) -> str | None:
    """The answer column that a code stands for: of the column, of another name, or in front."""
    if column.is_record:
        return None
    answer = known.answer_column(column.code, column.subcode)
    if answer is None and column.code is not None:
        code = code_in_front(column, known.whole)
        answer = None if code is None else known.whole[code]
    return answer


def _claims_by_wording(
    raw: RawExport, instrument: Instrument, taken: Collection[int], claimed: Collection[str]
) -> tuple[Claims, list[tuple[ExportColumn, tuple[str, ...]]]]:
    """Columns whose question is worded like one of the questionnaire that no code tells."""
    free = [c for c in raw.columns if c.position not in taken and c.code is not None]
    wordings = Wordings(instrument)
    found, shared = claims_by_wording(free, wordings, claimed)
    columns: dict[str, list[ExportColumn]] = {}
    codes: dict[str, str] = {}
    for name, of_it in found.items():
        boxes = wordings.boxes.get(name)
        if boxes is None:
            columns[name] = of_it
        elif raw.tick_separator is not None and not set(boxes.values()) & {*claimed, *found}:
            codes |= {answer: number for number, answer in boxes.items()}
            columns |= dict.fromkeys(boxes.values(), of_it)
    return Claims(columns, codes), shared


def _boxes_in(column: ExportColumn, known: AnswerNames) -> Mapping[str, str]:
    """The boxes of the question whose name a column has, by their number."""
    named = (name.casefold() for name in column.names)
    return next((known.ticks[name] for name in named if name in known.ticks), {})


def attention_positions(raw: RawExport, source: ExportSource) -> dict[str, int]:
    """Position of the column of each attention check that an export has."""
    by_heading = {column.heading.casefold(): column.position for column in raw.columns}
    wanted = ((name, without_invisible(name).casefold()) for name in source.attention_checks)
    return {name: by_heading[folded] for name, folded in wanted if folded in by_heading}


def looks_personal(column: ExportColumn) -> bool:
    """Whether the heading, or the platform, says that a column holds personal data."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.heading)
    words = re.sub(r"[^A-Za-z]+", " ", spaced).casefold()
    return column.is_personal or _PERSONAL_HEADING.search(words) is not None


def _has_ticks(kind: str) -> bool:
    return kind == "multiple"


def _site_positions(
    raw: RawExport, site_column: str | None, mapped: Sequence[ExportColumn]
) -> list[int]:
    if site_column is None and mapped:
        return [column.position for column in mapped]
    wanted = raw.site_heading if site_column is None else site_column
    if wanted is None:
        return []
    folded = without_invisible(wanted).casefold()
    headed = [c.position for c in raw.columns if c.heading.casefold() == folded]
    coded = [
        c.position
        for c in raw.columns
        if c.code is not None and c.subcode is None and c.code.casefold() == folded
    ]
    named = [c.position for c in raw.columns if folded in folded_set(c.other_names)]
    return headed or coded or named


def _site_problems(
    raw: RawExport, site_column: str | None, positions: Sequence[int]
) -> Iterator[Problem]:
    if site_column is not None and not positions:
        hint = did_you_mean(site_column, (column.heading for column in raw.columns))
        cure = f"there is no such column to tell the site{hint or '; correct `site_column`'}"
        yield Problem(raw.file, cure, column=site_column)
    if len(positions) > 1:
        cure = f"{_places(positions)} have this heading; keep the one that tells the site"
        yield Problem(raw.file, cure, column=site_column or raw.site_heading)


def _claim_problems(
    raw: RawExport, claims: Mapping[str, Sequence[ExportColumn]]
) -> Iterator[Problem]:
    for answer, columns in claims.items():
        if len(columns) > 1:
            places = _places([column.position for column in columns])
            cure = f"ambiguous: {places} claim to be '{answer}'; keep only one of them"
            yield Problem(raw.file, cure, column=one_line(columns[1].heading))


def _shared_problems(
    raw: RawExport,
    shared: Sequence[tuple[ExportColumn, tuple[str, ...]]],
    claims: Mapping[str, Sequence[ExportColumn]],
) -> Iterator[Problem]:
    """Wordings that could be two answers which no other column tells."""
    for column, answers in shared:
        if any(answer not in claims for answer in answers):
            cure = (
                f"this wording could be {' or '.join(answers)}; export with the codes of the "
                "questions, or give a map of names or a mapping"
            )
            yield Problem(raw.file, cure, column=one_line(column.heading))


def _promise_problems(
    raw: RawExport, instrument: Instrument, source: ExportSource
) -> Iterator[Problem]:
    """Answers that a mapping file names and the questionnaire does not have."""
    known = [*instrument.answer_columns, *(q.id for q in instrument.open_questions)]
    if raw.tick_separator is not None:
        known += [q.id for q in instrument.person_questions if q.kind == "multiple"]
    for answer in raw.promised:
        if answer not in known:
            hint = did_you_mean(answer, known)
            file = raw.file if source.mapping is None else source.mapping.as_posix()
            cure = f"the instrument has no such answer column{hint or '; take it out'}"
            yield Problem(file, cure, column=f"columns.{answer}")


def _unsplit_problems(raw: RawExport, names: AnswerNames) -> Iterator[Problem]:
    for column in () if raw.tick_separator is not None else raw.columns:
        code = (column.code or "").casefold()
        if column.subcode is None and code in names.ticks and column.heading.casefold() == code:
            cure = "all choices are in one column; export again with one column a choice"
            yield Problem(raw.file, cure, column=column.heading)


def _missing_item_problems(
    raw: RawExport, asked: Sequence[str], claims: Mapping[str, Sequence[ExportColumn]]
) -> Iterator[Problem]:
    missing = [item for item in asked if item not in claims]
    if not missing:
        return
    more = len(missing) - MOST_NAMES
    named = ", ".join(missing[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
    if len(missing) == len(asked):
        named = f"all of them ({named})"
    cure = (
        f"item columns missing: {named}; export again with all questions and their codes, "
        "or choose the form that was used"
    )
    yield Problem(raw.file, cure)


def _places(positions: Sequence[int]) -> str:
    return "columns " + " and ".join(str(position) for position in positions)

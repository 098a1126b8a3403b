"""Columns of an export matched to the questionnaire, by code and never by guess."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.raw import ExportColumn, RawExport
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
    """

    answers: Mapping[str, int]
    site: int | None


@dataclass(frozen=True, slots=True)
class AnswerNames:
    """The names under which a platform may export each answer column, all without case."""

    whole: Mapping[str, str]
    pairs: Mapping[tuple[str, str], str]
    unsplit: frozenset[str]

    @classmethod
    def of(cls, instrument: Instrument) -> AnswerNames:
        """Names of every answer column of a questionnaire."""
        pairs = {
            (allocation.id.casefold(), part.id.casefold()): column
            for column, (allocation, part) in instrument.allocation_columns.items()
        }
        ticked = [question for question in instrument.person_questions if _has_ticks(question.kind)]
        for question in ticked:
            for column, option in question.columns.items():
                if option is not None:
                    pairs[question.id.casefold(), str(option.value)] = column
        return cls(
            whole={column.casefold(): column for column in instrument.answer_columns},
            pairs=pairs,
            unsplit=frozenset(question.id.casefold() for question in ticked),
        )

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


def match_columns(raw: RawExport, instrument: Instrument, site_column: str | None) -> Matching:
    """The columns that hold answers and the site.

    Raises
    ------
    InputError
        If item columns are missing, two columns claim the same answer, several choices share one
        column, or the site column is not there.
    """
    names = AnswerNames.of(instrument)
    sites = _site_positions(raw, site_column)
    claims: dict[str, list[ExportColumn]] = defaultdict(list)
    for column in raw.columns:
        answer = names.answer_column(column.code, column.subcode)
        if answer is not None and column.position not in sites:
            claims[answer].append(column)
    problems = [
        *_site_problems(raw, site_column, sites),
        *_claim_problems(raw, claims),
        *_unsplit_problems(raw, names, claims),
        *_missing_item_problems(raw, instrument, claims),
    ]
    refuse_if_any(problems)
    answers = {
        name: claims[name][0].position for name in instrument.answer_columns if name in claims
    }
    return Matching(answers, sites[0] if sites else None)


def looks_personal(column: ExportColumn) -> bool:
    """Whether the heading, or the platform, says that a column holds personal data."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.heading)
    words = re.sub(r"[^A-Za-z]+", " ", spaced).casefold()
    return column.is_personal or _PERSONAL_HEADING.search(words) is not None


def _has_ticks(kind: str) -> bool:
    return kind == "multiple"


def _site_positions(raw: RawExport, site_column: str | None) -> list[int]:
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
    return headed or coded


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


def _unsplit_problems(
    raw: RawExport, names: AnswerNames, claims: Mapping[str, Sequence[ExportColumn]]
) -> Iterator[Problem]:
    for column in raw.columns:
        code = (column.code or "").casefold()
        if column.subcode is None and code in names.unsplit and column.heading.casefold() == code:
            cure = "all choices are in one column; export again with one column a choice"
            yield Problem(raw.file, cure, column=column.heading)


def _missing_item_problems(
    raw: RawExport, instrument: Instrument, claims: Mapping[str, Sequence[ExportColumn]]
) -> Iterator[Problem]:
    missing = [item for item in instrument.items if item not in claims]
    if not missing:
        return
    more = len(missing) - MOST_NAMES
    named = ", ".join(missing[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
    if len(missing) == len(instrument.items):
        named = f"all of them ({named})"
    cure = (
        f"item columns missing: {named}; export again with all questions and their codes, "
        "or choose the form that was used"
    )
    yield Problem(raw.file, cure)


def _places(positions: Sequence[int]) -> str:
    return "columns " + " and ".join(str(position) for position in positions)

"""The structure of a LimeSurvey survey: its wordings and answers in every language.

It is exported as tab-separated text (.txt) or as XML (.lss). The R syntax of a response export is
another kind of definition, read in its own module.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from pipeline.ingest.definition import DefinedColumn, Definition
from pipeline.ingest.platforms.limesurvey_syntax import is_syntax, variables_of_syntax
from pipeline.ingest.read_file import read_text
from pipeline.ingest.wording import without_invisible
from pipeline.problems import InputError, Problem

OPEN_TYPES = frozenset("STUQ;|")
TICK_TYPES = frozenset("MP")
NOT_ASKED_TYPES = frozenset("X*")
ROW_TYPES = frozenset("FHABCEKQ")
TABLE_TYPES = frozenset(":;")
DUAL_TYPE, RANKING_TYPE, COMMENTED_LIST, COMMENTED_TICKS = "1", "R", "O", "P"
FIXED_LABELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Y": {"Y": ("Yes",), "N": ("No",)},
    "C": {"Y": ("Yes",), "U": ("Uncertain",), "N": ("No",)},
    "E": {"I": ("Increase",), "S": ("Same",), "D": ("Decrease",)},
    "G": {"F": ("Female",), "M": ("Male",)},
    "M": {"Y": ("Yes",)},
    "P": {"Y": ("Yes",)},
}
"""Answers that LimeSurvey gives itself, by the letter of the type of a question."""
OTHER = "-oth-"
ROOT = "<document"
_DECLARATION = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)

Wordings = dict[str, None]
"""Wordings in the order of the file, each once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a survey; its wordings are noted as they come."""

    code: str
    kind: str
    has_other: bool = False
    wordings: Wordings = field(default_factory=dict)
    rows: dict[str, dict[str, Wordings]] = field(default_factory=lambda: defaultdict(dict))
    answers: dict[str, dict[str, Wordings]] = field(default_factory=lambda: defaultdict(dict))

    def add_row(self, scale: str, code: str, text: str) -> None:
        """Note the wording of a row, or of a column of a table where the scale is 1."""
        self.rows[scale].setdefault(code, {}).setdefault(text)

    def add_answer(self, scale: str, code: str, text: str) -> None:
        """Note the wording of an answer."""
        self.answers[scale].setdefault(code, {}).setdefault(text)


@dataclass(frozen=True, slots=True)
class SurveyDefinition:
    """What a definition says.

    Attributes
    ----------
    definition : Definition
        Its columns.
    in_order : tuple of str
        Name of every column in the order of the responses; empty for a structure.
    """

    definition: Definition
    in_order: tuple[str, ...] = ()


def read_definition(path: Path) -> SurveyDefinition:
    """The structure of a survey, or the R syntax of an export.

    Raises
    ------
    InputError
        If it is neither, is damaged, or declares entities.
    """
    file = path.as_posix()
    text = read_text(path)
    if is_syntax(text):
        columns = variables_of_syntax(text, file)
        names = tuple(column.names[0] for column in columns)
        return SurveyDefinition(Definition(file, columns), names)
    is_xml = without_invisible(text[:1000]).startswith("<")
    asked = _asked_in_xml(text, file) if is_xml else _asked_in_lines(text, file)
    columns = tuple(column for question in asked for column in _columns_of(question))
    if not columns:
        raise InputError([Problem(file, "holds no questions; export the survey structure again")])
    return SurveyDefinition(Definition(file, columns))


# --------------------------------------------------------------------------- tab-separated text


def _asked_in_lines(text: str, file: str) -> list[Asked]:
    """The questions of a structure in lines: a question, then its rows and its answers."""
    asked: dict[str, Asked] = {}
    current: Asked | None = None
    for line in _lines(text, file):
        kind, scale = line["class"].upper(), line["type/scale"]
        name, wording = line["name"], line.get("text", "")
        if kind == "Q":
            has_other = line.get("other", "").upper() == "Y"
            current = asked.setdefault(name, Asked(name, scale, has_other))
            current.wordings.setdefault(wording)
        elif kind in ("G", "S", "SL"):
            current = None
        elif current is not None and kind == "SQ":
            current.add_row(scale or "0", name, wording)
        elif current is not None and kind == "A":
            current.add_answer(scale or "0", name, wording)
    return list(asked.values())


def _lines(text: str, file: str) -> Iterator[dict[str, str]]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter="\t")
    try:
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise InputError([Problem(file, "cannot be read; export the survey again")]) from error
    headings = [heading.strip() for heading in rows[0]] if rows else []
    if not {"class", "type/scale", "name", "text"} <= set(headings):
        cure = (
            "is no survey of LimeSurvey; give the survey structure as .lss or .txt, or the R "
            "syntax file that belongs to the responses"
        )
        raise InputError([Problem(file, cure)])
    for row in rows[1:]:
        cells = [cell.strip() for cell in row] + [""] * (len(headings) - len(row))
        yield dict(zip(headings, cells, strict=False))


# ------------------------------------------------------------------------------------------ XML


def _asked_in_xml(text: str, file: str) -> list[Asked]:
    """The questions of a structure in XML, of versions with wordings in tables of their own too."""
    sections = _sections(text, file)
    by_id = {
        row["qid"]: Asked(row.get("title", ""), row.get("type", ""), row.get("other") == "Y")
        for row in sections["questions"]
        if "qid" in row
    }
    wordings = [*sections["questions"], *sections["question_l10ns"]]
    parents = {row["qid"]: row for row in sections["subquestions"] if "qid" in row}
    for row in wordings:
        if row.get("question") and row.get("qid") in by_id:
            by_id[row["qid"]].wordings.setdefault(row["question"])
    for row in [*sections["subquestions"], *wordings]:
        _add_row(row, parents, by_id)
    _add_answers(sections, by_id)
    return list(by_id.values())


def _add_row(
    row: Mapping[str, str], parents: Mapping[str, Mapping[str, str]], by_id: Mapping[str, Asked]
) -> None:
    found = parents.get(row.get("qid", ""))
    question = by_id.get(found.get("parent_qid", "")) if found is not None else None
    if found is not None and question is not None:
        scale, code = found.get("scale_id") or "0", found.get("title", "")
        question.rows[scale].setdefault(code, {})
        if row.get("question"):
            question.add_row(scale, code, row["question"])


def _add_answers(
    sections: Mapping[str, Sequence[Mapping[str, str]]], by_id: Mapping[str, Asked]
) -> None:
    told = {row["aid"]: row for row in sections["answers"] if "aid" in row}
    for row in [*sections["answers"], *sections["answer_l10ns"]]:
        found = told.get(row.get("aid", ""), row)
        question = by_id.get(found.get("qid", ""))
        if question is not None and "code" in found and row.get("answer"):
            question.add_answer(found.get("scale_id") or "0", found["code"], row["answer"])


def _sections(text: str, file: str) -> dict[str, list[dict[str, str]]]:
    """The rows of every table."""
    before, _, _ = text.partition(ROOT)
    if _DECLARATION.search(before):
        cure = "declares entities, which a survey never does; export the survey again as .lss"
        raise InputError([Problem(file, cure)])
    try:
        root = ElementTree.fromstring(text.lstrip("\ufeff \t\r\n"))
    except ElementTree.ParseError as error:
        line = error.position[0]
        raise InputError([Problem(file, "is damaged; export it again", row=line)]) from error
    if root.tag != "document" or root.findtext("LimeSurveyDocType") != "Survey":
        cure = "is XML but no survey of LimeSurvey; export the survey structure as .lss"
        raise InputError([Problem(file, cure)])
    sections: dict[str, list[dict[str, str]]] = defaultdict(list)
    for table in root:
        for row in table.iterfind("rows/row"):
            sections[table.tag].append({cell.tag: cell.text or "" for cell in row})
    return sections


# -------------------------------------------------------------------------------------- columns


def _columns_of(asked: Asked) -> Iterator[DefinedColumn]:
    """The columns that LimeSurvey writes for a question."""
    if asked.kind in NOT_ASKED_TYPES or not asked.code:
        return
    labels = _labels(asked, "0")
    rows = asked.rows.get("0", {})
    if asked.kind in ROW_TYPES | TICK_TYPES:
        yield from (_column(asked, (code,), texts, labels) for code, texts in rows.items())
    elif asked.kind == DUAL_TYPE:
        for code, texts in rows.items():
            for number, scale in enumerate(("0", "1"), start=1):
                yield _column(asked, (code, str(number)), texts, _labels(asked, scale))
    elif asked.kind in TABLE_TYPES:
        yield from _table(asked)
    elif asked.kind == RANKING_TYPE:
        ranks = range(1, len(labels or rows) + 1)
        yield from (_column(asked, (str(rank),), (), labels) for rank in ranks)
    else:
        yield _column(asked, (), (), labels)
    yield from _companions(asked)


def _table(asked: Asked) -> Iterator[DefinedColumn]:
    for row, texts in asked.rows.get("0", {}).items():
        for column, headed in asked.rows.get("1", {}).items():
            together = [f"{t} {h}" for t, h in zip(texts, headed, strict=False)]
            yield _column(asked, (f"{row}_{column}",), together, {})


def _companions(asked: Asked) -> Iterator[DefinedColumn]:
    """The texts that people write beside their choice."""
    if asked.has_other:
        yield _column(asked, ("other",), ("Other",), {}, is_open=True)
    if asked.kind == COMMENTED_LIST:
        yield _column(asked, ("comment",), ("Comment",), {}, is_open=True)
    if asked.kind == COMMENTED_TICKS:
        codes = [*asked.rows.get("0", {}), *(["other"] if asked.has_other else [])]
        yield from (
            _column(asked, (f"{code}comment",), ("Comment",), {}, is_open=True) for code in codes
        )


def _column(
    asked: Asked,
    subcodes: tuple[str, ...],
    part: Iterable[str],
    labels: Mapping[str, tuple[str, ...]],
    *,
    is_open: bool = False,
) -> DefinedColumn:
    name = asked.code + "".join(f"[{code}]" for code in subcodes)
    return DefinedColumn(
        names=tuple(dict.fromkeys((name, "_".join((asked.code, *subcodes))))),
        question=tuple(text for text in asked.wordings if text),
        part=tuple(text for text in part if text),
        labels=labels,
        is_personal=is_open or asked.kind in OPEN_TYPES,
    )


def _labels(asked: Asked, scale: str) -> dict[str, tuple[str, ...]]:
    """Wordings of each answer in every language; of "other" too, where it can be chosen."""
    fixed = FIXED_LABELS.get(asked.kind, {})
    answers = asked.answers.get(scale, {})
    other = {OTHER: ("Other",)} if answers and asked.has_other else {}
    given = {code: tuple(text for text in texts if text) for code, texts in answers.items()}
    return {**fixed, **given, **other}

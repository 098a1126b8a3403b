"""The columns of a LimeSurvey export, each with its codes and wordings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.ingest.definition import DefinedColumn, Definition
from pipeline.ingest.platforms.limesurvey_layout import Layout, coded_pattern, record_names
from pipeline.ingest.platforms.limesurvey_words import (
    OPEN_PARTS,
    PARTICIPANT_NAMES,
    PERSONAL_NAMES,
)
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import wording_key

_SUBCODE = re.compile(r"\[([^\[\]]*)\]")
_SCALE = re.compile(r"#\d$")
_OPEN_CODE = re.compile(r"other|.*comment", re.IGNORECASE)
_COPY = re.compile(r"(.*)\.[0-9]{1,3}", re.DOTALL)
_CUT = re.compile(r".*(?:(?<!\.)\.\.|\.{5,})", re.DOTALL)
_NO_SPACES = re.compile(r"\S*_\S*")


@dataclass(frozen=True, slots=True)
class Heading:
    """What the heading of a column says.

    Attributes
    ----------
    code : str
        Code of the question; empty where the heading tells none.
    subcodes : tuple of str
        Codes of the row, the column, the choice or the scale within it.
    text : str
        The question, with the wordings of row or choice in brackets.
    """

    code: str = ""
    subcodes: tuple[str, ...] = ()
    text: str = ""

    @property
    def subcode(self) -> str | None:
        """The codes within the question as one."""
        return "_".join(code for code in self.subcodes if code) or None

    @property
    def name(self) -> str:
        """The codes as LimeSurvey writes them as a heading."""
        return self.code + "".join(f"[{code}]" for code in self.subcodes)

    @property
    def joined(self) -> str:
        """The codes as the name of a variable."""
        return "_".join((self.code, *self.subcodes))


def columns_of(
    sheet: Sheet, layout: Layout, variables: Sequence[str] = ()
) -> tuple[tuple[ExportColumn, ...], dict[str, int]]:
    """Every column of a file, and the positions of those about the response.

    Parameters
    ----------
    sheet : Sheet
        The file.
    layout : Layout
        Its layout.
    variables : sequence of str, optional
        Name of the variable that each column is, from the R syntax of the same export.

    Returns
    -------
    columns : tuple of ExportColumn
        In the order of the file.
    places : dict of int
        Position of each column about the response, by LimeSurvey's own name for it.
    """
    headings = _headings_read(sheet, layout, variables)
    names, codes = [h.joined for h in headings], [h.code for h in headings]
    records = record_names(sheet, layout, names, codes)
    columns = tuple(
        _record(place, sheet.headings[place], records[place])
        if place in records
        else _question(place, sheet, heading)
        for place, heading in enumerate(headings)
    )
    return columns, {name: place + 1 for place, name in reversed(records.items())}


def _headings_read(sheet: Sheet, layout: Layout, variables: Sequence[str]) -> list[Heading]:
    written = [_without_number(heading, set(sheet.headings)) for heading in sheet.headings]
    if variables:
        pairs = zip(variables, written, strict=True)
        return [replace(_of_variable(name), text=text) for name, text in pairs]
    if layout.headings == "variables":
        return [_of_variable(name) for name in written]
    if layout.headings == "question texts":
        return [Heading(text=_with_spaces(text)) for text in written]
    pattern = coded_pattern(layout.separator)
    parsed = [_of_code(text, pattern) for text in written]
    if any(heading.subcodes for heading in parsed):
        return parsed
    return [replace(_of_variable(heading.code), text=heading.text) for heading in parsed]


def _without_number(heading: str, headings: set[str]) -> str:
    """The heading without the number that programs add when it is there twice."""
    found = _COPY.fullmatch(heading)
    return found[1] if found is not None and found[1] in headings else heading


def _with_spaces(text: str) -> str:
    """A text that was exported with underscores in place of its spaces."""
    return text.replace("_", " ") if _NO_SPACES.fullmatch(text) else text


def _of_code(text: str, pattern: re.Pattern[str]) -> Heading:
    found = pattern.fullmatch(text)
    if found is None:
        return Heading(code="", text=text)
    code, within = found[1], found[2]
    subcodes = list(_SUBCODE.findall(within))
    if (scale := _SCALE.search(within)) is not None:
        subcodes.append(str(int(scale[0][1:]) + 1))
    behind = found[3] if pattern.groups > 2 else None
    return Heading(code, tuple(subcodes), behind or "")


def _of_variable(name: str) -> Heading:
    """The name of a variable: no question code of LimeSurvey has an underscore."""
    code, _, subcode = name.partition("_")
    return Heading(code, (subcode,)) if code and subcode else Heading(name)


def _record(place: int, heading: str, name: str) -> ExportColumn:
    other = (name,) if name not in (heading.casefold(), "index", "time") else ()
    listed = name in PARTICIPANT_NAMES or name.startswith("attribute_")
    is_personal = listed or name in PERSONAL_NAMES
    return ExportColumn(
        place + 1, heading, is_record=True, is_personal=is_personal, other_names=other
    )


def _question(place: int, sheet: Sheet, heading: Heading) -> ExportColumn:
    question, part = split_wording(heading.text)
    labels: Mapping[str, tuple[str, ...]] = {}
    if sheet.variables:
        question, part = split_label(sheet.variables[place].label)
        labels = {text: (label,) for text, label in sheet.variables[place].labels.items()}
    is_lost = is_cut(part or question)
    written = sheet.headings[place]
    code = heading.code or (None if is_lost else written)
    return ExportColumn(
        place + 1,
        written,
        code,
        heading.subcode if heading.code else None,
        is_personal=_is_open(heading, part),
        other_names=tuple(name for name in other_names(heading) if name != written),
        question=() if is_lost or not question or is_cut(question) else (question,),
        part=() if is_lost else part_wordings(part),
        labels=labels,
    )


def other_names(heading: Heading) -> tuple[str, ...]:
    """The codes of a column as each kind of export writes them."""
    if not heading.code:
        return ()
    return tuple(dict.fromkeys((heading.name, heading.joined)))


def _is_open(heading: Heading, part: str) -> bool:
    subcode = heading.subcode
    if heading.code:
        return subcode is not None and _OPEN_CODE.fullmatch(subcode) is not None
    return wording_key(part) in OPEN_PARTS


def is_cut(text: str) -> bool:
    """Whether a text was shortened: it ends in two dots."""
    return _CUT.fullmatch(text.rstrip()) is not None


def is_shortened(heading: str) -> bool:
    """Whether the question or the row in a heading was shortened."""
    return any(map(is_cut, split_wording(heading)))


def part_wordings(part: str) -> tuple[str, ...]:
    """The wording of a row, and that without the texts at the ends of its slider."""
    return tuple(dict.fromkeys(text for text in (part, part.split("|")[0].strip()) if text))


def split_wording(text: str) -> tuple[str, str]:
    """Question and part of *Question [row]* or *Question [row][column]*."""
    rest, groups = text.rstrip(), list[str]()
    while rest.endswith("]") and (start := _opening(rest)) is not None:
        groups.insert(0, rest[start + 1 : -1])
        rest = rest[:start]
    return rest.strip(), " ".join(group.strip() for group in groups).strip()


def split_label(label: str) -> tuple[str, str]:
    """Question and part of the label of a variable, *[row] Question* or *Question [row]*."""
    if not label.startswith("["):
        return split_wording(label)
    rest, groups = label, list[str]()
    while rest.startswith("[") and (end := _closing(rest)) is not None:
        groups.append(rest[1:end])
        rest = rest[end + 1 :]
    return rest.strip(), " ".join(group.strip() for group in groups).strip()


def _opening(text: str) -> int | None:
    """Place of the bracket that the last sign closes; the last one where they do not pair."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += {"]": 1, "[": -1}.get(text[place], 0)
        if depth == 0:
            return place
    place = text.rfind("[")
    return None if place < 0 else place


def _closing(text: str) -> int | None:
    """Place of the bracket that closes the first sign; the first one where they do not pair."""
    depth = 0
    for place, sign in enumerate(text):
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if depth == 0:
            return place
    place = text.find("]")
    return None if place < 0 else place


def coded_by_wording(
    columns: Sequence[ExportColumn], definition: Definition
) -> tuple[ExportColumn, ...]:
    """Columns headed by texts with the codes of the one question that is worded so."""
    worded: dict[str, list[DefinedColumn]] = {}
    for defined in definition.columns:
        for key in dict.fromkeys(_keys(defined.question, defined.part)):
            worded.setdefault(key, []).append(defined)
    headed: dict[str, int] = {}
    for column in columns:
        for key in () if column.is_record else _keys(column.question, column.part):
            headed[key] = headed.get(key, 0) + 1
    sure = {key: found[0] for key, found in worded.items() if len(found) == headed.get(key) == 1}
    return tuple(_with_codes(column, sure) for column in columns)


def _with_codes(column: ExportColumn, sure: Mapping[str, DefinedColumn]) -> ExportColumn:
    keys = () if column.is_record else _keys(column.question, column.part)
    defined = next((sure[key] for key in keys if key in sure), None)
    if defined is None:
        return column
    heading = _of_code(defined.names[0], coded_pattern(""))
    return replace(
        column,
        code=heading.code,
        subcode=heading.subcode,
        other_names=defined.names,
    )


def _keys(questions: Sequence[str], parts: Sequence[str]) -> tuple[str, ...]:
    keys = [wording_key(f"{q} [{p}]") for q in questions for p in parts]
    if not parts:
        keys = [wording_key(question) for question in questions]
    return tuple(dict.fromkeys(key for key in keys if key))

"""A strict checker of REDCap data dictionaries, written from the published rules.

It knows nothing of our writer: it reads the file as REDCap's upload page would get it and names
every fault with its kind, the row of the file and the field.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from io import StringIO

HEADINGS = [
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
]
NAME, FORM, SECTION, TYPE, LABEL, CHOICES, _, VALIDATION, LOWEST, HIGHEST = range(10)
IDENTIFIER, BRANCHING, REQUIRED, ALIGNMENT, _, MATRIX, RANKING, ANNOTATION = range(10, 18)
CHOOSING = {"radio", "dropdown", "checkbox"}
TYPES = CHOOSING | {
    *("text", "notes", "calc", "file", "descriptive", "slider", "yesno", "truefalse", "sql"),
}
VALIDATION_TYPE = re.compile(
    r"integer|number(_\ddp)?(_comma_decimal)?|email|phone(_\w+)?|zipcode|postalcode_\w+|ssn|mrn_\w+|"
    r"alpha_only|vmrn|time(_\w+)?|date_(ymd|mdy|dmy)|datetime(_seconds)?_(ymd|mdy|dmy)|signature|"
    r"autocomplete"
)
LONGEST_NAME = 100


@dataclass(frozen=True)
class Fault:
    kind: str
    row: int
    field: str


def faults(text):
    """Every fault of a dictionary; the heading is row 1."""
    lines = list(csv.reader(StringIO(text)))
    if not lines or lines[0] != HEADINGS:
        return [Fault("headings", 1, "")]
    short = [number for number, line in enumerate(lines[1:], start=2) if len(line) != len(HEADINGS)]
    if short:
        return [Fault("number of cells", number, "") for number in short]
    rows = list(enumerate(lines[1:], start=2))
    if not rows:
        return [Fault("no field", 2, "")]
    return [*_whole(rows), *(fault for number, row in rows for fault in _field(number, row, rows))]


def _whole(rows):
    first, opening = rows[0]
    if opening[TYPE] != "text":
        yield Fault("record id", first, opening[NAME])
    times = Counter(row[NAME] for _, row in rows)
    yield from (Fault("name comes twice", n, r[NAME]) for n, r in rows if times[r[NAME]] > 1)
    yield from _scattered(rows, FORM, "form is scattered")
    yield from _scattered(rows, MATRIX, "matrix is scattered")
    by_matrix = {}
    for number, row in rows:
        if row[MATRIX]:
            like = by_matrix.setdefault(row[MATRIX], row)
            if [row[place] for place in (TYPE, CHOICES)] != [like[p] for p in (TYPE, CHOICES)]:
                yield Fault("matrix with unlike rows", number, row[NAME])
            if row[FORM] != like[FORM]:
                yield Fault("matrix in two forms", number, row[NAME])
            if row[SECTION] and row is not like:
                yield Fault("header inside a matrix", number, row[NAME])


def _scattered(rows, place, kind):
    """Rows where a group starts that had ended before."""
    ended, current = set(), None
    for number, row in rows:
        if row[place] != current:
            if row[place] and row[place] in ended:
                yield Fault(kind, number, row[NAME])
            ended.add(current)
            current = row[place]


def _field(number, row, rows):
    kinds = [
        *_name_faults(row),
        *_choice_faults(row),
        *_validation_faults(row),
        *_flag_faults(row),
        *_matrix_faults(row),
        *_logic_faults(row[BRANCHING], "branching", rows),
    ]
    if row[TYPE] == "calc":
        kinds += _logic_faults(row[CHOICES], "calculation", rows)
    yield from (Fault(kind, number, row[NAME]) for kind in kinds)


def _name_faults(row):
    if not re.fullmatch(r"[a-z][a-z0-9_]*", row[NAME]) or row[NAME].endswith("_"):
        yield "name"
    if len(row[NAME]) > LONGEST_NAME:
        yield "name too long"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", row[FORM]):
        yield "form name"
    if row[TYPE] not in TYPES:
        yield "type"
    if not row[LABEL].strip():
        yield "no label"


def _choice_faults(row):
    if row[TYPE] in CHOOSING:
        pairs = [choice.split(",", 1) for choice in row[CHOICES].split("|")]
        if any(len(pair) < 2 or not pair[1].strip() for pair in pairs):
            yield "choices"
        codes = [pair[0].strip() for pair in pairs]
        if not all(re.fullmatch(r"-?[A-Za-z0-9._]+", code) for code in codes):
            yield "code of a choice"
        if len(set(codes)) < len(codes):
            yield "code comes twice"
    elif row[TYPE] == "calc":
        if not row[CHOICES].strip():
            yield "calculation"
    elif row[CHOICES] and row[TYPE] not in {"slider", "sql", "text"}:
        yield "choices of a type without"


def _validation_faults(row):
    kind = row[VALIDATION]
    if kind and row[TYPE] == "text" and not VALIDATION_TYPE.fullmatch(kind):
        yield "validation"
    if kind and row[TYPE] not in {"text", "slider", "dropdown", "sql", "file"}:
        yield "validation of a type without"
    limits = [row[LOWEST], row[HIGHEST]]
    if any(limits) and not kind and row[TYPE] != "slider":
        yield "limit without validation"
    if kind == "integer":
        if not all(re.fullmatch(r"-?\d+|", limit) for limit in limits):
            yield "limit is no number"
        elif all(limits) and int(limits[0]) > int(limits[1]):
            yield "limits the wrong way round"


def _flag_faults(row):
    if row[IDENTIFIER] not in {"", "y"} or row[REQUIRED] not in {"", "y"}:
        yield "flag"
    if row[ALIGNMENT] not in {"", "RV", "RH", "LV", "LH"}:
        yield "alignment"
    limit = re.search(r"@MAXCHECKED\s*=\s*['\"]?(\S*?)['\"]?(?:\s|$)", row[ANNOTATION])
    if "@MAXCHECKED" in row[ANNOTATION] and (
        row[TYPE] != "checkbox" or not limit or not re.fullmatch(r"[1-9]\d*", limit[1])
    ):
        yield "most ticks"


def _matrix_faults(row):
    if row[MATRIX] and row[TYPE] not in {"radio", "checkbox"}:
        yield "type in a matrix"
    if row[MATRIX] and not re.fullmatch(r"[a-z0-9_]+", row[MATRIX]):
        yield "name of a matrix"
    if row[RANKING] not in {"", "y"} or (row[RANKING] and not row[MATRIX]):
        yield "ranking without a matrix"


def _logic_faults(logic, kind, rows):
    """Brackets in pairs, and known fields in the square ones; smart variables have a hyphen."""
    words = re.sub(r"'[^']*'|\"[^\"]*\"", "''", logic)
    if not _balanced(words):
        return [f"brackets of {kind}"]
    known = {row[NAME] for _, row in rows} | {f"{row[FORM]}_complete" for _, row in rows}
    named = re.findall(r"\[([^\[\]]*)\](?!\[[a-z])", words)
    fields = [re.sub(r"\(.*\)|:.*", "", name).strip() for name in named]
    usable = (f for f in fields if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)+|\d+", f))
    return [f"unknown field in {kind}"] if set(usable) - known else []


def _balanced(logic):
    closing = {"(": ")", "[": "]"}
    awaited = []
    for sign in logic:
        if sign in closing:
            awaited.append(closing[sign])
        elif sign in closing.values() and (not awaited or awaited.pop() != sign):
            return False
    return not awaited

"""Separators, line ends and quotation marks of every kind give the same cells, or a refusal."""

import csv
import json

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.pool import pool_exports
from tests.ingest.layouts import INSTRUMENT, PEOPLE

from .corpus import (
    CLEAN,
    EITHER,
    EXPORT,
    ITEM,
    REMARK,
    Refused,
    Right,
    answering,
    csv_of,
    lines_of,
    mapping,
    table,
    with_answer,
    with_cell,
    with_heading,
)

ROWS = table()
PLAIN = lines_of(ROWS)
LINES = PLAIN.splitlines()
NO_HEADINGS = Refused(", column 'Q aaa101': the mapping names this heading but the file has none")
NOT_CLOSED = Refused(r", row \d+: this row cannot be read .*quotation mark that is not closed")
TOO_WIDE = Refused(r", row \d+: has \d+ cells but there are 24 headings: a text with the delim")
TOO_NARROW = Refused(r", row \d+: has \d+ cells but there are 24 headings: a line break that is")


def remarked(text, **options):
    return lines_of(with_cell(3, "remarks", text), **options)


SEPARATORS = {
    "commas": (PLAIN, CLEAN),
    "semicolons": (lines_of(ROWS, ";"), CLEAN),
    "tabs": (lines_of(ROWS, "\t"), CLEAN),
    "bars": (lines_of(ROWS, "|"), CLEAN),
    "spaces": (PLAIN.replace(" ", "_").replace(",", " "), NO_HEADINGS),
    "carets": (PLAIN.replace(",", "^"), NO_HEADINGS),
    "two characters": (PLAIN.replace(",", "||"), CLEAN),
    "the hint of Excel": ("sep=;\n" + lines_of(ROWS, ";"), CLEAN),
    "the hint of Excel in quotation marks": ('"sep=;"\r\n' + lines_of(ROWS, ";"), CLEAN),
    "the hint of Excel in capitals": ("SEP=|\n" + lines_of(ROWS, "|"), CLEAN),
    "the hint of Excel after the mark of UTF-8": ("\ufeffsep=,\n" + PLAIN, CLEAN),
    "the hint of Excel with a tab": ("sep=\t\n" + lines_of(ROWS, "\t"), CLEAN),
    "the hint of Excel followed by separators": ("sep=;;;\n" + lines_of(ROWS, ";"), EITHER),
    "a hint that does not fit": ("sep=;\n" + PLAIN, Refused("")),
    "only the hint of Excel": ("sep=;\n", Refused(": is empty; export it again")),
    "a hint of an unknown separator": ("sep=^\n" + PLAIN, Refused("")),
    "decimal commas in quotation marks": (
        lines_of([ROWS[0], *([c.replace("300", "300,5") for c in row] for row in ROWS[1:])]),
        CLEAN,
    ),
    "decimal commas without quotation marks": (PLAIN.replace(",300,", ",300,5,"), TOO_WIDE),
    "decimal commas beside semicolons": (
        lines_of(ROWS, ";").replace(";300;", ";300,5;"),
        CLEAN,
    ),
    "commas in every remark beside semicolons": (
        lines_of(ROWS, ";").replace(REMARK, "one, two, three, four"),
        CLEAN,
    ),
    "semicolons in every remark beside commas": (PLAIN.replace(REMARK, "a; b; c; d; e"), CLEAN),
    "headings with commas, rows with semicolons": (
        "\n".join([LINES[0], *(line.replace(",", ";") for line in LINES[1:])]),
        Refused(r", row 2: has 1 cells but there are 24 headings"),
    ),
    "a row with another separator": (
        PLAIN.replace(LINES[3], LINES[3].replace(",", ";")),
        Refused(r", row 4: has 1 cells but there are 24 headings"),
    ),
    "a space behind every comma": (PLAIN.replace(",", ", "), CLEAN),
    "a separator behind every row": (PLAIN.replace("\n", ",\n"), CLEAN),
    "five separators behind every row": (PLAIN.replace("\n", ",,,,,\n"), CLEAN),
    "five separators behind some rows": (
        PLAIN.replace(LINES[3], LINES[3] + ",,,,,"),
        CLEAN,
    ),
    "a separator behind the headings only": (
        PLAIN.replace("\n", ",\n", 1),
        Refused(r", row 2: has 24 cells but there are 25 headings: a line break that"),
    ),
    "a separator before every row": ("," + PLAIN.rstrip("\n").replace("\n", "\n,"), CLEAN),
    "an unquoted separator in a remark": (PLAIN.replace(REMARK, "well, no", 1), TOO_WIDE),
}
"""A text, and what comes out of it."""


@pytest.mark.parametrize("case", SEPARATORS)
def test_the_separator_is_found_or_what_is_wrong_is_told(case, judge):
    text, expected = SEPARATORS[case]
    judge(text.encode(), expected)


SEVERAL_LINES = "one\ntwo\r\nthree\n\nfive"
LINE_ENDS = {
    "line feeds": (PLAIN, CLEAN),
    "carriage returns and line feeds": (lines_of(ROWS, end="\r\n"), CLEAN),
    "carriage returns": (lines_of(ROWS, end="\r"), CLEAN),
    "doubled carriage returns": (lines_of(ROWS, end="\r\r\n"), CLEAN),
    "doubled line ends": (lines_of(ROWS, end="\r\n\r\n"), CLEAN),
    "line feeds before carriage returns": (lines_of(ROWS, end="\n\r"), CLEAN),
    "mixed": (LINES[0] + "\r\n" + LINES[1] + "\n" + "\r".join(LINES[2:]) + "\r\n", CLEAN),
    "no end of the last line": (PLAIN.rstrip("\n"), CLEAN),
    "blank lines at the end": (PLAIN + "\n" * 40, CLEAN),
    "blank lines at the beginning": ("\n\r\n\n" + PLAIN, CLEAN),
    "blank lines between rows": (PLAIN.replace("\n", "\n\n \n"), CLEAN),
    "lines of separators between rows": (PLAIN.replace("\n", "\n,,,,\n"), CLEAN),
    "lines of separators behind the rows": (PLAIN + ("," * 23 + "\n") * 30, CLEAN),
    "line breaks in a remark": (remarked(SEVERAL_LINES), CLEAN),
    "line breaks in a remark, ends of Windows": (remarked(SEVERAL_LINES, end="\r\n"), CLEAN),
    "carriage returns in a remark": (remarked("a\rb\r\rc", quoting=csv.QUOTE_ALL), CLEAN),
    "carriage returns in a remark that are not quoted": (remarked("a\rb"), TOO_NARROW),
    "vertical tabs and form feeds in a remark": (remarked("one\x0btwo\x0cthree"), CLEAN),
    "other line ends of Unicode in a remark": (remarked("a\u2028b\u2029c\x85d\x1ee"), CLEAN),
    "a line break in a heading": (
        lines_of([["remarks\nof all\r\npeople" if c == "remarks" else c for c in ROWS[0]]])
        + "\n".join(LINES[1:]),
        CLEAN,
    ),
    "a line break that is not quoted": (PLAIN.replace(REMARK, "one\ntwo", 1), TOO_NARROW),
    "a line break behind an answer": (lines_of(with_answer("4\n")), CLEAN),
    "the end of files of DOS": (PLAIN + "\x1a", EITHER),
}


@pytest.mark.parametrize("case", LINE_ENDS)
def test_lines_may_end_in_any_way(case, judge):
    text, expected = LINE_ENDS[case]
    judge(text.encode(), expected)


def test_rows_are_counted_across_quoted_line_breaks_and_blank_lines(judge):
    rows = with_cell(6, "Q bbb104", "7", with_cell(3, "remarks", SEVERAL_LINES))
    text = lines_of(rows).replace("\nR_", "\n\nR_", 1)
    judge(text.encode(), Refused(r", row 7, column 'Q bbb104': answer '7' outside the scale"))


QUOTES = {
    "every cell in quotation marks": (lines_of(ROWS, quoting=csv.QUOTE_ALL), CLEAN),
    "only texts in quotation marks": (lines_of(ROWS, quoting=csv.QUOTE_NONNUMERIC), CLEAN),
    "doubled marks in a remark": (remarked('she said "no, never"'), CLEAN),
    "a remark of marks only": (remarked('""""'), CLEAN),
    "marks within an unquoted remark": (PLAIN.replace(REMARK, 'the "best" one', 1), CLEAN),
    "a single mark within an unquoted remark": (PLAIN.replace(REMARK, 'a 5" pipe', 1), CLEAN),
    "a mark that is not closed": (PLAIN.replace(REMARK, '"open', 1), NOT_CLOSED),
    "a mark that is not closed in the headings": ('"' + PLAIN, NOT_CLOSED),
    "a mark that is not closed in the last cell": (PLAIN.rstrip("\n") + ',"', NOT_CLOSED),
    "text behind a closing mark": (PLAIN.replace(REMARK, '"so"said she', 1), NOT_CLOSED),
    "a space before an opening mark": (PLAIN.replace(REMARK, ' "quoted, so"', 1), TOO_WIDE),
    "backslashes before marks": (PLAIN.replace(REMARK, '"a \\"b\\" c"', 1), NOT_CLOSED),
    "a backslash at the end of a remark": (remarked("C:\\folder\\"), CLEAN),
    "apostrophes around every cell": (
        "\n".join("'" + line.replace(",", "','") + "'" for line in LINES),
        NO_HEADINGS,
    ),
    "curly marks around answers": (lines_of(with_answer("\u201c4\u201d")), Refused(", row 2")),
    "curly marks around remarks": (remarked("\u201cyes\u201d, she said"), CLEAN),
    "guillemets with a separator within": (PLAIN.replace(REMARK, "«a, b»", 1), TOO_WIDE),
    "a mark in front of a number": (lines_of(with_answer('"4')), Refused(", row 2, column 'Q bb")),
    "doubled marks around the whole line": (
        "\n".join('"' + line.replace('"', '""') + '"' for line in LINES),
        NO_HEADINGS,
    ),
    "marks in a heading": (
        lines_of([[c.replace("remarks", 'the "remarks"') for c in ROWS[0]], *ROWS[1:]]),
        CLEAN,
    ),
    "a single mark": ('"', NOT_CLOSED),
    "only two marks": ('""', Refused(": is empty; export it again")),
}


@pytest.mark.parametrize("case", QUOTES)
def test_quotation_marks_are_understood_or_the_row_is_told(case, judge):
    text, expected = QUOTES[case]
    judge(text.encode(), expected)


def wide(n):
    """The table with `n` columns of another survey beside it."""
    others = [f"x{number}" for number in range(n)]
    return [[*ROWS[0], *others], *([*row, *["0"] * n] for row in ROWS[1:])]


HEADINGS = {
    "a heading in other letters": (
        with_heading("Q aaa101", "q AAA101"),
        Refused(", column 'Q aaa"),
    ),
    "spaces around headings": ([[f"  {c} " for c in ROWS[0]], *ROWS[1:]], CLEAN),
    "an invisible mark in a heading": (
        with_heading("Q aaa101", "\u200bQ aaa\u200e101\u00ad"),
        CLEAN,
    ),
    "NBSP in a heading": (
        with_heading("Q aaa101", "Q\u00a0aaa101"),
        CLEAN,
    ),
    "a control mark in a heading": (with_heading("remarks", "rem\x07arks\x1b[31m"), CLEAN),
    "a heading from right to left": (with_heading("remarks", "\u202eskramer"), CLEAN),
    "an empty heading": (with_heading("remarks", ""), CLEAN),
    "headings of spaces only": (
        with_heading("mail", " \u00a0 ", with_heading("remarks", " ")),
        CLEAN,
    ),
    "the heading of an answer is empty": (with_heading("Q aaa101", ""), Refused(", column 'Q aaa")),
    "an answer column twice": (
        with_heading("remarks", "Q aaa101"),
        Refused(", column 'Q aaa101': 2 columns have this heading"),
    ),
    "other columns twice": (with_heading("mail", "remarks"), CLEAN),
    "headings renamed by pandas": (
        [[*ROWS[0], *(f"{c}.1" for c in ROWS[0])], *([*row, *row] for row in ROWS[1:])],
        CLEAN,
    ),
    "the index of pandas in front": (
        [["", *ROWS[0]], *([str(n), *row] for n, row in enumerate(ROWS[1:]))],
        CLEAN,
    ),
    "the index of pandas with its later name": (
        [["Unnamed: 0", *ROWS[0]], *([str(n), *row] for n, row in enumerate(ROWS[1:]))],
        CLEAN,
    ),
    "a title above the headings": ([["Leading together"], *ROWS], NO_HEADINGS),
    "a title in a whole row above the headings": (
        [["Leading together", *[""] * 23], *ROWS],
        Refused(", column 'Q aaa101': the mapping names this heading but the file has none"),
    ),
    "a heading of 10,000 characters": (with_heading("remarks", "why " * 2500), CLEAN),
    "an answer heading of 10,000 characters": (
        with_heading("Q aaa101", "Q aaa101" * 1250),
        Refused(", column 'Q aaa101': the mapping names this heading but the file has none"),
    ),
    "a formula as heading": (with_heading("remarks", "=HYPERLINK(1)"), CLEAN),
    "a heading of markup": (with_heading("remarks", "<script>alert(1)</script>"), CLEAN),
    "a heading of emoji": (with_heading("remarks", "\U0001f600\u200d\U0001f680"), CLEAN),
    "an address as heading": (with_heading("remarks", "canary@example.org"), CLEAN),
    "2,000 columns": (wide(2000), CLEAN),
    "one column": ([[row[0]] for row in ROWS], Refused(", column 'Q aaa101': the mapping names")),
    "no headings": (ROWS[1:], Refused(", column 'Q aaa101': the mapping names this heading but")),
    "headings only": (ROWS[:1], Refused(": has headings but no rows of answers; export it again")),
    "the headings twice": ([ROWS[0], *ROWS], Refused(", row 2, column ")),
}


@pytest.mark.parametrize("case", HEADINGS)
def test_headings_are_understood_or_the_one_that_is_missing_is_named(case, judge):
    rows, expected = HEADINGS[case]
    judge(csv_of(rows), expected)


def shifted(row, by):
    rows = table()
    cells = rows[row - 1]
    rows[row - 1] = [*cells[-by:], *cells[:-by]]
    return rows


def between(*rows):
    return [*ROWS[:4], *rows, *ROWS[4:]]


TOTAL = ["Total", "", "1800", "", *["21"] * 18, "", ""]
BODY = {
    "one row": (ROWS[:2], Right(PEOPLE[:1])),
    "a row with a cell too many": (between([*ROWS[4], "x"]), TOO_WIDE),
    "a row with a cell too few": (between(ROWS[4][:-1]), TOO_NARROW),
    "a row with one cell": (between(["R_"]), TOO_NARROW),
    "a row with an empty cell too many": (between(["", *[""] * 24]), CLEAN),
    "rows shifted by one cell": (shifted(3, 1), Refused(", row 3, column ")),
    "empty rows in between": (between([""] * 24, [""] * 24), CLEAN),
    "rows of spaces in between": (between([" "] * 24, ["\u00a0"] * 24, ["\u200b"] * 24), CLEAN),
    "a row of totals, which has no site, at the end": ([*ROWS, TOTAL], CLEAN),
    "a note below the rows": ([*ROWS, ["Printed on Monday"]], TOO_NARROW),
    "the headings repeated in the middle": (between(ROWS[0]), Refused(", row 5, column ")),
    "the export twice, one below the other": ([*ROWS, *ROWS], Refused(", row 8, column ")),
    "the same rows twice": ([*ROWS, *ROWS[1:]], CLEAN),
    "the same person with other answers": (
        [*ROWS, [*ROWS[1][:4], *ROWS[6][4:]]],
        Refused(r", row 8: response id appears in rows 2 and 8 with different answers; keep one"),
    ),
    "an export with another order of columns below": (
        [*ROWS, *(row[::-1] for row in ROWS)],
        Refused(", row 8, column "),
    ),
}


@pytest.mark.parametrize("case", BODY)
def test_rows_that_are_wrong_are_told_by_their_number(case, judge):
    rows, expected = BODY[case]
    judge(csv_of(rows), expected)


def test_a_heading_of_two_lines_is_told_in_one(judge):
    columns = json.loads(mapping())["columns"] | {"bbb104": "Q\nbbb104"}
    rows = with_heading(ITEM, "Q\nbbb104", with_answer("7"))
    files = {EXPORT: csv_of(rows), "m.yaml": mapping(columns=columns)}
    told = Refused(", row 2, column 'Q bbb104': answer '7' outside the scale")
    judge(files, told, mapping=judge.path("m.yaml"))


def test_half_of_the_answers_of_one_row_can_be_missing(judge):
    judge(csv_of(with_answer("")), answering(""))


@pytest.mark.slow
def test_as_many_columns_as_excel_has_are_read(judge):
    judge(csv_of(wide(16_384 - len(ROWS[0]))), CLEAN)


@pytest.mark.slow
def test_a_million_rows_are_read(judge):
    first, rest = LINES[1].split(",", 1)
    many = (f"{first}{number},{rest}" for number in range(1_000_000))
    judge.path(EXPORT).write_text("\n".join([LINES[0], *many]), encoding="utf-8")
    source = ExportSource(judge.path(EXPORT), "place", mapping=judge.mapping())
    pooled, _ = pool_exports([source], INSTRUMENT, None, "spring")
    assert len(pooled.people) == 1_000_000
    assert pooled.reasons.isna().all()
    assert (pooled.values == pooled.values[0]).all()

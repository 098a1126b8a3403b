"""The export of every platform with what people do to exports: sorted, cut, joined, saved again."""

import random
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports
from pipeline.ingest.check import check_export
from pipeline.ingest.check_words import describe_check
from pipeline.problems import InputError
from tests.ingest.layouts import (
    INSTRUMENT,
    limesurvey_rows,
    qualtrics_rows,
    redcap_rows,
)
from tests.ingest.platforms.test_google_forms import form_rows as google_rows
from tests.ingest.platforms.test_microsoft_forms import form_rows as microsoft_rows
from tests.ingest.test_form_platforms import (
    SENT_IN,
    formr_rows,
    kobo_rows,
    odk_rows,
    paper_rows,
)

from .conftest import files_in, lines_are_clean
from .corpus import EXPORT, csv_of, table

KEEP_EVERYBODY = ScreeningRules(exclude_from_flags=99)
PLATFORMS = {
    "qualtrics": (qualtrics_rows, 3, "Site"),
    "limesurvey": (limesurvey_rows, 1, "site"),
    "redcap": (redcap_rows, 1, None),
    "kobo": (kobo_rows, 1, "site"),
    "odk": (odk_rows, 1, "site"),
    "formr": (formr_rows, 1, "site"),
    "paper": (paper_rows, 1, "site"),
    "google_forms": (google_rows, 1, "Where do you work?"),
    "microsoft_forms": (microsoft_rows, 1, "Where?"),
    "generic": (lambda people: in_codes(table(people)), 1, "place"),
}
"""Who writes the rows, how many of them are headings, and the column of the site."""


def in_codes(rows):
    return [[cell.removeprefix("Q ") for cell in rows[0]], *rows[1:]]


def as_it_is(rows, n):
    return rows


def rows_shuffled(rows, n):
    below = rows[n:]
    random.Random(7).shuffle(below)
    return [*rows[:n], *below]


def rows_repeated(rows, n):
    return [*rows, *rows[n:]]


def concatenated(rows, n):
    return [*rows, *rows]


def columns_turned_around(rows, n):
    return [list(reversed(row)) for row in rows]


def columns_added(rows, n):
    others = [[f"other{place}" for place in range(5)]] * n + [["9", "x", "", "7", "1"]] * len(rows)
    return [[*row, *other] for row, other in zip(rows, others, strict=False)]


def without_first_row(rows, n):
    return rows[1:]


def without_second_row(rows, n):
    return [rows[0], *rows[2:]]


def third_of_the_columns(rows, n):
    return [row[: len(row) // 3] for row in rows]


def other_thirds_of_the_columns(rows, n):
    return [row[len(row) // 3 :] for row in rows]


def headings_only(rows, n):
    return rows[:n]


def one_person(rows, n):
    return rows[: n + 1]


def empty_columns_between(rows, n):
    return [
        [cell for pair in zip(row, [""] * len(row), strict=True) for cell in pair] for row in rows
    ]


def a_title_above(rows, n):
    return [["Leading together", *[""] * (len(rows[0]) - 1)], *rows]


def cells_shifted_in_one_row(rows, n):
    return [*rows[:n], ["", *rows[n][:-1]], *rows[n + 1 :]]


SAME, SAFE, ONE = "the same", "the same or refused", "one person"
REFUSED, ANY = "refused", "a result or a refusal"
CHANGES = {
    as_it_is: SAME,
    rows_shuffled: SAME,
    columns_added: SAFE,
    columns_turned_around: SAFE,
    rows_repeated: ANY,
    concatenated: REFUSED,
    without_first_row: SAFE,
    without_second_row: ANY,
    third_of_the_columns: REFUSED,
    other_thirds_of_the_columns: REFUSED,
    headings_only: REFUSED,
    one_person: ONE,
    empty_columns_between: SAFE,
    a_title_above: SAFE,
    cells_shifted_in_one_row: ANY,
}
"""What is done to an export, and what must come out of it."""

SAME_WHERE = {
    columns_added: set(PLATFORMS),
    columns_turned_around: {"limesurvey", "redcap", "formr", "paper"},
    rows_repeated: {"qualtrics", "limesurvey", "redcap", "kobo", "odk", "formr"},
}
"""Platforms whose columns are known by name, and those that give every response its id."""

EXCEPTIONS = {
    ("qualtrics", without_first_row): ANY,  # items are then known by their wording, others are not
    ("qualtrics", other_thirds_of_the_columns): ANY,  # every item is among them
    ("generic", columns_turned_around): ANY,  # the order tells how far somebody came
}


def told_in(content, site, name):
    """The answers that are read, as sorted rows, or None for a refusal."""
    Path(EXPORT).write_bytes(content)
    source = ExportSource(Path(EXPORT), site, platform=name)
    before = files_in(Path())
    try:
        ingested = ingest_exports([source], INSTRUMENT, None, "spring", KEEP_EVERYBODY)
    except InputError as error:
        lines_are_clean(str(error).splitlines())
        assert all(problem.file == EXPORT for problem in error.problems)
        answers = None
    else:
        responses = ingested.responses[["site", *INSTRUMENT.answer_columns]]
        answers = sorted(responses.astype("string").fillna("").to_numpy().tolist())
    assert files_in(Path()) == before
    return answers


@cache
def clean_answers(platform):
    """What those who finished answered, as read from an export to which nothing was done."""
    rows_of, _, site = PLATFORMS[platform]
    answers = told_in(csv_of(rows_of(SENT_IN)), site, platform)
    assert answers
    return answers


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_changed_export_gives_the_same_answers_or_is_refused(platform, change, judge):
    rows_of, n, site = PLATFORMS[platform]
    clean = clean_answers(platform)
    changed = told_in(csv_of(change(rows_of(SENT_IN), n)), site, platform)
    usual = SAME if platform in SAME_WHERE.get(change, ()) else CHANGES[change]
    expected = EXCEPTIONS.get((platform, change), usual)
    if expected == SAME:
        assert changed == clean
    elif expected == SAFE:
        assert changed in (None, clean)
    elif expected == REFUSED:
        assert changed is None
    elif expected == ONE:
        assert changed is not None
        assert len(changed) == 1


def saved_by_a_spreadsheet(rows, path):
    """The rows as a spreadsheet saves them: numbers as numbers, moments as dates."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                kept = understood(cell)
                if isinstance(kept, str):
                    sheet.write_string(number, place, kept)
                else:
                    sheet.write(number, place, kept)
    return path.read_bytes()


def understood(cell):
    """What a spreadsheet takes a text for."""
    if isinstance(cell, datetime):
        return cell
    for kind in (int, float, datetime.fromisoformat):
        try:
            told = kind(cell)
        except ValueError:
            continue
        return told.replace(tzinfo=None) if isinstance(told, datetime) else told
    return cell


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_export_that_excel_saved_again_gives_the_same_answers(platform, judge, tmp_path):
    rows_of, _, site = PLATFORMS[platform]
    saved = saved_by_a_spreadsheet(rows_of(SENT_IN), tmp_path / "saved.xlsx")
    assert told_in(saved, site, platform) == clean_answers(platform)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("other", PLATFORMS)
def test_an_export_read_as_that_of_another_platform_is_a_result_or_a_refusal(
    platform, other, judge
):
    rows_of, _, site = PLATFORMS[platform]
    Path(EXPORT).write_bytes(csv_of(rows_of(SENT_IN)))
    source = ExportSource(Path(EXPORT), site, platform=other)
    found = check_export(source, INSTRUMENT, INSTRUMENT)
    lines_are_clean(describe_check(found).splitlines())

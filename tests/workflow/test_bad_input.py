"""Bad input ends with one line that says what is wrong and what to do, and no report."""

import csv
import re

import pytest

from tests.workflow.runs import run_snakemake

EXPORTS = "data/example/exports"


def edit_rows(path, alter, separator=","):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=separator))
    alter(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)


def set_cell(rows, row, heading, value):
    rows[row][rows[0].index(heading)] = value


def drop_column(rows, heading):
    place = rows[0].index(heading)
    for row in rows:
        del row[place]


def repeat_id_with_another_answer(rows):
    copy = list(rows[5])
    rows.append(copy)
    place = rows[0].index("pow101")
    copy[place] = "1" if copy[place] != "1" else "2"


def replace_in(project, file, old, new):
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def make_unknown_platform(project):
    path = project / EXPORTS / "qualtrics.csv"
    path.write_text("colour,shape\nred,round\nblue,square\n", encoding="utf-8")


def make_ambiguous_platform(project):
    header = (
        "id,submitdate,lastpage,startlanguage,prac[ini101],prac[ini201],redcap_event_name,b___1\n"
    )
    path = project / EXPORTS / "qualtrics.csv"
    path.write_text(header + "1,2026-09-01,2,en,4,5,base,1\n", encoding="utf-8")


def lose_item_column(project):
    edit_rows(project / EXPORTS / "redcap.csv", lambda rows: drop_column(rows, "com301"))


def answer_outside_scale(project):
    edit_rows(project / EXPORTS / "redcap.csv", lambda rows: set_cell(rows, 6, "com301", "7"))


def repeat_respondent(project):
    edit_rows(project / EXPORTS / "redcap.csv", repeat_id_with_another_answer)


def empty_file(project):
    (project / EXPORTS / "limesurvey.csv").write_bytes(b"")


def wrong_encoding(project):
    path = project / EXPORTS / "limesurvey.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_bytes(
        text.replace("en", "\u0421\u0435\u0432\u0435\u0440", 1).encode("cp1251", errors="replace")
    )


def lose_site_column(project):
    replace_in(project, "config/config.yaml", "site_column: Site", "site_column: Town")


def misspell_key(project):
    replace_in(project, "config/config.yaml", "instrument:", "instument:")


def break_instrument(project):
    path = "instrument/scales/POW.yaml"
    replace_in(project, path, "response_scale: agreement_5", "response_scale: agreement_7")


BAD_INPUT = {
    "unknown platform": (
        make_unknown_platform,
        r"qualtrics\.csv: the survey platform cannot be told.*platform: ",
    ),
    "ambiguous platform": (
        make_ambiguous_platform,
        r"qualtrics\.csv: looks like two survey platforms: limesurvey .* and redcap .*platform: ",
    ),
    "missing item column": (lose_item_column, r"redcap\.csv.*com301"),
    "answer outside the scale": (answer_outside_scale, r"redcap\.csv, row 7, column 'com301'.*1-5"),
    "duplicate respondent ids": (repeat_respondent, r"redcap\.csv.*rows? \d+.*keep one"),
    "empty file": (empty_file, r"limesurvey\.csv.*empty"),
    "wrong encoding": (wrong_encoding, r"limesurvey\.csv.*UTF-8"),
    "site column missing": (lose_site_column, r"qualtrics\.csv.*Town"),
    "misspelt key": (misspell_key, r"config\.yaml, key 'instument'.*did you mean 'instrument'"),
    "invalid instrument": (break_instrument, r"POW\.yaml, key 'response_scale'.*'agreement_5'"),
}


EVERY_TIME = ("unknown platform", "answer outside the scale", "misspelt key", "invalid instrument")
"""Cases of the default suite, one a part of the project that refuses; the others are slow."""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=() if case in EVERY_TIME else pytest.mark.slow)
        for case in BAD_INPUT
    ],
)
def test_bad_input_is_told_in_one_line_and_leaves_nothing_behind(project, case):
    spoil, expected = BAD_INPUT[case]
    spoil(project)
    run = run_snakemake(project)
    assert run.status != 0
    assert any(re.search(expected, line) for line in run.problems), run.said
    assert len(run.problems) <= 2
    assert "Traceback" not in run.said
    assert not (project / "reports" / "built").exists()
    assert not list((project / "data").glob("1_ingest/*"))


def test_a_refused_run_leaves_the_last_reports_as_they_were(project):
    index = project / "reports" / "built" / "index.html"
    index.parent.mkdir(parents=True)
    index.write_text("the last reports", encoding="utf-8")
    answer_outside_scale(project)
    assert run_snakemake(project).status != 0
    assert index.read_text(encoding="utf-8") == "the last reports"

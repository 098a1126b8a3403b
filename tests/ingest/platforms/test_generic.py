"""Files of any origin, with a mapping file and without one."""

import json

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.platforms.generic import GENERIC
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError
from tests.ingest.layouts import (
    INSTRUMENT,
    PEOPLE,
    TICKS,
    generic_mapping,
    generic_rows,
    write_csv,
)

HEADINGS = ["No", "When", "Lang", "Site", "Q1", "Q2"]
ROWS = [["7", "13.02.2026", "EN", "North", "4", "1;2"], ["8", "1.2.2026", "de", "South", "-9", ""]]
MAPPING = {
    "columns": {"aaa101": "Q1", "fnhere": "Q2"},
    "respondent": "No",
    "date": "When",
    "language": "Lang",
    "ticks": ";",
    "seen": [-9],
    "blank": ["NA"],
}


def source_of(folder, rows=(HEADINGS, *ROWS), mapping=MAPPING, name="any.csv", **options):
    path = write_csv(folder / name, rows, **options)
    if mapping is None:
        return ExportSource(path, None, platform="generic")
    told = folder / "mapping.yaml"
    told.write_text(json.dumps(mapping), encoding="utf-8")
    return ExportSource(path, None, mapping=told)


def raw_of(source):
    return GENERIC.read(read_sheet(source.file), source)


def told_by(source):
    with pytest.raises(InputError) as caught:
        raw_of(source)
    return str(caught.value)


# ------------------------------------------------------------------------------ the mapping


def test_a_mapping_tells_what_each_column_is(folder):
    raw = raw_of(source_of(folder))
    assert raw.record["response_id"].tolist() == ["7", "8"]
    assert raw.record["day"].tolist() == ["2026-02-13", "2026-02-01"]
    assert raw.record["language"].tolist() == ["en", "de"]
    assert raw.record["finished"].isna().all()
    assert (raw.tick_separator, raw.seen_texts, raw.blank_texts) == (";", {"-9"}, {"NA"})
    assert dict(raw.promised) == {"aaa101": 5, "fnhere": 6}
    assert [column.heading for column in raw.questions] == ["Site", "Q1", "Q2"]


def test_a_mapped_column_is_known_by_the_name_of_its_answer(folder):
    column = raw_of(source_of(folder)).columns[5]
    assert (column.code, column.names) == ("fnhere", ("Q2", "fnhere"))


def test_dates_that_could_be_either_order_are_told(folder):
    rows = [HEADINGS, ["7", "1/2/2026", *ROWS[0][2:]]]
    raw = raw_of(source_of(folder, rows))
    assert raw.record["day"].isna().all()
    assert "'When' could have the day or the month first" in raw.notes[0]


def test_a_column_of_dates_without_one_is_refused(folder):
    rows = [HEADINGS, ["7", "", *ROWS[0][2:]], ["8", "last week", *ROWS[0][2:]]]
    assert told_by(source_of(folder, rows)) == (
        "any.csv, row 3, column 'When': no dates written in one way are found here; "
        "write all of them as 2026-03-01"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tick": ";"}, "'tick': this key is not known; did you mean 'ticks'?"),
        ({"seen": "-9"}, "key 'seen': '-9' is not of type 'array'"),
        ({"seen": [1.5]}, "key 'seen[0]': 1.5 is not of type 'string', 'integer'"),
        ({"ticks": ""}, "key 'ticks'"),
        ({"heading_rows": 9}, "key 'heading_rows': 9 is greater than the maximum of 3"),
        ({"date": "Wen"}, "column 'Wen': the mapping names this heading but the file has none"),
        ({"date": "Q1"}, "column 'Q1': the mapping uses this heading more than once"),
    ],
)
def test_a_key_that_does_not_fit_is_told(change, told, folder):
    assert told in told_by(source_of(folder, mapping=MAPPING | change))


def test_a_text_that_means_seen_is_a_question_left_out(folder, ingest):
    rows = generic_rows(PEOPLE)
    place = rows[0].index("Q aaa105")
    rows[1][place] = "-9"
    write_csv(folder / "g.csv", rows)
    (folder / "mapping.yaml").write_text(generic_mapping(seen=["-9"]), encoding="utf-8")
    source = ExportSource(folder / "g.csv", "place", mapping=folder / "mapping.yaml")
    missing = ingest(source).missing
    assert missing.loc[missing["column"] == "aaa105", "reason"].tolist() == ["SKIPPED"]


def test_ticks_in_one_cell_are_read_with_their_separator(folder, ingest):
    rows = generic_rows(PEOPLE)
    places = [rows[0].index(f"Q {name}") for name in TICKS]
    labels = ["Meetings", "Planning", "None of these"]
    together = [["What do you do?"]]
    for row in rows[1:]:
        ticked = [label for place, label in zip(places, labels, strict=True) if row[place] == "1"]
        together.append(["\n".join(ticked)])
    joined = [[*row[: places[0]], *cell] for row, cell in zip(rows, together, strict=True)]
    columns = {name: f"Q {name}" for name in INSTRUMENT.answer_columns if name not in TICKS}
    mapping = generic_mapping(columns=columns, ticks="\n")
    (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    path = write_csv(folder / "g.csv", joined)
    read = ingest(ExportSource(path, "place", mapping=folder / "mapping.yaml")).responses
    told = read.sort_values(["aaa101", "aaa102"])[TICKS].to_numpy().tolist()
    assert told[0] == [1, 0, 0]
    assert told[4] == [1, 1, 0]


# ----------------------------------------------------------------------- other kinds of file


def test_without_a_mapping_headings_are_codes_or_wordings(folder):
    raw = raw_of(source_of(folder, mapping=None))
    assert [column.code for column in raw.columns] == HEADINGS
    assert raw.columns[4].question == ("Q1",)
    assert raw.layout == "one heading row, without a mapping file"


def test_two_heading_rows_in_utf_16_with_tabs_are_read_as_sosci_writes_them(folder):
    rows = [
        ["CASE", "STARTED", "A101", "A102"],
        ["Interview number", "Time the interview started", "Trust: Statement 1", "Statement 2"],
        ["12", "2026-02-13 09:00:00", "4", "-9"],
    ]
    mapping = {
        "columns": {"aaa101": "A101", "aaa102": "A102"},
        "heading_rows": 2,
        "respondent": "CASE",
        "date": "STARTED",
        "seen": [-9],
    }
    raw = raw_of(source_of(folder, rows, mapping, delimiter="\t", encoding="utf-16"))
    assert raw.layout == "2 heading rows"
    assert raw.cells[3].tolist() == ["4"]
    assert raw.columns[2].question == ("Trust: Statement 1", "A101")
    assert raw.record["day"].tolist() == ["2026-02-13"]


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_the_labels_of_a_statistics_file_are_wordings(kind, folder):
    frame = pd.DataFrame({"q1": [1.0, 2.0, np.nan], "who": ["a", "b", "c"]})
    path = folder / f"any.{kind}"
    write = pyreadstat.write_sav if kind == "sav" else pyreadstat.write_dta
    labels = {"q1": {1.0: "Disagree", 2.0: "Agree"}}
    if kind == "dta":
        labels = {"q1": {1: "Disagree", 2: "Agree"}}
        frame["q1"] = frame["q1"].astype("Int32")
    write(frame, str(path), column_labels=["Statement 1", ""], variable_value_labels=labels)
    raw = GENERIC.read(read_sheet(path), ExportSource(path, None, platform="generic"))
    assert raw.columns[0].question == ("Statement 1", "q1")
    assert dict(raw.columns[0].labels) == {"1": ("Disagree",), "2": ("Agree",)}
    assert raw.columns[1].question == ("who",)
    assert raw.cells[1].tolist() == ["1", "2", ""]
    assert raw.layout == "one heading row, variables with labels, without a mapping file"


def test_codes_of_a_statistics_file_are_read_by_their_labels(folder, ingest):
    rows = generic_rows(PEOPLE, blank="")
    names = [name.removeprefix("Q ") for name in rows[0]]
    frame = pd.DataFrame(rows[1:], columns=names)
    scale = INSTRUMENT.scales[0].response_scale
    own = {str(option.value): float(option.value + 10) for option in scale.options}
    frame["aaa101"] = frame["aaa101"].map(own)
    labels = {"aaa101": {option.value + 10.0: str(option.label) for option in scale.options}}
    path = folder / "any.sav"
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels)
    read = ingest(ExportSource(path, "place", platform="generic")).responses
    assert sorted(read["aaa101"]) == [1, 1, 1, 1, 1, 2]


def test_no_file_looks_like_one_of_any_origin(folder):
    sheet = read_sheet(source_of(folder).file)
    assert GENERIC.signature(sheet).points == 0


def test_a_file_without_answers_is_refused(folder):
    assert "has headings but no rows of answers" in told_by(source_of(folder, [HEADINGS]))

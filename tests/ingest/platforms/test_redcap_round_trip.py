"""A questionnaire in REDCap comes back the same from names, labels, events and repetitions."""

import csv
from pathlib import Path

import pytest

from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports
from pipeline.ingest.platforms.redcap_dictionary import read_dictionary
from pipeline.instrument import load_instrument
from pipeline.instrument.export import export_form
from tests.ingest.exports import text_files
from tests.ingest.exports.people import draw_people, read_columns

FOLDER = Path(__file__).parents[3] / "instrument"
KEEP_EVERYBODY = ScreeningRules(exclude_from_flags=99)
STATUS = {"0": "Incomplete", "1": "Unverified", "2": "Complete", "": ""}
TICK = {"1": "Checked", "0": "Unchecked", "": ""}


@pytest.fixture(scope="module")
def instrument():
    return load_instrument(FOLDER).form("short", ())


@pytest.fixture(scope="module")
def written(tmp_path_factory, instrument):
    """Folder with dictionary, map of names, and the export with names and codes."""
    folder = tmp_path_factory.mktemp("redcap")
    files = export_form(load_instrument(FOLDER), "redcap", "short", "en", {}, ())
    for name in ("name_map.csv", "data_dictionary.csv"):
        (folder / name).write_bytes(files[name])
    columns = read_columns(files["name_map.csv"])
    people = draw_people(columns, instrument, 25, True)
    text_files.write_redcap(folder / "names.csv", columns, people, files["data_dictionary.csv"])
    return folder


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write_rows(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def in_words(rows, dictionary):
    """The same export with labels as headings and as answers."""
    fields = dictionary.by_name()
    headings, columns = [], []
    for name, cells in zip(rows[0], zip(*rows[1:], strict=True), strict=True):
        field = fields.get(name)
        if name == "redcap_survey_identifier":
            heading, words = "Survey Identifier", {}
        elif name.endswith("_timestamp"):
            heading, words = "Survey Timestamp", {}
        elif name.endswith("_complete"):
            heading, words = "Complete?", STATUS
        else:
            heading = field.heading.replace('"', "'").replace("\n", " ")
            words = TICK if field.subcode is not None else dict(field.choices)
        headings.append(heading)
        columns.append([words.get(cell, cell) for cell in cells])
    return [headings, *zip(*columns, strict=True)]


def ingest(path, instrument, **options):
    source = ExportSource(path, None, **options)
    ingested = ingest_exports([source], instrument, None, "spring", KEEP_EVERYBODY)
    people = ingested.responses.drop(columns=["respondent", "site", "export"])
    cells = ingested.ledger_cells.drop(columns="export")
    return (
        people.sort_values(list(people.columns)).astype(str).to_numpy().tolist(),
        sorted(cells.astype(str).to_numpy().tolist()),
    )


@pytest.mark.parametrize("with_map", [True, False])
def test_labels_with_the_dictionary_come_back_as_codes_do(with_map, written, instrument):
    path, given = written / "data_dictionary.csv", {}
    if with_map:
        given["name_map"] = written / "name_map.csv"
    rows = in_words(rows_of(written / "names.csv"), read_dictionary(path))
    write_rows(written / "labels.csv", rows)
    named = ingest(written / "names.csv", instrument, definition=path, **given)
    labelled = ingest(written / "labels.csv", instrument, definition=path, **given)
    assert labelled == named
    assert len(named[0]) > 10


def test_events_of_one_record_are_waves(written, instrument):
    rows = rows_of(written / "names.csv")
    once = [[rows[0][0], "redcap_event_name", *rows[0][1:]]]
    both = [
        [row[0], event, *row[1:]] for row in rows[1:] for event in ("first_arm_1", "then_arm_1")
    ]
    write_rows(written / "events.csv", [*once, *both])
    source = ExportSource(
        written / "events.csv",
        None,
        occasions={"first_arm_1": "spring", "then_arm_1": "autumn"},
    )
    ingested = ingest_exports([source], instrument, None, "spring", KEEP_EVERYBODY)
    waves = ingested.responses["wave"].value_counts().to_dict()
    assert set(waves) == {"spring", "autumn"}
    assert waves["spring"] == waves["autumn"]

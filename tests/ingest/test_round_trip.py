"""A form is written for a platform, answered, exported as the platform does, and read back."""

from functools import cache
from pathlib import Path

import pytest

from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports
from pipeline.ingest.detect import platform_of
from pipeline.ingest.read_file import read_sheet
from pipeline.instrument import load_instrument
from pipeline.instrument.export import export_form

from .exports import form_files, text_files
from .exports.people import draw_people, expected_cells, expected_texts, read_columns

FOLDER = Path(__file__).parents[2] / "instrument"
KEEP_EVERYBODY = ScreeningRules(exclude_from_flags=99)
N_PEOPLE = 40

ADDED = ("enablers", "barriers", "outcomes")
FORMS = {
    "long": ("long", ADDED, ADDED),
    "long without one of its sections": ("long", ("enablers", "barriers"), ADDED),
    "short": ("short", (), ()),
    "booklet of the field test": ("fielda", (), ()),
}
"""Form and sections that are asked, and the sections of the study."""

VARIANTS = {
    "qualtrics, codes": ("qualtrics", "qualtrics", {}),
    "qualtrics, labels": ("qualtrics", "qualtrics", {"labels": True}),
    "redcap": ("redcap", "redcap", {}),
    "limesurvey, codes": ("limesurvey", "limesurvey", {}),
    "limesurvey, labels": ("limesurvey", "limesurvey", {"labels": True}),
    "kobo": ("xlsform", "kobo", {}),
    "kobo, with groups": ("xlsform", "kobo", {"grouped": True}),
    "kobo, ticks in one cell": ("xlsform", "kobo", {"split": False}),
    "odk": ("xlsform", "odk", {}),
    "odk, without groups": ("xlsform", "odk", {"grouped": False}),
    "odk, ticks in one cell": ("xlsform", "odk", {"split": False}),
    "formr": ("formr", "formr", {}),
    "paper": ("paper", "paper", {}),
}
"""Exporter, platform that reads, and how the export is made."""

ALWAYS_SENT_IN = ("kobo", "odk")
"""Nobody stops half-way there: a questionnaire arrives whole or not at all."""


@cache
def whole_instrument():
    return load_instrument(FOLDER)


@cache
def instrument_of(form, sections):
    """The form of the study: that of the field test, where a booklet was asked."""
    forms = whole_instrument().forms
    whole = next((known.id for known in forms if form in known.booklets), form)
    return whole_instrument().form(whole, sections)


@cache
def made(exporter, form, sections):
    return export_form(whole_instrument(), exporter, form, "en", {}, sections)


def write(platform, path, columns, people, files, **options):
    """The export of a platform; returns what else has to be given with it."""
    form = next((files[name] for name in files if name.endswith(".xlsx")), b"")
    if platform == "redcap":
        dictionary = path.with_name("dictionary.csv")
        dictionary.write_bytes(files["data_dictionary.csv"])
        text_files.write_redcap(path, columns, people, files["data_dictionary.csv"])
        return {"definition": dictionary}
    if platform in ("kobo", "odk"):
        getattr(form_files, f"write_{platform}")(path, columns, people, form, **options)
    elif platform == "paper":
        form_files.write_paper(path, columns, people, form)
    else:
        getattr(text_files, f"write_{platform}")(path, columns, people, **options)
    return {}


def read_back(ingested, columns):
    """Site and every number or reason of each row, sorted; rows carry nothing that names them."""
    reasons = ingested.missing.set_index(["respondent", "column"])["reason"].to_dict()
    labels = ingested.sites.set_index("site")["label"]
    rows = []
    for row in ingested.responses.to_dict("records"):
        told = [reasons.get((row["respondent"], name)) or int(row[name]) for name in columns]
        rows.append([labels[row["site"]], *map(str, told)])
    return sorted(rows)


def differences(read, expected):
    """The cells that differ, so that a failure tells which."""
    assert len(read) == len(expected)
    return [
        (row, place, *pair)
        for row, cells in enumerate(zip(read, expected, strict=True))
        for place, pair in enumerate(zip(*cells, strict=True))
        if pair[0] != pair[1]
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_answers_come_back_as_they_were_given(variant, form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exporter, platform, options = VARIANTS[variant]
    name, asked, of_study = FORMS[form]
    instrument, files = instrument_of(name, of_study), made(exporter, name, asked)
    columns = read_columns(files["name_map.csv"])
    if platform == "paper":
        columns = form_files.paper_order(columns, files["data_entry.xlsx"])
    people = draw_people(columns, instrument, N_PEOPLE, platform not in ALWAYS_SENT_IN)
    path = Path("export.xlsx" if platform == "paper" else "export.csv")
    others = write(platform, path, columns, people, files, **options)
    Path("name_map.csv").write_bytes(files["name_map.csv"])
    source = ExportSource(path, None, name_map=Path("name_map.csv"), **others)

    assert platform_of(read_sheet(path), source).name == platform
    ingested = ingest_exports([source], instrument, None, "spring", KEEP_EVERYBODY)

    unreached = "UNKNOWN" if platform == "paper" else "NOT_REACHED"
    expected = []
    for person in people:
        cells = expected_cells(person, columns, instrument, unreached)
        told = [str(cells[column]) for column in instrument.answer_columns]
        expected.append([person.answers["site"], *told])
    assert differences(read_back(ingested, instrument.answer_columns), sorted(expected)) == []

    labels = ingested.sites.set_index("site")["label"]
    texts = zip(
        ingested.open_answers["site"].map(labels),
        ingested.open_answers["question"],
        ingested.open_answers["text"],
        strict=True,
    )
    assert sorted(texts) == expected_texts(people, columns)


@pytest.mark.parametrize("form", FORMS)
def test_the_invented_people_give_every_answer_and_leave_some(form):
    name, asked, of_study = FORMS[form]
    instrument = instrument_of(name, of_study)
    columns = read_columns(made("redcap", name, asked)["name_map.csv"])
    people = draw_people(columns, instrument, N_PEOPLE, partial=True)
    for column in columns:
        given = {person.answers[column.name] for person in people}
        assert set(column.codes) <= given
        if column.name != "site":
            assert None in given
    assert any(not person.finished for person in people)

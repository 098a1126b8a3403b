"""Translations are complete or absent, and made on a sheet that people can work with."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from pipeline.cli import main
from pipeline.instrument import load_instrument
from pipeline.instrument.documents import read_documents
from pipeline.instrument.export import lay_out
from pipeline.instrument.translation import source_texts
from pipeline.instrument.translation_sheet import (
    ABOUT,
    SheetRow,
    read_sheet,
    review_sheet,
    translation_from,
    translation_yaml,
)
from pipeline.problems import InputError

FOLDER = "data/example/leadership_climate/instrument"


@pytest.fixture
def folder(tmp_path):
    """A questionnaire that a test may translate."""
    copy = tmp_path / "instrument"
    shutil.copytree(FOLDER, copy)
    return copy


def finished_rows(folder, change=lambda place, text: text):
    """A sheet in which every text is translated."""
    documents = read_documents(folder)
    about = [SheetRow(n, place, "", f"om: {place}") for n, place in enumerate(ABOUT, start=2)]
    texts = [
        SheetRow(n, place, text, change(place, f"sv: {text}"))
        for n, (place, text) in enumerate(source_texts(documents).items(), start=2 + len(about))
    ]
    return [*about, *texts]


def translate(folder, rows, status="machine draft"):
    content = translation_from(read_documents(folder), "sv", status, rows, "sheet.xlsx")
    (folder / "translations").mkdir(exist_ok=True)
    path = folder / "translations" / "sv.yaml"
    path.write_text(translation_yaml(content), encoding="utf-8")
    return path


def problems_of(folder):
    with pytest.raises(InputError) as caught:
        load_instrument(folder)
    return [str(problem) for problem in caught.value.problems]


def test_every_text_is_there_in_the_language_of_a_finished_sheet(folder):
    translate(folder, finished_rows(folder))
    instrument = load_instrument(folder)
    assert instrument.languages == ("en", "sv")
    for scale in instrument.scales:
        assert scale.title.in_language("sv") == f"sv: {scale.title}"
        assert all(o.label.in_language("sv") for o in scale.response_scale.options)


def test_a_translation_that_is_not_reviewed_says_so_on_every_form(folder):
    translate(folder, finished_rows(folder))
    (folder / "phrases.yaml").write_text(
        yaml.safe_dump(
            {n: {"en": n} for n in ("opening", "opening_title", "site_question", "draft_mark")}
        ),
        encoding="utf-8",
    )
    translate(folder, finished_rows(folder))
    instrument = load_instrument(folder)
    (form,) = instrument.forms
    notes = {
        language: lay_out(instrument, form, language, {}).notes for language in instrument.languages
    }
    assert f"om: {ABOUT[1]}" in notes["sv"]
    assert lay_out(instrument, form, "sv", {}).title.endswith("(sv: draft_mark)")
    assert len(notes["en"]) == len(notes["sv"]) - 1


def test_a_reviewed_translation_carries_no_note(folder):
    (folder / "phrases.yaml").write_text(
        yaml.safe_dump(
            {n: {"en": n} for n in ("opening", "opening_title", "site_question", "draft_mark")}
        ),
        encoding="utf-8",
    )
    translate(folder, finished_rows(folder), status="reviewed")
    instrument = load_instrument(folder)
    assert lay_out(instrument, instrument.forms[0], "sv", {}).notes == (
        f"sv: {instrument.status_note}",
    )


def test_a_text_without_translation_keeps_the_language_out(folder):
    path = translate(folder, finished_rows(folder))
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    gone = content["texts"].pop(3)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    (problem,) = problems_of(folder)
    assert gone["place"] in problem
    assert "is not translated; add it, or leave the language out" in problem


def test_an_action_and_a_source_are_translated_like_every_other_text(folder):
    cover, scale = folder / "instrument.yaml", folder / "scales" / "LEAD.yaml"
    action = "actions:\n  - {text: {'en': 'Meet.'}, source: ['000:1']}\n"
    cover.write_text(f"{cover.read_text(encoding='utf-8')}sources: {{'000': {{'en': 'A work'}}}}\n")
    scale.write_text(f"{scale.read_text(encoding='utf-8')}{action}")
    path = translate(folder, finished_rows(folder))
    instrument = load_instrument(folder)
    (read,) = instrument.by_id["LEAD"].actions
    assert read.text.in_language("sv") == "sv: Meet."
    assert instrument.works_behind(read)[0].in_language("sv") == "sv: A work"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["texts"] = [t for t in content["texts"] if t["place"] != "scales/LEAD actions.0.text"]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    (problem,) = problems_of(folder)
    assert "actions.0.text': is not translated" in problem


def test_a_source_text_that_changed_after_its_translation_is_told(folder):
    translate(folder, finished_rows(folder))
    cover = folder / "scales" / "LEAD.yaml"
    content = yaml.safe_load(cover.read_text(encoding="utf-8"))
    content["title"]["en"] = "Another title"
    cover.write_text(yaml.safe_dump(content), encoding="utf-8")
    (problem,) = problems_of(folder)
    assert "scales/LEAD title" in problem
    assert "the source text has changed since it was translated" in problem


def test_a_text_that_left_the_questionnaire_is_told(folder):
    path = translate(folder, finished_rows(folder))
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["texts"].append({"place": "scales/GONE title", "en": "Gone", "sv": "Borta"})
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    (problem,) = problems_of(folder)
    assert "is no longer in the questionnaire; take it out" in problem


def test_a_file_named_after_another_language_is_told(folder):
    path = translate(folder, finished_rows(folder))
    path.rename(path.with_name("da.yaml"))
    (problem,) = problems_of(folder)
    assert "name this file sv.yaml" in problem


def test_words_of_the_site_must_stay_in_a_translation():
    documents = read_documents(Path("instrument"))
    rows = [
        SheetRow(2 + n, place, text, text.replace("{users}", "brukarna"))
        for n, (place, text) in enumerate(
            {**dict.fromkeys(ABOUT, "x"), **source_texts(documents)}.items()
        )
    ]
    with pytest.raises(InputError) as caught:
        translation_from(documents, "sv", "draft", rows, "sheet.xlsx")
    assert all("{users} must be in both" in str(problem) for problem in caught.value.problems)
    named = [text for text in source_texts(documents).values() if "{users}" in text]
    assert len(caught.value.problems) == sum("{Users}" not in text for text in named)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda rows: rows.pop(5), "this text has no row"),
        (lambda rows: rows.append(rows[5]), "this text has two rows"),
        (
            lambda rows: rows.append(SheetRow(999, "scales/GONE title", "Gone", "Borta")),
            "there is no such text in the questionnaire",
        ),
        (
            lambda rows: rows.__setitem__(5, SheetRow(7, rows[5].place, rows[5].source, "  ")),
            "is empty; translate it",
        ),
        (
            lambda rows: rows.__setitem__(5, SheetRow(7, rows[5].place, "changed", "sv")),
            "the source text has changed",
        ),
    ],
)
def test_a_sheet_with_a_fault_is_refused_with_its_row(folder, spoil, told):
    rows = finished_rows(folder)
    spoil(rows)
    with pytest.raises(InputError) as caught:
        translation_from(read_documents(folder), "sv", "draft", rows, "sheet.xlsx")
    assert any(told in str(problem) for problem in caught.value.problems)


def test_a_sheet_has_source_translation_and_what_a_wording_must_mean():
    documents = read_documents(Path("instrument"))
    sheet = CalamineWorkbook.from_filelike(BytesIO(review_sheet(documents, "sv")))
    rows = sheet.get_sheet_by_index(0).to_python()
    item = load_instrument("instrument").items["pow101"]
    (row,) = [row for row in rows if str(row[0]).endswith("items.pow101.text")]
    assert row[1] == str(item.text)
    assert item.intent in row
    assert item.translation_note in row
    assert len(rows) == 1 + len(ABOUT) + len(source_texts(documents))


def test_the_same_texts_give_the_same_sheet():
    documents = read_documents(Path(FOLDER))
    assert review_sheet(documents, "sv") == review_sheet(documents, "sv")


def test_a_sheet_goes_out_and_comes_back_by_the_command_line(folder, tmp_path, capsys):
    translate(folder, finished_rows(folder))
    before = (folder / "translations" / "sv.yaml").read_text(encoding="utf-8")
    sheet = tmp_path / "sv.xlsx"
    options = ["translate", "--lang", "sv", "--instrument", str(folder)]
    assert main([*options, "--sheet", str(sheet)]) == 0
    assert main([*options, "--take", str(sheet), "--status", "machine draft"]) == 0
    assert (folder / "translations" / "sv.yaml").read_text(encoding="utf-8") == before
    assert capsys.readouterr().out.count("wrote") == 2


def test_a_sheet_of_an_unknown_language_is_empty_and_says_what_is_missing(folder, tmp_path, capsys):
    sheet = tmp_path / "de.xlsx"
    options = ["translate", "--lang", "de", "--instrument", str(folder)]
    assert main([*options, "--sheet", str(sheet)]) == 0
    assert {row.translation for row in read_sheet(sheet)} == {""}
    assert main([*options, "--take", str(sheet)]) == 2
    assert "more rows are empty" in capsys.readouterr().err


def test_a_file_that_is_no_workbook_is_told(tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_text("not a workbook", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as an Excel workbook"):
        read_sheet(path)


def test_a_workbook_without_the_columns_of_the_sheet_is_told(tmp_path):
    path = tmp_path / "sheet.xlsx"
    with Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["place", "source", "svenska"])
    with pytest.raises(InputError, match="column 'translation': there is no such column"):
        read_sheet(path)


def test_every_translation_of_the_questionnaire_is_used_and_marked_until_it_is_reviewed():
    instrument = load_instrument("instrument")
    for translation in instrument.translations:
        assert translation.language in instrument.languages
        form = instrument.forms[0]
        notes = lay_out(instrument, form, translation.language, {}).notes
        marked = translation.note.in_language(translation.language) in notes
        assert marked == (translation.status != "reviewed")

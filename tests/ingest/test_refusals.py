"""What cannot be used is told with file, row, column and cure; never with what a person wrote."""

import csv

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.platforms import PLATFORMS
from pipeline.problems import InputError

from .layouts import (
    INSTRUMENT,
    PEOPLE,
    generic_mapping,
    generic_rows,
    qualtrics_rows,
    redcap_rows,
    write_csv,
)


def qualtrics(folder, rows, name="q.csv", site="Site"):
    return ExportSource(write_csv(folder / name, rows), site)


def changed(row, heading, text):
    rows = qualtrics_rows(PEOPLE)
    rows[row - 1][rows[0].index(heading)] = text
    return rows


def without(*headings):
    rows = qualtrics_rows(PEOPLE)
    places = {rows[0].index(heading) for heading in headings}
    return [[cell for place, cell in enumerate(row) if place not in places] for row in rows]


def test_an_unknown_platform(exported, refusal):
    text = refusal(ExportSource(exported().file, "Site", platform="qualtrix"))
    known = ", ".join(sorted(PLATFORMS))
    assert text == (
        f"qualtrics.csv: there is no platform 'qualtrix'; it can be {known}; "
        "did you mean 'qualtrics'?"
    )


def test_a_platform_that_cannot_be_told(folder, refusal):
    rows = [["who", "place", *INSTRUMENT.items], ["1", "North", *["3"] * 11]]
    text = refusal(ExportSource(write_csv(folder / "plain.csv", rows), "place"))
    assert text.startswith("plain.csv: the survey platform cannot be told; the best guesses are")
    assert text.count("what would decide") == 2
    assert "Write `platform: ...` for this file in the configuration" in text


def test_a_file_that_looks_like_two_platforms(folder, refusal):
    rows = redcap_rows(PEOPLE)
    extra = ["submitdate", "startlanguage"]
    mixed = [rows[0] + extra, *([*row, "", ""] for row in rows[1:])]
    mixed[0] = [name.replace("fnhere___", "fnhere") for name in mixed[0]]
    mixed[0] = [name.replace("redcap_", "") for name in mixed[0]]
    text = refusal(ExportSource(write_csv(folder / "mixed.csv", mixed), None))
    assert text.startswith("mixed.csv: looks like two survey platforms: limesurvey (")
    assert "redcap (a column ending in _complete" in text
    assert "Write `platform: ...`" in text


def test_missing_item_columns_are_told_together(folder, refusal):
    text = refusal(qualtrics(folder, without("practices_aaa102", "practices_bbb105")))
    assert text == (
        "q.csv: item columns missing: aaa102, bbb105; export again with all questions and their "
        "codes, or choose the form that was used"
    )


def test_two_columns_for_one_answer(folder, refusal):
    rows = qualtrics_rows(PEOPLE)
    rows[0][rows[0].index("remarks")] = "other_AAA101"
    text = refusal(qualtrics(folder, rows))
    assert text.startswith("q.csv, column 'other_AAA101': ambiguous: columns 12 and ")
    assert "claim to be 'aaa101'; keep only one of them" in text


def test_an_answer_outside_the_scale(folder, refusal):
    text = refusal(qualtrics(folder, changed(5, "practices_aaa103", "7")))
    assert text == (
        "q.csv, row 5, column 'practices_aaa103': answer '7' outside the scale: allowed are "
        "1-5 and 97-98; correct the export or the instrument"
    )


@pytest.mark.parametrize("text", ["a long remark of a person", "0612345678", "a@b.org"])
def test_what_may_be_personal_is_never_printed(text, folder, refusal):
    told = refusal(qualtrics(folder, changed(5, "practices_aaa103", text)))
    assert "row 5, column 'practices_aaa103': answer outside the scale" in told
    assert text not in told


def test_a_column_of_free_text_is_never_printed(folder, refusal):
    rows = qualtrics_rows(PEOPLE)
    names = ["Ada", "Bo", "Cy", "Di", "Ed", "Flo"]
    for row, name in zip(rows[3:], names, strict=True):
        row[rows[0].index("practices_aaa101")] = name
    told = refusal(qualtrics(folder, rows))
    assert not any(name in told for name in names)


def test_many_bad_answers_of_a_column_are_counted(folder, refusal):
    rows = qualtrics_rows(PEOPLE)
    for row in rows[3:]:
        row[rows[0].index("practices_aaa101")] = "9"
    lines = refusal(qualtrics(folder, rows)).splitlines()
    assert len(lines) == 6
    assert lines[-1] == "q.csv, column 'practices_aaa101': 1 more answers outside the scale"


def test_a_typed_response_id_with_two_sets_of_answers(exported, refusal):
    text = refusal(exported("generic", [*PEOPLE, PEOPLE[1].with_answers(aaa101="5")]))
    assert text == (
        "generic.csv, row 8: response id appears in rows 3 and 8 with different answers; "
        "keep one of them"
    )
    assert PEOPLE[1].id not in text


@pytest.mark.parametrize("column", ["Stie", "team"])
def test_a_site_column_that_is_not_there(column, exported, refusal):
    text = refusal(ExportSource(exported().file, column))
    assert text.startswith(f"qualtrics.csv, column '{column}': there is no such column")
    assert ("did you mean 'Site'?" in text) == (column == "Stie")


def test_an_empty_file(folder, refusal):
    (folder / "e.csv").write_bytes(b"")
    assert refusal(ExportSource(folder / "e.csv", "Site")).startswith("e.csv: is empty")


@pytest.mark.parametrize("rows", [qualtrics_rows([]), redcap_rows([])])
def test_a_file_of_headings_only(rows, folder, refusal):
    platform = "qualtrics" if len(rows) == 3 else "redcap"
    source = ExportSource(write_csv(folder / "h.csv", rows), None, platform=platform)
    assert refusal(source) == (
        "h.csv: has headings but no rows of answers; export it again with responses"
    )


def test_an_encoding_that_cannot_be_told(folder, refusal):
    rows = qualtrics_rows(PEOPLE)
    rows[3][10] = "\u0421\u0435\u0432\u0435\u0440"
    source = ExportSource(write_csv(folder / "latin.csv", rows, encoding="cp1251"), "Site")
    assert "latin.csv: is not UTF-8 or UTF-16 text (byte 0xd1 in line" in refusal(source)


def test_a_file_that_does_not_exist(folder, refusal):
    assert "no.csv: this file does not exist" in refusal(ExportSource(folder / "no.csv", None))


def test_a_row_with_too_many_cells(folder, refusal):
    rows = qualtrics_rows(PEOPLE)
    rows[5].append("x")
    assert "q.csv, row 6: has 32 cells but there are 31 headings" in refusal(
        qualtrics(folder, rows)
    )


def test_an_export_listed_twice(exported, refusal):
    assert "listed 2 times; list it once" in refusal(exported(), exported())


def test_nothing_left_to_analyse(exported, refusal):
    text = refusal(exported(status="2"))
    assert text == (
        "qualtrics.csv: no row is left to analyse: of 6 rows all are excluded (TEST 6); "
        "check the export"
    )


def test_missing_import_ids_when_the_platform_is_named(folder, refusal):
    rows = qualtrics_rows(PEOPLE)
    del rows[2]
    source = ExportSource(write_csv(folder / "q.csv", rows), "Site", platform="qualtrics")
    assert "q.csv: the third row with the import ids is missing; export again" in refusal(source)


def test_every_problem_of_every_file_is_told_at_once(folder, refusal):
    first = qualtrics(folder, changed(5, "practices_aaa103", "7"), "one.csv")
    second = qualtrics(folder, without("practices_aaa102"), "two.csv")
    third = qualtrics(folder, qualtrics_rows(PEOPLE), "three.csv", site="team")
    lines = refusal(first, second, third).splitlines()
    assert [line.split(".csv")[0] for line in sorted(lines)] == ["one", "three", "two"]


def test_a_bad_answer_in_a_row_that_is_left_out_does_not_matter(folder, ingest):
    rows = changed(5, "practices_aaa103", "7")
    rows[4][2] = "1"
    assert len(ingest(qualtrics(folder, rows)).responses) == len(PEOPLE) - 1


# ------------------------------------------------------------------------- the mapping file


def mapped(folder, text, people=PEOPLE):
    mapping = folder / "mapping.yaml"
    mapping.write_text(text, encoding="utf-8")
    source = write_csv(folder / "g.csv", generic_rows(people), "\t", quoting=csv.QUOTE_ALL)
    return ExportSource(source, "place", mapping=mapping)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("columns: {aaa101: a}\nrespondant: x", "'respondant': this key is not known; did you"),
        (
            "columns: {aaa110: 'Q aaa101'}",
            "'columns.aaa110': the instrument has no such answer column; did you mean 'aaa1",
        ),
        ("columns: {aaa101: 'Q aaa1O1'}", "g.csv, column 'Q aaa1O1': the mapping names this"),
        ("columns: [1]", "mapping.yaml, key 'columns': [1]"),
        ("- 1", "mapping.yaml: [1] is not of type 'object'"),
        ("columns: {aaa101: a\n", "mapping.yaml, row 2: is not valid YAML"),
        ("columns:\n  aaa101: a\n  aaa101: b", "mapping.yaml, row 3: is not valid YAML: 'aaa101'"),
        ("columns: &a\n  aaa101: a\nblank: *a", "references (*name) are not used"),
        ("columns: !!python/object/apply:os.system ['x']", "is not valid YAML"),
        ("columns: 2001-99-99", "is not valid YAML"),
        ("[" * 1500, "is not valid YAML"),
        (
            "columns: {aaa101: 'Q aaa101', aaa102: 'Q aaa101'}",
            "g.csv, column 'Q aaa101': the mapping uses this heading more than once",
        ),
        ("columns: {aaa101: 'Q aaa101'}\nfinished: took", "say neither yes nor no; write 1"),
    ],
)
def test_a_bad_mapping_is_told(text, told, folder, refusal):
    assert told in refusal(mapped(folder, text))


def test_a_mapping_that_does_not_exist(folder, exported, refusal):
    source = ExportSource(exported("generic").file, "place", mapping=folder / "no.yaml")
    assert "no.yaml: this file does not exist" in refusal(source)


def test_two_columns_with_a_mapped_heading_are_told(folder, refusal):
    rows = generic_rows(PEOPLE)
    rows[0][-1] = rows[0][4]
    mapping = folder / "mapping.yaml"
    mapping.write_text(generic_mapping(), encoding="utf-8")
    source = ExportSource(write_csv(folder / "g.csv", rows), "place", mapping=mapping)
    assert "g.csv, column 'Q aaa101': 2 columns have this heading" in refusal(source)


def test_without_a_mapping_the_headings_are_the_codes(folder, ingest):
    rows = generic_rows(PEOPLE, blank="")
    rows[0] = [name.removeprefix("Q ").upper() for name in rows[0]]
    source = ExportSource(write_csv(folder / "g.csv", rows), "place", platform="generic")
    assert len(ingest(source).responses) == len(PEOPLE)


def test_a_heading_that_is_the_code_of_another_mapped_answer_is_not_taken(folder, ingest):
    rows = generic_rows(PEOPLE)
    rows[0] = [*rows[0], "aaa101"]
    rows = [rows[0], *([*row, "5"] for row in rows[1:])]
    mapping = folder / "mapping.yaml"
    mapping.write_text(generic_mapping(), encoding="utf-8")
    source = ExportSource(write_csv(folder / "g.csv", rows), "place", mapping=mapping)
    assert sorted(ingest(source).responses["aaa101"]) == [1, 1, 1, 1, 1, 2]


def test_no_refusal_is_a_traceback(folder, ingest):
    for content in (b"\x00\x01", b"PK\x03\x04junk", b'"', b"a", b"{}", b"<html>", b",\n,"):
        (folder / "x.csv").write_bytes(content)
        with pytest.raises(InputError, match=r"x\.csv"):
            ingest(ExportSource(folder / "x.csv", "Site"))

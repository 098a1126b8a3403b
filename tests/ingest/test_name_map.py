"""A map of names decides what the columns and codes of an export are."""

import csv
import io
import warnings

import pytest

from pipeline.ingest import ExportSource, OtherVersionWarning
from pipeline.ingest.name_map import read_name_map
from pipeline.problems import InputError

from .layouts import INSTRUMENT, ITEMS, LABELS, PEOPLE, SUMS, TICKS, write_csv

HEADINGS = (
    *("instrument", "instrument_version", "form", "language", "platform", "column", "kind"),
    *("platform_column", "value", "platform_value", "text_en", "label_en", "label_de"),
)
TURNED = {value: str(6 - value) for value in range(1, 6)} | {97: "b", 98: "a"}
"""A platform that counts the points of the scale from the other end."""


def map_row(column, kind, heading, value="", code="", label=""):
    fixed = ["fixture", "1.0", "full", "en", "other", column, kind, heading]
    return [*fixed, str(value), code, "A text", label, ""]


def map_rows(items=ITEMS):
    """Statements are q1, q2 and so on, all ticks stand in the column 'does'."""
    rows = [map_row("site", "text", "Where")]
    for place, item in enumerate(items, start=1):
        rows += [map_row(item, "grid", f"q{place}", v, c, LABELS[v]) for v, c in TURNED.items()]
    rows += [map_row(name, "number", f"sum {name[-3:]}") for name in SUMS]
    rows += [map_row("bgmain", "choice", "who", v, f"r{v}", f"Role {v}") for v in range(1, 5)]
    for number, name in enumerate(TICKS, start=1):
        rows += [map_row(name, "tick", "does", 1, f"t{number}"), map_row(name, "tick", "does", 0)]
    return rows


def export_rows(people=PEOPLE, items=ITEMS):
    headings = ["Where", *(f"q{place}" for place in range(1, len(items) + 1))]
    rows = [[*headings, *(f"sum {name[-3:]}" for name in SUMS), "who", "does"]]
    for one in people:
        told = one.answers
        rows.append(
            [
                *(one.site, *(TURNED[int(told[i])] if told[i] else "" for i in items)),
                *(told[name] for name in SUMS),
                f"r{told['bgmain']}" if told["bgmain"] not in ("", "98") else "",
                ", ".join(f"t{name[-1]}" for name in TICKS if told[name] == "1"),
            ]
        )
    return rows


@pytest.fixture
def mapped(folder):
    """A source with an export and its map, either of which may be changed."""

    def write(rows=None, names=None, headings=HEADINGS, **options):
        export = write_csv(folder / "export.csv", export_rows() if rows is None else rows)
        names = map_rows() if names is None else names
        path = write_csv(folder / "name_map.csv", [list(headings), *names])
        return ExportSource(export, options.pop("site", None), "generic", name_map=path, **options)

    return write


def changed(row, heading, text):
    rows = map_rows()
    rows[row - 2][HEADINGS.index(heading)] = text
    return rows


def first_row_of(column):
    """Row of a spreadsheet in which a column stands first."""
    place = HEADINGS.index("column")
    return 2 + [row[place] for row in map_rows()].index(column)


def answers(ingested):
    return ingested.responses.sort_values(["aaa101", "aaa102"]).reset_index(drop=True)


# ------------------------------------------------------------------------------- what is read


def test_headings_and_codes_of_the_platform_are_read(mapped, ingest):
    read = answers(ingest(mapped()))
    for name in ITEMS:
        kept = [o.answers[name] if o.answers[name] not in ("97", "98") else "" for o in PEOPLE]
        assert read[name].astype("string").fillna("").tolist() == kept
    assert read["bgmain"].astype("string").fillna("").tolist() == ["1", "3", "", "4", "2", ""]
    assert read["site"].tolist() == [one.site.lower() for one in PEOPLE]


def test_special_codes_of_the_platform_are_reasons(mapped, ingest):
    read = ingest(mapped())
    assert set(read.missing["reason"]) >= {"DK", "NAP"}


def test_ticks_in_one_cell_are_told_apart(mapped, ingest):
    read = answers(ingest(mapped()))
    assert read[TICKS].iloc[4].tolist() == [1, 1, 0]
    assert read[TICKS].iloc[5].tolist() == [0, 0, 1]


def test_the_column_that_holds_several_ticks_is_accounted_for_once(mapped, ingest):
    columns = ingest(mapped()).ledger_columns.set_index("heading")
    assert columns.loc["does", "answer_column"] == "fnhere_1, fnhere_2, fnhere_3"
    assert columns.loc["does", "use"] == "answer"


@pytest.mark.parametrize("label", ["Strongly agree", "Stimme völlig zu", "strongly  AGREE"])
def test_labels_are_read_where_codes_are_not(label, mapped, ingest):
    rows = export_rows()
    rows[1][1] = label
    assert 5 in ingest(mapped(rows)).responses["aaa101"].tolist()


def test_labels_of_the_map_are_read(mapped, ingest):
    rows = export_rows()
    rows[1][-2] = "Role 3"
    assert answers(ingest(mapped(rows)))["bgmain"].tolist()[0] == 3


def test_a_number_that_is_no_code_of_the_platform_is_refused(mapped, refusal):
    rows = export_rows()
    rows[1][-2] = "1"
    assert "export.csv, row 2, column 'who': answer '1' outside the scale" in refusal(mapped(rows))


def test_an_unknown_code_among_ticks_is_refused(mapped, refusal):
    rows = export_rows()
    rows[1][-1] = "t1, t9"
    told = refusal(mapped(rows))
    assert "column 'does': answer 't1, t9' outside the scale: allowed are t1, t2, t3" in told


def test_headings_are_found_whatever_their_case_and_invisible_marks(mapped, ingest):
    rows = export_rows()
    rows[0] = [f"\ufeff{heading.upper()}\u200b" for heading in rows[0]]
    assert len(ingest(mapped(rows)).responses) == len(PEOPLE)


def test_the_site_column_of_the_study_comes_before_that_of_the_map(mapped, ingest):
    rows = [[*row, "Elsewhere"] for row in export_rows()]
    rows[0][-1] = "Place"
    assert ingest(mapped(rows, site="Place")).sites["site"].tolist() == ["elsewhere"]


def test_without_the_column_of_the_site_the_file_is_the_site(mapped, ingest):
    rows = [row[1:] for row in export_rows()]
    assert ingest(mapped(rows)).sites["site"].tolist() == ["export"]


def test_answers_that_the_map_does_not_name_were_not_asked(mapped, ingest):
    read = ingest(mapped(export_rows(items=ITEMS[:8]), map_rows(ITEMS[:8])))
    absent = read.missing[read.missing["column"].isin(ITEMS[8:])]
    assert len(read.responses) == len(PEOPLE)
    assert set(absent["reason"]) == {"NOT_ASKED"}
    assert len(absent) == len(PEOPLE) * len(ITEMS[8:])


def test_a_booklet_needs_answers_to_the_items_it_asks_only(mapped, ingest):
    few = ["aaa101", "aaa102", "bbb101"]
    read = ingest(mapped(export_rows(items=few), map_rows(few)))
    assert len(read.responses) == len(PEOPLE)


def test_columns_that_the_map_does_not_name_are_matched_by_their_code(mapped, ingest):
    names = [row for row in map_rows() if row[5] != "bgmain"]
    rows = export_rows()
    rows[0][-2] = "bgmain"
    rows = [rows[0], *([*row[:-2], "2", row[-1]] for row in rows[1:])]
    assert set(ingest(mapped(rows, names)).responses["bgmain"]) == {2}


def test_a_column_with_our_code_is_not_taken_when_the_map_names_another(mapped, ingest):
    rows = [[*row, "5"] for row in export_rows()]
    rows[0][-1] = "aaa101"
    assert sorted(ingest(mapped(rows)).responses["aaa101"]) == [1, 1, 1, 1, 1, 2]


def test_another_version_is_told_and_read(mapped, ingest):
    names = [[*row[:1], "0.9", *row[2:]] for row in map_rows()]
    with pytest.warns(OtherVersionWarning, match=r"name_map\.csv.*version 0\.9.*version 1\.0"):
        assert len(ingest(mapped(names=names)).responses) == len(PEOPLE)


def test_the_present_version_is_not_worth_a_word(mapped, ingest):
    with warnings.catch_warnings():
        warnings.simplefilter("error", OtherVersionWarning)
        ingest(mapped())


# --------------------------------------------------------------------------- what is refused


def test_columns_that_the_export_lacks_are_told_together(mapped, refusal):
    rows = [[*row[:1], *row[3:]] for row in export_rows()]
    assert refusal(mapped(rows)) == (
        "export.csv: columns that name_map.csv names are missing: q1 (aaa101), q2 (aaa102); export "
        "again with all questions and their codes, or give the map of the form that was used"
    )


def test_two_columns_with_a_heading_of_the_map(mapped, refusal):
    rows = [[*row, "1"] for row in export_rows()]
    rows[0][-1] = "Q1"
    assert "column 'Q1': ambiguous: columns 2 and 18 claim to be 'aaa101'" in refusal(mapped(rows))


def test_a_question_that_stands_in_two_groups_is_ambiguous(folder, mapped, refusal):
    rows = export_rows()
    rows = [[*rows[0], "old/q1", "_uuid", "_submission_time"]] + [
        [*row, "1", f"u{place}", "2026-03-01T10:00:00"] for place, row in enumerate(rows[1:])
    ]
    source = mapped(rows)
    told = refusal(ExportSource(source.file, None, "kobo", name_map=source.name_map))
    assert "column 'old/q1': ambiguous: columns 2 and 18 claim to be 'aaa101'" in told


def test_boxes_that_lack_their_columns_are_read_from_the_cell_of_all(folder, mapped, ingest):
    names = [r if r[6] != "tick" else [*r[:7], f"does/t{r[5][-1]}", *r[8:]] for r in map_rows()]
    rows = [[*row, "1", row[0] + str(place)] for place, row in enumerate(export_rows())]
    rows[0][-2:] = ["does/t1", "_uuid"]
    source = mapped(rows, names)
    read = ingest(ExportSource(source.file, None, "kobo", name_map=source.name_map))
    assert answers(read)[TICKS].iloc[5].tolist() == [0, 0, 1]
    columns = read.ledger_columns.set_index("heading")["use"]
    assert columns[["does", "does/t1"]].tolist() == ["answer", "dropped"]


ITEM, BOX, SUM = first_row_of("aaa102"), first_row_of("fnhere_2"), first_row_of("modnowjnt")


@pytest.mark.parametrize(
    ("row", "heading", "text", "told"),
    [
        (2, "instrument", "other", "row 2, column 'instrument': is the map of 'other', but the"),
        (ITEM, "instrument_version", "2", "'instrument_version': two versions in one map"),
        (ITEM, "column", "aaa1O2", "the form of the study has no 'aaa1O2'; did you mean 'aaa102'?"),
        (ITEM, "column", "zz", "the form of the study has no 'zz'; choose the form and the sect"),
        (ITEM, "column", "ctsize", "'ctsize' is asked about the site; write its answers into the"),
        (ITEM, "kind", "tick", "column 'kind': the questionnaire asks 'aaa102' as 'grid'"),
        (ITEM, "value", "6", "column 'value': is no answer to 'aaa102': write one of 1-5 and 97"),
        (ITEM, "value", "", "column 'value': is no answer to 'aaa102'"),
        (ITEM, "value", "one", "column 'value': is no answer to 'aaa102'"),
        (ITEM, "platform_column", "", "column 'platform_column': is empty; write the heading"),
        (ITEM + 1, "platform_column", "q9", f"'aaa102' is 'q2' in row {ITEM} and 'q9' here"),
        (SUM, "platform_column", "Q1", f"'Q1' stands for 'aaa101' in row {ITEM - 7} already"),
        (ITEM, "platform_value", "4", "'4' of 'aaa102' stands for 1 in row"),
        (ITEM, "platform_value", "", "'platform_value': is empty, which only an empty box may be"),
        (BOX, "platform_value", "t1", f"'t1' is 'fnhere_1' in row {BOX - 2} already"),
        (BOX, "platform_value", "", "'platform_value': is empty, which only an empty box may be"),
    ],
)
def test_what_is_wrong_with_a_map_is_told_with_its_place(row, heading, text, told, mapped, refusal):
    assert told in refusal(mapped(names=changed(row, heading, text)))


def test_a_heading_for_two_columns_that_are_no_boxes_is_told(mapped, refusal):
    names = [[*r[:7], "q1", *r[8:]] if r[5] == "aaa102" else r for r in map_rows()]
    told = refusal(mapped(names=names))
    assert f"row {ITEM}, column 'platform_column': 'q1' stands for 'aaa101'" in told


def test_missing_headings_are_told_together(mapped, refusal):
    headings = ["x" if name in ("kind", "value") else name for name in HEADINGS]
    told = refusal(mapped(headings=headings))
    assert "name_map.csv, column 'kind': this column is missing; add it" in told
    assert "name_map.csv, column 'value': this column is missing; add it" in told


def test_every_problem_of_a_map_is_told_at_once(mapped, refusal):
    names = changed(ITEM, "value", "6")
    names[0][0] = "other"
    names[-1][HEADINGS.index("column")] = "zz"
    assert len(refusal(mapped(names=names)).splitlines()) == 3


def test_many_unknown_columns_are_counted(mapped, refusal):
    names = [*map_rows(), *(map_row(f"yy{n:02d}", "text", f"y{n}") for n in range(15))]
    lines = refusal(mapped(names=names)).splitlines()
    assert len(lines) == 11
    assert lines[-1].endswith("5 more columns that the form does not have")


def test_a_map_without_rows(mapped, refusal):
    assert "name_map.csv: names no answers; write the form again" in refusal(mapped(names=[]))


def test_a_map_that_does_not_exist(folder, mapped, refusal):
    source = ExportSource(mapped().file, None, "generic", name_map=folder / "no.csv")
    assert "no.csv: this file does not exist" in refusal(source)


def test_no_broken_map_is_a_traceback(folder):
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *map_rows()])
    whole = text.getvalue()
    broken = ["", ",", '"', whole.replace(",", ""), whole[:200], whole + "\n1,2", "\x00"]
    for content in broken:
        (folder / "m.csv").write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=r"m\.csv"):
            read_name_map(folder / "m.csv", INSTRUMENT)

"""KoBoToolbox, ODK Central, formr and the sheet for printed forms, without a map of names."""

from pathlib import Path

import pytest
import xlsxwriter

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError

from .layouts import ITEMS, PEOPLE, SUMS, TICKS, write_csv

SENT_IN = tuple(one for one in PEOPLE if one.finished)
FORM_PLATFORMS = ("kobo", "odk", "formr", "paper")


def ticked(one, sign):
    return sign.join(name[-1] for name in TICKS if one.answers[name] == "1")


def boxes(one, empty):
    """A cell for each box; all of them `empty` where nothing is ticked."""
    some = any(one.answers[name] == "1" for name in TICKS)
    return [("1" if one.answers[name] == "1" else "0") if some else empty for name in TICKS]


def kobo_rows(people=SENT_IN, separator="/", split=True, status=""):
    def path(*names):
        return separator.join(names)

    rows = [["start", "end", path("page01", "site"), "deviceid"]]
    rows[0] += [path("page02", "grid01", name) for name in ITEMS]
    rows[0] += [path("page03", "modnow", name) for name in SUMS]
    rows[0] += [path("page03", "modnow", "modnow_sum"), path("page04", "bgmain")]
    rows[0] += [path("page04", "fnhere")]
    rows[0] += [path("page04", "fnhere", name[-1]) for name in TICKS] if split else []
    rows[0] += ["_id", "_uuid", "_submission_time", "_validation_status", "_submitted_by", "_index"]
    for number, one in enumerate(people, start=1):
        row = ["2026-03-01T10:00:00.000+01:00", "2026-03-01T09:05:00.000Z", one.site, "phone-7"]
        row += [one.answers[name] for name in [*ITEMS, *SUMS]]
        row += ["10", one.answers["bgmain"], ticked(one, " "), *(boxes(one, "") if split else [])]
        rows.append([*row, str(number), f"u-{number}", "2026-03-01T09:05:01", status, "ada", "1"])
    return rows


def odk_rows(people=SENT_IN, split=True, state=""):
    rows = [["SubmissionDate", "page01-site", *(f"page02-grid01-{name}" for name in ITEMS)]]
    rows[0] += [*(f"page03-modnow-{name}" for name in SUMS), "page04-bgmain", "page04-fnhere"]
    rows[0] += [f"page04-fnhere/{name[-1]}" for name in TICKS] if split else []
    rows[0] += ["meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "Status", "ReviewState"]
    for number, one in enumerate(people, start=1):
        row = ["2026-03-01T09:05:01.000Z", one.site, *(one.answers[name] for name in ITEMS)]
        row += [*(one.answers[name] for name in SUMS), one.answers["bgmain"], ticked(one, " ")]
        row += boxes(one, "0") if split else []
        rows.append([*row, f"uuid:{number}", f"uuid:{number}", "7", "Ada", "", state])
    return rows


def formr_rows(people=PEOPLE):
    rows = [["session", "created", "modified", "ended", "expired", "site", *ITEMS, *SUMS]]
    rows[0] += ["bgmain", "fnhere"]
    for number, one in enumerate(people, start=1):
        end = f"2026-03-01 10:{one.seconds // 60:02}:00"
        row = [f"s{number}", "2026-03-01 10:00:00", end, end if one.finished else "", "", one.site]
        row += [one.answers[name] for name in [*ITEMS, *SUMS, "bgmain"]]
        rows.append([*row, ticked(one, ", ")])
    return rows


def paper_rows(people=PEOPLE):
    names = [*ITEMS, *SUMS, *TICKS, "bgmain"]
    rows = [["form_number", "site", *names]]
    for number, one in enumerate(people, start=1):
        rows.append([f"P{number}", one.site, *(one.answers[name] for name in names)])
    return rows


ROWS = {"kobo": kobo_rows, "odk": odk_rows, "formr": formr_rows, "paper": paper_rows}


def write_book(path, **sheets):
    """A workbook whose whole numbers are numbers."""
    book = xlsxwriter.Workbook(path)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, [int(cell) if cell.isdigit() else cell for cell in row])
    book.close()
    return path


def source_of(folder, rows, site="site"):
    return ExportSource(write_csv(folder / "export.csv", rows), site)


def read_answers(ingested):
    columns = [*ITEMS, *SUMS, "bgmain", *TICKS]
    rows = ingested.responses.sort_values(["aaa101", "aaa102"])[["site", *columns]]
    return rows.astype("string").fillna("").to_numpy().tolist()


def expected(people):
    told = []
    for one in people:
        answers = one.answers | {n: "1" if one.answers[n] == "1" else "0" for n in TICKS}
        if answers["modnowind"] == "3" and answers["modnowoth"] == "3":
            answers |= dict.fromkeys(SUMS, "")
        if answers["modnowoth"] == "10":
            answers |= {"modnowind": "0", "modnowjnt": "0"}
        names = [*ITEMS, *SUMS, "bgmain", *TICKS]
        cells = ["" if answers[n] in ("97", "98") else answers[n] for n in names]
        told.append([one.site.lower(), *cells])
    return told


@pytest.mark.parametrize("platform", FORM_PLATFORMS)
def test_the_platform_is_found_and_its_answers_are_read(platform, folder, ingest):
    source = source_of(folder, ROWS[platform](SENT_IN))
    assert platform_of(read_sheet(source.file), source).name == platform
    assert read_answers(ingest(source)) == expected(SENT_IN)


@pytest.mark.parametrize("platform", FORM_PLATFORMS)
def test_no_other_platform_claims_the_file(platform, folder):
    sheet = read_sheet(source_of(folder, ROWS[platform]()).file)
    others = [known for known in PLATFORMS.values() if known.name != platform]
    assert {known.signature(sheet).points for known in others} == {0}
    assert PLATFORMS[platform].signature(sheet).reasons


@pytest.mark.parametrize("platform", FORM_PLATFORMS)
def test_workbooks_are_read_like_text(platform, folder, ingest):
    rows = ROWS[platform](SENT_IN)
    first, second = {"answers": rows}, {}
    if platform == "kobo":
        first = {"My form": rows}
        second = {"children": [["name", "_parent_index"], ["Bo", "1"]]}
    elif platform == "paper":
        second = {"codes": [["column", "question"], ["aaa101", "A text"]]}
    path = write_book(folder / "export.xlsx", **first, **second)
    assert read_answers(ingest(ExportSource(path, "site"))) == expected(SENT_IN)


def test_several_sheets_of_answers_are_refused(folder, refusal):
    path = write_book(folder / "two.xlsx", first=kobo_rows(), second=kobo_rows())
    assert "2 sheets hold something; keep only the one" in refusal(ExportSource(path, "site"))


@pytest.mark.parametrize("rows", [kobo_rows(split=False), odk_rows(split=False)])
def test_ticks_in_one_cell_are_read(rows, folder, ingest):
    assert read_answers(ingest(source_of(folder, rows))) == expected(SENT_IN)


@pytest.mark.parametrize("rows", [kobo_rows(), odk_rows()])
def test_a_box_without_a_column_of_its_own_is_read_from_the_cell_of_all(rows, folder, ingest):
    lost = next(place for place, heading in enumerate(rows[0]) if heading.endswith("fnhere/2"))
    kept = [[*row[:lost], *row[lost + 1 :]] for row in rows]
    assert read_answers(ingest(source_of(folder, kept))) == expected(SENT_IN)


@pytest.mark.parametrize("separator", [".", "-", ":", "|"])
def test_kobo_may_separate_names_by_another_sign(separator, folder, ingest):
    source = ExportSource(write_csv(folder / "k.csv", kobo_rows(separator=separator), ";"), "site")
    assert read_answers(ingest(source)) == expected(SENT_IN)


def test_labels_of_ticks_joined_by_spaces_are_read_where_only_one_reading_fits(folder, ingest):
    rows = kobo_rows(split=False)
    rows[1][rows[0].index("page04/fnhere")] = "None of these Meetings"
    ticks = ingest(source_of(folder, rows)).responses[list(TICKS)]
    assert [1, 0, 1] in ticks.to_numpy().tolist()


def test_what_is_no_box_among_ticks_in_one_cell_is_refused(folder, refusal):
    rows = kobo_rows(split=False)
    rows[1][rows[0].index("page04/fnhere")] = "Meetings Others"
    assert "column 'page04/fnhere': answer" in refusal(source_of(folder, rows))


@pytest.mark.parametrize(
    "rows",
    [
        kobo_rows(status="Not Approved"),
        kobo_rows(status="validation_status_not_approved"),
        odk_rows(state="rejected"),
    ],
)
def test_rejected_rows_are_left_out_with_their_reason(rows, folder, ingest):
    accepted = kobo_rows(status="Approved") if rows[0][0] == "start" else odk_rows(state="approved")
    source = source_of(folder, [*accepted[:-1], rows[-1]])
    assert ingest(source).ledger_rows["reason"].dropna().tolist() == ["REJECTED"]


def test_times_with_zones_are_compared(folder, ingest):
    assert set(ingest(source_of(folder, kobo_rows())).responses["seconds"]) == {300}


@pytest.mark.parametrize(
    ("platform", "personal", "record"),
    [
        ("kobo", ["deviceid", "_submitted_by"], ["_uuid", "_submission_time", "start"]),
        ("odk", ["SubmitterID", "SubmitterName"], ["KEY", "SubmissionDate", "ReviewState"]),
        ("formr", [], ["session", "created", "ended"]),
        ("paper", [], ["form_number"]),
    ],
)
def test_personal_columns_are_dropped_and_listed(platform, personal, record, folder, ingest):
    read = ingest(source_of(folder, ROWS[platform]()))
    uses = read.ledger_columns.set_index("heading")["use"]
    assert set(uses[personal]) <= {"dropped_personal"}
    assert set(uses[record]) == {"record"}
    assert "Ada" not in read.responses.to_csv()


def reasons_of_the_one_who_stopped(rows, folder, ingest):
    read = ingest(source_of(folder, rows))
    person = read.responses.set_index(["aaa101", "aaa102"]).loc[(1, 3), "respondent"]
    return read.missing[read.missing["respondent"] == person].set_index("column")["reason"]


def test_formr_tells_who_stopped(folder, ingest):
    reasons = reasons_of_the_one_who_stopped(formr_rows(), folder, ingest)
    assert set(reasons) == {"NOT_REACHED"}
    assert {"bbb101", "bgmain", "fnhere_1"} <= set(reasons.index)


def test_paper_does_not_tell_who_stopped(folder, ingest):
    reasons = reasons_of_the_one_who_stopped(paper_rows(), folder, ingest)
    assert set(reasons) == {"UNKNOWN"}


def test_what_was_sent_in_from_a_form_is_finished(folder, ingest):
    read = ingest(source_of(folder, kobo_rows()))
    assert read.responses["finished"].all()


def test_a_printed_form_typed_in_twice_differently_is_told(folder, refusal):
    rows = paper_rows()
    rows[2][0] = rows[1][0]
    told = refusal(source_of(folder, rows))
    assert "response id appears in rows 2 and 3 with different answers" in told


def test_a_session_that_answers_again_has_two_rows(folder, ingest):
    rows = [[*row, "1"] for row in formr_rows(SENT_IN)]
    rows[0][-1] = "iteration"
    rows[2][0], rows[2][-1] = rows[1][0], "2"
    assert len(ingest(source_of(folder, rows)).responses) == len(SENT_IN)


# ---------------------------------------------------------------- real files, where they are kept

SPECIMENS = Path(__file__).parents[2] / ".." / "shared" / "specimens"
with_specimens = pytest.mark.skipif(not SPECIMENS.is_dir(), reason="real exports are not here")


def readable_specimens():
    for path in sorted(SPECIMENS.rglob("*")):
        if path.suffix in (".csv", ".tsv", ".txt", ".xlsx"):
            try:
                yield path, read_sheet(path)
            except InputError:
                continue


@with_specimens
def test_no_real_file_of_another_platform_looks_like_one_of_these():
    seen = 0
    for path, sheet in readable_specimens():
        seen += 1
        of_kobo = path.parent.parent.name == "kobo_odk"
        for name in FORM_PLATFORMS:
            points = PLATFORMS[name].signature(sheet).points
            assert (points > 0) == (of_kobo and name == "kobo"), (path.name, name, points)
    assert seen > 20


@with_specimens
@pytest.mark.parametrize("name", ["grouped_translated_names.csv", "or_other_names.csv"])
def test_real_exports_of_kobo_are_recognised_and_every_row_is_read(name):
    path = SPECIMENS / "kobo_odk" / "engine_generated" / name
    source, sheet = ExportSource(path, None), read_sheet(path)
    raw = platform_of(sheet, source).read(sheet, source)
    assert (raw.platform, len(raw.cells)) == ("kobo", 3)
    if name.startswith("grouped"):
        assert raw.record["response_id"].is_unique
        assert raw.record["seconds"].tolist() == [30, 22, 23]
        names = {name for column in raw.columns for name in column.names}
        assert "What_kind_of_symmetry_do_you_have/radial" in names

"""Encodings, delimiters, sizes: every cell is text."""

import zipfile

import pytest
import xlsxwriter

from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError


def refusal(path):
    with pytest.raises(InputError) as caught:
        read_sheet(path)
    return str(caught.value)


def written(folder, content, name="export.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


TEXT = 'id;"näme"\n1;"a ""b""; c\nd"\n\n2;=SUM(A1)\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_utf8_and_utf16_are_read_alike(encoding, folder):
    sheet = read_sheet(written(folder, TEXT.encode(encoding)))
    assert sheet.headings == ["id", "näme"]
    assert list(sheet.rows())[1:] == [["1", 'a "b"; c\nd'], ["2", "=SUM(A1)"]]


def test_rows_are_counted_as_a_spreadsheet_counts_them(folder):
    assert read_sheet(written(folder, TEXT.encode())).numbers.tolist() == [1, 2, 4]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_line_end_is_read(line_end, folder):
    content = line_end.join(["a,b", "1,2", "3,4", ""]).encode()
    assert list(read_sheet(written(folder, content)).rows()) == [["a", "b"], ["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter, folder):
    rows = [["a", "b", "c"], ["1", "x y", ""], ["2", "", "z"]]
    content = "\n".join(delimiter.join(row) for row in rows).encode()
    assert list(read_sheet(written(folder, content)).rows()) == rows


def test_decimal_commas_do_not_hide_the_semicolon(folder):
    content = b"a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n"
    assert read_sheet(written(folder, content)).headings == ["a", "b", "c"]


def test_a_text_starting_like_a_formula_stays_text(folder):
    sheet = read_sheet(written(folder, b"a,b\n=1+1,\"=cmd|' /C calc'!A0\"\n"))
    assert list(sheet.rows())[1] == ["=1+1", "=cmd|' /C calc'!A0"]


def test_what_is_not_utf8_is_read_as_windows_1252_where_that_makes_western_words(folder):
    sheet = read_sheet(written(folder, "a,b\n1,2\n3,n\xe4me \u2013 \u20ac5\n".encode("cp1252")))
    assert sheet.row(2) == ["3", "n\xe4me \u2013 \u20ac5"]
    assert sheet.notes == ("is not UTF-8; it was read as Windows-1252",)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("\u041e\u0442\u0432\u0435\u0442", "cp1251"),
        ("\u0141\xf3d\u017a", "cp1250"),
        ("\u65e5\u672c\u8a9e", "shift-jis"),
        ("\u0645\u0631\u062d\u0628\u0627", "cp1256"),
        ("n\xe4me", "mac-roman"),
    ],
)
def test_another_encoding_is_told_with_its_byte_and_line_or_read_when_it_is_named(
    text, encoding, folder
):
    path = written(folder, f"a,b\n1,2\n3,{text}\n".encode(encoding))
    told = refusal(path)
    assert told.startswith("export.csv: is not UTF-8 or UTF-16 text (byte 0x")
    assert "in line 3); save it as CSV UTF-8, or name its `encoding`" in told
    assert read_sheet(path, encoding).row(2) == ["3", text]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_known_by_its_empty_bytes(encoding, folder):
    assert read_sheet(written(folder, "a,b\n1,2\n".encode(encoding))).row(1) == ["1", "2"]


def test_an_encoding_that_does_not_fit_or_exist_is_refused(folder):
    path = written(folder, "a,b\n1,n\xe4me\n".encode("cp1252"))
    with pytest.raises(InputError, match="is not text in the encoding 'utf-8'"):
        read_sheet(path, "utf-8")
    with pytest.raises(InputError, match="there is no encoding 'latin-99'"):
        read_sheet(path, "latin-99")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,\n ,,\n"])
def test_an_empty_file_is_refused(content, folder):
    assert refusal(written(folder, content)) == (
        "export.csv: is empty; export it again with responses"
    )


def test_a_file_that_is_not_there_is_told(folder):
    assert "nowhere.csv: this file does not exist" in refusal(folder / "nowhere.csv")


def test_a_row_with_too_many_cells_is_told_with_its_row(folder):
    text = refusal(written(folder, b"a,b\n1,2\n1,2,3\n"))
    assert text.startswith("export.csv, row 3: has 3 cells but there are 2 headings")


def test_a_row_that_was_cut_is_told_with_its_row(folder):
    assert "export.csv, row 2: has 1 cells" in refusal(written(folder, b"a,b\n1\n2,3\n4,5\n"))


def test_many_bad_rows_are_told_once(folder):
    text = refusal(written(folder, b"a,b\n" + b"1,2\n" * 20 + b"1,2,3\n" * 9))
    assert len(text.splitlines()) == 6
    assert text.endswith("4 more rows have too many or too few cells")


def test_a_quotation_mark_that_is_not_closed_is_told(folder):
    assert "not closed" in refusal(written(folder, b'a,b\n1,"2\n3,4\n'))


def test_an_old_workbook_is_refused(folder):
    assert "save it as XLSX" in refusal(written(folder, b"\xd0\xcf\x11\xe0" + bytes(600)))


# --------------------------------------------------------------------------------- workbooks


def workbook(path, rows, *more_sheets):
    with xlsxwriter.Workbook(path) as book:
        for content in (rows, *more_sheets):
            sheet = book.add_worksheet()
            for place, row in enumerate(content):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(place, column, cell)
                    else:
                        sheet.write(place, column, cell)
    return path


def test_a_workbook_is_read_as_text(folder):
    rows = [["id", "answer", "text"], [1, 5.0, "=SUM(A1)"], [2, 2.5, "x"]]
    sheet = read_sheet(workbook(folder / "b.xlsx", rows))
    assert list(sheet.rows()) == [
        ["id", "answer", "text"],
        ["1", "5", "=SUM(A1)"],
        ["2", "2.5", "x"],
    ]


def test_rows_of_a_workbook_keep_their_number(folder):
    rows = [[], ["id", "answer"], [], [1, 2]]
    assert read_sheet(workbook(folder / "b.xlsx", rows)).numbers.tolist() == [2, 4]


def test_several_filled_sheets_are_refused_and_empty_ones_are_not(folder):
    rows = [["a", "b"], [1, 2]]
    assert read_sheet(workbook(folder / "one.xlsx", rows, [])).headings == ["a", "b"]
    assert "2 sheets hold something" in refusal(workbook(folder / "two.xlsx", rows, rows))


def test_a_sheet_that_is_not_read_is_noted(folder):
    answers, repeated = [["a", "b"], [1, 2]], [["_parent_index"], [1], [1]]
    sheet = read_sheet(workbook(folder / "kobo.xlsx", answers, repeated))
    assert sheet.notes == ("the sheet 'Sheet2' is not read",)
    assert read_sheet(workbook(folder / "one.xlsx", answers, [])).notes == ()


def test_an_archive_that_unpacks_to_far_more_is_refused(folder):
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(50_000_000))
    assert "unpacks to far more than its size" in refusal(path)


def test_a_cell_at_the_far_end_of_a_sheet_is_refused(folder):
    path = folder / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")
    assert "a cell far from the others" in refusal(path)


def test_a_damaged_archive_is_refused(folder):
    whole = workbook(folder / "b.xlsx", [["a", "b"], [1, 2]]).read_bytes()
    assert "is damaged" in refusal(written(folder, whole[: len(whole) // 2], "half.xlsx"))


def test_another_archive_is_not_a_workbook(folder):
    path = folder / "other.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "is not a workbook" in refusal(path)

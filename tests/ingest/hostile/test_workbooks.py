"""Workbooks that are damaged, dangerous, or merely made by somebody else."""

import io
import struct
import zipfile
from functools import cache

import pytest

from pipeline.ingest.read_file import read_sheet

from .corpus import CLEAN, EITHER, ITEM, REMARK, Refused, answering, csv_of, table
from .workbooks import BOOK, SHEET, STRINGS, open_document, parts_of, zipped

ROWS = table()
PARTS = parts_of(ROWS)
ODS = open_document(ROWS)
DAMAGED = Refused(": is damaged; save it as XLSX again")
NO_WORKBOOK = Refused(": is not a workbook; save it as XLSX again")
BOMB = Refused(": unpacks to far more than its size")
FAR = Refused(": has a cell far from the others; copy the answers into a new workbook")
SEVERAL = Refused(": 2 sheets hold something")
PROTECTED = Refused(": is protected with a password; save it as XLSX without one")
DECLARED = Refused(": declares entities of its own, which no workbook needs; save it as XLSX again")
TOO_MANY = Refused(": holds too many files for a workbook; save it as XLSX again")
OLD = Refused(": is a workbook of an old or protected kind; save it as XLSX without a password")
EMPTY = Refused(": is empty; export it again")
UNREADABLE = Refused("[:,] ")


def book(**changes):
    """A workbook of which some parts are other ones; None takes a part out."""
    parts = PARTS | {PATHS[name]: part for name, part in changes.items()}
    return zipped({name: part for name, part in parts.items() if part is not None})


PATHS = {"sheet": SHEET, "strings": STRINGS, "book": BOOK, "links": "xl/_rels/workbook.xml.rels"}


def place_of(heading):
    return ROWS[0].index(heading)


def with_xml(old, new, times=1):
    """The workbook in whose sheet something else is written."""
    assert old in PARTS[SHEET]
    return book(sheet=PARTS[SHEET].replace(old, new, times))


def with_cell_xml(heading, attributes, content, row=2):
    """The workbook in which a cell of the first person is of another kind."""
    letters = column(heading)
    start = PARTS[SHEET].index(f'<c r="{letters}{row}"')
    end = PARTS[SHEET].index("</c>", start) + len("</c>")
    cell = f'<c r="{letters}{row}"{attributes}>{content}</c>'
    return book(sheet=PARTS[SHEET][:start] + cell + PARTS[SHEET][end:])


def column(heading):
    place = place_of(heading)
    return chr(ord("A") + place)


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def in_data(content, name):
    """A place within the packed bytes of a part."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(name)
    return entry.header_offset + 30 + len(name) + entry.compress_size // 2


def declaring(size):
    """An archive that says a part were of another size than it is."""
    content = zipped(PARTS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        true = struct.pack("<L", archive.getinfo(SHEET).file_size)
    return content.replace(true, struct.pack("<L", size))


def encrypted():
    """An archive whose parts are marked as encrypted."""
    content = bytearray(zipped(PARTS))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


def method(number):
    """An archive packed in a way that nobody knows."""
    content = bytearray(zipped(PARTS))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] = number
            start = content.find(mark, start + 4)
    return bytes(content)


def many_entries(n):
    """An archive that names the same part again and again."""
    content = zipped({"x": b""})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entries = content[start:end] * n
    counts = struct.pack("<HHLL", min(n, 0xFFFF), min(n, 0xFFFF), len(entries), start)
    return content[:start] + entries + b"PK\x05\x06\0\0\0\0" + counts + b"\0\0"


def with_bytes_broken():
    """An archive with a right checksum over bytes that cannot be unpacked."""
    content = zipped(PARTS)
    place = in_data(content, SHEET)
    return content[: place - 20] + b"\xff" * 40 + content[place + 20 :]


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
WHOLE = zipped(PARTS)

ARCHIVES = {
    "a workbook": (WHOLE, CLEAN),
    "a workbook that is not packed": (zipped(PARTS, zipfile.ZIP_STORED), CLEAN),
    "a workbook packed with bzip2": (zipped(PARTS, zipfile.ZIP_BZIP2), EITHER),
    "a workbook packed with LZMA": (zipped(PARTS, zipfile.ZIP_LZMA), EITHER),
    "cut to its first bytes": (WHOLE[:4], DAMAGED),
    "cut in the middle": (WHOLE[: len(WHOLE) // 2], DAMAGED),
    "cut within the directory": (WHOLE[:-40], DAMAGED),
    "cut by its last byte": (WHOLE[:-1], EITHER),
    "with bytes behind it": (WHOLE + bytes(100), EITHER),
    "twice": (WHOLE + WHOLE, EITHER),
    "with another checksum": (flipped(WHOLE, WHOLE.index(SHEET.encode()) - 16), EITHER),
    "with a byte changed in the sheet": (flipped(WHOLE, in_data(WHOLE, SHEET)), DAMAGED),
    "with a byte changed in the texts": (flipped(WHOLE, in_data(WHOLE, STRINGS)), DAMAGED),
    "with bytes that cannot be unpacked": (with_bytes_broken(), DAMAGED),
    "protected": (encrypted(), PROTECTED),
    "packed in an unknown way": (method(97), DAMAGED),
    "a bomb of one part": (zipped({**PARTS, "xl/x.xml": bytes(60_000_000)}), BOMB),
    "a bomb in the sheet": (book(sheet="<worksheet>" + " " * 60_000_000), BOMB),
    "a bomb of archives within archives": (
        zipped({**PARTS, "xl/x.zip": zipped({"y": bytes(60_000_000)}), "xl/z": bytes(50_000_000)}),
        BOMB,
    ),
    "a bomb that names its true size": (declaring(2**31), BOMB),
    "a bomb that hides its size": (declaring(10), Refused("")),
    "100,000 parts": (many_entries(100_000), TOO_MANY),
    "a part named twice": (many_entries(2), Refused("")),
    "names that lead elsewhere": (
        zipped({**PARTS, "../../evil.txt": "x", "/etc/x": "x", "C:\\x": "x", "..\\y": "x"}),
        CLEAN,
    ),
    "a name of 60,000 characters": (zipped({**PARTS, "n" * 60_000: "x"}), CLEAN),
    "a name that is no text": (
        zipped({**PARTS, "xl/zz": ""}).replace(b"xl/zz", b"\xff\xfe\x00\x80z"),
        EITHER,
    ),
    "another archive": (zipped({"readme.txt": "hello"}), NO_WORKBOOK),
    "an archive of CSV": (zipped({"export.csv": csv_of(ROWS)}), NO_WORKBOOK),
    "an empty archive": (b"PK\x05\x06" + bytes(18), Refused("")),
    "a text document": (
        zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}),
        NO_WORKBOOK,
    ),
    "a document of OpenOffice": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
        UNREADABLE,
    ),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), OLD),
}
"""The bytes of an archive, and what comes out of it."""


@pytest.mark.parametrize("case", ARCHIVES)
def test_an_archive_is_read_or_refused(case, judge):
    judge(*ARCHIVES[case])


STRING_COUNT = PARTS[STRINGS].count("<si>")
INSIDE = {
    "a document type with entities in entities": (
        book(sheet=LAUGHS + PARTS[SHEET].replace("<sheetData>", "<x>&i;</x><sheetData>")),
        DECLARED,
    ),
    "entities in entities in the texts": (
        book(strings=LAUGHS + PARTS[STRINGS].replace(REMARK, "&i;")),
        DECLARED,
    ),
    "an entity from outside": (
        book(strings=OUTSIDE + PARTS[STRINGS].replace(REMARK, "&a;")),
        DECLARED,
    ),
    "an entity from outside in the list of sheets": (book(book=OUTSIDE + PARTS[BOOK]), DECLARED),
    "an entity in UTF-16": (
        book(strings=("\ufeff" + LAUGHS + PARTS[STRINGS]).encode("utf-16-le")),
        Refused(": "),
    ),
    "an unknown entity": (book(strings=PARTS[STRINGS].replace(REMARK, "&nope;")), EITHER),
    "no texts": (book(strings=None), UNREADABLE),
    "texts that are cut": (book(strings=PARTS[STRINGS][:-200]), UNREADABLE),
    "fewer texts than the sheet has": (
        book(strings=PARTS[STRINGS][: PARTS[STRINGS].rindex("<si>")] + "</sst>"),
        UNREADABLE,
    ),
    "a text of a number beyond all texts": (with_xml("<v>7</v>", "<v>99999999</v>"), UNREADABLE),
    "a text of a number below 0": (with_xml("<v>7</v>", "<v>-1</v>"), UNREADABLE),
    "a text of no number": (with_xml("<v>7</v>", "<v>x</v>"), UNREADABLE),
    "no sheet": (book(sheet=None), UNREADABLE),
    "a sheet that is cut": (book(sheet=PARTS[SHEET][:-400]), UNREADABLE),
    "a sheet that is no XML": (book(sheet="\0\1\2" * 50), UNREADABLE),
    "a sheet of nothing": (book(sheet=""), UNREADABLE),
    "a sheet without rows": (book(sheet="<worksheet><sheetData/></worksheet>"), EMPTY),
    "a list of no sheets": (zipped(parts_of()), EMPTY),
    "no list of sheets": (book(book=None), UNREADABLE),
    "no list of links": (book(links=None), UNREADABLE),
    "a link out of the archive": (
        book(links=PARTS["xl/_rels/workbook.xml.rels"].replace("worksheets/", "../../../etc/")),
        UNREADABLE,
    ),
    "two filled sheets": (zipped(parts_of(ROWS, ROWS)), SEVERAL),
    "an empty sheet behind": (zipped(parts_of(ROWS, [])), CLEAN),
    "an empty sheet in front": (zipped(parts_of([], ROWS)), CLEAN),
    "a hidden sheet beside": (zipped(parts_of(ROWS, ROWS, states=["visible", "hidden"])), SEVERAL),
    "a sheet that only programs can show": (
        zipped(parts_of(ROWS, ROWS, states=["visible", "veryHidden"])),
        SEVERAL,
    ),
    "the only sheet is hidden": (zipped(parts_of(ROWS, states=["hidden"])), CLEAN),
    "macros beside": (zipped({**PARTS, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 64}), CLEAN),
    "links to other files beside": (
        zipped({**PARTS, "xl/externalLinks/externalLink1.xml": "<externalLink/>"}),
        CLEAN,
    ),
    "a cell at the far end": (
        with_xml(
            "</row></sheetData>",
            '<c r="XFD7"/></row><row r="1048576"><c r="XFD1048576" '
            't="str"><v>x</v></c></row></sheetData>',
        ),
        FAR,
    ),
    "a cell beyond the far end": (
        with_xml("</row></sheetData>", '<c r="ZZZ9999999"><v>1</v></c></row></sheetData>'),
        FAR,
    ),
    "a cell of a row of twenty digits": (
        with_xml("</row></sheetData>", f'<c r="A{"9" * 20}"><v>1</v></c></row></sheetData>'),
        UNREADABLE,
    ),
    "a cell of a column of twenty letters": (
        with_xml("</row></sheetData>", f'<c r="{"Z" * 20}9"><v>1</v></c></row></sheetData>'),
        UNREADABLE,
    ),
    "a cell without a place": (with_xml(f'<c r="{column(ITEM)}2"', "<c"), EITHER),
    "a cell in the row 0": (with_xml('r="A2"', 'r="A0"'), EITHER),
    "merged cells": (
        with_xml("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'),
        CLEAN,
    ),
    "merged cells without end": (
        with_xml(
            "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        ),
        CLEAN,
    ),
    "a number": (with_cell_xml(ITEM, "", "<v>4</v>"), CLEAN),
    "a number with decimals": (with_cell_xml(ITEM, "", "<v>4.0000000</v>"), CLEAN),
    "a number in exponent notation": (with_cell_xml(ITEM, "", "<v>4E0</v>"), CLEAN),
    "a number that is none": (with_cell_xml(ITEM, "", "<v>4x</v>"), UNREADABLE),
    "an endless number": (
        with_cell_xml(ITEM, "", "<v>1E999</v>"),
        Refused(f", row 2, column '{ITEM}"),
    ),
    "not a number": (with_cell_xml(ITEM, "", "<v>NaN</v>"), Refused(f", row 2, column '{ITEM}")),
    "a text within the cell": (with_cell_xml(ITEM, ' t="inlineStr"', "<is><t>4</t></is>"), CLEAN),
    "a formula with its result": (with_cell_xml(ITEM, "", "<f>2+2</f><v>4</v>"), CLEAN),
    "a formula with a text as result": (
        with_cell_xml(ITEM, ' t="str"', '<f>CMD("x")</f><v>4</v>'),
        CLEAN,
    ),
    "a formula without its result": (with_cell_xml(ITEM, "", "<f>2+2</f>"), answering("")),
    "an error": (
        with_cell_xml(ITEM, ' t="e"', "<v>#N/A</v>"),
        Refused(", row 2: the cell N2 holds an error of Excel; correct or empty it"),
    ),
    "an unknown error": (with_cell_xml(ITEM, ' t="e"', "<v>#WHAT!</v>"), UNREADABLE),
    "a truth value": (
        with_cell_xml(ITEM, ' t="b"', "<v>1</v>"),
        Refused(f", row 2, column '{ITEM}': answer 'TRUE' outside the scale"),
    ),
    "a truth value where one is asked": (with_cell_xml("done", ' t="b"', "<v>1</v>"), CLEAN),
    "a date": (
        with_cell_xml(ITEM, ' t="d"', "<v>2026-05-04T00:00:00Z</v>"),
        Refused(f", row 2, column '{ITEM}': answer "),
    ),
    "a cell of an unknown kind": (with_cell_xml(ITEM, ' t="zz"', "<v>4</v>"), EITHER),
    "a style that there is not": (with_cell_xml(ITEM, ' s="9999"', "<v>4</v>"), CLEAN),
    "a cell of 40,000 characters": (
        with_cell_xml("remarks", ' t="inlineStr"', f"<is><t>{'x' * 40_000}</t></is>"),
        CLEAN,
    ),
    "dates that begin in 1904": (zipped(parts_of(ROWS, date1904=True)), CLEAN),
    "a character that no XML holds": (
        with_cell_xml("remarks", ' t="inlineStr"', "<is><t>a&#0;b&#xFFFF;</t></is>"),
        EITHER,
    ),
    "tags nested 20,000 deep": (
        with_xml("<sheetData>", "<a>" * 20_000 + "</a>" * 20_000 + "<sheetData>"),
        CLEAN,
    ),
    "a row of another number than its cells": (with_xml('<row r="2">', '<row r="9">'), EITHER),
    "a negative row": (with_xml('<row r="2">', '<row r="-2">'), EITHER),
}
"""A workbook with something strange inside, and what comes out of it."""


@pytest.mark.parametrize("case", INSIDE)
def test_a_workbook_with_something_strange_inside_is_read_or_refused(case, judge):
    judge(*INSIDE[case])


def open_with(old, new, times=1):
    assert old in ODS["content.xml"]
    return zipped({**ODS, "content.xml": ODS["content.xml"].replace(old, new, times)})


REPEATED = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row></table:table>'
OPEN = {
    "an ODS": (zipped(ODS), CLEAN),
    "an ODS that is cut": (zipped(ODS)[:-60], DAMAGED),
    "an ODS without content": (zipped({"mimetype": ODS["mimetype"]}), UNREADABLE),
    "an ODS whose content is cut": (
        zipped({**ODS, "content.xml": ODS["content.xml"][:-300]}),
        UNREADABLE,
    ),
    "an ODS with a document type": (
        zipped({**ODS, "content.xml": LAUGHS + ODS["content.xml"]}),
        DECLARED,
    ),
    "empty rows repeated to the end": (
        open_with("</table:table>", REPEATED.format(1_048_000, "<table:table-cell/>")),
        CLEAN,
    ),
    "a filled row repeated a thousand million times": (
        open_with(
            "</table:table>",
            REPEATED.format(10**9, "<table:table-cell><text:p>x</text:p></table:table-cell>"),
        ),
        FAR,
    ),
    "a filled cell repeated a thousand million times": (
        open_with(
            "<table:table-cell ", f'<table:table-cell table:number-columns-repeated="{10**9}" '
        ),
        FAR,
    ),
    "a cell repeated fewer than no times": (
        open_with("<table:table-cell ", '<table:table-cell table:number-columns-repeated="-5" '),
        UNREADABLE,
    ),
    "a number": (
        open_with(
            '<table:table-cell office:value-type="string"><text:p>300</text:p>',
            '<table:table-cell office:value-type="float" office:value="300"><text:p>300</text:p>',
        ),
        CLEAN,
    ),
}


@pytest.mark.parametrize("case", OPEN)
def test_an_open_document_is_read_or_refused(case, judge):
    judge(*OPEN[case])


NAMES = {
    "a workbook called CSV": ("export.csv", WHOLE, CLEAN),
    "a workbook with macros": ("export.xlsm", WHOLE, CLEAN),
    "a CSV called a workbook": ("export.xlsx", csv_of(ROWS), CLEAN),
    "a CSV called a statistics file": ("export.sav", csv_of(ROWS), CLEAN),
    "a workbook called JSON": ("export.json", WHOLE, CLEAN),
    "no ending": ("export", csv_of(ROWS), CLEAN),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_file_is_known_by_its_bytes_not_by_its_name(case, judge):
    name, content, expected = NAMES[case]
    judge({name: content}, expected, name, mapping=judge.mapping())


@cache
def damaged(n=60):
    """The workbook with one byte changed, at places spread over all of it."""
    return [flipped(WHOLE, place) for place in range(0, len(WHOLE), len(WHOLE) // n)]


@pytest.mark.parametrize("number", range(60))
def test_one_wrong_byte_anywhere_is_a_right_result_or_a_refusal(number, judge):
    judge(damaged()[number], EITHER)


@pytest.mark.slow
def test_a_million_parts_are_refused(judge):
    judge(many_entries(1_000_000), TOO_MANY)


@pytest.mark.slow
def test_a_sheet_of_fifty_thousand_rows_is_read(judge):
    many = [[f"R{number}", *ROWS[1][1:]] for number in range(50_000)]
    judge.path("export.xlsx").write_bytes(zipped(parts_of([ROWS[0], *many])))
    assert read_sheet(judge.path("export.xlsx")).n_rows == 50_001

"""Workbooks made part by part, so that any part can be wrong."""

import io
import zipfile
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
BOOK = "xl/workbook.xml"
ODS_MARK = "application/vnd.oasis.opendocument.spreadsheet"


def column_letters(number):
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def parts_of(*sheets, states=(), date1904=False):
    """The parts of a workbook, each sheet with its rows; texts are shared, as Excel does it."""
    texts = list(dict.fromkeys(cell for rows in sheets for row in rows for cell in row))
    numbers = range(1, len(sheets) + 1)
    states = [*states, *["visible"] * (len(sheets) - len(states))]
    entries = "".join(
        f'<sheet name="S{n}" sheetId="{n}" state="{states[n - 1]}" r:id="rId{n}"/>' for n in numbers
    )
    setting = '<workbookPr date1904="1"/>' if date1904 else ""
    targets = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    targets.append(("rId99", "sharedStrings", "sharedStrings.xml"))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": relations([("rId1", "officeDocument", BOOK)]),
        BOOK: f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{setting}'
        f"<sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(targets),
        STRINGS: f'<sst xmlns="{MAIN}">'
        + "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
        + "</sst>",
    }
    places = {text: place for place, text in enumerate(texts)}
    for n, rows in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{n}.xml"] = sheet_of(rows, places)
    return parts


def relations(targets):
    links = (
        f'<Relationship Id="{name}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for name, kind, target in targets
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(links)}</Relationships>'


def sheet_of(rows, places):
    xml = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{column_letters(place)}{number}" t="s"><v>{places[cell]}</v></c>'
            for place, cell in enumerate(row, start=1)
            if cell
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{xml}</sheetData></worksheet>'


def open_document(rows):
    """The parts of an ODS with one sheet."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="S1">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0"/>'
    return {"mimetype": ODS_MARK, "content.xml": content, "META-INF/manifest.xml": manifest}


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    """The parts in one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()

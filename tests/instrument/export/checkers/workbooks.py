"""Sheets of a workbook as rows of text."""

from io import BytesIO

from python_calamine import CalamineWorkbook


def read_sheets(content):
    """Heading and cell text of every row, sheet by sheet."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: rows_of(workbook.get_sheet_by_name(name)) for name in workbook.sheet_names}


def rows_of(sheet):
    headings, *rows = sheet.to_python() or [[]]
    return [dict(zip(map(str, headings), map(as_text, row), strict=True)) for row in rows]


def as_text(cell):
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell).strip()

"""Paragraphs, links and tables of a text document, and the look they have."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.report.office.archive import without_dates
from pipeline.report.office.deck import written

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

NO_DATE = datetime(2000, 1, 1)
LANGUAGES = {"en": "en-GB", "sv": "sv-SE"}
TYPEFACE, INK = "Arial", "1A1D21"
SIZES = {
    "Normal": 10.5,
    "Small": 9,
    "Cell": 8.5,
    "Caption": 9.5,
    "Subtitle": 10.5,
    "Title": 24,
    "Heading 1": 16,
    "Heading 2": 13,
    "Heading 3": 11,
}
"""Points, by style."""
PAPER, MARGIN = (21.0, 29.7), 2.0
"""Centimetres."""
NARROWEST, WIDEST, BESIDE = 6, 24, 3
"""Letters: the least and the most room of a column, and the space beside its words."""
N_LINES = 3
"""A text of a column is set on about as many lines."""
BOLD = 1.4
"""Room of a letter of a heading, which is bold, seen from that of others."""
LINE_TO_WRITE_ON = 1.5
"""Height in centimetres of a row that is filled in by hand."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the document that a link can lead to."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one look in a paragraph, and where they lead."""

    text: str
    strong: bool = False
    target: Place | None = None


Cell = Sequence[Sequence[Piece]]
"""The paragraphs of a cell."""


def blank_document(title: str, language: str) -> Document:
    """A document without words: its name, its language, its paper and its styles."""
    from docx import Document
    from docx.shared import Cm

    document = Document()
    told = document.core_properties
    told.title, told.language = written(title), LANGUAGES.get(language, language)
    told.author = told.last_modified_by = told.comments = ""
    told.created = told.modified = NO_DATE
    sheet = document.sections[0]
    sheet.page_width, sheet.page_height = (Cm(length) for length in PAPER)
    sheet.left_margin = sheet.right_margin = sheet.top_margin = sheet.bottom_margin = Cm(MARGIN)
    _set_styles(document, LANGUAGES.get(language, language))
    return document


def bytes_of(document: Document) -> bytes:
    """The document as a DOCX file that does not tell when it was made."""
    target = io.BytesIO()
    document.save(target)
    return without_dates(target.getvalue())


def _set_styles(document: Document, language: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt

    styles = document.styles
    for one in styles.element.iter(qn("w:lang")):
        one.set(qn("w:val"), language)
    for name in ("Small", "Cell"):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    around = styles["Cell"].paragraph_format
    around.space_before = around.space_after = Pt(2)
    for name, size in SIZES.items():
        _set_type(styles[name], size)
    for name in ("Title", "Caption", "Heading 1", "Heading 2", "Heading 3"):
        styles[name].paragraph_format.keep_with_next = True


def _set_type(style: Any, size: float) -> None:
    """One typeface and dark letters instead of those of the template."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size = TYPEFACE, Pt(size)
    style.font.italic, style.font.color.rgb = False, RGBColor.from_string(INK)
    fonts = style.element.rPr.rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    fonts.set(qn("w:hAnsi"), TYPEFACE)


# ------------------------------------------------------------------ paragraphs


def dress(paragraph: Paragraph, style: str) -> None:
    """Give a paragraph the style of this name, without a search through all styles."""
    paragraph._p.style = style.replace(" ", "")


def fill(paragraph: Paragraph, pieces: Sequence[Piece], *, strong: bool = False) -> None:
    """Put words into a paragraph."""
    for piece in pieces:
        run = paragraph.add_run(written(piece.text))
        run.bold = True if piece.strong or strong else None
        if piece.target is not None:
            _lead(paragraph, run, piece.target)


def _lead(paragraph: Paragraph, run: Any, target: Place) -> None:
    """Make a run a way to another part of the document."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run.underline = True
    way = OxmlElement("w:hyperlink")
    way.set(qn("w:anchor"), target.name)
    paragraph._p.append(way)
    way.append(run._r)


def align_end(paragraph: Paragraph) -> None:
    """Set what follows the tab of a paragraph at the end of the line."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Cm(PAPER[0] - 2 * MARGIN), WD_TAB_ALIGNMENT.RIGHT)


def mark(paragraph: Paragraph, place: Place) -> None:
    """Let links lead to a paragraph."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        edge = OxmlElement(tag)
        edge.set(qn("w:id"), str(place.number))
        if tag == "w:bookmarkStart":
            edge.set(qn("w:name"), place.name)
        paragraph._p.append(edge)


def add_count(paragraph: Paragraph, name: str) -> None:
    """Add a number that the reader's program fills in, such as ``PAGE``."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    counted = OxmlElement("w:fldSimple")
    counted.set(qn("w:instr"), name)
    paragraph._p.append(counted)


# ------------------------------------------------------------------ tables


def add_table(
    document: Document,
    name: str,
    rows: Sequence[Sequence[Cell]],
    numeric: Sequence[bool],
    *,
    to_fill_in: bool = False,
) -> None:
    """Add a table whose first row is its heading and comes again on every page.

    Parameters
    ----------
    document : Document
        Gets the table at its end.
    name : str
        What a screen reader calls it.
    rows : sequence
        A sequence of cells for each row.
    numeric : sequence of bool
        Whether a column is set to the right.
    to_fill_in : bool, optional
        Whether rows leave room for handwriting.
    """
    from docx.shared import Cm

    table = document.add_table(0, len(numeric), style="Table Grid")
    table.autofit = False
    _describe(table, name)
    for column, width in zip(table.columns, _widths(rows), strict=True):
        column.width = Cm(width)
    for line, cells in enumerate(rows):
        row = table.add_row()
        _keep_whole(row, is_heading=line == 0)
        if to_fill_in and line:
            row.height = Cm(LINE_TO_WRITE_ON)
        _fill_row(row, cells, numeric, is_heading=line == 0)


def _fill_row(
    row: Any, cells: Sequence[Cell], numeric: Sequence[bool], *, is_heading: bool
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    for cell, paragraphs, is_number in zip(row.cells, cells, numeric, strict=True):
        for below, pieces in enumerate(paragraphs):
            paragraph = cell.add_paragraph() if below else cell.paragraphs[0]
            dress(paragraph, "Cell")
            fill(paragraph, pieces, strong=is_heading)
            if is_number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(rows: Sequence[Sequence[Cell]]) -> list[float]:
    """Centimetres a column: room for its longest word, and more for long texts."""
    rooms = [max(map(_room, column)) for column in zip(*rows, strict=True)]
    whole = PAPER[0] - 2 * MARGIN
    return [whole * room / sum(rooms) for room in rooms]


def _room(cell: Cell) -> float:
    text = " ".join(piece.text for pieces in cell for piece in pieces)
    longest = max(map(len, text.split()), default=0)
    wanted = max(BOLD * longest, len(text) / N_LINES, NARROWEST)
    return min(wanted, WIDEST) + BESIDE


def _keep_whole(row: Any, *, is_heading: bool) -> None:
    """Never break a row over two pages; repeat the heading on each."""
    from docx.oxml import OxmlElement

    rules = row._tr.get_or_add_trPr()
    rules.append(OxmlElement("w:cantSplit"))
    if is_heading:
        rules.append(OxmlElement("w:tblHeader"))


def _describe(table: Table, name: str) -> None:
    """The name of a table that a screen reader says."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    told = OxmlElement("w:tblCaption")
    told.set(qn("w:val"), written(name))
    table._tbl.tblPr.append(told)

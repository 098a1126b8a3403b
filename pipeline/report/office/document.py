"""The report of a site as a text document: what its page says, in headings, lists and tables.

The document is made from the page itself, so that both always say the same. Drawings stay on the
page; the table behind each of them, which the page folds away, stands open in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import compress
from typing import TYPE_CHECKING

from pipeline.report.office.page_tree import Part, tree_of
from pipeline.report.office.text_parts import (
    Piece,
    Place,
    add_count,
    add_table,
    align_end,
    blank_document,
    bytes_of,
    dress,
    fill,
    mark,
)
from pipeline.report.pages import Setting
from pipeline.report.site_page import SitePages, write_pages

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph


class PageClass(StrEnum):
    """The classes of parts of a page that a document goes by; the templates of pages give them."""

    KICKER = "kicker"
    SMALL = "small"
    ENDS = "ends"
    SHEET = "sheet"
    NEW_PAGE = "new-page"
    HIDDEN = "hidden"
    NUMBER = "number"
    BAR_CELL = "bar-cell"
    PLAN = "plan"
    SKIP = "skip"
    LEGEND = "legend"
    NO_PRINT = "no-print"
    LETTER = "letter"


HEADINGS = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
LOOKS = {PageClass.KICKER: "Subtitle", PageClass.SMALL: "Small"}
"""Styles of paragraphs by their class on the page; others are plain."""
BLOCKS = frozenset({*HEADINGS, "p", "ul", "ol", "dl", "table", "div", "section", "figure"})
FOR_THE_SCREEN = frozenset({"nav", "style", "svg", "figcaption", "summary"})
"""Ways about the page, drawings, their titles, and buttons that open a table."""
CLASSES_FOR_THE_SCREEN = frozenset(
    {PageClass.SKIP, PageClass.LEGEND, PageClass.NO_PRINT, PageClass.LETTER}
)
LONGEST_NAME = 40
"""Letters that the format allows in a name."""


def site_documents(views: SitePages) -> Iterator[tuple[str, bytes]]:
    """A document for each site.

    Parameters
    ----------
    views : SitePages
        The pages of the sites before they are written.

    Yields
    ------
    (str, bytes)
        Name of the file without its ending, and the DOCX file; the same page makes the same bytes.
    """
    for slug, page in write_pages(views).items():
        title = views.pages[slug].frame.page_title
        yield slug, make_document(page, title, views.setting)


def make_document(page: str, title: str, setting: Setting) -> bytes:
    """A page as a DOCX file.

    Parameters
    ----------
    page : str
        The HTML of a page of ours.
    title : str
        The name of the document.
    setting : Setting
        Its phrases and its language.

    Raises
    ------
    ValueError
        If the parts of the page are not well nested.
    """
    body = tree_of(page)
    document = blank_document(title, setting.study.language)
    _write_foot(document, setting)
    _Writer(document, setting, _places(body)).write(body)
    return bytes_of(document)


def _write_foot(document: Document, setting: Setting) -> None:
    """The name of the programme and the number of the page, in one line below every page."""
    foot = document.sections[0].footer.paragraphs[0]
    told = setting.say("page.kicker", programme=setting.study.title, wave=setting.study.wave)
    dress(foot, "Small")
    align_end(foot)
    fill(foot, [Piece(f"{told}\t")])
    _number_pages(foot, setting)


def _number_pages(paragraph: Paragraph, setting: Setting) -> None:
    told = setting.say("paper.page", page="\tPAGE\t", pages="\tNUMPAGES\t")
    for text in told.split("\t"):
        if text in ("PAGE", "NUMPAGES"):
            add_count(paragraph, text)
        else:
            paragraph.add_run(text)


def _places(body: Part) -> Mapping[str, Place]:
    """Where links can lead, by the name on the page."""
    ids = [part.id for part in body.all("section", *HEADINGS) if part.id is not None]
    return {
        name: Place(number, re.sub(r"\W", "_", f"p{number}_{name}")[:LONGEST_NAME])
        for number, name in enumerate(dict.fromkeys(ids), start=1)
    }


class _Writer:
    """Writes the parts of a page into a document one after the other.

    Without their drawings the parts before the sheet for the meeting are short, so no page is
    broken before that sheet.
    """

    def __init__(self, document: Document, setting: Setting, places: Mapping[str, Place]) -> None:
        self.document = document
        self.setting = setting
        self.places = places
        self.to_mark: list[Place] = []
        self.on_new_page = False
        self.may_break = False

    def write(self, part: Part) -> None:
        """Write one part with all that is in it."""
        if _is_for_the_screen(part):
            return
        self.may_break |= PageClass.SHEET in part.classes
        self.on_new_page |= self.may_break and PageClass.NEW_PAGE in part.classes
        if part.id in self.places:
            self.to_mark.append(self.places[str(part.id)])
        match part.tag:
            case "h1" | "h2" | "h3" | "h4":
                self.add(HEADINGS[part.tag], self.pieces(part))
            case "p":
                self.write_paragraph(part)
            case "ul" | "ol":
                self.write_list(part)
            case "dl":
                self.write_facts(part)
            case "table":
                self.write_table(part)
            case _:
                for inner in part.parts:
                    self.write(inner)

    def add(self, style: str, pieces: Sequence[Piece]) -> None:
        """Add a paragraph, with what was waiting for one."""
        paragraph = self.document.add_paragraph()
        dress(paragraph, style)
        if self.on_new_page:
            paragraph.paragraph_format.page_break_before = True
        for place in self.to_mark:
            mark(paragraph, place)
        self.on_new_page, self.to_mark = False, []
        fill(paragraph, pieces)

    def write_paragraph(self, part: Part) -> None:
        """A paragraph in the look of its class."""
        style = next((LOOKS[name] for name in LOOKS if name in part.classes), "Normal")
        if PageClass.ENDS not in part.classes:
            self.add(style, self.pieces(part))
            return
        low, high = (end.text for end in part.parts)
        self.add("Small", [Piece(self.setting.say("slides.ends", low=low, high=high))])

    def write_list(self, part: Part) -> None:
        """An entry a paragraph; entries with a title of their own become parts of the text."""
        for place, entry in enumerate(part.parts, start=1):
            number = f"{place}. " if part.tag == "ol" else ""
            if any(map(_is_block, entry.parts)):
                self.write_card(entry, number)
            else:
                self.add("List Number" if number else "List Bullet", self.pieces(entry))

    def write_card(self, entry: Part, number: str) -> None:
        """An entry with a title of its own; the number of an ordered list goes before the title."""
        first, *others = entry.parts
        self.write(replace(first, children=[number, *first.children]))
        for inner in others:
            self.write(inner)

    def write_facts(self, part: Part) -> None:
        """Names and what is said about each."""
        for name, value in zip(part.parts[::2], part.parts[1::2], strict=True):
            self.add("List Bullet", [Piece(f"{name.text}: ", strong=True), *self.pieces(value)])

    def write_table(self, part: Part) -> None:
        """A table below its caption, and room below it."""
        caption = next(part.all("caption"), Part("caption"))
        if PageClass.HIDDEN not in caption.classes:
            self.add("Caption", self.pieces(caption))
        rows = _without_drawings([row.parts for row in part.all("tr")])
        cells = [[self.cell(cell) for cell in row] for row in rows]
        numeric = [PageClass.NUMBER in heading.classes for heading in rows[0]]
        to_fill_in = PageClass.PLAN in part.classes
        add_table(self.document, caption.text, cells, numeric, to_fill_in=to_fill_in)
        self.add("Small", [])

    def cell(self, cell: Part) -> list[list[Piece]]:
        """The paragraphs of a cell: its own words, then those of the parts that stand below."""
        own = replace(cell, children=[one for one in cell.children if not _is_block(one)])
        below = [part for part in cell.parts if _is_block(part)]
        told = [self.pieces(part) for part in (own, *below)]
        return [pieces for pieces in told if pieces] or [[]]

    def pieces(self, part: Part) -> list[Piece]:
        """The words of a part in order; spaces are single and there is none at an end."""
        joined: list[Piece] = []
        for piece in self.rough_pieces(part, Piece("")):
            text = re.sub(r"[^\S\n]+", " ", piece.text)
            if not joined or joined[-1].text.endswith((" ", "\n")):
                text = text.lstrip(" ")
            if text:
                joined.append(replace(piece, text=text))
        if joined:
            joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip())
        return [piece for piece in joined if piece.text]

    def rough_pieces(self, part: Part, look: Piece) -> Iterator[Piece]:
        """The words of a part with the spaces that are in the page."""
        for child in part.children:
            if isinstance(child, str):
                yield replace(look, text=child.replace("\n", " "))
            elif child.tag == "br":
                yield replace(look, text="\n")
            elif not _is_for_the_screen(child):
                target = self.places.get((child.address or "").removeprefix("#"), look.target)
                strong = look.strong or child.tag == "strong"
                yield from self.rough_pieces(child, replace(look, strong=strong, target=target))


def _is_for_the_screen(part: Part) -> bool:
    return part.tag in FOR_THE_SCREEN or bool(part.classes & CLASSES_FOR_THE_SCREEN)


def _is_block(part: Part | str) -> bool:
    return isinstance(part, Part) and part.tag in BLOCKS


def _without_drawings(rows: Sequence[Sequence[Part]]) -> list[list[Part]]:
    """The rows of a table without the columns that are there for their drawings.

    What is said below a bar goes below the head of its row.
    """
    columns = list(zip(*rows, strict=True))
    of_bars = [PageClass.BAR_CELL in heading.classes for heading, *_ in columns]
    kept = [
        not is_of_bars and not all(map(_is_drawing, cells))
        for is_of_bars, (_, *cells) in zip(of_bars, columns, strict=True)
    ]
    heading, *others = rows
    told = [_with_words_of(row, list(compress(row, of_bars))) for row in others]
    return [list(compress(row, kept)) for row in (heading, *told)]


def _with_words_of(row: Sequence[Part], bars: Sequence[Part]) -> list[Part]:
    """A row with the words of its bars below those of its head."""
    head, *cells = row
    words = [child for bar in bars for child in bar.children if not isinstance(child, Part)]
    below = [part for bar in bars for part in bar.parts if _is_block(part)]
    told = [part for part in (Part("p", children=[*words]), *below) if part.text]
    return [replace(head, children=[*head.children, *told]), *cells]


def _is_drawing(cell: Part) -> bool:
    return bool(cell.parts) and all(part.tag == "svg" for part in cell.parts)

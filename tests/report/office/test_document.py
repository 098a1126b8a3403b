"""The text document of a site says what its page says, in parts that a reader can find."""

import ast
import io
import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document

from pipeline.report.office import document as module
from pipeline.report.office.document import (
    HEADINGS,
    PageClass,
    make_document,
    site_documents,
)
from pipeline.report.office.page_tree import tree_of
from pipeline.report.pages import TEMPLATES
from pipeline.report.site_page import SitePages, write_pages
from tests.report.fabricated_study import Fabricated
from tests.report.office.conftest import views_of

FULL, SMALL = "site-s00", "site-s04"
WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def made(views: SitePages) -> dict[str, bytes]:
    return dict(site_documents(views))


def opened(content: bytes):
    return Document(io.BytesIO(content))


def body_of(content: bytes):
    return opened(content).element.body


def texts_of(content: bytes) -> list[str]:
    """The words of each paragraph, also in tables and in links."""
    return [
        " ".join("".join(text_in(paragraph)).split())
        for paragraph in body_of(content).iter(f"{WORDS}p")
    ]


def text_in(paragraph):
    for piece in paragraph.iter(f"{WORDS}t", f"{WORDS}br"):
        yield piece.text if piece.tag.endswith("}t") else " "


def page_of(views: SitePages, slug: str):
    return tree_of(write_pages(replace(views, pages={slug: views.pages[slug]}))[slug])


def one_page(main: str) -> str:
    return f"<html><body><main>{main}</main></body></html>"


def small_document(views: SitePages, main: str) -> bytes:
    return make_document(one_page(main), "A title", views.setting)


def test_there_is_a_document_for_every_site(views, made):
    assert set(made) == set(views.pages)


@pytest.mark.parametrize("slug", [FULL, SMALL])
def test_the_document_says_every_sentence_of_the_page(views, made, slug):
    told = set(texts_of(made[slug]))
    paragraphs = [
        part
        for part in page_of(views, slug).all("p", "h1", "h2", "h3", "h4")
        if not part.classes & {"ends", "no-print"} and part.id != "contents-heading"
    ]
    assert len(paragraphs) > 20
    for part in paragraphs:
        assert part.text in told or any(f"{n}. {part.text}" in told for n in (1, 2, 3)), part.text


def test_every_cell_with_a_number_is_in_a_table_of_the_document(views, made):
    tables = [
        ["".join(text_in(cell)) for cell in table.iter(f"{WORDS}tc")]
        for table in body_of(made[FULL]).iter(f"{WORDS}tbl")
    ]
    on_page = list(page_of(views, FULL).all("table"))
    assert len(tables) == len(on_page) > 10
    for table, shown in zip(tables, on_page, strict=True):
        numbers = [cell.text for cell in shown.all("td") if "number" in cell.classes]
        assert not [number for number in numbers if number not in table]


def test_headings_have_the_levels_of_the_page(views, made):
    page = [part for part in page_of(views, FULL).all(*HEADINGS) if part.id != "contents-heading"]
    styles = [paragraph.style.name for paragraph in opened(made[FULL]).paragraphs]
    told = [style for style in styles if style in HEADINGS.values()]
    assert told == [HEADINGS[part.tag] for part in page]


def test_every_table_has_a_name_and_a_heading_that_comes_again(made):
    for table in body_of(made[FULL]).iter(f"{WORDS}tbl"):
        assert table.find(f"{WORDS}tblPr/{WORDS}tblCaption").get(f"{WORDS}val").strip()
        first, *others = table.iter(f"{WORDS}tr")
        assert first.find(f".//{WORDS}tblHeader") is not None
        assert not [row for row in others if row.find(f".//{WORDS}tblHeader") is not None]


def test_every_link_leads_to_a_place_in_the_document(made):
    body = body_of(made[FULL])
    names = [mark.get(f"{WORDS}name") for mark in body.iter(f"{WORDS}bookmarkStart")]
    links = [link.get(f"{WORDS}anchor") for link in body.iter(f"{WORDS}hyperlink")]
    assert links
    assert set(links) <= set(names)
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 40


def test_there_is_no_way_out_of_the_document(made):
    for content in made.values():
        with ZipFile(io.BytesIO(content)) as package:
            relations = [name for name in package.namelist() if name.endswith(".rels")]
            assert not [n for n in relations if b'TargetMode="External"' in package.read(n)]


def test_the_plan_leaves_room_to_write(made):
    plans = [table for table in opened(made[FULL]).tables if table.rows[-1].height]
    assert len(plans) == 1
    assert not plans[0].rows[0].height


@pytest.mark.parametrize("slug", [FULL, SMALL])
def test_the_plan_has_four_lines_or_more(made, slug):
    (plan,) = [table for table in opened(made[slug]).tables if table.rows[-1].height]
    assert len(plan.rows) - 1 >= 4


def test_the_document_has_a_title_a_language_and_no_author(views, made):
    told = opened(made[FULL]).core_properties
    assert told.title == views.pages[FULL].frame.page_title
    assert (told.language, told.author, told.last_modified_by) == ("en-GB", "", "")


def test_the_same_page_makes_the_same_bytes(views, made):
    only = replace(views, pages={FULL: views.pages[FULL]})
    assert dict(site_documents(only)) == {FULL: made[FULL]}


def test_documents_follow_the_language_of_the_study(studies: dict[str, Fabricated]):
    main = studies["main"]
    swedish = views_of(main.with_(study=replace(main.study, language="sv")))
    content = dict(site_documents(swedish))[FULL]
    assert "I korthet" in texts_of(content)
    assert "At a glance" not in texts_of(content)
    styles = opened(content).styles.element
    assert {one.get(f"{WORDS}val") for one in styles.iter(f"{WORDS}lang")} == {"sv-SE"}


def test_hostile_names_stay_text(studies: dict[str, Fabricated]):
    hostile = '=1+1 <b>&amp; \x0b\u202e"' + "x" * 180
    groups = studies["groups"]
    views = views_of(groups.with_(sites=groups.sites.assign(label=hostile)))
    assert all(
        any("=1+1 <b>&amp;" in text for text in texts_of(content))
        for _, content in site_documents(views)
    )


def test_words_keep_their_spaces_and_their_weight(views):
    content = small_document(views, "<p>  One\n <strong>two </strong> three<br>\n four </p>")
    paragraph = opened(content).paragraphs[0]
    assert paragraph.text == "One two three\nfour"
    assert [run.text for run in paragraph.runs if run.bold] == ["two "]


def test_columns_of_drawings_go_and_their_words_stay(views):
    table = (
        "<table><caption>T</caption><tr><th>A</th><th>B</th><th>C</th></tr>"
        "<tr><th>a</th><td><svg><title>no</title></svg></td><td><svg></svg><p>yes</p></td></tr>"
        "</table>"
    )
    (made,) = opened(small_document(views, table)).tables
    assert [[cell.text.strip() for cell in row.cells] for row in made.rows] == [
        ["A", "C"],
        ["a", "yes"],
    ]


def test_words_beside_a_bar_stand_below_the_head_of_their_row(views):
    table = (
        '<table><caption>T</caption><tr><th>A</th><th class="bar-cell">B</th><th>C</th></tr>'
        "<tr><th>a</th><td><svg></svg><p>besides</p></td><td>1</td></tr>"
        "<tr><th>b</th><td>not shown</td><td>2</td></tr>"
        "<tr><th>c</th><td><svg></svg></td><td>3</td></tr></table>"
    )
    (made,) = opened(small_document(views, table)).tables
    assert [[cell.text.strip() for cell in row.cells] for row in made.rows] == [
        ["A", "C"],
        ["a\nbesides", "1"],
        ["b\nnot shown", "2"],
        ["c", "3"],
    ]


def test_no_column_of_the_document_is_empty_but_for_the_plan(made):
    for content in made.values():
        for table in opened(content).tables:
            if not table.rows[-1].height:
                columns = zip(
                    *([cell.text for cell in row.cells] for row in table.rows), strict=True
                )
                assert all(any(cells) for _, *cells in columns)


def test_every_class_that_the_document_goes_by_is_in_a_template():
    given = " ".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.glob("*.j2")))
    classes = {name for names in re.findall(r'class="([^"]*)"', given) for name in names.split()}
    assert {one.value for one in PageClass} <= classes


def test_the_document_goes_by_no_other_class():
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    about_classes = [node for node in compared if "classes" in ast.unparse(node)]
    assert len(about_classes) > 4
    assert not [node for node in about_classes if isinstance(node.left, ast.Constant)]


def test_pages_are_broken_from_the_sheet_for_the_meeting_on(views):
    parts = (
        '<h2 class="new-page">One</h2><h2>Two</h2><div class="sheet new-page"><h3>Three</h3></div>'
        '<h2 class="new-page">Four</h2><p>Five</p>'
    )
    paragraphs = opened(small_document(views, parts)).paragraphs
    broken = [one.text for one in paragraphs if one.paragraph_format.page_break_before]
    assert broken == ["Three", "Four"]


def test_the_foot_names_the_programme_and_the_page(views, made):
    (foot,) = opened(made[FULL]).sections[0].footer.paragraphs
    assert views.setting.study.title in foot.text
    counted = [one.get(f"{WORDS}instr") for one in foot._p.iter(f"{WORDS}fldSimple")]
    assert counted == ["PAGE", "NUMPAGES"]


def test_steps_are_numbered_before_their_titles(views):
    steps = "<ol><li><h3>Look</h3><p>Alone.</p></li><li><h3>Talk</h3></li></ol>"
    told = [paragraph.text for paragraph in opened(small_document(views, steps)).paragraphs]
    assert told == ["1. Look", "Alone.", "2. Talk"]


@pytest.mark.parametrize("page", ["<p>no body</p>", "<body><p></body>", "<body><p></div></body>"])
def test_a_page_that_is_not_well_nested_is_refused(page):
    with pytest.raises(ValueError, match=r"closes|body"):
        tree_of(page)

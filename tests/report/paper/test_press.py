"""The report of a site on paper says what its page on the screen says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import pytest

from pipeline.report import pages_of_sites, write_pages
from pipeline.report.paper import set_page, set_site_pages
from pipeline.report.paper.press import PAPER, data_of, keys_said, light_colours
from pipeline.report.phrases import load_phrases, places_in
from pipeline.report.site_page import SitePage, SitePages, SmallSitePage, template_of
from tests.report.fabricated_study import Fabricated, tables_of_sites
from tests.report.reading_html import Element, read

from .reading_pdf import kinds_in, text_of

HOSTILE = '#panic("x") *bold* $x^2$ \\ <b> ]] @topic // "quoted" _u_ `raw` {minimum}'
NOT_ON_PAPER = {"nav", "head", "style", "summary", "title", "desc"}
ONLY_ON_SCREEN = {"skip", "hidden", "screen-only", "no-print"}


def views_of(made: Fabricated) -> SitePages:
    return pages_of_sites(
        made.sites["site"].tolist(),
        made.released,
        made.withheld,
        made.sites,
        made.site_context,
        made.ledger_rows,
        tables_of_sites(made),
        made.instrument,
        made.study,
    )


@pytest.fixture(scope="module")
def views(studies: dict[str, Fabricated]) -> dict[str, SitePages]:
    return {name: views_of(made) for name, made in studies.items()}


@pytest.fixture(scope="module")
def papers(views: dict[str, SitePages]) -> dict[str, dict[str, bytes]]:
    return {name: dict(set_site_pages(pages)) for name, pages in views.items()}


def pieces_of(element: Element) -> Iterator[str]:
    """Every piece of text that paper has to show, without its spaces."""
    shown_nowhere = element.tag in NOT_ON_PAPER
    if shown_nowhere or ONLY_ON_SCREEN & set(element.attributes.get("class", "").split()):
        return
    yield from (piece for piece in map(without_space, element.pieces) if piece)
    for child in element.children:
        yield from pieces_of(child)


def without_space(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", ["main", "climate", "groups"])
def test_everything_on_the_screen_is_on_paper_too(views, papers, name):
    for slug, page in write_pages(views[name]).items():
        body = read(page).all("body")[0]
        pieces = set(pieces_of(body))
        text = text_of(papers[name][slug])
        assert len(pieces) > 10
        assert not {piece for piece in pieces if piece not in text}, slug


def test_each_chart_is_described_in_words(views, papers):
    for slug, page in write_pages(views["main"]).items():
        alternatives = papers["main"][slug].count(b"/Alt")
        body = read(page).all("body")[0]
        assert alternatives == len(charts_in(body)) - len(bars_of_statements(body)), slug


def test_the_shares_of_each_statement_stand_under_its_bar_in_words(views, papers):
    compared = 0
    for slug, page in views["main"].pages.items():
        text = text_of(papers["main"][slug])
        for said, shares in bars_told(page):
            assert without_space(f"{said} From left to right: {shares}") in text, said
            compared += 1
    assert compared > 50


def charts_in(element: Element) -> list[Element]:
    return [svg for svg in element.all("svg") if "chart" in svg.attributes.get("class", "").split()]


def bars_of_statements(body: Element) -> list[Element]:
    """Bars in the cells of a table: on paper the numbers under them are read instead."""
    return [svg for cell in body.all("td") for svg in charts_in(cell)]


def bars_told(page: SitePage | SmallSitePage) -> Iterator[tuple[str, str]]:
    """The words over each bar of a statement, and the shares under it."""
    if isinstance(page, SmallSitePage):
        return
    for section in (*page.scored, *page.described):
        for row in chain.from_iterable(one.items.rows for one in section.topics if one.items):
            if row.bar is not None:
                yield row.text + (row.turned or ""), "\u00b7".join(row.shares)
    for group in chain.from_iterable(view.groups for view in page.lists):
        yield from ((row.text, "\u00b7".join(row.shares)) for row in group.rows)


def test_a_report_has_a_structure_that_screen_readers_follow(papers, views):
    slug = next(s for s, page in views["main"].pages.items() if template_of(page) == "site")
    paper = papers["main"][slug]
    assert {"H1", "H2", "H3", "H4", "Table", "TH", "TD", "L", "LI", "Figure"} <= kinds_in(paper)
    assert b"/Marked true" in paper
    assert b"/Lang(en)" in paper
    assert b"pdfuaid:part" in paper


def test_a_report_has_no_date_and_is_the_same_each_time(views, papers):
    slug, page = next(iter(views["groups"].pages.items()))
    again = set_page(f"{template_of(page)}.typ", views["groups"].setting, page)
    assert again == papers["groups"][slug]
    assert b"CreationDate" not in again
    assert b"ModDate" not in again


def test_the_first_page_holds_the_summary(views, papers):
    page = next(p for p in views["main"].pages.values() if template_of(p) == "site")
    slug = next(s for s, p in views["main"].pages.items() if p is page)
    last = without_space(page.overviews[-1].high_end)
    first = text_of(only_first_page(papers["main"][slug]))
    assert without_space(page.headlines[0]) in first
    assert last in first


def only_first_page(pdf: bytes) -> bytes:
    return re.sub(rb"(/Kids\s*\[\s*\d+ 0 R)[^\]]*\]", rb"\1]", pdf, count=1)


@pytest.mark.parametrize("template", ["site", "small_site"])
def test_a_name_is_text_whatever_it_holds(views, template):
    setting = views["main"].setting
    page = next(p for p in views["main"].pages.values() if template_of(p) == template)
    frame = replace(page.frame, heading=HOSTILE, page_title=HOSTILE, kicker=HOSTILE)
    text = text_of(set_page(f"{template}.typ", setting, replace(page, frame=frame)))
    assert text.count(without_space(HOSTILE)) == 2


def test_letters_that_the_typeface_cannot_draw_do_not_stop_a_report(views):
    setting, pages = views["main"].setting, views["main"].pages
    page = next(p for p in pages.values() if template_of(p) == "small_site")
    frame = replace(page.frame, heading="\u6f22 \ue000 Ny\u00e5s")
    text = text_of(set_page("small_site.typ", setting, replace(page, frame=frame)))
    assert "\ufffd\ufffdNy\u00e5s" in text


def test_parts_that_can_be_linked_to_are_listed(views):
    page = next(p for p in views["main"].pages.values() if template_of(p) == "site")
    _, anchors = data_of(page)
    for section in (*page.scored, *page.described):
        assert f'"{section.anchor}"' in anchors


def test_every_phrase_of_the_templates_exists_with_its_places():
    english = load_phrases("en")
    assert len(keys_said()) > 30
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PAPER.glob("*.typ"))
    for key in keys_said():
        assert english.has(key), key
        for call in re.findall(rf'say\(\s*"{re.escape(key)}"([^;]*?)\)\n', sources):
            assert all(f"{place}:" in call for place in places_in(english.by_key[key])), key


def test_colours_are_those_of_white_paper():
    colours = light_colours()
    assert colours["paper"] == "#ffffff"
    assert {"ink", "accent", "band", "low-2", "high-2", "part-1"} <= set(colours)

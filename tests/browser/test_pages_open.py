"""Every page opens in a browser, in silence, at every size."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .chromium import DESKTOP, NARROW, PAPER, PHONE, Look, in_lines, looking, measure, opened

LOOKS = {"phone": PHONE, "narrow": NARROW, "desktop": DESKTOP, "paper": PAPER}
MEASURES = ("wide", "letters", "cut")

Findings = dict[str, dict[str, list[str]]]


def look_at(browser: Browser, pages: list[Path], look: Look) -> Findings:
    """By kind of finding and page: what is amiss."""
    found: Findings = {kind: {} for kind in ("said", "asked", *MEASURES)}
    with looking(browser, look) as context:
        for path in pages:
            with opened(context, path, look) as (page, heard):
                measured = {name: measure(page, name) for name in MEASURES}
            for kind, amiss in {"said": heard.said, "asked": heard.asked, **measured}.items():
                if amiss:
                    found[kind][f"{path.parent.name}/{path.name}"] = amiss
    return found


@pytest.fixture(scope="module", params=["phone", "desktop", "paper"])
def findings(request: pytest.FixtureRequest, browser: Browser, pages: list[Path]) -> Findings:
    return look_at(browser, pages, LOOKS[request.param])


def test_no_page_says_anything_to_the_console(findings):
    assert not findings["said"], in_lines(findings["said"])


def test_no_page_asks_for_anything_but_itself(findings):
    assert not findings["asked"], in_lines(findings["asked"])


def test_no_page_scrolls_sideways(findings):
    assert not findings["wide"], in_lines(findings["wide"])


def test_no_word_of_a_picture_is_cut_or_lies_over_another(findings):
    assert not findings["letters"], in_lines(findings["letters"])


def test_no_box_cuts_its_words(findings):
    assert not findings["cut"], in_lines(findings["cut"])


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOKS)
def test_all_this_holds_for_every_site(browser, all_site_pages, name):
    found = look_at(browser, all_site_pages, LOOKS[name])
    assert not any(found.values()), "\n".join(map(in_lines, found.values()))


def test_a_script_a_request_and_a_long_word_would_be_found(browser, tmp_path):
    page = tmp_path / "amiss.html"
    word = "x" * 300
    page.write_text(
        "<meta charset=utf-8><link rel=icon href=data:,><script>console.log('heard')</script>"
        f"<img src=other.png alt=''><p>{word}</p>"
        "<svg class=chart aria-labelledby=a width=200 height=40>"
        "<text x=0 y=20>First</text><text x=9 y=20>Second</text><text x=190 y=20>Third</text></svg>"
        f"<div style='overflow: hidden; width: 5em'>{word}</div>",
        encoding="utf-8",
    )
    found = look_at(browser, [page], PHONE)
    assert all(found.values())
    assert len(next(iter(found["letters"].values()))) == 2

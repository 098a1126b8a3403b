"""Whoever uses the keyboard alone reaches everything and sees where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .chromium import DESKTOP, PHONE, Look, in_lines, looking, measure, opened, script_named


def walk(page: Page) -> tuple[list[str], list[str], list[str]]:
    """What the Tab key should reach, what it did not reach, and where nobody sees the focus."""
    wanted = measure(page, "reachable")
    reached, unseen = set(), []
    where = script_named("focus")
    for _ in wanted:
        page.keyboard.press("Tab")
        focus = page.evaluate(where)
        reached.add(focus["stop"])
        if focus["stop"] is not None and not focus["seen"]:
            unseen.append(wanted[int(focus["stop"])])
    missed = [name for stop, name in enumerate(wanted) if str(stop) not in reached]
    return wanted, missed, unseen


def walk_all(browser: Browser, pages: list[Path], look: Look) -> dict[str, list[str]]:
    found = {}
    with looking(browser, look) as context:
        for path in pages:
            with opened(context, path, look) as (page, _):
                wanted, missed, unseen = walk(page)
            assert wanted
            amiss = [f"missed {name}" for name in missed] + [f"unseen {name}" for name in unseen]
            if amiss:
                found[f"{path.parent.name}/{path.name}"] = amiss
    return found


def test_the_tab_key_reaches_everything_and_the_focus_is_seen(browser, few_pages):
    found = walk_all(browser, few_pages, DESKTOP)
    assert not found, in_lines(found)


@pytest.mark.slow
@pytest.mark.parametrize("look", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_tab_key_reaches_everything_on_every_page(browser, overviews, all_site_pages, look):
    found = walk_all(browser, [*overviews, *all_site_pages], look)
    assert not found, in_lines(found)


def test_the_first_stop_leads_past_the_head_of_the_page(browser, pages):
    with looking(browser, DESKTOP) as context, opened(context, pages[0], DESKTOP) as (page, _):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_a_table_is_unfolded_with_the_enter_key(browser, site_pages):
    with looking(browser, DESKTOP) as context, opened(context, site_pages[0], DESKTOP) as (page, _):
        folded = page.locator("details").first
        folded.evaluate("folded => { folded.open = false; }")
        folded.locator("summary").focus()
        page.keyboard.press("Enter")
        assert folded.evaluate("folded => folded.open")


def test_a_hidden_focus_and_a_stop_that_is_jumped_over_would_be_found(browser, tmp_path):
    page = tmp_path / "amiss.html"
    page.write_text(
        "<meta charset=utf-8><a href='#a' style='outline: none'>No edge</a><a href='#b'>Edge</a>"
        "<script>document.links[1].addEventListener('focus', () => document.links[0].focus());"
        "</script>",
        encoding="utf-8",
    )
    ((_, amiss),) = walk_all(browser, [page], DESKTOP).items()
    assert any(name.startswith("missed") for name in amiss)
    assert any(name.startswith("unseen") for name in amiss)

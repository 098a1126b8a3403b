"""The accessibility checks of axe-core, in light and in dark colours and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from .chromium import DESKTOP, PHONE, Look, in_lines, looking, opened, script_named

DARK = Look(DESKTOP.width, DESKTOP.height, colours="dark")
ALL_RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
CHECKED = {
    "light": (DESKTOP, ALL_RULES),
    "dark": (DARK, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}),
    "phone": (PHONE, {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}),
}
"""All rules once; in the dark and on a phone those that may turn out otherwise there."""
IN_LIGHT_ONLY = "technical.html"
"""Longest by far, and of the same parts as the others: it takes as long as they do together."""


def violations(
    browser: Browser, pages: list[Path], look: Look, rules: dict[str, object], *, thinned: bool
) -> dict[str, list[str]]:
    """By page: the rules that are broken, and where."""
    found = {}
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    with looking(browser, look) as context:
        for path in pages:
            with opened(context, path, look) as (page, _):
                if thinned:
                    page.evaluate(script_named("thin"))
                results = Axe().run(page, options=options)
            if broken := [
                f"{rule['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
                for rule in results.response["violations"]
                for node in rule["nodes"][:3]
            ]:
                found[f"{path.parent.name}/{path.name}"] = broken
    return found


@pytest.mark.parametrize("name", CHECKED)
def test_axe_finds_no_violation(browser, few_pages, name):
    pages = [page for page in few_pages if name == "light" or page.name != IN_LIGHT_ONLY]
    found = violations(browser, pages, *CHECKED[name], thinned=True)
    assert not found, in_lines(found)


@pytest.mark.slow
@pytest.mark.parametrize("look", [DESKTOP, DARK, PHONE], ids=["light", "dark", "phone"])
def test_axe_finds_no_violation_on_any_whole_page(browser, overviews, all_site_pages, look):
    pages = [*overviews, *all_site_pages]
    found = violations(browser, pages, look, ALL_RULES, thinned=False)
    assert not found, in_lines(found)


def test_axe_would_find_a_page_without_language_and_grey_words(browser, tmp_path):
    page = tmp_path / "amiss.html"
    page.write_text("<title>A</title><p style='color: #bbb'>Grey words</p>", encoding="utf-8")
    found = violations(browser, [page], DESKTOP, ALL_RULES, thinned=True)
    assert "html-has-lang" in in_lines(found)
    assert "color-contrast" in in_lines(found)


def test_a_thinned_page_keeps_every_kind_of_cell(browser, tmp_path):
    page = tmp_path / "table.html"
    rows = "".join(
        f"<tr><td class={'lower' if n == 50 else 'like'}>{n}</td></tr>" for n in range(90)
    )
    page.write_text(f"<table><tbody>{rows}</tbody></table>", encoding="utf-8")
    with looking(browser, DESKTOP) as context, opened(context, page, DESKTOP) as (shown, _):
        shown.evaluate(script_named("thin"))
        assert shown.locator("td").all_inner_texts() == ["0", "1", "2", "50"]

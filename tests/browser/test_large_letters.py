"""Words may be made twice as large and set wider apart, and nothing is lost."""

from __future__ import annotations

import pytest

from .chromium import DESKTOP, Look, in_lines, looking, measure, opened

TWICE = "html { font-size: 200% !important; }"
APART = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; "
    "word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; } "
    "svg * { letter-spacing: normal !important; word-spacing: normal !important; }"
)
"""What WCAG 1.4.12 asks a page to bear; pictures have their words in tables too."""


@pytest.mark.parametrize("style", [TWICE, APART], ids=["twice", "apart"])
def test_larger_words_fit(browser, few_pages, style):
    found = {}
    with looking(browser, DESKTOP) as context:
        for path in few_pages:
            with opened(context, path, DESKTOP) as (page, _):
                page.evaluate(
                    "style => { document.head.appendChild(document.createElement('style'))"
                    ".textContent = style; }",
                    style,
                )
                amiss = measure(page, "wide") + measure(page, "cut")
            if amiss:
                found[f"{path.parent.name}/{path.name}"] = amiss
    assert not found, in_lines(found)


def test_a_page_seen_twice_as_large_fits(browser, few_pages):
    """Zooming to 200 % in a window of 1,280 leaves 640 pixels."""
    look = Look(DESKTOP.width // 2, DESKTOP.height // 2, scale=2)
    found = {}
    with looking(browser, look) as context:
        for path in few_pages:
            with opened(context, path, look) as (page, _):
                amiss = [*measure(page, "wide"), *measure(page, "letters"), *measure(page, "cut")]
            if amiss:
                found[f"{path.parent.name}/{path.name}"] = amiss
    assert not found, in_lines(found)

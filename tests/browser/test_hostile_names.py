"""Names nobody thought of: endless, right to left, pictures; and very many of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.instrument import load_instrument
from tests.report.fabricated_study import Fabricated, fabricate, render_all, with_groups

from .chromium import DESKTOP, NARROW, PAPER, PHONE, in_lines, looking, measure, opened
from .conftest import OVERVIEWS, by_length, spread
from .test_accessibility import ALL_RULES, violations

CLIMATE = Path("data/example/leadership_climate/instrument")
NAMES = (
    "W" * 200,
    "\N{ARABIC LETTER MEEM}\N{ARABIC LETTER REH}\N{ARABIC LETTER KAF}\N{ARABIC LETTER ZAIN} " * 12,
    "\N{HOUSE WITH GARDEN}\N{HANDSHAKE}" * 60,
    "Centre for people, places and everything between them in the northern half of the county",
    "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED} 12 <b>bold</b> & sons",
)


def renamed(made: Fabricated) -> Fabricated:
    """The study with names that are hard to fit."""
    sites = made.sites.copy()
    names = [NAMES[place % len(NAMES)] for place in range(len(sites))]
    sites["label"] = [f"{name}{place}" for place, name in enumerate(names)]
    return made.with_(sites=sites, study=replace(made.study, title="Programme" * 20))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Overviews and some site pages of 60 sites with such names."""
    made = renamed(fabricate(with_groups(load_instrument(CLIMATE, "full")), n_sites=60))
    folder = tmp_path_factory.mktemp("hostile")
    for address, page in render_all(made).items():
        path = folder / address
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    return [*(folder / name for name in OVERVIEWS), *spread(by_length(folder))]


def test_the_names_stand_on_the_page_as_they_are(browser, hostile):
    with looking(browser, DESKTOP) as context, opened(context, hostile[0], DESKTOP) as (page, _):
        words = page.locator("main").inner_text()
    assert all(name.strip() in words for name in NAMES)


@pytest.mark.parametrize("look", [PHONE, NARROW, DESKTOP, PAPER], ids=lambda look: str(look.width))
def test_the_longest_names_fit(browser, hostile, look):
    found = {}
    with looking(browser, look) as context:
        for path in hostile:
            with opened(context, path, look) as (page, heard):
                measured = [
                    amiss for name in ("wide", "letters", "cut") for amiss in measure(page, name)
                ]
            if amiss := [*heard.said, *heard.asked, *measured]:
                found[path.name] = amiss
    assert not found, in_lines(found)


def test_pages_with_such_names_are_accessible(browser, hostile):
    found = violations(browser, hostile[1:4:2], PHONE, ALL_RULES, thinned=True)
    assert not found, in_lines(found)

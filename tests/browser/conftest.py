"""Finished reports of both examples, and a browser to open them in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.workflow.runs import CONFIGS, run_once

from .chromium import find_chromium, started

OVERVIEWS = ("index.html", "comparative.html", "technical.html")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine; install one or name it in CHROMIUM")
    with started(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def reports(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The folders of finished reports; BUILT_REPORTS names some that are there already.

    Of two workers each runs one example first.
    """
    named = os.environ.get("BUILT_REPORTS")
    if named:
        return tuple(Path(folder).resolve() for folder in named.split(os.pathsep))
    asked = {"example": (), "climate": ("--configfile", CONFIGS[1])}
    order = sorted(asked, reverse=os.environ.get("PYTEST_XDIST_WORKER") != "gw1")
    ran = {name: run_once(tmp_path_factory, name, *asked[name]) for name in order}
    (example, first), (climate, second) = ran["example"], ran["climate"]
    assert (first.status, second.status) == (0, 0), first.said + second.said
    return example / "reports" / "built", climate / "reports" / "leadership_climate"


@pytest.fixture(scope="session")
def overviews(reports: tuple[Path, ...]) -> list[Path]:
    """The index, the comparative and the technical page of each example."""
    return [folder / name for folder in reports for name in OVERVIEWS]


@pytest.fixture(scope="session")
def all_site_pages(reports: tuple[Path, ...]) -> list[Path]:
    """Every site page of each example, the longest first."""
    return [page for folder in reports for page in by_length(folder)]


@pytest.fixture(scope="session")
def site_pages(reports: tuple[Path, ...]) -> list[Path]:
    """Site pages from the one with everything to the one with nothing."""
    return [page for folder in reports for page in spread(by_length(folder))]


@pytest.fixture(scope="session")
def few_pages(overviews: list[Path], reports: tuple[Path, ...]) -> list[Path]:
    """One page of each kind: what takes long is done with these, and with all on demand."""
    return [*overviews[: len(OVERVIEWS)], *spread(by_length(reports[0]), 2)]


@pytest.fixture(scope="session")
def pages(overviews: list[Path], site_pages: list[Path]) -> list[Path]:
    return [*overviews, *site_pages]


def by_length(folder: Path) -> list[Path]:
    found = sorted((folder / "sites").glob("*.html"))
    return sorted(found, key=lambda page: page.stat().st_size, reverse=True)


def spread(pages: list[Path], n: int = 4) -> list[Path]:
    """The longest, the shortest and some between, each of another length."""
    if len(pages) <= n:
        return pages
    return [pages[round(place * (len(pages) - 1) / (n - 1))] for place in range(n)]

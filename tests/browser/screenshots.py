"""Pictures of the current look: `python -m tests.browser.screenshots [reports/built]`.

They are small on purpose: one screen each, few colours, at the scale of the window.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from .chromium import DESKTOP, PAPER, PHONE, Look, find_chromium, looking, started
from .conftest import by_length

TARGET = Path("docs") / "screenshots"
COLOURS = 64


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the page, how it is looked at, the part to begin at."""

    name: str
    page: Path
    look: Look
    begin: str = "h1"


def shots_of(folder: Path) -> tuple[Shot, ...]:
    """What is shown of the reports in a folder."""
    site, comparative = by_length(folder)[0], folder / "comparative.html"
    return (
        Shot("site_desktop", site, DESKTOP, "body"),
        Shot("site_phone", site, PHONE, "main h2"),
        Shot("site_print", site, PAPER, "body"),
        Shot("site_dark", site, replace(DESKTOP, colours="dark"), "figure:has(svg.chart)"),
        Shot("comparative_desktop", comparative, DESKTOP, "#map"),
        Shot("technical_desktop", folder / "technical.html", DESKTOP, "figure:has(svg.paths)"),
    )


def picture_of(browser: Browser, shot: Shot) -> bytes:
    """One screen of the page as a PNG, beginning a little above the part."""
    with looking(browser, shot.look) as context:
        page = context.new_page()
        page.emulate_media(media="print" if shot.look.medium == "print" else "screen")
        page.goto(shot.page.resolve().as_uri())
        page.evaluate(
            "begin => scrollTo(0, document.querySelector(begin).getBoundingClientRect().top - 24)",
            shot.begin,
        )
        return page.screenshot()


def slimmed(png: bytes) -> bytes:
    """The same picture in few colours."""
    out = BytesIO()
    colours = Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    colours.save(out, format="PNG", optimize=True)
    return out.getvalue()


def main(folder: str) -> None:
    """Make every picture anew."""
    path = find_chromium()
    if path is None:
        raise SystemExit("There is no Chromium on this machine; install one.")
    if not by_length(Path(folder)):
        raise SystemExit(f"There are no site pages in {folder}; run the workflow first.")
    TARGET.mkdir(parents=True, exist_ok=True)
    with started(path) as browser:
        for shot in shots_of(Path(folder)):
            (TARGET / f"{shot.name}.png").write_bytes(slimmed(picture_of(browser, shot)))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "reports/built")

"""The browser of the machine, started so that it keeps to itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)
IN_PAGE = Path(__file__).parent / "in_page"


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at: the size of the window in CSS pixels, colours, screen or paper."""

    width: int
    height: int
    colours: str = "light"
    medium: str = "screen"
    scale: float = 1


PHONE = Look(360, 740)
NARROW = Look(320, 640)
DESKTOP = Look(1280, 900)
PAPER = Look(680, 962, medium="print")
"""The part of an A4 page inside its margins, at 96 pixels an inch."""


def find_chromium() -> str | None:
    """Where the browser is: what the variable CHROMIUM says, or one of the usual names."""
    named = (os.environ.get("CHROMIUM", ""), *NAMES)
    return next((found for name in named if name and (found := shutil.which(name))), None)


@contextmanager
def started(path: str) -> Iterator[Browser]:
    """The browser at `path` with a fresh profile, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def looking(browser: Browser, look: Look) -> Iterator[BrowserContext]:
    """A window of one size in which pages are opened one after the other."""
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme="dark" if look.colours == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=look.scale,
        locale="en-GB",
    )
    yield context
    context.close()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a page asked for and said while it was open, its own file left out."""

    said: list[str]
    asked: list[str]


@contextmanager
def opened(context: BrowserContext, path: Path, look: Look) -> Iterator[tuple[Page, Heard]]:
    """One page with everything unfolded, and what is heard from it."""
    page, heard = context.new_page(), Heard([], [])
    address = path.as_uri()

    def note(message: ConsoleMessage) -> None:
        heard.said.append(f"{message.type}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: heard.said.append(str(error)))
    page.on("request", lambda request: request.url != address and heard.asked.append(request.url))
    page.emulate_media(media="print" if look.medium == "print" else "screen")
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true; })")
    yield page, heard
    page.close()


def measure(page: Page, name: str) -> list[str]:
    """What the measuring script of that name finds amiss in a page."""
    found: list[str] = page.evaluate(script_named(name))
    return found


def script_named(name: str) -> str:
    """A function to be called inside a page."""
    return (IN_PAGE / f"{name}.js").read_text(encoding="utf-8")


def in_lines(found: dict[str, list[str]]) -> str:
    """What is amiss, a line each, page after page."""
    return "\n".join(f"{page}: {line}" for page, lines in found.items() for line in lines)

"""What every page shares: its frame, the notices on top of it, and how it is rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.instrument import Instrument
from pipeline.report.formatting import NumberFormat, number_format_of
from pipeline.report.phrases import DRAFT_NOTICE, Phrases
from pipeline.report.study import Study
from pipeline.report.wording import Wording

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).resolve().parents[2] / "reports" / "templates"

INDEX = "index.html"
COMPARATIVE = "comparative.html"
TECHNICAL = "technical.html"


def site_address(slug: str) -> str:
    """Where the page of a site is, seen from the index."""
    return f"sites/{slug}.html"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must know before anything else."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page or to a part of this one."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page: language, title, notices, navigation and foot."""

    language: str
    page_title: str
    heading: str
    kicker: str
    notices: tuple[Notice, ...]
    pages: tuple[Link, ...]
    contents: tuple[Link, ...]
    foot: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the making of any page needs to know; `numbers` writes as the language does."""

    instrument: Instrument
    study: Study
    wording: Wording
    phrases: Phrases
    numbers: NumberFormat = field(init=False)

    def __post_init__(self) -> None:
        """Make the way of writing numbers once."""
        object.__setattr__(self, "numbers", number_format_of(self.phrases))

    def say(self, key: str, **values: str) -> str:
        """The phrase of the catalogue with its places filled."""
        return self.phrases.say(key, **values)


def frame_of(
    setting: Setting, heading: str, contents: tuple[Link, ...], *, root: str, comparing: bool = True
) -> Frame:
    """The frame of a page; `root` leads from the page to the folder of the index."""
    study = setting.study
    pages = [Link(f"{root}{INDEX}", setting.say("page.to_index"))]
    if comparing:
        pages.append(Link(f"{root}{COMPARATIVE}", setting.say("page.to_comparative")))
        pages.append(Link(f"{root}{TECHNICAL}", setting.say("page.to_technical")))
    return Frame(
        language=study.language,
        page_title=setting.say("page.title", heading=heading, programme=study.title),
        heading=heading,
        kicker=setting.say("page.kicker", programme=study.title, wave=study.wave),
        notices=notices_of(setting),
        pages=tuple(pages),
        contents=contents,
        foot=foot_of(setting),
    )


def notices_of(setting: Setting) -> tuple[Notice, ...]:
    """The notices on top of a page, the most important first."""
    study, notices = setting.study, []
    if study.override_reason is not None:
        text = setting.say("notice.override", reason=study.override_reason)
        notices.append(Notice("override", text))
    if study.synthetic:
        notices.append(Notice("synthetic", setting.say("notice.synthetic")))
    if setting.phrases.has(DRAFT_NOTICE):
        notices.append(Notice("draft", setting.say(DRAFT_NOTICE)))
    status = setting.wording.of(setting.instrument.status_note)
    notices.append(Notice("status", setting.say("notice.status", note=status)))
    return tuple(notices)


def foot_of(setting: Setting) -> tuple[str, ...]:
    """Where data, questionnaire and numbers come from."""
    instrument, study = setting.instrument, setting.study
    title = setting.wording.of(instrument.title)
    lines = (
        setting.say("page.foot_data", source=study.source_note, wave=study.wave),
        setting.say(
            "page.foot_instrument",
            title=title,
            version=instrument.version,
            licence=instrument.licence,
        ),
        setting.say("page.foot_citation", citation=instrument.citation),
        setting.say("page.foot_software", version=study.product_version),
    )
    return lines if study.source_note else lines[1:]


def render(template: str, setting: Setting, page: object) -> str:
    """The page as HTML.

    Raises
    ------
    jinja2.UndefinedError
        If a template asks for something its page does not have.
    """
    return _environment().get_template(template).render(page=page, say=setting.say)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

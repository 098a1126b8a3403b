"""What programme is to be simulated: its sites, and what is wrong with its exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pipeline.problems import Problem, refuse_if_any
from pipeline.simulate.documents import read_document

Platform = Literal["qualtrics", "limesurvey", "redcap"]
PLATFORMS: tuple[Platform, ...] = ("qualtrics", "limesurvey", "redcap")
EXAMPLE_DESIGN = Path(__file__).with_name("riverside_and_hills.yaml")


@dataclass(frozen=True, slots=True)
class SiteDesign:
    """One site to be simulated.

    Attributes
    ----------
    site, label : str
        Id and name.
    people : int
        How many answer.
    platform : str
        Survey platform that the site uses.
    invited : int, optional
        How many were asked.
    code : str, optional
        Answer code of the site where the platform asks for it in a list (at most 5 characters).
    other_spellings : tuple of str
        Further names that the site list gives for it.
    also_exported_as : tuple of str
        Names under which some of its rows are exported.
    """

    site: str
    label: str
    people: int
    platform: Platform
    invited: int | None = None
    code: str | None = None
    other_spellings: tuple[str, ...] = ()
    also_exported_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dirt:
    """What is wrong with the export of one platform, in rows.

    Attributes
    ----------
    preview_rows, empty_rows, repeated_rows : int
        Rows that come on top of the people.
    partials, straight_liners, without_site : int
        People who stopped part-way, who gave one answer throughout, whose site is not told.
    fast_straight_liners : int
        How many of the straight-liners were fast as well.
    """

    preview_rows: int = 0
    empty_rows: int = 0
    repeated_rows: int = 0
    partials: int = 0
    straight_liners: int = 0
    fast_straight_liners: int = 0
    without_site: int = 0


@dataclass(frozen=True, slots=True)
class Design:
    """A programme to be simulated.

    Attributes
    ----------
    programme : str
        Its name.
    first_day : str
        First day on which people answer, as ``YYYY-MM-DD``.
    sites : tuple of SiteDesign
        At least one.
    dirt : mapping of str to Dirt
        By platform.
    field_days : int
        Days during which people answer.
    comments : tuple of str
        Texts for the free-text question.
    """

    programme: str
    first_day: str
    sites: tuple[SiteDesign, ...]
    dirt: Mapping[Platform, Dirt]
    field_days: int = 21
    comments: tuple[str, ...] = ()

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """The platforms that sites use."""
        used = {site.platform for site in self.sites}
        return tuple(platform for platform in PLATFORMS if platform in used)

    def dirt_of(self, platform: Platform) -> Dirt:
        """What is wrong with the export of a platform; nothing if the design does not say."""
        return self.dirt.get(platform, Dirt())


def read_design(path: str | Path = EXAMPLE_DESIGN) -> Design:
    """The programme written down in a YAML file; the bundled one without a path.

    Raises
    ------
    InputError
        With everything that is wrong in the file.
    """
    content = read_document(Path(path), "design")
    design = _design(content)
    refuse_if_any([Problem(Path(path).as_posix(), *rest) for rest in _contradictions(design)])
    return design


def _design(content: Mapping[str, Any]) -> Design:
    return Design(
        programme=content["programme"],
        first_day=content["first_day"],
        sites=tuple(_site(site) for site in content["sites"]),
        dirt={platform: Dirt(**counts) for platform, counts in content.get("dirt", {}).items()},
        field_days=content.get("field_days", 21),
        comments=tuple(content.get("comments", ())),
    )


def _site(content: Mapping[str, Any]) -> SiteDesign:
    texts = {name: tuple(content.get(name, ())) for name in ("other_spellings", "also_exported_as")}
    return SiteDesign(**{**content, **texts})


def _contradictions(design: Design) -> Iterator[tuple[str, None, str]]:
    if not _is_date(design.first_day):
        yield f"'{design.first_day}' is no day of the calendar", None, "first_day"
    for site, times in Counter(site.site for site in design.sites).items():
        if times > 1:
            yield f"site '{site}' is there {times} times; give each its own id", None, "sites"
    for platform, dirt in design.dirt.items():
        people = sum(site.people for site in design.sites if site.platform == platform)
        if dirt.partials + dirt.straight_liners + dirt.without_site > people:
            cure = "asks for more odd answers than people use this platform; lower the counts"
            yield cure, None, f"dirt.{platform}"
        if dirt.fast_straight_liners > dirt.straight_liners:
            cure = "fast_straight_liners counts some of straight_liners; it cannot be larger"
            yield cure, None, f"dirt.{platform}"
        if dirt.preview_rows and platform != "qualtrics":
            cure = "only Qualtrics marks preview rows; leave preview_rows out here"
            yield cure, None, f"dirt.{platform}"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

"""What programme is to be simulated: its sites, and what is wrong with its exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pipeline.problems import Problem, refuse_if_any
from pipeline.simulate.documents import read_document

Platform = Literal["qualtrics", "limesurvey", "redcap"]
PLATFORMS: tuple[Platform, ...] = ("qualtrics", "limesurvey", "redcap")
SMALL_SITE = 11
"""Sites with fewer people than this are spared, so that they keep the size they were given."""
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
    invited_groups : mapping of str to int
        How many of them belong to a respondent group, by its id.
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
    invited_groups: Mapping[str, int] = field(default_factory=dict)
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
class EarlierSite:
    """A site in an earlier survey round.

    Attributes
    ----------
    site : str
        Its id.
    people : int
        How many answered then.
    again : int
        How many of them answer in the latest round too.
    changes : mapping of str to float
        By scale: how much higher the trait of the site is in the latest round, in standard
        deviations of the trait. Scales that the questionnaire lacks are ignored.
    group_mix : mapping of str to float
        Shares of the respondent groups among those who answered only then; as in the latest
        round where this is empty. Groups that the questionnaire lacks are ignored.
    """

    site: str
    people: int
    again: int = 0
    changes: Mapping[str, float] = field(default_factory=dict)
    group_mix: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A survey round before the latest one, all of it on one platform.

    Attributes
    ----------
    wave : str
        Its label.
    first_day : str
        First day on which people answered, as ``YYYY-MM-DD``.
    platform : str
        Survey platform that every site used.
    sites : tuple of EarlierSite
        At least one.
    field_days : int
        Days during which people answered.
    stability : float
        Correlation of a person's trait, apart from that of the site, with the one in the latest
        round.
    chance_change : float
        Standard deviation of the changes of sites that are nobody's doing.
    dirt : Dirt
        What is wrong with its export.
    """

    wave: str
    first_day: str
    platform: Platform
    sites: tuple[EarlierSite, ...]
    field_days: int = 21
    stability: float = 0.75
    chance_change: float = 0.0
    dirt: Dirt = field(default_factory=Dirt)


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
    wave : str
        Label of the survey round.
    earlier_rounds : tuple of EarlierRound
        The rounds before it, in the order of time.
    """

    programme: str
    first_day: str
    sites: tuple[SiteDesign, ...]
    dirt: Mapping[Platform, Dirt]
    field_days: int = 21
    comments: tuple[str, ...] = ()
    wave: str = ""
    earlier_rounds: tuple[EarlierRound, ...] = ()

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
    file = Path(path).as_posix()
    refuse_if_any([Problem(file, cure, column=place) for cure, place in _contradictions(design)])
    return design


def _design(content: Mapping[str, Any]) -> Design:
    return Design(
        programme=content["programme"],
        first_day=content["first_day"],
        sites=tuple(_site(site) for site in content["sites"]),
        dirt={platform: Dirt(**counts) for platform, counts in content.get("dirt", {}).items()},
        field_days=content.get("field_days", 21),
        comments=tuple(content.get("comments", ())),
        wave=content.get("wave", ""),
        earlier_rounds=tuple(_earlier_round(then) for then in content.get("earlier_rounds", ())),
    )


def _site(content: Mapping[str, Any]) -> SiteDesign:
    texts = {name: tuple(content.get(name, ())) for name in ("other_spellings", "also_exported_as")}
    return SiteDesign(**{**content, **texts})


def _earlier_round(content: Mapping[str, Any]) -> EarlierRound:
    sites = tuple(EarlierSite(**site) for site in content["sites"])
    return EarlierRound(**{**content, "sites": sites, "dirt": Dirt(**content.get("dirt", {}))})


def _contradictions(design: Design) -> Iterator[tuple[str, str]]:
    yield from _wrong_day(design.first_day, "first_day")
    yield from _named_twice((site.site for site in design.sites), "sites")
    yield from _invited_too_few(design)
    for platform, dirt in design.dirt.items():
        people = sum(site.people for site in design.sites if site.platform == platform)
        yield from _impossible_dirt(dirt, platform, people, f"dirt.{platform}")
    yield from _rounds_of_one_name(design)
    for number, then in enumerate(design.earlier_rounds):
        place = f"earlier_rounds[{number}]"
        people = sum(site.people for site in then.sites)
        yield from _wrong_day(then.first_day, f"{place}.first_day")
        yield from _named_twice((site.site for site in then.sites), f"{place}.sites")
        yield from _impossible_dirt(then.dirt, then.platform, people, f"{place}.dirt")
        yield from _people_who_cannot_be(then, design, f"{place}.sites")


def _named_twice(names: Iterable[str], place: str) -> Iterator[tuple[str, str]]:
    for site, times in Counter(names).items():
        if times > 1:
            yield f"site '{site}' is there {times} times; give each its own id", place


def _rounds_of_one_name(design: Design) -> Iterator[tuple[str, str]]:
    waves = Counter([design.wave, *(then.wave for then in design.earlier_rounds)])
    for wave in sorted(wave for wave, times in waves.items() if times > 1):
        yield f"two rounds are called '{wave}'; give each its own name", "earlier_rounds"


def _invited_too_few(design: Design) -> Iterator[tuple[str, str]]:
    for site in design.sites:
        together = sum(site.invited_groups.values())
        if site.invited is not None and together > site.invited:
            cure = f"the groups of '{site.site}' add up to {together}, more than were invited"
            yield cure, "sites"


def _impossible_dirt(
    dirt: Dirt, platform: Platform, people: int, place: str
) -> Iterator[tuple[str, str]]:
    if dirt.partials + dirt.straight_liners + dirt.without_site > people:
        yield "asks for more odd answers than people use this platform; lower the counts", place
    if dirt.fast_straight_liners > dirt.straight_liners:
        yield "fast_straight_liners counts some of straight_liners; it cannot be larger", place
    if dirt.preview_rows and platform != "qualtrics":
        yield "only Qualtrics marks preview rows; leave preview_rows out here", place


def _people_who_cannot_be(
    then: EarlierRound, design: Design, place: str
) -> Iterator[tuple[str, str]]:
    """Sites that the programme lacks, and more people who answer twice than there are."""
    people_now = {site.site: site.people for site in design.sites}
    for site in then.sites:
        if site.site not in people_now:
            yield f"site '{site.site}' is not among the sites of the programme; add it", place
        elif site.again > min(site.people, people_now[site.site]):
            cure = f"more people of '{site.site}' answer again than answer in both rounds"
            yield cure, place


def _wrong_day(text: str, place: str) -> Iterator[tuple[str, str]]:
    if not _is_date(text):
        yield f"'{text}' is no day of the calendar", place


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

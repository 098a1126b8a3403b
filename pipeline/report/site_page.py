"""The page of one site: its own results first, then what to talk about, then how they were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.instrument.model import Section
from pipeline.report.estimates import Estimates, estimates_of
from pipeline.report.headlines import headlines, starts
from pipeline.report.ledger import sentences_by_site
from pipeline.report.pages import Frame, Link, Setting, frame_of, render
from pipeline.report.phrases import load_phrases
from pipeline.report.results import ResultGroup, result_groups
from pipeline.report.site_answered import answered, answered_table
from pipeline.report.site_change import (
    ChangeView,
    change_sentences,
    change_views,
    changes_by_site,
    means_before,
)
from pipeline.report.site_computing import computed, scoring_table
from pipeline.report.site_data import SiteData
from pipeline.report.site_facts import Fact, facts_by_site
from pipeline.report.site_lists import ListView, list_views
from pipeline.report.site_overview import Overview, overview
from pipeline.report.site_place import common_reason, place_notes, places_by_site
from pipeline.report.site_pooled import PooledView, pooled_view, pooled_wave
from pipeline.report.site_profile import Counters, counters
from pipeline.report.site_response import response_by_site
from pipeline.report.site_topics import Topic, anchor_of, questions_of, topic_of
from pipeline.report.study import Study
from pipeline.report.tables import ShownTable
from pipeline.report.withholding import apart_from_working_numbers, withheld_table, withholding_of
from pipeline.report.wording import wording_of


@dataclass(frozen=True, slots=True)
class StartTopic:
    """A topic put forward for a talk."""

    title: str
    link: str | None
    reasons: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the questionnaire as a site reads it."""

    anchor: str
    title: str
    note: str
    intro: str
    overviews: tuple[Overview, ...]
    counters: Counters | None
    topics: tuple[Topic, ...]
    questions: tuple[str, ...]

    @property
    def shows_answers(self) -> bool:
        """Whether a topic shows how people answered its statements."""
        return any(topic.items is not None for topic in self.topics)


@dataclass(frozen=True, slots=True)
class SitePage:
    """The page of a site with results; `paper` leads to the same for printing."""

    frame: Frame
    paper: Link
    headlines: tuple[str, ...]
    place_notes: tuple[str, ...]
    overviews: tuple[Overview, ...]
    starts: tuple[StartTopic, ...]
    scored: tuple[SectionView, ...]
    described: tuple[SectionView, ...]
    lists: tuple[ListView, ...]
    changes: tuple[ChangeView, ...]
    facts: tuple[Fact, ...]
    answered: tuple[str, ...]
    answered_table: ShownTable | None
    withheld: ShownTable | None
    computed: tuple[str, ...]
    scoring: ShownTable


@dataclass(frozen=True, slots=True)
class SmallSitePage:
    """The page of a site with too few answers; `paper` leads to the same for printing."""

    frame: Frame
    paper: Link
    minimum: str
    account: str
    facts: tuple[Fact, ...]
    starts: tuple[StartTopic, ...]
    pooled: PooledView | None


@dataclass(frozen=True, slots=True)
class ComparisonTables:
    """What was made of released numbers about the sites beside each other.

    Attributes
    ----------
    comparisons, changes, response : DataFrame
        By the contracts SITE_COMPARISONS, SITE_CHANGES and RESPONSE. A page takes nothing but the
        rows of its own site.
    """

    comparisons: pd.DataFrame
    changes: pd.DataFrame
    response: pd.DataFrame


@dataclass(frozen=True, slots=True)
class SitePages:
    """The pages of some sites before they are written, by the name of their file."""

    setting: Setting
    pages: Mapping[str, SitePage | SmallSitePage]


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """A site of the site list."""

    site: str
    label: str
    slug: str
    invited: int | None


def render_site_pages(
    sites_wanted: Sequence[str],
    released: pd.DataFrame,
    withheld: pd.DataFrame,
    sites: pd.DataFrame,
    site_context: pd.DataFrame,
    ledger_rows: pd.DataFrame,
    compared: ComparisonTables,
    instrument: Instrument,
    study: Study,
) -> dict[str, str]:
    """The HTML of :func:`pages_of_sites`, which takes the same, by the name of the file."""
    views = pages_of_sites(
        sites_wanted,
        released,
        withheld,
        sites,
        site_context,
        ledger_rows,
        compared,
        instrument,
        study,
    )
    return write_pages(views)


def write_pages(views: SitePages) -> dict[str, str]:
    """The pages as HTML, by the name of their file without its ending."""
    return {
        slug: render(f"{template_of(page)}.html.j2", views.setting, page)
        for slug, page in views.pages.items()
    }


def template_of(page: SitePage | SmallSitePage) -> str:
    """The name of the template of a page, for the screen and for paper."""
    return "site" if isinstance(page, SitePage) else "small_site"


def pages_of_sites(
    sites_wanted: Sequence[str],
    released: pd.DataFrame,
    withheld: pd.DataFrame,
    sites: pd.DataFrame,
    site_context: pd.DataFrame,
    ledger_rows: pd.DataFrame,
    compared: ComparisonTables,
    instrument: Instrument,
    study: Study,
) -> SitePages:
    """Everything that the pages of the sites that are wanted show.

    Parameters
    ----------
    sites_wanted : sequence of str
        Ids of sites; each is in `sites`.
    released, withheld, sites, site_context, ledger_rows : DataFrame
        As the contracts of these names say.
    compared : ComparisonTables
        Sites beside each other, survey rounds beside each other, and who answered.
    instrument : Instrument
        The questionnaire.
    study : Study
        What every report says about the study.

    Returns
    -------
    SitePages
        By slug. A site for which no mean and no counters were released gets a page that says so.
    """
    wording = wording_of(instrument, study)
    setting = Setting(instrument, study, wording, load_phrases(study.language))
    estimates = estimates_of(released, study.wave)
    held = withholding_of(withheld, study.wave)
    entries = site_entries(sites)
    facts = facts_by_site(site_context, setting)
    accounts = sentences_by_site(ledger_rows, setting)
    places = places_by_site(compared.comparisons, study.wave)
    changes = changes_by_site(compared.changes, study.wave)
    response = response_by_site(compared.response)
    both_rounds = pooled_wave(study)
    pooled = estimates_of(released, both_rounds) if both_rounds else None
    pages: dict[str, SitePage | SmallSitePage] = {}
    for site in sorted(set(sites_wanted)):
        entry = entries[site]
        data = SiteData(
            site,
            estimates,
            held,
            account=accounts.get(site, setting.say("ledger.site_few")),
            pooled=pooled,
            places=places.get(site, {}),
            changes=changes.get(site, {}),
            response=response.get(site, {}),
        )
        pages[entry.slug] = _page_of(entry, data, facts.get(site, ()), setting)
    return SitePages(setting, pages)


def site_entries(sites: pd.DataFrame) -> dict[str, SiteEntry]:
    """The sites by id, in the order of their labels."""
    columns = (sites[name].astype(object) for name in ("site", "label", "slug", "invited"))
    entries = [
        SiteEntry(str(site), str(label), str(slug), None if pd.isna(invited) else int(invited))
        for site, label, slug, invited in zip(*columns, strict=True)
    ]
    ordered = sorted(entries, key=lambda entry: (entry.label.casefold(), entry.site))
    return {entry.site: entry for entry in ordered}


def has_results(site: str, released: Estimates, instrument: Instrument) -> bool:
    """Whether a mean of a scale or of a constant-sum question was released for a site."""
    means = any(
        released.at("mean", site=site, scale=scale.id) for scale in instrument.scored_scales
    )
    return means or any(
        released.at("mean_counters", site=site, scale=allocation.id, item=column)
        for column, (allocation, _) in instrument.allocation_columns.items()
    )


def _page_of(
    entry: SiteEntry, data: SiteData, facts: tuple[Fact, ...], setting: Setting
) -> SitePage | SmallSitePage:
    if not has_results(entry.site, data.released, setting.instrument):
        return _small_page(entry, data, facts, setting)
    return site_page(entry, data, facts, setting)


def site_page(
    entry: SiteEntry, data: SiteData, facts: tuple[Fact, ...], setting: Setting
) -> SitePage:
    """Everything that the page of a site shows."""
    sections = {
        section.id: result_groups(
            setting.instrument, section, data.released, setting.wording, entry.site
        )
        for section in setting.instrument.sections
    }
    groups = [
        group
        for section in setting.instrument.sections
        if section.display == "scores"
        for group in sections[section.id]
    ]
    shown = [result for group in groups for result in group.shown]
    whole = replace(data, no_word=common_reason(_scales_of(groups), data.places))
    scored = _sections("scores", sections, whole, setting)
    described = _sections("profile", sections, whole, setting)
    changes = change_views(shown, data.changes, setting)
    lists = list_views(data, setting)
    contents = _contents(scored, described, lists, setting, has_changes=bool(changes))
    return SitePage(
        frame=frame_of(setting, entry.label, contents, root="../"),
        paper=_paper(entry, setting),
        headlines=_headlines(groups, data, setting),
        place_notes=place_notes(_scales_of(groups), data.places, setting),
        overviews=tuple(view for section in scored for view in section.overviews),
        starts=_start_topics(groups, setting),
        scored=scored,
        described=described,
        lists=lists,
        changes=changes,
        facts=facts,
        answered=answered(data, entry.invited, setting),
        answered_table=answered_table(data, setting),
        withheld=withheld_table(apart_from_working_numbers(data.withheld.at(entry.site)), setting),
        computed=computed(groups, setting),
        scoring=scoring_table(setting),
    )


def _paper(entry: SiteEntry, setting: Setting) -> Link:
    """The way to the same page for printing."""
    return Link(f"{entry.slug}.pdf", setting.say("site.on_paper"))


def _sections(
    display: str,
    sections: Mapping[str, tuple[ResultGroup, ...]],
    data: SiteData,
    setting: Setting,
) -> tuple[SectionView, ...]:
    return tuple(
        _section_view(section, sections[section.id], data, setting)
        for section in setting.instrument.sections
        if section.display == display
    )


def _section_view(
    section: Section, groups: Sequence[ResultGroup], data: SiteData, setting: Setting
) -> SectionView:
    beside = section.display == "scores"
    views = (
        overview(
            group,
            setting,
            f"overview-{section.id}-{place}",
            beside=beside,
            places=data.places,
            before=means_before(data.changes, setting),
        )
        for place, group in enumerate(groups, start=1)
    )
    return SectionView(
        anchor=f"section-{section.id}",
        title=setting.wording.of(section.title),
        note=setting.say(f"section.{section.display}"),
        intro=setting.wording.of(section.intro),
        overviews=tuple(view for view in views if view),
        counters=counters(section, data.site, data.released, setting),
        topics=tuple(
            topic_of(result, data, setting, questions=beside)
            for group in groups
            for result in group.results
        ),
        questions=_own_questions(section, setting),
    )


def _own_questions(section: Section, setting: Setting) -> tuple[str, ...]:
    texts = (
        setting.wording.of(text)
        for scale in setting.instrument.scales_in(section)
        for text in scale.reflective_questions
    )
    return tuple(dict.fromkeys(texts))


def _scales_of(groups: Sequence[ResultGroup]) -> list[str]:
    return [result.scale.id for group in groups for result in group.shown]


def _headlines(groups: Sequence[ResultGroup], data: SiteData, setting: Setting) -> tuple[str, ...]:
    shown = [result for group in groups for result in group.shown]
    latest = setting.study.earlier_waves[-1:]
    since = [
        said for wave in latest for said in change_sentences(wave, shown, data.changes, setting)
    ]
    return (*headlines(groups, data.places, setting), *since)


def _contents(
    scored: Sequence[SectionView],
    described: Sequence[SectionView],
    lists: Sequence[ListView],
    setting: Setting,
    *,
    has_changes: bool,
) -> tuple[Link, ...]:
    changes = (Link("#change", setting.say("site.change")),) if has_changes else ()
    return (
        Link("#glance", setting.say("site.glance")),
        Link("#about", setting.say("site.about")),
        Link("#talk", setting.say("site.talk")),
        Link("#meeting", setting.say("site.meeting")),
        Link("#plan", setting.say("plan.title")),
        *(Link(f"#{view.anchor}", view.title) for view in (*scored, *described)),
        *(view.link for view in lists),
        *changes,
        Link("#answered", setting.say("site.answered")),
        Link("#withheld", setting.say("site.withheld")),
        Link("#computed", setting.say("site.computed")),
    )


def _start_topics(groups: Sequence[ResultGroup], setting: Setting) -> tuple[StartTopic, ...]:
    return tuple(
        StartTopic(
            title=start.result.title,
            link=f"#{anchor_of(start.result.scale)}",
            reasons=start.reasons,
            questions=questions_of(start.result.scale, setting),
        )
        for start in starts(groups, setting)
    )


# ------------------------------------------------------------------ too few answers


def _small_page(
    entry: SiteEntry, data: SiteData, facts: tuple[Fact, ...], setting: Setting
) -> SmallSitePage:
    topics = tuple(
        StartTopic(
            title=setting.wording.of(scale.title),
            link=None,
            reasons=(setting.wording.of(scale.definition),),
            questions=questions_of(scale, setting),
        )
        for section in setting.instrument.sections
        for scale in setting.instrument.scales_in(section)
        if scale.reflective_questions
    )
    return SmallSitePage(
        frame=frame_of(setting, entry.label, (), root="../"),
        paper=_paper(entry, setting),
        minimum=setting.numbers.count(setting.study.minimum_n),
        account=data.account,
        facts=facts,
        starts=topics,
        pooled=pooled_view(entry.site, data.pooled, setting) if data.pooled else None,
    )

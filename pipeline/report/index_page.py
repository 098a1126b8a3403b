"""The first page: what this is, what it rests on, and where to go."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.report.estimates import estimates_of
from pipeline.report.pages import (
    COMPARATIVE,
    TECHNICAL,
    Frame,
    Link,
    Setting,
    frame_of,
    render,
    site_address,
)
from pipeline.report.phrases import load_phrases
from pipeline.report.site_page import has_results, site_entries
from pipeline.report.site_pooled import pooled_wave
from pipeline.report.study import Study
from pipeline.report.wording import wording_of


@dataclass(frozen=True, slots=True)
class SiteLink:
    """A site of the list, and what its page holds."""

    link: Link
    state: str


@dataclass(frozen=True, slots=True)
class IndexPage:
    """Everything that the first page shows."""

    frame: Frame
    summary: str
    status: str
    source: str
    sites: tuple[SiteLink, ...]
    comparative: Link
    technical: Link


def render_index(
    released: pd.DataFrame, sites: pd.DataFrame, instrument: Instrument, study: Study
) -> str:
    """The first page as HTML; sites stand in the order of their labels.

    Parameters
    ----------
    released, sites : DataFrame
        As the contracts of these names say.
    instrument : Instrument
        The questionnaire.
    study : Study
        What every report says about the study.
    """
    wording = wording_of(instrument, study)
    setting = Setting(instrument, study, wording, load_phrases(study.language))
    estimates = estimates_of(released, study.wave)
    both_rounds = pooled_wave(study)
    pooled = estimates_of(released, both_rounds) if both_rounds else None
    entries = site_entries(sites)
    shown = {site for site in entries if has_results(site, estimates, instrument)}
    over_two = {site for site in entries if pooled and has_results(site, pooled, instrument)}
    links = tuple(
        SiteLink(
            Link(site_address(entry.slug), entry.label),
            _state(entry.site in shown, entry.site in over_two, setting),
        )
        for entry in entries.values()
    )
    people = estimates.at("respondents")
    return render(
        "index.html.j2",
        setting,
        IndexPage(
            frame=frame_of(setting, study.title, (), root="", comparing=False),
            summary=_summary(len(shown), len(entries), people.value if people else None, setting),
            status=setting.phrases.say(f"status.{instrument.status}"),
            source=study.source_note,
            sites=links,
            comparative=Link(COMPARATIVE, setting.say("page.to_comparative")),
            technical=Link(TECHNICAL, setting.say("page.to_technical")),
        ),
    )


def _state(is_shown: bool, is_pooled: bool, setting: Setting) -> str:
    """What the page of a site holds, in a few words."""
    if is_shown:
        return setting.say("index.has_results")
    return setting.say("index.two_rounds" if is_pooled else "index.too_few")


def _summary(shown: int, total: int, people: float | None, setting: Setting) -> str:
    values = {
        "title": setting.wording.of(setting.instrument.title),
        "shown": setting.numbers.count(shown),
        "total": setting.numbers.count(total),
    }
    if people is None:
        return setting.say("index.summary", **values)
    return setting.say("index.summary_people", people=setting.numbers.count(people), **values)

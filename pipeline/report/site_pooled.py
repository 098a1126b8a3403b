"""Two survey rounds together, for a site where too few answered in this one alone."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report.estimates import Estimates
from pipeline.report.pages import Setting
from pipeline.report.results import result_groups
from pipeline.report.site_overview import Overview, overview
from pipeline.report.study import Study


@dataclass(frozen=True, slots=True)
class PooledView:
    """Means over two survey rounds, clearly called so."""

    title: str
    sentences: tuple[str, ...]
    overviews: tuple[Overview, ...]


def pooled_wave(study: Study) -> str | None:
    """The label of the two latest rounds together; None where there is one round only."""
    return f"{study.earlier_waves[-1]} + {study.wave}" if study.earlier_waves else None


def pooled_view(site: str, pooled: Estimates, setting: Setting) -> PooledView | None:
    """The means of a site over both rounds; None where none may be shown.

    Nothing is set beside them: no other site is shown over two rounds together.
    """
    views = tuple(
        view
        for section in setting.instrument.sections
        for place, group in enumerate(
            result_groups(setting.instrument, section, pooled, setting.wording, site), start=1
        )
        if (view := overview(group, setting, f"pooled-{section.id}-{place}", beside=False))
    )
    if not views:
        return None
    people = pooled.at("respondents", site=site)
    first = setting.study.earlier_waves[-1]
    sentences = [setting.say("pooled.what", first=first, second=setting.study.wave)]
    if people is not None:
        number = setting.numbers.people(people.value, setting.study.minimum_n)
        sentences.append(setting.say("pooled.people", people=number))
    sentences.append(setting.say("pooled.care"))
    return PooledView(setting.say("pooled.title"), tuple(sentences), views)

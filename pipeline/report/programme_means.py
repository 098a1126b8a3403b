"""The whole programme: a mean a topic, with the range of its sites."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report.pages import Setting
from pipeline.report.programme import Programme, methods_said
from pipeline.report.results import ScaleResult
from pipeline.report.site_overview import span
from pipeline.report.tables import ShownTable, shown_table


@dataclass(frozen=True, slots=True)
class ProgrammeMeans:
    """The means as a table, and how they were made."""

    table: ShownTable
    method: str


def programme_means(programme: Programme, setting: Setting) -> ProgrammeMeans:
    """The means of the programme, a row a topic in the order of the questionnaire."""
    names = ["topic", "mean", "range", "middle_range", "sites", "people"]
    rows = [(result.title, _cells(result, programme, setting)) for result in programme.results]
    headings = [setting.phrases.say(f"column.{name}") for name in names]
    return ProgrammeMeans(
        shown_table(setting.say("comparative.programme_caption"), headings, rows),
        methods_said((result.own for result in programme.results), setting),
    )


def _cells(result: ScaleResult, programme: Programme, setting: Setting) -> tuple[str, ...]:
    none, own = setting.say("word.not_shown"), result.own
    sites = programme.released.at("n_sites", scale=result.scale.id)
    return (
        setting.numbers.score(own.value) if own else none,
        span(own.interval if own else None, setting),
        span(result.middle_range, setting),
        setting.numbers.count(sites.value) if sites else none,
        none if own is None or own.n is None else setting.numbers.count(own.n),
    )

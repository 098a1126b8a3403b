"""The page for evaluators of a programme: all sites side by side, none of them ranked."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.report.inline_script import InlineScript, inline_script
from pipeline.report.pages import Frame, Link, Setting, frame_of, render
from pipeline.report.phrases import load_phrases
from pipeline.report.programme import Programme, ProgrammeTables, compared_scales, programme_of
from pipeline.report.programme_change import ProgrammeChange, programme_change
from pipeline.report.programme_clusters import ClusterView, clusters_view
from pipeline.report.programme_gates import GatesView, gates_view
from pipeline.report.programme_groups import (
    ChartWithTable,
    GroupsView,
    codes_view,
    groups_view,
)
from pipeline.report.programme_map import heat_map
from pipeline.report.programme_means import ProgrammeMeans, programme_means
from pipeline.report.programme_response import ProgrammeResponse, programme_response
from pipeline.report.programme_variance import VarianceView, variance_view
from pipeline.report.site_comparison import ScaleView, scale_view
from pipeline.report.site_finder import SiteFinder, site_finder
from pipeline.report.site_map import HeatMap
from pipeline.report.site_profile import Counters, counters
from pipeline.report.study import Study
from pipeline.report.tables import ShownTable
from pipeline.report.withholding import apart_from_working_numbers, withheld_table
from pipeline.report.wording import wording_of

SCRIPT = "site_tables.js"


@dataclass(frozen=True, slots=True)
class ComparativePage:
    """Everything that the comparative page shows."""

    frame: Frame
    script: InlineScript
    finder: SiteFinder
    programme: ProgrammeMeans
    counters: tuple[Counters, ...]
    gates: GatesView | None
    heat_maps: tuple[HeatMap, ...]
    views: tuple[ScaleView, ...]
    groups: GroupsView
    codes: ChartWithTable | None
    change: ProgrammeChange | None
    response: ProgrammeResponse | None
    clusters: ClusterView | None
    variance: VarianceView
    absent_sentence: str
    absent: tuple[str, ...]
    withheld: ShownTable | None


def render_comparative_page(
    released: pd.DataFrame,
    withheld: pd.DataFrame,
    sites: pd.DataFrame,
    variance: pd.DataFrame,
    tables: ProgrammeTables,
    instrument: Instrument,
    study: Study,
) -> str:
    """The comparative page as HTML.

    Parameters
    ----------
    released, withheld, sites : DataFrame
        As the contracts of these names say.
    variance : DataFrame
        Variance between and within sites, as the contract of estimates says; may be empty.
    tables : ProgrammeTables
        Sites, groups and survey rounds beside each other.
    instrument : Instrument
        The questionnaire.
    study : Study
        What every report says about the study.
    """
    wording = wording_of(instrument, study)
    setting = Setting(instrument, study, wording, load_phrases(study.language))
    programme = programme_of(released, withheld, sites, variance, tables, setting)
    return render("comparative.html.j2", setting, comparative_page(programme, setting))


def comparative_page(programme: Programme, setting: Setting) -> ComparativePage:
    """Everything that the comparative page shows."""
    instrument, tables = setting.instrument, programme.tables
    found = (counters(one, None, programme.released, setting) for one in instrument.sections)
    held = [one for all_held in programme.withheld.by_site.values() for one in all_held]
    change = _change(programme, setting)
    response = programme_response(tables.response, programme.everyone, setting)
    clusters = clusters_view(tables.clusters, programme.results, setting)
    gates = gates_view(tables.gates, programme.results, setting)
    parts = {"gates": gates, "change": change, "response": response, "clusters": clusters}
    return ComparativePage(
        frame=_frame({name for name, part in parts.items() if part}, setting),
        script=inline_script(SCRIPT),
        finder=site_finder(setting),
        programme=programme_means(programme, setting),
        counters=tuple(view for view in found if view),
        gates=gates,
        heat_maps=tuple(
            heat_map(section, programme, setting)
            for section in instrument.sections
            if section.display == "scores"
        ),
        views=tuple(
            scale_view(scale, programme.shown, programme.compared, setting)
            for scale in compared_scales(setting)
        ),
        groups=groups_view(programme, setting),
        codes=codes_view(programme.results, setting),
        change=change,
        response=response,
        clusters=clusters,
        variance=variance_view(programme, setting),
        absent_sentence=_absent_sentence(programme, setting),
        absent=_absent(programme),
        withheld=withheld_table(apart_from_working_numbers(held), setting),
    )


def _change(programme: Programme, setting: Setting) -> ProgrammeChange | None:
    """Change of the programme on all scales, and of sites on those on which they are compared."""
    scored = {scale.id for scale in compared_scales(setting)} - set(programme.compared.barred)
    comparable = [result for result in programme.results if result.scale.id in scored]
    changes = programme.tables.site_changes
    return programme_change(changes, programme.results, comparable, programme.shown, setting)


PARTS = (
    "bear",
    "programme",
    "gates",
    "map",
    "sites",
    "groups",
    "codes",
    "change",
    "response",
    "clusters",
    "variance",
    "absent",
)
"""Parts of the page in their order; those of NOT_ALWAYS are left out where there is nothing."""

NOT_ALWAYS = ("gates", "change", "response", "clusters")


def _frame(there: Set[str], setting: Setting) -> Frame:
    names = (name for name in PARTS if name in there or name not in NOT_ALWAYS)
    contents = tuple(Link(f"#{name}", setting.phrases.say(f"comparative.{name}")) for name in names)
    return frame_of(setting, setting.say("comparative.heading"), contents, root="")


def _absent(programme: Programme) -> tuple[str, ...]:
    shown = {entry.site for entry in programme.shown}
    return tuple(entry.label for entry in programme.everyone if entry.site not in shown)


def _absent_sentence(programme: Programme, setting: Setting) -> str:
    absent = _absent(programme)
    total = setting.numbers.count(len(programme.sites))
    if not absent:
        return setting.say("absent.none", total=total)
    return setting.say(
        "absent.some",
        number=setting.numbers.count(len(absent)),
        total=total,
        minimum=setting.numbers.count(setting.study.minimum_n),
    )

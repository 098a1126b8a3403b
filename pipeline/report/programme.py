"""What the comparative page and each of its parts are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument.model import Scale
from pipeline.report.compared_sites import Comparisons, comparisons_of
from pipeline.report.estimates import Estimate, Estimates, estimates_of
from pipeline.report.pages import Setting
from pipeline.report.results import ScaleResult, scale_result
from pipeline.report.site_page import SiteEntry, has_results, site_entries
from pipeline.report.site_response import Answered, Response, response_by_site
from pipeline.report.table_words import say_of_table
from pipeline.report.withholding import Withholding, withholding_of

WHOLE = ""
"""Stands for the programme among the ids of sites, none of which is empty."""


@dataclass(frozen=True, slots=True)
class ProgrammeTables:
    """Tables about sites, groups and survey rounds beside each other, each by its contract.

    Attributes
    ----------
    site_comparisons, scale_comparisons, gates, site_changes, response, clusters : DataFrame
        By the contracts of these names; each may be empty.
    """

    site_comparisons: pd.DataFrame
    scale_comparisons: pd.DataFrame
    gates: pd.DataFrame
    site_changes: pd.DataFrame
    response: pd.DataFrame
    clusters: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Programme:
    """The tables of a programme, looked up by what they are about.

    Attributes
    ----------
    released, variance : Estimates
        What was released of the round, and the variance between and within sites.
    withheld : Withholding
        What was held back.
    sites : mapping of str to SiteEntry
        All sites by id, in the order of their names.
    shown : tuple of SiteEntry
        Those with results.
    results : tuple of ScaleResult
        The scales over the programme, in the order of the questionnaire.
    compared : Comparisons
        The sites beside each other.
    response : mapping of str to Response
        Who answered, by site; the programme under `WHOLE`.
    tables : ProgrammeTables
        The tables of change, response, gates and clusters.
    """

    released: Estimates
    variance: Estimates
    withheld: Withholding
    sites: Mapping[str, SiteEntry]
    shown: tuple[SiteEntry, ...]
    results: tuple[ScaleResult, ...]
    compared: Comparisons
    response: Mapping[str, Response]
    tables: ProgrammeTables

    @property
    def everyone(self) -> tuple[SiteEntry, ...]:
        """All sites, with results or without, in the order of their names."""
        return tuple(self.sites.values())

    def answered(self, site: str, wave: str) -> Answered | None:
        """How many answered at a site, all groups together."""
        return self.response.get(site, {}).get((wave, None))


def programme_of(
    released: pd.DataFrame,
    withheld: pd.DataFrame,
    sites: pd.DataFrame,
    variance: pd.DataFrame,
    tables: ProgrammeTables,
    setting: Setting,
) -> Programme:
    """The tables of a programme, each read once."""
    instrument, wave = setting.instrument, setting.study.wave
    estimates, entries = estimates_of(released, wave), site_entries(sites)
    whole_named = tables.response.assign(site=tables.response["site"].astype(object).fillna(WHOLE))
    return Programme(
        released=estimates,
        variance=estimates_of(variance, wave),
        withheld=withholding_of(withheld, wave),
        sites=entries,
        shown=tuple(e for e in entries.values() if has_results(e.site, estimates, instrument)),
        results=tuple(
            scale_result(instrument, scale, estimates, setting.wording, None)
            for scale in instrument.scored_scales
        ),
        compared=comparisons_of(
            tables.site_comparisons, tables.scale_comparisons, tables.gates, setting
        ),
        response=response_by_site(whole_named),
        tables=tables,
    )


def compared_scales(setting: Setting) -> tuple[Scale, ...]:
    """The scales on which sites are set beside each other, as far as gates are open."""
    return tuple(
        scale
        for section in setting.instrument.sections
        if section.display == "scores"
        for scale in setting.instrument.scales_in(section)
        if scale.has_score
    )


def methods_said(estimates: Iterable[Estimate | None], setting: Setting) -> str:
    """How estimates were made, as their table says; empty where it does not say."""
    made = sorted({one.method for one in estimates if one is not None and one.method})
    methods = [say_of_table(one, setting) for one in made]
    return setting.say("computed.method", method="; ".join(methods)) if methods else ""


def signed_span(ends: Sequence[float] | None, setting: Setting) -> str:
    """Two ends of a difference in words."""
    if ends is None:
        return setting.say("word.not_shown")
    low, high = (setting.numbers.signed(end) for end in ends)
    return setting.say("word.span", low=low, high=high)

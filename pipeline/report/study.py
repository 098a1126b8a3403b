"""What every report says about the study it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """Choices of the study that numbers depend on.

    Attributes
    ----------
    confidence_level : float
        Coverage of intervals.
    seed : int
        Where every drawing by chance starts from.
    parallel_replications, bootstrap_replications, cutoff_draws : int
        Samples drawn for the parallel analysis, the bootstrap and the cut-offs of fit.
    split_from : int
        Respondents from which the sample is split in halves.
    group_minimum : int
        Respondents each group needs for a test of equal meaning.
    exclude_from_flags : int
        Strong signs of carelessness before a respondent is left out.
    seconds_per_item : float
        Below so many seconds an item, answering counts as speeding.
    """

    confidence_level: float
    seed: int
    parallel_replications: int
    bootstrap_replications: int
    split_from: int
    cutoff_draws: int
    group_minimum: int
    exclude_from_flags: int
    seconds_per_item: float


@dataclass(frozen=True, slots=True)
class SiteCluster:
    """A cluster of sites, such as a region, with every site of it."""

    name: str
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """The study a set of reports belongs to.

    Attributes
    ----------
    title : str
        Name of the programme.
    wave : str
        Label of the survey round that is reported.
    synthetic : bool
        The data were made by a program; every page says so.
    language : str
        Language of the reports: one of the instrument, with a catalogue of phrases.
    source_note : str
        Where the data come from, in one sentence.
    product_version : str
        Version of this software.
    minimum_n : int
        Fewest people behind any released number of a site or group.
    override_reason : str or None
        Why the privacy rules were loosened; printed on top of every page.
    settings : AnalysisSettings
        Seeds, confidence level and the like.
    earlier_waves : tuple of str
        Labels of the survey rounds before, oldest first.
    clusters : tuple of SiteCluster
        What sites belong to, as the configuration says.
    expectations : mapping of str to str
        What the questionnaire says of its models and hypotheses, in the language of the report, by
        the words that it was written in; what is absent is said as it was written.
    """

    title: str
    wave: str
    synthetic: bool
    language: str
    source_note: str
    product_version: str
    minimum_n: int
    override_reason: str | None
    settings: AnalysisSettings
    earlier_waves: tuple[str, ...] = ()
    clusters: tuple[SiteCluster, ...] = ()
    expectations: Mapping[str, str] = field(default_factory=dict, hash=False)

    def clusters_of(self, site: str) -> tuple[str, ...]:
        """The clusters a site is part of, the widest first."""
        own = [cluster for cluster in self.clusters if site in cluster.sites]
        return tuple(one.name for one in sorted(own, key=lambda one: -len(one.sites)))

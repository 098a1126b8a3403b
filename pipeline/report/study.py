"""What every report says about the study it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
    settings : mapping of str to str
        Seeds, confidence level and the like, for the technical page.
    earlier_waves : tuple of str
        Labels of the survey rounds before, oldest first.
    """

    title: str
    wave: str
    synthetic: bool
    language: str
    source_note: str
    product_version: str
    minimum_n: int
    override_reason: str | None
    settings: Mapping[str, str]
    earlier_waves: tuple[str, ...] = ()

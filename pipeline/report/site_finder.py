"""What the script of the page needs to know in words, so that it has none of its own."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report.pages import Setting
from pipeline.tables.catalogue import BANDS

VERDICTS = ("higher", "no_clear_change", "lower")
BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class SiteFinder:
    """Orders of words, each in one text; the highest first.

    Attributes
    ----------
    bands : str
        The words for the place of a site.
    verdicts : str
        The words for a change.
    """

    bands: str
    verdicts: str


def site_finder(setting: Setting) -> SiteFinder:
    """The words by which tables of sites are sorted, as they stand in the tables."""
    return SiteFinder(
        BETWEEN.join(setting.say(f"band.{band}") for band in reversed(BANDS)),
        BETWEEN.join(setting.say(f"verdict.{verdict}") for verdict in VERDICTS),
    )

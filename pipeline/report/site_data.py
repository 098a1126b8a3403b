"""What the page of one site is made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.report.estimates import Estimates
from pipeline.report.site_change import Changes
from pipeline.report.site_place import Places
from pipeline.report.site_response import Response
from pipeline.report.withholding import Withholding


@dataclass(frozen=True, slots=True)
class SiteData:
    """What the page of one site is made from: nothing in it is of another site."""

    site: str
    released: Estimates
    withheld: Withholding
    account: str
    pooled: Estimates | None = None
    places: Places = field(default_factory=dict)
    no_word: str = ""
    """Why no topic has a word for its place, where that is the same for all."""
    changes: Changes = field(default_factory=dict)
    response: Response = field(default_factory=dict)

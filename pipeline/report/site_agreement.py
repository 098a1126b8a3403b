"""How far apart the answers at a site are, as a finding to talk about."""

from __future__ import annotations

import math

from pipeline.instrument.model import Scale
from pipeline.report.estimates import Estimates
from pipeline.report.pages import Setting


def agreement_limit(scale: Scale) -> float:
    """The largest average deviation that counts as agreeing, in whole tenths of a point.

    A sixth of the number of answers (Burke & Dunlap 2002, Organizational Research Methods, 5(2),
    159-172), rounded down to the unit in which deviations are released: no released deviation lies
    between the limit and the rounded one.
    """
    return math.floor(10 * len(scale.response_scale.values) / 6) / 10


def agreement_sentence(scale: Scale, site: str, released: Estimates, setting: Setting) -> str:
    """How far answers lie from the mean of the site; empty where it is not released."""
    found = released.at("average_deviation", site=site, scale=scale.id)
    if found is None:
        return ""
    limit = agreement_limit(scale)
    key = "agreement.close" if round(found.value, 6) <= limit else "agreement.apart"
    return setting.say(
        key, points=setting.numbers.distance(found.value), limit=setting.numbers.distance(limit)
    )

"""Where a site lies among the sites of its programme, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report.pages import Setting

PLAIN, BALANCED = "plain", "role_balanced"
HIGHER, LOWER = ("higher", "clearly_higher"), ("lower", "clearly_lower")
CLEAR = ("clearly_higher", "clearly_lower")


@dataclass(frozen=True, slots=True)
class Place:
    """A mean of a site and its place among the sites.

    Attributes
    ----------
    mean : float
        The mean on one basis.
    interval : (float, float) or None
        Its likely range.
    band : str or None
        The place in a word; None where there is none.
    condition : str
        Why there is no word; empty where there is one.
    """

    mean: float
    interval: tuple[float, float] | None
    band: str | None
    condition: str

    @property
    def side(self) -> int:
        """1 or -1 where the word is higher or lower, else 0."""
        return (self.band in HIGHER) - (self.band in LOWER)


Places = Mapping[tuple[str, str], Place]
"""Places of one site by scale and basis."""


def places_by_site(comparisons: pd.DataFrame, wave: str) -> dict[str, Places]:
    """The rows of SITE_COMPARISONS with a mean, by site; the order of rows does not matter."""
    own = comparisons[(comparisons["wave"] == wave) & comparisons["mean"].notna()]
    places: dict[str, dict[tuple[str, str], Place]] = {}
    for row in own.astype(object).where(own.notna(), None).to_dict("records"):
        ends = row["ci_low"], row["ci_high"]
        place = Place(
            mean=float(row["mean"]),
            interval=None if None in ends else (float(ends[0]), float(ends[1])),
            band=row["band"],
            condition=row["condition"] or "",
        )
        places.setdefault(str(row["site"]), {})[str(row["scale"]), str(row["basis"])] = place
    return dict(places)


def place_sentence(scale: str, places: Places, common: str, setting: Setting) -> str:
    """The place of the plain mean in a sentence, or why there is no word for it.

    Empty where nothing was compared, or where the reason is the one in `common`, which the page
    gives for all topics at once.
    """
    place = places.get((scale, PLAIN))
    if place is None or (place.band is None and place.condition in ("", common)):
        return ""
    if place.band is None:
        return setting.say("place.no_word", why=why_no_word(place.condition, setting))
    return setting.say(f"place.{place.band}")


def why_no_word(condition: str, setting: Setting) -> str:
    """A reason for no word, as a site understands it."""
    key = f"no_word.{condition}"
    return setting.say(key if setting.phrases.has(key) else "no_word.unnamed")


def common_reason(scales: Iterable[str], places: Places) -> str:
    """The reason for no word that all of these scales share; empty where they do not."""
    own = [place for scale in scales if (place := places.get((scale, PLAIN)))]
    reasons = {"" if place.band else place.condition for place in own}
    return reasons.pop() if len(reasons) == 1 else ""


def balanced_sentence(scale: str, places: Places, setting: Setting) -> str:
    """The mean with both groups counting the same, and its word where that differs."""
    place, plain = places.get((scale, BALANCED)), places.get((scale, PLAIN))
    if place is None or plain is None:
        return ""
    said = setting.say("place.balanced", mean=_with_range(place, setting))
    if place.band and plain.band and place.band != plain.band:
        word = setting.say(f"balanced.{place.band}")
        return f"{said} {word}"
    return said


def _with_range(place: Place, setting: Setting) -> str:
    mean = setting.numbers.score(place.mean)
    if place.interval is None:
        return mean
    low, high = (setting.numbers.score(end) for end in place.interval)
    return setting.say("word.with_range", value=mean, low=low, high=high)


def place_notes(scales: Sequence[str], places: Places, setting: Setting) -> tuple[str, ...]:
    """What holds for all topics: how words are given, and why there are two means."""
    own = [places[key] for scale in scales if (key := (scale, PLAIN)) in places]
    notes = []
    if any(place.band for place in own):
        notes.append(setting.say("place.how"))
    if any((scale, BALANCED) in places for scale in scales):
        notes.append(setting.say("place.two_means"))
    return tuple(notes)

"""The tables of comparison: what tells a site from others, and where no comparison may be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.report.charts import FunnelSpread
from pipeline.report.pages import Setting
from pipeline.report.site_place import HIGHER, LOWER, PLAIN
from pipeline.report.withholding import reason as reason_of
from pipeline.tables import GATE_FORBIDS


@dataclass(frozen=True, slots=True)
class ComparedSite:
    """A mean of a site with what tells it from others; None where it is not told.

    Attributes
    ----------
    n, mean : float or None
        People behind the mean, rounded, and the mean.
    interval, pair, shrunken : (float, float) or None
        Interval of the mean by itself; one for comparing two sites; that of the shrunken mean.
    shrunken_mean : float or None
        The mean drawn towards that of the programme.
    band : str
        The place in a word; empty where there is none.
    condition : str
        Why there is no word; empty where nothing is to be said.
    top_fifth, bottom_fifth : float or None
        Chances of being among the highest and the lowest fifth of the sites.
    ranks : (float, float) or None
        Interval of the rank; 1 is the highest mean.
    rank_condition : str
        Why there is no such interval.
    """

    n: float | None
    mean: float | None
    interval: tuple[float, float] | None
    pair: tuple[float, float] | None
    shrunken_mean: float | None
    shrunken: tuple[float, float] | None
    band: str
    condition: str
    top_fifth: float | None
    bottom_fifth: float | None
    ranks: tuple[float, float] | None
    rank_condition: str

    @property
    def side(self) -> int:
        """1 or -1 where the word is higher or lower, else 0."""
        return (self.band in HIGHER) - (self.band in LOWER)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The tables of comparison of one survey round, looked up by what they are about.

    Attributes
    ----------
    sites : mapping of (site, scale, basis) to ComparedSite
        From SITE_COMPARISONS.
    spreads : mapping of str to FunnelSpread
        How far sites lie apart by scale, basis plain, from SCALE_COMPARISONS.
    barred : mapping of str to str
        For each scale on which sites may not be compared: the reasons of its closed gates.
    """

    sites: Mapping[tuple[str, str, str], ComparedSite]
    spreads: Mapping[str, FunnelSpread]
    barred: Mapping[str, str]


def comparisons_of(
    sites: pd.DataFrame, scales: pd.DataFrame, gates: pd.DataFrame, setting: Setting
) -> Comparisons:
    """The comparisons of the survey round of a study; the order of rows does not matter.

    Parameters
    ----------
    sites, scales, gates : DataFrame
        By the contracts SITE_COMPARISONS, SCALE_COMPARISONS and GATES.
    setting : Setting
        Has the survey round, and the words for the reasons of gates.
    """
    wave = setting.study.wave
    return Comparisons(
        sites={
            (str(row["site"]), str(row["scale"]), str(row["basis"])): _compared_site(row)
            for row in _records(sites, wave)
        },
        spreads=dict(_spreads(scales, wave)),
        barred=barred_by_gates(gates, "sites", setting),
    )


def _records(frame: pd.DataFrame, wave: str) -> list[dict[str, object]]:
    own = frame[frame["wave"] == wave]
    plain = own.astype(object).where(own.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in plain.to_dict("records")]


def _compared_site(row: Mapping[str, object]) -> ComparedSite:
    return ComparedSite(
        n=_number(row["n_respondents"]),
        mean=_number(row["mean"]),
        interval=_ends(row, "ci_low", "ci_high"),
        pair=_ends(row, "pair_low", "pair_high"),
        shrunken_mean=_number(row["shrunken_mean"]),
        shrunken=_ends(row, "shrunken_low", "shrunken_high"),
        band=str(row["band"] or ""),
        condition=str(row["condition"] or ""),
        top_fifth=_number(row["top_fifth"]),
        bottom_fifth=_number(row["bottom_fifth"]),
        ranks=_ends(row, "rank_low", "rank_high"),
        rank_condition=str(row["rank_condition"] or ""),
    )


def _number(cell: object) -> float | None:
    return None if cell is None else float(str(cell))


def _ends(row: Mapping[str, object], low: str, high: str) -> tuple[float, float] | None:
    ends = _number(row[low]), _number(row[high])
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def _spreads(scales: pd.DataFrame, wave: str) -> Iterator[tuple[str, FunnelSpread]]:
    for row in _records(scales, wave):
        centre, within, added = (
            _number(row[name]) for name in ("centre", "variance_within", "variance_added")
        )
        if row["basis"] == PLAIN and None not in (centre, within, added):
            yield str(row["scale"]), FunnelSpread(centre or 0.0, within or 0.0, added or 0.0)


def barred_by_gates(gates: pd.DataFrame, comparison: str, setting: Setting) -> dict[str, str]:
    """For each scale on which a comparison is forbidden: why, for each of its closed gates.

    Parameters
    ----------
    gates : DataFrame
        By the contract GATES.
    comparison : str
        What is compared: sites, groups or waves, as in GATE_FORBIDS.
    setting : Setting
        Has the survey round and the words. The numbers behind a verdict stand on the technical
        page.
    """
    closed = {
        (str(row["scale"]), str(row["gate"]))
        for row in _records(gates, setting.study.wave)
        if row["verdict"] == "closed"
    }
    reasons: dict[str, list[str]] = {}
    for gate, forbidden in GATE_FORBIDS.items():
        for scale, name in sorted(closed):
            if name == gate and comparison in forbidden:
                reasons.setdefault(scale, []).append(reason_of(f"gate_{gate}", setting))
    return {scale: " ".join(dict.fromkeys(found)) for scale, found in reasons.items()}

"""Tables about sites and survey rounds beside each other, made up from a made-up release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.tables import catalogue
from pipeline.tables.schema import Table, conform

EARLIER = "2025 spring"


def comparison_tables(
    instrument: Instrument, released: pd.DataFrame, people: Mapping[str, int], wave: str
) -> dict[str, pd.DataFrame]:
    """Sites, groups and rounds beside each other, of every site with a mean."""
    compared = _compared(instrument, released, wave)
    scales = _scored(instrument)
    return {
        "scale_comparisons": _framed(_spreads(scales, wave), catalogue.SCALE_COMPARISONS),
        "gates": _framed(_gates(scales, wave), catalogue.GATES),
        "clusters": _framed(_clusters(instrument, wave), catalogue.CLUSTERS),
        "site_comparisons": _framed(compared, catalogue.SITE_COMPARISONS),
        "site_changes": _framed(_changed(released, wave), catalogue.SITE_CHANGES),
        "response": _framed(_answered(instrument, people, wave), catalogue.RESPONSE),
    }


def _framed(rows: Iterator[dict[str, Any]], table: Table) -> pd.DataFrame:
    return conform(pd.DataFrame(list(rows), columns=table.column_names), table)


def _means_of_sites(released: pd.DataFrame, wave: str) -> list[dict[str, Any]]:
    of_scales = released["statistic"].eq("mean") & released["item"].isna()
    own = released[of_scales & released["group"].isna() & released["site"].notna()]
    return own[own["wave"] == wave].to_dict("records")


def _means_of_programme(released: pd.DataFrame, wave: str) -> list[dict[str, Any]]:
    of_scales = released["statistic"].eq("mean") & released["item"].isna()
    own = released[of_scales & released["group"].isna() & released["site"].isna()]
    return own[own["wave"] == wave].assign(site=None).to_dict("records")


def _scored(instrument: Instrument) -> list[str]:
    sections = [section for section in instrument.sections if section.display == "scores"]
    scored = {scale.id for scale in instrument.scored_scales}
    return [scale for section in sections for scale in section.scale_ids if scale in scored]


def _spreads(scales: list[str], wave: str) -> Iterator[dict[str, Any]]:
    """Chance and the usual differences between sites, so wide that hardly a site is outside."""
    for scale in scales:
        yield {
            "wave": wave, "scale": scale, "basis": "plain", "n_sites": 5, "centre": 3.0,
            "variance_within": 0.5, "variance_between": 0.05, "variance_added": 0.05,
            "pair_multiplier": 1.4,
        }  # fmt: skip


def _gates(scales: list[str], wave: str) -> Iterator[dict[str, Any]]:
    """Closed for sites on the second scale, and for groups and rounds on the last."""
    closed = {(1, "sites"), (len(scales) - 1, "wave"), (len(scales) - 1, "role")}
    for number, scale in enumerate(scales):
        for gate in catalogue.GATE_NAMES:
            is_closed = (number, gate) in closed
            yield {
                "wave": wave, "scale": scale, "gate": gate,
                "verdict": "closed" if is_closed else "open",
                "reason": f"The gate {gate} is closed." if is_closed else "Passed.",
            }  # fmt: skip


def _clusters(instrument: Instrument, wave: str) -> Iterator[dict[str, Any]]:
    """Two regions, one of which has a part that is too small to show."""
    for cluster, parent in (("North", None), ("Valley", "North"), ("South", None)):
        about = {"wave": wave, "cluster": cluster, "parent": parent}
        yield {**about, "statistic": "n_sites", "estimate": 2}
        told = {"estimate": 100, "n_respondents": 100}
        yield {**about, "statistic": "respondents", **(told if cluster != "Valley" else {})}
        for scale in instrument.scored_scales:
            of_scale = {**about, "scale": scale.id, "statistic": "mean"}
            if cluster == "Valley":
                yield {**of_scale, "rule": "minimum_n"}
            else:
                yield {**of_scale, "estimate": 3.25, "ci_low": 3.1, "ci_high": 3.4}


def _compared(
    instrument: Instrument, released: pd.DataFrame, wave: str
) -> Iterator[dict[str, Any]]:
    """Words going round for sites of 30 and more, both means for those of 25 and more."""
    scored = _scored(instrument)
    means = [row for row in _means_of_sites(released, wave) if row["scale"] in scored]
    for number, row in enumerate(means):
        n = row["n_respondents"]
        names = ("wave", "site", "scale", "n_respondents", "ci_low", "ci_high")
        about = {name: row[name] for name in names}
        about |= {
            "pair_low": row["estimate"] - 0.2, "pair_high": row["estimate"] + 0.2,
            "shrunken_mean": row["estimate"], "shrunken_low": row["estimate"] - 0.25,
            "shrunken_high": row["estimate"] + 0.25, "top_fifth": 0.999, "bottom_fifth": 0.001,
            "rank_low": 1.0 if n >= 30 else None, "rank_high": 4.0 if n >= 30 else None,
            "rank_condition": None if n >= 30 else "rank_uncertain",
        }  # fmt: skip
        reason = {} if n >= 30 else {"condition": "too_few_for_band"}
        word = reason or {"band": catalogue.BANDS[number % 5]}
        yield {**about, "basis": "plain", "mean": row["estimate"], **word}
        if n >= 25 and instrument.grouping:
            other = reason or {"band": "like_programme"}
            yield {**about, "basis": "role_balanced", "mean": row["estimate"] - 0.1, **other}


def _changed(released: pd.DataFrame, wave: str) -> Iterator[dict[str, Any]]:
    """Up, down and no clear change going round; people linked at sites of 40 and more."""
    means = [*_means_of_programme(released, wave), *_means_of_sites(released, wave)]
    for number, row in enumerate(means):
        n, change = row["n_respondents"], (0.5, -0.5, 0.1)[number % 3]
        about = {
            "wave": wave, "earlier_wave": EARLIER, "site": row["site"], "scale": row["scale"],
            "n_now": n, "n_before": n, "confidence_level": 0.95, "method": "made up",
        }  # fmt: skip
        yield {
            **about, "basis": "plain", "mean_now": row["estimate"],
            "mean_before": row["estimate"] - change, "change": change, "ci_low": change - 0.3,
            "ci_high": change + 0.3, "smallest_detectable": 0.3,
            "verdict": ("higher", "lower", "no_clear_change")[number % 3],
        }  # fmt: skip
        if n >= 40:
            yield {
                **about, "basis": "linked", "change": 0.2, "ci_low": 0.1, "ci_high": 0.3,
                "n_now": 20, "n_before": 20, "share_higher": 0.25, "share_lower": 0.1,
                "verdict": "higher",
            }  # fmt: skip


def _answered(
    instrument: Instrument, people: Mapping[str, int], wave: str
) -> Iterator[dict[str, Any]]:
    """The first group is a tenth of those who answered and half of those invited."""
    groups = [group.id for group in instrument.grouping.groups] if instrument.grouping else []
    yield {"wave": wave, "invited": 300, "respondents": 200, "response_rate": 0.65}
    for group in groups:
        told = {"respondents": 100, "response_rate": 0.65, "share": 0.5, "share_invited": 0.5}
        yield {"wave": wave, "group": group, "invited": 150, **told}
    for site, n in people.items():
        about = {"wave": wave, "site": site}
        told = {"respondents": 5 * round(n / 5), "response_rate": 0.6} if n >= 11 else {}
        word = None if told else "respondents_withheld"
        yield {**about, "invited": 60, **told, "condition": word}
        for place, group in enumerate(groups):
            of_group = {**about, "group": group, "invited": 30, "share_invited": 0.5}
            if n < 25:
                yield {**of_group, "condition": "too_few_to_show"}
                continue
            share = {"respondents": 20, "response_rate": 0.65, "share": 0.9 if place else 0.1}
            yield {**of_group, **share, "condition": None if place else "missing_voices"}
            yield {**about, "wave": EARLIER, "group": group, "respondents": 20, "share": 0.5}

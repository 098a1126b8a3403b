"""The sites of a study compared, from its released tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.benchmark.comparison.compare import SITE_COLUMNS, Comparison, compare
from pipeline.instrument import Instrument
from pipeline.tables import (
    BASES,
    GATE_FORBIDS,
    SCALE_COMPARISONS,
    SITE_COMPARISONS,
    Table,
    conform,
)

NEEDED_FOR_WORDS = ("structure", "reliability", "aggregation")
"""Gates that must have been passed, with or without caution, before a site gets a word. The other
gates that sites have to pass are about languages, platforms and sites as a whole: a study can be
too small for testing them, and then they only must not be closed."""

PASSED = ("open", "caution")


def compare_sites(
    means: pd.DataFrame,
    variance: pd.DataFrame,
    gates: pd.DataFrame,
    instrument: Instrument,
    wave: str,
    seed: int,
    confidence_level: float = 0.95,
) -> Comparison:
    """Every site of a survey round beside the others, on every basis and scale.

    Compared are the scales of sections that are displayed as scores. Profiles, such as models of
    leadership, have no higher end, so they are not compared.

    Parameters
    ----------
    means : DataFrame
        From :func:`~pipeline.benchmark.site_means.site_means`.
    variance : DataFrame
        By the contract ESTIMATES: ``variance_within`` and ``variance_between`` of each scale.
    gates : DataFrame
        By the contract GATES.
    instrument : Instrument
        The questionnaire.
    wave : str
        Survey round.
    seed : int
        Of the draws for fifths and ranks; each basis has the same.
    confidence_level : float
        Coverage of the intervals.

    Returns
    -------
    Comparison
        `sites` by the contract SITE_COMPARISONS, `scales` by SCALE_COMPARISONS.
    """
    components = _components(variance, gates, instrument, wave)
    own = means[(means["wave"] == wave) & means["site"].notna()]
    own = own[own["scale"].isin(components["scale"])]
    sites, scales = [], []
    for basis in BASES:
        of_basis = own[own["basis"] == basis]
        if of_basis.empty:
            continue
        effective = of_basis.assign(n_respondents=of_basis["n_effective"])[list(SITE_COLUMNS)]
        rng = np.random.default_rng(seed)
        found = compare(effective, components, rng, confidence_level)
        printed = of_basis[["site", "scale", "n_respondents", "ci_low", "ci_high"]]
        counted = found.sites.drop(columns=["n_respondents"])
        sites.append(counted.merge(printed, on=["site", "scale"]).assign(wave=wave, basis=basis))
        scales.append(found.scales.assign(wave=wave, basis=basis))
    return Comparison(_table(sites, SITE_COMPARISONS), _table(scales, SCALE_COMPARISONS))


def not_rounded_up(means: pd.DataFrame, figures: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """The means, with no site counted as `fewest` people by the rounding of its count alone.

    Words for the place of a site start at `fewest` people, counts are released as multiples of
    five: 28 people would pass for 30. That a site is below the limit can be told from what else is
    withheld of it, so nothing new is told.

    Parameters
    ----------
    means : DataFrame
        From :func:`~pipeline.benchmark.site_means.site_means`.
    figures : DataFrame
        By the contract RELEASE_FIGURES, of the same release: exact counts.
    fewest : int
        People from whom a site gets a word.
    """
    keys = ["wave", "site", "scale"]
    exact = figures[(figures["statistic"] == "mean") & figures["group"].isna()]
    exact = exact[exact["item"].isna() & exact["site"].notna()]
    people = means[keys].merge(exact[[*keys, "denominator"]], on=keys, how="left")["denominator"]
    few = people.lt(fewest).fillna(value=False).to_numpy(dtype=bool)
    limit = pd.Series(np.where(few, fewest - 1, np.inf), index=means.index)
    return means.assign(n_effective=means["n_effective"].clip(upper=limit))


def _components(
    variance: pd.DataFrame, gates: pd.DataFrame, instrument: Instrument, wave: str
) -> pd.DataFrame:
    """What sites are compared by, a row a scale."""
    known = variance.set_index(["scale", "statistic"])["estimate"].astype(float)
    verdicts = gates[gates["wave"] == wave].set_index(["scale", "gate"])["verdict"]
    rows = [
        {
            "scale": scale,
            "family": family,
            "variance_within": known.get((scale, "variance_within"), np.nan),
            "variance_between": known.get((scale, "variance_between"), np.nan),
            "gate_open": not _is_closed(verdicts, scale),
            "may_have_words": all(
                verdicts.get((scale, gate), "untested") in PASSED for gate in NEEDED_FOR_WORDS
            ),
        }
        for family, scale in _compared_scales(instrument)
    ]
    columns = ["scale", "family", "variance_within", "variance_between", "gate_open"]
    return pd.DataFrame(rows, columns=[*columns, "may_have_words"])


def _is_closed(verdicts: pd.Series, scale: str) -> bool:
    gates = [gate for gate, forbidden in GATE_FORBIDS.items() if "sites" in forbidden]
    return any(verdicts.get((scale, gate)) == "closed" for gate in gates)


def _compared_scales(instrument: Instrument) -> Iterator[tuple[str, str]]:
    scored = {scale.id for scale in instrument.scored_scales}
    for section in instrument.sections:
        if section.display == "scores":
            yield from ((section.id, scale) for scale in section.scale_ids if scale in scored)


def _table(parts: list[pd.DataFrame], contract: Table) -> pd.DataFrame:
    columns, keys = contract.column_names, list(contract.key)
    if not parts:
        return conform(pd.DataFrame(columns=columns), contract)
    rows = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    return conform(rows[columns].sort_values(keys, kind="stable"), contract)

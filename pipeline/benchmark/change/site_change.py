"""Change of means since earlier survey rounds, from released numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.comparison.bands import adjust_for_many
from pipeline.benchmark.gates import GATES_OF_WAVES
from pipeline.tables import SITE_CHANGES, conform

Numbers = NDArray[np.float64]

FIRST_ROUND = "first_round"
WAVE_UNTESTED = "wave_untested"
GATE_CLOSED = "gate_closed"
MEANING_OF_CONDITION: dict[str, str] = {
    FIRST_ROUND: "There is no mean of an earlier round that may be shown, so no change.",
    WAVE_UNTESTED: "Whether the items mean the same in both rounds was not tested.",
    GATE_CLOSED: "A gate that the comparison has to pass is closed.",
}

SIGNIFICANCE = 0.05
METHOD = (
    "mean now minus mean before; half width sqrt(h1^2 + h2^2) from the released intervals, rounds "
    "taken as samples of different people"
)
LINKED_METHOD = "people who answered in both rounds; paired t interval as released"
PLACE = ["site", "scale", "basis"]
NUMBERS = ["n_respondents", "mean", "ci_low", "ci_high", "confidence_level"]


def compare_waves(
    means: pd.DataFrame, released: pd.DataFrame, gates: pd.DataFrame, waves: Sequence[str]
) -> pd.DataFrame:
    r"""Change of every site, and of the programme, since each earlier round.

    Parameters
    ----------
    means : DataFrame
        From :func:`~pipeline.benchmark.site_means.site_means`, of all rounds.
    released : DataFrame
        By the contract RELEASED: what is told of linked people.
    gates : DataFrame
        By the contract GATES, of the round now.
    waves : sequence of str
        Oldest first; the last is the round now.

    Returns
    -------
    DataFrame
        By the contract SITE_CHANGES. Empty where there is no earlier round, and where nothing of
        the round now may be shown.

    Notes
    -----
    With the half widths :math:`h_1, h_2` of the released intervals, the change has the half width
    :math:`\sqrt{h_1^2 + h_2^2}`. That takes the rounds as samples of different people; where many
    answered in both it is too wide, and change is told a little too seldom. The smallest
    detectable change is :math:`\sqrt{2}\, h_2`: what the next round would have to show with as
    many people who differ as much. A verdict other than ``no_clear_change`` is given where
    :math:`p` from :math:`z = q (m_2 - m_1) / h`, with :math:`q` the normal quantile of the
    confidence level, is below .05 after control of the false discovery rate over the scales of a
    site (Benjamini & Hochberg, 1995).
    """
    now = waves[-1]
    parts = [_since(means, released, wave, now, is_last=wave == waves[-2]) for wave in waves[:-1]]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if table.empty:
        return conform(pd.DataFrame(columns=SITE_CHANGES.column_names), SITE_CHANGES)
    judged = _with_gates(_with_verdicts(table), gates, now)
    keys = list(SITE_CHANGES.key)
    ordered = judged.sort_values(keys, kind="stable", na_position="first")
    return conform(ordered[SITE_CHANGES.column_names], SITE_CHANGES)


def _since(
    means: pd.DataFrame, released: pd.DataFrame, before: str, now: str, *, is_last: bool
) -> pd.DataFrame:
    """Changes since one earlier round; people are linked with the last one only."""
    earlier, own = (means.loc[means["wave"] == wave, [*PLACE, *NUMBERS]] for wave in (before, now))
    pairs = own.merge(earlier, on=PLACE, how="left", suffixes=("_now", "_before"))
    parts = [_changes(pairs)]
    if is_last:
        parts.append(_linked(released[released["wave"] == now]))
    table = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    return table.assign(wave=now, earlier_wave=before)


def _changes(pairs: pd.DataFrame) -> pd.DataFrame:
    mean_now, half_now = _mean_and_half(pairs, "now")
    mean_before, half_before = _mean_and_half(pairs, "before")
    change, half = np.round(mean_now - mean_before, 6), np.hypot(half_now, half_before)
    return pairs[PLACE].assign(
        n_before=pairs["n_respondents_before"],
        n_now=pairs["n_respondents_now"],
        mean_before=mean_before,
        mean_now=mean_now,
        change=change,
        ci_low=np.round(change - half, 6),
        ci_high=np.round(change + half, 6),
        confidence_level=pairs["confidence_level_now"],
        smallest_detectable=np.round(np.sqrt(2) * half_now, 6),
        method=METHOD,
        condition=pd.Series(FIRST_ROUND, index=pairs.index).mask(~np.isnan(change)),
    )


def _mean_and_half(pairs: pd.DataFrame, when: str) -> tuple[Numbers, Numbers]:
    mean, low, high = (
        pairs[f"{name}_{when}"].to_numpy(dtype=float, na_value=np.nan)
        for name in ("mean", "ci_low", "ci_high")
    )
    return mean, (high - low) / 2


def _linked(released: pd.DataFrame) -> pd.DataFrame:
    """What is told of the people who answered in both rounds."""
    own = released[released["statistic"].str.startswith("linked_")]
    means = own[own["statistic"] == "linked_change"].set_index(["site", "scale"])
    rows = means.reset_index().rename(columns={"estimate": "change", "n_respondents": "n_now"})
    for direction in ("higher", "lower"):
        of_direction = own[own["statistic"] == f"linked_{direction}"]
        shares = of_direction[["site", "scale", "estimate"]]
        shares = shares.rename(columns={"estimate": f"share_{direction}"})
        rows = rows.merge(shares, on=["site", "scale"], how="left")
    names = ["site", "scale", "n_now", "change", "ci_low", "ci_high", "confidence_level"]
    told = rows[[*names, "share_higher", "share_lower"]]
    return told.assign(basis="linked", n_before=told["n_now"], method=LINKED_METHOD, condition=None)


def _with_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with a word where there is a change with an interval."""
    from scipy import special

    rows = table.reindex(columns=SITE_CHANGES.column_names)
    change, low, high, level = (
        rows[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("change", "ci_low", "ci_high", "confidence_level")
    )
    half = (high - low) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        z = special.ndtri((1 + level) / 2) * change / half
    p = np.where(half > 0, 2 * special.ndtr(-np.abs(z)), np.nan)
    family = rows.groupby(["earlier_wave", "site", "basis"], dropna=False).ngroup().to_numpy()
    place, _ = pd.factorize(rows["scale"])
    wide = np.full((family.max() + 1, place.max() + 1), np.nan)
    wide[family, place] = p
    adjusted = adjust_for_many(wide)[family, place]
    clear = np.where(change > 0, "higher", "lower")
    words = np.where(adjusted < SIGNIFICANCE, clear, "no_clear_change")
    return rows.assign(verdict=pd.Series(words, index=rows.index).mask(np.isnan(adjusted)))


def _with_gates(table: pd.DataFrame, gates: pd.DataFrame, now: str) -> pd.DataFrame:
    """The rows with numbers taken out where a gate is closed, and a word where none was tested."""
    own = gates[(gates["wave"] == now) & gates["gate"].isin(GATES_OF_WAVES)]
    closed = set(own.loc[own["verdict"] == "closed", "scale"])
    tested = own[(own["gate"] == "wave") & own["verdict"].isin(["open", "caution"])]
    is_closed = table["scale"].isin(closed).to_numpy()
    untested = ~table["scale"].isin(set(tested["scale"])).to_numpy() & ~is_closed
    told = table["change"].notna().to_numpy()
    numbers = list(_numbers_of_change())
    barred = table.assign(**{name: table[name].mask(is_closed) for name in numbers})
    condition = table["condition"].mask(untested & told, WAVE_UNTESTED)
    return barred.assign(condition=condition.mask(is_closed, GATE_CLOSED))


def _numbers_of_change() -> Iterator[str]:
    """What says something about change: everything but the mean of the round now."""
    for column in SITE_CHANGES.columns:
        if column.kind == "number" and column.name not in ("mean_now", "confidence_level"):
            yield column.name
    yield "verdict"

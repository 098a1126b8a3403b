r"""What may leave about careless answering and missing answers.

Those left out as careless are often few, and the results with them and without them differ by
nothing but their answers. With :math:`N` people of whom :math:`k` are left out, means :math:`m_N`
and :math:`m_{N-k}`, and :math:`s` the standard deviation of all, the difference that is told is

.. math:: d = (m_{N-k} - m_N) / s, \qquad m_k = m_{N-k} - d \, s \, N / k

so the mean :math:`m_k` of the few follows from the two means, or from one of them and :math:`d`.
Two means with exact counts are a total and a part of it, and the rest must be protected as well
(rule 3). The counts are exact in the ledger, and the mean without the careless is the one of the
programme. Therefore:

- Where 1 to ``minimum_n - 1`` of those with a score are left out, no mean and no alpha with them is
  told. What remains is :math:`d`, as ``less than 0.1`` (0 in the table) or rounded to tenths. It
  leaves :math:`m_k` an interval of :math:`0.1 s N / k` (twice that below 0.1, as the sign is not
  told), cut off at the ends of the scale. Where that is narrower than half the range of the scale,
  the width that rule 7 asks for, :math:`d` is held back too. So d can be told when few of many are
  left out, and not when few of few are.
- Where ``minimum_n`` or more are left out, their mean stands for enough people (rule 1), and both
  means are told in steps of ``coarse_mean_unit``. Unless they nearly all answered alike: a mean
  that close to an end of the scale says so of everyone (rule 4), and the case is treated like the
  first.
- Both means are over all sites. They are told only where all sites count in the mean of the
  programme and that mean is shown; otherwise subtracting it would give the hidden sites (rule 3).
- Alpha is told in hundredths, by the same counts among those who answered every item.

Counts of people are rounded to five, and positive ones never to 0 (rule 6). A sign that could be
judged for fewer than ``minimum_n`` people, or that ``class_share`` or more of them show, is
withheld (rules 1 and 4), both in the same way, so that the second is not told by its look. A
pattern of missing scores of fewer than ``minimum_n`` people, or of nearly everyone, shares a row
with all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.benchmark.disclosure.pooled_analyses import WITHHELD
from pipeline.benchmark.disclosure.pools import TOLERANCE, Measure, all_alike
from pipeline.benchmark.disclosure.release import counting_sites
from pipeline.benchmark.disclosure.rules import DisclosureRules
from pipeline.benchmark.disclosure.verdicts import measures_of

UNKNOWN = Measure(np.nan, np.nan, shares=False)
"""The range of a scale that nobody answered; no interval on it is wide enough."""

DIFFERENCE_UNIT = 0.1
ALPHA_UNIT = 0.01
COUNTS = ["n_judged", "n_flagged", "n_excluded"]
EFFECT_COUNTS = ["n_with", "n_without", "n_complete_with", "n_complete_without"]
EFFECT_NUMBERS = [
    "mean_with",
    "mean_without",
    "sd_with",
    "difference",
    "alpha_with",
    "alpha_without",
]
TEST_DECIMALS = {"little_chi_square": 1, "little_p_value": 3}
PATTERN, COMPLETE, OTHER = (
    "respondents_with_pattern",
    "respondents_complete",
    "respondents_with_other_pattern",
)


def release_screening_counts(counts: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    """How many respondents show each sign, as far as it may be told.

    Parameters
    ----------
    counts : DataFrame
        Contract ``SCREENING_COUNTS``; so is the result, every row of it.
    rules : DisclosureRules
        What may leave.
    """
    judged = counts["n_judged"]
    few = (judged > 0) & (judged < rules.minimum_n)
    nearly_all = counts["flag"].notna() & (judged > 0)
    nearly_all &= counts["n_flagged"] >= rules.class_share * judged - TOLERANCE
    withheld = (few | nearly_all).astype(bool)
    released = counts.copy()
    released[COUNTS] = counts[COUNTS].apply(lambda column: _in_steps(column, rules).mask(withheld))
    return released.assign(condition=released["condition"].mask(withheld, WITHHELD))


def release_missing_data(missing_data: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    """Little's tests and the patterns of missing scores, as far as they may be told.

    Parameters
    ----------
    missing_data : DataFrame
        Contract ``MISSING_DATA``; so is the result, with rare patterns together in one row.
    rules : DisclosureRules
        What may leave.
    """
    is_pattern = missing_data["statistic"].isin([PATTERN, COMPLETE, OTHER])
    gathered = _with_rare_patterns_together(missing_data[is_pattern], rules)
    released = pd.concat([missing_data[~is_pattern], gathered], ignore_index=True)
    of_people = released["statistic"].isin([PATTERN, COMPLETE, OTHER])
    behind = released["n_respondents"].mask(released["statistic"] == OTHER, released["estimate"])
    withheld = ((behind > 0) & (behind < rules.minimum_n)).astype(bool)
    for statistic, places in TEST_DECIMALS.items():
        rows = released["statistic"] == statistic
        released.loc[rows, "estimate"] = released.loc[rows, "estimate"].round(places)
    released.loc[of_people, "estimate"] = _in_steps(released.loc[of_people, "estimate"], rules)
    return released.assign(
        n_respondents=_in_steps(released["n_respondents"], rules).mask(
            (released["n_respondents"] < rules.minimum_n).astype(bool)
        ),
        estimate=released["estimate"].mask(withheld),
        condition=released["condition"].mask(withheld, WITHHELD),
    )


def release_screening_effect(
    effect: pd.DataFrame,
    site_estimates: pd.DataFrame,
    rules: DisclosureRules,
    figures: pd.DataFrame,
) -> pd.DataFrame:
    """Results with and without those left out, as far as they may be told.

    Parameters
    ----------
    effect : DataFrame
        Contract ``SCREENING_EFFECT``; so is the result, every row of it, without the standard
        deviation.
    site_estimates : DataFrame
        Contract ``ESTIMATES``, every site; gives the ranges of the scales and decides which sites
        count.
    rules : DisclosureRules
        What may leave.
    figures : DataFrame
        Contract ``RELEASE_FIGURES``, of the same release.
    """
    measures = measures_of(site_estimates)
    open_means = _open_means(site_estimates, rules, figures)
    names = [*EFFECT_COUNTS, *EFFECT_NUMBERS]
    numbers = effect[names].astype("float64").to_numpy()
    told = [
        _told(
            _Effect(
                measures.get(scale, UNKNOWN),
                (wave, scale) in open_means,
                dict(zip(names, row.tolist(), strict=True)),
            ),
            rules,
        )
        for wave, scale, row in zip(effect["wave"], effect["scale"], numbers, strict=True)
    ]
    released = effect.drop(columns=[*EFFECT_NUMBERS, "condition"]).join(
        pd.DataFrame(told, index=effect.index, columns=[*EFFECT_NUMBERS, "condition"])
    )
    few = (effect["n_without"] < rules.minimum_n).astype(bool)
    for name in EFFECT_COUNTS:
        released[name] = _in_steps(effect[name], rules).mask(few)
    return released[list(effect.columns)]


@dataclass(frozen=True, slots=True)
class _Effect:
    """A scale with and without those left out; `is_open`: its mean over all sites is shown."""

    measure: Measure
    is_open: bool
    row: Mapping[str, float]

    @property
    def n_left_out(self) -> float:
        """People with a score who are left out."""
        return self.row["n_with"] - self.row["n_without"]

    @property
    def mean_left_out(self) -> float:
        """Their mean score."""
        with_, without = (self.row[f"n_{name}"] * self.row[f"mean_{name}"] for name in PARTS)
        return (with_ - without) / self.n_left_out

    @property
    def n_complete_left_out(self) -> float:
        """People with answers to every item who are left out; 0 for a scale without alpha."""
        number = self.row["n_complete_with"] - self.row["n_complete_without"]
        return 0.0 if np.isnan(number) else number


PARTS = ("with", "without")


def _told(effect: _Effect, rules: DisclosureRules) -> dict[str, object]:
    """The numbers of a row that may be told, rounded; the others are absent."""
    row = effect.row
    if row["n_without"] < rules.minimum_n:
        return {"condition": WITHHELD}
    protected = _is_protected(effect, rules)
    told = {"difference": _difference(effect, protected, rules)}
    if effect.is_open and not protected:
        unit = rules.coarse_mean_unit
        told |= {name: _to_unit(row[name], unit) for name in ("mean_with", "mean_without")}
    if not row["n_complete_without"] < rules.minimum_n:
        told["alpha_without"] = _to_unit(row["alpha_without"], ALPHA_UNIT)
        if not protected and not 0 < effect.n_complete_left_out < rules.minimum_n:
            told["alpha_with"] = _to_unit(row["alpha_with"], ALPHA_UNIT)
    names = [name for name in EFFECT_NUMBERS if name != "sd_with" and not np.isnan(row[name])]
    held = any(np.isnan(told.get(name, np.nan)) for name in names)
    return {**told, "condition": WITHHELD if held else None}


def _is_protected(effect: _Effect, rules: DisclosureRules) -> bool:
    """Whether somebody is left out, but too few or too much alike for their mean to be known."""
    if effect.n_left_out == 0:
        return False
    if effect.n_left_out < rules.minimum_n:
        return True
    means = np.array([[effect.mean_left_out]])
    return bool(all_alike(means, effect.measure, rules)[0])


def _difference(effect: _Effect, protected: bool, rules: DisclosureRules) -> float:
    """The difference in tenths, 0 below one tenth; NaN where it would locate those left out."""
    exact = effect.row["difference"]
    if np.isnan(exact):
        return exact
    rounded = 0.0 if abs(exact) < DIFFERENCE_UNIT else _to_unit(exact, DIFFERENCE_UNIT)
    if protected and not _leaves_enough_room(effect, rounded, rules):
        return np.nan
    return rounded


def _leaves_enough_room(effect: _Effect, rounded: float, rules: DisclosureRules) -> bool:
    """Whether the mean of those left out stays within an interval that is wide enough."""
    half = DIFFERENCE_UNIT / 2 if rounded else DIFFERENCE_UNIT
    differences = np.array([rounded - half, rounded + half])
    if rounded:
        nearest = np.sign(rounded) * DIFFERENCE_UNIT
        differences = np.sort(np.sign(rounded) * np.maximum(abs(differences), abs(nearest)))
    factor = effect.row["sd_with"] * effect.row["n_with"] / effect.n_left_out
    means = effect.row["mean_without"] - differences * factor
    width = np.ptp(np.clip(means, effect.measure.low, effect.measure.high))
    return bool(width >= rules.protected_width * effect.measure.width - TOLERANCE)


def _open_means(
    site_estimates: pd.DataFrame, rules: DisclosureRules, figures: pd.DataFrame
) -> set[tuple[str, str]]:
    """Wave and scale of the means in which every site counts and which the programme shows."""
    sites = counting_sites(site_estimates, rules)
    counts = _means_of_scales(sites).groupby(["wave", "scale"])["counts"].all()
    shown = _means_of_scales(figures[figures["site"].isna() & figures["estimate"].notna()])
    pairs = zip(shown["wave"], shown["scale"], strict=True)
    return {pair for pair in pairs if counts.get(pair, default=False)}


def _means_of_scales(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["statistic"] == "mean") & rows["group"].isna() & rows["item"].isna()]


def _with_rare_patterns_together(patterns: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    """The patterns that enough people have, and a row with all others where there are any."""
    people = patterns["estimate"]
    nearly_all = (patterns["statistic"] == PATTERN) & (
        people >= rules.class_share * patterns["n_respondents"] - TOLERANCE
    )
    rare = (people < rules.minimum_n) | nearly_all | (patterns["statistic"] == OTHER)
    if not rare.any():
        return patterns
    together = patterns[rare].iloc[[0]].assign(statistic=OTHER, estimate=people[rare].sum())
    together["pattern"] = None
    return pd.concat([patterns[~rare], together], ignore_index=True)


def _to_unit(value: float, unit: float) -> float:
    return float(np.round(np.rint(value / unit) * unit, 6))


def _in_steps(numbers: pd.Series, rules: DisclosureRules) -> pd.Series:
    """Counts as the nearest multiple of the step; at least one step where there is anybody."""
    step = rules.round_counts_to
    nearest = ((numbers / step).round() * step).astype(numbers.dtype)
    return nearest.mask(((numbers > 0) & (nearest == 0)).fillna(False).astype(bool), step)

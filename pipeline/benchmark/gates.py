"""What has to hold before numbers of a scale are set side by side, and what it forbids if not.

A gate is judged from estimates by the limits written down here. The disclosure stage reads the
table of gates and withholds what a closed gate forbids; the name of the gate stands as the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.tables import GATE_FORBIDS, GATES

Verdict = Literal["open", "caution", "closed", "untested"]
Comparison = Literal["groups", "sites", "waves"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A number and the values that open a gate, or open it with a reservation.

    Attributes
    ----------
    statistic : tuple of str
        Names of the statistic; the first of them that was estimated is taken.
    name : str
        What the number is, in words.
    open_at, caution_at : float
        Values that are just good enough.
    is_more_better : bool
        Whether higher values are better.
    """

    statistic: tuple[str, ...]
    name: str
    open_at: float
    caution_at: float
    is_more_better: bool = True

    def verdict(self, number: float) -> Verdict:
        """What the number means for the gate."""
        sign = 1 if self.is_more_better else -1
        if sign * number >= sign * self.open_at:
            return "open"
        return "caution" if sign * number >= sign * self.caution_at else "closed"

    @property
    def criterion(self) -> str:
        """The limits, in words."""
        bound = "at least" if self.is_more_better else "at most"
        return f"{self.name} {bound} {self.open_at:.2f}; with caution {bound} {self.caution_at:.2f}"


FIT = (
    Limit(("cfi_robust", "cfi_scaled"), "CFI", 0.95, 0.90),
    Limit(("srmr",), "SRMR", 0.08, 0.10, is_more_better=False),
)
"""Both are looked at: one factor fits well by both (Hu & Bentler 1999), badly by both, or in part.
A badly fitting scale closes the gate; what lies between is a reservation."""

FEWEST_RESPONDENTS = 100
"""Fewer than this leave fit and reliability to chance, so a gate they would decide is untested."""

RELIABILITY = Limit(("categorical_omega_observed", "cronbach_alpha"), "reliability", 0.70, 0.50)
"""Below .50 more than half of the differences between persons are chance (our number): means of
many people can still be told apart with a little less than the usual .70."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Numbers of a scale that are, or lead to, a comparison.

    Attributes
    ----------
    statistic : str
        Regular expression for the whole name.
    comparison : str
        Of what with what.
    of_group, of_site : bool or None
        Whether they belong to one respondent group, and to one site; None for either.
    """

    statistic: str
    comparison: Comparison
    of_group: bool | None = None
    of_site: bool | None = None


COMPARED = (
    Compared("gap|gap_standardised", "groups"),
    Compared("mean|sd", "groups", of_group=True),
    Compared("mean|sd|mean_adjusted|sd_adjusted", "sites", of_site=True),
    Compared("linked_.*|sd_linked_change", "waves"),
    Compared("site_p10|site_p90|n_sites", "sites"),
)
"""Nothing else is a comparison. A mean of a site is read beside that of the programme and of other
sites, and the means of two groups are their difference. The mean of everybody and the answers to
single items stay."""

GATES_OF_WAVES = tuple(gate for gate, barred in GATE_FORBIDS.items() if "waves" in barred)
"""Gates that have to be passed before survey rounds are set side by side."""

COLUMNS = GATES.column_names

THREE_ITEMS = "three or more items that express one thing"
FOUR_ITEMS = "four or more items that express one thing"
ENOUGH_PEOPLE = f"answers of {FEWEST_RESPONDENTS} people or more"
"""What is missing, in words."""


def judge_structure(fit: pd.DataFrame, scales: Iterable[str], wave: str) -> pd.DataFrame:
    """The gate ``structure``: whether one factor fits the items of each scale.

    Parameters
    ----------
    fit : DataFrame
        Estimates of the one-factor model of each scale, with columns scale, item, statistic,
        estimate and n_respondents.
    scales : iterable of str
        Scales with a score.
    wave : str
        Survey round.

    Returns
    -------
    DataFrame
        By the contract GATES.
    """
    rows = []
    for scale in scales:
        own = fit[fit["scale"] == scale]
        numbers = [_number(own, limit) for limit in FIT]
        if any(number is None for number in numbers):
            rows.append(_untested(wave, scale, "structure", *_why_no_fit(own)))
            continue
        rows.append(_fit_row(wave, scale, [float(n) for n in numbers if n is not None]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _fit_row(wave: str, scale: str, numbers: list[float]) -> dict[str, object]:
    verdicts = [limit.verdict(number) for limit, number in zip(FIT, numbers, strict=True)]
    verdict = verdicts[0] if len(set(verdicts)) == 1 else "caution"
    found = " and ".join(f"{lim.name} = {n:.2f}" for lim, n in zip(FIT, numbers, strict=True))
    words = {
        "open": "One factor fits the items",
        "caution": "One factor fits the items only in part",
        "closed": "The items do not show one factor, so their mean has no clear meaning",
    }
    criterion = "; ".join(limit.criterion for limit in FIT)
    return _row(
        wave, scale, "structure", verdict, f"{words[verdict]} ({found}).", criterion, numbers[0]
    )


def _why_no_fit(own: pd.DataFrame) -> tuple[str, str]:
    if own.empty:
        return "Whether the items show one factor was not tested.", FOUR_ITEMS
    return "Whether the items show one factor could not be tested.", ENOUGH_PEOPLE


def judge_reliability(reliability: pd.DataFrame, scales: Iterable[str], wave: str) -> pd.DataFrame:
    """The gate ``reliability``, by the contract GATES; `reliability` by the contract ESTIMATES."""
    rows = []
    for scale in scales:
        number = _number(reliability[reliability["scale"] == scale], RELIABILITY)
        if number is None:
            why = "How reliable the score is was not tested."
            needs = f"three or more items and {ENOUGH_PEOPLE}"
            rows.append(_untested(wave, scale, "reliability", why, needs))
            continue
        verdict = RELIABILITY.verdict(number)
        words = {
            "open": "The score is reliable",
            "caution": "The score is only fairly reliable",
            "closed": "The score is more chance than signal",
        }
        reason = f"{words[verdict]} ({number:.2f})."
        rows.append(
            _row(wave, scale, "reliability", verdict, reason, RELIABILITY.criterion, number)
        )
    return pd.DataFrame(rows, columns=COLUMNS)


GROUPS: Mapping[str, str] = {
    "role": "respondent groups",
    "language": "languages",
    "platform": "survey platforms",
    "wave": "survey rounds",
}
"""What each of these gates sets side by side, in words."""

STEPS_FOR_MEANS = ("thresholds", "metric", "scalar")
"""Steps of the ladder that have to hold before means are compared (Meredith 1993); equal residuals
are not needed."""


def judge_groups(steps: pd.DataFrame, wave: str, scale: str, gate: str) -> pd.DataFrame:
    """The gate of a grouping, from its ladder of models.

    A step that fails closes the gate; a difference that is found but small is a reservation.

    Parameters
    ----------
    steps : DataFrame
        A row a step, with step, verdict, change_cfi and condition, from the configural model on.
    wave, scale, gate : str
        What it is about.

    Returns
    -------
    DataFrame
        One row, by the contract GATES.
    """
    needed = steps[steps["step"].isin(STEPS_FOR_MEANS)]
    verdicts, groups = list(needed["verdict"]), GROUPS[gate]
    criterion = "equal thresholds, loadings and intercepts: test of the difference, change of CFI"
    if not verdicts or ("untested" in verdicts and "fails" not in verdicts):
        why = f"Whether the items mean the same in the {groups} could not be tested."
        needs = "more answers, or items with more categories in use"
        return _table([_untested(wave, scale, gate, why, needs)])
    verdict: Verdict = "open"
    sentence = f"The items mean the same in the {groups}."
    decisive = needed.iloc[int(needed["change_cfi"].to_numpy(dtype=float).argmin())]
    if "fails" in verdicts:
        decisive = needed.iloc[verdicts.index("fails")]
        verdict = "closed"
        sentence = f"The items do not mean the same in the {groups} (step {decisive['step']})."
    elif "small" in verdicts:
        verdict = "caution"
        sentence = f"The items mean nearly the same in the {groups}; a small difference was found."
    number = float(decisive["change_cfi"])
    return _table([_row(wave, scale, gate, verdict, sentence, criterion, number)])


def groups_missing(n_large: int, fewest: int, wave: str, scale: str, gate: str) -> pd.DataFrame:
    """The gate of a grouping that has fewer than two groups of `fewest` respondents."""
    groups = GROUPS[gate]
    reason = f"Whether the items mean the same in the {groups} was not tested."
    have = "none has" if n_large == 0 else "one has"
    needs = f"two {groups} with at least {fewest} respondents each; {have} so many"
    return _table([_untested(wave, scale, gate, reason, needs)])


COUNT_OF_PEOPLE = re.compile(r"\b\d+ (?=(respondents?|people|persons?)\b)")


def without_counts(obstacle: str) -> str:
    """Why a model could not be fitted, without an exact number of people.

    Examples
    --------
    >>> without_counts("9 respondents are too few for 50 items")
    'so many respondents are too few for 50 items'
    """
    return COUNT_OF_PEOPLE.sub("so many ", obstacle)


def cannot_be_fitted(wave: str, scale: str, gate: str, obstacle: str) -> pd.DataFrame:
    """A gate whose models could not be fitted, with what stood in the way."""
    names = {**GROUPS, "sites": "sites"}
    reason = f"Whether the items mean the same in the {names[gate]} could not be tested."
    return _table([_untested(wave, scale, gate, reason, without_counts(obstacle))])


class SitesNeeded(NamedTuple):
    """Sites with enough complete answers, all sites, and how many of both are needed."""

    n_large: int
    n_sites: int
    fewest_sites: int
    fewest_answers: int


def count_sites(items: pd.DataFrame, sites: pd.Series[str], fewest: int) -> tuple[int, int]:
    """Sites where at least `fewest` respondents answered every item, and sites with any such."""
    sizes = sites[items.notna().all(axis=1)].value_counts()
    return int((sizes >= fewest).sum()), int((sizes > 0).sum())


def sites_missing(need: SitesNeeded, wave: str, scale: str) -> pd.DataFrame:
    """The gate ``sites`` where there are too few sites for a model in two levels.

    A model between few sites says nothing, whatever it fits, so none is fitted.
    """
    reason = "Whether the items mean the same at all sites was not tested."
    needs = (
        f"{need.fewest_sites} sites with at least {need.fewest_answers} complete answers each; "
        f"{need.n_large} of {need.n_sites} have so many"
    )
    return _table([_untested(wave, scale, "sites", reason, needs)])


VERDICT_ON_SITES: Mapping[str, Verdict] = {
    "yes": "open",
    "with caution": "caution",
    "no": "closed",
    "cannot be told": "untested",
}


def judge_sites_gate(
    verdict: str, reason: str, number: float, wave: str, scale: str
) -> pd.DataFrame:
    """The gate ``sites``, from the two-level model.

    Parameters
    ----------
    verdict : {"yes", "with caution", "no", "cannot be told"}
        May sites be compared?
    reason : str
        Why, in a sentence.
    number : float
        Share of what differs between sites on the items that is not the scale; NaN if unknown.
    wave, scale : str
        What it is about.
    """
    told = VERDICT_ON_SITES[verdict]
    if told == "untested":
        why = "Whether the items mean the same at all sites was not tested."
        return _table([_untested(wave, scale, "sites", why, reason)])
    criterion = "equal loadings within and between sites, no other differences between sites"
    known = None if np.isnan(number) else number
    return _table([_row(wave, scale, "sites", told, reason, criterion, known)])


FEWEST_SITES = 10
"""Fewer sites cannot tell how much sites differ: the interval of ICC(1) then holds nearly anything
(our number)."""

SITE_RELIABILITY = Limit(("icc2_anova",), "ICC(2)", 0.70, 0.60)
"""Reliability of the means of sites (Bliese 2000); below .60 more than two fifths of what they
differ by is chance."""

HIGHEST_P = 0.05
"""Of the agreement within sites, held against groups of people dealt at random."""

BY_CHANCE = "ad_mean_by_people_mean_p_value"
"""Chance that such groups have as small a mean average deviation, each counted by its people."""


def judge_aggregation(
    variance: pd.DataFrame, agreement: pd.DataFrame, scales: Iterable[str], wave: str
) -> pd.DataFrame:
    """The gate ``aggregation``: whether one number can stand for the people of a site.

    Three things are looked at: that the interval of ICC(1) lies above 0, so sites differ at all;
    that people of a site agree more closely than as many people drawn from the whole programme;
    and that ICC(2), the reliability of site means, is high enough.

    Parameters
    ----------
    variance : DataFrame
        By the contract ESTIMATES: ``icc1_anova_n0`` with its interval, ``icc2_anova``,
        ``n_groups`` of each scale.
    agreement : DataFrame
        By the contract ESTIMATES: ``ad_mean_by_people_mean_p_value`` of each scale, where
        ``site`` is empty.
    scales : iterable of str
        Scales with a score.
    wave : str
        Survey round.

    Returns
    -------
    DataFrame
        By the contract GATES.
    """
    rows = []
    for scale in scales:
        own = variance[variance["scale"] == scale].set_index("statistic")
        of_scale = agreement[(agreement["scale"] == scale) & agreement["site"].isna()]
        chance = of_scale.set_index("statistic")["estimate"].get(BY_CHANCE)
        rows.append(_aggregation_row(own, chance, scale, wave))
    return pd.DataFrame(rows, columns=COLUMNS)


def _aggregation_row(
    own: pd.DataFrame, chance: float | None, scale: str, wave: str
) -> dict[str, object]:
    estimates = own["estimate"].astype(float)
    reliability = estimates.get(SITE_RELIABILITY.statistic[0], np.nan)
    lowest = own["ci_low"].astype(float).get("icc1_anova_n0", np.nan)
    missing = np.isnan(reliability) or np.isnan(lowest) or chance is None or pd.isna(chance)
    if missing or estimates.get("n_groups", 0.0) < FEWEST_SITES:
        why = "Whether one number can stand for a site was not tested."
        needs = f"{FEWEST_SITES} sites with several answers each"
        return _untested(wave, scale, "aggregation", why, needs)
    criterion = (
        f"interval of ICC(1) above 0; agreement within sites closer than by chance, p below "
        f"{HIGHEST_P:.2f}; {SITE_RELIABILITY.criterion}"
    )
    verdict, sentence = _aggregation_verdict(lowest, float(chance or 0), reliability)
    reason = f"{sentence} (ICC(2) = {reliability:.2f})."
    return _row(wave, scale, "aggregation", verdict, reason, criterion, reliability)


def _aggregation_verdict(lowest: float, chance: float, reliability: float) -> tuple[Verdict, str]:
    if lowest <= 0:
        return "closed", "It cannot be told that sites differ at all"
    if chance >= HIGHEST_P:
        return "closed", "People of one site agree no more than people of different sites"
    verdict = SITE_RELIABILITY.verdict(reliability)
    words = {
        "open": "People of a site agree enough for one number to stand for it",
        "caution": "One number stands for a site only roughly",
        "closed": "What site means differ by is too much chance",
    }
    return verdict, words[verdict]


def gates_of_waves(gates: pd.DataFrame, waves: Iterable[str]) -> pd.DataFrame:
    """The gates of a survey round applied to other rounds as well.

    Gates are judged from the answers of the round that is reported on; what they say of a scale
    holds for what is shown of earlier rounds beside it.
    """
    return pd.concat([gates.assign(wave=wave) for wave in waves], ignore_index=True)


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def _number(own: pd.DataFrame, limit: Limit) -> float | None:
    whole = own[own["item"].isna() & own["n_respondents"].ge(FEWEST_RESPONDENTS).fillna(False)]
    for name in limit.statistic:
        found = whole.loc[whole["statistic"] == name, "estimate"].dropna()
        if len(found):
            return float(found.iloc[0])
    return None


def _row(
    wave: str,
    scale: str,
    gate: str,
    verdict: Verdict,
    reason: str,
    criterion: str | None = None,
    number: float | None = None,
    needs: str | None = None,
) -> dict[str, object]:
    cells = (wave, scale, gate, verdict, criterion, number, reason, needs)
    return dict(zip(COLUMNS, cells, strict=True))


def _untested(wave: str, scale: str, gate: str, reason: str, needs: str) -> dict[str, object]:
    return _row(wave, scale, gate, "untested", reason, needs=needs)


def every_gate(parts: Iterable[pd.DataFrame], scales: Iterable[str], wave: str) -> pd.DataFrame:
    """All gates of all scales, in order; one that nobody judged is untested.

    Parameters
    ----------
    parts : iterable of DataFrame
        By the contract GATES.
    scales : iterable of str
        Scales with a score.
    wave : str
        Survey round.
    """
    judged: dict[tuple[object, object], dict[str, object]] = {
        (row["scale"], row["gate"]): {str(name): cell for name, cell in row.items()}
        for part in parts
        for row in part[COLUMNS].to_dict("records")
    }
    why = "This was not tested."
    return _table(
        [
            judged.get((scale, gate)) or _untested(wave, scale, gate, why, THREE_ITEMS)
            for scale in scales
            for gate in GATE_FORBIDS
        ]
    )


# ------------------------------------------------------------------ what a closed gate forbids


def closed_gate(estimates: pd.DataFrame, gates: pd.DataFrame) -> NDArray[np.object_]:
    """The closed gate that forbids each row; empty where none does.

    Parameters
    ----------
    estimates : DataFrame
        With wave, site, group, scale, item and statistic.
    gates : DataFrame
        By the contract GATES.

    Returns
    -------
    ndarray of str
        Where several gates forbid a number, the first of the contract.
    """
    closed = gates[gates["verdict"] == "closed"]
    found = np.full(len(estimates), "", dtype=object)
    keys = pd.MultiIndex.from_frame(estimates[["wave", "scale"]].astype(object))
    for gate in reversed(list(GATE_FORBIDS)):
        own = closed.loc[closed["gate"] == gate, ["wave", "scale"]].astype(object)
        of_scale = keys.isin(list(own.itertuples(index=False, name=None)))
        for line in COMPARED:
            if line.comparison in GATE_FORBIDS[gate]:
                found[of_scale & _is_of(estimates, line)] = gate
    return found


def _is_of(estimates: pd.DataFrame, line: Compared) -> NDArray[np.bool_]:
    named = estimates["statistic"].map(lambda name: re.fullmatch(line.statistic, name) is not None)
    rows = named.to_numpy(dtype=bool) & estimates["item"].isna().to_numpy()
    for column, wanted in (("group", line.of_group), ("site", line.of_site)):
        if wanted is not None:
            rows &= estimates[column].notna().to_numpy() == wanted
    return np.asarray(rows)

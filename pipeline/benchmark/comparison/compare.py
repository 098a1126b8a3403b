"""All sites of a study compared on all its scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.comparison.bands import (
    adjust_for_many,
    reasons_without_word,
    unusualness,
    words_of,
)
from pipeline.benchmark.comparison.conditions import (
    FEWEST_SITES,
    GATE_CLOSED,
    NO_MEAN,
    NO_VARIANCE,
    RANK_UNCERTAIN,
    TOO_FEW_SITES,
)
from pipeline.benchmark.comparison.fifths import fifths_and_ranks
from pipeline.benchmark.comparison.over_dispersion import over_dispersion
from pipeline.benchmark.comparison.pairs import pair_intervals
from pipeline.benchmark.comparison.precision import sampling_variances, weighted_centre
from pipeline.benchmark.comparison.shrinkage import shrink_means

Numbers = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

SITE_COLUMNS = ("site", "scale", "n_respondents", "mean")
COMPONENT_COLUMNS = (
    "scale",
    "family",
    "variance_within",
    "variance_between",
    "gate_open",
    "may_have_words",
)
SITE_NUMBERS = (
    "pair_low",
    "pair_high",
    "reliability",
    "shrunken_mean",
    "shrunken_low",
    "shrunken_high",
    "z",
    "p_value",
    "p_adjusted",
)
RANK_NUMBERS = ("top_fifth", "bottom_fifth", "rank_low", "rank_high")
SITE_RESULT = (*SITE_COLUMNS, *SITE_NUMBERS, "band", "condition", *RANK_NUMBERS, "rank_condition")
SCALE_RESULT = (
    "scale",
    "n_sites",
    "centre",
    "variance_within",
    "variance_between",
    "q",
    "over_dispersion",
    "variance_added",
    "pair_multiplier",
    "condition",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sites compared.

    Attributes
    ----------
    sites : DataFrame
        A row a site and scale, with the columns of SITE_RESULT; scales in the order of the
        components, sites in the order of their ids.
    scales : DataFrame
        A row a scale, with the columns of SCALE_RESULT.
    """

    sites: pd.DataFrame
    scales: pd.DataFrame


def compare(
    sites: pd.DataFrame,
    components: pd.DataFrame,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> Comparison:
    r"""Compare the means of sites on every scale.

    Parameters
    ----------
    sites : DataFrame
        A row a site and scale, one basis and survey round: site, scale, n_respondents (people
        behind the mean, or as many as would make a plain mean as exact) and mean. A missing mean
        or count is a site that is not compared on this scale.
    components : DataFrame
        A row a scale: scale; family, whose words are controlled together (the section of the
        questionnaire); variance_within and variance_between, by REML; gate_open, whether sites may
        be compared; may_have_words, whether the gates that words need have been passed.
    rng : Generator
        Where draws come from; each scale has a stream of its own.
    confidence_level : float, optional
        Coverage of the intervals of shrunken means.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If a column is missing, a scale has no components, or a site or a scale is there twice.

    Notes
    -----
    The centre :math:`c` is the mean of sites weighted by
    :math:`1 / (\sigma^2 / n_i + \tau^2)` with `variance_within` and `variance_added` as printed;
    funnel, z and shrunken means are all about it. Only `q` and `over_dispersion` are about the mean
    weighted by :math:`n_i`. False discoveries are controlled over those scales of a family for
    which the site may get a word; the others have z and p, and no adjusted p.
    """
    _refuse_unusable(sites, components)
    own = sites.reset_index(drop=True).astype({"n_respondents": float, "mean": float})
    streams = rng.spawn(len(components))
    of_sites, of_scales = [], []
    for number, stream in enumerate(streams):
        parts = components.iloc[number]
        rows = own[own["scale"] == parts["scale"]].sort_values("site", ignore_index=True)
        found, scale = _compare_on_scale(rows, parts, stream, confidence_level)
        of_sites.append(found.assign(family=parts["family"]))
        of_scales.append({"scale": parts["scale"], **scale})
    table = pd.concat(of_sites, ignore_index=True)
    return Comparison(
        _with_words(table)[list(SITE_RESULT)],
        pd.DataFrame(of_scales, columns=list(SCALE_RESULT)),
    )


def _refuse_unusable(sites: pd.DataFrame, components: pd.DataFrame) -> None:
    faults = [
        f"{name} has no column '{column}'"
        for name, table, columns in (
            ("sites", sites, SITE_COLUMNS),
            ("components", components, COMPONENT_COLUMNS),
        )
        for column in columns
        if column not in table.columns
    ]
    if not faults:
        unknown = sorted(set(sites["scale"]) - set(components["scale"]))
        faults += [f"scale '{scale}' has no variance components" for scale in unknown]
        if sites.duplicated(["site", "scale"]).any():
            faults.append("a site is there twice on one scale; compare one basis and round a time")
        if not len(components):
            faults.append("components has no scale")
        if components["scale"].duplicated().any():
            faults.append("components has a scale twice")
    if faults:
        raise ValueError("; ".join(faults))


def _compare_on_scale(
    rows: pd.DataFrame, parts: pd.Series, rng: np.random.Generator, confidence_level: float
) -> tuple[pd.DataFrame, dict[str, object]]:
    """The sites of one scale, words excepted, and what they have in common."""
    compared = rows[rows["mean"].notna() & rows["n_respondents"].ge(1)]
    within, between = (_number(parts[f"variance_{name}"]) for name in ("within", "between"))
    reason = _reason_for_nothing(bool(parts["gate_open"]), within, between)
    numbers: Columns = {}
    common: dict[str, object] = {}
    if reason is None and len(compared):
        mean, n = (compared[name].to_numpy() for name in ("mean", "n_respondents"))
        numbers, common = _describe(mean, n, within, between, confidence_level)
        may_have_words = bool(parts["may_have_words"])
        numbers["condition"] = reasons_without_word(n, numbers["reliability"], may_have_words)
        numbers |= _place(mean, n, within, rng)
    scale: dict[str, object] = {
        "n_sites": len(compared),
        "variance_within": within,
        "variance_between": between,
        "condition": reason or (TOO_FEW_SITES if len(compared) < FEWEST_SITES else None),
        **common,
    }
    return _in_rows(rows, compared.index, numbers, reason), scale


def _in_rows(
    rows: pd.DataFrame, compared: pd.Index, numbers: Columns, reason: str | None
) -> pd.DataFrame:
    """What was found, beside the rows it belongs to; the others have the reason."""
    found = pd.DataFrame(numbers, index=compared).reindex(rows.index)
    found = found.reindex(columns=[*SITE_NUMBERS, *RANK_NUMBERS, "condition", "rank_condition"])
    found = found.astype({"condition": object, "rank_condition": object})
    left_out = np.ones(len(rows), dtype=bool) if reason else ~rows.index.isin(compared)
    found.loc[left_out, ["condition", "rank_condition"]] = reason or NO_MEAN
    return rows.join(found)


def _number(cell: object) -> float:
    return float(pd.to_numeric(pd.Series([cell]), errors="coerce").astype(float).iloc[0])


def _reason_for_nothing(gate_open: bool, within: float, between: float) -> str | None:
    if not gate_open:
        return GATE_CLOSED
    return None if within > 0 and between >= 0 else NO_VARIANCE


def _describe(
    mean: Numbers, n: Numbers, within: float, between: float, confidence_level: float
) -> tuple[Columns, dict[str, object]]:
    """Numbers that need no draws: of each site, and of the scale."""
    beyond = over_dispersion(mean, n, within)
    centre = weighted_centre(mean, sampling_variances(mean, n, within) + beyond.variance_added)
    unusual = unusualness(mean, n, within, beyond.variance_added)
    shrunken = shrink_means(mean, n, within, between, centre, confidence_level)
    of_sites: Columns = {
        "reliability": shrunken.reliability,
        "shrunken_mean": shrunken.mean,
        "shrunken_low": shrunken.low,
        "shrunken_high": shrunken.high,
        "z": unusual.z,
        "p_value": unusual.p_value,
    }
    of_scale: dict[str, object] = {
        "centre": centre.estimate,
        "q": beyond.q,
        "over_dispersion": beyond.phi,
        "variance_added": beyond.variance_added,
    }
    if len(mean) > 1:
        pairs = pair_intervals(mean, n, within)
        of_sites |= {"pair_low": pairs.low, "pair_high": pairs.high}
        of_scale["pair_multiplier"] = pairs.multiplier
    return of_sites, of_scale


def _place(mean: Numbers, n: Numbers, within: float, rng: np.random.Generator) -> Columns:
    """Fifths and ranks, or why there are none."""
    if len(mean) < FEWEST_SITES:
        return {"rank_condition": np.full(len(mean), TOO_FEW_SITES, dtype=object)}
    found = fifths_and_ranks(mean, n, within, rng)
    hidden = found.says_nothing
    return {
        "top_fifth": found.top_fifth,
        "bottom_fifth": found.bottom_fifth,
        "rank_low": np.where(hidden, np.nan, found.rank_low),
        "rank_high": np.where(hidden, np.nan, found.rank_high),
        "rank_condition": np.array([RANK_UNCERTAIN if cell else None for cell in hidden]),
    }


def _with_words(table: pd.DataFrame) -> pd.DataFrame:
    """The table with adjusted p and words; each site has a family of p for each set of scales."""
    adjusted = np.full(len(table), np.nan)
    may_have_word = (table["condition"].isna() & table["p_value"].notna()).to_numpy()
    families = pd.MultiIndex.from_frame(table[["site", "family"]].astype(object))
    row, scale = pd.factorize(families)[0], pd.factorize(table["scale"])[0]
    if may_have_word.any():
        wide = np.full((row.max() + 1, scale.max() + 1), np.nan)
        wide[row[may_have_word], scale[may_have_word]] = table.loc[may_have_word, "p_value"]
        adjusted = adjust_for_many(wide)[row, scale]
    worded = table.assign(p_adjusted=adjusted, band=words_of(table["z"], adjusted))
    return worded.astype(dict.fromkeys(("band", "condition", "rank_condition"), "string"))

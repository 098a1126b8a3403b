"""A number set down beforehand and what was found, as a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.instrument.hypotheses.model import Band, Criterion

MINUS = "\N{MINUS SIGN}"

NAMES = {
    "cfi": "CFI",
    "rmsea": "RMSEA",
    "bic": "BIC",
    "factor_correlation": "The correlation of factors",
    "second_order_correlation": "The correlation of the wider factors",
    "mean_factor_correlation": "The mean correlation of factors",
    "second_order_loading": "The loading on the wider factor",
    "rank_of_second_order_loading": "The place of the loading among all",
    "mean_loading": "The mean loading",
    "cross_loading": "The largest loading outside the own factor",
    "heterotrait_ratio_upper_limit": "The upper limit of the heterotrait ratio",
    "rank_of_explained_common_variance": "The place among all by common variance explained",
    "omega_hierarchical_specific": "What the scale has of its own (omega hierarchical)",
    "subscore_added_value": "What a scale tells beyond the total",
    "correlation_difference": "The difference of two correlations",
    "unique_relations": "The number of relations of its own",
    "model_is_preferred": "Whether the other model is preferred",
    "noninvariant_item": "Whether an item differs between groups",
    "sorted_home_share": "The share of people who sort an item to its scale",
}
"""Others are told by their own name."""


def name_of(criterion: Criterion) -> str:
    """What is looked at, with what it is compared with and of what it is."""
    name = NAMES.get(criterion.index, criterion.index.replace("_", " ").capitalize())
    if criterion.index in ("cfi", "rmsea", "bic") and criterion.of:
        name = f"{name} of {', '.join(criterion.of)}"
    elif 0 < len(criterion.of) <= 3:
        name = f"{name} ({', '.join(criterion.of)})"
    return f"{name} less that of {criterion.compared_with}" if criterion.compared_with else name


def wanted(band: Band) -> str:
    """The values that meet a criterion.

    Examples
    --------
    >>> wanted(Band(None, 0.85))
    '0.85 or less'
    """
    low, high = (None if end is None else number(end) for end in (band.lower, band.upper))
    if low is None:
        return f"{high} or less"
    if high is None or low == high:
        return f"{low} or more" if high is None else low
    return f"{low} to {high}"


def number(value: float) -> str:
    """A number with as many places as it needs, at most three, and a true minus sign.

    Examples
    --------
    >>> number(0.005), number(3)
    ('0.005', '3')
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS) if float(text) else "0"


def found_words(values: Sequence[float]) -> str:
    """One value, or the ends of several, with three places; places in an order have none."""
    places = 0 if all(value and float(value).is_integer() for value in values) else 3
    low, high = (f"{end:.{places}f}".replace("-", MINUS) for end in (min(values), max(values)))
    return f"is {low}" if low == high else f"runs from {low} to {high}"


def judged_sentence(criterion: Criterion, values: Sequence[float], n_met: int, is_met: bool) -> str:
    """What was found, what was wanted, and whether the one is the other."""
    rule = f"{wanted(criterion.band)} was asked for"
    if criterion.how_many is not None:
        rule = f"{wanted(criterion.how_many)} of them should be {wanted(criterion.band)}"
    elif criterion.share is not None:
        rule = f"a share of {wanted(criterion.share)} should be {wanted(criterion.band)}"
    counted = criterion.how_many is not None or criterion.share is not None
    met = f" ({n_met} of {len(values)} are)" if counted else ""
    verdict = "met" if is_met else "not met"
    if is_met and criterion.samples:
        verdict = "met here, but needs another sample"
    return f"{name_of(criterion)} {found_words(values)}; {rule}{met}: {verdict}."


def unjudged_sentence(criterion: Criterion) -> str:
    """That a criterion could not be looked at here."""
    return f"{name_of(criterion)} cannot be judged from these answers."

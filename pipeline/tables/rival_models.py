"""Rival models as rows, and whether the numbers declared beforehand prefer one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal

import pandas as pd

from pipeline.instrument.hypotheses.model import Alternatives, Criterion
from pipeline.instrument.rival_models import FittableModel
from pipeline.tables.catalogue import MODEL_ESTIMATES, RIVAL_MODELS
from pipeline.tables.criteria_in_words import judged_sentence, unjudged_sentence

Judgement = Literal["yes", "no", "not judged"]

FIT_INDICES = {
    "cfi": ("cfi_robust", "cfi_scaled", "cfi"),
    "rmsea": ("rmsea_robust", "rmsea_scaled", "rmsea"),
    "bic": ("bic",),
}
"""Statistics an index is read from; two models are compared by the first that both have."""

LOADINGS = ("standardised_loading", "pattern")


def label_estimates(rows: pd.DataFrame, **labels: str | None) -> pd.DataFrame:
    """The rows with columns such as ``wave``, ``scale`` or ``model`` filled in.

    Columns of the contract MODEL_ESTIMATES that the rows do not have are left empty.
    """
    return rows.assign(**labels).reindex(columns=MODEL_ESTIMATES.column_names)


def describe_models(
    models: Sequence[FittableModel],
    obstacles: dict[str, str | None],
    estimates: pd.DataFrame,
    wave: str,
    section: str,
    sample: str,
) -> pd.DataFrame:
    """The models of a section for one sample, by the contract RIVAL_MODELS.

    Parameters
    ----------
    models : sequence of FittableModel
        All models, also those that could not be fitted.
    obstacles : dict of str to (str or None)
        Why a model with a text was not fitted.
    estimates : DataFrame
        By the contract MODEL_ESTIMATES, of this section and sample.
    wave, section, sample : str
        What they are about.
    """
    rows = []
    for fittable in models:
        model = fittable.model
        obstacle = fittable.reason or obstacles.get(model.id)
        of_kind = "" if obstacle else fit_note(model.kind)
        preferred, verdict = (None, None) if obstacle else judge_rival(fittable, estimates)
        rows.append(
            {
                "wave": wave,
                "scale": section,
                "model": model.id,
                "title": model.title,
                "reason": model.reason,
                "use": model.use,
                "sample": sample,
                "text": fittable.text,
                "obstacle": obstacle,
                "note": " ".join(part for part in (fittable.note, of_kind) if part) or None,
                "preferred": preferred,
                "verdict": verdict,
            }
        )
    return pd.DataFrame(rows, columns=RIVAL_MODELS.column_names)


FIT_OF_ITS_OWN = {
    "exploratory_target": "Its fit is that of normal theory, so it is not set beside that of "
    "the other models.",
    "two_level": "Its fit is that of maximum likelihood in two levels, so it is not set beside "
    "that of the other models.",
}
"""Kinds of models whose indices are not those of the others."""


def fit_note(kind: str) -> str:
    """What to know before the fit of a model is read; empty where there is nothing."""
    return FIT_OF_ITS_OWN.get(kind, "")


def judge_rival(
    fittable: FittableModel, estimates: pd.DataFrame
) -> tuple[Judgement | None, str | None]:
    """Whether a rival is to be preferred, and which of its numbers were met.

    One alternative has to hold, with all of its criteria. What cannot be judged from these
    estimates, for want of a score, a second sample or an index, leaves the rival unjudged unless
    another criterion already fails. Missing for models that are never preferred.
    """
    if not fittable.model.prefer_if:
        return None, None
    return judge_alternatives(fittable.model.prefer_if, fittable, estimates)


def judge_criterion(
    criterion: Criterion, fittable: FittableModel, estimates: pd.DataFrame
) -> tuple[Judgement, str]:
    """Whether a criterion is met, and the sentence for it.

    Where several samples have to meet it, one alone can only speak against the model.
    """
    elsewhere = bool(criterion.levels or criterion.groups)
    values = None if elsewhere else _values(criterion, fittable, estimates)
    if not values:
        return "not judged", unjudged_sentence(criterion)
    values = [abs(value) for value in values] if criterion.absolute else values
    met = [criterion.band.holds(value) for value in values]
    if criterion.share is not None:
        is_met = criterion.share.holds(sum(met) / len(met))
    elif criterion.how_many is not None:
        is_met = criterion.how_many.holds(sum(met))
    else:
        is_met = all(met)
    told = judged_sentence(criterion, values, sum(met), is_met)
    if is_met and criterion.samples:
        return "not judged", told
    return ("yes" if is_met else "no"), told


def judge_alternatives(
    alternatives: Alternatives, fittable: FittableModel, estimates: pd.DataFrame
) -> tuple[Judgement, str]:
    """Whether one set of criteria is met with all of its criteria, and what was found."""
    outcomes: list[Judgement] = []
    words = []
    for alternative in alternatives:
        found = [judge_criterion(criterion, fittable, estimates) for criterion in alternative]
        met = [judgement for judgement, _ in found]
        outcomes.append("no" if "no" in met else "not judged" if "not judged" in met else "yes")
        words.append(" ".join(told for _, told in found))
    overall: Judgement = "no" if set(outcomes) == {"no"} else "not judged"
    return ("yes" if "yes" in outcomes else overall), " Or: ".join(words)


def _values(
    criterion: Criterion, fittable: FittableModel, estimates: pd.DataFrame
) -> list[float] | None:
    """What is looked at, one value each; None where it cannot be had."""
    named = criterion.of[0] if criterion.index in FIT_INDICES and criterion.of else None
    own = _of_model(estimates, named or criterion.in_model or fittable.model.id)
    if criterion.index in FIT_INDICES:
        value = _fit(criterion, own, estimates)
        return None if value is None else [value]
    if criterion.index in ("factor_correlation", "second_order_correlation"):
        return _complete(_correlation(own, a, b) for a, b in combinations(criterion.of, 2))
    if criterion.index == "mean_factor_correlation":
        value = _mean_correlation_difference(criterion, fittable, own, estimates)
        return None if value is None else [value]
    if criterion.index == "second_order_loading":
        return _complete(_second_order_loading(own, name) for name in criterion.of)
    if criterion.index == "rank_of_second_order_loading":
        return _ranks(own, criterion)
    if criterion.index == "mean_loading":
        return _complete(_mean_loading(own, name) for name in criterion.of)
    if criterion.index == "cross_loading":
        return _largest_cross_loadings(own, fittable) or None
    if criterion.index == "heterotrait_ratio_upper_limit":
        pairs = combinations(criterion.of, 2)
        return _complete(_upper_limit(estimates, first, second) for first, second in pairs)
    if criterion.index == "omega_hierarchical_specific":
        return _complete(_of_factor(own, "omega_hierarchical", name) for name in criterion.of)
    if criterion.index == "rank_of_explained_common_variance":
        return _variance_ranks(own, criterion)
    return None


def _of_model(estimates: pd.DataFrame, model: str) -> pd.DataFrame:
    return estimates[estimates["model"] == model]


def _complete(values: Iterator[float | None]) -> list[float] | None:
    found = list(values)
    return None if None in found else [value for value in found if value is not None]


def _single(rows: pd.DataFrame) -> float | None:
    found = rows["estimate"].dropna()
    return float(found.iloc[0]) if len(found) else None


def _fit(criterion: Criterion, own: pd.DataFrame, estimates: pd.DataFrame) -> float | None:
    """An index, or its difference to that of a model estimated in the same way."""
    for name in FIT_INDICES[criterion.index]:
        rows = own[own["statistic"] == name]
        value = _single(rows)
        if criterion.compared_with is None or value is None:
            if value is not None:
                return value
            continue
        other = _of_model(estimates, criterion.compared_with)
        others = other[other["statistic"] == name]
        base = _single(others)
        if base is not None and _estimator(rows) == _estimator(others):
            return value - base
    return None


def _estimator(rows: pd.DataFrame) -> str:
    """How a statistic was estimated: the method up to its first comma."""
    method = rows["method"].dropna()
    return str(method.iloc[0]).split(",")[0] if len(method) else ""


def _correlation(own: pd.DataFrame, first: str, second: str) -> float | None:
    pairs = (f"{first} with {second}", f"{second} with {first}")
    rows = own[(own["statistic"] == "factor_correlation") & own["factor"].isin(pairs)]
    return _single(rows)


def _mean_correlation(own: pd.DataFrame, factors: Sequence[str]) -> float | None:
    values = _complete(_correlation(own, a, b) for a, b in combinations(factors, 2))
    return sum(values) / len(values) if values else None


def _mean_correlation_difference(
    criterion: Criterion, fittable: FittableModel, own: pd.DataFrame, estimates: pd.DataFrame
) -> float | None:
    """Among the factors of the model, without that of wording."""
    if criterion.compared_with is None:
        return None
    other = _of_model(estimates, criterion.compared_with)
    pairs = own.loc[own["statistic"] == "factor_correlation", "factor"].dropna()
    named = dict.fromkeys(part for pair in pairs for part in str(pair).split(" with "))
    factors = [name for name in named if name in fittable.factors]
    means = _mean_correlation(own, factors), _mean_correlation(other, factors)
    return None if means[0] is None or means[1] is None else means[0] - means[1]


def _second_order_loading(own: pd.DataFrame, factor: str) -> float | None:
    rows = own[(own["statistic"] == "standardised_loading") & own["item"].isna()]
    ends = rows["factor"].str.endswith(f" with {factor}").fillna(False)
    return _single(rows[ends.astype(bool)])


def _ranks(own: pd.DataFrame, criterion: Criterion) -> list[float] | None:
    """Places of the loadings among those of `against`; 1 is the highest."""
    found = {name: _second_order_loading(own, name) for name in criterion.against}
    loadings = {name: value for name, value in found.items() if value is not None}
    if len(loadings) < len(found) or not set(criterion.of) <= set(loadings):
        return None
    order = sorted(loadings, key=lambda name: -loadings[name])
    return [float(order.index(name) + 1) for name in criterion.of]


def _upper_limit(estimates: pd.DataFrame, first: str, second: str) -> float | None:
    """Upper limit of the ratio of two scales, whatever model it is told with."""
    pairs = (f"{first} with {second}", f"{second} with {first}")
    rows = estimates[(estimates["statistic"] == "htmt") & estimates["factor"].isin(pairs)]
    found = rows["ci_high"].dropna()
    return float(found.iloc[0]) if len(found) else None


def _of_factor(own: pd.DataFrame, statistic: str, factor: str) -> float | None:
    rows = own[(own["statistic"] == statistic) & (own["factor"] == factor) & own["item"].isna()]
    return _single(rows)


def _variance_ranks(own: pd.DataFrame, criterion: Criterion) -> list[float] | None:
    """Places by common variance explained, each among those of `against`; 1 is the highest."""
    names = dict.fromkeys((*criterion.of, *criterion.against))
    found = {name: _of_factor(own, "explained_common_variance", name) for name in names}
    known = {name: value for name, value in found.items() if value is not None}
    if len(known) < len(found):
        return None
    return [
        1.0 + sum(known[other] > known[name] for other in criterion.against if other != name)
        for name in criterion.of
    ]


def _mean_loading(own: pd.DataFrame, factor: str) -> float | None:
    rows = own[own["statistic"].isin(LOADINGS) & (own["factor"] == factor) & own["item"].notna()]
    found = rows["estimate"].dropna()
    return float(found.mean()) if len(found) else None


def _largest_cross_loadings(own: pd.DataFrame, fittable: FittableModel) -> list[float]:
    """The largest loading of each item on the factor of other items, its sign left aside."""
    home = {item: name for name, items in fittable.factors.items() for item in items}
    rows = own[own["statistic"].isin(LOADINGS) & own["item"].notna()]
    rows = rows[rows["factor"].isin(list(fittable.factors))]
    outside = rows[rows["factor"] != rows["item"].map(home)]
    return [float(value) for value in outside["estimate"].abs().groupby(outside["item"]).max()]

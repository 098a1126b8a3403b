"""Whether what would prove a structure wrong was found, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import pandas as pd

from pipeline.instrument.hypotheses.model import Alternatives, Criterion, Falsifier
from pipeline.instrument.rival_models import FittableModel
from pipeline.tables.catalogue import FALSIFIERS
from pipeline.tables.rival_models import judge_alternatives

JUDGED_HERE = frozenset(
    {
        "cfi",
        "rmsea",
        "bic",
        "factor_correlation",
        "heterotrait_ratio_upper_limit",
        "omega_hierarchical_specific",
        "rank_of_explained_common_variance",
    }
)
"""Results that the models of one section tell."""


def judge_falsifiers(
    falsifiers: Sequence[Falsifier],
    preferred: FittableModel | None,
    estimates: pd.DataFrame,
    wave: str,
    section: str,
    sample: str,
) -> pd.DataFrame:
    """Each falsifier that the models tell anything about, by the contract FALSIFIERS.

    Parameters
    ----------
    falsifiers : sequence of Falsifier
        As declared.
    preferred : FittableModel or None
        The preferred model; without one nothing is judged.
    estimates : DataFrame
        By the contract MODEL_ESTIMATES, of this section and sample.
    wave, section, sample : str
        What they are about.

    Returns
    -------
    DataFrame
        A row for each pair, scale or questionnaire that a falsifier is looked at for.
    """
    if preferred is None:
        return pd.DataFrame(columns=FALSIFIERS.column_names)
    rows = []
    for falsifier in falsifiers:
        if not _is_told(falsifier, preferred):
            continue
        for about, alternatives in _cases(falsifier):
            found, words = judge_alternatives(alternatives, preferred, estimates)
            rows.append(
                {
                    "wave": wave,
                    "scale": section,
                    "falsifier": falsifier.id,
                    "about": about or None,
                    "sample": sample,
                    "statement": falsifier.statement,
                    "found": found,
                    "words": words,
                    "consequence": falsifier.consequence,
                }
            )
    return pd.DataFrame(rows, columns=FALSIFIERS.column_names)


def _is_told(falsifier: Falsifier, preferred: FittableModel) -> bool:
    """Whether a result that counts can be had from these models, and is about their factors."""
    criteria = [criterion for own in falsifier.when for criterion in own]
    named = {name for criterion in criteria for name in criterion.of} & set(preferred.factors)
    compared = any(one.compared_with == preferred.model.id for one in criteria)
    beside = {one for criterion in criteria for one in criterion.against} & set(preferred.factors)
    return any(one.index in JUDGED_HERE for one in criteria) and bool(named or compared or beside)


def _cases(falsifier: Falsifier) -> Iterator[tuple[str, Alternatives]]:
    """What a falsifier is looked at for: each pair, each scale, or everything at once."""
    if falsifier.per == "questionnaire":
        yield "", falsifier.when
        return
    names = dict.fromkeys(name for own in falsifier.when for one in own for name in one.of)
    sets = combinations(names, 2) if falsifier.per == "pair" else ((name,) for name in names)
    for chosen in sets:
        about = " with ".join(chosen)
        yield about, tuple(tuple(_of(one, chosen) for one in own) for own in falsifier.when)


def _of(criterion: Criterion, chosen: tuple[str, ...]) -> Criterion:
    return replace(criterion, of=chosen) if set(chosen) <= set(criterion.of) else criterion

"""From traits to answers: items through thresholds, special codes, counters, personal facts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from pipeline.instrument import Allocation, Facet, Instrument, Item, Question, Scale
from pipeline.simulate.lists import generators_of_lists
from pipeline.simulate.measurement import CodeRate, MeasurementModel

Floats = NDArray[np.float64]
_SHIFTS = np.linspace(-4.0, 4.0, 8001)


def shift_for_mean(thresholds: ArrayLike, mean: float, lowest: int = 1) -> float:
    r"""How far to move thresholds so that a standard normal answer has the given mean.

    Solves :math:`\text{lowest} + \sum_k \Phi(d - \tau_k) = \text{mean}` for :math:`d`, for
    options numbered in ones, to three decimals.
    """
    means = lowest + ndtr(_SHIFTS[:, None] - np.asarray(thresholds)).sum(axis=1)
    return float(np.interp(mean, means, _SHIFTS))


def draw_item_answers(
    traits: pd.DataFrame, instrument: Instrument, model: MeasurementModel, rng: np.random.Generator
) -> pd.DataFrame:
    r"""Answers to every item as stored, without missing values.

    The underlying answer of a standardised item with loading :math:`\lambda` is
    :math:`\lambda\theta + \omega w + \sqrt{1 - \lambda^2 - \omega^2}\,e`, with
    :math:`\omega w` the wording factor of negatively keyed items only. Thresholds turn it into
    an option; negatively keyed items are then turned round.
    """
    wording = rng.standard_normal(len(traits))
    chance = _chance_of_scales(model, rng)
    answers = {
        item.id: _item_answer(
            item, scale, traits[scale.id].to_numpy(), wording, model, chance[scale.id]
        )
        for scale in instrument.scales
        for item in scale.items
    }
    return pd.DataFrame(answers, index=traits.index)


def _chance_of_scales(
    model: MeasurementModel, rng: np.random.Generator
) -> Mapping[str, np.random.Generator]:
    """The generator of each scale: lists have their own, and leave that of the others."""
    return dict.fromkeys(model.icc.index, rng) | dict(generators_of_lists(model.lists, rng))


def _item_answer(
    item: Item,
    scale: Scale,
    trait: Floats,
    wording: Floats,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> Floats:
    loading = float(model.items["loading"][item.id])
    mean = float(model.items["mean"][item.id])
    on_wording = model.wording_loading if item.keyed == -1 else 0.0
    error = np.sqrt(1 - loading**2 - on_wording**2)
    underlying = loading * trait + on_wording * wording + error * rng.standard_normal(len(trait))
    cuts = np.array(model.thresholds[scale.response_scale.id])
    moved = cuts - shift_for_mean(cuts, mean, scale.response_scale.lowest)
    values = np.array(scale.response_scale.values, dtype=float)
    in_order = values if item.keyed == 1 else values[::-1]
    answers: Floats = in_order[np.searchsorted(moved, underlying)]
    return answers


def put_in_special_codes(
    answers: pd.DataFrame,
    facts: pd.DataFrame,
    instrument: Instrument,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Some answers replaced by a special code that the item offers, some by nothing at all.

    Parameters
    ----------
    answers : DataFrame
        People by items.
    facts : DataFrame
        Same index; ``group``, and the answers to the questions that rates depend on.
    """
    value_of = {code.id: float(code.value) for code in instrument.special_codes}
    replaced = {}
    chance_of = _chance_of_scales(model, rng)
    for scale in instrument.scales:
        for facet in scale.facets:
            for item in facet.items:
                column = answers[item.id].to_numpy().copy()
                chance = chance_of[scale.id].random(len(column))
                below = np.zeros(len(column))
                for code in item.special_codes:
                    above = below + _rate(model.special_codes[code], facet, facts)
                    column[(below <= chance) & (chance < above)] = value_of[code]
                    below = above
                column[chance_of[scale.id].random(len(column)) < model.skipped] = np.nan
                replaced[item.id] = column
    return pd.DataFrame(replaced, index=answers.index)


def _rate(rate: CodeRate, facet: Facet, facts: pd.DataFrame) -> Floats:
    if rate.by == "everyone":
        return np.full(len(facts), rate.rates["everyone"]["everyone"])
    if rate.by == "exposure":
        return np.asarray(facts["group"].map(rate.rates[facet.exposure]), dtype=np.float64)
    by_value = {float(value): share for value, share in rate.rates[str(rate.question)].items()}
    return np.asarray(facts[rate.question].map(by_value).fillna(0.0), dtype=np.float64)


def draw_allocation(
    allocation: Allocation, traits: pd.DataFrame, model: MeasurementModel, rng: np.random.Generator
) -> pd.DataFrame:
    """Counters shared out: multinomial around shares whose logarithms follow the traits."""
    expected = model.allocations[allocation.id]
    log_shares = np.empty((len(traits), len(allocation.parts)))
    for position, part in enumerate(allocation.parts):
        log_shares[:, position] = np.log(expected.shares[part.id])
        for scale, weight in expected.follows.get(part.id, {}).items():
            log_shares[:, position] += weight * traits[scale].to_numpy()
    shares = np.exp(log_shares)
    counters = rng.multinomial(allocation.total, shares / shares.sum(axis=1, keepdims=True))
    answers = counters.astype(float)
    answers[rng.random(len(traits)) < model.allocation_skipped] = np.nan
    return pd.DataFrame(answers, index=traits.index, columns=list(allocation.columns))


def draw_person_answers(
    question: Question,
    group: pd.Series,
    traits: pd.DataFrame,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The answers to a question about the person: one column, or a column of 1 and 0 per tick."""
    expected = model.person_questions[question.id]
    leaning = _leaning(traits, expected.follows, model.correlations, rng)
    answers = np.empty((len(group), len(question.columns)))
    for name, chances in expected.chances.items():
        of_group = (group == name).to_numpy()
        if question.kind == "single":
            answers[of_group] = _choose(chances, leaning[of_group])[:, None]
        else:
            answers[of_group] = _tick(question, chances, int(of_group.sum()), rng)
    return pd.DataFrame(answers, index=group.index, columns=list(question.columns))


def _leaning(
    traits: pd.DataFrame,
    follows: Mapping[str, float],
    correlations: pd.DataFrame,
    rng: np.random.Generator,
) -> Floats:
    """Which way a person leans: a weighted sum of traits and chance, of variance 1, as a share."""
    scales = [scale for scale in follows if scale in traits]
    weights = np.array([follows[scale] for scale in scales])
    explained = weights @ correlations.loc[scales, scales].to_numpy() @ weights
    chance = np.sqrt(1 - explained) * rng.standard_normal(len(traits))
    leaning: Floats = ndtr(traits[scales].to_numpy() @ weights + chance)
    return leaning


def _choose(chances: Mapping[int, float], leaning: Floats) -> Floats:
    values = sorted(chances)
    cumulative = np.cumsum([chances[value] for value in values])[:-1]
    return np.array(values, dtype=float)[np.searchsorted(cumulative, leaning)]


def _tick(
    question: Question, chances: Mapping[int, float], count: int, rng: np.random.Generator
) -> Floats:
    """Ticks by chance; of more ticks than are allowed, those that came about most clearly."""
    rates = np.array([chances.get(option.value, 0.0) for option in question.options])
    luck = rng.random((count, len(rates)))
    ticked = luck < rates
    if question.at_most is not None:
        doubt = np.where(ticked, luck / np.maximum(rates, np.finfo(float).tiny), np.inf)
        ticked &= doubt.argsort(axis=1).argsort(axis=1) < question.at_most
    return ticked.astype(float)

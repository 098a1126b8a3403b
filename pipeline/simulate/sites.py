"""Drawing the sites: what their site form says, and how far it and chance shift their traits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.simulate.design import Design
from pipeline.simulate.measurement import MeasurementModel


def draw_sites(
    instrument: Instrument, model: MeasurementModel, design: Design, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a site: what the design says, and an answer to each expected context question.

    Answers to single-choice questions are integers; ticks of a multiple-choice question are
    tuples of integers.
    """
    sites = pd.DataFrame(
        {
            "site": [site.site for site in design.sites],
            "label": [site.label for site in design.sites],
            "other_spellings": [site.other_spellings for site in design.sites],
            "invited": pd.array([site.invited for site in design.sites], dtype="Int64"),
            "invited_groups": [site.invited_groups for site in design.sites],
            "people": [site.people for site in design.sites],
            "platform": [site.platform for site in design.sites],
        }
    )
    for question in instrument.context_questions:
        if question.id not in model.context_questions:
            continue
        shares = model.context_questions[question.id]
        spread = spread_evenly if question.kind == "single" else _tick
        sites[question.id] = spread(shares, len(sites), rng)
    return sites


def spread_evenly(shares: Mapping[int, float], count: int, rng: np.random.Generator) -> list[int]:
    """`count` answers in random order, as close to the shares as whole numbers allow.

    Largest remainders: each answer gets the whole part of its share of `count`, and those with
    the largest fractions one more until all are given.
    """
    exact = np.array(list(shares.values())) * count
    numbers = np.floor(exact).astype(int)
    by_remainder = np.argsort(numbers - exact, kind="stable")
    numbers[by_remainder[: count - numbers.sum()]] += 1
    answers = np.repeat(list(shares), numbers)
    return [int(answer) for answer in rng.permutation(answers)]


def _tick(
    shares: Mapping[int, float], count: int, rng: np.random.Generator
) -> list[tuple[int, ...]]:
    ticks = rng.random((count, len(shares))) < np.array(list(shares.values()))
    return [tuple(value for value, tick in zip(shares, row, strict=True) if tick) for row in ticks]


def context_shifts(sites: pd.DataFrame, model: MeasurementModel) -> pd.DataFrame:
    """Shift of each trait by the site form: sites by scales, in standard deviations."""
    shifts = pd.DataFrame(0.0, index=sites.index, columns=model.correlations.columns)
    for question, effects in model.context_effects.items():
        if question not in sites:
            continue
        for scale in shifts.columns.intersection(list(effects)):
            shifts[scale] += sites[question].map(effects[scale]).fillna(0.0).astype(float)
    return shifts

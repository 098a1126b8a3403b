"""Invented questionnaires and people who answer them carefully or not."""

import numpy as np
import pandas as pd

from pipeline.ingest.screening import Items, ReflectiveScale

CATEGORIES = 5


def make_items(n_scales=6, n_items=6):
    """Scales of equal length with every third item reversed."""
    n = n_scales * n_items
    return Items(
        ids=tuple(f"qqq{number:03d}" for number in range(n)),
        keyed=tuple(-1 if column % 3 == 2 else 1 for column in range(n)),
        reflections=(CATEGORIES + 1,) * n,
        scales=tuple(
            ReflectiveScale(tuple(range(start, start + n_items)), 1, CATEGORIES)
            for start in range(0, n, n_items)
        ),
    )


def answer_carefully(items, n_people, rng, shared=0.3, loading=0.65, missing=0.05):
    """Answers from a factor a scale; `shared` is the correlation of the factors."""
    n_scales, n_items = len(items.scales), len(items.ids)
    general = rng.normal(size=(n_people, 1)) * np.sqrt(shared)
    factors = general + rng.normal(size=(n_people, n_scales)) * np.sqrt(1 - shared)
    scale_of = np.repeat(np.arange(n_scales), n_items // n_scales)
    noise = rng.normal(size=(n_people, n_items)) * np.sqrt(1 - loading**2)
    ease = rng.normal(scale=0.5, size=n_items) + 0.3
    latent = factors[:, scale_of] * loading + noise + ease
    answers = np.digitize(latent, [-1.3, -0.4, 0.4, 1.3]) + 1.0
    answers = items.turn_round(answers)
    answers[rng.random(answers.shape) < missing] = np.nan
    return answers


def answer_at_random(items, n_people, rng):
    return rng.integers(1, CATEGORIES + 1, size=(n_people, len(items.ids))).astype(float)


def answer_in_a_line(items, n_people, rng):
    one = rng.integers(1, CATEGORIES + 1, size=(n_people, 1)).astype(float)
    return np.repeat(one, len(items.ids), axis=1)


def as_frame(answers, items):
    return pd.DataFrame(answers, columns=list(items.ids))

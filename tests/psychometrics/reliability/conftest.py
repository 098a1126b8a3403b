"""Scales with what R says of them, and what cannot be estimated."""

import numpy as np
import pandas as pd
import pytest

CASES = ["lq_lead", "lq_tsig", *(f"bfi_{scale}" for scale in "ACENO")]

UNUSABLE = {
    "constant_item": lambda x: x.assign(a=3.0),
    "item_without_answers": lambda x: x.assign(a=np.nan),
    "too_few_respondents": lambda x: x.dropna().head(2),
}


@pytest.fixture(params=CASES)
def case(request, lq, bfi, reference):
    """Answers of a scale and what R says of it."""
    expected = reference("psych_reliability")[request.param]
    data = lq if request.param.startswith("lq") else bfi
    return data[expected["input"]["items"]], expected


@pytest.fixture(params=UNUSABLE)
def unusable(request, items):
    """Answers that carry no reliability, and the condition to name."""
    return UNUSABLE[request.param](items), request.param


@pytest.fixture
def ordered(rng):
    """Four items of different difficulty and number of categories, answered by 600."""
    latent = 1.2 * rng.normal(size=(600, 1)) + rng.normal(size=(600, 4))
    cuts = [[-1, 0, 1], [0.5], [-2, -1, 0, 1], [-0.5, 1.5]]
    answers = [np.digitize(latent[:, i], cut) + 1.0 for i, cut in enumerate(cuts)]
    return pd.DataFrame(dict(zip("abcd", answers, strict=True)))

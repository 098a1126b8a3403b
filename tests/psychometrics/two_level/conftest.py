"""Answers of respondents in sites with a known truth."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

LOADINGS = np.array([1.0, 0.8, 1.1, 0.9])
RESIDUALS = np.array([0.6, 0.7, 0.5, 0.8])
ITEMS = ["a", "b", "c", "d"]


def draw(
    rng: np.random.Generator,
    sizes: np.ndarray,
    icc: float = 0.15,
    residual: float = 0.0,
    between: np.ndarray = LOADINGS,
) -> pd.DataFrame:
    """Four items of one practice; `icc` of the practice, `residual` variance between sites."""
    site = np.repeat(np.arange(len(sizes)), sizes)
    person = rng.normal(size=(len(site), 1)) * LOADINGS
    person += rng.normal(size=(len(site), 4)) * np.sqrt(RESIDUALS)
    group = rng.normal(size=(len(sizes), 1)) * between * np.sqrt(icc / (1 - icc))
    group += rng.normal(size=(len(sizes), 4)) * np.sqrt(residual)
    return pd.DataFrame(3 + person + group[site], columns=ITEMS).assign(site=site)


@pytest.fixture
def sites(rng: np.random.Generator) -> pd.DataFrame:
    """Sixty sites of 4 to 30 respondents; everything differs between sites too."""
    return draw(rng, rng.integers(4, 31, 60), residual=0.08)


@pytest.fixture(scope="session")
def draw_sites() -> Callable[..., pd.DataFrame]:
    return draw

"""Answers and matrices that the tests of the rules share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics import CorrelationMatrix, pearson_correlations
from pipeline.psychometrics.polychoric import polychoric_correlations


@pytest.fixture(params=["lq", "bfi"])
def case(request, lq, bfi, reference) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Complete answers and what R says of them."""
    expected = reference("psych_factorability")[request.param]
    return (lq if request.param == "lq" else bfi)[expected["items"]].dropna(), expected


@pytest.fixture(params=["pearson", "polychoric"])
def matrix_case(request, case) -> tuple[CorrelationMatrix, dict[str, Any]]:
    """Correlations of both kinds and what R says of them."""
    answers, expected = case
    if request.param == "pearson":
        return pearson_correlations(answers), expected
    return polychoric_correlations(answers).correlation, expected["poly"]


@pytest.fixture(scope="session")
def matrix() -> Callable[..., CorrelationMatrix]:
    """A correlation matrix of given values, as if of so many respondents."""

    def make(values: np.ndarray, n: int = 1000) -> CorrelationMatrix:
        size = len(values)
        return CorrelationMatrix(
            labels=tuple(f"i{place}" for place in range(size)),
            values=np.asarray(values, dtype=float),
            pair_n=np.full((size, size), n),
            n_respondents=n,
            smallest_pair_n=n,
            method="given",
            condition=None,
            largest_change_by_smoothing=0.0,
        )

    return make


@pytest.fixture(scope="session")
def three_factors() -> np.ndarray:
    """Population correlations of fifteen items with three factors correlated .3."""
    loadings = np.kron(np.eye(3), np.array([[0.8], [0.7], [0.6], [0.7], [0.5]]))
    phi = np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    values = loadings @ phi @ loadings.T
    np.fill_diagonal(values, 1)
    return values


@pytest.fixture(scope="session")
def ordinal() -> Callable[..., pd.DataFrame]:
    """Five-point answers drawn from given correlations of what lies behind them."""

    def draw(values: np.ndarray, n: int, rng: np.random.Generator) -> pd.DataFrame:
        behind = rng.multivariate_normal(np.zeros(len(values)), values, size=n)
        cuts = [-1.5, -0.7, 0.2, 1.1]
        return pd.DataFrame(np.digitize(behind, cuts) + 1.0).rename(columns="i{}".format)

    return draw

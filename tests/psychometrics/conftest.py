"""Data and reference numbers that the tests of the statistics share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

TESTS = Path(__file__).parents[1]
REVERSED = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]


@pytest.fixture(scope="session")
def lq() -> pd.DataFrame:
    """Leadership climate in 49 companies, complete."""
    return pd.read_csv(TESTS.parent / "data/example/leadership_climate/lq2002.csv")


@pytest.fixture(scope="session")
def bfi() -> pd.DataFrame:
    """Twenty-five personality items, keyed, with missing answers."""
    answers = pd.read_csv(TESTS / "oracles/psych_bfi/bfi.csv")
    answers[REVERSED] = 7 - answers[REVERSED]
    return answers


@pytest.fixture(scope="session")
def reference() -> Callable[[str], dict[str, Any]]:
    """The cases of an oracle by its name."""

    def read(name: str) -> dict[str, Any]:
        text = (TESTS / "oracles" / name / "results.json").read_text(encoding="utf-8")
        return json.loads(text)["cases"]

    return read


@pytest.fixture(scope="session")
def exact_sample() -> Callable[..., pd.DataFrame]:
    """Answers whose sample covariance matrix is exactly the one given."""

    def draw(covariance: np.ndarray, n: int = 200) -> pd.DataFrame:
        raw = np.random.default_rng(7).normal(size=(n, len(covariance)))
        raw -= raw.mean(axis=0)
        white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
        return pd.DataFrame(white @ np.linalg.cholesky(covariance).T)

    return draw


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240517)


@pytest.fixture
def items(rng: np.random.Generator) -> pd.DataFrame:
    """Six five-point items with one factor, answered by 300, with some answers missing."""
    factor = rng.normal(size=(300, 1))
    answers = np.clip(np.round(3 + factor + rng.normal(size=(300, 6))), 1, 5)
    answers[rng.random(answers.shape) < 0.05] = np.nan
    return pd.DataFrame(answers, columns=list("abcdef"))

"""Data and reference numbers that the tests of the statistics share."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.psychometrics.data import INDEX_OF_LAVAAN, TESTS, table_of

LAVAAN = TESTS / "oracles" / "lavaan_cfa"


@pytest.fixture(scope="session")
def lq() -> pd.DataFrame:
    """Leadership climate in 49 companies, complete."""
    return table_of("lq2002.csv")


@pytest.fixture(scope="session")
def bfi() -> pd.DataFrame:
    """Twenty-five personality items, keyed, with missing answers."""
    return table_of("bfi.csv")


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
    return six_items(rng)


def six_items(rng: np.random.Generator) -> pd.DataFrame:
    """The items of the fixture of this name."""
    factor = rng.normal(size=(300, 1))
    answers = np.clip(np.round(3 + factor + rng.normal(size=(300, 6))), 1, 5)
    answers[rng.random(answers.shape) < 0.05] = np.nan
    return pd.DataFrame(answers, columns=list("abcdef"))


@pytest.fixture(scope="session")
def hs() -> pd.DataFrame:
    """Nine tests of 301 pupils in two schools."""
    return table_of("hs1939.csv")


@pytest.fixture(scope="session")
def hs_ordinal() -> pd.DataFrame:
    """The same in five ordered categories."""
    return table_of("hs1939_ordinal5.csv")


@pytest.fixture(scope="session")
def data_of(hs, hs_ordinal, lq, bfi) -> Callable[[str], pd.DataFrame]:
    """The answers that a case was computed from."""
    answers = {"hs_ordinal": hs_ordinal, "hs": hs, "lq": lq, "bfi": bfi}

    def find(case: str) -> pd.DataFrame:
        return next(data for name, data in answers.items() if name in case)

    return find


@pytest.fixture(scope="session")
def lavaan() -> dict[str, Any]:
    """Cases of single models by their names."""
    return json.loads((LAVAAN / "single.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def lavaan_ladders() -> dict[str, Any]:
    """Cases of invariance by their names."""
    return json.loads((LAVAAN / "invariance.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def assert_fit() -> Callable[..., None]:
    """Hold all indices of fit against lavaan's."""

    def check(fit: Any, expected: dict[str, float], leave_out: tuple[str, ...] = ()) -> None:
        compared = [name for name in INDEX_OF_LAVAAN if name in expected and name not in leave_out]
        assert len(compared) >= 10
        found = {name: getattr(fit, INDEX_OF_LAVAAN[name]) for name in compared}
        want = {name: expected[name] for name in compared}
        assert found == pytest.approx(want, rel=1e-5, abs=1e-5)

    return check


@pytest.fixture(scope="session")
def assert_parameters() -> Callable[..., None]:
    """Hold estimates and standard errors against lavaan's, every one of them."""

    def check(solution: Any, expected: list[list[Any]], estimate: float, error: float) -> None:
        own = {}
        for row in solution.parameters().itertuples():
            group = solution.groups.index(row.group) + 1
            own[row.left, row.operator, row.right, group] = row
            if row.operator == "~~":
                own[row.right, row.operator, row.left, group] = row
        compared = 0
        for left, operator, right, group, value, se in expected:
            row = own.get((left, operator, right, group))
            if row is None:
                assert operator == "~~"
                assert solution.table.parameterization == "delta" or value == 0
                continue
            assert row.estimate == pytest.approx(value, abs=estimate), (left, operator, right)
            if se:
                assert row.se == pytest.approx(se, rel=error), (left, operator, right)
                compared += 1
        distinct = {row.free for row in solution.table.rows if row.free >= 0}
        assert compared >= len(distinct)
        assert np.isfinite(solution.covariance).all()

    return check

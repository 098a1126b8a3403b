"""Models of the oracle of what is read off, fitted once each."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from tests.psychometrics.data import TESTS, table_of

CASES = json.loads((TESTS / "oracles/lavaan_read_off/results.json").read_text(encoding="utf-8"))[
    "cases"
]
FITTED = [
    (name, estimator)
    for name, case in CASES.items()
    if "estimators" in case
    for estimator in case["estimators"]
]
VISUAL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def answers_of(name: str) -> pd.DataFrame:
    """Answers that a case is fitted to."""
    return table_of(CASES[name]["data"])[CASES[name]["items"]]


@cache
def fitted(name: str, estimator: str) -> ConfirmatorySolution:
    """The model of a case."""
    case = CASES[name]
    method, _, missing = estimator.partition("_")
    return cfa(
        case["model"],
        answers_of(name),
        estimator=method,
        missing=missing.lower() or "listwise",
        std_lv=case["std_lv"],
        orthogonal=case["orthogonal"],
    )


@cache
def by_school(estimator: str, parameterization: str = "delta") -> ConfirmatorySolution:
    """Three factors in two schools with equal loadings and intercepts or thresholds."""
    ordered = estimator == "WLSMV"
    table = table_of("hs1939_ordinal5.csv" if ordered else "hs1939.csv").copy()
    schools = table_of("hs1939.csv")["school"]
    table["place"] = pd.Categorical(schools, categories=["Pasteur", "Grant-White"])
    return cfa(
        VISUAL,
        table,
        estimator=estimator,
        group="place",
        group_equal=("loadings", "thresholds" if ordered else "intercepts"),
        parameterization=parameterization,
    )


def numerical_slopes(compute, solution: ConfirmatorySolution) -> np.ndarray:
    """How what is computed from a solution moves with each parameter, by differences."""
    columns = []
    for place in range(len(solution.values)):
        step = np.zeros(len(solution.values))
        step[place] = 1e-5 * max(abs(solution.values[place]), 1.0)
        ahead = compute(replace(solution, values=solution.values + step))
        behind = compute(replace(solution, values=solution.values - step))
        columns.append((np.asarray(ahead) - np.asarray(behind)) / (2 * step[place]))
    return np.array(columns).T


def key_of(left: str, operator: str, right: str) -> tuple[str, ...]:
    """A parameter however its sides are ordered."""
    sides = sorted((left, right)) if operator == "~~" else (left, right)
    return operator, *sides

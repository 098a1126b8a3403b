"""How often intervals of factor models hold the truth, and how often true models are rejected.

Factors with known loadings and correlations, many samples; each row of the table is one way of
drawing and estimating. Writes ``docs/recovery_cfa.csv``; smaller runs are among the slow tests.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.stats import multivariate_normal

from pipeline.psychometrics.confirmatory.estimate import ConfirmatorySolution, cfa

Answers = Literal["normal", "heavy_tails", "five_point"]

TABLE = Path(__file__).parents[1] / "docs" / "recovery_cfa.csv"
LOADINGS = (0.8, 0.7, 0.7, 0.6)
CORRELATIONS = np.array([[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]])
THRESHOLDS = (-1.2, -0.3, 0.5, 1.3)
TAILS = 10
"""Degrees of freedom of the multivariate t; the kurtosis of an item is 4 rather than 3."""

ICC = 0.15
MISSING = 0.15


@dataclass(frozen=True)
class Case:
    """A way of drawing answers and of estimating the model.

    ``n_factors`` with four items each, equal loadings of .7 where five-point answers are taken as
    numbers (the model is then exactly true of their covariances); ``n_sites`` of unequal size that
    share 15 % of the variance; ``is_incomplete`` with 15 % missing, depending on an item that
    everybody answered.
    """

    name: str
    estimator: Literal["WLSMV", "MLR"]
    answers: Answers
    n: int
    n_sites: int = 0
    is_incomplete: bool = False
    n_factors: int = 3
    n_replications: int = 1000

    @property
    def is_taken_as_numbers(self) -> bool:
        """Whether five-point answers are treated as continuous."""
        return self.answers == "five_point" and self.estimator == "MLR"

    @property
    def loadings(self) -> np.ndarray:
        """Of the items of each factor."""
        return np.array([0.7] * 4 if self.is_taken_as_numbers else LOADINGS)

    @property
    def correlations(self) -> np.ndarray:
        """Of the factors."""
        if self.n_factors == 3:
            return CORRELATIONS
        return np.full((self.n_factors, self.n_factors), 0.4) + 0.6 * np.eye(self.n_factors)

    @property
    def model(self) -> dict[str, list[str]]:
        """Items of each factor."""
        return {
            f"F{factor}": [f"i{4 * factor + item:02d}" for item in range(4)]
            for factor in range(self.n_factors)
        }


CASES = (
    Case("WLSMV", "WLSMV", "five_point", 300, n_replications=2000),
    Case("WLSMV", "WLSMV", "five_point", 1000, n_replications=2000),
    Case("MLR", "MLR", "normal", 300),
    Case("MLR", "MLR", "normal", 1000),
    Case("MLR, heavy tails", "MLR", "heavy_tails", 300),
    Case("MLR, heavy tails", "MLR", "heavy_tails", 1000),
    Case("MLR, five-point answers", "MLR", "five_point", 300),
    Case("MLR, five-point answers", "MLR", "five_point", 1000),
    Case("MLR, many items", "MLR", "normal", 300, n_factors=7, n_replications=500),
    Case("MLR, many items", "MLR", "normal", 1000, n_factors=7, n_replications=500),
    Case("WLSMV, many items", "WLSMV", "five_point", 300, n_factors=7, n_replications=500),
    Case("WLSMV, many items", "WLSMV", "five_point", 1000, n_factors=7, n_replications=500),
    Case("MLR in sites", "MLR", "normal", 600, n_sites=40),
    Case("MLR in sites", "MLR", "normal", 1200, n_sites=60),
    Case("MLR in sites", "MLR", "normal", 2400, n_sites=120, n_replications=500),
    Case("MLR in sites", "MLR", "normal", 4000, n_sites=200, n_replications=500),
    Case("WLSMV in sites", "WLSMV", "five_point", 600, n_sites=40),
    Case("WLSMV in sites", "WLSMV", "five_point", 1200, n_sites=60),
    Case("WLSMV in sites", "WLSMV", "five_point", 2400, n_sites=120, n_replications=500),
    Case("FIML", "MLR", "normal", 300, is_incomplete=True, n_replications=600),
    Case("FIML", "MLR", "normal", 1000, is_incomplete=True, n_replications=600),
)


def draw(case: Case, rng: np.random.Generator) -> pd.DataFrame:
    """One sample of answers, with a column of sites if there are any."""
    latent = _latent(case, rng, case.n)
    if case.n_sites:
        site = _sites(case)
        latent = np.sqrt(1 - ICC) * latent + np.sqrt(ICC) * _latent(case, rng, case.n_sites)[site]
    if case.answers == "heavy_tails":
        scale = np.sqrt((TAILS - 2) / rng.chisquare(TAILS, size=(case.n, 1)))
        latent = latent * scale
    found = np.digitize(latent, THRESHOLDS) + 1.0 if case.answers == "five_point" else latent
    items = [item for own in case.model.values() for item in own]
    table = pd.DataFrame(found, columns=items)
    if case.is_incomplete:
        table = _with_gaps(table, rng)
    return table.assign(site=_sites(case)) if case.n_sites else table


def _latent(case: Case, rng: np.random.Generator, n: int) -> np.ndarray:
    pattern = np.kron(np.eye(case.n_factors), case.loadings[:, None])
    half = np.linalg.cholesky(case.correlations).T
    factors = rng.normal(size=(n, case.n_factors)) @ half
    noise = rng.normal(size=(n, len(pattern))) * np.sqrt(1 - (pattern**2).sum(axis=1))
    return factors @ pattern.T + noise


def _sites(case: Case) -> np.ndarray:
    """Every second site is twice as large as the others."""
    weights = np.tile([1, 2], case.n_sites // 2)
    sizes = np.full(case.n_sites, case.n // weights.sum()) * weights
    sizes[-1] += case.n - sizes.sum()
    return np.repeat(np.arange(case.n_sites), sizes)


def _with_gaps(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Leave answers out, more often where the first item is high."""
    chance = MISSING * 2 / (1 + np.exp(-1.5 * table.iloc[:, 0].to_numpy()))
    gaps = rng.random(table.shape) < chance[:, None]
    gaps[:, 0] = False
    return table.mask(gaps)


def truth(case: Case) -> dict[tuple[str, str, str], float]:
    """True values of all free parameters by left, operator and right side."""
    within = float(case.loadings[0] ** 2)
    scale, mean, variance, correlations = 1.0, 0.0, 1.0, case.correlations
    if case.is_taken_as_numbers:
        mean, variance = _five_point_moments()
        shared = _five_point_covariance(within)
        scale = np.sqrt(shared / within)
        correlations = np.vectorize(lambda r: _five_point_covariance(within * r) / shared)(
            case.correlations
        )
    found: dict[tuple[str, str, str], float] = {}
    for place, (factor, items) in enumerate(case.model.items()):
        for other, name in enumerate(case.model):
            found[factor, "~~", name] = float(correlations[place, other])
        for item, loading in zip(items, case.loadings * scale, strict=True):
            found[factor, "=~", item] = float(loading)
            found[item, "~~", item] = float(variance - loading**2)
            found[item, "~1", ""] = mean
            for number, threshold in enumerate(THRESHOLDS, start=1):
                found[item, "|", f"t{number}"] = threshold
    return found


def _five_point_moments() -> tuple[float, float]:
    below = multivariate_normal.cdf(np.array(THRESHOLDS)[:, None])
    shares = np.diff(np.concatenate([[0], below, [1]]))
    values = np.arange(1, 6)
    mean = float(shares @ values)
    return mean, float(shares @ (values - mean) ** 2)


def _five_point_covariance(correlation: float) -> float:
    """Of two five-point answers with this correlation underneath."""
    both = [[1, correlation], [correlation, 1]]
    total = 0.0
    for first in THRESHOLDS:
        for second in THRESHOLDS:
            joint = multivariate_normal.cdf([first, second], cov=both)
            total += joint - multivariate_normal.cdf(first) * multivariate_normal.cdf(second)
    return float(total)


def fit(case: Case, table: pd.DataFrame) -> ConfirmatorySolution:
    """The true model, factors with variance 1."""
    return cfa(
        case.model,
        table,
        case.estimator,
        missing="fiml" if case.is_incomplete else "listwise",
        cluster="site" if case.n_sites else None,
        std_lv=True,
    )


@dataclass(frozen=True)
class Sample:
    """What one sample gave: parameters inside their intervals, and whether it was rejected."""

    inside: dict[str, float]
    is_rejected: float
    is_rejected_plain: float
    is_usable: bool


def of_sample(case: Case, known: dict[tuple[str, str, str], float], seed: list[int]) -> Sample:
    """Draw a sample, fit the model and hold it against what is known."""
    solution = fit(case, draw(case, np.random.default_rng(seed)))
    table = solution.parameters()
    table = table[table["is_free"]]
    true = np.array([known[own] for own in _keys(table)])
    inside = (table["ci_low"] < true) & (true < table["ci_high"])
    kind = table["operator"].where(table["left"] != table["right"], "variance")
    trouble = (solution.condition or "").split()
    return Sample(
        inside.groupby(kind).mean().to_dict(),
        float(solution.fit.p_value_scaled < 0.05),
        float(solution.fit.p_value < 0.05),
        "not_converged" not in trouble and "not_identified" not in trouble,
    )


def _keys(table: pd.DataFrame) -> Iterable[tuple[str, str, str]]:
    return zip(table["left"], table["operator"], table["right"], strict=True)


KINDS = {
    "=~": "loadings",
    "~~": "factor_correlations",
    "variance": "residual_variances",
    "~1": "intercepts",
    "|": "thresholds",
}


def recovered(case: Case, n_replications: int, seed: int = 20260601) -> dict[str, object]:
    """A row of the table.

    Coverage with the Monte-Carlo error of a proportion (of the mean over the parameters of a kind,
    from their spread over samples), and the share of samples in which the true model is rejected at
    5 %, by the corrected and by the plain statistic.
    """
    known = truth(case)
    samples = [of_sample(case, known, [seed, case.n, own]) for own in range(n_replications)]
    usable = [own for own in samples if own.is_usable]
    rate = float(np.mean([own.is_rejected for own in usable]))
    plain = float(np.mean([own.is_rejected_plain for own in usable]))
    row: dict[str, object] = {
        "case": case.name,
        "estimator": case.estimator,
        "answers": case.answers,
        "n_respondents": case.n,
        "n_sites": case.n_sites or "",
        "n_items": 4 * case.n_factors,
        "share_missing": MISSING if case.is_incomplete else 0,
        "n_samples": n_replications,
        "n_not_converged": n_replications - len(usable),
        "rejected": round(rate, 4),
        "rejected_mc_error": round(float(np.sqrt(0.05 * 0.95 / len(usable))), 4),
        "rejected_uncorrected": round(plain, 4) if case.estimator == "MLR" else "",
    }
    for kind, name in KINDS.items():
        found = np.array([own.inside[kind] for own in usable if kind in own.inside])
        row[f"coverage_{name}"] = round(float(found.mean()), 4) if len(found) else ""
        error = float(found.std() / np.sqrt(len(found))) if len(found) else np.nan
        row[f"mc_error_{name}"] = round(error, 4) if len(found) else ""
    return row


def _full_row(case: Case) -> dict[str, object]:
    return recovered(case, case.n_replications)


def main(
    cases: Iterable[Case] = CASES, run: Callable[[Case], dict[str, object]] = _full_row
) -> None:
    """Write the table; two processes."""
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(run, cases))
    table = pd.DataFrame(rows)
    table.to_csv(TABLE, index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()

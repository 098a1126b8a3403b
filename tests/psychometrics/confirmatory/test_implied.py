"""Implied moments and every slope of them, by a second route."""

import numpy as np
import pytest

from pipeline.psychometrics.confirmatory.implied import GroupModel
from pipeline.psychometrics.confirmatory.parameter_table import parameter_table

MODELS = {
    "correlated": "f =~ a + b + c\ng =~ d + e + h + b",
    "residual covariances": "f =~ a + b + c + d\na ~~ b\nc ~~ d",
    "second order": "f =~ a + b + c\ng =~ d + e + h\nk =~ i + j + l\ns =~ f + g + k",
    "bifactor": "s =~ a + b + c + d + e + h\nf =~ a + b + c\ng =~ d + e + h",
    "regression": "f =~ a + b + c\ng =~ d + e + h\ng ~ f\nf ~1\nf ~ NA*1",
    "observed predictor": "f =~ a + b + c\nf ~ x + z\na ~ x",
    "equal": "f =~ a + w*b + w*c\ng =~ d + w*e + h\nb ~~ v*b\nc ~~ v*c",
}


def model_and_point(name, rng):
    table = parameter_table(MODELS[name], has_means=True, std_lv=name != "equal")
    return table, GroupModel(table, 0), rng.uniform(0.3, 1.1, table.n_free)


def by_hand(table, values):
    """Sigma and mu from matrices filled entry by entry."""
    p, m = len(table.items), len(table.factors)
    size = {"lambda": (p, m), "theta": (p, p), "psi": (m, m), "beta": (m, m)}
    full = {name: np.zeros(shape) for name, shape in size.items()}
    nu, alpha = np.zeros(p), np.zeros(m)
    for row in table.rows:
        value = values[row.free] if row.free >= 0 else row.value
        if row.matrix == "nu":
            nu[row.row] = value
        elif row.matrix == "alpha":
            alpha[row.row] = value
        else:
            full[row.matrix][row.row, row.column] = value
            if row.matrix in ("theta", "psi"):
                full[row.matrix][row.column, row.row] = value
    through = full["lambda"] @ np.linalg.solve(np.eye(m) - full["beta"], np.eye(m))
    return through @ full["psi"] @ through.T + full["theta"], nu + through @ alpha


@pytest.mark.parametrize("name", MODELS)
def test_moments_are_those_of_matrices_filled_by_hand(name, rng):
    table, model, values = model_and_point(name, rng)
    moments = model.moments(values)
    covariance, mean = by_hand(table, values)
    np.testing.assert_allclose(moments.covariance, covariance, atol=1e-12)
    np.testing.assert_allclose(moments.mean, mean, atol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_products_of_two_vectors_are_the_slopes_of_the_moments(name, rng):
    table, model, values = model_and_point(name, rng)
    moments = model.moments(values)
    step = 1e-6
    for free in range(table.n_free):
        own = moments.free == free
        half = moments.left[:, own] @ moments.right[:, own].T
        high, low = values.copy(), values.copy()
        high[free] += step
        low[free] -= step
        above, below = by_hand(table, high), by_hand(table, low)
        np.testing.assert_allclose(half + half.T, (above[0] - below[0]) / (2 * step), atol=1e-7)
        np.testing.assert_allclose(
            moments.mean_slope[:, own].sum(axis=1), (above[1] - below[1]) / (2 * step), atol=1e-7
        )

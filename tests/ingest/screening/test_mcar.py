import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import chi2

from pipeline.ingest.screening import little_mcar

NAN = np.nan
CORRELATED = np.full((4, 4), 0.4) + 0.6 * np.eye(4)


def draw(n, rng):
    return rng.multivariate_normal(np.zeros(4), CORRELATED, size=n)


def lose_at_random(values, rng, share=0.15):
    return np.where(rng.random(values.shape) < share, NAN, values)


def lose_by_the_first(values, rng):
    """The other items are blank more often where the first is high."""
    lost = rng.random(values.shape) < 1 / (1 + np.exp(1.5 - 1.2 * values[:, :1]))
    lost[:, 0] = False
    return np.where(lost, NAN, values)


def test_two_items_one_with_gaps_by_the_formula():
    x = np.array([1.0, 2, 3, 4, 5, 6, 7, 9])
    y = np.array([2.0, 1, 4, 3, 6, NAN, NAN, NAN])
    found = little_mcar(pd.DataFrame({"x": x, "y": y}), tolerance=1e-13)
    slope = np.cov(x[:5], y[:5], ddof=0)[0, 1] / x[:5].var()
    mean = np.array([x.mean(), y[:5].mean() + slope * (x.mean() - x[:5].mean())])
    residual = y[:5].var() - slope**2 * x[:5].var()
    off = slope * x.var()
    covariance = np.array([[x.var(), off], [off, residual + slope**2 * x.var()]]) * 8 / 7
    both = np.array([x[:5].mean(), y[:5].mean()]) - mean
    statistic = 5 * both @ np.linalg.inv(covariance) @ both
    statistic += 3 * (x[5:].mean() - mean[0]) ** 2 / covariance[0, 0]
    assert_allclose(found.statistic, statistic, rtol=1e-8)
    assert (found.df, found.n, found.n_patterns) == (1, 8, 2)
    assert_allclose(found.p, chi2.sf(statistic, 1), rtol=1e-8)


def test_degrees_of_freedom_are_answers_of_the_patterns_less_items():
    values = draw(50, np.random.default_rng(14))
    values[:10, 0] = NAN
    values[10:20, 1:3] = NAN
    values[20] = NAN
    found = little_mcar(pd.DataFrame(values))
    assert (found.n, found.n_patterns, found.df) == (49, 3, 4 + 3 + 2 - 4)


def test_unit_and_order_do_not_matter():
    rng = np.random.default_rng(15)
    frame = pd.DataFrame(lose_at_random(draw(100, rng), rng))
    changed = (frame * [1, 2, -3, 0.1] + 5).iloc[::-1, [2, 0, 3, 1]]
    assert_allclose(little_mcar(changed).statistic, little_mcar(frame).statistic, rtol=1e-6)


def test_answers_lost_at_random_are_rejected_as_often_as_said():
    rng = np.random.default_rng(16)
    frames = (pd.DataFrame(lose_at_random(draw(200, rng), rng)) for _ in range(300))
    rejected = np.mean([little_mcar(frame, 1e-6).p < 0.05 for frame in frames])
    monte_carlo_error = np.sqrt(0.05 * 0.95 / 300)
    assert abs(rejected - 0.05) < 3 * monte_carlo_error


def test_answers_lost_by_another_answer_are_found_out():
    rng = np.random.default_rng(17)
    frames = (pd.DataFrame(lose_by_the_first(draw(200, rng), rng)) for _ in range(100))
    assert np.mean([little_mcar(frame, 1e-6).p < 0.05 for frame in frames]) > 0.9


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([[1, 2], [2, 1], [3, 5]], "one_pattern"),
        ([[1, NAN], [2, NAN], [NAN, 1], [NAN, 4]], "items_never_answered_together"),
        ([[1, NAN], [2, NAN], [3, 3]], "constant_item"),
        ([[1, 3], [2, NAN]], "too_few_people"),
        ([[1, NAN, 1], [2, NAN, 3], [3, NAN, NAN]], "item_without_answers"),
        ([[1, 1], [2, 2], [3, 3], [4, NAN]], "singular"),
    ],
)
def test_without_a_result_it_says_why(rows, reason):
    found = little_mcar(pd.DataFrame(rows, dtype=float))
    assert found.reason == reason
    assert np.isnan(found.p)


def test_nobody_is_no_trouble():
    assert little_mcar(pd.DataFrame({"a": [], "b": []}, dtype=float)).reason != ""

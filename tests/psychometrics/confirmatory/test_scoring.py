"""The search ends in a minimum, or soon where there is none."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics.confirmatory import fitting
from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.scoring import Part, minimise


class Falling:
    """One over the only parameter: ever smaller the larger it is."""

    n_free = 1

    def value(self, values):
        return float(1 / values[0]) if values[0] > 0 else np.inf

    def parts(self, values):
        (at,) = values
        return [Part(np.array([0]), np.array([-1 / at**2]), np.array([[2 / at**3]]))]


class Bowl(Falling):
    """Smallest at ten thousand, where it is a thousand."""

    def value(self, values):
        return 1000 + float((values[0] - 1e4) ** 2)

    def parts(self, values):
        return [Part(np.array([0]), 2 * (values - 1e4), np.array([[2.0]]))]


def test_a_search_that_runs_away_ends_early_and_is_no_minimum():
    found = minimise(Falling(), np.array([1.0]))
    assert not found.converged
    assert found.n_steps < 100


@pytest.mark.parametrize("gives_up", [True, False])
def test_where_nothing_is_gained_any_more_but_steps_are_long_there_is_no_minimum(gives_up):
    assert not minimise(Falling(), np.array([1e12]), gives_up=gives_up).converged


def test_a_minimum_far_away_is_found():
    found = minimise(Bowl(), np.array([1.0]))
    assert found.converged
    assert found.values == pytest.approx([1e4])


def test_steps_can_be_limited():
    assert minimise(Falling(), np.array([1.0]), gives_up=False, most_steps=7).n_steps == 7


def answers_with_an_unrelated_first_item(seed):
    """Two factors; the first item of the second one has nothing to do with it."""
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=400)
    loadings = np.array([0.7, 0.6, 0.7, 0.8, -0.02, 0.8, 0.7])
    answers = factors[:, [0, 0, 0, 0, 1, 1, 1]] * loadings + 0.6 * rng.normal(size=(400, 7))
    return pd.DataFrame(answers, columns=list("abcdxyz"))


MODEL = {"first": list("abcd"), "second": list("xyz")}


@pytest.mark.parametrize(("estimator", "seed"), [("ML", 4), ("WLSMV", 5)])
def test_an_unrelated_first_item_does_not_keep_the_search_from_the_best_model(estimator, seed):
    answers = answers_with_an_unrelated_first_item(seed)
    if estimator == "WLSMV":
        answers = answers.apply(lambda column: np.digitize(column, [-1, 0, 1]))
    by_item = cfa(MODEL, answers, estimator=estimator)
    by_variance = cfa(MODEL, answers, estimator=estimator, std_lv=True)
    assert by_item.condition is None
    assert by_item.fit.chi_square == pytest.approx(by_variance.fit.chi_square, abs=1e-5)
    loading = next(row.free for row in by_item.table.rows if row.right == "y")
    assert abs(by_item.values[loading]) > 5


def test_on_the_first_scale_alone_that_model_is_not_found(monkeypatch):
    monkeypatch.setattr(fitting, "rescaled", lambda *_: None)
    found = cfa(MODEL, answers_with_an_unrelated_first_item(4), estimator="ML")
    assert "not_converged" in found.condition


def test_of_a_group_with_equal_loadings_all_groups_are_rescaled():
    groups = [answers_with_an_unrelated_first_item(4).assign(place=place) for place in "AB"]
    answers = pd.concat(groups, ignore_index=True)
    alike = cfa(MODEL, answers, estimator="ML", group="place", group_equal=("loadings",))
    alone = cfa(MODEL, groups[0], estimator="ML", std_lv=True)
    assert alike.condition is None
    assert alike.fit.chi_square == pytest.approx(2 * alone.fit.chi_square, abs=1e-5)

"""Items that differ between groups are told in points, and means from the model that holds."""

import numpy as np
import pandas as pd

from pipeline.psychometrics.group_differences import group_differences
from pipeline.psychometrics.measurement_invariance.ladder import invariance

ITEMS = [f"i{number}" for number in range(1, 7)]
MODEL = {"F": ITEMS}


def answers(shift=0.0, mean=0.5, n=600, seed=3):
    """Two groups: in the second one item is `shift` easier, and the factor `mean` higher."""
    rng = np.random.default_rng(seed)
    group = np.repeat(["a", "b"], n)
    factor = rng.normal(size=2 * n) + mean * (group == "b")
    latent = 0.8 * factor[:, None] + 0.6 * rng.normal(size=(2 * n, len(ITEMS)))
    latent[group == "b", 0] += shift
    cut = np.digitize(latent, [-1.2, -0.3, 0.5, 1.4])
    return pd.DataFrame(cut, columns=ITEMS).assign(group=group)


def told(data, model=MODEL):
    ladder = invariance(model, data, "group", missing="listwise")
    return ladder, group_differences(ladder, model, data, "group", "listwise")


def numbers(rows, statistic):
    return rows[rows["statistic"] == statistic]


def test_alike_groups_have_means_and_nothing_is_searched():
    _, rows = told(answers())
    assert set(rows["statistic"]) == {"latent_mean"}
    own = rows.iloc[0]
    assert (own["group"], own["step"]) == ("b", "scalar")
    assert own["ci_low"] < 0.5 < own["ci_high"]
    assert own["n_respondents"] == 600


def test_an_item_that_differs_is_found_and_told_in_points():
    ladder, rows = told(answers(shift=0.9))
    assert ladder.step("scalar").verdict != "holds"
    assert set(numbers(rows, "freed_p_adjusted")["item"]) == {"i1"}
    points = numbers(rows, "unsigned_difference").set_index("item")["estimate"]
    assert list(points.index) == ["i1"]
    assert 0.4 < points["i1"] < 1.2
    assert numbers(rows, "signed_difference")["estimate"].iloc[0] > 0


def test_means_of_a_partial_model_are_not_those_that_the_item_spoils():
    _, rows = told(answers(shift=0.9))
    own = numbers(rows, "latent_mean").iloc[0]
    assert own["ci_low"] < 0.5 < own["ci_high"]
    assert own["step"] in ("scalar", "strict")


def test_a_search_among_too_many_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr("pipeline.psychometrics.group_differences.MOST_CANDIDATES", 10)
    _, rows = told(answers(shift=0.9))
    assert list(rows["condition"]) == ["too_many_candidates"]


def test_rows_have_the_columns_of_other_results():
    _, rows = told(answers())
    assert {"group", "step", "estimate", "method", "condition"} <= set(rows.columns)

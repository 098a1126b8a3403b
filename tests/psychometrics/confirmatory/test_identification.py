"""A model that cannot be estimated is refused in one sentence that says what to mend."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics.confirmatory.estimate import cfa

ITEMS = {"f": ["x1", "x2", "x3"], "g": ["x4", "x5", "x6"]}


@pytest.mark.parametrize("estimator", ["ML", "WLSMV"])
@pytest.mark.parametrize(
    ("model", "part"),
    [
        ({"f": ["x1", "x2"]}, "4 free parameters and only 3 moments"),
        ("f =~ x1 + x2 + x3\nx1 ~~ x2", "free parameters and only"),
        ("f =~ NA*x1 + x2 + x3\ng =~ x4 + x5 + x6 + x7", "f =~ x1"),
        ("f =~ x1 + x2 + x3 + x4 + x5 + x6 + x7\ng =~ x1 + x2 + x3 + x4 + x5 + x6 + x7", "changed"),
        ("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ns =~ f + g", "s =~ g"),
    ],
)
def test_an_under_identified_model_names_its_parameters(model, part, estimator, hs, hs_ordinal):
    data = hs if estimator == "ML" else hs_ordinal
    if estimator == "WLSMV" and "4 free" in part:
        part = "free parameters and only"
    with pytest.raises(ValueError, match="not identified") as caught:
        cfa(model, data, estimator=estimator)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    "model",
    [
        ITEMS,
        "f =~ x1 + x2\ng =~ x4 + x5",
        "f =~ x1 + w*x2 + w*x3\nh =~ x7 + x8",
        "f =~ x1 + x2 + x3\nf ~ x9",
    ],
)
def test_what_other_factors_identify_is_not_refused(model, hs):
    assert cfa(model, hs, estimator="ML").fit.df >= 0


def test_factors_without_covariance_need_three_items_each(hs):
    with pytest.raises(ValueError, match="not identified"):
        cfa("f =~ x1 + x2\ng =~ x4 + x5", hs, estimator="ML", orthogonal=True)


def test_items_that_determine_one_another_are_refused(hs):
    data = hs.assign(x2=hs["x1"] * 2 + 1)
    with pytest.raises(ValueError, match="determine one another"):
        cfa(ITEMS, data, estimator="ML")


def test_fewer_respondents_than_items_are_refused(hs):
    with pytest.raises(ValueError, match="5 respondents are too few for 6 items"):
        cfa(ITEMS, hs.head(5), estimator="ML")


def test_perfectly_correlated_ordered_items_are_named(hs_ordinal):
    data = hs_ordinal.assign(x2=hs_ordinal["x1"])
    with pytest.raises(ValueError, match="x1 with x2: the correlation is undefined or perfect"):
        cfa(ITEMS, data)


def test_unrelated_items_give_a_solution_that_is_said_to_be_none():
    rng = np.random.default_rng(3)
    data = pd.DataFrame(rng.normal(size=(400, 6)), columns=[f"x{place}" for place in range(1, 7)])
    solution = cfa(ITEMS, data, estimator="ML", std_lv=True)
    assert solution.fit.df == 8
    assert "not_converged" in solution.condition

"""Models side by side: what can be fitted is told in rows, what cannot in a sentence."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.rivals import ModelToFit, compare_models, hold_against

LEAD = [f"LEAD{number:02d}" for number in range(1, 7)]
HOSTIL = [f"HOSTIL{number:02d}" for number in range(1, 6)]
TEXT = f"LEAD =~ {' + '.join(LEAD)}\nHOSTIL =~ {' + '.join(HOSTIL)}"
TARGETS = {"LEAD": LEAD, "HOSTIL": HOSTIL}


def compared(lq, **models):
    return compare_models(models, lq, "listwise", "COMPID", preferred="related")


def value(rows, statistic, **where):
    found = rows[rows["statistic"] == statistic]
    for column, name in where.items():
        found = found[found[column] == name]
    return float(found["estimate"].iloc[0])


def test_a_model_gives_the_numbers_of_cfa(lq):
    found = compared(lq, related=ModelToFit(TEXT, None, TARGETS))["related"]
    fit = cfa(TEXT, lq, "WLSMV", cluster="COMPID").fit
    assert found.obstacle is None
    assert_allclose(value(found.rows, "cfi_robust"), fit.cfi_robust)
    assert_allclose(value(found.rows, "srmr"), fit.srmr)


def test_the_naive_fit_of_ordered_items_is_not_told(lq):
    rows = compared(lq, related=ModelToFit(TEXT, None, TARGETS))["related"].rows
    assert not set(rows["statistic"]) & {"cfi", "tli", "rmsea", "p_value"}


def test_what_tells_how_often_an_answer_was_given_is_left_out(lq):
    rows = compared(lq, related=ModelToFit(TEXT, None, TARGETS))["related"].rows
    assert not rows["statistic"].str.contains("threshold|intercept|mean").any()


def test_residual_correlations_are_told_of_the_preferred_model_alone(lq):
    one = ModelToFit(f"ALL =~ {' + '.join([*LEAD, *HOSTIL])}", None, {"ALL": [*LEAD, *HOSTIL]})
    found = compared(lq, related=ModelToFit(TEXT, None, TARGETS), one=one)
    n_residuals = [
        int((result.rows["statistic"] == "residual_of_correlation").sum())
        for result in found.values()
    ]
    assert n_residuals == [11 * 10 / 2, 0]


def test_targets_give_factors_by_the_names_of_the_targets(lq):
    found = compared(lq, targets=ModelToFit(None, None, TARGETS))["targets"]
    assert found.obstacle is None
    pattern = found.rows[found.rows["statistic"] == "pattern"]
    assert set(pattern["factor"]) == {"LEAD", "HOSTIL"}
    own = pattern[pattern["item"].isin(LEAD) & (pattern["factor"] == "LEAD")]
    assert (own["estimate"].abs() > 0.4).all()
    assert value(found.rows, "factor_correlation", factor="LEAD with HOSTIL") < 0


def test_a_model_that_cannot_be_fitted_has_an_obstacle_and_no_rows(lq):
    wrong = ModelToFit("LEAD =~ LEAD01 + LEAD99 + LEAD03", None, {})
    too_many = ModelToFit("F =~ LEAD01 + LEAD02", None, {})
    found = compared(lq, wrong=wrong, thin=too_many, related=ModelToFit(TEXT, None, TARGETS))
    assert "LEAD99" in found["wrong"].obstacle
    assert found["thin"].obstacle
    assert not len(found["wrong"].rows)
    assert len(found["related"].rows)


def test_limits_are_simulated_for_the_preferred_model_alone(lq):
    one = ModelToFit(f"ALL =~ {' + '.join([*LEAD, *HOSTIL])}", None, {})
    found = compare_models(
        {"related": ModelToFit(TEXT, None, TARGETS), "one": one},
        lq,
        "listwise",
        "COMPID",
        preferred="related",
        n_draws=20,
        rng=np.random.default_rng(1),
    )
    limits = [r.rows["statistic"].str.startswith("limit_").any() for r in found.values()]
    assert limits == [True, False]


def test_a_model_in_two_levels_tells_its_fit(lq):
    between = f"SITE =~ {' + '.join(HOSTIL)}"
    model = ModelToFit(f"HOSTIL =~ {' + '.join(HOSTIL)}", between, {"HOSTIL": HOSTIL})
    found = compared(lq, two=model)["two"]
    assert found.obstacle is None
    assert value(found.rows, "cfi") > 0.9


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_answers_that_carry_no_model_are_told(missing):
    rng = np.random.default_rng(1)
    answers = pd.DataFrame(rng.integers(1, 6, size=(200, 4)).astype(float), columns=list("abcd"))
    data = answers.assign(e=answers["a"], site=1.0)
    held = hold_against({"F": list("abcde")}, data, missing)
    assert held.solution is None
    assert "a with e" in held.obstacle
    assert "\n" not in held.obstacle
    assert held.to_rows().empty

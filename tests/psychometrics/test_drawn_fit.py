"""Models of ordered items without their thresholds fit exactly as they do with them."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.cutoffs import CORRECTED
from pipeline.psychometrics.drawn_fit import CorrelationModel, has_free_thresholds, indices_of

LEAD = [f"LEAD{number:02d}" for number in range(1, 7)]
HOSTIL = [f"HOSTIL{number:02d}" for number in range(1, 6)]
TWO = {"LEAD": LEAD, "HOSTIL": HOSTIL}


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
@pytest.mark.parametrize("estimator", ["WLSMV", "ULSMV"])
@pytest.mark.parametrize("std_lv", [True, False])
def test_indices_are_those_of_the_whole_model(lq, estimator, parameterization, std_lv):
    solution = cfa(TWO, lq, estimator, parameterization=parameterization, std_lv=std_lv)
    others = lq[[*LEAD, *HOSTIL]].sample(400, random_state=1)
    again = CorrelationModel(solution).fit_to(others.to_numpy(dtype=float))
    whole = cfa(TWO, others, estimator, parameterization=parameterization, std_lv=std_lv).fit
    assert_allclose(indices_of(again, CORRECTED), indices_of(whole, CORRECTED), atol=1e-6)
    assert again is not None
    assert again.df == whole.df


def test_a_residual_correlation_and_an_equality_are_kept(lq):
    text = f"LEAD =~ {' + '.join(f'same*{item}' for item in LEAD)}\nLEAD01 ~~ LEAD02"
    solution = cfa(text, lq, "WLSMV", std_lv=True)
    again = CorrelationModel(solution).fit_to(lq[LEAD].to_numpy(dtype=float))
    assert_allclose(indices_of(again, CORRECTED), indices_of(solution.fit, CORRECTED), atol=1e-6)


def test_answers_that_allow_no_solution_give_no_indices(lq):
    again = CorrelationModel(cfa(TWO, lq, "WLSMV"))
    assert again.fit_to(np.ones((50, 11))) is None
    assert np.isnan(indices_of(None, CORRECTED)).all()


def test_models_with_thresholds_held_equal_or_continuous_items_are_not_meant(lq):
    assert has_free_thresholds(cfa(TWO, lq, "WLSMV").table)
    assert not has_free_thresholds(cfa(TWO, lq, "ML").table)
    fixed = f"LEAD =~ {' + '.join(LEAD)}\nLEAD01 | 0*t1"
    assert not has_free_thresholds(cfa(fixed, lq, "WLSMV").table)


def test_a_category_that_nobody_gave_does_no_harm(lq):
    again = CorrelationModel(cfa(TWO, lq, "WLSMV"))
    fewer = pd.DataFrame(lq[[*LEAD, *HOSTIL]]).clip(upper=4)
    assert again.fit_to(fewer.to_numpy(dtype=float)) is not None

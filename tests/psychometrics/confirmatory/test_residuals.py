"""Residual correlations: as lavaan's, and what they must be."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.confirmatory.residuals import residual_correlations
from tests.psychometrics.confirmatory.read_off import CASES, FITTED, answers_of, by_school, fitted

WITH_RESIDUALS = [
    (name, estimator)
    for name, estimator in FITTED
    if "residual_correlations" in CASES[name]["estimators"][estimator]
]


@pytest.mark.parametrize(("name", "estimator"), WITH_RESIDUALS)
def test_residual_correlations_equal_lavaans(name, estimator):
    expected = CASES[name]["estimators"][estimator]["residual_correlations"]
    found = residual_correlations(fitted(name, estimator))
    order = [found.items.index(item) for item in expected["rows"]]
    assert_allclose(found.values[0][np.ix_(order, order)], expected["values"], atol=1e-4)


def test_residuals_and_what_the_model_says_make_up_the_correlations():
    own = fitted("cfa_hs_3f", "ML")
    observed = np.corrcoef(answers_of("cfa_hs_3f").to_numpy(), rowvar=False)
    residual = residual_correlations(own).values[0]
    loadings = own.objective.models[0].matrices(own.values).loadings
    implied = own.objective.models[0].moments(own.values).covariance
    deviation = np.sqrt(np.diag(implied))
    assert_allclose(observed - residual, implied / np.outer(deviation, deviation), atol=1e-12)
    assert loadings.shape == (9, 3)


def test_groups_are_kept_apart_and_ordered_items_have_ones_on_the_diagonal():
    for parameterization in ("delta", "theta"):
        found = residual_correlations(by_school("WLSMV", parameterization))
        assert found.values.shape == (2, 9, 9)
        assert_allclose(np.diagonal(found.values, axis1=1, axis2=2), 0, atol=1e-12)
        assert np.abs(found.values).max() < 0.5
    assert set(found.local_misfit()["group"]) <= {"Pasteur", "Grant-White"}


def test_local_misfit_is_sorted_and_large():
    misfit = residual_correlations(fitted("cfa_hs_3f", "ML")).local_misfit(0.15)
    sizes = misfit["residual"].abs().to_numpy()
    assert len(misfit)
    assert (sizes >= 0.15).all()
    assert (np.diff(sizes) <= 0).all()

"""The moments of a group are those of its answers."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.confirmatory.full_information import IncompleteSample
from pipeline.psychometrics.confirmatory.sample import ContinuousSample, OrderedSample

ITEMS = ["x1", "x4", "x7"]


def test_deviations_and_correlations_of_continuous_items_are_those_of_the_answers(hs):
    sample = ContinuousSample.of(hs[ITEMS].to_numpy(), None)
    assert_allclose(sample.deviations(), hs[ITEMS].std())
    assert_allclose(sample.correlations(), hs[ITEMS].corr(), atol=1e-12)


def test_deviations_of_ordered_items_are_those_of_the_numbers_of_categories(hs_ordinal):
    sample = OrderedSample.of(hs_ordinal[ITEMS], "listwise", None)
    codes = hs_ordinal[ITEMS].apply(lambda column: pd.factorize(column, sort=True)[0])
    assert_allclose(sample.deviations(), codes.std())
    assert list(sample.categories()) == ITEMS
    assert (np.diag(sample.correlations()) == 1).all()


def test_moments_of_incomplete_answers_have_no_holes(hs):
    answers = hs[ITEMS].to_numpy(copy=True)
    answers[::7, 0] = np.nan
    sample = IncompleteSample.of(answers, None)
    assert np.isfinite(sample.deviations()).all()
    assert sample.correlations()[0, 1] == pytest.approx(hs[ITEMS].corr().iloc[0, 1], abs=0.1)

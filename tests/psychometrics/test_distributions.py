"""Distributions at the edges of where they are defined."""

import pytest
from scipy import stats

from pipeline.psychometrics._distributions import (
    noncentral_chi_square_below,
    noncentrality_placing,
)


@pytest.mark.parametrize("value", [-46.5, 0.0])
def test_nothing_of_a_noncentral_chi_square_lies_below_zero(value):
    assert noncentral_chi_square_below(value, 6, 2.0) == 0.0
    assert noncentrality_placing(value, 6, 0.05) == 0.0


def test_above_zero_it_is_that_of_scipy():
    assert noncentral_chi_square_below(3.0, 6, 1.0) == pytest.approx(stats.ncx2.cdf(3.0, 6, 1.0))

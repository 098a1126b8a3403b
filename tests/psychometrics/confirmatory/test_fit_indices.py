"""What a fit shows: the indices that exist, and those that are to be reported."""

import numpy as np
import pytest

from pipeline.psychometrics.confirmatory.estimate import cfa

MODEL = {"f": ["x1", "x2", "x3"], "g": ["x4", "x5", "x6"]}


def shown(fit):
    return set(fit.to_rows()["statistic"])


@pytest.mark.parametrize("model", [MODEL, {"f": ["x1", "x2", "x3"]}])
def test_plain_maximum_likelihood_shows_nothing_of_a_correction(model, hs):
    fit = cfa(model, hs, "ML").fit
    corrected = ("scaled", "robust", "scaling_factor", "shift")
    assert [name for name in shown(fit) if name.endswith(corrected)] == []
    assert not fit.is_corrected
    assert np.isnan([fit.shift, fit.tli_scaled]).all()


def test_robust_maximum_likelihood_shows_plain_and_corrected_indices(hs):
    fit = cfa(MODEL, hs, "MLR").fit
    assert {"cfi", "cfi_scaled", "cfi_robust", "tli", "tli_scaled", "shift", "aic"} <= shown(fit)
    assert fit.shift == 0


def test_the_interval_of_an_rmsea_stands_in_its_row_and_nowhere_else(hs):
    rows = cfa(MODEL, hs, "MLR").fit.to_rows().set_index("statistic")
    with_interval = rows.index[rows["ci_low"].notna()]
    assert set(with_interval) == {"rmsea", "rmsea_scaled", "rmsea_robust"}
    assert not rows.index.str.endswith(("_low", "_high")).any()


@pytest.mark.parametrize("name", ["chi_square", "cfi", "tli", "rmsea"])
def test_the_corrected_index_is_reported_where_there_is_one(name, hs, hs_ordinal):
    plain = cfa(MODEL, hs, "ML").fit
    assert plain.reported(name) == getattr(plain, name)
    for fit in (cfa(MODEL, hs, "MLR").fit, cfa(MODEL, hs_ordinal, "WLSMV").fit):
        assert fit.reported(name) == getattr(fit, f"{name}_scaled") != getattr(fit, name)
        assert fit.reported("srmr") == fit.srmr

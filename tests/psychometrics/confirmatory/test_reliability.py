"""Reliability from a model: as semTools', as our own, slopes by differences, bifactor indices."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.reliability import (
    TOTAL,
    bifactor_indices_of,
    model_reliability,
)
from pipeline.psychometrics.reliability import categorical_omega, omega_total
from tests.psychometrics.confirmatory.read_off import (
    CASES,
    TESTS,
    by_school,
    fitted,
    numerical_slopes,
    table_of,
)

ORACLE = json.loads((TESTS / "oracles/semtools_validity/results.json").read_text("utf-8"))["cases"]
SCALES = {
    "lq": {"lead": "LEAD", "tsig": "TSIG", "host": "HOSTIL"},
    "bfi": {f"{letter}f": letter for letter in "ACENO"},
}
FILE = {"lq": "lq2002.csv", "bfi": "bfi.csv"}
NAMES = {
    "cfa": {
        "compRelSEM": "omega_observed",
        "compRelSEM_total": "omega_observed",
        "AVE": "average_variance_extracted",
    },
    "cfa_ordinal": {
        "compRelSEM_ord": "categorical_omega_observed",
        "compRelSEM_ord_modelvar": "categorical_omega_model_implied",
        "compRelSEM_latent": "latent_response_omega_observed",
        "compRelSEM_latent_modelvar": "latent_response_omega_model_implied",
        "AVE": "average_variance_extracted",
    },
}


@pytest.mark.parametrize("kind", ["cfa", "cfa_ordinal"])
@pytest.mark.parametrize("name", ["lq", "bfi"])
def test_reliabilities_and_correlations_equal_those_of_semtools(name, kind):
    own = ORACLE[name]
    model = {
        factor: [item for item in own["items"] if item.startswith(prefix)]
        for factor, prefix in SCALES[name].items()
    }
    solution = cfa(model, table_of(FILE[name]), "ML" if kind == "cfa" else "WLSMV", std_lv=True)
    found = model_reliability(solution)
    assert found.n_respondents == own["n"]
    for theirs, ours in NAMES[kind].items():
        for factor, value in own[kind][theirs].items():
            key = TOTAL if factor == "total" else factor
            assert_allclose(found.of(key, ours).estimate, value, atol=1e-4)
    correlations = own[kind]["factor_cor"]
    for i, first in enumerate(correlations["rows"]):
        for j, second in enumerate(correlations["cols"]):
            if i < j:
                pair = found.of(f"{first} with {second}", "factor_correlation")
                assert_allclose(pair.estimate, correlations["values"][i][j], atol=1e-4)
                assert pair.ci_low < pair.estimate < pair.ci_high


def test_one_factor_gives_the_omega_of_a_scale():
    items = [f"LEAD{k:02}" for k in range(1, 12)]
    table = table_of("lq2002.csv")[items]
    found = model_reliability(cfa({"f": items}, table, "MLR"))
    own = omega_total(table)
    assert_allclose(found.of("f", "omega_model_implied").estimate, own.model_implied, atol=1e-6)
    assert_allclose(found.of("f", "omega_observed").estimate, own.observed, atol=1e-6)
    assert_allclose(found.of("f", "omega_model_implied").se, own.model_implied_se, rtol=0.1)


def test_one_factor_of_ordered_items_gives_the_categorical_omega_of_a_scale():
    items = ["A1", "A2", "A3", "A4", "A5"]
    table = table_of("bfi.csv")[items]
    found = model_reliability(cfa({"f": items}, table))
    own = categorical_omega(table)
    for name in ("model_implied", "observed"):
        coefficient = found.of("f", f"categorical_omega_{name}")
        assert_allclose(coefficient.estimate, getattr(own, name), atol=1e-5)
    implied = found.of("f", "categorical_omega_model_implied")
    assert_allclose(implied.se, own.model_implied_se, rtol=0.02)
    assert_allclose(
        [implied.ci_low, implied.ci_high],
        [own.model_implied_low, own.model_implied_high],
        atol=1e-3,
    )


@pytest.mark.parametrize(
    "solution",
    [
        lambda: fitted("cfa_hs_3f", "MLR"),
        lambda: fitted("cfa_hs_second_order", "ML"),
        lambda: fitted("cfa_hs_ordinal_3f", "WLSMV"),
        lambda: by_school("ML"),
        lambda: by_school("WLSMV"),
        lambda: by_school("WLSMV", "theta"),
    ],
)
def test_errors_are_those_of_slopes_by_differences(solution):
    own = solution()

    def estimates(moved):
        return [one.estimate for one in model_reliability(moved).coefficients]

    slopes = numerical_slopes(estimates, own)
    expected = np.sqrt(np.einsum("ij,jk,ik->i", slopes, own.covariance, slopes))
    found = np.array([one.se for one in model_reliability(own).coefficients])
    known = np.isfinite(found)
    assert known.sum() >= 12
    assert_allclose(found[known], expected[known], rtol=1e-5)


def test_a_reliability_is_the_share_of_a_simulated_sum():
    rng = np.random.default_rng(1)
    n = 100_000
    factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=n)
    latent = factors[:, [0, 0, 0, 1, 1, 1]] * [0.8, 0.7, 0.6, 0.8, 0.7, 0.6]
    latent = latent + rng.normal(size=(n, 6)) * np.sqrt(1 - np.square([0.8, 0.7, 0.6] * 2))
    table = pd.DataFrame(latent, columns=list("abcdef"))
    cut = table.apply(lambda column: np.digitize(column, [-0.5, 0.5, 1.5]))
    model = {"X": list("abc"), "Y": list("def")}
    plain = model_reliability(cfa(model, table, "ML"))
    share = np.corrcoef(table[list("abc")].sum(axis=1), factors[:, 0])[0, 1] ** 2
    assert_allclose(plain.of("X", "omega_model_implied").estimate, share, atol=0.01)
    again = factors[:, [0, 0, 0]] * [0.8, 0.7, 0.6]
    again = again + rng.normal(size=(n, 3)) * np.sqrt(1 - np.square([0.8, 0.7, 0.6]))
    parallel = np.digitize(again, [-0.5, 0.5, 1.5]).sum(axis=1)
    twice = np.corrcoef(cut[list("abc")].sum(axis=1), parallel)[0, 1]
    ordered = model_reliability(cfa(model, cut))
    assert_allclose(ordered.of("X", "categorical_omega_model_implied").estimate, twice, atol=0.01)


def test_groups_are_kept_apart_and_unknown_names_refused():
    found = model_reliability(by_school("ML"))
    for group in ("Pasteur", "Grant-White"):
        assert 0.4 < found.of("visual", "omega_model_implied", group).estimate < 0.9
    assert not found.to_rows().duplicated(["factor", "statistic"]).any()
    with pytest.raises(ValueError, match="there is no 'omega'"):
        found.of("visual", "omega")


def test_bifactor_indices_of_a_second_order_model_are_those_of_its_transformation():
    own = fitted("cfa_hs_second_order", "ML")
    found = bifactor_indices_of(own, "g")
    direct = model_reliability(own)
    assert found.general.items == tuple(f"x{k}" for k in range(1, 10))
    assert found.uncontaminated_correlations == 27 / 36
    standardised = CASES["cfa_hs_second_order"]["estimators"]["ML"]["rsquare"]
    for item, uniqueness in found.uniquenesses.items():
        assert_allclose(1 - uniqueness, standardised[item], atol=1e-4)
    assert 0 < found.general.omega_hierarchical < found.general.omega < 1
    assert direct.of("g", "omega_model_implied").estimate < found.general.omega


def test_bifactor_indices_of_a_bifactor_model_use_its_loadings():
    own = fitted("cfa_lq_bifactor", "WLSMV")
    found = bifactor_indices_of(own, "g")
    total = model_reliability(own).of(TOTAL, "latent_response_omega_model_implied")
    general = model_reliability(own).of("g", "latent_response_omega_model_implied")
    assert_allclose(found.general.omega, total.estimate)
    assert_allclose(found.general.omega_hierarchical, general.estimate)
    assert found.n_respondents == own.n_respondents


def test_an_impossible_bifactor_solution_is_named():
    found = bifactor_indices_of(fitted("cfa_hs_bifactor", "ML"), "g")
    assert found.condition == "negative_residual_variance heywood_case"
    assert np.isnan(found.general.determinacy)


def test_bifactor_indices_need_uncorrelated_factors_that_exist():
    own = fitted("cfa_hs_3f", "ML")
    with pytest.raises(ValueError, match="uncorrelated factors"):
        bifactor_indices_of(own, "visual")
    with pytest.raises(ValueError, match="no factor 'g'"):
        bifactor_indices_of(own, "g")

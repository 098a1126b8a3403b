"""Every number of a fitted model equals lavaan's."""

import pytest

from pipeline.psychometrics.confirmatory.estimate import cfa

CASES = [
    ("cfa_hs_3f", "ML"),
    ("cfa_hs_3f", "MLR"),
    ("cfa_hs_3f_stdlv", "ML"),
    ("cfa_hs_3f_stdlv", "MLR"),
    ("cfa_bfi_5f", "ML"),
    ("cfa_bfi_5f", "MLR"),
    ("cfa_bfi_5f", "WLSMV"),
    ("cfa_bfi_5f", "WLSMV_pairwise"),
    ("cfa_lq_3f", "ML"),
    ("cfa_lq_3f", "MLR"),
    ("cfa_lq_3f", "WLSMV"),
    ("cfa_lq_3f", "ULSMV"),
    ("cfa_hs_ordinal_3f", "WLSMV"),
    ("cfa_hs_second_order", "ML"),
    ("cfa_hs_second_order", "MLR"),
    ("cfa_bfi_second_order", "MLR"),
    ("cfa_bfi_second_order", "WLSMV"),
    ("cfa_hs_bifactor", "ML"),
    ("cfa_lq_bifactor", "MLR"),
    ("cfa_lq_bifactor", "WLSMV"),
]


@pytest.mark.parametrize(("name", "estimator"), CASES)
def test_estimates_errors_and_fit_equal_lavaans(
    name, estimator, lavaan, data_of, assert_fit, assert_parameters
):
    case = lavaan[name]
    solution = cfa(
        case["model"],
        data_of(name),
        estimator=estimator.split("_")[0],
        missing="pairwise" if "pairwise" in estimator else "listwise",
        std_lv=case["std_lv"],
        orthogonal=case["orthogonal"],
    )
    expected = case["estimators"][estimator]
    assert_fit(solution.fit, expected["fit"])
    ordered = estimator.startswith(("WLSMV", "ULSMV"))
    assert_parameters(solution, expected["parameters"], 1e-3 if ordered else 1e-4, 1e-3)


def test_errors_and_fit_of_respondents_in_companies_equal_lavaans(
    lavaan, lq, assert_fit, assert_parameters
):
    case = lavaan["clustered_cfa_lq"]
    solution = cfa(case["model"], lq, estimator="MLR", cluster="COMPID")
    expected = case["estimators"]["MLR_clustered"]
    assert solution.n_clusters == 49
    assert_fit(solution.fit, expected["fit"])
    assert_parameters(solution, expected["parameters"], 1e-4, 1e-3)


def test_a_solution_that_cannot_be_true_is_named_as_lavaan_does(lavaan, hs):
    case = lavaan["cfa_hs_bifactor"]
    assert case["estimators"]["ML"]["admissible"] is False
    solution = cfa(case["model"], hs, estimator="ML", std_lv=True, orthogonal=True)
    assert solution.condition == "negative_residual_variance"
    assert solution.fit.condition == "negative_residual_variance"


def test_the_better_of_two_valleys_is_found(lavaan, lq):
    case = lavaan["cfa_lq_bifactor"]
    solution = cfa(case["model"], lq, std_lv=True, orthogonal=True)
    assert solution.fit.chi_square < 1930
    assert solution.condition is None

"""Every step of a ladder equals lavaan's and semTools'."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics.confirmatory.chi_square import least_squares_baseline, scaled_shifted
from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.measurement_invariance.difference import difference_test
from pipeline.psychometrics.measurement_invariance.ladder import invariance

STEPS = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
    "strict_means": ("loadings", "intercepts", "residuals", "means"),
}
ROBUST_OF_GROUPS = ("cfi.robust", "tli.robust")


def in_order_of_appearance(data: pd.DataFrame, group: str) -> pd.DataFrame:
    """Groups in lavaan's order."""
    return data.assign(**{group: pd.Categorical(data[group], data[group].dropna().unique())})


@pytest.mark.parametrize(
    ("name", "estimator", "group"),
    [
        ("invariance_hs_school_ML", "ML", "school"),
        ("invariance_hs_school_MLR", "MLR", "school"),
        ("invariance_bfi_gender_MLR", "MLR", "gender"),
    ],
)
def test_the_ladder_of_continuous_items_equals_lavaans(
    name, estimator, group, lavaan_ladders, data_of, assert_fit, assert_parameters
):
    case = lavaan_ladders[name]
    data = in_order_of_appearance(data_of(name), group)
    before = None
    for step, equal in STEPS.items():
        solution = cfa(case["model"], data, estimator=estimator, group=group, group_equal=equal)
        expected = case["steps"][step]
        assert_fit(solution.fit, expected["fit"])
        assert_parameters(solution, expected["parameters"], 1e-4, 1e-3)
        if before is not None:
            tests = expected["tests"]
            want = tests["lrt"] if estimator == "ML" else tests["lrt_satorra_bentler_2001"]
            found = difference_test(solution, before)
            assert found.df == want["df"]
            assert found.chi_square == pytest.approx(want["chisq"], rel=1e-4)
            assert found.p_value == pytest.approx(want["p"], abs=1e-4)
        before = solution


def test_the_ladder_of_wu_and_estabrook_equals_semtools(
    lavaan_ladders, bfi, assert_fit, assert_parameters
):
    case = lavaan_ladders["invariance_bfi_gender_WLSMV_wu_estabrook_2016"]
    ladder = invariance(case["model"], in_order_of_appearance(bfi, "gender"), group="gender")
    assert [step.name for step in ladder.steps] == list(case["steps"])
    for step in ladder.steps:
        expected = case["steps"][step.name]
        assert_fit(step.solution.fit, expected["fit"], leave_out=ROBUST_OF_GROUPS)
        assert_parameters(step.solution, expected["parameters"], 1e-3, 1e-3)
        if step.difference is not None:
            want = expected["tests"]["lrt_default_satorra2000"]
            assert step.difference.df == want["df"]
            assert step.difference.chi_square == pytest.approx(want["chisq"], rel=1e-4)


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        (
            "group_equal_lavaan",
            {
                "configural": (),
                "thresholds_loadings": ("loadings", "thresholds"),
                "strict": ("loadings", "thresholds", "residuals"),
            },
        ),
        ("old_metric_loadings_only", {"configural": (), "loadings": ("loadings",)}),
    ],
)
def test_equality_as_lavaan_itself_sets_it_gives_lavaans_numbers(
    name, steps, lavaan_ladders, bfi, assert_fit, assert_parameters
):
    case = lavaan_ladders[f"invariance_bfi_gender_WLSMV_{name}"]
    data = in_order_of_appearance(bfi, "gender")
    before = None
    for step, equal in steps.items():
        solution = cfa(
            case["model"], data, group="gender", group_equal=equal, parameterization="theta"
        )
        expected = case["steps"][step]
        assert_fit(solution.fit, expected["fit"], leave_out=ROBUST_OF_GROUPS)
        assert_parameters(solution, expected["parameters"], 1e-3, 1e-3)
        if before is not None:
            want = expected["tests"]["lrt_default_satorra2000"]
            found = difference_test(solution, before)
            assert (found.df, found.chi_square) == (
                want["df"],
                pytest.approx(want["chisq"], rel=1e-4),
            )
        before = solution


def test_lavaans_robust_cfi_of_groups_counts_the_baseline_more_than_once(lavaan_ladders, bfi):
    case = lavaan_ladders["invariance_bfi_gender_WLSMV_wu_estabrook_2016"]
    data = in_order_of_appearance(bfi, "gender")
    solution = cfa(case["model"], data, group="gender", parameterization="theta", std_lv=True)
    objective = solution.objective
    own = scaled_shifted(objective, solution.sandwich, solution.fit.chi_square, solution.fit.df)
    baseline = least_squares_baseline(objective)
    n = solution.n_respondents
    counted = 0.0
    for sample in objective.samples:
        variance = sample.variance[sample.n_thresholds :, sample.n_thresholds :]
        counted += (sample.n - 1) * float(np.trace(variance)) * n / sample.n
    misfit = own.for_robust - own.correction * own.df
    theirs = 1 - misfit / (baseline.for_robust - counted)
    expected = case["steps"]["configural"]["fit"]["cfi.robust"]
    assert theirs == pytest.approx(expected, abs=1e-5)
    assert counted > 2 * baseline.correction * baseline.df
    assert abs(baseline.correction * baseline.df - baseline.df) < 0.1 * baseline.df


@pytest.mark.parametrize(
    ("name", "group"),
    [("invariance_hs_school_MLR", "school"), ("invariance_bfi_gender_MLR", "gender")],
)
def test_the_other_correction_of_robust_maximum_likelihood_is_lavaans(
    name, group, lavaan_ladders, data_of
):
    case = lavaan_ladders[name]
    data = in_order_of_appearance(data_of(name), group)
    before = None
    for step, equal in STEPS.items():
        solution = cfa(case["model"], data, estimator="MLR", group=group, group_equal=equal)
        if before is not None:
            want = case["steps"][step]["tests"]["lrt_satorra_2000"]["chisq"]
            found = difference_test(solution, before, method="satorra_2000")
            assert found.chi_square == pytest.approx(want, rel=1e-3)
        before = solution

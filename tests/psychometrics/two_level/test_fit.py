"""Two-level confirmatory factor analysis."""

import time

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.two_level import two_level_cfa

MODEL = {"practice": ["a", "b", "c", "d"]}


@pytest.fixture(scope="module")
def expected(reference):
    return reference("lavaan_two_level")["lq_tsig"]


@pytest.fixture(scope="module")
def solution(lq, expected):
    items = expected["input"]["items"]
    return two_level_cfa({"fw": items}, {"fb": items}, lq, "COMPID")


def own(solution, row):
    level = "within" if row.block == 1 else "between"
    found = (p for p in solution.parameters if (p.left, p.operator, p.right) == row[:3])
    return next((p for p in found if p.level == level), None)


def test_estimates_errors_and_standardised_ones_are_those_of_lavaan(solution, expected):
    table = pd.DataFrame(expected["parameters"])
    table = table.rename(columns={"lhs": "left", "rhs": "right", "std.all": "standardised"})
    n_compared = 0
    for row in table.itertuples(index=False):
        found = own(solution, row)
        if found is None:
            assert row.op == "~1" and row.est == 0
            continue
        n_compared += 1
        assert_allclose(found.estimate, row.est, atol=1e-4)
        assert_allclose(found.se if found.is_free else 0, row.se, rtol=1e-3)
        assert_allclose(found.standardised, row.standardised, atol=1e-4)
    assert n_compared == 18


def test_fit_is_that_of_lavaan(solution, expected):
    fit, told = solution.fit, expected["fit"]
    pairs = {
        "log_likelihood": "logl",
        "aic": "aic",
        "bic": "bic",
        "sabic": "bic2",
        "n_free": "npar",
        "df": "df",
        "baseline_df": "baseline.df",
        "chi_square": "chisq",
        "cfi": "cfi",
        "tli": "tli",
        "rmsea": "rmsea",
    }
    for name, lavaan in pairs.items():
        assert_allclose(getattr(fit, name), told[lavaan], atol=1e-4, err_msg=name)
    assert_allclose(fit.baseline_chi_square, told["baseline.chisq"], atol=0.1)
    assert_allclose(list(solution.icc.values()), list(expected["icc"].values()), atol=5e-4)
    assert_allclose(solution.srmr_within, expected["srmr_within"], atol=3e-3)
    assert_allclose(solution.srmr_between, expected["srmr_between"], atol=3e-3)
    assert solution.n_respondents == expected["n"]


def test_a_negative_variance_is_named(solution):
    assert "negative_residual_variance" in solution.condition.split()


def test_a_model_that_says_nothing_fits_like_the_saturated_one(sites):
    pairs = "; ".join(
        f"{a} ~~ {b}" for a, b in ["aa", "ab", "ac", "bb", "bc", "cc", "ad", "bd", "cd", "dd"]
    )
    model = f"f =~ 0*a; f ~~ 1*f; {pairs}"
    found = two_level_cfa(model, model, sites, "site")
    assert found.fit.df == 0
    assert_allclose(found.fit.log_likelihood, found.fit.log_likelihood_saturated, rtol=1e-9)
    assert_allclose(found.within, found.saturated_within, atol=1e-4)
    assert_allclose(found.between, found.saturated_between, atol=1e-4)


def test_what_fixes_the_scale_does_not_change_the_fit(sites):
    marker = two_level_cfa(MODEL, MODEL, sites, "site")
    unit = two_level_cfa(MODEL, MODEL, sites, "site", std_lv=True)
    other = two_level_cfa({"p": list("dcba")}, {"q": list("cabd")}, sites, "site")
    for solution in (unit, other):
        assert_allclose(solution.fit.chi_square, marker.fit.chi_square, atol=1e-5)
        assert_allclose(solution.srmr_between, marker.srmr_between, atol=1e-5)
    assert_allclose(
        sorted(p.standardised for p in other.parameters if p.operator == "=~"),
        sorted(p.standardised for p in marker.parameters if p.operator == "=~"),
        atol=1e-5,
    )


def test_labels_make_parameters_equal_across_levels(sites):
    text = "f =~ a + x*b + y*c + z*d"
    tied = two_level_cfa(text, text, sites, "site")
    free = two_level_cfa(MODEL, MODEL, sites, "site")
    assert tied.fit.df == free.fit.df + 3
    assert tied.estimates("within", "=~") == tied.estimates("between", "=~")
    assert tied.fit.log_likelihood < free.fit.log_likelihood


def test_standardised_covariances_of_residuals_are_their_correlations(sites):
    text = "f =~ a + b + c + d; a ~~ b"
    found = two_level_cfa(text, MODEL, sites, "site")
    spread = found.estimates("within", "~~")
    own = next(p for p in found.parameters if (p.left, p.operator, p.right) == ("a", "~~", "b"))
    assert_allclose(own.standardised, own.estimate / np.sqrt(spread["a", "a"] * spread["b", "b"]))


def test_order_and_unit_do_not_matter(sites):
    first = two_level_cfa(MODEL, MODEL, sites, "site")
    moved = sites.sample(frac=1, random_state=1)
    moved[["a", "b", "c", "d"]] = moved[["a", "b", "c", "d"]] * 1000 - 5
    second = two_level_cfa(MODEL, MODEL, moved, "site")
    assert_allclose(second.fit.chi_square, first.fit.chi_square, rtol=1e-5)
    assert_allclose(
        [p.standardised for p in second.parameters if p.operator != "~1"],
        [p.standardised for p in first.parameters if p.operator != "~1"],
        atol=1e-5,
    )


def test_robust_errors_are_near_the_standard_ones_of_normal_answers(draw_sites, rng):
    data = draw_sites(rng, np.full(400, 8), residual=0.1)
    standard = two_level_cfa(MODEL, MODEL, data, "site")
    robust = two_level_cfa(MODEL, MODEL, data, "site", standard_errors="robust")
    ratio = np.sqrt(np.diag(robust.covariance) / np.diag(standard.covariance))
    assert_allclose(ratio, 1, atol=0.25)
    assert_allclose(robust.values, standard.values)
    assert "sandwich" in robust.method


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda data: data.assign(site="one"), "too_few_groups"),
        (lambda data: data.assign(site=range(len(data))), "no_repeated_groups"),
        (lambda data: data.assign(a=1.0), "constant_item"),
        (lambda data: data.head(0), "too_few_respondents"),
    ],
)
def test_where_nothing_can_be_estimated_the_result_says_why(sites, change, condition):
    solution = two_level_cfa(MODEL, MODEL, change(sites), "site")
    assert solution.condition == condition
    assert solution.fit is None
    assert np.isnan(solution.values).all()
    assert len(solution.to_rows()) > 10
    assert solution.to_json()
    assert str(solution)


def test_an_item_that_differs_by_chance_between_sites_is_named(draw_sites, rng):
    data = draw_sites(rng, rng.integers(5, 20, 50))
    deviation = data["a"] - data.groupby("site")["a"].transform("mean")
    solution = two_level_cfa(MODEL, MODEL, data.assign(a=deviation), "site")
    assert "between_groups_at_boundary" in solution.condition.split()
    assert solution.icc["a"] < 1e-6


def test_fewer_sites_than_parameters_are_named(draw_sites, rng):
    solution = two_level_cfa(MODEL, MODEL, draw_sites(rng, np.full(11, 30)), "site")
    assert "fewer_groups_than_parameters" in solution.condition.split()


@pytest.mark.parametrize(
    ("within", "between", "message"),
    [
        ({"f": ["a", "b"]}, {"f": ["a", "b"]}, "not identified: within: "),
        ({"f": ["a", "b", "c"]}, {"f": ["a", "b", "d"]}, "only in the model within"),
        ("f =~ a + b +", {"f": []}, r"within: (.|\n)*between: "),
        ("f =~ a + b + c; a ~ 1", "f =~ a + b + c", "means are those of clusters"),
        ("f =~ a + b + c + nothing", "f =~ a + b + c + nothing", "no column 'nothing'"),
    ],
)
def test_mistakes_in_a_model_are_told(sites, within, between, message):
    with pytest.raises(ValueError, match=message):
        two_level_cfa(within, between, sites, "site")


def test_an_unknown_kind_of_errors_is_refused(sites):
    with pytest.raises(ValueError, match="standard_errors must be one of"):
        two_level_cfa(MODEL, MODEL, sites, "site", standard_errors="best")


def test_two_items_are_enough_if_loadings_are_equal_and_given(sites):
    model = "f =~ 1*a + 1*b"
    solution = two_level_cfa(model, model, sites, "site")
    assert solution.fit.df == 0


def seconds(function):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.slow
def test_a_thousand_sites_cost_little(draw_sites, rng):
    data = draw_sites(rng, np.full(1000, 50), residual=0.05)
    assert seconds(lambda: two_level_cfa(MODEL, MODEL, data, "site")) < 0.6


@pytest.mark.slow
def test_nine_practices_cost_little(rng):
    sizes = rng.integers(10, 70, 49)
    site = np.repeat(np.arange(49), sizes)
    values = np.repeat(rng.normal(size=(len(site), 9)), 5, axis=1)
    values += 0.4 * np.repeat(rng.normal(size=(49, 9)), 5, axis=1)[site]
    values += 0.7 * rng.normal(size=values.shape)
    data = pd.DataFrame(values).add_prefix("x").assign(site=site)
    model = {f"f{k}": [f"x{5 * k + i}" for i in range(5)] for k in range(9)}
    assert seconds(lambda: two_level_cfa(model, model, data, "site")) < 6

"""Polychoric correlations of all pairs of items."""

import numpy as np
import pandas as pd
import pytest
import scipy
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.psychometrics.counts import count_answers
from pipeline.psychometrics.polychoric import polychoric_correlations
from pipeline.psychometrics.polychoric.bivariate import (
    bivariate_normal_cdf,
    bivariate_normal_density,
)
from pipeline.psychometrics.polychoric.estimate import correlations_of_codes

CUTS = ([-1.2, -0.4, 0.3, 1.4], [-0.5, 0.8], [0.2], [-2.0, -1.0, 0.0, 1.0, 2.0])


def draw(rng, correlation, n, cuts=CUTS):
    """Answers cut from normal variables with this correlation matrix."""
    latent = rng.multivariate_normal(np.zeros(len(correlation)), correlation, n)
    columns = {
        f"i{place}": np.digitize(latent[:, place], cuts[place % len(cuts)]) + 1.0
        for place in range(len(correlation))
    }
    return pd.DataFrame(columns)


def pair(first, second, **options):
    """The result for two items, and their correlation."""
    found = polychoric_correlations(pd.DataFrame({"a": first, "b": second}), **options)
    return found, found.unsmoothed[0, 1]


# ---------------------------------------------------------------- agreement with other programs


@pytest.fixture(scope="module", params=["bfi", "lq"])
def case(request, bfi, lq, reference):
    expected = reference("lavaan_polychoric")[request.param]
    answers = (bfi if request.param == "bfi" else lq)[expected["items"]]
    return polychoric_correlations(answers, missing="listwise"), expected


def test_correlations_agree_with_lavaan(case):
    found, expected = case
    assert found.n_respondents == expected["n"]
    assert_allclose(found.unsmoothed, expected["lavCor_twostep"]["values"], atol=1e-6)


def test_pairwise_correlations_agree_with_lavaan(bfi, reference):
    expected = reference("lavaan_polychoric")["bfi"]
    found = polychoric_correlations(bfi[expected["items"]])
    assert_allclose(found.unsmoothed, expected["lavCor_pairwise"]["values"], atol=1e-6)


def test_thresholds_agree_with_lavaan(case):
    found, expected = case
    own = np.concatenate(list(found.thresholds.values()))
    assert_allclose(own, expected["lavCor_thresholds"]["est"], atol=1e-8)


def test_standard_errors_agree_with_lavaan(case):
    found, expected = case
    table = expected["lavCor_cor_se"]
    place = {item: k for k, item in enumerate(found.items)}
    own = [found.se[place[i], place[j]] for i, j in zip(table["lhs"], table["rhs"], strict=True)]
    assert_allclose(own, table["se"], rtol=1e-6)


def test_correlations_agree_with_psych_and_polycor(case):
    found, expected = case
    by_psych = expected["psych_polychoric_correct0"]["rho"]["values"]
    assert_allclose(found.unsmoothed, by_psych, atol=1e-4)
    pairs = expected["polycor_pairs"]
    place = {item: k for k, item in enumerate(found.items)}
    for i, j, rho in zip(pairs["x"], pairs["y"], pairs["rho_2step"], strict=True):
        assert found.unsmoothed[place[i], place[j]] == pytest.approx(rho, abs=1e-4)


# ---------------------------------------------------------------- a second route


def by_brute_force(table):
    """The correlation by a general optimiser on rectangles of scipy's bivariate normal."""
    rows, columns = (
        scipy.special.ndtri(np.cumsum(table.sum(axis=axis))[:-1] / table.sum()) for axis in (1, 0)
    )
    limits = [np.concatenate([[-9], cuts, [9]]) for cuts in (rows, columns)]

    def loss(rho):
        normal = scipy.stats.multivariate_normal(cov=[[1, rho], [rho, 1]], abseps=1e-12)
        corners = np.array([[normal.cdf([h, k]) for k in limits[1]] for h in limits[0]])
        cells = np.diff(np.diff(corners, axis=0), axis=1)
        return -(table * np.log(np.maximum(cells, 1e-12))).sum()

    found = scipy.optimize.minimize_scalar(
        loss, bounds=(-0.9999, 0.9999), method="bounded", options={"xatol": 1e-9}
    )
    return found.x


@pytest.mark.parametrize("rho", [-0.95, -0.4, 0.0, 0.6, 0.95])
def test_a_general_optimiser_finds_the_same(rho, rng):
    answers = draw(rng, [[1, rho], [rho, 1]], 400)
    found, own = pair(answers["i0"], answers["i1"])
    table = count_answers(answers).of_pair("i0", "i1").to_numpy()
    assert own == pytest.approx(by_brute_force(table), abs=1e-5)
    assert found.condition is None


def test_two_by_two_tables_with_even_margins_have_a_closed_form():
    first = [1] * 50 + [2] * 50
    second = [1] * 35 + [2] * 15 + [1] * 15 + [2] * 35
    assert pair(first, second)[1] == pytest.approx(-np.cos(2 * np.pi * 0.35), abs=1e-9)


def test_the_bivariate_normal_is_that_of_an_integral(rng):
    for rho in (-0.999, -0.95, -0.3, 0.0, 0.5, 0.93, 0.9999):
        for h, k in [*rng.normal(scale=1.5, size=(8, 2)), (0, 0), (0, 1.0), (-0.7, 0.0)]:
            width = np.sqrt(1 - rho**2)

            def below(x, k=k, rho=rho, width=width):
                return scipy.special.ndtr((k - rho * x) / width) * np.exp(-(x**2) / 2)

            edge = [k / rho] if abs(rho) > 0.5 and -9 < k / rho < h else None
            area = scipy.integrate.quad(below, -9, h, points=edge, epsabs=1e-13, limit=400)[0]
            expected = area / np.sqrt(2 * np.pi)
            assert bivariate_normal_cdf(h, k, rho) == pytest.approx(expected, abs=1e-12)


def test_the_bivariate_normal_has_its_limits():
    assert bivariate_normal_cdf(np.inf, 0.3, 0.5) == pytest.approx(scipy.special.ndtr(0.3))
    assert bivariate_normal_cdf(-np.inf, 0.3, 0.5) == pytest.approx(0, abs=1e-15)
    assert bivariate_normal_cdf(0, 0, -0.5) == pytest.approx(1 / 6)


def test_the_density_is_the_slope_of_the_cdf_in_the_correlation():
    h, k, step = np.array([-1.0, 0.2, 2.0]), np.array([0.5, 0.4, -1.0]), 1e-6
    rise = bivariate_normal_cdf(h, k, 0.4 + step) - bivariate_normal_cdf(h, k, 0.4 - step)
    assert_allclose(bivariate_normal_density(h, k, 0.4), rise / (2 * step), rtol=1e-7)


# ---------------------------------------------------------------- invariances


@pytest.fixture
def answers(rng):
    correlation = np.full((6, 6), 0.4) + 0.6 * np.eye(6)
    table = draw(rng, correlation, 500)
    return table.mask(rng.random(table.shape) < 0.1)


def test_the_order_of_items_does_not_matter(answers):
    one = polychoric_correlations(answers)
    other = polychoric_correlations(answers.iloc[:, ::-1])
    assert_allclose(other.unsmoothed[::-1, ::-1], one.unsmoothed, atol=1e-9)
    assert_allclose(other.se[::-1, ::-1], one.se, atol=1e-9)


def test_reflecting_an_item_turns_its_correlations_and_thresholds(answers):
    one = polychoric_correlations(answers)
    other = polychoric_correlations(answers.assign(i0=10 - answers["i0"]))
    assert_allclose(other.unsmoothed[0, 1:], -one.unsmoothed[0, 1:], atol=1e-9)
    assert_allclose(other.se, one.se, atol=1e-9)
    assert_allclose(other.thresholds["i0"], -one.thresholds["i0"][::-1], atol=1e-12)


def test_names_of_categories_do_not_matter(answers):
    renamed = answers.replace({1: -7.5, 2: 0, 3: 2, 4: 99, 5: 1000, 6: 2000})
    one, other = polychoric_correlations(answers), polychoric_correlations(renamed)
    assert_array_equal(other.unsmoothed, one.unsmoothed)


def test_respondents_given_twice_change_the_standard_errors_alone(answers):
    one = polychoric_correlations(answers)
    other = polychoric_correlations(pd.concat([answers, answers]))
    assert_allclose(other.unsmoothed, one.unsmoothed, atol=1e-9)
    n = one.n_respondents
    assert_allclose(other.se * np.sqrt((2 * n - 1) / (n - 1)), one.se, atol=1e-9)


def test_counts_give_what_rows_give(answers):
    one = polychoric_correlations(answers)
    half = len(answers) // 2
    categories = {item: one.categories[item] for item in one.items}
    merged = count_answers(answers[:half], categories) + count_answers(answers[half:], categories)
    other = polychoric_correlations(merged)
    assert_array_equal(other.unsmoothed, one.unsmoothed)
    assert other.to_json() == one.to_json()


def test_the_route_for_resampling_gives_the_same(answers):
    one = polychoric_correlations(answers)
    codes = answers.fillna(0).to_numpy().astype(np.int8) - 1
    other = correlations_of_codes(codes, np.full(6, 6))
    assert_allclose(other, one.unsmoothed, atol=1e-9)


# ---------------------------------------------------------------- what stands in the way


def test_sparse_tables_and_high_correlations_are_recovered(rng):
    cuts = ([-2.5, -1.0, 1.0, 2.5], [-1.0, 0.0, 2.0, 3.0])
    for rho in (0.95, -0.99):
        answers = draw(rng, [[1, rho], [rho, 1]], 50_000, cuts)
        found, own = pair(answers["i0"], answers["i1"])
        assert abs(own - rho) < 4 * found.se[0, 1]
        assert found.n_pairs_with_empty_cells == 1


@pytest.mark.parametrize(("turned", "sign"), [([1, 2, 3], 1), ([3, 2, 1], -1)])
def test_perfect_agreement_lies_at_the_boundary(turned, sign):
    found, own = pair([1, 2, 3] * 10, turned * 10)
    assert sign * own > 0.9999
    assert found.condition == "correlation_at_boundary"
    assert found.at_boundary == (("a", "b"),)
    assert np.isnan(found.se[0, 1])


def test_two_by_two_tables_with_two_empty_cells_are_perfect():
    assert pair([1, 2] * 10, [1, 2] * 10)[1] == 1
    found, own = pair([1, 2] * 10, [2, 1] * 10)
    assert own == -1
    assert "not_positive_definite_smoothed" in found.condition


def test_a_lone_empty_cell_of_a_two_by_two_table_is_filled_as_lavaan_does():
    first, second = [1] * 10 + [2] * 30, [1] * 6 + [2] * 4 + [2] * 30
    kept = pd.DataFrame([[5.5, 4.5], [0.5, 29.5]])
    assert pair(first, second)[1] == pytest.approx(by_brute_force(kept.to_numpy()), abs=1e-5)
    left, own = pair(first, second, empty_cells="none")
    assert own > 0.9999
    assert left.condition == "correlation_at_boundary"


def test_empty_cells_of_larger_tables_are_filled_when_asked(rng):
    answers = draw(rng, [[1, 0.8], [0.8, 1]], 60)
    table = count_answers(answers).of_pair("i0", "i1").to_numpy().astype(float)
    assert (table == 0).any()
    found = polychoric_correlations(answers, empty_cells="all").unsmoothed[0, 1]
    margins = [table.sum(axis=axis) for axis in (1, 0)]
    assert found < polychoric_correlations(answers).unsmoothed[0, 1]
    assert [m.sum() for m in margins] == [60, 60]


@pytest.mark.parametrize(
    ("first", "second", "condition"),
    [
        ([1, 1, 1, 1], [1, 2, 1, 2], "constant_item"),
        ([None] * 4, [1, 2, 1, 2], "item_without_answers"),
        ([1, 2], [1, 2], "too_few_respondents"),
        ([1, 2, 1, None, None, None], [None, None, None, 1, 2, 2], "too_few_respondents"),
        ([1, 2, 1, 1, 1, 1], [None, None, 1, 2, 1, 2], "undefined_correlation"),
    ],
)
def test_pairs_without_a_correlation_say_why(first, second, condition):
    found, own = pair(np.array(first, dtype=float), np.array(second, dtype=float))
    assert np.isnan(own)
    assert found.condition == condition
    assert not found.correlation.is_defined


def test_categories_nobody_chose_are_left_out_and_named():
    first, second = [1, 2, 4, 4, 2, 1, 2], [1, 2, 4, 1, 2, 2, 4]
    found, own = pair(first, second, categories=[1, 2, 3, 4])
    assert found.condition == "empty_category"
    assert found.categories["a"] == (1.0, 2.0, 4.0)
    assert own == pair(first, second)[1]
    assert len(found.thresholds["a"]) == 2


def test_contradicting_correlations_are_smoothed_aloud(rng):
    answers = draw(rng, [[1, 0.9, 0.9], [0.9, 1, 0.9], [0.9, 0.9, 1]], 300)
    answers.loc[:99, "i2"] = np.nan
    answers.loc[100:199, "i0"] = np.nan
    answers.loc[200:, "i1"] = 6 - answers.loc[200:, "i1"]
    answers.loc[200:, "i0"] = 6 - answers.loc[200:, "i0"]
    answers.loc[200:, "i1"] = np.nan
    answers.loc[:99, "i1"] = answers.loc[:99, "i0"].clip(upper=3)
    found = polychoric_correlations(answers)
    assert "not_positive_definite_smoothed" in found.condition
    assert "not_positive_definite_smoothed" in found.correlation.condition
    assert found.correlation.largest_change_by_smoothing > 0
    assert np.linalg.eigvalsh(found.correlation.values)[0] > 0
    assert not np.array_equal(found.unsmoothed, found.correlation.values)


def test_unknown_policies_are_refused(answers):
    with pytest.raises(ValueError, match="empty_cells must be one of"):
        polychoric_correlations(answers, empty_cells="lavaan")


# ---------------------------------------------------------------- recovery


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_estimates_are_unbiased_and_intervals_cover(rho):
    """2,000 draws of 500: coverage 95 % with a Monte-Carlo error of 0.5 points."""
    rng, n_draws = np.random.default_rng(11), 2000
    estimates, errors = np.empty(n_draws), np.empty(n_draws)
    for draw_number in range(n_draws):
        answers = draw(rng, [[1, rho], [rho, 1]], 500)
        found, estimates[draw_number] = pair(answers["i0"], answers["i1"])
        errors[draw_number] = found.se[0, 1]
    monte_carlo = estimates.std() / np.sqrt(n_draws)
    assert abs(estimates.mean() - rho) < 3 * monte_carlo + 0.003
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.06)
    covered = (np.abs(estimates - rho) < 1.959964 * errors).mean()
    print(f"rho {rho}: mean {estimates.mean():.4f}, coverage {covered:.3f}")
    assert 0.93 <= covered <= 0.97


# Counts, and the sign of the boundary.
RISING = {
    "a zero in a corner": ([[34, 54], [0, 12]], 1),
    "a lone row": ([[3, 4, 5, 3], [10, 0, 0, 0], [1, 0, 0, 0]], -1),
    "a lone column": ([[7, 15], [0, 2], [0, 2], [0, 4]], 1),
    "small": ([[0, 2, 1], [0, 0, 1], [0, 0, 1]], 1),
    "flat": ([[8, 2, 3, 1], [2, 0, 0, 0]], -1),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", RISING)
def test_a_likelihood_that_rises_to_the_end_has_its_largest_value_there(case):
    """A search that stops where the slope is lost in rounding would name some value before."""
    table, sign = np.array(RISING[case][0]), RISING[case][1]
    answers = pd.DataFrame(
        np.repeat(np.argwhere(table >= 0), table.ravel(), axis=0), columns=["a", "b"]
    )
    found = polychoric_correlations(answers, empty_cells="none")
    assert sign * found.unsmoothed[0, 1] > 0.99999
    assert found.at_boundary == (("a", "b"),)
    assert "correlation_at_boundary" in found.condition
    assert "not_converged" not in found.condition


def test_with_answers_to_one_item_only_the_largest_value_is_found_as_well():
    table, a_alone, b_alone = [[8, 2, 3, 1], [2, 0, 0, 0]], [3, 2], [5, 3, 1, 1]
    rows = [
        *np.repeat(np.argwhere(np.array(table) >= 0), np.ravel(table), axis=0).astype(float),
        *[(place, np.nan) for place, n in enumerate(a_alone) for _ in range(n)],
        *[(np.nan, place) for place, n in enumerate(b_alone) for _ in range(n)],
    ]
    found = polychoric_correlations(pd.DataFrame(rows, columns=["a", "b"]))
    assert found.unsmoothed[0, 1] < -0.99999
    assert found.condition == "correlation_at_boundary"


def test_a_perfect_pair_of_two_categories_is_the_same_beside_items_with_more():
    rng = np.random.default_rng(2)
    first = pd.Series(rng.integers(0, 2, 50))
    both = pd.DataFrame({"a": first, "b": 1 - first})
    wide = both.assign(c=rng.integers(1, 6, 50))
    alone, beside = polychoric_correlations(both), polychoric_correlations(wide)
    assert alone.unsmoothed[0, 1] == beside.unsmoothed[0, 1] == -1

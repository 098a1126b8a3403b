import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

from pipeline.psychometrics.polyserial import (
    estimate,
    polyserial_correlation,
    polyserial_correlations,
)
from pipeline.psychometrics.polyserial.cells import coded, end_to_end, pair_of

FOUR_CUTS = (-1.2, -0.3, 0.6, 1.4)


def draw(rng, n, correlation, cuts):
    """An item that cuts a normal variable, and a score that correlates with that variable."""
    score, rest = rng.normal(size=(2, n))
    behind = correlation * score + np.sqrt(1 - correlation**2) * rest
    return pd.Series(np.searchsorted(cuts, behind) + 1.0), pd.Series(score)


def by_general_search(item, score):
    """The same likelihood, written out for every respondent and searched without derivatives."""
    place = pd.factorize(item, sort=True)[0]
    below = np.cumsum(np.bincount(place)) / len(place)
    cuts = np.concatenate([[-np.inf], stats.norm.ppf(below[:-1]), [np.inf]])
    z = (score - score.mean()) / score.std(ddof=0)

    def loss(correlation):
        limits = [
            (cuts[side] - correlation * z) / np.sqrt(1 - correlation**2)
            for side in (place, place + 1)
        ]
        return -np.log(stats.norm.cdf(limits[1]) - stats.norm.cdf(limits[0])).sum()

    options = {"xatol": 1e-10}
    return optimize.minimize_scalar(loss, bounds=(-0.999, 0.999), method="bounded", options=options)


@pytest.mark.parametrize("correlation", [-0.7, 0.0, 0.5, 0.95])
@pytest.mark.parametrize("cuts", [(0.4,), FOUR_CUTS, (1.8, 2.0, 2.2)], ids=["two", "five", "rare"])
def test_maximises_the_likelihood_as_a_general_search_does(rng, correlation, cuts):
    item, score = draw(rng, 400, correlation, cuts)
    found = polyserial_correlation(item, score)
    best = by_general_search(item, score)
    assert found.estimate == pytest.approx(best.x, abs=1e-7)
    assert found.condition is None


def test_holds_on_real_answers_against_a_score_with_few_values(lq):
    items = lq.filter(like="LEAD")
    score = items.sum(axis=1) - items["LEAD01"]
    best = by_general_search(items["LEAD01"], score)
    assert polyserial_correlation(items["LEAD01"], score).estimate == pytest.approx(
        best.x, abs=1e-7
    )


def test_two_categories_are_the_probit_slope_with_the_threshold_held_fixed(rng):
    item, score = draw(rng, 300, 0.6, (0.7,))
    z = (score - score.mean()) / score.std(ddof=0)
    high = (item == 2).to_numpy()
    threshold = stats.norm.ppf(1 - high.mean())

    def gradient(slope):
        signs = np.where(high, 1, -1)
        at = signs * (slope * z - threshold * np.sqrt(1 + slope**2))
        towards = signs * (z - threshold * slope / np.sqrt(1 + slope**2))
        return (stats.norm.pdf(at) / stats.norm.cdf(at) * towards).sum()

    slope = optimize.brentq(gradient, -5, 5, xtol=1e-13)
    expected = slope / np.sqrt(1 + slope**2)
    assert polyserial_correlation(item, score).estimate == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("cuts", [(0.4,), FOUR_CUTS], ids=["two", "five"])
def test_error_of_the_answers_observed_is_that_of_adding_and_taking_away_each_of_them(rng, cuts):
    item, score = draw(rng, 60, 0.6, cuts)
    copies = 400

    def with_more(row, more):
        repeats = np.full(60, copies)
        repeats[row] += more
        again = np.repeat(np.arange(60), repeats)
        one, other = item.take(again), score.take(again)
        return polyserial_correlation(
            one.reset_index(drop=True), other.reset_index(drop=True)
        ).estimate

    moved = np.array([with_more(row, 1) - with_more(row, -1) for row in range(60)])
    expected = np.sqrt(((copies * moved / 2) ** 2).sum())
    cells = end_to_end([pair_of(coded(item.to_numpy()), coded(score.to_numpy()))])
    angle = np.arcsin([polyserial_correlation(item, score).estimate])
    assert estimate.standard_errors(cells, angle)[0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("cuts", [(0.4,), FOUR_CUTS], ids=["two", "five"])
def test_standard_error_meets_that_of_the_answers_observed_in_a_large_sample(rng, cuts):
    item, score = draw(rng, 100_000, 0.6, cuts)
    found = polyserial_correlation(item, score)
    cells = end_to_end([pair_of(coded(item.to_numpy()), coded(score.to_numpy()))])
    observed = estimate.standard_errors(cells, np.arcsin([found.estimate]))[0]
    assert found.se == pytest.approx(observed, rel=0.01)


def test_with_many_categories_it_is_nearly_the_pearson_correlation_and_its_error(rng):
    item, score = draw(rng, 20_000, 0.5, np.linspace(-2.5, 2.5, 60))
    found = polyserial_correlation(item, score)
    assert found.estimate == pytest.approx(item.corr(score), abs=0.002)
    assert found.se == pytest.approx((1 - 0.5**2) / np.sqrt(20_000), rel=0.02)


def test_only_the_order_of_the_answers_and_the_unit_free_score_count(rng):
    item, score = draw(rng, 200, 0.5, FOUR_CUTS)
    one = polyserial_correlation(item, score)
    other = polyserial_correlation(item**3 + 10, 5 * score - 2)
    assert_allclose([other.estimate, other.se], [one.estimate, one.se], rtol=1e-8)
    assert_allclose(other.thresholds, one.thresholds)
    turned = polyserial_correlation(-item, score)
    assert_allclose([turned.estimate, turned.se], [-one.estimate, one.se], rtol=1e-8)
    assert (turned.ci_low, turned.ci_high) == pytest.approx((-one.ci_high, -one.ci_low))


def test_repeated_respondents_keep_the_estimate_and_shrink_the_error(rng):
    item, score = draw(rng, 150, 0.7, FOUR_CUTS)
    one = polyserial_correlation(item, score)
    four = polyserial_correlation(
        pd.concat([item] * 4, ignore_index=True), pd.concat([score] * 4, ignore_index=True)
    )
    assert four.estimate == pytest.approx(one.estimate, abs=1e-9)
    assert four.se == pytest.approx(one.se / 2, rel=1e-8)


def test_thresholds_leave_the_shares_of_the_answers_between_them(rng):
    item, score = draw(rng, 500, 0.3, FOUR_CUTS)
    found = polyserial_correlation(item, score)
    shares = item.value_counts(normalize=True).sort_index()
    assert_allclose(np.diff(stats.norm.cdf([-np.inf, *found.thresholds, np.inf])), shares)
    assert found.categories == (1, 2, 3, 4, 5)


def test_a_score_that_tells_every_answer_puts_the_correlation_at_the_boundary():
    item, score = pd.Series([1, 1, 2, 2, 3, 3]), pd.Series([1.0, 2, 3, 4, 5, 6])
    for sign in (1, -1):
        found = polyserial_correlation(item, sign * score)
        assert found.condition == "correlation_at_boundary"
        assert found.estimate == pytest.approx(sign * estimate.LARGEST_CORRELATION)
        assert np.isnan([found.se, found.ci_low, found.ci_high]).all()


def test_many_pairs_at_once_are_what_they_are_one_by_one(rng, items):
    scores = pd.DataFrame({"x": items.mean(axis=1), "y": rng.normal(size=len(items))})
    scores.loc[:20, "y"] = np.nan
    many = polyserial_correlations(items, scores)
    for i, name in enumerate(items):
        for j, score in enumerate(scores):
            one = polyserial_correlation(items[name], scores[score])
            assert_allclose(many.values[i, j], one.estimate, atol=1e-9)
            assert_allclose(many.se[i, j], one.se, rtol=1e-7)
            assert_allclose(many.ci_low[i, j], one.ci_low, atol=1e-8)
            assert many.pair_n[i, j] == one.n_respondents
    assert many.pair_n[0, 1] == (items["a"].notna() & scores["y"].notna()).sum()


def test_batches_do_not_change_the_numbers(items, monkeypatch):
    scores = items.mean(axis=1).to_frame("x")
    whole = polyserial_correlations(items, scores)
    monkeypatch.setattr(estimate, "CELLS_AT_ONCE", 100)
    assert_allclose(polyserial_correlations(items, scores).values, whole.values, atol=1e-10)


def test_same_input_gives_the_same_bytes(items):
    scores = items.mean(axis=1).to_frame("x")
    first, again = (polyserial_correlations(items, scores).to_json() for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("item", "score", "condition"),
    [
        ([np.nan] * 5, [1, 2, 3, 4, 5], "item_without_answers"),
        ([1, 2, np.nan, np.nan, 3], [1, 2, 3, 4, np.nan], "too_few_respondents"),
        ([1, 1, 1, 1, 2], [1, 2, 3, 4, np.nan], "constant_item"),
        ([1, 2, 1, 2, 1], [3, 3, 3, 3, 3], "no_variation"),
    ],
)
def test_what_has_no_correlation_says_why(item, score, condition):
    found = polyserial_correlation(pd.Series(item), pd.Series(score))
    assert found.condition == condition
    assert np.isnan([found.estimate, found.se, found.ci_low, found.ci_high]).all()


def test_misuse_is_refused():
    item, score = pd.Series([1, 2, 1]), pd.Series([0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="same rows"):
        polyserial_correlation(item, score.head(2))
    with pytest.raises(ValueError, match="same rows"):
        polyserial_correlations(item.to_frame("a"), score.head(2).to_frame("b"))
    with pytest.raises(ValueError, match="must be a Series"):
        polyserial_correlation(item.to_frame(), score)
    with pytest.raises(ValueError, match="numbers"):
        polyserial_correlation(pd.Series(["x", "y", "z"]), score)
    with pytest.raises(ValueError, match="confidence_level"):
        polyserial_correlation(item, score, confidence_level=95)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("cuts", [(0.8,), FOUR_CUTS], ids=["two", "five"])
def test_recovers_the_correlation_and_its_interval_covers_it(correlation, cuts):
    rng, n_samples = np.random.default_rng(11), 4000
    pairs = [draw(rng, 300, correlation, cuts) for _ in range(n_samples)]
    found = [polyserial_correlation(item, score) for item, score in pairs]
    values, errors = (
        np.array([getattr(one, name) for one in found]) for name in ("estimate", "se")
    )
    spread = values.std(ddof=1)
    covered = np.mean([one.ci_low <= correlation <= one.ci_high for one in found])
    bias = values.mean() - correlation
    print(
        f"correlation {correlation}, {len(cuts) + 1} categories, n = 300: bias {bias:.4f}"
        f" (Monte-Carlo error {spread / np.sqrt(n_samples):.4f}), mean SE {errors.mean():.4f} of"
        f" spread {spread:.4f}, coverage {covered:.3f} (Monte-Carlo error .003)"
    )
    assert abs(bias) < 0.005
    assert errors.mean() == pytest.approx(spread, rel=0.06)
    assert 0.93 <= covered <= 0.97

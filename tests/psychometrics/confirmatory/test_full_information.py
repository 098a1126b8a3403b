"""Means and covariances, and models of them, from answers of which some are missing."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.full_information import (
    FullInformation,
    IncompleteSample,
    full_information_tests,
    slopes_of_moments,
)
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory
from pipeline.psychometrics.confirmatory.model_text import parameters_of
from pipeline.psychometrics.confirmatory.parameter_table import parameter_table
from pipeline.psychometrics.confirmatory.sample import ContinuousSample
from pipeline.psychometrics.confirmatory.saturated import (
    MissingPatterns,
    answered_moments,
    expected_moment_information,
    first_order_information,
    halves,
    likelihood,
    moment_scores,
    observed_moment_information,
    saturated_moments,
)
from pipeline.psychometrics.confirmatory.scoring import gathered
from tests.psychometrics.data import INDEX_OF_LAVAAN

ITEMS = [f"i{number}" for number in range(6)]
TWO_FACTORS = {"f": ITEMS[:3], "g": ITEMS[3:]}
UPPER = np.triu_indices(4)


@pytest.fixture
def rows(rng):
    """Four correlated items, answered by 70; two respondents answered nothing."""
    found = rng.normal(size=(70, 4)) @ rng.normal(size=(4, 4)) + np.arange(4.0)
    found[rng.random(found.shape) < 0.25] = np.nan
    found[:, 0] = np.where(np.isnan(found).all(axis=1), 0.5, found[:, 0])
    found[[3, 40]] = np.nan
    return found


@pytest.fixture
def point(rng):
    """Means and covariances that are not the most likely ones."""
    root = rng.normal(size=(4, 4))
    return rng.normal(size=4), root @ root.T + np.eye(4)


def answers_of(rng, n=240, share_missing=0.15):
    """Six items of two correlated factors."""
    f = rng.normal(size=(n, 1))
    g = 0.5 * f + rng.normal(size=(n, 1))
    found = np.hstack([f + rng.normal(size=(n, 3)), g + rng.normal(size=(n, 3))]) + 3
    found[rng.random(found.shape) < share_missing] = np.nan
    return pd.DataFrame(found, columns=ITEMS)


def as_vector(mean, covariance):
    return np.concatenate([mean, covariance[UPPER]])


def as_moments(vector):
    covariance = np.zeros((4, 4))
    covariance[UPPER] = vector[4:]
    return covariance + np.triu(covariance, 1).T, vector[:4]


def slopes_at(patterns, vector):
    at = likelihood(patterns, *as_moments(vector))
    return np.concatenate([at.by_mean, 2 * halves(4) * at.by_covariance[UPPER]])


def differences(function, at, step=1e-5):
    """Slopes of a function by differences, one row per coordinate."""
    steps = step * np.eye(len(at))
    return np.array([(function(at + one) - function(at - one)) / (2 * step) for one in steps])


def objective_of(*tables, **options):
    named = parameters_of(TWO_FACTORS)
    table = parameter_table(named, n_groups=len(tables), has_means=True, **options)
    samples = [IncompleteSample.of(own.to_numpy(), None) for own in tables]
    return FullInformation(table, samples)


def somewhere(objective):
    """Values of parameters at which the model is possible and the answers are not its best."""
    values = np.full(objective.n_free, 0.1)
    for row in objective.table.rows:
        if row.free >= 0:
            is_variance = row.matrix in ("theta", "psi") and row.row == row.column
            values[row.free] = (
                1.2 if is_variance else {"lambda": 0.9, "nu": 2.8}.get(row.matrix, 0.1)
            )
    return values + 0.02 * np.arange(objective.n_free) / objective.n_free


def test_respondents_are_grouped_by_what_they_answered(rows):
    patterns = MissingPatterns.of(rows)
    assert patterns.n == 68
    assert patterns.n_without_answers == 2
    assert patterns.counts.sum() == 68
    assert sorted(patterns.order) == [row for row in range(70) if row not in (3, 40)]
    answered = ~np.isnan(rows)
    assert_allclose(patterns.coverage, answered.T.astype(int) @ answered)
    for pattern, begin, end in zip(
        patterns.answered,
        patterns.respondents.bounds[:-1],
        patterns.respondents.bounds[1:],
        strict=True,
    ):
        assert (answered[patterns.order[begin:end]] == pattern).all()


def test_a_pattern_of_many_respondents_is_kept_in_few_rows(rng):
    patterns = MissingPatterns.of(rng.normal(size=(500, 4)))
    assert len(patterns.summary.rows) == 5


def test_likelihood_is_that_of_the_answers_of_each_respondent(rows, point):
    mean, covariance = point
    total = sum(
        stats.multivariate_normal.logpdf(own[use], mean[use], covariance[np.ix_(use, use)])
        for own in rows
        if (use := ~np.isnan(own)).any()
    )
    patterns = MissingPatterns.of(rows)
    assert_allclose(likelihood(patterns, covariance, mean).value, -2 * total / 68, rtol=1e-12)


def test_likelihood_is_impossible_where_covariances_are(rows):
    patterns = MissingPatterns.of(rows)
    assert likelihood(patterns, np.ones((4, 4)) - 2 * np.eye(4), np.zeros(4)).value == np.inf


def test_slopes_agree_with_differences(rows, point):
    patterns, at = MissingPatterns.of(rows), as_vector(*point)
    numerical = differences(lambda v: likelihood(patterns, *as_moments(v)).value, at)
    assert_allclose(slopes_at(patterns, at), numerical, atol=1e-7)


def test_observed_information_agrees_with_differences_of_the_slopes(rows, point):
    patterns, at = MissingPatterns.of(rows), as_vector(*point)
    numerical = differences(lambda v: slopes_at(patterns, v), at) / 2
    found = observed_moment_information(patterns, point[1], point[0])
    assert_allclose(found, numerical, atol=1e-7)


def test_expected_information_is_the_mean_of_the_observed(rng, point):
    mean, covariance = point
    complete = rng.multivariate_normal(mean, covariance, size=200_000)
    complete[rng.random(complete.shape) < 0.2] = np.nan
    patterns = MissingPatterns.of(complete)
    observed = observed_moment_information(patterns, covariance, mean)
    expected = expected_moment_information(patterns, covariance)
    assert_allclose(observed, expected, atol=0.01 * np.abs(expected).max())


def test_expected_information_of_complete_answers_is_that_of_the_normal_distribution(rng, point):
    _, covariance = point
    inverse = np.linalg.inv(covariance)
    duplication = np.zeros((16, 10))
    for place, (a, b) in enumerate(zip(*UPPER, strict=True)):
        duplication[4 * a + b, place] = duplication[4 * b + a, place] = 1
    found = expected_moment_information(MissingPatterns.of(rng.normal(size=(30, 4))), covariance)
    assert_allclose(found[:4, :4], inverse)
    assert_allclose(found[:4, 4:], 0)
    own = duplication.T @ np.kron(inverse, inverse) @ duplication / 2
    assert_allclose(found[4:, 4:], own)


def test_scores_of_respondents_add_up_to_the_slopes(rows, point):
    patterns, (mean, covariance) = MissingPatterns.of(rows), point
    found = np.zeros((70, 14))
    for place, scores in moment_scores(patterns, covariance, mean):
        found[place] = scores
    assert_allclose(-2 * found.sum(axis=0) / 68, slopes_at(patterns, as_vector(*point)))
    assert (found[[3, 40]] == 0).all()
    alone = MissingPatterns.of(rows[[7]])
    own = -slopes_at(alone, as_vector(*point)) / 2
    assert_allclose(found[7], own, atol=1e-12)


def test_scores_of_clusters_are_sums_over_their_respondents(rows, point):
    patterns, (mean, covariance) = MissingPatterns.of(rows), point
    clusters = np.arange(70) % 9
    found = np.zeros((70, 14))
    for place, scores in moment_scores(patterns, covariance, mean):
        found[place] = scores
    sums = np.array([found[clusters == number].sum(axis=0) for number in range(9)])
    both = first_order_information(patterns, covariance, mean, clusters)
    assert_allclose(both, sums.T @ sums / 68 * 9 / 8, atol=1e-12)
    alone = first_order_information(patterns, covariance, mean)
    assert_allclose(alone, found.T @ found / 68, atol=1e-12)


def test_most_likely_moments_of_complete_answers_are_their_mean_and_covariance(rng):
    complete = rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4))
    found = saturated_moments(MissingPatterns.of(complete))
    assert found.converged
    assert_allclose(found.mean, complete.mean(axis=0), atol=1e-12)
    assert_allclose(found.covariance, np.cov(complete.T, bias=True), atol=1e-12)


def test_most_likely_moments_leave_no_slope(rows):
    patterns = MissingPatterns.of(rows)
    found = saturated_moments(patterns)
    assert found.converged
    at = as_vector(found.mean, found.covariance)
    assert np.abs(slopes_at(patterns, at)).max() < 1e-10


def test_most_likely_moments_are_found_with_most_answers_missing(rng):
    complete = rng.normal(size=(400, 1)) + 0.5 * rng.normal(size=(400, 5))
    complete[rng.random(complete.shape) < 0.6] = np.nan
    patterns = MissingPatterns.of(complete)
    found = saturated_moments(patterns)
    assert found.converged
    at = likelihood(patterns, found.covariance, found.mean)
    assert np.abs(at.by_covariance).max() < 1e-9


def test_moments_of_one_item_need_no_search(rng):
    one = rng.normal(size=(30, 1))
    one[:5] = np.nan
    patterns = MissingPatterns.of(one)
    assert patterns.n == 25
    found = saturated_moments(patterns)
    assert_allclose([found.mean[0], found.covariance[0, 0]], np.ravel(answered_moments(patterns)))


@pytest.mark.parametrize("answer", [np.nan, 2.0])
def test_an_item_without_different_answers_is_refused(rows, answer):
    rows[:, 1] = np.where(np.isnan(rows[:, 1]), np.nan, answer)
    with pytest.raises(ValueError, match=r"leave it out"):
        saturated_moments(MissingPatterns.of(rows))


def test_items_that_nobody_answered_together_leave_their_covariance_open(rng):
    table = answers_of(rng)
    table.loc[:119, "i0"] = np.nan
    table.loc[120:, "i4"] = np.nan
    sample = IncompleteSample.of(table.to_numpy(), None)
    assert sample.saturated.converged
    assert not sample.is_determined()
    solution = cfa(TWO_FACTORS, table, "MLR", missing="fiml")
    assert solution.condition == "undefined_correlation"
    assert np.isnan(solution.fit.chi_square)
    assert np.isfinite(solution.covariance).all()


def test_without_gaps_the_objective_is_that_of_complete_answers(rng):
    table = answers_of(rng, share_missing=0.0)
    full = objective_of(table)
    complete = NormalTheory(full.table, [ContinuousSample.of(table.to_numpy(), None)])
    at = somewhere(full)
    assert_allclose(full.value(at), complete.value(at), rtol=1e-12)
    for own, other in zip(full.parts(at), complete.parts(at), strict=True):
        assert_allclose(own.gradient, other.gradient, atol=1e-12)
        assert_allclose(own.curvature, other.curvature, atol=1e-12)
    (_, own), (_, other) = full.observed_information(at)[0], complete.observed_information(at)[0]
    assert_allclose(own, other, atol=1e-8)
    assert_allclose(full.scores(at)[0], complete.scores(at)[0], atol=1e-12)


def test_slopes_in_the_parameters_agree_with_differences_in_several_groups(rng):
    objective = objective_of(answers_of(rng), answers_of(rng), group_equal=("loadings",))
    at = somewhere(objective)
    gradient = gathered(objective.parts(at), objective.n_free)
    assert_allclose(gradient, differences(objective.value, at), atol=1e-7)
    alone = np.zeros(objective.n_free)
    for free, own in objective.gradient(at):
        alone[free] += own
    assert_allclose(alone, gradient, atol=1e-13)


def test_observed_information_of_parameters_agrees_with_differences(rng):
    objective = objective_of(answers_of(rng), answers_of(rng), group_equal=("loadings",))
    at = somewhere(objective)
    found = np.zeros((objective.n_free, objective.n_free))
    for free, block in objective.observed_information(at):
        found[np.ix_(free, free)] += block

    def slopes(values):
        return gathered(objective.parts(values), objective.n_free)

    assert_allclose(found, differences(slopes, at) / 2, atol=1e-7)


def test_slopes_of_moments_agree_with_differences(rng):
    objective = objective_of(answers_of(rng))
    model, at = objective.models[0], somewhere(objective)
    upper = np.triu_indices(6)

    def moments(values):
        found = model.moments(values)
        return np.concatenate([found.mean, found.covariance[upper]])

    found = slopes_of_moments(model.moments(at), model.free)
    assert_allclose(found, differences(moments, at).T, atol=1e-9)


def test_scores_of_parameters_add_up_to_the_slopes(rng):
    objective = objective_of(answers_of(rng))
    at = somewhere(objective)
    scores = objective.scores(at)[0]
    gradient = gathered(objective.parts(at), objective.n_free)
    assert_allclose(-2 * scores.mean(axis=0), gradient, atol=1e-12)


def test_a_model_of_incomplete_answers_needs_means(rng):
    table = parameter_table(parameters_of(TWO_FACTORS), n_groups=1, has_means=False)
    with pytest.raises(ValueError, match="needs means"):
        FullInformation(table, [IncompleteSample.of(answers_of(rng).to_numpy(), None)])


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_without_gaps_full_information_changes_nothing(rng, estimator):
    table = answers_of(rng, share_missing=0.0)
    full = cfa(TWO_FACTORS, table, estimator, missing="fiml")
    listwise = cfa(TWO_FACTORS, table, estimator)
    assert_allclose(full.fit.chi_square, listwise.fit.chi_square, rtol=1e-9)
    assert_allclose(full.fit.chi_square_scaled, listwise.fit.chi_square_scaled, rtol=1e-8)
    assert_allclose(full.fit.baseline_chi_square, listwise.fit.baseline_chi_square)
    assert_allclose(full.fit.log_likelihood, listwise.fit.log_likelihood)
    if estimator == "MLR":
        errors, expected = (np.sqrt(np.diag(own.covariance)) for own in (full, listwise))
        assert_allclose(errors[: len(expected)], expected, rtol=1e-6)


def test_a_saturated_model_has_the_most_likely_moments(rng):
    table = answers_of(rng)[ITEMS[:3]]
    solution = cfa({"f": ITEMS[:3]}, table, "MLR", missing="fiml")
    sample = IncompleteSample.of(table.to_numpy(), None)
    moments = solution.objective.models[0].moments(solution.values)
    assert solution.fit.df == 0
    assert_allclose(solution.fit.chi_square, 0, atol=1e-6)
    assert_allclose(moments.covariance, sample.covariance, atol=1e-5)
    assert_allclose(moments.mean, sample.mean, atol=1e-5)


def test_separate_groups_add_up(rng):
    first, second = answers_of(rng), answers_of(rng, n=150)
    both = pd.concat([first.assign(role="a"), second.assign(role="b")], ignore_index=True)
    together = cfa(TWO_FACTORS, both, "MLR", missing="fiml", group="role").fit
    alone = [cfa(TWO_FACTORS, own, "MLR", missing="fiml").fit for own in (first, second)]
    assert_allclose(together.chi_square, sum(own.chi_square for own in alone), rtol=1e-7)
    assert_allclose(
        together.baseline_chi_square, sum(own.baseline_chi_square for own in alone), rtol=1e-9
    )
    assert_allclose(
        together.scaling_factor * together.df,
        sum(own.scaling_factor * own.df for own in alone),
        rtol=1e-6,
    )
    assert_allclose(
        together.baseline_scaling_factor * together.baseline_df,
        sum(own.baseline_scaling_factor * own.baseline_df for own in alone),
        rtol=1e-9,
    )


def test_robust_correction_of_separate_groups_adds_up(rng):
    tables = answers_of(rng), answers_of(rng, n=150)
    together = objective_of(*tables)
    at = somewhere(together)
    from_both = full_information_tests(together, at, None, 16)[0]
    alone = []
    for group, table in enumerate(tables):
        own = objective_of(table)
        values = at[together.models[group].free]
        alone.append(full_information_tests(own, values, None, 8)[0])
    assert_allclose(from_both.for_robust, sum(own.for_robust for own in alone))
    assert_allclose(from_both.correction * 16, sum(own.correction * 8 for own in alone))


def test_clusters_of_one_respondent_change_nothing_but_the_allowance_for_few(rng):
    table = answers_of(rng)
    table["site"] = np.arange(len(table))
    alone = cfa(TWO_FACTORS, table, "MLR", missing="fiml")
    clustered = cfa(TWO_FACTORS, table, "MLR", missing="fiml", cluster="site")
    n = alone.n_respondents
    stretch = n / (n - 1)
    assert_allclose(clustered.covariance, alone.covariance * stretch, rtol=1e-9)
    assert_allclose(clustered.fit.scaling_factor, alone.fit.scaling_factor * stretch, rtol=1e-9)


def test_twice_the_same_answers_in_a_cluster_count_once(rng):
    """Each respondent entered twice, as a cluster: errors are those of the single entries."""
    table = answers_of(rng)
    twice = pd.concat([table, table], ignore_index=True)
    twice["site"] = np.tile(np.arange(len(table)), 2)
    clustered = cfa(TWO_FACTORS, twice, "MLR", missing="fiml", cluster="site")
    alone = cfa(TWO_FACTORS, table, "MLR", missing="fiml")
    n = alone.n_respondents
    stretch = n / (n - 1)
    assert_allclose(clustered.covariance, alone.covariance * stretch, rtol=1e-4, atol=1e-9)
    scaled = alone.fit.chi_square_scaled / stretch
    assert_allclose(clustered.fit.chi_square_scaled, scaled, rtol=1e-6)


def test_respondents_without_answers_are_left_out_and_counted(rng):
    table = answers_of(rng)
    table.loc[[2, 9]] = np.nan
    kept = table.drop(index=[2, 9])
    found, expected = (cfa(TWO_FACTORS, own, "MLR", missing="fiml") for own in (table, kept))
    assert found.n_left_out == 2 + int(kept.isna().all(axis=1).sum())
    assert found.n_respondents == expected.n_respondents
    assert_allclose(found.values, expected.values)


def test_order_of_respondents_does_not_matter(rng):
    table = answers_of(rng)
    found = cfa(TWO_FACTORS, table, "MLR", missing="fiml")
    turned = cfa(TWO_FACTORS, table.iloc[::-1], "MLR", missing="fiml")
    assert_allclose(found.values, turned.values, atol=1e-7)
    assert_allclose(found.fit.chi_square_scaled, turned.fit.chi_square_scaled, rtol=1e-8)


def test_full_information_is_refused_for_ordered_items(rng):
    with pytest.raises(ValueError, match="fiml"):
        cfa(TWO_FACTORS, answers_of(rng), "WLSMV", missing="fiml")


def test_fewer_respondents_than_items_are_refused(rng):
    table = answers_of(rng, share_missing=0.05).head(5)
    with pytest.raises(ValueError, match="too few for 6 items"):
        cfa(TWO_FACTORS, table, "MLR", missing="fiml")


@pytest.fixture(scope="module")
def lavaan(reference):
    return reference("lavaan_fiml")["bfi_five_factors_MLR"]


@pytest.fixture(scope="module")
def solution(bfi, lavaan):
    return cfa(lavaan["model"], bfi, "MLR", missing="fiml")


def test_fit_agrees_with_lavaan(solution, lavaan):
    for theirs, ours in INDEX_OF_LAVAAN.items():
        found, expected = getattr(solution.fit, ours), lavaan["fit"][theirs]
        assert_allclose(found, expected, rtol=1e-5, atol=1e-10, err_msg=theirs)


def test_scaling_factors_of_both_models_agree_with_lavaan(solution, lavaan):
    sandwich, fit = solution.sandwich, solution.fit
    own = np.sum(sandwich.bread * sandwich.meat) / fit.n_free
    saturated = (fit.scaling_factor * fit.df + own * fit.n_free) / (fit.df + fit.n_free)
    assert_allclose(own, lavaan["fit"]["scaling.factor.h0"], rtol=1e-5)
    assert_allclose(saturated, lavaan["fit"]["scaling.factor.h1"], rtol=1e-5)


def test_parameters_agree_with_lavaan(solution, lavaan):
    theirs = pd.DataFrame(lavaan["parameters"])
    ours = solution.parameters().set_index(["left", "operator", "right"])
    assert len(theirs) == len(ours)
    own = ours.loc[list(theirs[["lhs", "op", "rhs"]].itertuples(index=False, name=None))]
    assert_allclose(own["estimate"], theirs["est"], atol=1e-4)
    is_free = own["is_free"].to_numpy()
    assert_allclose(own["se"][is_free], theirs["se"][is_free], rtol=1e-3)
    assert (theirs["se"][~is_free] == 0).all()


def test_method_says_that_all_answers_were_used(solution, bfi, lavaan):
    assert "fiml" in solution.method
    plain = cfa(lavaan["model"], bfi, "ML", missing="fiml")
    assert "observed information" in plain.method
    assert_allclose(plain.values, solution.values)
    assert np.isnan(plain.fit.chi_square_scaled)

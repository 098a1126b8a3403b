"""What every function says to a table it cannot use."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics import (
    alpha_from_counts,
    bartlett_sphericity,
    bootstrap_loadings,
    bootstrap_ordinal_reliability,
    bootstrap_reliability,
    count_answers,
    count_answers_by_group,
    cronbach_alpha,
    empirical_kaiser_criterion,
    equivalent_halves,
    explore_factors,
    hull_method,
    intraclass_correlation,
    kaiser_meyer_olkin,
    minimum_average_partial,
    pearson_correlations,
    polychoric_correlations,
    polychoric_covariance,
    sequential_fit,
)

ANSWERS = pd.DataFrame(
    np.random.default_rng(1).integers(1, 6, (60, 6)).astype(float), columns=list("abcdef")
)
SITES = np.arange(60) % 12


@pytest.mark.parametrize(
    "column",
    [
        pd.date_range("2024-01-01", periods=60),
        pd.date_range("2024-01-01", periods=60, tz="UTC"),
        pd.to_timedelta(np.arange(60), unit="D"),
        np.arange(60) * 1j,
    ],
    ids=["dates", "dates with a zone", "times", "complex"],
)
@pytest.mark.parametrize("function", [cronbach_alpha, pearson_correlations, count_answers])
def test_what_only_looks_like_a_number_is_refused(function, column):
    with pytest.raises(ValueError, match="must be numbers or missing, not"):
        function(ANSWERS.assign(a=column))


@pytest.mark.parametrize(
    "function", [cronbach_alpha, pearson_correlations, polychoric_covariance, count_answers]
)
def test_names_that_are_the_same_as_text_are_refused(function):
    table = ANSWERS.set_axis([1, "1", 2, 3, 4, 5], axis=1)
    with pytest.raises(ValueError, match=r"same name: \['1'\]"):
        function(table)


@pytest.mark.parametrize(
    "function",
    [
        lambda table: explore_factors(table, 1),
        kaiser_meyer_olkin,
        bartlett_sphericity,
        minimum_average_partial,
        empirical_kaiser_criterion,
        lambda table: hull_method(table, 1),
        sequential_fit,
    ],
    ids=["efa", "kmo", "bartlett", "map", "ekc", "hull", "sequential"],
)
@pytest.mark.parametrize("given", [ANSWERS, polychoric_correlations(ANSWERS), np.eye(3)])
def test_answers_in_place_of_correlations_are_refused(function, given):
    with pytest.raises(ValueError, match="need a CorrelationMatrix"):
        function(given)


def test_answers_in_place_of_counts_are_refused():
    with pytest.raises(ValueError, match="need the counts of count_answers, got DataFrame"):
        alpha_from_counts(ANSWERS)


@pytest.mark.parametrize(
    "function",
    [
        lambda: bootstrap_loadings(ANSWERS, 1, np.random.default_rng(1), clusters=SITES),
        lambda: bootstrap_reliability(ANSWERS, np.random.default_rng(1), clusters=SITES),
        lambda: equivalent_halves(ANSWERS, np.random.default_rng(1), clusters=SITES),
        lambda: polychoric_covariance(ANSWERS, clusters=SITES),
        lambda: intraclass_correlation(ANSWERS["a"], SITES),
        lambda: count_answers_by_group(ANSWERS, SITES),
    ],
    ids=["loadings", "reliability", "halves", "covariance", "icc", "counts"],
)
def test_groups_without_an_index_are_refused(function):
    with pytest.raises(ValueError, match="must be a Series with the index of the answers"):
        function()


@pytest.mark.parametrize(("n_sites", "word"), [(2, "few_groups"), (9, "few_groups"), (10, None)])
def test_intervals_that_rest_on_few_groups_say_so(n_sites, word):
    rng = np.random.default_rng(2)
    latent = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    answers = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=list("abcd"))
    sites = pd.Series(np.arange(200) % n_sites)
    settings = {"clusters": sites, "n_replications": 40}
    alpha = ["cronbach_alpha"]
    ordinal = ["ordinal_alpha"]
    found = [
        bootstrap_reliability(answers, rng, coefficients=alpha, **settings).intervals[0],
        bootstrap_ordinal_reliability(answers, rng, coefficients=ordinal, **settings).intervals[0],
        bootstrap_loadings(answers, 1, rng, **settings),
        polychoric_covariance(answers, clusters=sites),
    ]
    assert [each.condition for each in found] == [word] * 4

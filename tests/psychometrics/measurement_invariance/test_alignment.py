"""Alignment of many groups."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.measurement_invariance.align import align
from pipeline.psychometrics.measurement_invariance.alignment import alignment
from pipeline.psychometrics.measurement_invariance.invariant_sets import invariant_sets
from pipeline.psychometrics.measurement_invariance.simplicity import (
    Alignable,
    Configural,
    align_factor,
    aligned_parameters,
)

SIZES = [99, 89, 94, 68, 73, 68, 85, 77, 78, 78, 74, 90]


class World(NamedTuple):
    """True aligned parameters, means and standard deviations, and the configural ones."""

    loadings: np.ndarray
    intercepts: np.ndarray
    means: np.ndarray
    sds: np.ndarray
    configural: tuple[np.ndarray, np.ndarray]


@pytest.fixture
def world():
    """Groups whose items are the same but for a share of them."""

    def draw(n_groups, n_items, share_different=0.0, seed=0):
        rng = np.random.default_rng(seed)
        loadings = np.tile(rng.uniform(0.6, 0.9, n_items), (n_groups, 1))
        intercepts = np.tile(rng.uniform(2, 4, n_items), (n_groups, 1))
        means, sds = rng.normal(0, 0.4, n_groups), np.exp(rng.normal(0, 0.15, n_groups))
        means[0], sds[0] = 0, 1
        sign = rng.choice([-1, 1], loadings.shape)
        loadings = loadings + 0.2 * sign * (rng.random(loadings.shape) < share_different)
        sign = rng.choice([-1, 1], loadings.shape)
        intercepts = intercepts + 0.4 * sign * (rng.random(loadings.shape) < share_different)
        configural = loadings * sds[:, None], intercepts + means[:, None] * loadings
        return World(loadings, intercepts, means, sds, configural)

    return draw


def test_it_agrees_with_sirt(lq, reference):
    case = reference("sirt_alignment")["lq_lead"]
    largest = lq[lq[case["group"]].astype(str).isin(case["groups"])]
    for name, weights in (("alignment_unweighted", "equal"), ("alignment_sqrt_n", "sqrt_n")):
        found = alignment(
            {"lead": case["items"]}, largest, case["group"], scale="first", weights=weights
        ).of_factor("lead")
        theirs = case[name]
        assert found.groups == tuple(case["groups"])
        for field in ("means", "sds", "loadings", "intercepts"):
            assert_allclose(getattr(found, field), theirs[field], atol=5e-4)
        both = [found.r_square_loadings, found.r_square_intercepts]
        assert_allclose(both, theirs["r_square"], atol=1e-4)
        assert found.loss < theirs["loss"] + 1e-5
        assert list(np.argsort(found.means)) == list(np.argsort(theirs["means"]))


def test_configural_parameters_of_the_reference_give_its_alignment(reference):
    case = reference("sirt_alignment")["lq_lead"]
    found = align(case["loadings"], case["intercepts"], SIZES, scale="first")
    assert_allclose(found.sds, case["alignment_sqrt_n"]["sds"], atol=5e-4)
    assert found.loading_is_invariant is None
    assert np.isnan(found.share_non_invariant)


@pytest.fixture(params=["product", "first"])
def somewhere(request, world):
    """A configural model and a point away from its solution."""
    drawn = world(5, 4, 0.2)
    weights = np.array([0.8, 1.3, 0.9, 1.1, 0.9])
    configural = Configural(*drawn.configural, weights, 0.01, request.param)
    return configural, np.random.default_rng(3).normal(0, 0.3, 8)


def differences(function, point, step=1e-5):
    """Slopes of a function by central differences, a column per coordinate."""
    moves = step * np.eye(len(point))
    slopes = [(function(point + move) - function(point - move)) / (2 * step) for move in moves]
    return np.array(slopes).T


def test_slopes_of_the_criterion_are_those_of_differences(somewhere):
    configural, point = somewhere
    at = Alignable(configural, point)
    by_differences = differences(lambda free: Alignable(configural, free).loss(), point)
    assert_allclose(at.gradient(), by_differences, atol=1e-8)
    by_differences = differences(lambda free: Alignable(configural, free).gradient(), point)
    assert_allclose(at.hessian(), by_differences, atol=1e-7)


def moved(configural, parameters):
    """The configural model with other parameters."""
    loadings, intercepts = parameters.reshape(2, *configural.loadings.shape)
    return configural._replace(loadings=loadings, intercepts=intercepts)


def test_slopes_of_the_solution_are_those_of_solutions_nearby(somewhere):
    configural, point = somewhere
    parameters = np.concatenate([own.ravel() for own in configural[:2]])
    at = Alignable(configural, point)
    crossed = differences(
        lambda own: Alignable(moved(configural, own), point).gradient(), parameters
    )
    assert_allclose(at.slope_in_configural(), crossed, atol=1e-7)
    configural = configural._replace(scale="product")

    def solved(own):
        nearby = moved(configural, own)
        found = aligned_parameters(nearby, align_factor(nearby).free)
        flat = found.loadings.ravel(), found.intercepts.ravel()
        return np.concatenate([found.means, np.log(found.sds), *flat])

    found = aligned_parameters(configural, align_factor(configural).free)
    exact = found.of_means, found.of_log_sds, found.of_loadings, found.of_intercepts
    assert_allclose(np.vstack(exact), differences(solved, parameters), atol=1e-4)


def test_groups_with_the_same_items_get_their_true_means_and_sds_back(world):
    drawn = world(6, 5)
    found = align(*drawn.configural)
    assert_allclose(found.means, drawn.means, atol=1e-7)
    assert_allclose(found.sds, drawn.sds, atol=1e-7)
    assert_allclose(found.loadings, drawn.loadings, atol=1e-7)
    assert_allclose(found.item_r_square_intercepts, 1, atol=1e-7)
    assert found.share_of_starts == 1


def test_a_few_items_that_differ_hardly_move_the_means(world):
    drawn = world(12, 6, 0.15)
    found = align(*drawn.configural)
    assert_allclose(found.means, drawn.means, atol=0.08)
    assert_allclose(found.loadings, drawn.loadings, atol=0.08)
    averages = drawn.configural[1].mean(axis=1) / drawn.loadings.mean()
    naive = averages - averages[0]
    assert np.abs(found.means - drawn.means).mean() < np.abs(naive - drawn.means).mean() / 2


def test_the_unit_of_the_first_group_inflates_all_other_sds_and_the_product_does_not(world):
    drawn = world(12, 6, 0.15)
    rng = np.random.default_rng(5)
    noisy = [own + rng.normal(0, 0.1, own.shape) for own in drawn.configural]
    ratio = {s: np.log(align(*noisy, scale=s).sds / drawn.sds)[1:] for s in ("product", "first")}
    assert abs(ratio["product"].mean()) < 0.1
    assert ratio["first"].mean() > 0.25


def test_items_turned_around_and_groups_in_another_order_change_nothing_else(world):
    drawn = world(6, 5, 0.2)
    loadings, intercepts = drawn.configural
    found = align(loadings, intercepts)
    turned = align(loadings * np.array([1, -1, 1, 1, -1, 1])[:, None], intercepts)
    assert_allclose(turned.means, found.means, atol=1e-9)
    order = [0, 3, 1, 5, 2, 4]
    other = align(loadings[order], intercepts[order])
    assert_allclose(other.means, found.means[order], atol=1e-6)
    items = [4, 2, 0, 1, 3]
    assert_allclose(align(loadings[:, items], intercepts[:, items]).sds, found.sds, atol=1e-6)


def test_hundred_groups_are_aligned_from_every_start(world):
    drawn = world(60, 6, 0.1)
    rng = np.random.default_rng(1)
    found = align(*(own + rng.normal(0, 0.03, own.shape) for own in drawn.configural))
    assert found.condition is None
    assert found.share_of_starts > 0.5
    assert np.sqrt(np.mean((found.means - drawn.means) ** 2)) < 0.08


def with_errors(drawn, rng, size=0.05):
    """Configural parameters with independent errors and their covariances."""
    loadings, intercepts = (own + rng.normal(0, size, own.shape) for own in drawn.configural)
    covariance = np.tile(np.eye(2 * loadings.shape[1]) * size**2, (len(loadings), 1, 1))
    return loadings, intercepts, [300] * len(loadings), covariance


def test_intervals_cover_the_true_means_and_sds(world):
    drawn = world(10, 6, 0.10, seed=3)
    rng = np.random.default_rng(11)
    hits = []
    for _ in range(120):
        found = align(*with_errors(drawn, rng))
        means = (found.mean_low <= drawn.means) & (drawn.means <= found.mean_high)
        sds = (found.sd_low <= drawn.sds) & (drawn.sds <= found.sd_high)
        hits.append([means[1:].mean(), sds[1:].mean()])
    assert_allclose(np.mean(hits, axis=0), 0.95, atol=0.03)


def test_bootstrap_and_delta_method_agree_where_errors_are_small(world):
    drawn = world(6, 5, 0.1, seed=2)
    given = with_errors(drawn, np.random.default_rng(2), 0.02)
    delta = align(*given)
    boot = align(*given, rng=np.random.default_rng(1), n_replications=400)
    assert_allclose(boot.mean_se[1:], delta.mean_se[1:], rtol=0.15)
    assert_allclose(boot.sd_se[1:], delta.sd_se[1:], rtol=0.15)
    again = align(*given, rng=np.random.default_rng(1), n_replications=400)
    assert again.to_json() == boot.to_json()


def test_rounding_of_the_covariances_does_not_change_what_is_drawn(world):
    loadings, intercepts, sizes, covariance = with_errors(world(4, 3), np.random.default_rng(2))
    noise = np.random.default_rng(3).normal(0, 1e-13, covariance.shape)
    found, other = (
        align(loadings, intercepts, sizes, own, rng=np.random.default_rng(1), n_replications=20)
        for own in (covariance, covariance + noise + noise.transpose(0, 2, 1))
    )
    assert_allclose(other.mean_se[1:], found.mean_se[1:], rtol=1e-6)


def test_covariances_of_all_groups_may_be_given_as_one_matrix(world):
    drawn = world(4, 3)
    blocks = with_errors(drawn, np.random.default_rng(2))
    whole = align(*blocks[:3], np.eye(24) * 0.05**2)
    assert_allclose(whole.mean_se, align(*blocks).mean_se)


def test_parameters_that_differ_are_found_and_few_others(world):
    drawn = world(12, 6)
    drawn.configural[0][3, 1] -= 0.35 * drawn.sds[3]
    drawn.configural[1][3, 1] -= 0.35 * drawn.means[3]
    drawn.configural[1][5, 2] += 0.5
    found = align(*with_errors(drawn, np.random.default_rng(4), 0.03))
    assert not found.loading_is_invariant[3, 1]
    assert not found.intercept_is_invariant[5, 2]
    n_found = (~found.loading_is_invariant).sum() + (~found.intercept_is_invariant).sum()
    assert n_found == 2
    assert found.share_non_invariant == pytest.approx(2 / 144)
    assert found.item_share_non_invariant[1] == pytest.approx(1 / 24)
    assert found.condition is None


def test_many_different_parameters_are_a_warning(world):
    drawn = world(8, 5, 0.6, seed=1)
    found = align(*with_errors(drawn, np.random.default_rng(4), 0.02))
    assert found.share_non_invariant > 0.25
    assert found.condition == "much_non_invariance"


def test_the_set_that_shares_a_parameter_follows_the_two_levels():
    spread = np.eye(4)[None] * 0.01
    apart = np.array([[0.0], [0.05], [0.1], [1.0]])
    assert invariant_sets(apart, spread)[:, 0].tolist() == [True, True, True, False]
    barely = np.array([[0.0], [0.0], [0.0], [0.375]])
    # 2.65 errors from any other, so not connected, but 3.25 errors from their mean, less than 3.29
    assert invariant_sets(barely, spread)[:, 0].tolist() == [True] * 4
    without_error = invariant_sets(apart, np.zeros((1, 4, 4)))
    assert without_error.sum() == 1


def test_ordered_items_are_aligned_by_their_latent_responses():
    rng = np.random.default_rng(8)
    n, means, sds = 2000, [0.0, 0.5, -0.4], [1.0, 1.2, 0.8]
    tables = []
    for name, mean, sd in zip("abc", means, sds, strict=True):
        factor = rng.normal(mean, sd, (n, 1))
        response = factor * [0.9, 1.0, 0.8, 0.7] + rng.normal(size=(n, 4))
        cut = np.digitize(response, [-1.2, -0.3, 0.4, 1.3])
        tables.append(pd.DataFrame(cut, columns=list("wxyz")).assign(site=name))
    found = alignment({"f": list("wxyz")}, pd.concat(tables), "site", "WLSMV").factors[0]
    assert_allclose(found.means, means, atol=0.08)
    assert_allclose(found.sds, sds, atol=0.1)
    assert_allclose(found.loadings.mean(axis=0), [0.9, 1.0, 0.8, 0.7], atol=0.1)
    assert found.share_non_invariant == 0


def test_two_factors_are_aligned_each_on_its_own(bfi):
    model = {"agree": ["A1", "A2", "A3", "A4"], "open": ["O1", "O2", "O3", "O5"]}
    found = alignment(model, bfi, "gender")
    assert [one.factor for one in found.factors] == ["agree", "open"]
    assert found.of_factor("agree").means[1] > 0.2
    with pytest.raises(ValueError, match=r"no factor 'neuro'; there are .*'open'"):
        found.of_factor("neuro")
    assert found.to_rows()["statistic"].isin(["aligned_mean"]).sum() == 4


def test_groups_fitted_one_by_one_or_together_are_aligned_alike(lq):
    own = lq[lq["COMPID"].isin([13, 15, 18])]
    own = own.assign(person=[f"p{number}" for number in range(len(own))])
    model = {"lead": ["LEAD01", "LEAD02", "LEAD03", "LEAD04"]}
    alone = alignment(model, own, "COMPID", "MLR").factors[0]
    together = alignment(model, own, "COMPID", "MLR", cluster="person").factors[0]
    assert_allclose(together.means, alone.means, atol=1e-5)
    assert_allclose(together.mean_se[1:], alone.mean_se[1:], rtol=0.05)
    all_answers = alignment(model, own, "COMPID", "MLR", "fiml").factors[0]
    assert_allclose(all_answers.means, alone.means, atol=1e-4)


def test_a_group_without_a_solution_is_named(lq):
    own = lq[["COMPID", "LEAD01", "LEAD02", "LEAD03", "TSIG01", "TSIG02", "TSIG03"]]
    model = {"lead": ["LEAD01", "LEAD02", "LEAD03"], "tsig": ["TSIG01", "TSIG02", "TSIG03"]}
    noise = np.random.default_rng(2).integers(1, 6, (9, 6))
    small = own[own["COMPID"].isin([13, 15])]
    small = pd.concat([small, pd.DataFrame(noise, columns=own.columns[1:]).assign(COMPID=99)])
    with pytest.raises(ValueError, match="no solution of the model was found in 99;"):
        alignment(model, small, "COMPID")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": {"f": ["A1", "A2"]}}, "f has fewer than three items"),
        ({"model": "f =~ A1+A2+A3\ng =~ A3+A4+A5"}, "A3 measures more than one factor"),
        ({"model": "f =~ A1+A2+A3\ng =~ f"}, "f is a factor measured by another"),
        ({"model": "f =~ A1+A2+A3\nf ~ A4"}, "f ~ A4 is a regression"),
        ({"group": "site"}, "'site'"),
        ({"estimator": "WLSMV", "group": "site"}, "'site'"),
        ({"scale": "second"}, "scale"),
    ],
)
def test_what_cannot_be_aligned_is_refused_in_words(bfi, change, words):
    arguments = {"model": {"f": ["A1", "A2", "A3"]}, "data": bfi, "group": "gender"}
    with pytest.raises(ValueError, match=words):
        alignment(**{**arguments, **change})


def test_one_group_a_lone_person_and_a_constant_item_are_refused(bfi):
    own = bfi[["A1", "A2", "A3", "gender"]].dropna()
    with pytest.raises(ValueError, match="all respondents are in the group"):
        alignment({"f": ["A1", "A2", "A3"]}, own[own["gender"] == 1], "gender")
    lone = own.assign(gender=np.r_[3, own["gender"].to_numpy()[1:]])
    with pytest.raises(ValueError, match="group '3' are too few"):
        alignment({"f": ["A1", "A2", "A3"]}, lone, "gender")
    constant = own.assign(A1=own["A1"].where(own["gender"] == 1, 4))
    with pytest.raises(ValueError, match="gave the same answer to A1"):
        alignment({"f": ["A1", "A2", "A3"]}, constant, "gender")


def test_all_faults_of_arrays_are_told_at_once():
    with pytest.raises(ValueError, match=r"(?s)no item loads.*n_of_groups.*smoothing"):
        align([[0.5, 0.6], [0, 0]], [[1, 1], [1, 1]], [10], smoothing=0)
    with pytest.raises(ValueError, match="need one shape"):
        align([0.5, 0.6], [1, 1])
    with pytest.raises(ValueError, match="1 group is too few"):
        align([[0.5, 0.6]], [[1, 1]])
    with pytest.raises(ValueError, match="missing or infinite"):
        align([[0.5, np.nan], [0.5, 0.6]], [[1, 1], [1, 1]])
    with pytest.raises(ValueError, match="covariance needs shape"):
        align([[0.5, 0.4], [0.5, 0.6]], [[1, 1], [1, 1]], covariance=np.eye(3))

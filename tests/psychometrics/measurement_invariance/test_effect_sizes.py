"""Effects of non-invariance in points of the scale."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import ndtr

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.measurement_invariance.effect_sizes import (
    expected_score_differences,
    noninvariance_effects,
    size_of,
)
from pipeline.psychometrics.measurement_invariance.expected_scores import (
    Item,
    Line,
    differences_of_curves,
    differences_of_line,
    levels,
)
from pipeline.psychometrics.measurement_invariance.measured_factor import measured_factors

LOADINGS = np.array([[0.8, 0.7, 0.6], [0.5, 0.7, 0.9], [0.8, 0.7, 0.6]])
INTERCEPTS = np.array([[3.0, 3.2, 2.8], [3.3, 3.2, 2.6], [3.0, 3.2, 2.8]])
MEANS, SDS = np.array([0.0, 0.4, -0.2]), np.array([1.0, 1.2, 0.8])
ITEM_SDS = np.array([[1.1, 1.0, 0.9], [1.3, 1.1, 1.2], [1.0, 1.0, 1.0]])
SIZES = [200, 101, 100]


@pytest.fixture
def effects():
    return expected_score_differences(
        LOADINGS, INTERCEPTS, MEANS, SDS, ITEM_SDS, SIZES, items=list("xyz"), groups=list("abc")
    )


def test_closed_forms_are_what_simulated_people_give(effects):
    factor = np.random.default_rng(1).normal(MEANS[1], SDS[1], 400_000)[:, None]
    apart = (INTERCEPTS[1] - INTERCEPTS[0]) + (LOADINGS[1] - LOADINGS[0]) * factor
    unit = (199 * ITEM_SDS[0] + 100 * ITEM_SDS[1]) / 299
    own = [effect for effect in effects.items if effect.group == "b"]
    assert_allclose([e.signed_difference for e in own], apart.mean(axis=0), atol=3e-3)
    assert_allclose([e.unsigned_difference for e in own], np.abs(apart).mean(axis=0), atol=3e-3)
    assert_allclose([e.d_macs for e in own], np.sqrt((apart**2).mean(axis=0)) / unit, atol=3e-3)
    assert_allclose([e.d_macs_signed for e in own], apart.mean(axis=0) / unit, atol=3e-3)
    whole = effects.scales[0]
    assert whole.signed_difference == pytest.approx(apart.sum(axis=1).mean(), abs=5e-3)
    assert whole.unsigned_difference == pytest.approx(np.abs(apart.sum(axis=1)).mean(), abs=5e-3)
    assert whole.unsigned_by_item == pytest.approx(np.abs(apart).mean(axis=0).sum(), abs=5e-3)


def test_closed_forms_and_sums_over_levels_agree():
    for line in (Line(0.3, -0.4), Line(0.0, 0.2), Line(-0.1, 0.0), Line(2.0, 0.1)):
        factor, weights = levels(0.5, 1.3)
        summed = differences_of_curves(line.intercept + line.slope * factor, weights)
        assert_allclose(summed, differences_of_line(line, 0.5, 1.3), atol=2e-6)


def test_a_shift_of_an_intercept_is_as_many_points_and_items_can_cancel():
    found = expected_score_differences(
        np.ones((2, 2)), [[3, 3], [3.5, 2.5]], [0, 1], [1, 2], np.ones((2, 2)), [50, 50]
    )
    assert_allclose([e.signed_difference for e in found.items], [0.5, -0.5])
    assert_allclose([e.d_macs for e in found.items], 0.5)
    assert [e.size for e in found.items] == ["medium", "medium"]
    assert found.scales[0].signed_difference == 0
    assert found.scales[0].unsigned_difference == 0
    assert found.scales[0].unsigned_by_item == 1


def test_equal_parameters_have_no_effect(effects):
    own = [effect for effect in effects.items if effect.group == "c"]
    assert [effect.d_macs for effect in own] == [0, 0, 0]
    assert [effect.size for effect in own] == ["negligible"] * 3


def test_a_factor_without_spread_leaves_the_difference_at_its_mean():
    assert differences_of_line(Line(0.2, -0.4), 1.0, 0.0) == pytest.approx((-0.2, 0.2, 0.2))


def test_the_pooled_reference_is_the_mean_of_all_groups(effects):
    arguments = LOADINGS, INTERCEPTS, MEANS, SDS, ITEM_SDS, SIZES
    pooled = expected_score_differences(
        *arguments, reference="pooled", items=list("xyz"), groups=list("abc")
    )
    assert len(pooled.items) == 9
    share = np.array(SIZES) / sum(SIZES)
    line = INTERCEPTS[1] - share @ INTERCEPTS, LOADINGS[1] - share @ LOADINGS
    own = [effect for effect in pooled.items if effect.group == "b"]
    assert_allclose([e.signed_difference for e in own], line[0] + line[1] * MEANS[1], atol=1e-12)
    other = expected_score_differences(*arguments, reference="b", groups=list("abc"))
    assert {effect.group for effect in other.items} == {"a", "c"}


def test_expected_answers_of_ordered_items_are_those_of_simulated_people():
    rng = np.random.default_rng(2)
    item = Item(0.9, 0.2, np.array([-0.8, 0.1, 1.0]), 1.3, np.arange(4.0))
    factor = rng.normal(0.3, 1.1, 300_000)
    response = 0.2 + 0.9 * factor + rng.normal(0, 1.3, factor.size)
    answers = np.digitize(response, item.thresholds)
    at, weights = levels(0.3, 1.1)
    assert weights @ item.expected(at) == pytest.approx(answers.mean(), abs=8e-3)
    spread = np.hypot(1.3, 0.9 * 1.1)
    closed = ndtr((0.2 + 0.9 * 0.3 - item.thresholds) / spread).sum()
    assert weights @ item.expected(at) == pytest.approx(closed, abs=1e-10)


@pytest.fixture(scope="module")
def ordered():
    """Two groups; one threshold-like shift and one loading differ in the second."""
    rng = np.random.default_rng(4)
    tables = []
    for name, mean, sd in (("a", 0.0, 1.0), ("b", 0.4, 1.2)):
        factor = rng.normal(mean, sd, (4000, 1))
        response = factor * [0.9, 1.0, 0.8, 0.7, 0.9] + rng.normal(size=(4000, 5))
        if name == "b":
            response[:, 4] -= 0.8
        cut = np.digitize(response, [-1.2, -0.3, 0.4, 1.3])
        tables.append(pd.DataFrame(cut, columns=list("vwxyz")).assign(site=name))
    return pd.concat(tables, ignore_index=True)


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_effects_in_ordered_items_are_found_in_points(ordered, parameterization):
    solution = cfa(
        {"f": list("vwxyz")},
        ordered,
        "WLSMV",
        group="site",
        parameterization=parameterization,
        group_equal=("loadings", "thresholds"),
        group_partial=[f"z | t{place}" for place in range(1, 5)],
    )
    found = noninvariance_effects(solution)
    by_item = {effect.item: effect for effect in found.items}
    people = np.random.default_rng(3).normal(0.4, 1.2, 200_000)[:, None]
    cuts = np.array([-1.2, -0.3, 0.4, 1.3])
    apart = ndtr(0.9 * people - 0.8 - cuts).sum(axis=1) - ndtr(0.9 * people - cuts).sum(axis=1)
    assert by_item["z"].signed_difference == pytest.approx(apart.mean(), abs=0.06)
    unit = ordered.groupby("site")["z"].std().mean()
    expected = np.sqrt(np.mean(apart**2)) / unit
    assert by_item["z"].d_macs == pytest.approx(expected, abs=0.05)
    assert by_item["z"].size == size_of(by_item["z"].d_macs)
    assert max(by_item[item].d_macs for item in "vwxy") < 0.05
    (scale,) = found.scales
    assert scale.signed_difference == pytest.approx(apart.mean(), abs=0.12)


def test_standard_deviations_of_items_are_those_of_the_answers(ordered):
    solution = cfa({"f": list("vwxyz")}, ordered, "WLSMV", group="site")
    (factor,) = measured_factors(solution)
    expected = ordered.groupby("site")[list("vwxyz")].std().to_numpy()
    assert_allclose(factor.item_sds, expected, rtol=1e-6)
    continuous = cfa({"f": list("vwxyz")}, ordered, "ML", group="site")
    (factor,) = measured_factors(continuous)
    assert_allclose(factor.item_sds, expected, rtol=1e-9)


def test_a_shifted_continuous_item_is_found_in_a_partially_invariant_model(lq):
    items = [f"LEAD0{number}" for number in range(1, 7)]
    half = lq.assign(part=np.where(np.arange(len(lq)) % 2, "odd", "even"))
    half["LEAD02"] += 0.5 * (half["part"] == "odd")
    solution = cfa(
        {"lead": items},
        half,
        "ML",
        group="part",
        group_equal=("loadings", "intercepts"),
        group_partial=["LEAD02 ~1"],
    )
    found = noninvariance_effects(solution)
    assert found.reference == "even"
    by_item = {effect.item: effect for effect in found.items}
    assert by_item["LEAD02"].signed_difference == pytest.approx(0.5, abs=0.06)
    assert by_item["LEAD02"].size == "medium"
    assert all(by_item[item].d_macs < 1e-9 for item in items if item != "LEAD02")
    turned = noninvariance_effects(solution, "odd")
    assert turned.items[1].signed_difference == pytest.approx(
        -by_item["LEAD02"].signed_difference, rel=1e-9
    )


def test_bands_begin_at_their_bounds():
    sizes = {0.0: "negligible", 0.19: "negligible", 0.2: "small", 0.4: "medium", 0.7: "large"}
    assert {value: size_of(value) for value in sizes} == sizes


def test_models_that_cannot_be_compared_are_refused_in_words(lq):
    items = [f"LEAD0{number}" for number in range(1, 7)]
    with pytest.raises(ValueError, match="the model has one group"):
        noninvariance_effects(cfa({"f": items}, lq, "ML"))
    half = lq.assign(part=np.arange(len(lq)) % 2)
    solution = cfa(
        "f =~ LEAD01 + LEAD02 + LEAD03\ng =~ LEAD03 + LEAD04 + LEAD05", half, "ML", group="part"
    )
    with pytest.raises(ValueError, match="LEAD03 measures more than one factor"):
        noninvariance_effects(solution)
    with pytest.raises(ValueError, match="reference must be one of 0, 1 or 'pooled'"):
        noninvariance_effects(solution, "2")


def test_all_faults_of_arrays_are_told_at_once():
    with pytest.raises(ValueError, match=r"(?s)one shape.*an entry a group.*reference must be"):
        expected_score_differences([[1.0]], [[1.0]], [0], [1], [[1.0]], [5, 5], "z")
    with pytest.raises(ValueError, match="must be more than 0"):
        expected_score_differences(
            np.ones((2, 1)), np.ones((2, 1)), [0, 0], [1, 1], np.zeros((2, 1)), [5, 5]
        )

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import kaiser_meyer_olkin, pearson_correlations
from pipeline.psychometrics.efa.extraction import extract
from pipeline.psychometrics.retention import hull_method


def by_the_steps_of_the_article(freedom, fit):
    """Scree ratios by removing one triplet after the other, until no point is left below a line."""
    kept = list(range(len(fit)))
    removed = True
    while removed:
        removed = False
        for before, place, after in zip(kept, kept[1:], kept[2:], strict=False):
            share = (freedom[before] - freedom[place]) / (freedom[before] - freedom[after])
            if fit[place] <= fit[before] + share * (fit[after] - fit[before]):
                kept.remove(place)
                removed = True
                break
    ratios = {}
    for before, place, after in zip(kept, kept[1:], kept[2:], strict=False):
        rise = (fit[place] - fit[before]) / (freedom[before] - freedom[place])
        flat = (fit[after] - fit[place]) / (freedom[place] - freedom[after])
        ratios[place] = rise / flat if flat > 0 else np.inf
    return ratios


@pytest.mark.parametrize("method", ["ml", "minres"])
def test_ratios_agree_with_the_steps_of_the_article(matrix_case, method):
    correlation, _ = matrix_case
    result = hull_method(correlation, 7, method=method)
    for curve in (result.cfi, result.caf):
        never_worse = np.maximum.accumulate(curve.values)
        expected = by_the_steps_of_the_article(result.degrees_of_freedom, never_worse)
        for place, ratio in enumerate(curve.scree_ratio):
            assert ratio == pytest.approx(expected.get(place, np.nan), nan_ok=True)
        assert curve.suggested == max(expected, key=expected.get)


def test_more_factors_that_fit_worse_count_as_no_improvement(matrix, three_factors):
    result = hull_method(matrix(three_factors, n=300), 5)
    assert result.cfi.suggested == 3
    assert np.isposinf(result.cfi.scree_ratio[3])
    assert np.isnan(result.cfi.scree_ratio[[0, 5]]).all()


def test_fit_begins_where_nothing_is_explained(matrix_case):
    correlation, _ = matrix_case
    result = hull_method(correlation, 3)
    assert result.cfi.values[0] == pytest.approx(0, abs=1e-12)
    assert result.caf.values[0] == pytest.approx(1 - kaiser_meyer_olkin(correlation).overall)


def test_common_part_is_one_less_the_adequacy_of_the_residuals(matrix, three_factors):
    result = hull_method(matrix(three_factors), 2, method="minres")
    loadings = extract(three_factors, 2).loadings
    residuals = three_factors - loadings @ loadings.T
    np.fill_diagonal(residuals, 1)
    inverse = np.linalg.inv(residuals)
    partial = inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
    apart = ~np.eye(15, dtype=bool)
    simple, left = (residuals[apart] ** 2).sum(), (partial[apart] ** 2).sum()
    assert result.caf.values[2] == pytest.approx(left / (simple + left))


def test_three_factors_are_found_in_a_sample(ordinal, three_factors, rng):
    answers = ordinal(three_factors, 600, rng)
    result = hull_method(pearson_correlations(answers), 4)
    assert (result.cfi.suggested, result.caf.suggested) == (3, 3)


def test_order_and_reflection_of_items_do_not_matter(lq):
    answers = lq.filter(like="LEAD")
    one = hull_method(pearson_correlations(answers), 4)
    other = hull_method(pearson_correlations(answers.iloc[:, ::-1] * ([1, -1] * 5 + [1])), 4)
    assert_allclose(one.cfi.values, other.cfi.values, atol=1e-6)
    assert_allclose(one.caf.values, other.caf.values, atol=1e-6)


def test_a_hull_of_two_points_suggests_nothing_and_says_so(items):
    result = hull_method(pearson_correlations(items), 1)
    assert (result.cfi.suggested, result.caf.suggested) == (None, None)
    assert result.condition == "no_number_suggested"
    assert result.to_rows().query("statistic == 'suggested_factors'")["estimate"].isna().all()


def test_no_more_factors_are_tried_than_can_be_tested(items):
    result = hull_method(pearson_correlations(items), 50)
    assert result.degrees_of_freedom.tolist() == [15, 9, 4]


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda x: x[["a"]], "one_item"),
        (lambda x: x[["a", "b"]], "two_items"),
        (lambda x: x[["a", "b", "c"]], "too_many_factors"),
        (lambda x: x.assign(a=1.0), "constant_item undefined_correlation"),
        (lambda x: x.dropna().head(4), "too_few_respondents"),
    ],
)
def test_what_cannot_be_computed_is_named(items, change, condition):
    result = hull_method(pearson_correlations(change(items)), 3)
    assert condition in result.condition
    assert result.cfi.suggested is None


def test_misuse_is_refused(items):
    with pytest.raises(ValueError, match="most_factors"):
        hull_method(pearson_correlations(items), -1)
    with pytest.raises(ValueError, match="n must be"):
        hull_method(pearson_correlations(items), 1, n=0)

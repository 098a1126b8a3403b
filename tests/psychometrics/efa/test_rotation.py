import numpy as np
import pytest
from factor_analyzer import Rotator
from numpy.testing import assert_allclose
from scipy.optimize import approx_fprime

from pipeline.psychometrics.efa.extraction import extract
from pipeline.psychometrics.efa.rotation import criterion_of, descend, rotate, towards
from tests.psychometrics.efa.matching import brought_to


@pytest.fixture
def loadings(rng):
    """Unrotated, of fifteen items with three correlated factors and some cross-loadings."""
    pattern = np.kron(np.eye(3), [[0.8], [0.7], [0.6], [0.7], [0.5]])
    pattern += rng.normal(size=pattern.shape) * 0.08
    phi = np.array([[1, 0.5, 0.2], [0.5, 1, 0.3], [0.2, 0.3, 1]])
    correlations = pattern @ phi @ pattern.T
    np.fill_diagonal(correlations, 1)
    return extract(correlations, 3).loadings


TARGET = np.where(np.kron(np.eye(3), np.ones((5, 1))) == 1, np.nan, 0.0)


@pytest.mark.parametrize("rotation", ["oblimin", "geomin", "target"])
def test_slopes_are_those_of_the_criterion(loadings, rotation):
    criterion = criterion_of(rotation, TARGET if rotation == "target" else None)

    def value(flat):
        return criterion(flat.reshape(1, 15, 3))[0][0]

    _, slope = criterion(loadings[None])
    assert_allclose(slope.ravel(), approx_fprime(loadings.ravel(), value, 1e-7), atol=1e-5)


@pytest.mark.parametrize(("rotation", "theirs"), [("oblimin", "oblimin"), ("geomin", "geomin_obl")])
def test_agrees_with_factor_analyzer_where_that_has_arrived(loadings, rotation, theirs):
    found = rotate(loadings, rotation).pattern
    other = Rotator(theirs, tol=1e-7, max_iter=5000).fit_transform(loadings.copy())
    assert_allclose(brought_to(other, found), found, atol=1e-5)


@pytest.mark.parametrize("rotation", ["oblimin", "geomin", "target", "promax", "varimax"])
def test_rotation_leaves_what_is_reproduced_alone(loadings, rotation):
    found = rotate(loadings, rotation, TARGET if rotation == "target" else None)
    reproduced = found.pattern @ found.factor_correlations @ found.pattern.T
    assert_allclose(reproduced, loadings @ loadings.T, atol=1e-10)
    assert_allclose(np.diag(found.factor_correlations), 1)
    assert found.converged


@pytest.mark.parametrize("rotation", ["oblimin", "geomin"])
def test_turning_the_loadings_beforehand_changes_nothing(loadings, rng, rotation):
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    one, other = rotate(loadings, rotation), rotate(loadings @ turn, rotation)
    assert other.criterion == pytest.approx(one.criterion)
    assert_allclose(brought_to(other.pattern, one.pattern), one.pattern, atol=1e-4)


def test_rotations_side_by_side_end_where_each_ends_alone(loadings):
    stack = np.stack([loadings, loadings[::-1], loadings * 0.9])
    starts = np.broadcast_to(np.eye(3), (3, 3, 3))
    together = descend(stack, starts, criterion_of("oblimin", None))
    assert together.converged.all()
    for entry, pattern in zip(stack, together.pattern, strict=True):
        assert_allclose(pattern, rotate(entry, "oblimin").pattern, atol=1e-6)


def test_axes_towards_a_pattern_lead_to_it(loadings):
    aim = rotate(loadings, "geomin").pattern
    axes = towards(loadings[None], aim)[0]
    assert_allclose(loadings @ np.linalg.inv(axes).T, aim, atol=1e-8)


@pytest.mark.parametrize("rotation", ["oblimin", "geomin"])
def test_a_start_exactly_between_two_equal_factors_is_left(rotation):
    between = np.array([[0.7, 0.4], [0.6, 0.3], [0.7, -0.4], [0.6, -0.3]])
    found = rotate(between, rotation)
    smaller = np.abs(found.pattern).min(axis=1)
    assert (smaller < 0.1).all()


def test_several_optima_are_counted_and_the_lowest_is_taken():
    """A simple structure with two ways to see it: geomin stops at more than one place."""
    rng = np.random.default_rng(11)
    loadings = rng.normal(size=(12, 4)) * 0.4
    found = rotate(loadings, "geomin", rng=np.random.default_rng(1))
    single = [
        rotate(loadings @ np.linalg.qr(rng.normal(size=(4, 4)))[0], "geomin", n_starts=1)
        for _ in range(10)
    ]
    assert found.n_optima > 1
    assert found.criterion <= min(entry.criterion for entry in single) + 1e-6


def test_a_full_target_that_can_be_reached_is_reached(loadings):
    aim = rotate(loadings, "oblimin").pattern[:, [2, 0, 1]] * [1, -1, 1]
    found = rotate(loadings, "target", aim)
    assert_allclose(found.pattern, aim, atol=1e-5)
    assert found.criterion == pytest.approx(0, abs=1e-9)


def test_an_item_without_loadings_keeps_none(loadings):
    with_nothing = np.vstack([loadings, np.zeros(3)])
    for rotation in ("varimax", "promax", "oblimin", "geomin"):
        found = rotate(with_nothing, rotation)
        assert_allclose(found.pattern[-1], 0, atol=1e-12)
        assert np.isfinite(found.pattern).all()


def test_one_factor_is_not_turned(loadings):
    one = loadings[:, :1]
    for rotation in ("oblimin", "geomin", "promax", "varimax", "none"):
        assert (rotate(one, rotation).pattern == one).all()


def test_the_loadings_given_are_not_changed(loadings):
    before = loadings.copy()
    for rotation in ("oblimin", "geomin", "promax", "promax_unweighted", "varimax"):
        rotate(loadings, rotation)
    assert (loadings == before).all()


def test_misuse_is_refused(loadings):
    with pytest.raises(ValueError, match="unknown rotation"):
        rotate(loadings, "quartimax")
    with pytest.raises(ValueError, match="target"):
        rotate(loadings, "target")
    with pytest.raises(ValueError, match="target"):
        rotate(loadings, "oblimin", TARGET)
    with pytest.raises(ValueError, match="shape"):
        rotate(loadings, "target", TARGET[1:])
    with pytest.raises(ValueError, match="no criterion"):
        criterion_of("varimax", None)

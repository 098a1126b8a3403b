"""What a model says the moments of the items are, and how they move with each parameter.

In the notation of LISREL, with :math:`A = (I - B)^{-1}`:
:math:`\\Sigma = \\Lambda A \\Psi A' \\Lambda' + \\Theta` and
:math:`\\mu = \\nu + \\Lambda A \\alpha`. Every slope of :math:`\\Sigma` is a symmetric product of
two vectors, :math:`\\partial\\Sigma / \\partial\\theta_a = l_a r_a' + r_a l_a'`, which is all that
estimation needs: no matrix of slopes is ever stored.
"""

from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.parameter_table import Matrix, ParameterTable, Row

_OF_MOMENTS: tuple[Matrix, ...] = ("lambda", "psi", "theta", "beta", "nu", "alpha")


class Matrices(NamedTuple):
    """The matrices of a model in one group, with numbers filled in."""

    loadings: FloatArray
    residual: FloatArray
    factor: FloatArray
    regression: FloatArray
    intercept: FloatArray
    factor_mean: FloatArray
    thresholds: FloatArray
    scale: FloatArray

    @property
    def total_effect(self) -> FloatArray:
        """How factors pass on to factors, (I - B)^-1."""
        return np.asarray(np.linalg.inv(np.eye(len(self.factor)) - self.regression))


class Moments(NamedTuple):
    """Implied moments of the items of one group and their slopes.

    ``covariance`` (p, p), ``mean`` (p,); column c of ``left`` and ``right`` (p, k) and
    ``mean_slope`` (p, k) belongs to the free parameter ``free[c]``, and columns of the same
    parameter add up: dSigma = left right' + right left'.
    """

    covariance: FloatArray
    mean: FloatArray
    left: FloatArray
    right: FloatArray
    mean_slope: FloatArray
    free: IntArray


class GroupModel:
    """The part of a model that belongs to one group, ready to be filled with numbers."""

    __slots__ = ("_is_free", "_of_matrix", "_shape", "free", "rows", "table")

    def __init__(self, table: ParameterTable, group: int) -> None:
        self.table = table
        self.rows: tuple[Row, ...] = table.of_group(group)
        place = np.array([row.free for row in self.rows], dtype=np.int64)
        self._is_free = place >= 0
        self.free: IntArray = np.unique(place[self._is_free])
        p, m = len(table.items), len(table.factors)
        self._shape: dict[Matrix, tuple[int, int]] = {
            "lambda": (p, m),
            "theta": (p, p),
            "psi": (m, m),
            "beta": (m, m),
            "nu": (p, 1),
            "alpha": (m, 1),
            "tau": (p, max(table.n_thresholds, default=0)),
            "delta": (p, 1),
        }
        self._of_matrix: dict[Matrix, _Entries] = {
            matrix: _Entries.of([row for row in self.rows if row.matrix == matrix])
            for matrix in self._shape
        }

    def matrices(self, values: FloatArray) -> Matrices:
        """The matrices at a point in the space of the free parameters."""
        filled = {name: self._filled(name, values) for name in self._shape}
        for name in ("theta", "psi"):
            upper = filled[name]
            filled[name] = np.asarray(upper + upper.T - np.diag(np.diag(upper)))
        return Matrices(
            loadings=filled["lambda"],
            residual=filled["theta"],
            factor=filled["psi"],
            regression=filled["beta"],
            intercept=filled["nu"][:, 0],
            factor_mean=filled["alpha"][:, 0],
            thresholds=filled["tau"],
            scale=filled["delta"][:, 0],
        )

    def _filled(self, name: Matrix, values: FloatArray) -> FloatArray:
        """One matrix with the values of its fixed and its free entries."""
        entries = self._of_matrix[name]
        result = np.ones(self._shape[name]) if name == "delta" else np.zeros(self._shape[name])
        free = entries.free >= 0
        given = entries.value.copy()
        given[free] = values[entries.free[free]]
        result[entries.row, entries.column] = given
        return result

    def entries(self, name: Matrix) -> "_Entries":
        """The free entries of a matrix."""
        own = self._of_matrix[name]
        free = own.free >= 0
        return _Entries(own.row[free], own.column[free], own.free[free], own.value[free])

    def moments(self, values: FloatArray) -> Moments:
        """Implied covariances and means with their slopes, shape as in :class:`Moments`."""
        return implied_moments(self.matrices(values), self)


class _Entries(NamedTuple):
    """Entries of a matrix: where they stand, and which free parameter they are."""

    row: IntArray
    column: IntArray
    free: IntArray
    value: FloatArray

    @classmethod
    def of(cls, rows: list[Row]) -> "_Entries":
        """The entries that rows of one matrix name."""
        return cls(
            np.array([row.row for row in rows], dtype=np.int64),
            np.array([row.column for row in rows], dtype=np.int64),
            np.array([row.free for row in rows], dtype=np.int64),
            np.array([row.value for row in rows], dtype=np.float64),
        )


def at_moments(at: Matrices) -> tuple[FloatArray, FloatArray]:
    """Implied covariances (p, p) and means (p,) of the items, without slopes.

    Of ordered items those of the variables that the answers stand for, without what scales add.
    """
    passed = at.loadings @ at.total_effect
    covariance = passed @ at.factor @ passed.T + at.residual
    return covariance, at.intercept + passed @ at.factor_mean


def implied_covariance(at: Matrices, table: ParameterTable) -> FloatArray:
    """Covariances of the items of one group that the matrices imply, shape (p, p).

    Of ordered items those of the variables that the answers stand for: where their scales are
    parameters the variances are their inverse squares.
    """
    covariance, _ = at_moments(at)
    if table.has_scales:
        return np.asarray(covariance - np.diag(np.diag(covariance)) + np.diag(1 / at.scale**2))
    return covariance


def residual_variances(at: Matrices, table: ParameterTable) -> FloatArray:
    """What factors leave unexplained of the items, or of what ordered items stand for, (p,)."""
    if not table.has_scales:
        return np.diag(at.residual)
    passed = at.loadings @ at.total_effect
    return np.asarray(1 / at.scale**2 - np.diag(passed @ at.factor @ passed.T))


def implied_moments(at: Matrices, model: GroupModel) -> Moments:
    r"""Covariances and means that the matrices imply, and their slopes.

    Notes
    -----
    With :math:`K = \Lambda A` and :math:`F = A \Psi A'` the two vectors are, for a loading
    :math:`\lambda_{ij}`, :math:`e_i` and :math:`\Lambda F e_j`; for :math:`\psi_{jk}`,
    :math:`K e_j` and :math:`K e_k`; for :math:`\theta_{ij}`, :math:`e_i` and :math:`e_j`; for
    :math:`\beta_{jk}`, :math:`K e_j` and :math:`\Lambda F e_k`; half of one of them where the
    entry stands on a diagonal.
    """
    total = at.total_effect
    factor = total @ at.factor @ total.T
    reach = _Reach(at.loadings @ total, at.loadings @ factor, total @ at.factor_mean)
    entries = {name: model.entries(name) for name in _OF_MOMENTS}
    vectors = [reach.vectors(name, own) for name, own in entries.items()]
    left, right, slope = (np.hstack(part) for part in zip(*vectors, strict=True))
    return Moments(
        covariance=reach.spread @ at.loadings.T + at.residual,
        mean=at.intercept + at.loadings @ reach.mean,
        left=left,
        right=right,
        mean_slope=slope,
        free=np.concatenate([own.free for own in entries.values()]),
    )


class _Reach(NamedTuple):
    """What a matrix has to pass on its way to the items.

    ``passed`` (p, m) effects of factors on items, direct and by way of others; ``spread`` (p, m)
    covariances of items with factors; ``mean`` (m,) means of factors.
    """

    passed: FloatArray
    spread: FloatArray
    mean: FloatArray

    def vectors(self, name: Matrix, own: "_Entries") -> tuple[FloatArray, FloatArray, FloatArray]:
        """The two vectors and the slope of the mean for each entry of a matrix, (p, entries)."""
        unit = np.eye(len(self.passed))
        zero = np.zeros((len(self.passed), len(own.row)))
        half = np.where(own.row == own.column, 0.5, 1.0)
        if name == "lambda":
            items = unit[:, own.row]
            return items, self.spread[:, own.column], items * self.mean[own.column]
        if name == "beta":
            passed = self.passed[:, own.row]
            return passed, self.spread[:, own.column], passed * self.mean[own.column]
        if name == "psi":
            return self.passed[:, own.row], self.passed[:, own.column] * half, zero
        if name == "theta":
            return unit[:, own.row], unit[:, own.column] * half, zero
        return zero, zero, unit[:, own.row] if name == "nu" else self.passed[:, own.row]

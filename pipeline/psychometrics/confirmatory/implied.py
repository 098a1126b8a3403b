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
        return cls(
            np.array([row.row for row in rows], dtype=np.int64),
            np.array([row.column for row in rows], dtype=np.int64),
            np.array([row.free for row in rows], dtype=np.int64),
            np.array([row.value for row in rows], dtype=np.float64),
        )


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
    passed = at.loadings @ total
    factor = total @ at.factor @ total.T
    spread = at.loadings @ factor
    mean = total @ at.factor_mean
    p = len(at.loadings)
    unit = np.eye(p)
    left: list[FloatArray] = []
    right: list[FloatArray] = []
    slope: list[FloatArray] = []
    free: list[IntArray] = []
    for name in _OF_MOMENTS:
        own = model.entries(name)
        zero = np.zeros((p, len(own.row)))
        half = np.where(own.row == own.column, 0.5, 1.0)
        if name == "lambda":
            vectors = unit[:, own.row], spread[:, own.column], unit[:, own.row] * mean[own.column]
        elif name == "psi":
            vectors = passed[:, own.row], passed[:, own.column] * half, zero
        elif name == "theta":
            vectors = unit[:, own.row], unit[:, own.column] * half, zero
        elif name == "beta":
            by_mean = passed[:, own.row] * mean[own.column]
            vectors = passed[:, own.row], spread[:, own.column], by_mean
        elif name == "nu":
            vectors = zero, zero, unit[:, own.row]
        else:
            vectors = zero, zero, passed[:, own.row]
        for whole, part in zip((left, right, slope), vectors, strict=True):
            whole.append(part)
        free.append(own.free)
    return Moments(
        covariance=spread @ at.loadings.T + at.residual,
        mean=at.intercept + at.loadings @ mean,
        left=np.hstack(left),
        right=np.hstack(right),
        mean_slope=np.hstack(slope),
        free=np.concatenate(free),
    )

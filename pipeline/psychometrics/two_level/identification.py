"""Whether the moments of two levels can determine the parameters of a structure."""

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.two_level.objective import mean_slopes
from pipeline.psychometrics.two_level.structure import TwoLevelStructure, slopes_on_axes

SMALLEST_ROOT = 1e-9
MOST_NAMED = 8


def require_identified(structure: TwoLevelStructure) -> None:
    """Refuse a structure of which different parameters imply the same moments.

    Raises
    ------
    ValueError
        Naming the parameters that cannot be told apart.
    """
    df = structure.degrees_of_freedom()
    undetermined = _undetermined(_slopes(structure))
    if len(undetermined) or df < 0:
        names = _names(structure, undetermined)
        raise ValueError(
            f"the model is not identified: {names or 'too many parameters'} can be changed without "
            "changing what the model implies. Give each factor three items at each level, or set "
            "its loadings equal to those of the other level, or fix some of them"
        )


def _slopes(structure: TwoLevelStructure) -> FloatArray:
    """Slopes of all moments at an arbitrary point, shape (n_free, moments)."""
    values = _arbitrary_point(structure)
    within, between = structure.moments(values)
    p, k = len(structure.items), structure.n_free
    first, second = np.triu_indices(p)
    return np.hstack(
        [
            slopes_on_axes(within, np.eye(p), k)[:, first, second],
            slopes_on_axes(between, np.eye(p), k)[:, first, second],
            mean_slopes(between, np.eye(p), k),
        ]
    )


def _arbitrary_point(structure: TwoLevelStructure) -> FloatArray:
    """Loadings and covariances that are small beside variances, and all different."""
    rng = np.random.default_rng(1)
    values = np.zeros(structure.n_free)
    for table in structure.tables():
        for row in table.rows:
            is_variance = row.matrix in ("theta", "psi") and row.row == row.column
            low, high = {"lambda": (0.5, 1.0), "beta": (0.3, 0.6)}.get(
                row.matrix, (0.7, 1.3) if is_variance else (0.05, 0.15)
            )
            if row.free >= 0:
                values[row.free] = rng.uniform(low, high)
    return values


def _undetermined(slopes: FloatArray) -> IntArray:
    """Free parameters that change together without a trace."""
    if not len(slopes):
        return np.empty(0, dtype=np.int64)
    size = np.sqrt((slopes**2).sum(axis=1))
    if (size == 0).any():
        return np.flatnonzero(size == 0)
    scaled = slopes / size[:, None]
    roots, vectors = np.linalg.eigh(scaled @ scaled.T)
    null = np.abs(vectors[:, roots < SMALLEST_ROOT]).max(axis=1, initial=0.0)
    return np.flatnonzero(null > 0.05 * max(null.max(), 1e-300))


def _names(structure: TwoLevelStructure, places: IntArray) -> str:
    chosen = set(places.tolist())
    found = [
        f"{level}: {row.left} {row.operator} {row.right}".strip()
        for level, table in zip(("within", "between"), structure.tables(), strict=True)
        for row in table.rows
        if row.free in chosen
    ]
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return ", ".join(found[:MOST_NAMED]) + more

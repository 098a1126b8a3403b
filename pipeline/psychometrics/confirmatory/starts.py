"""Where the search begins: loadings from the correlations of the items of each factor."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.implied import GroupModel, implied_covariance
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, Row

SHARE_OF_FACTOR = 0.5
"""Of the variance of an item, before anything is known."""


SMALLEST_SHARE = 0.02
"""Of the variance of the item that fixes the scale of a factor. If the factor explains less, the
item may measure it the other way round."""

Order = Literal["widest_first", "narrowest_first"]
"""Of two factors that share items, which takes what it can first."""


def starting_values(
    table: ParameterTable,
    covariances: Sequence[FloatArray],
    means: Sequence[FloatArray],
    thresholds: Sequence[FloatArray] | None,
    order: Order = "widest_first",
    rng: np.random.Generator | None = None,
) -> FloatArray:
    """A point from which the search can begin, shape (n_free,).

    Parameters
    ----------
    table : ParameterTable
        The model.
    covariances, means : sequences of ndarray (p, p) and (p,)
        Of the items in each group; correlations and zeros for ordered items.
    thresholds : sequence of ndarray (p, most), optional
        Of ordered items in each group.
    order : {"widest_first", "narrowest_first"}
        Which of the factors of an item take what they can first.
    rng : Generator, optional
        Moves the point, for another try.
    """
    values = np.zeros(table.n_free)
    times = np.zeros(table.n_free)
    for group in range(table.n_groups):
        limits = None if thresholds is None else thresholds[group]
        guesses = _of_group(table, group, covariances[group], means[group], limits, order, rng)
        for row, guess in guesses:
            if row.free >= 0:
                values[row.free] += row.start if row.start is not None else guess
                times[row.free] += 1
    return np.asarray(values / np.maximum(times, 1))


def _of_group(
    table: ParameterTable,
    group: int,
    covariance: FloatArray,
    mean: FloatArray,
    thresholds: FloatArray | None,
    order: Order,
    rng: np.random.Generator | None,
) -> list[tuple[Row, float]]:
    rows = table.of_group(group)
    deviation = np.sqrt(np.maximum(np.diag(covariance), 1e-12))
    loadings = _standardised_loadings(
        table, rows, covariance / np.outer(deviation, deviation), order
    )
    if rng is not None:
        loadings = np.asarray(loadings * rng.uniform(0.5, 1.5, size=loadings.shape))
    scale = _scale_of_factors(table, rows, loadings, deviation)
    place = {item: number for number, item in enumerate(table.items)}
    return [
        (
            row,
            float(mean[place[row.left]])
            if row.matrix == "alpha" and row.left in place
            else _guess(row, loadings, scale, deviation, covariance, mean, thresholds),
        )
        for row in rows
    ]


def _standardised_loadings(
    table: ParameterTable, rows: Sequence[Row], correlation: FloatArray, order: Order
) -> FloatArray:
    """Loadings factor by factor, each from what those before it left."""
    result = np.zeros((len(table.items), len(table.factors)))
    left = correlation.copy()
    items_of: dict[int, list[int]] = {}
    for row in rows:
        if row.matrix == "lambda":
            items_of.setdefault(row.column, []).append(row.row)
    turn = -1 if order == "widest_first" else 1
    for factor, items in sorted(items_of.items(), key=lambda pair: turn * len(pair[1])):
        own = _first_component(left[np.ix_(items, items)])
        result[items, factor] = own
        left[np.ix_(items, items)] -= np.outer(own, own) * (1 - np.eye(len(items)))
    return result


def _first_component(correlation: FloatArray) -> FloatArray:
    """Loadings of items on what they share most; positive in sum."""
    k = len(correlation)
    if k == 1:
        return np.array([SHARE_OF_FACTOR**0.5])
    reduced = correlation - np.diag(np.diag(correlation))
    shared = reduced + np.diag(np.abs(reduced).max(axis=1))
    roots, vectors = np.linalg.eigh(shared)
    own = vectors[:, -1] * np.sqrt(max(roots[-1], 0.01))
    own = own if own.sum() >= 0 else -own
    return np.asarray(np.sign(own) * np.clip(np.abs(own), 0.1, 0.95))


def _scale_of_factors(
    table: ParameterTable, rows: Sequence[Row], loadings: FloatArray, deviation: FloatArray
) -> FloatArray:
    """Standard deviation of each factor: from its marker, else 1; negative turns the factor."""
    scale = np.ones(len(table.factors))
    for row in rows:
        if row.matrix == "lambda" and row.free < 0 and row.value != 0:
            own = loadings[row.row, row.column] * deviation[row.row] / row.value
            scale[row.column] = own if abs(own) > 1e-6 else 1.0
    for row in rows:
        if row.matrix == "beta" and row.free < 0 and row.value != 0:
            scale[row.column] = scale[row.row] * 0.7 / row.value
    return scale


def _guess(
    row: Row,
    loadings: FloatArray,
    scale: FloatArray,
    deviation: FloatArray,
    covariance: FloatArray,
    mean: FloatArray,
    thresholds: FloatArray | None,
) -> float:
    if row.matrix == "lambda":
        return float(loadings[row.row, row.column] * deviation[row.row] / scale[row.column])
    if row.matrix == "theta":
        if row.row != row.column:
            return 0.0
        taken = float((loadings[row.row] ** 2).sum())
        return float(covariance[row.row, row.row] * max(1 - taken, 0.2))
    if row.matrix == "psi":
        own = abs(scale[row.row] * scale[row.column])
        turn = np.sign(scale[row.row] * scale[row.column])
        return float(own if row.row == row.column else 0.2 * own * turn)
    if row.matrix == "beta":
        return float(0.6 * scale[row.row] / scale[row.column])
    if row.matrix == "nu":
        return float(mean[row.row])
    if row.matrix == "tau" and thresholds is not None:
        return float(thresholds[row.row, row.column])
    return 1.0 if row.matrix == "delta" else 0.0


def rescaled(models: Sequence[GroupModel], values: FloatArray, share: float) -> FloatArray | None:
    """The point with those factors on another scale whose fixed loading means hardly anything.

    Where an item with a loading of 1 is in truth unrelated to its factor, the other loadings grow
    without end, and the best model may lie far away, or beyond infinity with their signs changed.

    Parameters
    ----------
    models : sequence of GroupModel
        Of each group.
    values : ndarray, shape (n_free,)
        The point.
    share : float
        Of the variance of such an item that its factor is then to explain; if negative, the
        factor is turned over as well.

    Returns
    -------
    ndarray or None
        The point to search from; None if there is no such factor.
    """
    scales = {
        (group, factor): scale
        for group, model in enumerate(models)
        for factor, scale in _hardly_measured(model, values, share).items()
    }
    if not scales:
        return None
    scales = _with_those_that_share_loadings(models, scales)
    moved = values.copy()
    for group, model in enumerate(models):
        own = {factor: scale for (where, factor), scale in scales.items() if where == group}
        for row in model.rows:
            if row.free >= 0:
                moved[row.free] = values[row.free] * _rescaling(row, own)
    return moved


def _hardly_measured(model: GroupModel, values: FloatArray, new_share: float) -> dict[int, float]:
    """Factors whose fixed loading means hardly anything, with what to multiply them with."""
    at = model.matrices(values)
    total = at.total_effect
    variance = np.diag(total @ at.factor @ total.T)
    of_items = np.diag(implied_covariance(at, model.table))
    found = {}
    for row in model.rows:
        if row.matrix == "lambda" and row.free < 0 and row.value != 0:
            share = abs(variance[row.column]) * row.value**2 / max(of_items[row.row], 1e-300)
            if share < SMALLEST_SHARE:
                found[row.column] = float(
                    np.sqrt(abs(new_share) / max(share, 1e-12)) * np.sign(new_share)
                )
    return found


def _with_those_that_share_loadings(
    models: Sequence[GroupModel], scales: dict[tuple[int, int], float]
) -> dict[tuple[int, int], float]:
    """Factors and the same ones of groups with equal loadings."""
    owners: dict[int, set[tuple[int, int]]] = {}
    for group, model in enumerate(models):
        for row in model.rows:
            if row.matrix == "lambda" and row.free >= 0:
                owners.setdefault(row.free, set()).add((group, row.column))
    result = dict(scales)
    for own in owners.values():
        for one in sorted(own & set(scales))[:1]:
            result |= {other: scales[one] for other in own if other not in scales}
    return result


def _rescaling(row: Row, scales: Mapping[int, float]) -> float:
    """What a parameter is multiplied with if factors are."""
    if row.matrix == "lambda":
        return 1 / scales.get(row.column, 1.0)
    if row.matrix == "psi":
        return scales.get(row.row, 1.0) * scales.get(row.column, 1.0)
    if row.matrix == "beta":
        return scales.get(row.row, 1.0) / scales.get(row.column, 1.0)
    return scales.get(row.row, 1.0) if row.matrix == "alpha" else 1.0

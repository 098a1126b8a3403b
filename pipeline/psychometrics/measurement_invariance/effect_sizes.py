"""How much it matters, in points of the scale, that an item does not measure the same in groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import in_group, long_table
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.measurement_invariance.expected_scores import (
    Differences,
    Item,
    Line,
    differences_of_curves,
    differences_of_line,
    levels,
)
from pipeline.psychometrics.measurement_invariance.measured_factor import (
    MeasuredFactor,
    measured_factors,
)
from pipeline.psychometrics.result import Result

Size = Literal["negligible", "small", "medium", "large"]

BANDS: tuple[tuple[float, Size], ...] = ((0.20, "small"), (0.40, "medium"), (0.70, "large"))
"""From which dMACS an effect is called so (Nye, Bradburn, Olenick, Bialko & Drasgow 2019,
Organizational Research Methods, 22(3), 678-709); below them it is negligible."""

POOLED = "pooled"
"""Name of the reference that is the mean of all groups, weighed by their size."""


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """How an item works in a group compared with the reference.

    Attributes
    ----------
    item, factor, group : str
        Names.
    d_macs : float
        Root mean square of the difference of expected answers in standard deviations of the item.
    d_macs_signed : float
        Mean of the difference in the same unit.
    signed_difference : float
        SIDS: how many points higher (or lower, if negative) members of the group answer than
        members of the reference with the same level of the factor, on average.
    unsigned_difference : float
        UIDS: the same without regard to the direction.
    size : {"negligible", "small", "medium", "large"}
        What dMACS is called.
    """

    item: str
    factor: str
    group: str
    d_macs: float
    d_macs_signed: float
    signed_difference: float
    unsigned_difference: float
    size: Size


@dataclass(frozen=True, slots=True)
class ScaleEffect:
    """How the sum of all items of a factor works in a group compared with the reference.

    Attributes
    ----------
    factor, group : str
        Names.
    signed_difference : float
        STDS: mean difference of the expected sum, in points; items may cancel one another.
    unsigned_by_item : float
        UTDS: sum of the unsigned differences of the items; nothing cancels.
    unsigned_difference : float
        UETSDS: mean size of the difference of the expected sum; items of one person may cancel,
        people may not.
    n_items : int
        Items; divided by it the differences are those of the mean of the items.
    """

    factor: str
    group: str
    signed_difference: float
    unsigned_by_item: float
    unsigned_difference: float
    n_items: int


@dataclass(frozen=True, slots=True)
class NonInvarianceEffects(Result):
    """Effects of non-invariance of every item and scale, group by group.

    Attributes
    ----------
    items : tuple of ItemEffect
    scales : tuple of ScaleEffect
    reference : str
        The group, or "pooled", that groups are compared with.
    n_respondents : int
        Respondents.
    method : str
        How it was computed.
    condition : str or None
        What stood in the way of the model.
    """

    items: tuple[ItemEffect, ...]
    scales: tuple[ScaleEffect, ...]
    reference: str
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """Four effects of each item in each group, then three of each scale."""
        rows = [
            {
                "item": effect.item,
                "factor": in_group(effect.factor, effect.group),
                "statistic": name,
                "estimate": getattr(effect, name),
            }
            for name in ("d_macs", "d_macs_signed", "signed_difference", "unsigned_difference")
            for effect in self.items
        ]
        rows += [
            {
                "factor": in_group(scale.factor, scale.group),
                "statistic": f"scale_{name}",
                "estimate": getattr(scale, name),
            }
            for name in ("signed_difference", "unsigned_by_item", "unsigned_difference")
            for scale in self.scales
        ]
        return long_table(
            rows,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def size_of(d_macs: float) -> Size:
    """What an effect is called.

    Examples
    --------
    >>> [size_of(value) for value in (0.1, 0.2, 0.5, 1.0)]
    ['negligible', 'small', 'medium', 'large']
    """
    return next((name for bound, name in reversed(BANDS) if d_macs >= bound), "negligible")


def noninvariance_effects(
    solution: ConfirmatorySolution, reference: str | None = None
) -> NonInvarianceEffects:
    r"""What differing loadings, intercepts and thresholds do to answers, in points of the scale.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A model of several groups whose factors are on one scale because some items are held equal,
        such as a partially invariant one. Every item measures one factor.
    reference : str, optional
        The group that others are compared with, or "pooled" for the mean of all; the first group
        if not given.

    Returns
    -------
    NonInvarianceEffects

    Raises
    ------
    ValueError
        If there is one group, no such reference, or an item measures several factors.

    Notes
    -----
    With expected answers :math:`E_F` and :math:`E_R` in the group and the reference, and
    :math:`f` the normal density of the factor in the group [1]_, [2]_:

    .. math:: d_{MACS} = \frac{1}{SD} \sqrt{\int (E_F - E_R)^2 f}, \quad
              SIDS = \int (E_F - E_R) f, \quad UIDS = \int |E_F - E_R| f

    and likewise for sums of items; positive means that the group answers higher. SD is the mean of
    the standard deviations of the item in the two groups, weighed by their degrees of freedom. For
    several groups each is compared with one reference, or with the mean of the curves of
    all groups weighed by their size, cf. [3]_. Straight lines are averaged in closed form, curves
    of ordered items by sums over 8,001 points. Points of ordered items are numbers of categories.

    The model must hold a part of the items equal: what differs is measured against them.

    References
    ----------
    .. [1] Nye & Drasgow (2011). Journal of Applied Psychology, 96(5), 966-980.
    .. [2] Meade (2010). Journal of Applied Psychology, 95(4), 728-743.
    .. [3] Gunn, Grimm & Edwards (2020). Structural Equation Modeling, 27(4), 503-514.

    Examples
    --------
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(4000, 1)) + rng.normal(size=(4000, 4))
    >>> table = pd.DataFrame(answers, columns=list("abcd")).assign(role=["user", "staff"] * 2000)
    >>> table["d"] += 0.6 * (table["role"] == "user")
    >>> solution = cfa(
    ...     {"trust": list("abcd")}, table, "ML", group="role",
    ...     group_equal=("loadings", "intercepts"), group_partial=["d ~1"],
    ... )
    >>> [round(effect.signed_difference, 1) for effect in noninvariance_effects(solution).items]
    [0.0, 0.0, 0.0, 0.5]
    """
    _require_comparable(solution, reference)
    factors = measured_factors(solution)
    chosen = solution.groups[0] if reference is None else reference
    effects = [effects_of_factor(factor, chosen) for factor in factors]
    return NonInvarianceEffects(
        items=tuple(effect for items, _ in effects for effect in items),
        scales=tuple(effect for _, scales in effects for effect in scales),
        reference=chosen,
        n_respondents=solution.n_respondents,
        method=f"expected scores of each group against {chosen}; {solution.method}",
        condition=solution.condition,
    )


def expected_score_differences(
    loadings: npt.ArrayLike,
    intercepts: npt.ArrayLike,
    means: npt.ArrayLike,
    sds: npt.ArrayLike,
    item_sds: npt.ArrayLike,
    n_of_groups: Sequence[int],
    reference: str | None = None,
    *,
    items: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    factor: str = "factor",
) -> NonInvarianceEffects:
    """The same for continuous items from parameters that are there, such as aligned ones.

    Parameters
    ----------
    loadings, intercepts, item_sds : array_like, shape (n_groups, n_items)
        Parameters on one scale, and standard deviations of the answers.
    means, sds : array_like, shape (n_groups,)
        Of the factor.
    n_of_groups : sequence of int
        Respondents in each group.
    reference : str, optional
        As for :func:`noninvariance_effects`.
    items, groups : sequence of str, optional
        Names; numbers from 0 if not given.
    factor : str
        Name of the factor.

    Returns
    -------
    NonInvarianceEffects

    Raises
    ------
    ValueError
        If shapes do not go together, a standard deviation is not positive, or there is no such
        reference.

    Examples
    --------
    >>> found = expected_score_differences(
    ...     [[1.0, 1.0], [1.0, 1.0]], [[3.0, 3.0], [3.5, 3.0]], [0.0, 0.2], [1.0, 1.0],
    ...     [[1.25, 1.25], [1.25, 1.25]], [100, 100],
    ... )
    >>> [(effect.item, effect.signed_difference, effect.d_macs) for effect in found.items]
    [('0', 0.5, 0.4), ('1', 0.0, 0.0)]
    """
    arrays = [np.asarray(own, dtype=np.float64) for own in (loadings, intercepts, item_sds)]
    of_groups = [np.asarray(own, dtype=np.float64) for own in (means, sds)]
    names = [str(name) for name in (groups if groups is not None else range(len(of_groups[0])))]
    _require_arrays(arrays, of_groups, n_of_groups, names, items, reference)
    n_items = arrays[0].shape[1]
    item_names = [str(name) for name in (items if items is not None else range(n_items))]
    curves = {
        item: [Item(float(a), float(b)) for a, b in zip(*own, strict=True)]
        for item, own in zip(item_names, zip(arrays[0].T, arrays[1].T, strict=True), strict=True)
    }
    measured = MeasuredFactor(
        factor,
        tuple(names),
        curves,
        of_groups[0],
        of_groups[1],
        arrays[2],
        tuple(int(n) for n in n_of_groups),
    )
    chosen = names[0] if reference is None else reference
    own_items, scales = effects_of_factor(measured, chosen)
    return NonInvarianceEffects(
        tuple(own_items),
        tuple(scales),
        chosen,
        sum(measured.n_of_groups),
        f"expected scores of each group against {chosen}; parameters as given",
        None,
    )


def _require_arrays(
    arrays: Sequence[FloatArray],
    of_groups: Sequence[FloatArray],
    n_of_groups: Sequence[int],
    groups: Sequence[str],
    items: Sequence[str] | None,
    reference: str | None,
) -> None:
    """Refuse parameters that do not go together."""
    shape = arrays[0].shape
    n_groups, n_items = shape if len(shape) == 2 else (0, 0)
    faults = []
    if n_groups < 2 or n_items < 1 or any(own.shape != shape for own in arrays):
        faults.append("loadings, intercepts and item_sds need one shape: 2 groups or more by items")
    lengths = {len(own) for own in (*of_groups, n_of_groups, groups)}
    if lengths != {n_groups}:
        faults.append("means, sds, n_of_groups and groups need an entry a group")
    if items is not None and len(items) != n_items:
        faults.append(f"items needs {n_items} names, got {len(items)}")
    if not all(np.isfinite(own).all() for own in (*arrays, *of_groups)):
        faults.append("a parameter is missing or infinite")
    elif not ((arrays[2] > 0).all() and (of_groups[1] >= 0).all()):
        faults.append("standard deviations of items must be more than 0, of factors 0 or more")
    faults += _faults_of_reference(reference, groups)
    if faults:
        raise ValueError("expected scores cannot be compared:\n" + "\n".join(faults))


def effects_of_factor(
    measured: MeasuredFactor, reference: str
) -> tuple[list[ItemEffect], list[ScaleEffect]]:
    """Effects of the items of one factor, and of their sum, in every group but the reference."""
    shares = _shares(measured, reference)
    items: list[ItemEffect] = []
    scales: list[ScaleEffect] = []
    for group, name in enumerate(measured.groups):
        if name != reference:
            own = _items_of_group(measured, group, shares)
            items += own
            scales.append(_scale_of_group(measured, group, shares, own))
    return items, scales


def _items_of_group(measured: MeasuredFactor, group: int, shares: FloatArray) -> list[ItemEffect]:
    """Effects of every item in one group."""
    effects = []
    units = _units(measured, group, shares)
    for (item, curves), unit in zip(measured.curves.items(), units.tolist(), strict=True):
        own = _differences([curves], group, shares, measured)
        d_macs = own.root_mean_square / unit
        effects.append(
            ItemEffect(
                item=item,
                factor=measured.name,
                group=measured.groups[group],
                d_macs=d_macs,
                d_macs_signed=own.signed / unit,
                signed_difference=own.signed,
                unsigned_difference=own.unsigned,
                size=size_of(d_macs),
            )
        )
    return effects


def _scale_of_group(
    measured: MeasuredFactor, group: int, shares: FloatArray, items: Sequence[ItemEffect]
) -> ScaleEffect:
    """Effect of the sum of all items in one group, given those of the items."""
    whole = _differences(list(measured.curves.values()), group, shares, measured)
    return ScaleEffect(
        factor=measured.name,
        group=measured.groups[group],
        signed_difference=whole.signed,
        unsigned_by_item=sum(own.unsigned_difference for own in items),
        unsigned_difference=whole.unsigned,
        n_items=len(items),
    )


def _shares(measured: MeasuredFactor, reference: str) -> FloatArray:
    """How much each group counts in the reference, shape (G,)."""
    if reference == POOLED and POOLED not in measured.groups:
        sizes = np.array(measured.n_of_groups, dtype=np.float64)
        return np.asarray(sizes / sizes.sum())
    return np.asarray(np.eye(len(measured.groups))[measured.groups.index(reference)])


def _units(measured: MeasuredFactor, group: int, shares: FloatArray) -> FloatArray:
    """Standard deviation of each item in the group and the reference, shape (p,)."""
    weights = np.array(measured.n_of_groups, dtype=np.float64) - 1
    counted = (shares > 0) | (np.arange(len(shares)) == group)
    weights = np.where(counted, weights, 0.0)
    return np.asarray(weights @ measured.item_sds / weights.sum())


def _differences(
    items: Sequence[Sequence[Item]], group: int, shares: FloatArray, measured: MeasuredFactor
) -> Differences:
    """Differences of the sum of some items between a group and the reference."""
    contrast = np.eye(len(shares))[group] - shares
    mean, sd = float(measured.means[group]), float(measured.sds[group])
    if all(curve.thresholds is None for curves in items for curve in curves):
        straight = [
            [contrast @ [curve.intercept for curve in curves] for curves in items],
            [contrast @ [curve.loading for curve in curves] for curves in items],
        ]
        return differences_of_line(Line(*(float(np.sum(own)) for own in straight)), mean, sd)
    factor, weights = levels(mean, sd)
    total = np.zeros_like(factor)
    for curves in items:
        for share, curve in zip(contrast, curves, strict=True):
            if share:
                total += share * curve.expected(factor)
    return differences_of_curves(total, weights)


def _require_comparable(solution: ConfirmatorySolution, reference: str | None) -> None:
    """Refuse models whose groups or items cannot be compared."""
    groups = solution.groups
    faults = []
    if len(groups) < 2:
        faults.append("the model has one group; fit it with `group` and several groups")
    else:
        faults += _faults_of_reference(reference, groups)
    table = solution.table
    loadings = [row for row in table.of_group(0) if row.operator == "=~"]
    named = [row.right for row in loadings]
    faults += [
        f"{item} measures more than one factor; leave it out of one"
        for item in dict.fromkeys(named)
        if named.count(item) > 1 and item in table.items
    ]
    if faults:
        raise ValueError("expected scores cannot be compared:\n" + "\n".join(faults))


def _faults_of_reference(reference: str | None, groups: Sequence[str]) -> list[str]:
    """What is wrong with the group that others are compared with, if anything is."""
    if reference in (None, POOLED, *groups):
        return []
    return [f"reference must be one of {', '.join(groups)} or 'pooled', got {reference!r}"]

"""How the factors found match those that were meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.efa.congruence import tucker_congruence
from pipeline.psychometrics.efa.explore import ExploratorySolution, factor_correlation_rows
from pipeline.psychometrics.result import Result

WEAK_LOADING = 0.40
"""An item should load at least this much on its own factor."""

CROSS_LOADING = 0.30
"""An item should load less than this on any second factor."""

SMALLEST_LEAD = 0.20
"""An item's largest loading should be ahead of its second by this much."""


@dataclass(frozen=True, slots=True)
class AlignedItem:
    """One item among the factors.

    Attributes
    ----------
    item : str
        The item.
    target : str or None
        The factor it was meant for, if any.
    target_loading : float
        Its loading there; NaN where it has no target or the target found no factor.
    largest_factor : str
        The factor of its largest absolute loading.
    second_loading : float
        Its second-largest loading; NaN with one factor.
    cross_loading, weak_loading, misplaced : bool
        See :func:`align_to_target`.
    """

    item: str
    target: str | None
    target_loading: float
    largest_factor: str
    second_loading: float
    cross_loading: bool
    weak_loading: bool
    misplaced: bool

    @property
    def condition(self) -> str | None:
        """The flags that are up."""
        flags = ("cross_loading", "weak_loading", "misplaced")
        return joined(flag for flag in flags if getattr(self, flag))


@dataclass(frozen=True, slots=True, eq=False)
class AlignedSolution(Result):
    """An exploratory solution with its factors named after their targets.

    Attributes
    ----------
    items, factors : tuple of str
        Names of the rows and columns; a factor without target is called other_1, other_2, ...
    pattern : ndarray, shape (n_items, n_factors)
        Pattern loadings, in the order of the targets and with their sign.
    factor_correlations : ndarray, shape (n_factors, n_factors)
        Correlations of the factors, likewise.
    congruence : dict of str to float
        Congruence of each target with its factor; NaN where it found none.
    flagged : tuple of AlignedItem
        Every item, with its flags.
    n_respondents : int
        That of the solution.
    method : str
        That of the solution.
    condition : str or None
        That of the solution; ``target_without_factor``, ``factor_without_target``.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    pattern: FloatArray
    factor_correlations: FloatArray
    congruence: dict[str, float]
    flagged: tuple[AlignedItem, ...]
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """Rows for loadings, those of each item on its target with flags, and congruence."""
        loadings = [
            {"item": item, "factor": factor, "statistic": "pattern", "estimate": self.pattern[i, j]}
            for i, item in enumerate(self.items)
            for j, factor in enumerate(self.factors)
        ]
        congruence = [
            {"factor": target, "statistic": "congruence", "estimate": value}
            for target, value in self.congruence.items()
        ]
        correlations = factor_correlation_rows(self.factors, self.factor_correlations)
        rows = [*loadings, *congruence, *correlations]
        shared = [{"condition": self.condition, **row} for row in rows]
        return long_table(
            [*shared, *self._item_rows()], n_respondents=self.n_respondents, method=self.method
        )

    def _item_rows(self) -> list[dict[str, Any]]:
        """Loading on the target and second-largest loading, with the flags of the item."""
        return [
            {
                "item": entry.item,
                "factor": factor,
                "statistic": statistic,
                "estimate": value,
                "condition": joined([self.condition, entry.condition]),
            }
            for entry in self.flagged
            for statistic, factor, value in (
                ("target_loading", entry.target, entry.target_loading),
                ("second_loading", None, entry.second_loading),
            )
        ]


def align_to_target(
    solution: ExploratorySolution, membership: Mapping[str, Sequence[str]]
) -> AlignedSolution:
    r"""Match the factors found to the factors meant, and say which items are out of place.

    Parameters
    ----------
    solution : ExploratorySolution
        Factors found.
    membership : mapping of str to sequence of str
        Items of each factor that was meant. Items of the solution may be absent.

    Returns
    -------
    AlignedSolution

    Raises
    ------
    ValueError
        If an item belongs to two factors or is not in the solution, or there are no targets.

    Notes
    -----
    Factors and targets are paired so that the total absolute congruence with the 0/1 membership
    is largest, and turned so that it is positive. Flags follow the .40-.30-.20 rule [1]_:

    - ``weak_loading``: less than .40 on its target;
    - ``cross_loading``: second-largest loading .30 or more, *or* less than .20 behind the largest.
      Each of the two misses what the other sees: .75 and .32, and .45 and .28;
    - ``misplaced``: largest loading on another factor than its target.

    Loadings count by their absolute size. An item without target can only be ``cross_loading``.

    References
    ----------
    .. [1] Howard (2016). International Journal of Human-Computer Interaction, 32(1), 51-62.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> from pipeline.psychometrics.efa.explore import explore_factors
    >>> rng = np.random.default_rng(1)
    >>> answers = np.repeat(rng.normal(size=(300, 2)), 3, axis=1) + rng.normal(size=(300, 6))
    >>> correlation = pearson_correlations(pd.DataFrame(answers, columns=list("abcdef")))
    >>> aligned = align_to_target(
    ...     explore_factors(correlation, n_factors=2), {"one": list("abc"), "two": list("def")}
    ... )
    >>> aligned.factors, round(aligned.congruence["two"], 1)
    (('one', 'two'), 1.0)
    """
    target = membership_matrix(solution.items, membership)
    found = _match(tucker_congruence(np.nan_to_num(solution.pattern), target), list(membership))
    pattern = solution.pattern[:, found.order] * found.sign
    turned = np.outer(found.sign, found.sign)
    return AlignedSolution(
        items=solution.items,
        factors=found.names,
        pattern=pattern,
        factor_correlations=solution.factor_correlations[np.ix_(found.order, found.order)] * turned,
        congruence=found.congruence if solution.is_defined else dict.fromkeys(membership, nan),
        flagged=_flag_items(solution, found.names, pattern, membership),
        n_respondents=solution.n_respondents,
        method=f"{solution.method}; matched to target by congruence",
        condition=joined([solution.condition, *_leftovers(target.shape[1], pattern.shape[1])]),
    )


def membership_matrix(items: Sequence[str], membership: Mapping[str, Sequence[str]]) -> FloatArray:
    """Membership as zeros and ones, a row per item and a column per target.

    Raises
    ------
    ValueError
        If an item belongs to two targets or is not among `items`, or there are no targets.
    """
    members = [item for listed in membership.values() for item in listed]
    unknown = sorted(set(members) - set(items))
    twice = sorted({item for item in members if members.count(item) > 1})
    if not membership or unknown or twice:
        raise ValueError(
            f"membership needs targets with items of the solution, each once; "
            f"not in the solution: {unknown}; more than once: {twice}"
        )
    columns = [[float(item in listed) for item in items] for listed in membership.values()]
    return np.array(columns).T


class _Match(NamedTuple):
    """Factors in the order of their targets, with the sign that points each towards its own."""

    order: list[int]
    sign: FloatArray
    names: tuple[str, ...]
    congruence: dict[str, float]


def _match(congruence: FloatArray, targets: Sequence[str]) -> _Match:
    """Pair factors (rows) with targets (columns); factors without one come last."""
    pairs = zip(*scipy.optimize.linear_sum_assignment(-np.abs(congruence)), strict=True)
    factor_of = {int(k): int(j) for j, k in sorted(pairs, key=lambda pair: pair[1])}
    left_over = [j for j in range(len(congruence)) if j not in factor_of.values()]
    own = {targets[k]: float(congruence[j, k]) for k, j in factor_of.items()}
    signs = [-1.0 if value < 0 else 1.0 for value in own.values()]
    others = [f"other_{i}" for i in range(1, len(left_over) + 1)]
    return _Match(
        order=[*factor_of.values(), *left_over],
        sign=np.array(signs + [1.0] * len(left_over)),
        names=(*own, *others),
        congruence={target: abs(own.get(target, nan)) for target in targets},
    )


def _leftovers(n_targets: int, n_factors: int) -> list[str | None]:
    return [
        "target_without_factor" if n_targets > n_factors else None,
        "factor_without_target" if n_factors > n_targets else None,
    ]


def _flag_items(
    solution: ExploratorySolution,
    factors: Sequence[str],
    pattern: FloatArray,
    membership: Mapping[str, Sequence[str]],
) -> tuple[AlignedItem, ...]:
    """Every item with its flags; none where there is no solution."""
    if not solution.is_defined:
        return ()
    target_of = {item: target for target, listed in membership.items() for item in listed}
    return tuple(
        _flag_item(item, target_of.get(item), dict(zip(factors, row.tolist(), strict=True)))
        for item, row in zip(solution.items, pattern, strict=True)
    )


def _flag_item(item: str, target: str | None, loadings: Mapping[str, float]) -> AlignedItem:
    by_size = sorted(loadings, key=lambda factor: -abs(loadings[factor]))
    second = loadings[by_size[1]] if len(by_size) > 1 else nan
    lead = abs(loadings[by_size[0]]) - abs(second)
    own = loadings.get(target, nan) if target is not None else nan
    return AlignedItem(
        item=item,
        target=target,
        target_loading=own,
        largest_factor=by_size[0],
        second_loading=second,
        cross_loading=bool(abs(second) >= CROSS_LOADING or lead < SMALLEST_LEAD),
        weak_loading=bool(abs(own) < WEAK_LOADING),
        misplaced=target is not None and by_size[0] != target,
    )

"""Whether members of a group agree more closely than people dealt into groups at random."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import nan, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.agreement.answers import (
    GroupedAnswers,
    category_counts,
    grouped_answers,
)
from pipeline.psychometrics.agreement.deals import (
    DRAWS_OF_AN_ORDER,
    FEWEST_BLOCKS,
    DealPlan,
    plan_of,
    random_deals,
)
from pipeline.psychometrics.agreement.null_variance import uniform_variance
from pipeline.psychometrics.agreement.spread import (
    Spread,
    mean_deviation,
    mean_variance,
    out_of_range,
    rwg_j,
    spread_of,
)
from pipeline.psychometrics.result import Result

STATISTICS = ("variance", "rwg_j_uniform", "ad_mean", "ad_mean_by_people")
"""What is averaged over groups: only of rwg(j) is more of it closer agreement. The last is the
average deviation with each group counted by its people, which tells more where some are small."""

LARGEST_POOL = 2_000_000
"""Spreads of random groups that are kept at a time."""

ROUNDING = 1e-12
"""Means that differ by less, relatively, are the same but for rounding."""


@dataclass(frozen=True, slots=True)
class ChanceComparison:
    """Mean agreement within groups beside that within random groups.

    Attributes
    ----------
    statistic : str
        Mean of the variance, of rwg(j) with values outside 0 to 1 counted as 0, or of AD_M(j); the
        latter also with each group counted by its people.
    observed : float
        Its mean over the groups.
    random_mean, random_sd : float
        Mean and standard deviation over the draws of its mean over random groups.
    z : float
        Observed less random mean, in units of `random_sd`. Closer agreement than chance is
        negative for variance and average deviation and positive for rwg(j).
    p_value, p_value_se : float
        Chance of agreement as close or closer in random groups, and its Monte Carlo error.
    """

    statistic: str
    observed: float
    random_mean: float
    random_sd: float
    z: float
    p_value: float
    p_value_se: float


@dataclass(frozen=True, slots=True, eq=False)
class AgreementByChance(Result):
    """Agreement within groups against chance for their sizes.

    Attributes
    ----------
    groups : tuple of str
        The groups in their order.
    n : ndarray, shape (n_groups,)
        Respondents of the group who answered every item.
    variance, ad_mean : ndarray, shape (n_groups,)
        Observed mean variance of the items and average deviation about the mean.
    p_variance, p_ad_mean : ndarray, shape (n_groups,)
        Share of random groups of the same n that agree as closely or more closely. That of the
        variance is also that of r*wg(j), and of rwg(j) within its range.
    n_random : ndarray, shape (n_groups,)
        Random groups of the same n that each was held against.
    programme : tuple of ChanceComparison
        Means over all groups of two or more.
    expected_variance : float
        Variance within a random group of any size, known without drawing: that of all respondents.
    n_draws : int
        How often everybody was dealt.
    n_respondents, n_total : int
        Respondents with every answer and a group, and respondents given.
    method : str
        How the groups were dealt.
    condition : str or None
        ``too_few_respondents``, ``too_few_groups``, ``no_repeated_groups``, ``no_variation``:
        nothing to hold against chance.
    """

    groups: tuple[str, ...]
    n: IntArray
    variance: FloatArray
    ad_mean: FloatArray
    p_variance: FloatArray
    p_ad_mean: FloatArray
    n_random: IntArray
    programme: tuple[ChanceComparison, ...]
    expected_variance: float
    n_draws: int
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def by_group(self) -> pd.DataFrame:
        """One row a group, in their order: name, n, observed, p values, what stood in the way."""
        names = ("n", "variance", "p_variance", "ad_mean", "p_ad_mean", "n_random")
        groups = pd.array(list(self.groups), dtype="string")
        conditions = pd.array(self._conditions(), dtype="string")
        columns = {name: getattr(self, name) for name in names}
        return pd.DataFrame({"group": groups, **columns, "condition": conditions})

    def to_rows(self) -> pd.DataFrame:
        """Means over groups beside chance; then a row a group (in the column item) and index."""
        rows: list[dict[str, object]] = [
            {"statistic": "expected_variance", "estimate": self.expected_variance}
        ]
        for own in self.programme:
            rows += _rows_of(own)
        rows += [
            {
                "item": group,
                "statistic": name,
                "estimate": value,
                "condition": word,
                "n_respondents": n,
            }
            for name in ("variance", "p_variance", "ad_mean", "p_ad_mean")
            for group, value, word, n in zip(
                self.groups, getattr(self, name), self._conditions(), self.n, strict=True
            )
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )

    def _conditions(self) -> list[str | None]:
        """What stood in the way in each group."""
        return ["too_few_respondents" if n < 2 else self.condition for n in self.n]


def agreement_by_chance(
    items: pd.DataFrame,
    groups: pd.Series,
    lowest: int,
    highest: int,
    rng: np.random.Generator,
    n_draws: int = 1000,
) -> AgreementByChance:
    r"""Agreement within groups, judged against groups of the same sizes dealt at random.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, whole numbers from `lowest` to `highest`, or missing.
    groups : Series, shape (n_respondents,)
        The group of each respondent, or missing.
    lowest, highest : int
        Lowest and highest category of the items.
    rng : Generator
        Source of randomness; the same state gives the same result.
    n_draws : int, optional
        How often everybody is dealt.

    Returns
    -------
    AgreementByChance

    Raises
    ------
    ValueError
        If the two are of different respondents, an answer is not a whole number from `lowest` to
        `highest`, or there are no draws.

    Notes
    -----
    Random group resampling [1]_ [2]_: in every draw all respondents with complete answers are dealt
    into groups of the actual sizes, without replacement, each way being equally likely. A group is
    held against all random groups of its own :math:`n`, pooled over draws and over groups of that
    size: :math:`p = (b + 1) / (m + 1)`, with :math:`b` of the :math:`m` as close or closer. Means
    over groups are held against the means of whole draws. The variance within a random group has
    the same expectation for every :math:`n`, the variance of all respondents.

    With up to DEALT_SINGLY_UP_TO respondents every draw deals everybody singly. With more, large
    groups are dealt blocks of people that are made anew every DRAWS_OF_AN_ORDER draws, so that
    draws are slightly alike. Every single draw stays an exact random deal; `p_value_se` allows for
    the largest share of pairs that draws can have in common. With p the share of draws, it is
    :math:`\sqrt{p (1 - p) / m_e}`, :math:`m_e = (m + 1) / (1 + (d - 1) s)` for :math:`d` draws
    from an order and a share :math:`s` of pairs in one block.

    References
    ----------
    .. [1] Bliese & Halverson (2002). The Leadership Quarterly, 13(1), 53-68.
    .. [2] Bliese (2000). In Klein & Kozlowski (Eds.), Multilevel theory, research, and methods in
       organizations, 349-381. Jossey-Bass.

    Examples
    --------
    >>> items = pd.DataFrame({"q1": [4, 5, 4, 1, 2, 1, 3, 3], "q2": [5, 5, 4, 2, 2, 1, 3, 2]})
    >>> groups = pd.Series(list("aaabbbcc"))
    >>> found = agreement_by_chance(items, groups, 1, 5, np.random.default_rng(1))
    >>> found.programme[0].statistic, found.programme[0].p_value < 0.01
    ('variance', True)
    """
    if n_draws < 1:
        raise ValueError(f"n_draws must be 1 or more, got {n_draws}")
    answers = grouped_answers(items, groups, lowest, highest)
    sizes, n_items = answers.sizes, len(answers.steps)
    n_groups = len(sizes)
    counts = category_counts(answers.steps, answers.codes, n_groups, answers.n_categories)
    observed = spread_of(counts, sizes)
    condition = _condition(counts, sizes)
    plan = plan_of(sizes)
    found = _held_against_chance(observed, answers, plan, rng, 0 if condition else n_draws)
    return AgreementByChance(
        groups=answers.groups,
        n=sizes,
        variance=mean_variance(observed, sizes, n_items),
        ad_mean=mean_deviation(observed, sizes, n_items),
        p_variance=found.shares.variance,
        p_ad_mean=found.shares.deviation,
        n_random=found.n_random,
        programme=_programme(_means(observed, answers), found.means, plan),
        expected_variance=_total_variance(counts, n_items),
        n_draws=n_draws,
        n_respondents=int(sizes.sum()),
        n_total=answers.n_total,
        method=_method(plan),
        condition=condition,
    )


class _Chance(NamedTuple):
    """What the draws say.

    Attributes
    ----------
    shares : Spread
        Share of random groups as close as each group, arrays of shape (n_groups,).
    n_random : ndarray, shape (n_groups,)
        Random groups each was held against.
    means : dict
        Mean over groups of each statistic, arrays of shape (n_draws,).
    """

    shares: Spread
    n_random: IntArray
    means: dict[str, FloatArray]


def _held_against_chance(
    observed: Spread,
    answers: GroupedAnswers,
    plan: DealPlan,
    rng: np.random.Generator,
    n_draws: int,
) -> _Chance:
    sizes = answers.sizes
    as_close = Spread(np.zeros(len(sizes)), np.zeros(len(sizes)))
    means = []
    for drawn in _drawn(answers, plan, rng, n_draws):
        means.append(_means(drawn, answers))
        for own, random, count in zip(observed, drawn, as_close, strict=True):
            count += _n_as_close(own, random, sizes)
    _, place, times = np.unique(sizes, return_inverse=True, return_counts=True)
    n_random = np.where(sizes > 1, n_draws * times[place], 0)
    shares = (np.where(n_random > 0, (count + 1) / (n_random + 1), nan) for count in as_close)
    collected = {
        name: np.concatenate([own[name] for own in means]) if means else np.empty(0)
        for name in STATISTICS
    }
    return _Chance(Spread(*shares), n_random, collected)


def _rows_of(own: ChanceComparison) -> list[dict[str, object]]:
    """Rows of one comparison; the p value has its Monte Carlo error."""
    name = f"{own.statistic}_mean"
    values = {
        "observed": own.observed,
        "random_mean": own.random_mean,
        "random_sd": own.random_sd,
        "z": own.z,
    }
    rows: list[dict[str, object]] = [
        {"statistic": f"{name}_{which}", "estimate": value} for which, value in values.items()
    ]
    return [
        *rows,
        {"statistic": f"{name}_p_value", "estimate": own.p_value, "se": own.p_value_se},
    ]


def _condition(counts: IntArray, sizes: IntArray) -> str | None:
    if not sizes.any():
        return "too_few_respondents"
    if (sizes > 0).sum() < 2:
        return "too_few_groups"
    if sizes.max() < 2:
        return "no_repeated_groups"
    constant = counts.sum(axis=0).max(axis=1) == sizes.sum()
    return "no_variation" if constant.all() else None


def _method(plan: DealPlan) -> str:
    how = "random groups of the same sizes; everybody dealt singly in every draw"
    if plan.block_size == 1:
        return how
    return (
        f"random groups of the same sizes; groups of {FEWEST_BLOCKS * plan.block_size} or more are "
        f"dealt blocks of {plan.block_size} people, made anew every {DRAWS_OF_AN_ORDER} draws, "
        "everybody else singly"
    )


def _drawn(
    answers: GroupedAnswers, plan: DealPlan, rng: np.random.Generator, n_draws: int
) -> Iterator[Spread]:
    """Spread of every random group, in arrays of shape (some draws, n_groups)."""
    sizes = answers.sizes
    n_together = max(1, LARGEST_POOL // max(len(sizes), 1))
    deals = random_deals(answers, plan, rng, n_draws)
    while together := [spread_of(counts, sizes) for counts in islice(deals, n_together)]:
        yield Spread(
            np.array([drawn.variance for drawn in together]),
            np.array([drawn.deviation for drawn in together]),
        )


def _n_as_close(observed: FloatArray, drawn: FloatArray, sizes: IntArray) -> FloatArray:
    """How many of the random groups of its own size lie as close together as each group."""
    counts = np.zeros(len(sizes))
    for size in np.unique(sizes[sizes > 1]):
        own = sizes == size
        pool = np.sort(drawn[:, own], axis=None)
        counts[own] = np.searchsorted(pool, observed[own], side="right")
    return counts


def _programme(
    observed: dict[str, FloatArray], random: dict[str, FloatArray], plan: DealPlan
) -> tuple[ChanceComparison, ...]:
    """The means over all groups of two or more, each beside those of the draws."""
    alike = 1 + (DRAWS_OF_AN_ORDER - 1) * plan.shared_pairs
    return tuple(
        _comparison(name, float(observed[name]), random[name], alike) for name in STATISTICS
    )


def _means(spread: Spread, answers: GroupedAnswers) -> dict[str, FloatArray]:
    """Mean over groups of two or more of each statistic, the last axis being groups."""
    sizes, n_items = answers.sizes, len(answers.steps)
    several = sizes > 1
    if not several.any():
        return dict.fromkeys(STATISTICS, np.full(spread.variance.shape[:-1], np.nan))
    own = Spread(spread.variance[..., several], spread.deviation[..., several])
    variance = mean_variance(own, sizes[several], n_items)
    agreement = rwg_j(variance, uniform_variance(answers.n_categories), n_items)
    agreement = np.where(out_of_range(agreement, variance), 0.0, agreement)
    deviation = mean_deviation(own, sizes[several], n_items)
    means = [values.mean(axis=-1) for values in (variance, agreement, deviation)]
    by_people = deviation @ (sizes[several] / sizes[several].sum())
    return dict(zip(STATISTICS, [*means, by_people], strict=True))


def _comparison(name: str, observed: float, random: FloatArray, alike: float) -> ChanceComparison:
    """One mean beside those of the draws, which count for fewer the more alike they are."""
    if not len(random):
        return ChanceComparison(name, observed, nan, nan, nan, nan, nan)
    mean, sd = float(random.mean()), float(random.std(ddof=1)) if len(random) > 1 else nan
    closer = -1.0 if name == "rwg_j_uniform" else 1.0
    as_close = closer * (random - observed) <= ROUNDING * abs(observed)
    p_value = (int(as_close.sum()) + 1) / (len(random) + 1)
    return ChanceComparison(
        statistic=name,
        observed=observed,
        random_mean=mean,
        random_sd=sd,
        z=(observed - mean) / sd if sd > ROUNDING * abs(mean) else nan,
        p_value=p_value,
        p_value_se=sqrt(p_value * (1 - p_value) * alike / (len(random) + 1)),
    )


def _total_variance(counts: IntArray, n_items: int) -> float:
    """Mean over items of the variance of all respondents."""
    everybody = counts.sum(axis=0, keepdims=True)
    n = everybody[:, 0].sum(axis=1)
    return float(mean_variance(spread_of(everybody, n), n, n_items)[0])

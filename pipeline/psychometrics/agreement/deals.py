"""Random groups: all respondents dealt anew into groups of the actual sizes."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._responses import IntArray
from pipeline.psychometrics.agreement.answers import GroupedAnswers, category_counts

DEALT_SINGLY_UP_TO = 20_000
"""Up to so many respondents everybody is dealt singly in every draw."""

FEWEST_BLOCKS = 20
"""A group is dealt whole blocks only if it takes as many, so that less than a twentieth of the
pairs of its members are pairs of one block."""

DRAWS_OF_AN_ORDER = 20
"""Draws after which new blocks are made."""


class DealPlan(NamedTuple):
    """How the members of each group are dealt.

    Attributes
    ----------
    block_size : int
        People in a block; 1 where everybody is dealt singly.
    n_whole_blocks, n_singles : ndarray, shape (n_groups,)
        Blocks and single people that make up each group.
    """

    block_size: int
    n_whole_blocks: IntArray
    n_singles: IntArray

    @property
    def cost(self) -> int:
        """What is dealt in one draw; a block and a single person take about the same time."""
        return int(self.n_whole_blocks.sum() + self.n_singles.sum())

    @property
    def mixes(self) -> bool:
        """Whether those left over from the blocks are few among the people dealt singly.

        They are the same in all draws from an order.
        """
        n_singles = int(self.n_singles.sum())
        return FEWEST_BLOCKS * (n_singles % self.block_size) <= n_singles

    @property
    def shared_pairs(self) -> float:
        """Largest share of the pairs in a group that are pairs of one block."""
        return (self.block_size - 1) / (self.block_size * FEWEST_BLOCKS - 1)


def plan_of(sizes: IntArray) -> DealPlan:
    """The cheapest plan for groups of these sizes.

    Parameters
    ----------
    sizes : ndarray, shape (n_groups,)
        Members of each group.

    Returns
    -------
    DealPlan
    """
    if sizes.sum() <= DEALT_SINGLY_UP_TO:
        return in_blocks(sizes, 1)
    largest = max(int(sizes.max()) // FEWEST_BLOCKS, 1)
    candidates = np.unique(np.geomspace(1, largest, num=100).astype(np.int64))
    plans = (in_blocks(sizes, int(size)) for size in candidates)
    return min((plan for plan in plans if plan.mixes), key=lambda plan: plan.cost)


def in_blocks(sizes: IntArray, block_size: int) -> DealPlan:
    """The plan with blocks of this size.

    Parameters
    ----------
    sizes : ndarray, shape (n_groups,)
        Members of each group.
    block_size : int
        People in a block.

    Returns
    -------
    DealPlan
    """
    if block_size == 1:
        return DealPlan(1, np.zeros_like(sizes), sizes)
    whole = np.where(sizes >= FEWEST_BLOCKS * block_size, sizes // block_size, 0)
    return DealPlan(block_size, whole, sizes - block_size * whole)


def random_deals(
    answers: GroupedAnswers, plan: DealPlan, rng: np.random.Generator, n_draws: int
) -> Iterator[IntArray]:
    """Counts of categories in random groups of the actual sizes, a draw at a time.

    In every draw each way of dealing everybody out is exactly as likely as any other: a random
    order is cut into blocks, and the blocks are dealt in random order; those that no group takes
    whole are opened and their people are dealt singly. Draws between two new orders have blocks in
    common, which makes them slightly alike and the share of them that meets a criterion slightly
    less exact, but not biased.

    Parameters
    ----------
    answers : GroupedAnswers
        The answers to deal.
    plan : DealPlan
        How to deal.
    rng : Generator
        Source of randomness.
    n_draws : int
        How often.

    Yields
    ------
    ndarray, shape (n_groups, n_items, n_categories)
        How many chose each category.
    """
    n_groups, n_categories = len(plan.n_singles), answers.n_categories
    shape = (n_groups, len(answers.steps), n_categories)
    owner_of_single = np.repeat(np.arange(n_groups), plan.n_singles)
    blocks = None
    for draw in range(n_draws):
        if blocks is None or (draw % DRAWS_OF_AN_ORDER == 0 and plan.block_size > 1):
            blocks = _blocks(answers, plan.block_size, rng)
        order = rng.permutation(blocks.n_blocks)
        counts = _dealt_blocks(blocks, plan.n_whole_blocks, order).reshape(shape)
        if len(owner_of_single):
            singles = rng.permutation(blocks.people_of(order[plan.n_whole_blocks.sum() :]))
            own = np.take(blocks.steps, singles, axis=1)
            counts = counts + category_counts(own, owner_of_single, n_groups, n_categories)
        yield counts.astype(np.int64, copy=False)


class _Blocks(NamedTuple):
    """People in a random order, cut into blocks of two or more; who is left over is in none."""

    steps: np.typing.NDArray[np.unsignedinteger]
    size: int
    n_blocks: int
    counts: np.typing.NDArray[np.int32]

    def people_of(self, blocks: IntArray) -> IntArray:
        """Places of the people of these blocks, and of those in no block."""
        members = (blocks[:, None] * self.size + np.arange(self.size)).ravel()
        return np.concatenate([members, np.arange(self.n_blocks * self.size, self.steps.shape[1])])


def _blocks(answers: GroupedAnswers, size: int, rng: np.random.Generator) -> _Blocks:
    n_people = answers.steps.shape[1]
    n_blocks = n_people // size if size > 1 else 0
    steps = answers.steps
    if size > 1:
        steps = np.take(steps, rng.permutation(n_people), axis=1)
    owner = np.repeat(np.arange(n_blocks), size)
    counts = category_counts(steps[:, : len(owner)], owner, n_blocks, answers.n_categories)
    cells = counts.reshape(n_blocks, len(steps) * answers.n_categories)
    return _Blocks(steps, size, n_blocks, cells.astype(np.int32))


def _dealt_blocks(
    blocks: _Blocks, n_of_group: IntArray, order: IntArray
) -> np.typing.NDArray[np.int32]:
    """Counts of the groups that take their blocks from this order one after the other."""
    ends = np.concatenate([[0], np.cumsum(n_of_group)])
    ones = np.ones(ends[-1], dtype=np.int32)
    shape = (len(n_of_group), blocks.n_blocks)
    owners = scipy.sparse.csr_array((ones, order[: ends[-1]], ends), shape=shape)
    return np.asarray(owners @ blocks.counts)

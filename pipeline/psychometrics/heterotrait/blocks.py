"""Correlations of items sorted by the scales of the two items, and ratios of their means."""

from collections.abc import Sequence
from math import nan
from typing import Literal, NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray

Ratio = Literal["htmt", "htmt2"]
"""Of arithmetic or of geometric means."""


class Blocks(NamedTuple):
    """Pairs of items, sorted by the two scales they belong to.

    ``first``, ``second`` the items of each pair; ``start`` where each block of pairs begins,
    ``size`` how many pairs it has and ``scales`` (2, n_blocks) its scales.
    """

    of_item: IntArray
    first: IntArray
    second: IntArray
    start: IntArray
    size: IntArray
    scales: IntArray

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "Blocks":
        """Of scales with so many items, one scale after the other."""
        of_item = np.repeat(np.arange(len(lengths)), lengths)
        first, second = np.triu_indices(len(of_item), k=1)
        number = of_item[first] * len(lengths) + of_item[second]
        order = np.argsort(number, kind="stable")
        blocks, start, size = np.unique(number[order], return_index=True, return_counts=True)
        scales = np.array(np.divmod(blocks, len(lengths)))
        return cls(of_item, first[order], second[order], start, size, scales)

    @property
    def n_scales(self) -> int:
        """Scales."""
        return int(self.of_item[-1]) + 1

    def means(self, matrices: FloatArray) -> FloatArray:
        """Mean of every block in each of a stack of matrices; NaN where there are no pairs."""
        values = matrices[:, self.first, self.second]
        sums = np.add.reduceat(values, self.start, axis=1)
        result = np.full((len(matrices), self.n_scales, self.n_scales), nan)
        result[:, *self.scales] = sums / self.size
        result[:, *self.scales[::-1]] = result[:, *self.scales]
        return result

    def ratios(self, correlations: FloatArray, ratio: Ratio) -> FloatArray:
        """Ratios in each of a stack of correlation matrices, with 1 on the diagonal."""
        sizes = np.abs(correlations)
        with np.errstate(divide="ignore", invalid="ignore"):
            means = self.means(sizes) if ratio == "htmt" else np.exp(self.means(np.log(sizes)))
            within = np.sqrt(np.diagonal(means, axis1=1, axis2=2))
            result = means / (within[:, :, None] * within[:, None, :])
        result[~np.isfinite(result)] = nan
        diagonal = np.arange(self.n_scales)
        result[:, diagonal, diagonal] = 1.0
        return np.asarray(result)

    def reservations(self, correlations: FloatArray) -> tuple[str | None, ...]:
        """What is to be said of each scale."""
        within = np.diag(self.means(correlations[None])[0])
        single = np.bincount(self.of_item) == 1
        return tuple(
            "one_item" if alone else "negative_within_scale" if mean <= 0 else None
            for alone, mean in zip(single, within, strict=True)
        )

"""What screening needs to know about the items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.ingest.screening.matrix import Answers, IntArray
from pipeline.instrument import Instrument


@dataclass(frozen=True, slots=True)
class ReflectiveScale:
    """Items that express one attribute.

    Attributes
    ----------
    columns : tuple of int
        Places of its items among all items.
    lowest, n_categories : int
        The lowest answer, and how many there are.
    """

    columns: tuple[int, ...]
    lowest: int
    n_categories: int


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a questionnaire in the order in which they are asked.

    Attributes
    ----------
    ids : tuple of str
        Their names, which are those of the columns of answers.
    keyed : tuple of int
        1, or -1 for an item that says the opposite of its scale.
    reflections : tuple of int
        For each item the constant ``c`` for which ``c - x`` reverses the answer ``x``.
    scales : tuple of ReflectiveScale
        The scales whose items express one attribute.
    """

    ids: tuple[str, ...]
    keyed: tuple[int, ...]
    reflections: tuple[int, ...]
    scales: tuple[ReflectiveScale, ...]

    @property
    def directions(self) -> IntArray:
        """The keying as an array."""
        return np.asarray(self.keyed, dtype=np.int64)

    def turn_round(self, answers: Answers) -> Answers:
        """Answers with those to reversed items reversed; shape (n_people, n_items)."""
        return self.turn_round_some(answers, range(len(self.ids)))

    def turn_round_some(self, answers: Answers, columns: Sequence[int]) -> Answers:
        """The same for the items in these columns; shape (n_people, n_columns)."""
        turned = answers[:, list(columns)]
        for place, column in enumerate(columns):
            if self.keyed[column] < 0:
                turned[:, place] = self.reflections[column] - turned[:, place]
        return turned


def describe_items(instrument: Instrument) -> Items:
    """What screening needs to know about the items of a questionnaire."""
    place = {item: column for column, item in enumerate(instrument.items)}
    scale_of = instrument.scale_of_item
    return Items(
        ids=tuple(place),
        keyed=tuple(item.keyed for item in instrument.items.values()),
        reflections=tuple(scale_of[item].response_scale.reflection for item in place),
        scales=tuple(
            ReflectiveScale(
                tuple(place[item] for item in scale.item_ids),
                scale.response_scale.lowest,
                scale.response_scale.highest - scale.response_scale.lowest + 1,
            )
            for scale in instrument.scales
            if scale.treatment == "reflective"
        ),
    )

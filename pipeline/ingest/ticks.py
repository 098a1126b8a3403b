"""Boxes to tick whose ticks stand in one cell, by their codes or by their wordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.codebook import ANSWERED, REFUSAL, Reading
from pipeline.ingest.wording import wording_key

MOST_PIECES = 200


@dataclass(frozen=True)
class TickList:
    """All boxes of a question whose ticks stand in one cell.

    Attributes
    ----------
    boxes : mapping
        The box that each code or wording stands for, by its key; None where it stands for two.
    separator : str
        What stands between two ticks; it may also stand inside a wording.
    special : mapping
        What stands for no answer at all, by its key.
    allowed : str
        The codes in words.
    """

    boxes: Mapping[str, str | None]
    separator: str
    allowed: str
    special: Mapping[str, Reading] = field(default_factory=dict)

    def ticked(self, text: str) -> frozenset[str] | None:
        """The boxes that a cell ticks; None where it does not say so in one way only."""
        pieces = [piece for piece in text.split(self.separator) if wording_key(piece)]
        if not pieces or len(pieces) > MOST_PIECES:
            return None
        readings = set(self._ways(tuple(pieces)))
        return readings.pop() if len(readings) == 1 else None

    def _ways(self, pieces: Sequence[str]) -> Iterator[frozenset[str]]:
        """Every set of boxes whose wordings, one after the other, make up the pieces."""
        ways: list[set[frozenset[str]]] = [{frozenset()}, *(set() for _ in pieces)]
        for end in range(1, len(pieces) + 1):
            for start in range(end):
                if not ways[start]:
                    continue
                box = self.boxes.get(wording_key(self.separator.join(pieces[start:end])))
                if box is not None:
                    ways[end] |= {ticks | {box} for ticks in ways[start]}
        yield from ways[len(pieces)]


@dataclass(frozen=True)
class Tick:
    """One box of a list of ticks."""

    box: str
    of: TickList

    @property
    def allowed(self) -> str:
        """The codes in words."""
        return self.of.allowed

    def read(self, text: str) -> Reading:
        """1 or 0; a cell with anything else in it is refused."""
        special = self.of.special.get(wording_key(text))
        if special is not None:
            return special
        ticked = self.of.ticked(text)
        return REFUSAL if ticked is None else Reading(float(self.box in ticked), ANSWERED)

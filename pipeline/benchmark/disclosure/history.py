"""One figure in all releases of a survey round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.atoms import Atoms
from pipeline.benchmark.disclosure.differences import Classes, Limits
from pipeline.benchmark.disclosure.pools import TOLERANCE

Numbers = NDArray[np.float64]
View = tuple[str, str]
"""Site and group; empty for the programme and for everyone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The numbers of a figure for one view in one release; unknown where not shown."""

    rows: tuple[int, ...]
    estimate: Numbers
    unit: Numbers
    denominator: Numbers
    shown: bool

    def rounded_to(self, unit: float) -> Cell:
        """The same numbers as they would be shown with a unit at least this coarse."""
        units = np.maximum(self.unit, unit)
        estimate = np.rint(self.estimate / units) * units
        return Cell(self.rows, estimate, units, self.denominator, self.shown)


@dataclass(frozen=True, slots=True)
class History:
    """One figure in all releases, the new one last, and what people put into it.

    Attributes
    ----------
    cells : mapping
        By view and release.
    counted : mapping
        For each release, the views of sites that count in the programme.
    limits : Limits
        What a person can contribute, and what is protected.
    step : float
        Sums are multiples of this; 0 where they need not be.
    """

    atoms: Atoms
    classes: Classes
    cells: Mapping[tuple[View, int], Cell]
    counted: Sequence[frozenset[View]]
    limits: Limits
    step: float

    @property
    def now(self) -> int:
        """The new release."""
        return len(self.counted) - 1

    @property
    def views(self) -> list[View]:
        """Views of the new release: sites, their groups, the programme, its groups."""
        views = {view for view, place in self.cells if place == self.now}
        return sorted(views, key=lambda view: (not view[0], bool(view[1]), view))

    def is_shown(self, view: View, place: int) -> bool:
        """Whether a release shows the view."""
        cell = self.cells.get((view, place))
        return cell is not None and cell.shown

    def inside(self, view: View, place: int) -> NDArray[np.int64]:
        """Which atoms are part of a view in a release."""
        site, group = view
        atoms = self.atoms
        inside = atoms.present[:, place]
        if group:
            inside = inside * (atoms.group == group)
        if site:
            return np.asarray(inside * (atoms.site == site))
        counted = {name for name, of_group in self.counted[place] if of_group == group}
        return np.asarray(inside * np.isin(atoms.site.astype(str), sorted(counted)))

    def ends(self, cell: Cell) -> tuple[Numbers, Numbers]:
        """Lowest and highest sum that would be shown like this; any where nothing is shown."""
        half, n, measure = cell.unit / 2, cell.denominator, self.limits.measure
        low = n * np.maximum(cell.estimate - half, measure.low)
        high = n * np.minimum(cell.estimate + half, measure.high)
        if self.step:
            low = np.ceil(low / self.step - TOLERANCE) * self.step
            high = np.floor(high / self.step + TOLERANCE) * self.step
        unknown = np.isnan(low)
        return np.where(unknown, -np.inf, low), np.where(unknown, np.inf, high)

"""Looking up estimates by what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan

import pandas as pd

Address = tuple[str | None, str | None, str | None, str | None, str | None, str]
"""Site, group, scale, item, factor, statistic; None where an estimate is not about one of them."""

ADDRESS = ("site", "group", "scale", "item", "factor", "statistic")
"""What the words of an address are about."""

Source = tuple[tuple[str, str], ...]
"""What all estimates of a table are about, such as a model and a sample: names with values."""

_Row = tuple[Address, str, str, tuple[float | None, ...]]

_NUMBERS = ("estimate", "ci_low", "ci_high", "confidence_level", "n_respondents")
_TOLD = ("method", "condition")


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with what is needed to read it; `address` and `source` tell where it stands."""

    value: float
    low: float | None
    high: float | None
    level: float | None
    n: int | None
    method: str
    condition: str
    address: Address | None = None
    source: Source = ()

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends of the interval, if it has both."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    def excludes(self, value: float) -> bool:
        """Whether there is an interval and `value` lies outside it."""
        return self.interval is not None and not self.interval[0] <= value <= self.interval[1]


@dataclass(frozen=True, slots=True)
class Absent:
    """A statistic that could not be estimated, with the reason that is on record."""

    n: int | None
    method: str
    condition: str
    address: Address | None = None
    source: Source = ()


@dataclass(frozen=True, slots=True)
class Estimates:
    """A table of estimates of one survey round, found by address."""

    by_address: Mapping[Address, tuple[Estimate, ...]]
    absent: Mapping[Address, Absent]

    def at(
        self,
        statistic: str,
        *,
        site: str | None = None,
        group: str | None = None,
        scale: str | None = None,
        item: str | None = None,
        factor: str | None = None,
    ) -> Estimate | None:
        """The estimate of a statistic, None where there is none."""
        found = self.by_address.get((site, group, scale, item, factor, statistic), ())
        return found[0] if found else None

    def on_record(
        self,
        statistic: str,
        *,
        scale: str | None = None,
        item: str | None = None,
        factor: str | None = None,
    ) -> Estimate | Absent | None:
        """The estimate of the whole programme, or why there is none, if either is on record."""
        address = (None, None, scale, item, factor, statistic)
        found = self.by_address.get(address, ())
        return found[0] if found else self.absent.get(address)

    def addresses(self) -> tuple[Address, ...]:
        """Every address with an estimate or with the reason why there is none, in order."""
        return (*self.by_address, *self.absent)


def estimates_of(frame: pd.DataFrame | None, wave: str | None, source: Source = ()) -> Estimates:
    """The estimates of a survey round; rows that belong to no round are kept.

    The order of the rows of `frame` does not matter. `source` is what all of them are about beside
    their addresses.
    """
    present: dict[Address, list[Estimate]] = {}
    absent: dict[Address, Absent] = {}
    for address, method, condition, numbers in _rows(frame, wave):
        value, low, high, level, respondents = numbers
        n = None if respondents is None else round(respondents)
        if value is None:
            absent.setdefault(address, Absent(n, method, condition, address, source))
        else:
            one = Estimate(value, low, high, level, n, method, condition, address, source)
            present.setdefault(address, []).append(one)
    return Estimates({address: tuple(found) for address, found in present.items()}, absent)


def _rows(frame: pd.DataFrame | None, wave: str | None) -> list[_Row]:
    """Address, method, condition and numbers of each row, in the order of address and method."""
    if frame is None or frame.empty:
        return []
    own = frame if wave is None else of_round(frame, wave)
    words = [words_in(own, name) for name in ADDRESS]
    told = [[word or "" for word in words_in(own, name)] for name in _TOLD]
    numbers = zip(*(_numbers_in(own, name) for name in _NUMBERS), strict=True)
    rows = zip(zip(*words, strict=True), *told, numbers, strict=True)
    return sorted(rows, key=lambda row: (in_order(row[0]), row[1], str(row[3][0])))


def of_round(frame: pd.DataFrame, wave: str) -> pd.DataFrame:
    """The rows of a survey round, and those that belong to none."""
    if "wave" not in frame.columns:
        return frame
    return frame[frame["wave"].isna() | (frame["wave"] == wave).fillna(False)]


def in_order(words: Sequence[str | None]) -> tuple[str, ...]:
    """To sort words by: what is about none of something comes before what is."""
    return tuple([word or "" for word in words])


def words_in(frame: pd.DataFrame, name: str) -> list[str | None]:
    """The words of a column, None where there is none or no such column."""
    if name not in frame.columns:
        return [None] * len(frame)
    column = frame[name]
    there = column.notna()
    values = column.astype(object)
    return [str(word) if told else None for word, told in zip(values, there, strict=True)]


def _numbers_in(frame: pd.DataFrame, name: str) -> list[float | None]:
    if name not in frame.columns:
        return [None] * len(frame)
    values = frame[name].to_numpy(dtype=float, na_value=nan).tolist()
    return [None if isnan(value) else value for value in values]

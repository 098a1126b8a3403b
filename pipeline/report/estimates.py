"""Looking up estimates by what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

Address = tuple[str | None, str | None, str | None, str | None, str | None, str]
"""Site, group, scale, item, factor, statistic; None where an estimate is not about one of them."""

ADDRESS = ("site", "group", "scale", "item", "factor", "statistic")
"""What the words of an address are about."""

Source = tuple[tuple[str, str], ...]
"""What all estimates of a table are about, such as a model and a sample: names with values."""

_NUMBERS = ("estimate", "ci_low", "ci_high", "confidence_level", "n_respondents")
_WORDS = ("method", "condition")


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
    for row in _rows(frame, wave):
        full = _address(row)
        if row["estimate"] is None:
            n = _whole(row["n_respondents"])
            absent.setdefault(full, Absent(n, *_told(row), full, source))
        else:
            present.setdefault(full, []).append(_estimate(row, full, source))
    return Estimates({address: tuple(found) for address, found in present.items()}, absent)


def _rows(frame: pd.DataFrame | None, wave: str | None) -> Iterator[dict[str, object]]:
    if frame is None or frame.empty:
        return
    if wave is not None and "wave" in frame.columns:
        frame = frame[frame["wave"].isna() | (frame["wave"] == wave).fillna(False)]
    names = [name for name in (*ADDRESS, *_NUMBERS, *_WORDS) if name in frame.columns]
    columns = {name: _plain(frame[name]) for name in names}
    blank: list[object] = [None] * len(frame)
    whole = {name: columns.get(name, blank) for name in (*ADDRESS, *_NUMBERS, *_WORDS)}
    records = [
        dict(zip(whole, values, strict=True)) for values in zip(*whole.values(), strict=True)
    ]
    yield from sorted(records, key=_order)


def _address(row: Mapping[str, object]) -> Address:
    site, group, scale, item, factor, statistic = (
        None if row[name] is None else str(row[name]) for name in ADDRESS
    )
    return site, group, scale, item, factor, str(statistic)


def _plain(column: pd.Series) -> list[object]:
    values = column.astype(object).tolist()
    return [None if empty else value for value, empty in zip(values, column.isna(), strict=True)]


def _order(row: dict[str, object]) -> tuple[str, ...]:
    return tuple(
        "" if row[name] is None else str(row[name]) for name in (*ADDRESS, "method", "estimate")
    )


def _estimate(row: dict[str, object], address: Address, source: Source) -> Estimate:
    method, condition = _told(row)
    return Estimate(
        value=_number(row["estimate"]) or 0.0,
        low=_number(row["ci_low"]),
        high=_number(row["ci_high"]),
        level=_number(row["confidence_level"]),
        n=_whole(row["n_respondents"]),
        method=method,
        condition=condition,
        address=address,
        source=source,
    )


def _told(row: dict[str, object]) -> tuple[str, str]:
    return str(row["method"] or ""), str(row["condition"] or "")


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _whole(value: object) -> int | None:
    return None if value is None else round(float(str(value)))

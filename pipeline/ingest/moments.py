"""Dates and times as people's computers write them, read alike for a whole column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.ingest.wording import one_line

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH_NUMBERS = {
    name: number
    for number, month in enumerate(_MONTHS, start=1)
    for name in (month, month[:3], month[:4])
}
_MORNING = ("am", "a.m.", "a. m.", "vorm.", "fm", "f.m.", "上午", "午前", "오전", "π.μ.", "πμ")
_AFTERNOON = ("pm", "p.m.", "p. m.", "nachm.", "em", "e.m.", "下午", "午後", "오후", "μ.μ.", "μμ")
_HALVES = sorted({*_MORNING, *_AFTERNOON}, key=lambda word: (-len(word), word))
_HALF = "|".join(map(re.escape, _HALVES))
_TIME = (
    rf"(?:(?:T|,? (?:(?:at|klo|kl\.?|um|à|alle|a las|as|às|om|o) )?)(?:(?P<before>{_HALF}) ?)?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}(?:[.,]\d{1,9})?))?"
    rf"(?: ?(?P<after>{_HALF}))?"
    r" ?(?P<zone>Z|(?:GMT|UTC)?[+-\u2212]\d{1,2}(?::?\d{2})?|[A-Z]{2,5})?(?: ?\([^()]*\))?)?"
)
_WEEKDAY = r"(?:[a-z]{3,9}\.?,? )?"
_NAMED = "|".join(sorted(_MONTH_NUMBERS, key=lambda name: (-len(name), name)))
_YEAR = r"\d{4}|\d{2}"
_OFFSET = re.compile(r"(?:GMT|UTC)?([+\-\u2212])(\d{1,2}):?(\d{2})?")
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
_DAY_ZERO = pd.Timestamp("1899-12-30")
"""What a spreadsheet counts its days from; right from March 1900 on."""
_CENTURY = 2000

Order = tuple[str, str, str]
YEAR_FIRST: Order = ("year", "month", "day")
DAY_FIRST: Order = ("day", "month", "year")
MONTH_FIRST: Order = ("month", "day", "year")


@dataclass(frozen=True, slots=True)
class _Form:
    """A way of writing dates, and the orders that its three parts may have."""

    pattern: re.Pattern[str]
    orders: tuple[Order, ...]

    def matches(self, text: str) -> bool:
        """Whether a text is written in this way."""
        return self.pattern.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class _Written:
    """How the dates of a column are written, and the orders of their parts that fit them all."""

    form: _Form
    orders: tuple[Order, ...]


def _form(date: str, *orders: Order) -> _Form:
    return _Form(re.compile(date + _TIME, re.IGNORECASE | re.ASCII), orders)


_FORMS = (
    _form(r"(?P<a>\d{4})[-/.] ?(?P<b>\d{1,2})[-/.] ?(?P<c>\d{1,2})\.?", YEAR_FIRST),
    _form(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<c>\d{4}|\d{2})", MONTH_FIRST, DAY_FIRST),
    _form(r"(?P<a>\d{1,2})-(?P<b>\d{1,2})-(?P<c>\d{4}|\d{2})", MONTH_FIRST, DAY_FIRST),
    _form(r"(?P<a>\d{1,2})\. ?(?P<b>\d{1,2})\. ?(?P<c>\d{4}|\d{2})", DAY_FIRST),
    _form(
        rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<b>{_NAMED})\.?,?[ -](?P<c>{_YEAR})",
        DAY_FIRST,
    ),
    _form(
        rf"{_WEEKDAY}(?P<a>{_NAMED})\.? (?P<b>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<c>\d{{4}})",
        MONTH_FIRST,
    ),
)


def moments_of(cells: pd.Series, *beside: pd.Series, serial: bool = False) -> pd.Series:
    """The moment that each cell tells; missing where it tells none.

    One way of writing is found for the whole column. Whether the day or the month stands first is
    told by a number above 12 anywhere in the column; where nothing tells it, or where dates are
    written in several ways, the whole column is missing. A year of two digits is of this century.

    Parameters
    ----------
    cells : Series of str
        Texts of a column.
    *beside : Series of str
        Other columns of the same file, written in the same way, that may tell the order as well.
    serial : bool, optional
        Numbers are days as a spreadsheet counts them.

    Returns
    -------
    Series of datetime64[us, UTC]
        With the index of `cells`. A time without a zone, or with a zone known only by letters that
        several zones share, stays what the clock showed.
    """
    moments: pd.Series = _told(cells, beside, serial)["moment"].set_axis(cells.index)
    return moments


def days_of(cells: pd.Series, *beside: pd.Series, serial: bool = False) -> pd.Series:
    """The day that each cell tells by its own clock, such as 2026-03-01; else missing.

    Parameters are those of :func:`moments_of`.
    """
    clock = _told(cells, beside, serial)["clock"].set_axis(cells.index)
    days: pd.Series = clock.dt.strftime("%Y-%m-%d").astype("string")
    return days


def are_moments(cells: pd.Series) -> bool:
    """Whether every cell that is not blank is a date, all written in one way."""
    texts = _distinct(cells)
    written = _written_as(texts)
    return written is not None and all(map(written.form.matches, texts))


def is_ambiguous(*cells: pd.Series) -> bool:
    """Whether nothing in some columns tells if the day or the month stands first."""
    written = _written_as(_distinct(*cells))
    return written is not None and len(written.orders) > 1


def _told(cells: pd.Series, beside: tuple[pd.Series, ...], serial: bool) -> pd.DataFrame:
    """What the clock showed, and the moment, for each cell."""
    coded = cells.astype("category").cat.remove_unused_categories()
    texts = pd.Series([one_line(str(text)) for text in coded.cat.categories], dtype=object)
    written = _written_as(_distinct(cells, *beside))
    if serial:
        clock, offsets = _serial_moments(texts), _no_offsets(texts)
    elif written is None or len(written.orders) > 1:
        clock, offsets = _missing(texts), _no_offsets(texts)
    else:
        parts = _parts(texts, written.form)
        clock, offsets = _clock(parts, written.orders[0]), _offsets(parts["zone"])
    moment = (clock - offsets).astype("datetime64[us]").dt.tz_localize("UTC")
    return pd.DataFrame({"clock": clock, "moment": moment}).reindex(coded.cat.codes)


def _distinct(*columns: pd.Series) -> list[str]:
    texts = {one_line(str(text)) for cells in columns for text in cells.dropna().unique()}
    return sorted(texts - {""})


def _written_as(texts: Sequence[str]) -> _Written | None:
    """How the dates among some texts are written.

    Several orders are left only where they would tell different days. None where the dates have
    several forms, or no order fits all of them.
    """
    forms = list(_forms_of(texts))
    used = dict.fromkeys(form for form in forms if form is not None)
    if len(used) != 1:
        return None
    form = next(iter(used))
    dates = [text for text, own in zip(texts, forms, strict=True) if own is not None]
    parts = _parts(pd.Series(dates, dtype=object), form)
    told = {order: _clock(parts, order) for order in form.orders}
    fitting = [order for order, clock in told.items() if clock.notna().all()]
    alike = all(told[order].equals(told[fitting[0]]) for order in fitting)
    return _Written(form, tuple(fitting[:1] if alike else fitting)) if fitting else None


def _forms_of(texts: Sequence[str]) -> Iterator[_Form | None]:
    """The form of each text, of which only one can fit; that of the one before is tried first."""
    likely = _FORMS[0]
    for text in texts:
        fitting = (form for form in (likely, *_FORMS) if form.matches(text))
        form = next(fitting, None)
        likely = form or likely
        yield form


def _parts(texts: pd.Series, form: _Form) -> pd.DataFrame:
    """The parts of each date as text, a column each; missing in other texts."""
    names = list(form.pattern.groupindex)
    nothing = (None,) * len(names)
    found = map(form.pattern.fullmatch, texts)
    told = [nothing if match is None else match.group(*names) for match in found]
    return pd.DataFrame(told, index=texts.index, columns=names, dtype=object)


def _clock(parts: pd.DataFrame, order: Order) -> pd.Series:
    """What the clock showed; missing where there is no such day or time."""
    named = dict(zip(order, ("a", "b", "c"), strict=True))
    date = pd.DataFrame({name: _number(parts[part]) for name, part in named.items()})
    date["year"] = date["year"].where(date["year"] >= 100, date["year"] + _CENTURY)
    days = pd.to_datetime(date, errors="coerce").astype("datetime64[us]")
    return days + _time_of_day(parts)


def _number(texts: pd.Series) -> pd.Series:
    """Numbers, with the names of months as theirs."""
    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    words = texts[numbers.isna()].dropna().str.casefold()
    return numbers.fillna(words.map(_MONTH_NUMBERS).astype(float))


def _time_of_day(parts: pd.DataFrame) -> pd.Series:
    """Time since midnight, none where no time is written; missing where there is no such time."""
    hour, minute = (_number(parts[name]).fillna(0) for name in ("hour", "minute"))
    second = pd.to_numeric(parts["second"].str.replace(",", "."), errors="coerce").fillna(0)
    half = parts["before"].fillna(parts["after"]).str.casefold()
    halved = half.isin({*_MORNING, *_AFTERNOON})
    exists = (minute < 60) & (second < 60) & (hour < 24) & ~(halved & (hour > 12))
    hour = hour.mask(halved, hour % 12 + 12 * half.isin(_AFTERNOON))
    microseconds = (((hour * 60 + minute) * 60 + second) * 1_000_000).round().astype("int64")
    return pd.Series(pd.to_timedelta(microseconds, unit="us"), index=parts.index).where(exists)


def _offsets(zones: pd.Series) -> pd.Series:
    """How far a clock is ahead of UTC."""
    minutes = pd.Series([_minutes_ahead(zone) for zone in zones], index=zones.index, dtype="int64")
    return pd.Series(pd.to_timedelta(minutes, unit="min"), index=zones.index)


def _minutes_ahead(zone: object) -> int:
    found = _OFFSET.fullmatch(zone.upper()) if isinstance(zone, str) else None
    if found is None:
        return 0
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return minutes if found[1] == "+" else -minutes


def _no_offsets(texts: pd.Series) -> pd.Series:
    return _offsets(pd.Series(None, index=texts.index, dtype=object))


def _missing(texts: pd.Series) -> pd.Series:
    return pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")


def _serial_moments(texts: pd.Series) -> pd.Series:
    """Days since the end of 1899, with the time as a fraction, to the nearest millisecond."""
    days = pd.to_numeric(texts.where(texts.str.fullmatch(_SERIAL)), errors="coerce")
    milliseconds = (days.astype(float) * 86_400_000).round()
    passed = pd.to_timedelta(milliseconds, unit="ms")
    return (_DAY_ZERO + pd.Series(passed, index=texts.index)).astype("datetime64[us]")

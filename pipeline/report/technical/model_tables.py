"""What the parts about models share: the estimates of one model, and the names of its samples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from pipeline.report.estimates import Estimates, Source, estimates_of
from pipeline.report.formatting import NumberFormat
from pipeline.report.technical.evidence import Columns, Writer, one_decimal

SAMPLE_TO_SHOW = ("all", "confirming")
"""The sample whose parameters are drawn: the first of these that was analysed."""


class ModelKey(NamedTuple):
    """Which model an estimate belongs to; None where a word does not apply."""

    scale: str
    model: str | None
    sample: str
    grouping: str | None
    step: str | None


TablesOfModels = Mapping[ModelKey, Estimates]


def three_decimals(numbers: NumberFormat, value: float) -> str:
    """An index of fit."""
    return numbers.decimals(value, 3)


# Indices that exist in several kinds, with the writer of each.
_INDICES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cfi", ("scaled", "robust")),
    ("tli", ("scaled", "robust")),
    ("rmsea", ("scaled", "robust")),
)


def tables_by_model(frame: pd.DataFrame | None, wave: str) -> dict[ModelKey, Estimates]:
    """The estimates of every model of a survey round.

    Parameters
    ----------
    frame : DataFrame or None
        By the contract MODEL_ESTIMATES, after disclosure control.
    wave : str
        Survey round.
    """
    if frame is None or frame.empty:
        return {}
    own = frame[frame["wave"].eq(wave).fillna(value=True)]
    keys = own[list(ModelKey._fields)].astype(object)
    known = keys.where(keys.notna(), None)
    by_key: dict[ModelKey, list[int]] = {}
    for place, values in enumerate(known.itertuples(index=False, name=None)):
        by_key.setdefault(ModelKey(*values), []).append(place)
    ordered = sorted(by_key, key=lambda key: natural(" ".join(str(word or "") for word in key)))
    return {key: estimates_of(own.iloc[by_key[key]], wave, _source_of(key)) for key in ordered}


def _source_of(key: ModelKey) -> Source:
    """The words of a key that apply; the scale stands in every address."""
    words = key._asdict()
    return tuple((name, str(word)) for name, word in words.items() if word and name != "scale")


def rows_of_round(frame: pd.DataFrame | None, wave: str) -> list[dict[str, str]]:
    """The rows of a survey round as text; what is missing becomes empty."""
    if frame is None or frame.empty:
        return []
    own = frame[frame["wave"].eq(wave).fillna(value=True)]
    plain = own.astype(object).where(own.notna(), "")
    return [{str(k): str(v) for k, v in row.items()} for row in plain.to_dict("records")]


def natural(name: str) -> tuple[tuple[bool, int | str], ...]:
    """An order of names in which 2 comes before 10."""
    parts = (part for part in re.split(r"(\d+)", name) if part)
    return tuple((not part.isdigit(), int(part) if part.isdigit() else part) for part in parts)


def fit_columns(tables: Iterable[Estimates]) -> Columns:
    """The indices of fit that any of the tables holds.

    An index of the uncorrected statistic is shown only where no table holds a corrected one: for
    ordered answers it looks far too favourable.
    """
    found = {address[5] for table in tables for address in table.addresses()}
    names = [*_kinds("chi_square", ("scaled",), found), "df"]
    names += _kinds("p_value", ("scaled",), found)
    for index, kinds in _INDICES:
        names += _kinds(index, kinds, found)
    names += [name for name in ("srmr", "bic") if name in found]
    return tuple((name, _writer(name)) for name in names)


def _kinds(index: str, kinds: Iterable[str], found: Iterable[str]) -> list[str]:
    known = [f"{index}_{kind}" for kind in kinds if f"{index}_{kind}" in found]
    return known or [index]


def _writer(name: str) -> Writer:
    if name.startswith(("chi_square", "bic")):
        return one_decimal
    if name == "df":
        return NumberFormat.count
    return NumberFormat.p_value if name.startswith("p_value") else three_decimals

"""How a LimeSurvey export writes answers: by codes or by texts in the language of the export."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.ingest.platforms.limesurvey_words import NOT_SHOWN, YES_AND_NO
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import wording_key

MOST_TEXTS = 24
"""A question with given answers has no more distinct texts than these."""
OTHER_CODE = "-oth-"
_CODE = re.compile(r"[A-Za-z0-9]{1,5}")
_SIGNS = re.compile(r"==")


def answers_are_texts(columns: Sequence[ExportColumn], sheet: Sheet) -> bool:
    """Whether answers are texts: boxes say yes and no, or rows hold more than codes."""
    for column in columns:
        if not column.is_record and _yes_and_no(column, sheet):
            return True
    rows = [c for c in columns if c.part or c.subcode] or [c for c in columns if not c.is_record]
    texts = {text for c in rows if not c.is_record and not c.is_personal for text in _few(c, sheet)}
    return any(_CODE.fullmatch(text) is None and text != OTHER_CODE for text in texts)


def with_yes_and_no(columns: Sequence[ExportColumn], sheet: Sheet) -> tuple[ExportColumn, ...]:
    """The columns of boxes with what their texts stand for."""
    return tuple(_labelled(column, _yes_and_no(column, sheet)) for column in columns)


def _labelled(column: ExportColumn, told: Mapping[str, tuple[str, ...]]) -> ExportColumn:
    return replace(column, labels={**told, **column.labels}) if told else column


def _yes_and_no(column: ExportColumn, sheet: Sheet) -> dict[str, tuple[str, ...]]:
    """What the texts of a column stand for where they are yes and no, in whatever language."""
    texts = {} if column.is_record else {wording_key(text): text for text in _few(column, sheet)}
    keys = set(texts) - {wording_key(NOT_SHOWN)}
    for yes, no in YES_AND_NO if keys else ():
        words = {wording_key(yes): ("Yes",), wording_key(no): ("No",)}
        if keys <= set(words):
            return {texts[key]: words[key] for key in sorted(keys)}
    return {}


def _few(column: ExportColumn, sheet: Sheet) -> set[str]:
    """The texts of a column that has only a few."""
    place = column.position - 1
    if len(sheet.columns[place].categories) > MOST_TEXTS:
        return set()
    return {text.strip() for text in sheet.texts_below(place)} - {""}


def blank_texts(columns: Sequence[ExportColumn], sheet: Sheet) -> frozenset[str]:
    """What stands in boxes that were never shown, unless it could be an answer elsewhere."""
    holding = [
        column
        for column in columns
        if not column.is_record and not column.is_personal and NOT_SHOWN in _few(column, sheet)
    ]
    boxes = [column for column in holding if _is_box(column, sheet)]
    return frozenset({NOT_SHOWN}) if boxes and len(boxes) == len(holding) else frozenset()


def _is_box(column: ExportColumn, sheet: Sheet) -> bool:
    """Whether a column holds yes and no, or nothing at all but that it was not shown."""
    return bool(_yes_and_no(column, sheet)) or _few(column, sheet) == {NOT_SHOWN}


def with_single_signs(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells as they were before a workbook doubled the first sign of what begins with ``=``."""
    return pd.DataFrame(
        {position: _with_single_sign(cells[position]) for position in cells.columns},
        index=cells.index,
    )


def _with_single_sign(cells: pd.Series) -> pd.Series:
    texts = pd.Index(cells.cat.categories)
    if not any(_SIGNS.match(text) for text in texts):
        return cells
    codes, distinct = pd.factorize(texts.map(lambda t: t[1:] if _SIGNS.match(t) else t))
    told = pd.Categorical.from_codes(codes[cells.cat.codes], categories=distinct)
    return pd.Series(told, index=cells.index)

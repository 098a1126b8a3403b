"""SPSS and Stata files: values as text, and what the file says about its variables."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.ingest.sheet import Sheet, Variable
from pipeline.ingest.wording import without_invisible
from pipeline.problems import InputError, Problem

SAV_MARKS = (b"$FL2", b"$FL3")
OLD_STATA_RELEASES = (110, 111, 113, 114, 115)
STATA_MARKS = (
    b"<stata_dta>",
    *(bytes((release, order)) for release in OLD_STATA_RELEASES for order in (1, 2)),
)
ANSWER_OF_AN_INTERFACE = b'{"id":'
LONGEST_TAIL = 400
MOST_CELLS = 100_000_000


def trimmed_sav(content: bytes) -> bytes | None:
    """An SPSS file without the answer of the interface that LimeSurvey leaves behind it.

    None where the content is no SPSS file.
    """
    if not content.startswith(SAV_MARKS):
        return None
    place = content.rfind(ANSWER_OF_AN_INTERFACE, max(0, len(content) - LONGEST_TAIL))
    return content[:place] if place > 0 and _is_json(content[place:]) else content


def sheet_of_sav(content: bytes, file: str) -> Sheet:
    """The cells of an SPSS file with its labels; rows are numbered from 1, headings are row 0.

    Values that the file declares as missing stay as they are.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    import pyreadstat

    return _sheet(content, file, ".sav", pyreadstat.read_sav)


def sheet_of_stata(content: bytes, file: str) -> Sheet:
    """The cells of a Stata file with its labels, as :func:`sheet_of_sav` has them."""
    import pyreadstat

    return _sheet(content, file, ".dta", pyreadstat.read_dta)


def _sheet(content: bytes, file: str, ending: str, read: Callable[..., Any]) -> Sheet:
    from pyreadstat import PyreadstatError, ReadstatError

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"export{ending}")
        path.write_bytes(content)
        try:
            _, extent = read(path, metadataonly=True)
            if (extent.number_rows or 0) * max(extent.number_columns, 1) > MOST_CELLS:
                cure = "has more cells than can be read; split it into smaller files"
                raise InputError([Problem(file, cure)])
            frame, about = read(path, user_missing=True)
        except (PyreadstatError, ReadstatError, ValueError, OverflowError, MemoryError) as error:
            cure = "is damaged or of an unknown kind; export it again"
            raise InputError([Problem(file, cure)]) from error
    columns = tuple(
        _with_heading(name, _texts(frame.iloc[:, place]))
        for place, name in enumerate(about.column_names)
    )
    variables = tuple(
        _variable(label, about.variable_value_labels.get(name, {}))
        for name, label in zip(about.column_names, about.column_labels, strict=True)
    )
    return Sheet(file, np.arange(len(frame) + 1, dtype=np.int64), columns, variables)


def _variable(label: str | None, labels: Mapping[object, str]) -> Variable:
    return Variable(label or "", {as_text(value): text for value, text in labels.items()})


def _texts(values: pd.Series) -> pd.Categorical:
    """Each distinct value as text, once."""
    codes, distinct = pd.factorize(values.astype(object), use_na_sentinel=False)
    texts = [as_text(value) for value in distinct]
    places, unique = pd.factorize(np.array(texts, dtype=object))
    return pd.Categorical.from_codes(places[codes], categories=pd.Index(unique, dtype=object))


def _with_heading(heading: str, cells: pd.Categorical) -> pd.Categorical:
    texts = cells.categories
    place = texts.get_loc(heading) if heading in texts else len(texts)
    categories = texts if heading in texts else texts.append(pd.Index([heading], dtype=object))
    return pd.Categorical.from_codes(np.concatenate([[place], cells.codes]), categories=categories)


def as_text(value: object) -> str:
    """A value as it would stand in a text export; nothing for a missing one."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _is_json(tail: bytes) -> bool:
    try:
        return isinstance(json.loads(without_invisible(tail.decode("utf-8"))), dict)
    except ValueError:
        return False

"""The JSON of LimeSurvey: a list of responses, each with its cells by heading."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line
from pipeline.problems import InputError, Problem

RESPONSES = "responses"
LONGEST_SHOWN = 60


class _WrittenTwiceError(ValueError):
    """A heading that two cells of one response have."""


def looks_like_responses(text: str) -> bool:
    """Whether a text begins like such a list."""
    beginning = text.lstrip("\ufeff \t\r\n")[:200]
    return beginning.startswith("{") and f'"{RESPONSES}"' in beginning


def sheet_of_json(text: str, file: str, notes: tuple[str, ...] = ()) -> Sheet:
    """The responses as rows, numbered from 1; row 0 holds the headings.

    Raises
    ------
    InputError
        If it is no such list, or a response holds something else than cells.
    """
    try:
        told = json.loads(text.lstrip("\ufeff"), object_pairs_hook=_once_each)
    except _WrittenTwiceError as error:
        cure = f"'{error}' is written twice in one response; export it again"
        raise InputError([Problem(file, cure)]) from error
    except (ValueError, RecursionError) as error:
        row = getattr(error, "lineno", None)
        raise InputError([Problem(file, "is not valid JSON; export it again", row=row)]) from error
    found = told.get(RESPONSES) if isinstance(told, dict) else None
    if not isinstance(found, list):
        raise InputError([Problem(file, "holds no list of responses; export it again")])
    responses = [_cells_of(response, number, file) for number, response in enumerate(found, 1)]
    headings = list(dict.fromkeys(heading for cells in responses for heading in cells))
    rows = [[cells.get(heading, "") for heading in headings] for cells in responses]
    sheet = Sheet.of_rows(file, [(0, headings), *enumerate(rows, start=1)])
    return Sheet(file, sheet.numbers, sheet.columns, notes=notes)


def _once_each(cells: list[tuple[str, Any]]) -> dict[str, Any]:
    """The cells of a response by heading; none of them is lost behind another."""
    known = dict(cells)
    if len(known) < len(cells):
        heading, _ = Counter(heading for heading, _ in cells).most_common(1)[0]
        raise _WrittenTwiceError(one_line(heading)[:LONGEST_SHOWN])
    return known


def _cells_of(response: Any, number: int, file: str) -> Mapping[str, str]:
    """The cells of a response; older versions put each one under its id."""
    is_mapping = isinstance(response, dict)
    if (
        is_mapping
        and len(response) == 1
        and isinstance(inner := next(iter(response.values())), dict)
    ):
        response = inner
    if not is_mapping or any(isinstance(cell, list | dict) for cell in response.values()):
        cure = "this response does not hold one text for each question; export it again"
        raise InputError([Problem(file, cure, row=number)])
    return {str(heading): _as_text(cell) for heading, cell in response.items()}


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).encode("utf-8", "replace").decode("utf-8")  # half a character is none

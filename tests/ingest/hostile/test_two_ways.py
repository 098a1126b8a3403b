"""The fast and the strict way of reading delimited text see the same cells."""

import random

import pytest

from pipeline.ingest import delimited
from pipeline.problems import InputError

PIECES = (
    *("a", "b c", "1", "", "", ",", ",", ",", ";", "\n", "\n", "\r\n", "\r", '"', '""', '"a,b"'),
    *('"x\ny"', '"q""q"', '""""', " ", "\t", "\ufeff", "\u00e9", "\U0001f600", "\u200b", "'", "\\"),
    *("sep=;\n", "\n\n", ",,", "\u2028", "\x0b", "\x1e", "\x85"),
)
"""What random texts are made of."""

CELLS = (
    "",
    "1",
    "a b",
    " ",
    "\u200b",
    "x,y",
    'say "no"',
    "two\nlines",
    "two\r\nlines",
    "\u00fc",
    '"',
)
ENDS = ("\n", "\r\n", "\r")


def random_text(rng):
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 40)))


def random_table(rng):
    """A table written as RFC 4180 has it, sometimes with a line that is not."""
    width, end = rng.randint(1, 5), rng.choice(ENDS)
    lines = []
    for _ in range(rng.randint(1, 12)):
        cells = [rng.choice(CELLS) for _ in range(width + (rng.random() < 0.02))]
        lines.append(",".join(quoted(cell, rng) for cell in cells))
    return end.join(lines) + (end if rng.random() < 0.7 else "")


def quoted(cell, rng):
    needed = any(sign in cell for sign in ',"\n\r') or rng.random() < 0.3
    return '"' + cell.replace('"', '""') + '"' if needed else cell


def read(text, long, monkeypatch):
    """The cells with their rows, or what is told."""
    monkeypatch.setattr(delimited, "LONG", long)
    try:
        sheet = delimited.sheet_of_text(text, "x.csv").without_empty_rows()
    except InputError as error:
        return str(error)
    return sheet.numbers.tolist(), list(sheet.rows())


@pytest.mark.parametrize("make", [random_text, random_table])
@pytest.mark.parametrize("seed", range(4))
def test_both_ways_give_the_same_cells_for_random_texts(make, seed, monkeypatch):
    rng = random.Random(seed)
    for _ in range(400):
        text = make(rng)
        assert read(text, 0, monkeypatch) == read(text, 10**9, monkeypatch), repr(text)

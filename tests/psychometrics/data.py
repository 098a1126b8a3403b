"""Answers that the tests of the statistics share, read once each."""

from functools import cache
from pathlib import Path

import pandas as pd

TESTS = Path(__file__).parents[1]
FILES = {
    "hs1939.csv": TESTS / "oracles/lavaan_cfa/hs1939.csv",
    "hs1939_ordinal5.csv": TESTS / "oracles/lavaan_cfa/hs1939_ordinal5.csv",
    "bfi.csv": TESTS / "oracles/psych_bfi/bfi.csv",
    "lq2002.csv": TESTS.parent / "data/example/leadership_climate/lq2002.csv",
}
REVERSED = {"bfi.csv": ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]}
"""Items of six points that are turned around, so that high means more."""


@cache
def table_of(name: str) -> pd.DataFrame:
    """Keyed answers of a file."""
    table = pd.read_csv(FILES[name])
    for item in REVERSED.get(name, []):
        table[item] = 7 - table[item]
    return table

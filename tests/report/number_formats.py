"""How numbers are written in the language of the catalogue there is, and in one unlike it."""

from __future__ import annotations

from pipeline.report.formatting import NumberFormat, number_format_of
from pipeline.report.phrases import load_phrases

ENGLISH = number_format_of(load_phrases("en"))
SWEDISH = NumberFormat(
    decimal_mark=",",
    thousands_mark="\N{NO-BREAK SPACE}",
    percent_pattern="{number}\N{NO-BREAK SPACE}%",
    below_one="0,{decimals}",
)

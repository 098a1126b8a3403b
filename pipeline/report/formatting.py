"""How numbers are written. Rounding for display happens here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence

MINUS = "\N{MINUS SIGN}"
COUNT_STEP = 5
"""Counts that may tell how many people a site or export has are shown in steps of this size."""


def decimals(value: float, places: int) -> str:
    """A number with a fixed number of decimals, a true minus sign and no negative zero."""
    text = f"{value:.{places}f}"
    if text.startswith("-"):
        text = text[1:] if float(text) == 0 else MINUS + text[1:]
    return text


def score(value: float) -> str:
    """A mean in points of a response scale."""
    return decimals(value, 1)


def signed(value: float, places: int = 1) -> str:
    """A difference, its sign always written unless it is zero."""
    text = decimals(value, places)
    is_zero = float(text.replace(MINUS, "-")) == 0
    return text if is_zero or text.startswith(MINUS) else f"+{text}"


def distance(value: float) -> str:
    """How far apart two means are, without a sign."""
    return decimals(abs(value), 1)


def percent(share: float) -> str:
    """A share between 0 and 1 as whole per cent."""
    return f"{decimals(100 * share, 0)}%"


def counters(value: float) -> str:
    """A mean number of counters."""
    return decimals(value, 1)


def count(number: float) -> str:
    """A whole number, thousands set apart."""
    return f"{round(number):,}"


def people(number: float, minimum: int) -> str:
    """People behind a shown number, which rounding must not put below the minimum they meet."""
    return count(max(number, minimum))


def count_in_steps(number: int, step: int = COUNT_STEP) -> str:
    """A count that may not be exact: zero, under the first step, or the nearest step."""
    if number == 0:
        return "0"
    if number < step:
        return f"<{step}"
    return count(step * math.floor(number / step + 0.5))


def coefficient(value: float) -> str:
    """A correlation, reliability or loading."""
    return decimals(value, 2)


def bare_coefficient(value: float) -> str:
    """A correlation or loading without the zero before its point, for narrow places."""
    return coefficient(value).replace("0.", ".", 1) if abs(value) < 0.995 else coefficient(value)


def p_value(value: float) -> str:
    """A probability; very small ones as a bound."""
    return "< .001" if value < 0.001 else decimals(value, 3)


def chance(level: float) -> str:
    """A confidence level as whole per cent."""
    return percent(level)


def along(value: float, low: float, high: float, start: float = 0.0, end: float = 100.0) -> str:
    """Where a value lies on a track that runs from `low` to `high`, as a percentage for SVG.

    A value outside the track is drawn at its end.
    """
    inside = min(max(value, low), high)
    return percentage(start + (end - start) * (inside - low) / (high - low))


def percentage(value: float) -> str:
    """A length or place in a drawing, in per cent of its width."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{'0' if text == '-0' else text}%"


def shorten(text: str, longest: int) -> str:
    """A label that fits beside a drawing; the full text stands in the table."""
    return (
        text if len(text) <= longest else f"{text[: longest - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"
    )


def in_words(parts: Sequence[str], last: str) -> str:
    """Several things in a sentence: *a, b and c*; `last` is the word before the last one."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"

"""How numbers are written. Rounding for display happens here and nowhere else.

What has marks or words of a language is a method of :class:`NumberFormat`, made from the phrases of
that language. What only a drawing reads is a function and always has a point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.phrases import Phrases

MINUS = "\N{MINUS SIGN}"
POINT = "."
COMMA = ","
COUNT_STEP = 5
"""Counts that may tell how many people a site or export has are shown in steps of this size."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a language writes numbers. Each method writes one kind of number.

    Attributes
    ----------
    decimal_mark : str
        Between the whole number and its decimals.
    thousands_mark : str
        Between groups of three digits of a count.
    percent_pattern : str
        A share in per cent, with the place ``{number}``.
    below_one : str
        A number that cannot pass one, where little room or custom leaves out its zero, with the
        place ``{decimals}``: ``.42`` in English; a language that keeps the zero writes it here.
    """

    decimal_mark: str
    thousands_mark: str
    percent_pattern: str
    below_one: str

    def decimals(self, value: float, places: int) -> str:
        """A number with a fixed number of decimals, a true minus sign and no negative zero."""
        return _rounded(value, places).replace(POINT, self.decimal_mark)

    def score(self, value: float) -> str:
        """A mean in points of a response scale."""
        return self.decimals(value, 1)

    def signed(self, value: float, places: int = 1) -> str:
        """A difference, its sign always written unless it is zero."""
        text = self.decimals(value, places)
        is_up = value > 0 and float(_rounded(value, places)) != 0
        return f"+{text}" if is_up else text

    def distance(self, value: float) -> str:
        """How far apart two means are, without a sign."""
        return self.decimals(abs(value), 1)

    def percent(self, share: float) -> str:
        """A share between 0 and 1 as whole per cent."""
        return self.percent_pattern.format(number=self.decimals(100 * share, 0))

    def counters(self, value: float) -> str:
        """A mean number of counters."""
        return self.decimals(value, 1)

    def count(self, number: float) -> str:
        """A whole number, thousands set apart."""
        return f"{round(number):,}".replace(COMMA, self.thousands_mark)

    def people(self, number: float, minimum: int) -> str:
        """People behind a shown number, which rounding must not put below the minimum they meet."""
        return self.count(max(number, minimum))

    def count_in_steps(self, number: int, step: int = COUNT_STEP) -> str:
        """A count that may not be exact: zero, under the first step, or the nearest step."""
        if number == 0:
            return "0"
        if number < step:
            return f"<{step}"
        return self.count(step * math.floor(number / step + 0.5))

    def coefficient(self, value: float) -> str:
        """A correlation, reliability or loading."""
        return self.decimals(value, 2)

    def bare_coefficient(self, value: float) -> str:
        """A correlation or loading without the zero before its mark, for narrow places."""
        sign, zero, rest = _rounded(value, 2).partition(f"0{POINT}")
        is_below_one = bool(zero) and sign in ("", MINUS)
        return (
            sign + self.below_one.format(decimals=rest) if is_below_one else self.coefficient(value)
        )

    def p_value(self, value: float) -> str:
        """A probability; very small ones as a bound."""
        if value < 0.001:
            return f"< {self.below_one.format(decimals='001')}"
        return self.decimals(value, 3)

    def chance(self, level: float) -> str:
        """A confidence level as whole per cent."""
        return self.percent(level)

    def rewritten(self, number: str) -> str:
        """A number that a table tells among English words, with the marks of the language.

        Examples
        --------
        >>> NumberFormat(",", " ", "{number} %", "0,{decimals}").rewritten("12%")
        '12 %'
        """
        if number.endswith("%"):
            return self.percent_pattern.format(number=self.rewritten(number[:-1]))
        sign, point, decimals = number.partition(POINT)
        if point and sign in ("", "-", MINUS):
            return sign + self.below_one.format(decimals=decimals)
        return number.replace(POINT, self.decimal_mark)


def number_format_of(phrases: Phrases) -> NumberFormat:
    """How the language of a catalogue writes numbers."""
    return NumberFormat(
        decimal_mark=phrases.say("number.decimal_mark"),
        thousands_mark=phrases.say("number.thousands_mark"),
        percent_pattern=phrases.by_key["number.percent"],
        below_one=phrases.by_key["number.below_one"],
    )


def is_shown(difference: float) -> bool:
    """Whether a difference is more than zero, as it is written."""
    return float(_rounded(abs(difference), 1)) > 0


def along(value: float, low: float, high: float, start: float = 0.0, end: float = 100.0) -> str:
    """Where a value lies on a track that runs from `low` to `high`, as a percentage for SVG.

    A value outside the track is drawn at its end.
    """
    inside = min(max(value, low), high)
    return percentage(start + (end - start) * (inside - low) / (high - low))


def place(value: float) -> str:
    """A place in a drawing, in its own units."""
    return f"{value:.1f}"


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


def _rounded(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    if text.startswith("-"):
        text = text[1:] if float(text) == 0 else MINUS + text[1:]
    return text

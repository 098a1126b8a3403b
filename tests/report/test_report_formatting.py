from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.report import formatting
from pipeline.report.formatting import NumberFormat

from .number_formats import ENGLISH, SWEDISH

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(3.04, 1, "3.0"), (-0.04, 1, "0.0"), (-1.25, 2, "\u22121.25"), (12.0, 0, "12")],
)
def test_numbers_have_a_true_minus_and_no_negative_zero(value, places, text):
    assert ENGLISH.decimals(value, places) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.3, "+0.3"), (-0.3, "\u22120.3"), (0.04, "0.0"), (-0.04, "0.0")]
)
def test_a_difference_always_has_its_sign_unless_it_is_zero(value, text):
    assert ENGLISH.signed(value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (7, "5"), (8, "10"), (1234, "1,235")],
)
def test_counts_in_steps_hide_small_numbers(number, text):
    assert ENGLISH.count_in_steps(number) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "< .001"), (0.0009, "< .001"), (0.001, "0.001"), (0.25, "0.250")]
)
def test_very_small_probabilities_are_bounds(value, text):
    assert ENGLISH.p_value(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1, "0%"), (5, "100%"), (3, "50%"), (0, "0%"), (9, "100%")]
)
def test_a_value_outside_the_track_is_drawn_at_its_end(value, text):
    assert formatting.along(value, 1, 5) == text


@pytest.mark.parametrize(
    ("parts", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (list("abc"), "a, b and c")],
)
def test_lists_read_as_a_sentence(parts, text):
    assert formatting.in_words(parts, "and") == text


def test_a_long_label_is_cut_and_says_so():
    assert formatting.shorten("short", 10) == "short"
    assert formatting.shorten("a rather long label", 9) == "a rather\u2026"


def test_rounding_never_puts_people_below_the_minimum_they_meet() -> None:
    assert ENGLISH.people(10, minimum=11) == "11"
    assert ENGLISH.people(15, minimum=11) == "15"


def test_a_correlation_has_no_zero_before_its_point_in_narrow_places() -> None:
    values = (0.4, -0.4, 0.0, -0.001, 0.996, -1.0, 10.05)
    texts = [ENGLISH.bare_coefficient(value) for value in values]
    assert texts == [".40", "\u2212.40", ".00", ".00", "1.00", "\u22121.00", "10.05"]


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda numbers: numbers.score(3.4), "3,4"),
        (lambda numbers: numbers.decimals(-1.25, 2), "\u22121,25"),
        (lambda numbers: numbers.signed(0.3), "+0,3"),
        (lambda numbers: numbers.signed(-0.3), "\u22120,3"),
        (lambda numbers: numbers.signed(-0.04), "0,0"),
        (lambda numbers: numbers.distance(-0.3), "0,3"),
        (lambda numbers: numbers.percent(0.45), f"45{SPACE}%"),
        (lambda numbers: numbers.chance(0.95), f"95{SPACE}%"),
        (lambda numbers: numbers.counters(2.5), "2,5"),
        (lambda numbers: numbers.count(1234567), f"1{SPACE}234{SPACE}567"),
        (lambda numbers: numbers.people(10, minimum=1100), f"1{SPACE}100"),
        (lambda numbers: numbers.count_in_steps(1234), f"1{SPACE}235"),
        (lambda numbers: numbers.coefficient(0.7), "0,70"),
        (lambda numbers: numbers.bare_coefficient(0.7), "0,70"),
        (lambda numbers: numbers.bare_coefficient(-0.7), "\u22120,70"),
        (lambda numbers: numbers.bare_coefficient(1.0), "1,00"),
        (lambda numbers: numbers.p_value(0.0001), "< 0,001"),
        (lambda numbers: numbers.p_value(0.034), "0,034"),
    ],
)
def test_numbers_have_the_marks_of_their_language(
    write: Callable[[NumberFormat], str], text: str
) -> None:
    assert write(SWEDISH) == text


@pytest.mark.parametrize("value", [0.04, -0.04, 0.06, -0.06, 1.0, 0.05, 0.15])
def test_a_difference_is_shown_if_its_distance_is_not_written_as_zero(value: float) -> None:
    assert formatting.is_shown(value) == (ENGLISH.distance(value) != "0.0")


def test_what_a_drawing_reads_has_a_point_and_no_needless_decimals() -> None:
    assert formatting.place(12.34) == "12.3"
    assert formatting.percentage(12.5) == "12.5%"

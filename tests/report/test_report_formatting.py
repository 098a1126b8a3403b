from __future__ import annotations

import pytest

from pipeline.report import formatting


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(3.04, 1, "3.0"), (-0.04, 1, "0.0"), (-1.25, 2, "\u22121.25"), (12.0, 0, "12")],
)
def test_numbers_have_a_true_minus_and_no_negative_zero(value, places, text):
    assert formatting.decimals(value, places) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.3, "+0.3"), (-0.3, "\u22120.3"), (0.04, "0.0"), (-0.04, "0.0")]
)
def test_a_difference_always_has_its_sign_unless_it_is_zero(value, text):
    assert formatting.signed(value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (7, "5"), (8, "10"), (1234, "1,235")],
)
def test_counts_in_steps_hide_small_numbers(number, text):
    assert formatting.count_in_steps(number) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "< .001"), (0.0009, "< .001"), (0.001, "0.001"), (0.25, "0.250")]
)
def test_very_small_probabilities_are_bounds(value, text):
    assert formatting.p_value(value) == text


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
    assert formatting.people(10, minimum=11) == "11"
    assert formatting.people(15, minimum=11) == "15"

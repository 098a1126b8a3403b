"""Criteria as sentences that a reader without the file of hypotheses understands."""

import pytest

from pipeline.instrument.hypotheses.model import Band, Criterion
from pipeline.tables.criteria_in_words import (
    found_words,
    judged_sentence,
    name_of,
    unjudged_sentence,
    wanted,
)

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("band", "words"),
    [
        (Band(0.9, None), "0.9 or more"),
        (Band(None, -0.15), f"{MINUS}0.15 or less"),
        (Band(0.65, 0.9), "0.65 to 0.9"),
        (Band(1, 1), "1"),
    ],
)
def test_the_values_that_are_asked_for(band, words):
    assert wanted(band) == words


def test_places_in_an_order_have_no_decimals():
    assert found_words([1.0, 3.0]) == "runs from 1 to 3"
    assert found_words([-0.3351]) == f"is {MINUS}0.335"


def test_a_sentence_says_what_was_found_what_was_wanted_and_the_result():
    told = judged_sentence(
        Criterion("cfi", Band(-0.005, None), compared_with="R2"), [-0.3], 0, False
    )
    assert (
        told == f"CFI less that of R2 is {MINUS}0.300; {MINUS}0.005 or more was asked for: not met."
    )


def test_how_many_have_to_meet_it_is_told_with_how_many_do():
    rule = Criterion("factor_correlation", Band(0.9, None), how_many=Band(3, None))
    told = judged_sentence(rule, [0.5, 0.95], 1, False)
    assert "3 or more of them should be 0.9 or more (1 of 2 are): not met." in told


def test_an_index_without_words_is_told_by_its_name():
    assert name_of(Criterion("some_index", Band(0, 1))) == "Some index"
    assert unjudged_sentence(Criterion("bic", Band(0, 1))).startswith("BIC cannot be judged")

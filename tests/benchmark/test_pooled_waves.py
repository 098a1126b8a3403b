"""Two rounds of a small site put together, where nobody could be told by it."""

import pandas as pd
import pytest

from pipeline.benchmark.pooled_waves import Answers, pooled_label, with_pooled_waves
from tests.benchmark.conftest import make_study

WAVES = ("1", "2")
LABEL = "1 + 2"


def answers_of(instrument, before, now, both=0):
    """One site with so many people in each round, `both` of whom answered twice."""
    sizes = {"1": [(before, 0, 0)], "2": [(now, 0, 0)]}
    responses, missing, scores = make_study(instrument, sizes, 4)
    number = responses.groupby("wave").cumcount()
    shift = (responses["wave"] == "2").astype(int) * (before - both)
    person = ("person " + (number + shift).astype(str)).astype("string")
    return Answers(responses.assign(person=person), missing, scores)


def pooled_people(answers, minimum_n=11, waves=WAVES):
    found = with_pooled_waves(answers, waves, minimum_n).responses
    return found[found["wave"] == LABEL]


def test_a_site_that_is_large_enough_over_two_rounds_gets_rows_of_its_own(instrument):
    answers = answers_of(instrument, 8, 9, both=2)
    found = with_pooled_waves(answers, WAVES, 11)
    pooled = found.responses[found.responses["wave"] == LABEL]
    assert len(pooled) == 15
    assert pooled["person"].is_unique
    assert len(found.scores) == len(answers.scores) + 15
    assert found.responses["respondent"].is_unique
    kept = set(pooled["respondent"].str.removeprefix("pooled:"))
    of_missing = answers.missing["respondent"].isin(kept).sum()
    assert len(found.missing) == len(answers.missing) + of_missing


def test_who_answered_twice_counts_with_the_latest_answers(instrument):
    answers = answers_of(instrument, 8, 9, both=2)
    pooled = pooled_people(answers)
    keys = pooled["respondent"].str.removeprefix("pooled:")
    rounds = answers.responses.set_index("respondent").loc[keys, "wave"]
    assert (rounds == "2").sum() == 9
    assert (rounds == "1").sum() == 6


@pytest.mark.parametrize(
    ("before", "now", "both", "shown"),
    [
        (6, 6, 0, True),
        (6, 6, 1, False),  # the earlier round adds five
        (5, 9, 0, False),
        (9, 5, 0, False),
        (10, 10, 10, False),  # ten people who answered twice
        (10, 10, 4, True),
        (10, 11, 0, False),  # large enough by itself
        (40, 6, 0, False),  # both together less the round before are six people
        (11, 6, 0, False),
        (10, 6, 0, True),
    ],
)
def test_at_the_limits_of_the_rule(instrument, before, now, both, shown):
    assert bool(len(pooled_people(answers_of(instrument, before, now, both)))) is shown


def test_one_person_without_a_key_is_enough_to_pool_nothing(instrument):
    answers = answers_of(instrument, 9, 9)
    for wave in WAVES:
        first = answers.responses.index[answers.responses["wave"] == wave][0]
        person = answers.responses["person"].copy()
        person[first] = pd.NA
        without = Answers(answers.responses.assign(person=person), answers.missing, answers.scores)
        assert pooled_people(without).empty


def test_only_the_two_latest_rounds_are_pooled(instrument):
    answers = answers_of(instrument, 8, 8)
    assert pooled_people(answers, waves=("1", "2", "3")).empty
    assert pooled_label(("1", "2", "3")) == "2 + 3"


def test_with_one_round_nothing_is_added(instrument):
    answers = answers_of(instrument, 8, 8)
    assert with_pooled_waves(answers, ("2",), 11) is answers
    assert pooled_label(("2",)) is None


def test_a_smaller_minimum_moves_both_limits(instrument):
    assert len(pooled_people(answers_of(instrument, 3, 4), minimum_n=7)) == 0
    assert len(pooled_people(answers_of(instrument, 4, 4), minimum_n=7)) == 8

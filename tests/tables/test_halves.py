"""Which respondents a model is explored in, and which it is held against."""

import pandas as pd

from pipeline.tables import for_confirming, for_exploring, halves_of, samples_of

PEOPLE = pd.DataFrame({"respondent": list("abcd")}, dtype="string")


def test_a_split_sample_is_confirmed_in_one_half_and_in_all():
    halves = halves_of(PEOPLE["respondent"], pd.Series([True, False, True, False]))
    found = {name: list(rows["respondent"]) for name, rows in samples_of(PEOPLE, halves)}
    assert found == {"confirming": ["b", "d"], "all": list("abcd")}


def test_the_halves_share_nobody_and_leave_nobody_out():
    halves = halves_of(PEOPLE["respondent"], pd.Series([True, False, True, False]))
    parts = [*for_exploring(PEOPLE, halves)["respondent"]]
    parts += [*for_confirming(PEOPLE, halves)["respondent"]]
    assert sorted(parts) == list("abcd")


def test_a_sample_that_is_not_split_is_held_against_once():
    halves = halves_of(PEOPLE["respondent"], None)
    assert [name for name, _ in samples_of(PEOPLE, halves)] == ["all"]

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.ingest.screening import FLAGS, ScreeningRules
from pipeline.ingest.screening.summary import (
    count_flags,
    effect_on_scales,
    missing_data_rows,
    not_asked_like_others,
)

NAN = np.nan
NAMES = [flag.name for flag in FLAGS]


def screened(rows):
    """A screening table from what differs from `nothing seen, everything judged`."""
    frame = pd.DataFrame([dict.fromkeys(NAMES, False) | row for row in rows], columns=NAMES)
    excluded = [row.get("excluded", False) for row in rows]
    return frame.astype("boolean").assign(excluded=pd.array(excluded, "boolean"))


def test_a_flag_is_counted_among_those_for_whom_it_could_be_judged():
    table = screened([{"speeding": True}, {"speeding": None}, {"straight_line": True}])
    counts = count_flags(table, ScreeningRules()).set_index("flag")
    assert counts.loc["speeding", ["n_judged", "n_flagged", "n_excluded"]].tolist() == [2, 1, 0]
    assert counts.loc["straight_line", "n_judged"] == 3
    assert counts.index.dropna().tolist() == NAMES


def test_the_reasons_are_the_strong_flags_of_those_left_out():
    out = {"straight_line": True, "no_spread": True, "speeding": True, "excluded": True}
    table = screened([out, {"speeding": True}, {}])
    rules = ScreeningRules(exclude_from_flags=2, strong=("straight_line", "speeding"))
    counts = count_flags(table, rules).set_index("flag")
    left_out = counts.loc[NAMES, "n_excluded"]
    assert left_out[left_out > 0].to_dict() == {"straight_line": 1, "speeding": 1}
    assert counts.index[counts["strong"]].tolist() == ["straight_line", "speeding"]


def test_the_first_row_is_about_everybody_and_any_flag():
    table = screened([{"straight_line": True, "speeding": True, "excluded": True}, {}, {}])
    first = count_flags(table, ScreeningRules(exclude_from_flags=3)).iloc[0]
    assert first["flag"] is None or pd.isna(first["flag"])
    assert first[["n_judged", "n_flagged", "n_excluded", "families_needed"]].tolist() == [
        3,
        1,
        1,
        3,
    ]


def test_nobody_at_all_is_counted_as_nobody():
    counts = count_flags(screened([]), ScreeningRules())
    assert (counts[["n_judged", "n_flagged", "n_excluded"]] == 0).all(axis=None)


def test_what_nobody_of_an_export_was_asked_those_left_out_were_not_asked_either():
    responses = pd.DataFrame({"respondent": list("abc"), "export": ["one", "one", "two"]})
    missing = pd.DataFrame(
        [
            ("a", "x", "NOT_ASKED"), ("b", "x", "NOT_ASKED"), ("a", "y", "NOT_ASKED"),
            ("b", "y", "SKIPPED"), ("c", "z", "NOT_ASKED"),
        ],
        columns=["respondent", "column", "reason"],
    )  # fmt: skip
    set_aside = pd.DataFrame({"respondent": ["d", "e", "f"], "export": ["one", "two", "three"]})
    found = not_asked_like_others(set_aside, responses, missing)
    assert found.to_numpy().tolist() == [["d", "x", "NOT_ASKED"], ["e", "z", "NOT_ASKED"]]


def test_the_effect_has_the_people_and_the_spread_behind_it():
    scores = pd.DataFrame({"one": [1.0, 2, 3, NAN], "two": [2.0, 2, 2, 2]})
    excluded = pd.Series([False, False, True, True])
    items = {"one": pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1, NAN, 3, 4]})}
    table = effect_on_scales(scores, excluded, items, lambda keyed: len(keyed)).set_index("scale")
    assert table.loc["one", ["n_complete_with", "n_complete_without"]].tolist() == [3, 1]
    assert table.loc["one", ["alpha_with", "alpha_without"]].tolist() == [4, 2]
    assert pd.isna(table.loc["two", "n_complete_with"])
    assert_allclose(table["sd_with"], [1, 0])


ITEMS = {"one": pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 1, 3]})}
SCORES = pd.DataFrame({"one": [1.0, NAN, 3, NAN], "two": [1.0, NAN, NAN, NAN]})
ASKED = pd.DataFrame({"one": [2, 2, 2, 2], "two": [2, 2, 0, 0]})


def test_patterns_are_those_of_scores_that_are_missing_though_asked():
    rows = missing_data_rows(ITEMS, SCORES, ASKED)
    patterns = rows[rows["scale"].isna()].set_index("statistic")
    assert patterns.loc["respondents_complete", "estimate"] == 2
    with_gaps = patterns.loc[["respondents_with_pattern"]]
    assert dict(zip(with_gaps["pattern"], with_gaps["estimate"], strict=True)) == {
        "one": 1,
        "one; two": 1,
    }
    assert (patterns["n_respondents"] == 4).all()


def test_many_patterns_share_the_last_row():
    rng = np.random.default_rng(5)
    scores = pd.DataFrame(np.where(rng.random((300, 8)) < 0.4, NAN, 1.0), columns=list("abcdefgh"))
    rows = missing_data_rows({}, scores, scores.notna() * 0 + 1)
    assert len(rows) == 21
    assert rows["statistic"].iloc[-1] == "respondents_with_other_pattern"
    assert rows["estimate"].sum() == 300


@pytest.mark.parametrize("n", [0, 1])
def test_little_without_a_result_says_why(n: int):
    rows = missing_data_rows({"one": ITEMS["one"].iloc[:n]}, SCORES.iloc[:n], ASKED.iloc[:n])
    tests = rows[rows["scale"] == "one"].set_index("statistic")
    assert tests.loc[["little_chi_square", "little_df", "little_p_value"], "estimate"].isna().all()
    assert tests["condition"].notna().all()
    assert (tests["n_respondents"] == n).all()


def test_little_is_the_test_on_the_items_of_the_scale():
    rng = np.random.default_rng(6)
    answers = pd.DataFrame(rng.normal(size=(60, 3)), columns=list("abc"))
    answers.iloc[:15, 0], answers.iloc[10:25, 1] = NAN, NAN
    rows = missing_data_rows({"one": answers}, SCORES, ASKED)
    tests = rows[rows["scale"] == "one"].set_index("statistic")["estimate"]
    # patterns: a and b missing (5), a (10), b (10), none (35): items answered 1 + 2 + 2 + 3 - 3
    assert (tests["n_patterns"], tests["little_df"]) == (4, 5)
    assert 0 < tests["little_p_value"] < 1

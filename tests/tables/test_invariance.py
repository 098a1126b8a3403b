"""Groups that are compared, and the steps of a ladder as rows."""

import pandas as pd

from pipeline.tables import INVARIANCE, conform, invariance_rows, large_groups

ITEMS = pd.DataFrame({"a": [1, 2, None, 1, 2, 3], "b": [1, 2, None, None, 2, 3]})
GROUPS = pd.Series(["x", "x", "x", "y", "y", None], dtype="string")


def test_a_group_counts_those_who_answered_any_item():
    assert large_groups(ITEMS, GROUPS, 2) == (("x", "y"), ())
    assert large_groups(ITEMS, GROUPS, 3) == ((), ("x", "y"))


def test_groups_that_are_too_small_are_named():
    groups = pd.Series(["x", "x", "x", "x", "y", None], dtype="string")
    assert large_groups(ITEMS, groups, 2) == (("x",), ("y",))


def test_respondents_without_a_group_are_in_none():
    none = pd.Series([None] * len(ITEMS), dtype="string")
    assert large_groups(ITEMS, none, 1) == ((), ())


def test_steps_keep_the_contract_and_say_nothing_where_there_is_nothing():
    steps = pd.DataFrame(
        {
            "step": ["configural", "metric"],
            "equal": ["", "loadings"],
            "free": ["", ""],
            "df": [4, 8],
            "df_difference": [float("nan"), 4],
            "cfi": [0.98, 0.97],
            "limits": ["", "Chen (2007)"],
            "verdict": ["baseline", "holds"],
            "condition": ["", ""],
            "difference_method": ["", "satorra_2000"],
        }
    )
    groups = large_groups(ITEMS, GROUPS, 2)
    rows = conform(invariance_rows(steps, groups, 5, "1", "A", "role"), INVARIANCE)
    assert list(rows["groups"]) == ["x, y", "x, y"]
    assert rows[["free", "condition", "left_out"]].isna().all(axis=None)
    assert list(rows["equal"].fillna("nothing")) == ["nothing", "loadings"]

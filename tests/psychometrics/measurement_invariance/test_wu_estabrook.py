"""What equality identifies is free, nothing else is."""

from itertools import pairwise

import pytest

from pipeline.psychometrics.confirmatory.model_text import parameters_of
from pipeline.psychometrics.measurement_invariance.wu_estabrook import wu_estabrook_table

MODEL = parameters_of({"f": ["a", "b", "c", "d"], "g": ["e", "h", "i"]})
RUNGS = ("thresholds", "loadings", "intercepts", "residuals")
ITEMS = "abcdehi"


def df_of(n_categories, n_groups, n_rungs, **settings):
    categories = dict.fromkeys(ITEMS, n_categories)
    table = wu_estabrook_table(MODEL, n_groups, categories, RUNGS[:n_rungs], **settings)
    return table.degrees_of_freedom()


@pytest.mark.parametrize("n_groups", [2, 5])
@pytest.mark.parametrize("n_categories", [3, 4, 5, 7])
def test_each_step_adds_the_degrees_of_freedom_that_can_be_counted_by_hand(n_categories, n_groups):
    others, p, factors = n_groups - 1, len(ITEMS), 2
    df = [df_of(n_categories, n_groups, rungs) for rungs in range(5)]
    added = [after - before for before, after in pairwise(df)]
    assert df[0] == n_groups * (p * (p - 1) // 2 - p - 1)
    assert added[0] == others * p * (n_categories - 1 - 2)
    assert added[1] == others * (p - factors)
    assert added[2] == others * (p - factors)
    assert added[3] == others * p


def test_three_categories_make_equal_thresholds_no_restriction():
    assert df_of(3, 2, 1) == df_of(3, 2, 0)


def test_two_categories_keep_their_residual_variance():
    df = [df_of(2, 2, rungs) for rungs in range(5)]
    assert df[1] == df[0]
    assert df[2] - df[1] == len(ITEMS) - 2
    assert df[4] == df[3]


def test_exceptions_give_back_what_they_took():
    full = df_of(5, 3, 4)
    assert full - df_of(5, 3, 4, free=["f =~ b"]) == 2
    assert full - df_of(5, 3, 4, free=["b ~1"]) == 2
    assert full - df_of(5, 3, 4, free=["b ~~ b"]) == 2
    assert full - df_of(5, 3, 4, free=["b |"]) == 2 * (4 - 0) - 2 * 0


def test_means_and_variances_of_the_other_groups_are_free_from_the_step_that_identifies_them():
    def free(rungs, operator):
        table = wu_estabrook_table(MODEL, 2, dict.fromkeys(ITEMS, 5), RUNGS[:rungs])
        return {
            (row.left, row.group)
            for row in table.rows
            if row.operator == operator
            and row.left == row.right
            and row.left in "fg"
            and row.free >= 0
        } | {
            (row.left, row.group)
            for row in table.rows
            if row.operator == operator == "~1" and row.left in "fg" and row.free >= 0
        }

    later = {("f", 1), ("g", 1)}
    assert [free(rungs, "~~") for rungs in range(4)] == [set(), set(), later, later]
    assert [free(rungs, "~1") for rungs in range(5)] == [set(), set(), set(), later, later]

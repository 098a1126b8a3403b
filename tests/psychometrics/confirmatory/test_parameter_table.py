"""A model is completed as lavaan's ``cfa`` would, and its degrees of freedom can be counted."""

import pytest

from pipeline.psychometrics.confirmatory.parameter_table import parameter_table

TWO = {"f": ["a", "b", "c"], "g": ["d", "e", "h"]}


def described(table, group=0):
    return {
        f"{row.left} {row.operator} {row.right}".strip(): ("free" if row.free >= 0 else row.value)
        for row in table.of_group(group)
    }


def test_what_a_model_leaves_unsaid_is_added():
    table = described(parameter_table(TWO))
    assert table["f =~ a"] == 1
    assert table["f =~ b"] == table["a ~~ a"] == table["f ~~ f"] == table["f ~~ g"] == "free"
    assert "a ~1" not in table


def test_unit_variances_free_the_first_loading():
    table = described(parameter_table(TWO, std_lv=True, orthogonal=True))
    assert (table["f =~ a"], table["f ~~ f"]) == ("free", 1)
    assert "f ~~ g" not in table


@pytest.mark.parametrize(
    ("model", "settings", "df"),
    [
        (TWO, {}, 21 - 13),
        (TWO, {"std_lv": True}, 21 - 13),
        (TWO, {"orthogonal": True}, 21 - 12),
        (TWO, {"has_means": True}, 27 - 19),
        (TWO, {"n_categories": dict.fromkeys("abcdeh", 4)}, 15 + 18 - (18 + 4 + 3)),
        ("f =~ a + b + c + d\na ~~ b", {}, 10 - 9),
        ("f =~ a + x*b + x*c + d", {}, 10 - 7),
        ("f =~ a + 0.7*b + c + d", {}, 10 - 7),
        (TWO, {"n_groups": 2, "has_means": True}, 2 * (27 - 19)),
        (TWO, {"n_groups": 3, "has_means": True, "group_equal": ["loadings"]}, 3 * 8 + 2 * 4),
        (
            TWO,
            {"n_groups": 3, "has_means": True, "group_equal": ["loadings", "intercepts"]},
            3 * 8 + 2 * 4 + 2 * 6 - 2 * 2,
        ),
        (
            TWO,
            {
                "n_groups": 2,
                "has_means": True,
                "group_equal": ["loadings", "intercepts", "residuals", "means"],
            },
            2 * 8 + 4 + 6 + 6,
        ),
        (
            TWO,
            {"n_groups": 2, "std_lv": True, "has_means": True, "group_equal": ["loadings"]},
            2 * 8 + 4,
        ),
        (
            TWO,
            {
                "n_groups": 2,
                "has_means": True,
                "group_equal": ["loadings"],
                "group_partial": ["f =~ b"],
            },
            2 * 8 + 3,
        ),
        (
            "f =~ a + b + c\ng =~ d + e + h\nk =~ i + j + l\ns =~ f + g + k",
            {},
            45 - 21,
        ),
    ],
)
def test_degrees_of_freedom_are_moments_less_free_parameters(model, settings, df):
    assert parameter_table(model, **settings).degrees_of_freedom() == df


def test_first_order_factors_of_a_second_order_factor_are_not_correlated_beyond_it():
    table = described(parameter_table("f =~ a + b + c\ng =~ d + e + h\nk =~ f + g"))
    assert "f ~~ g" not in table
    assert table["k =~ f"] == 1
    assert table["k =~ g"] == table["f ~~ f"] == table["k ~~ k"] == "free"


def test_a_regression_among_factors_frees_the_residual_and_no_covariance():
    table = described(parameter_table("f =~ a + b + c\ng =~ d + e + h\ng ~ f"))
    assert table["g ~ f"] == "free"
    assert "f ~~ g" not in table


def test_what_is_equal_has_one_place_among_the_free_parameters():
    table = parameter_table("f =~ a + x*b + x*c + d", n_groups=2, has_means=True)
    places = {row.free for row in table.rows if row.label == "x"}
    assert len(places) == 1


def test_a_label_makes_fixed_what_its_namesake_is_fixed_at():
    table = described(parameter_table("f =~ a + x*b + x*c + d\nf =~ 0.8*b"))
    assert table["f =~ b"] == table["f =~ c"] == 0.8


def test_values_and_starts_of_each_group_are_read():
    table = parameter_table("f =~ a + c(0.5, NA)*b + start(0.9)*c + d", n_groups=2, has_means=True)
    assert described(table, 0)["f =~ b"] == 0.5
    assert described(table, 1)["f =~ b"] == "free"
    assert {row.start for row in table.rows if row.right == "c" and row.operator == "=~"} == {0.9}


@pytest.mark.parametrize(
    ("model", "settings", "part"),
    [
        ("a ~~ b", {}, "no factor is measured"),
        ("f =~ a + b + c\na | t1", {}, "a is not an ordered item"),
        ("f =~ a + b\na | t3", {"n_categories": {"a": 3, "b": 3}}, "there is no t3"),
        ("f =~ a + c(1, 2, 3)*b", {"n_groups": 2}, "3 groups, but there are 2"),
        ("f =~ g + a\ng =~ f + b", {}, "circle"),
        ("f =~ a + b\nb ~ c", {"n_categories": dict.fromkeys("abc", 3)}, "c is an ordered item"),
    ],
)
def test_what_can_never_be_estimated_is_refused(model, settings, part):
    with pytest.raises(ValueError, match=part):
        parameter_table(model, **settings)


def test_all_faults_are_told_at_once():
    with pytest.raises(ValueError, match=r"(?s)a is not an ordered.*b is not an ordered"):
        parameter_table("f =~ a + b + c\na | t1\nb | t1")

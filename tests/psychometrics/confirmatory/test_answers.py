"""What does not go with the data is told before anything is fitted, all of it at once."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics.confirmatory.categories import with_shared_categories
from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.syntax import lavaan_syntax

MODEL = {"f": ["x1", "x2", "x3"], "g": ["x4", "x5", "x6"]}


def test_items_that_are_no_columns_are_named_with_their_line(hs):
    with pytest.raises(ValueError, match=r"(?s)'y1'.*line 2.*'y2'.*line 3"):
        cfa("f =~ x1 + x2 + x3\nf =~ y1\ng =~ y2 + x4 + x5", hs)


def test_a_column_of_groups_or_clusters_that_is_not_there_is_named(hs):
    with pytest.raises(ValueError, match=r"(?s)'town'.*groups.*'form'.*clusters"):
        cfa(MODEL, hs, group="town", cluster="form")


def test_a_factor_must_not_have_the_name_of_a_column(hs):
    with pytest.raises(ValueError, match="'school' is the name of a factor and of a column"):
        cfa({"school": ["x1", "x2", "x3"]}, hs)


def test_a_text_with_a_mistake_names_its_line(hs):
    with pytest.raises(ValueError, match="line 2"):
        cfa("f =~ x1 + x2 + x3\ng = x4 + x5", hs)


def test_a_group_of_one_person_is_named(hs):
    data = hs.assign(site=np.where(hs.index == 0, "alone", hs["school"]))
    for estimator in ("ML", "MLR"):
        with pytest.raises(ValueError, match=r"1 respondents .* in group 'alone' are too few"):
            cfa(MODEL, data, estimator=estimator, group="site")


def test_one_group_or_one_cluster_is_none(hs):
    with pytest.raises(ValueError, match=r"(?s)all respondents are in the group 'one'"):
        cfa(MODEL, hs.assign(site="one"), estimator="ML", group="site")
    with pytest.raises(ValueError, match="all respondents are in one cluster"):
        cfa(MODEL, hs.assign(site="one"), estimator="ML", cluster="site")


def test_answers_that_never_vary_are_named(hs_ordinal, hs):
    with pytest.raises(ValueError, match="everybody gave the same answer to x1"):
        cfa(MODEL, hs_ordinal.assign(x1=3))
    with pytest.raises(ValueError, match="everybody in group 'Pasteur' gave the same"):
        cfa(
            MODEL,
            hs.assign(x1=hs["x1"].where(hs["school"] != "Pasteur", 3.0)),
            estimator="ML",
            group="school",
        )


def test_nobody_answering_all_items_is_said(hs):
    data = hs[["x1", "x2", "x3"]].astype(float).copy()
    data.loc[::2, "x1"] = np.nan
    data.loc[1::2, "x2"] = np.nan
    with pytest.raises(ValueError, match="no respondent answered what the model needs"):
        cfa({"f": ["x1", "x2", "x3"]}, data, estimator="ML")


def test_measurements_are_not_taken_for_ordered_categories(hs):
    data = hs.assign(x1=np.arange(len(hs)))
    with pytest.raises(ValueError, match=r"x1 has 301 different answers; use estimator='MLR'"):
        cfa(MODEL, data)


def test_unknown_estimators_and_treatments_name_those_there_are(hs):
    with pytest.raises(ValueError, match="ML, MLR, ULSMV, WLSMV"):
        cfa(MODEL, hs, estimator="OLS")
    with pytest.raises(ValueError, match="for ordered items"):
        cfa(MODEL, hs, estimator="ML", missing="pairwise")


def test_rows_that_are_not_used_are_counted(hs_ordinal):
    data = hs_ordinal.astype({"x1": float})
    data.loc[:9, "x1"] = np.nan
    assert cfa(MODEL, data).n_left_out == 10
    pairwise = cfa(MODEL, data, missing="pairwise")
    assert (pairwise.n_left_out, pairwise.n_respondents) == (0, len(data))
    grouped = cfa(MODEL, data.assign(school=data["school"].where(data.index < 299)), group="school")
    assert grouped.n_left_out == 12


def test_the_order_of_rows_and_columns_changes_nothing(hs_ordinal):
    shuffled = hs_ordinal.sample(frac=1, random_state=1)[hs_ordinal.columns[::-1]]
    one, other = cfa(MODEL, hs_ordinal), cfa(MODEL, shuffled)
    np.testing.assert_allclose(one.values, other.values, atol=1e-8)
    assert one.fit.chi_square_scaled == pytest.approx(other.fit.chi_square_scaled, rel=1e-8)


def test_a_text_and_a_mapping_say_the_same(hs):
    text = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
    assert str(cfa(text, hs, estimator="ML")) == str(cfa(MODEL, hs, estimator="ML"))


def test_identification_by_a_marker_or_by_unit_variance_fits_the_same(hs, hs_ordinal):
    for data, estimator in ((hs, "MLR"), (hs_ordinal, "WLSMV"), (hs_ordinal, "ULSMV")):
        one = cfa(MODEL, data, estimator=estimator).fit
        other = cfa(MODEL, data, estimator=estimator, std_lv=True).fit
        assert one.chi_square == pytest.approx(other.chi_square, rel=1e-9)
        assert one.chi_square_scaled == pytest.approx(other.chi_square_scaled, rel=1e-6)


def test_delta_and_theta_fit_the_same(hs_ordinal):
    delta = cfa(MODEL, hs_ordinal).fit
    theta = cfa(MODEL, hs_ordinal, parameterization="theta").fit
    assert delta.chi_square == pytest.approx(theta.chi_square, rel=1e-9)
    assert delta.cfi_robust == pytest.approx(theta.cfi_robust, rel=1e-7)


def test_the_unit_of_continuous_answers_changes_no_index(hs):
    one = cfa(MODEL, hs, estimator="MLR").fit
    scaled = hs.assign(x1=100 * hs["x1"] - 7, x5=hs["x5"] / 50)
    other = cfa(MODEL, scaled, estimator="MLR").fit
    for name in ("chi_square_scaled", "cfi_robust", "rmsea_robust", "srmr"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-5)


def test_clusters_of_one_respondent_are_respondents(hs, hs_ordinal):
    for data, estimator in ((hs, "MLR"), (hs_ordinal, "WLSMV")):
        alone = cfa(MODEL, data, estimator=estimator)
        clustered = cfa(MODEL, data.assign(site=range(len(data))), estimator, cluster="site")
        n = len(data)
        factor = n / (n - 1) if estimator == "MLR" else 1
        names = ["estimate", "se"]
        own = clustered.parameters().query("operator == '=~' and is_free")[names]
        want = alone.parameters().query("operator == '=~' and is_free")[names]
        np.testing.assert_allclose(own["estimate"], want["estimate"], rtol=1e-6)
        np.testing.assert_allclose(own["se"], want["se"] * np.sqrt(factor), rtol=1e-6)


def test_a_group_in_few_clusters_is_said_to_be(hs):
    site = np.where(hs["school"] == "Pasteur", hs.index % 40, 100 + hs.index % 8)
    solution = cfa(MODEL, hs.assign(site=site), "MLR", group="school", cluster="site")
    assert solution.n_clusters == 48
    assert "few_groups" in solution.condition


def test_copying_every_respondent_into_a_cluster_adds_nothing(hs_ordinal, hs):
    for data, estimator in ((hs, "MLR"), (hs_ordinal, "WLSMV")):
        once = cfa(MODEL, data, estimator)
        twice = pd.concat([data, data]).assign(site=[*range(len(data))] * 2)
        clustered = cfa(MODEL, twice.reset_index(drop=True), estimator, cluster="site")
        assert clustered.n_clusters == len(data)
        loadings = "operator == '=~' and is_free"
        np.testing.assert_allclose(
            clustered.parameters().query(loadings)["se"],
            once.parameters().query(loadings)["se"],
            rtol=0.01,
        )


def test_a_category_that_a_group_does_not_use_is_merged_in_all_and_said(hs_ordinal):
    data = hs_ordinal.copy()
    lowest = (data["school"] == "Pasteur") & (data["x1"] == 1)
    data.loc[lowest, "x1"] = 2
    solution = cfa(MODEL, data, group="school", group_equal=["loadings", "thresholds"])
    merged = solution.merged[0]
    assert (merged.item, merged.category, merged.merged_into) == ("x1", 1, 2)
    assert merged.empty_in == ("Pasteur",)
    assert str(merged) == (
        "nobody of Pasteur gave the answer 1 to x1; it counts as 2 in all groups"
    )
    assert "merged_categories" in solution.condition
    by_hand = cfa(
        MODEL,
        data.assign(x1=data["x1"].replace(1, 2)),
        group="school",
        group_equal=["loadings", "thresholds"],
    )
    assert by_hand.merged == ()
    assert solution.fit.chi_square == by_hand.fit.chi_square


def test_several_empty_categories_of_an_item_are_merged_one_after_the_other():
    answers = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 1, 1, 5, 5, np.nan]})
    groups = np.array([0] * 5 + [1] * 5)
    shared, merged = with_shared_categories(answers, groups, ("x", "y"))
    assert shared["a"].dropna().unique().tolist() == [1, 5]
    assert [(own.category, own.merged_into) for own in merged] == [(2, 1), (3, 1), (4, 1)]


def test_groups_without_two_common_categories_cannot_be_compared(hs_ordinal):
    low = np.where(hs_ordinal["school"] == "Pasteur", 1, 5)
    with pytest.raises(ValueError, match="no two categories of x1 are used in every group"):
        cfa(MODEL, hs_ordinal.assign(x1=low), group="school")


@pytest.mark.parametrize(
    "settings",
    [
        {"estimator": "ML"},
        {"estimator": "MLR", "std_lv": True, "orthogonal": True},
        {"estimator": "WLSMV"},
        {"estimator": "WLSMV", "parameterization": "theta", "std_lv": True},
        {"estimator": "ML", "group": "school", "group_equal": ["loadings", "intercepts"]},
        {
            "estimator": "WLSMV",
            "group": "school",
            "group_equal": ["loadings", "thresholds"],
            "group_partial": ["f =~ x2"],
        },
        {
            "estimator": "WLSMV",
            "group": "school",
            "parameterization": "theta",
            "group_equal": ["loadings", "thresholds", "residuals"],
        },
    ],
)
def test_the_text_of_a_solution_gives_the_same_solution(settings, hs, hs_ordinal):
    data = hs if settings["estimator"] in ("ML", "MLR") else hs_ordinal
    solution = cfa(MODEL, data, **settings)
    kept = {name: settings[name] for name in ("estimator", "group") if name in settings}
    kept["parameterization"] = settings.get("parameterization", "delta")
    again = cfa(lavaan_syntax(solution), data, **kept)
    assert again.fit.df == solution.fit.df
    assert again.fit.chi_square == pytest.approx(solution.fit.chi_square, rel=1e-8)


def test_the_naive_indices_of_ordered_items_are_not_among_the_rows(hs_ordinal, hs):
    ordered = set(cfa(MODEL, hs_ordinal).to_rows()["statistic"])
    assert {"cfi_scaled", "cfi_robust", "rmsea_scaled"} <= ordered
    assert not {"cfi", "tli", "rmsea", "p_value"} & ordered
    assert "cfi" in set(cfa(MODEL, hs, estimator="ML").to_rows()["statistic"])

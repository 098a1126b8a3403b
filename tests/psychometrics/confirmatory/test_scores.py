"""Factor scores: as lavaan's, by a second route, with missing answers and in groups."""

import numpy as np
import pandas as pd
import pytest
import scipy
from numpy.testing import assert_allclose

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.scores import factor_scores
from tests.psychometrics.confirmatory.read_off import (
    CASES,
    FITTED,
    VISUAL,
    answers_of,
    by_school,
    fitted,
    table_of,
)

SCORED = [
    (name, estimator, method)
    for name, estimator in FITTED
    for method in ("regression", "Bartlett", "EBM")
    if f"scores_{method}" in CASES[name]["estimators"][estimator]
]


@pytest.mark.parametrize(("name", "estimator", "method"), SCORED)
def test_scores_equal_lavaans(name, estimator, method):
    expected = CASES[name]["estimators"][estimator][f"scores_{method}"]
    answers = answers_of(name) if "FIML" in estimator else answers_of(name).dropna()
    answers = answers.head(expected["rows_scored"])
    found = factor_scores(
        fitted(name, estimator), answers, "bartlett" if method == "Bartlett" else "regression"
    )
    scores = found.scores()
    tolerance = 5e-3 if method == "EBM" else 1e-4
    for place, factor in enumerate(expected["factors"]):
        theirs = np.array(expected["first"])[:, place]
        if scores[factor].isna().all():
            assert found.condition == "factor_without_items"
            assert (theirs == 0).all()
            continue
        assert_allclose(scores[factor].head(len(theirs)), theirs, atol=tolerance)
        assert_allclose(scores[factor].mean(), expected["mean"][factor], atol=tolerance)
        assert_allclose(scores[factor].std(), expected["sd"][factor], atol=tolerance)
        if expected.get("se", {}).get(factor) is not None:
            se = found.se[0, found.factors.index(factor)]
            assert_allclose(se, expected["se"][factor], atol=1e-4)


def test_the_mode_is_where_an_optimiser_finds_it():
    own = fitted("cfa_hs_ordinal_3f", "WLSMV")
    answers = answers_of("cfa_hs_ordinal_3f").head(5).copy()
    answers.iloc[2, [0, 4]] = np.nan
    found = factor_scores(own, answers)
    model = own.objective.models[0]
    at = model.matrices(own.values)
    residual = np.sqrt(1 - np.diag(at.loadings @ at.factor @ at.loadings.T))
    edges = np.column_stack([np.full(9, -np.inf), at.thresholds, np.full(9, np.inf)])

    def negative(eta, codes):
        mean = at.loadings @ eta
        total = eta @ np.linalg.solve(at.factor, eta) / 2
        for item, code in enumerate(codes):
            if not np.isnan(code):
                low, high = (edges[item, [int(code) - 1, int(code)]] - mean[item]) / residual[item]
                total -= np.log(scipy.special.ndtr(high) - scipy.special.ndtr(low))
        return total

    for row, codes in enumerate(answers.to_numpy()):
        best = scipy.optimize.minimize(negative, np.zeros(3), args=(codes,), tol=1e-12)
        assert_allclose(found.values[row], best.x, atol=1e-4)


def test_extreme_answers_have_scores():
    own = fitted("cfa_lq_3f", "WLSMV")
    answers = answers_of("cfa_lq_3f")
    ends = pd.DataFrame([answers.min(), answers.max()], index=["lowest", "highest"])
    found = factor_scores(own, ends).scores()
    assert np.isfinite(found.to_numpy()).all()
    assert found.loc["lowest", "lead"] < -1.5
    assert found.loc["highest", "lead"] > 1.5


def test_determinacy_is_the_correlation_of_scores_with_the_factors():
    rng = np.random.default_rng(1)
    factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=50_000)
    answers = factors[:, [0, 0, 0, 1, 1, 1]] + rng.normal(size=(50_000, 6))
    table = pd.DataFrame(answers, columns=list("abcdef"))
    model = {"X": list("abc"), "Y": list("def")}
    own = cfa(model, table, estimator="ML")
    for method in ("regression", "bartlett"):
        found = factor_scores(own, table, method)
        actual = [np.corrcoef(found.values[:, j], factors[:, j])[0, 1] for j in range(2)]
        assert_allclose(found.determinacies[0], actual, atol=0.005)
    cut = table.apply(lambda column: np.digitize(column, [-1, 0, 1]))
    found = factor_scores(cfa(model, cut), cut)
    actual = [np.corrcoef(found.values[:, j], factors[:, j])[0, 1] for j in range(2)]
    assert_allclose(found.determinacies[0], actual, atol=0.02)


def test_missing_answers_leave_scores_less_sure_and_no_answers_leave_none():
    for own, answers in (
        (fitted("cfa_hs_3f", "ML"), answers_of("cfa_hs_3f").head(3).copy()),
        (fitted("cfa_hs_ordinal_3f", "WLSMV"), answers_of("cfa_hs_ordinal_3f").head(3).copy()),
    ):
        full = factor_scores(own, answers)
        answers = answers.astype(float)
        answers.iloc[1, 0] = np.nan
        answers.iloc[2] = np.nan
        found = factor_scores(own, answers)
        assert_allclose(found.values[0], full.values[0], atol=1e-6)
        assert found.se[1, 0] > full.se[1, 0]
        assert np.isnan(found.values[2]).all()
        assert found.n_respondents == 2


def test_the_index_of_the_data_is_kept():
    answers = answers_of("cfa_hs_3f").head(4)
    answers.index = ["d", "b", "a", "c"]
    found = factor_scores(fitted("cfa_hs_3f", "ML"), answers).scores()
    assert list(found.index) == ["d", "b", "a", "c"]
    assert list(found.columns) == ["visual", "textual", "speed"]


@pytest.mark.parametrize("estimator", ["ML", "WLSMV"])
def test_groups_are_scored_by_their_own_parameters(estimator):
    own = by_school(estimator)
    name = "hs1939.csv" if estimator == "ML" else "hs1939_ordinal5.csv"
    table = table_of(name).assign(place=table_of("hs1939.csv")["school"])
    found = factor_scores(own, table, group="place").scores()
    alpha = [model.matrices(own.values).factor_mean for model in own.objective.models]
    means = found.groupby(table["place"]).mean().loc[["Pasteur", "Grant-White"]].to_numpy()
    assert_allclose(means, alpha, atol=0.1)
    table.loc[0, "place"] = None
    assert factor_scores(own, table, group="place").scores().iloc[0].isna().all()
    with pytest.raises(ValueError, match="several groups"):
        factor_scores(own, table)
    with pytest.raises(ValueError, match=r"\['elsewhere'\] were not there"):
        factor_scores(own, table.assign(place="elsewhere"), group="place")


def test_data_that_do_not_go_with_the_model_are_refused():
    own = fitted("cfa_hs_ordinal_3f", "WLSMV")
    answers = answers_of("cfa_hs_ordinal_3f")
    with pytest.raises(ValueError, match=r"'x1' of the model.*\n.*'x2' of the model"):
        factor_scores(own, answers.drop(columns=["x1", "x2"]))
    with pytest.raises(ValueError, match=r"x3 has answers that were not there.*\[9\.0\]"):
        factor_scores(own, answers.assign(x3=9))
    with pytest.raises(ValueError, match="method must be"):
        factor_scores(own, answers, "tenBerge")


def test_an_impossible_solution_of_ordered_items_gives_no_scores():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.integers(1, 4, size=(200, 4)), columns=list("abcd"))
    own = cfa("f =~ 2*a + b + c + d\nf ~~ 1*f", table, std_lv=False)
    assert "negative_residual_variance" in own.condition
    assert factor_scores(own, table).scores().isna().all(axis=None)


def test_an_observed_predictor_adds_to_regression_scores_only():
    table = table_of("hs1939.csv")
    own = cfa(f"{VISUAL}\nvisual ~ agemo", table, estimator="ML")
    assert factor_scores(own, table).factors == ("visual", "textual", "speed")
    found = factor_scores(own, table, "bartlett")
    at = own.objective.models[0].matrices(own.values)
    loadings, residual = at.loadings[:9, :3], at.residual[:9, :9]
    weights = np.linalg.solve(loadings.T @ np.linalg.solve(residual, loadings), loadings.T)
    centred = table[[f"x{k}" for k in range(1, 10)]].to_numpy()
    centred = centred - centred.mean(axis=0)
    assert_allclose(found.values, centred @ np.linalg.inv(residual) @ weights.T, atol=1e-8)


def test_scores_do_not_depend_on_the_unit_of_an_item():
    table = table_of("hs1939.csv")
    first = factor_scores(cfa(VISUAL, table, estimator="ML", std_lv=True), table)
    other = table.assign(x2=5 * table["x2"] - 1)
    second = factor_scores(cfa(VISUAL, other, estimator="ML", std_lv=True), other)
    assert_allclose(first.values, second.values, atol=1e-4)

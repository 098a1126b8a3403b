"""What holds of every model, on drawn answers, and the same models by a second notation."""

import re

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics import (
    cfa,
    difference_test,
    factor_scores,
    lavaan_syntax,
    modification_indices,
    residual_correlations,
    standardised_solution,
)
from pipeline.psychometrics.confirmatory.parameter_table import parameter_table

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
ONE = "f =~ x1 + x2 + x3 + x4\n"
SEEDS = range(4)
CASES = [
    ("ML", "listwise"),
    ("MLR", "listwise"),
    ("MLR", "fiml"),
    ("WLSMV", "listwise"),
    ("WLSMV", "pairwise"),
    ("ULSMV", "listwise"),
]


def drawn(seed: int, missing: str, estimator: str) -> tuple[dict[str, list[str]], pd.DataFrame]:
    """A model of one to three factors and answers to it; two to six categories where ordered."""
    rng = np.random.default_rng(seed)
    n, n_factors = int(rng.integers(250, 450)), int(rng.integers(1, 4))
    correlation = 0.6 * np.eye(n_factors) + 0.4
    factors = rng.multivariate_normal(np.zeros(n_factors), correlation, size=n)
    model = {
        f"f{number}": [f"y{number}{place}" for place in range(rng.integers(4, 6))]
        for number in range(n_factors)
    }
    answers = pd.DataFrame(
        {
            item: factors[:, number] * rng.uniform(0.6, 0.9) + rng.normal(size=n) * 0.7
            for number, items in enumerate(model.values())
            for item in items
        }
    )
    if estimator in ("WLSMV", "ULSMV"):
        limits = np.array([-0.8, -0.2, 0.4, 0.9, 1.3])
        answers = answers.apply(
            lambda item: pd.Series(np.searchsorted(limits[: rng.integers(2, 6)], item), dtype=float)
        )
    if missing != "listwise":
        answers = answers.where(rng.random(answers.shape) > 0.1)
    return model, answers


def text_of(model: dict[str, list[str]]) -> str:
    return "\n".join(f"{factor} =~ {' + '.join(items)}" for factor, items in model.items())


def close(value: float, rel: float = 1e-6) -> object:
    return pytest.approx(value, rel=rel, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize(("estimator", "missing"), CASES)
@pytest.mark.parametrize("seed", SEEDS)
def test_neither_the_order_of_items_and_rows_nor_what_fixes_the_scale_matters(
    seed, estimator, missing
):
    model, answers = drawn(seed, missing, estimator)
    first = cfa(text_of(model), answers, estimator=estimator, missing=missing)
    turned = {factor: items[::-1] for factor, items in reversed(model.items())}
    shuffled = answers.sample(frac=1, random_state=seed)[list(answers)[::-1]]
    second = cfa(text_of(turned), shuffled, estimator=estimator, missing=missing, std_lv=True)
    assert first.condition is None
    for index in ("chi_square", "chi_square_scaled", "df", "n_free", "srmr", "cfi", "rmsea_robust"):
        assert getattr(second.fit, index) == close(getattr(first.fit, index)), index
    keys = ["item", "factor", "statistic"]
    one, two = (
        standardised_solution(own).to_rows().fillna({"item": "", "factor": ""})
        for own in (first, second)
    )
    one = one[one["statistic"].str.endswith("loading")].set_index(keys)["estimate"]
    two = two[two["statistic"].str.endswith("loading")].set_index(keys)["estimate"]
    assert len(one) == sum(map(len, model.values()))
    np.testing.assert_allclose(two[one.index].astype(float), one.astype(float), atol=1e-5)


@pytest.mark.parametrize(("estimator", "missing"), CASES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_unit_of_answers_does_not_matter(seed, estimator, missing):
    model, answers = drawn(seed, missing, estimator)
    first = cfa(model, answers, estimator=estimator, missing=missing)
    powers = np.random.default_rng(seed).integers(-3, 4, size=answers.shape[1])
    unit = 10.0**powers if estimator in ("ML", "MLR") else 2.0
    second = cfa(model, answers * unit - 3, estimator=estimator, missing=missing)
    assert second.fit.chi_square == close(first.fit.chi_square)
    assert second.fit.chi_square_scaled == close(first.fit.chi_square_scaled)
    loads = first.parameters()["operator"] == "=~"
    one, two = (own.parameters().loc[loads, "z"].dropna() for own in (first, second))
    np.testing.assert_allclose(two, one, rtol=1e-5)


@pytest.mark.parametrize(("estimator", "missing"), CASES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_restriction_never_fits_better_and_its_text_gives_it_again(seed, estimator, missing):
    model, answers = drawn(seed, missing, estimator)
    factor, items = next(iter(model.items()))
    settings = {"estimator": estimator, "missing": missing}
    general = cfa(text_of(model), answers, **settings)
    equal = f"{text_of(model)}\n{factor} =~ same*{items[1]} + same*{items[2]}"
    restricted = cfa(equal, answers, **settings)
    assert restricted.fit.df == general.fit.df + 1
    assert restricted.fit.chi_square >= general.fit.chi_square >= 0
    assert 0 <= difference_test(restricted, general).p_value <= 1
    again = cfa(lavaan_syntax(restricted), answers, **settings)
    assert again.fit.df == restricted.fit.df
    assert again.fit.chi_square == close(restricted.fit.chi_square)


def reticular_moments(solution, group: int) -> tuple[np.ndarray, np.ndarray]:
    """Covariances and means by the reticular action model (McArdle & McDonald 1984)."""
    table = solution.table
    names = [*table.items, *table.latent]
    place = {name: number for number, name in enumerate(names)}
    arrows, spread = np.zeros((2, len(names), len(names)))
    level = np.zeros(len(names))
    rows = solution.parameters()
    rows = rows[rows["group"] == solution.groups[group]]
    for row in rows[rows["left"] != rows["right"]].itertuples():
        if row.operator == "=~":
            arrows[place[row.right], place[row.left]] = row.estimate
        elif row.operator == "~":
            arrows[place[row.left], place[row.right]] = row.estimate
        elif row.operator == "~1":
            level[place[row.left]] = row.estimate
        else:
            one, two = place[row.left], place[row.right]
            spread[one, two] = spread[two, one] = row.estimate
    for row in rows[(rows["left"] == rows["right"]) & (rows["operator"] == "~~")].itertuples():
        spread[place[row.left], place[row.left]] = row.estimate
    total = np.linalg.inv(np.eye(len(names)) - arrows)
    p = len(table.items)
    return (total @ spread @ total.T)[:p, :p], (total @ level)[:p]


@pytest.mark.parametrize(
    "model",
    [
        THREE,
        THREE + "speed ~ visual + textual",
        THREE + "g =~ visual + textual + speed\ng ~ ageyr",
        THREE + "speed ~ ageyr + sex\nvisual ~~ ageyr",
        "speed =~ x7 + x8 + x9\nspeed ~ ageyr\nageyr ~~ x1",
        "speed =~ x7 + x8 + x9\nspeed ~ x1\nx1 ~~ x2\nx2 ~~ x3",
        ONE + "x5 ~~ f",
        ONE + "g =~ x5 + x6 + x7\nx1 ~~ g",
        "speed =~ x7 + x8 + x9\nspeed + x8 ~ sex",
        "f =~ x1 + x2 + x3\ng =~ x4",
    ],
)
@pytest.mark.parametrize("group", [None, "school"])
def test_the_likelihood_is_that_of_the_reticular_action_model(model, group, hs):
    solution = cfa(model, hs, estimator="ML", group=group)
    items = list(solution.table.items)
    parts = [hs] if group is None else [own for _, own in hs.groupby(group)]
    expected = 0.0
    for number, own in enumerate(parts):
        covariance, mean = reticular_moments(solution, number)
        sample = np.cov(own[items].to_numpy(float), rowvar=False, bias=True)
        away = own[items].mean().to_numpy() - mean if group else np.zeros(len(items))
        sample_and_away = sample + np.outer(away, away)
        expected += len(own) * (
            np.linalg.slogdet(covariance)[1]
            - np.linalg.slogdet(sample)[1]
            + np.trace(np.linalg.solve(covariance, sample_and_away))
            - len(items)
        )
    assert solution.fit.chi_square == close(expected, rel=1e-9)
    assert "not_converged" not in (solution.condition or "")


def test_a_covariance_of_a_predictor_acts_through_what_it_predicts(hs):
    """As x1 predicts the factor, its tie with x2 ties x2 to the items of the factor."""
    solution = cfa("speed =~ x7 + x8 + x9\nspeed ~ x1\nx1 ~~ 0.3*x2\nx2 ~~ x2", hs, estimator="ML")
    items = solution.table.items
    implied = solution.objective.models[0].moments(solution.values).covariance
    slope = solution.parameters().set_index(["left", "operator", "right"])["estimate"]
    assert implied[items.index("x7"), items.index("x2")] == close(0.3 * slope["speed", "~", "x1"])


def test_factor_and_item_that_covary_can_be_read_off_in_every_way(hs):
    solution = cfa(ONE + "x5 ~~ f", hs, estimator="MLR")
    for result in (
        solution,
        standardised_solution(solution),
        residual_correlations(solution),
        modification_indices(solution),
        factor_scores(solution, hs),
    ):
        assert len(result.to_rows())
        assert result.to_json()
        assert str(result)


def test_an_ordered_item_that_covaries_with_a_factor_is_refused(hs_ordinal):
    with pytest.raises(ValueError, match="x5 is an ordered item and stands in"):
        cfa(ONE + "x5 ~~ f", hs_ordinal)


def estimates(solution) -> pd.Series:
    return solution.parameters().set_index(["left", "operator", "right"])["estimate"]


def test_a_label_or_start_leaves_the_marker_fixed(hs):
    plain = cfa(ONE, hs, estimator="ML")
    for marker in ("a*x1", "start(0.5)*x1"):
        told = cfa(f"f =~ {marker} + b*x2 + x3 + x4", hs, estimator="ML")
        assert estimates(told)["f", "=~", "x1"] == 1
        assert told.fit.chi_square == close(plain.fit.chi_square)


def test_loadings_that_share_the_label_of_the_marker_are_fixed_with_it(hs):
    by_marker = cfa("f =~ a*x1 + a*x2 + a*x3 + a*x4", hs, estimator="ML")
    by_variance = cfa("f =~ a*x1 + a*x2 + a*x3 + a*x4", hs, estimator="ML", std_lv=True)
    loadings = by_marker.parameters()["operator"] == "=~"
    assert (by_marker.parameters().loc[loadings, "estimate"] == 1).all()
    assert by_marker.fit.df == by_variance.fit.df == 5
    assert by_marker.fit.chi_square == close(by_variance.fit.chi_square)


def test_a_label_leaves_the_variance_of_a_standardised_factor_fixed(hs):
    solution = cfa(ONE + "f ~~ v*f", hs, estimator="ML", std_lv=True)
    assert estimates(solution)["f", "~~", "f"] == 1
    freed = cfa(ONE + "f =~ 1*x1\nf ~~ NA*f", hs, estimator="ML", std_lv=True)
    assert freed.fit.chi_square == close(solution.fit.chi_square)


def test_an_item_that_alone_measures_a_factor_has_no_residual_unless_one_is_given(hs):
    alone = cfa("f =~ x1 + x2 + x3\ng =~ x4", hs, estimator="ML")
    assert estimates(alone)["x4", "~~", "x4"] == 0
    given = cfa("f =~ x1 + x2 + x3\ng =~ x4\nx4 ~~ 0.3*x4", hs, estimator="ML")
    assert given.fit.chi_square == close(alone.fit.chi_square)
    shared = parameter_table("f =~ x1 + x2 + x3 + x4\ng =~ x4")
    assert any(
        r.left == r.right == "x4" and r.operator == "~~" and r.free >= 0 for r in shared.rows
    )


def test_observed_predictors_covary_with_one_another_but_not_with_factors():
    table = parameter_table(ONE + "g =~ x5 + x6 + x7\ng ~ f + z + w", orthogonal=False)
    named = {frozenset((r.left, r.right)) for r in table.rows if r.operator == "~~"}
    assert {"z", "w"} in named
    assert not named & {frozenset(("f", "z")), frozenset(("f", "w"))}


def test_what_is_equal_in_groups_is_not_said_of_predictors(hs):
    equal = ("loadings", "intercepts", "residuals")
    solution = cfa(
        "speed =~ x7 + x8 + x9\nspeed ~ ageyr", hs, "ML", group="school", group_equal=equal
    )
    rows = solution.parameters()
    own = rows[(rows["left"] == "ageyr") & rows["operator"].isin(["~1", "~~"])]
    assert own["estimate"].nunique() == 4
    np.testing.assert_allclose(
        own.loc[own["operator"] == "~1", "estimate"], hs.groupby("school")["ageyr"].mean()
    )


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"group_equal": ["loading"]}, "'loading' is nothing that can be equal"),
        ({"group_equal": ["lv.variances"]}, "'lv.variances' is nothing that can be equal"),
        ({"group_equal": "loadings"}, "must be a list, such as"),
        (
            {"group_equal": ["loadings"], "group_partial": ["speed =~ x1"]},
            "'speed =~ x1', which is no",
        ),
        ({"parameterization": "gamma"}, "'delta' or 'theta', got 'gamma'"),
    ],
)
def test_words_that_mean_nothing_are_refused(settings, part, hs_ordinal):
    with pytest.raises(ValueError, match=re.escape(part)):
        cfa(THREE, hs_ordinal, group="school", **settings)


@pytest.mark.parametrize("model", [None, 3, ["x1", "x2", "x3"], {"f": None}, {"f": 3}, {}])
def test_what_is_no_model_is_refused(model, hs):
    with pytest.raises(ValueError, match=r"a model is|cannot be understood"):
        cfa(model, hs, estimator="ML")


def test_each_parameter_stands_once_in_the_text_of_a_solution(hs_ordinal):
    """A parameter on two lines is an error in lavaan."""
    solution = cfa(
        THREE,
        hs_ordinal,
        group="school",
        parameterization="theta",
        group_equal=["loadings", "thresholds", "residuals"],
        group_partial=["visual =~ x2"],
    )
    lines = lavaan_syntax(solution).splitlines()[1:]
    named = [re.sub(r"[^+=~|]*\*", "", line.split(" + ")[0]) for line in lines]
    assert len(named) == len(set(named)) > 50


def test_names_that_a_text_cannot_hold_are_refused_for_it(hs):
    answers = hs.rename(columns={"x1": "first item", "x2": "2nd"})
    solution = cfa({"f": ["first item", "2nd", "x3", "x4"]}, answers, estimator="ML")
    with pytest.raises(ValueError, match=r"rename them.*'first item', '2nd'"):
        lavaan_syntax(solution)


def test_a_group_without_usable_answers_is_named(hs):
    answers = hs.copy()
    answers.loc[answers["school"] == "Pasteur", "x2"] = np.nan
    answers["form"] = np.where(answers.index % 2 == 0, answers["school"], "other")
    with pytest.raises(ValueError, match="nobody in group 'Pasteur' gave the answers"):
        cfa(ONE, answers, estimator="ML", group="form")


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_a_group_of_one_cluster_is_named(estimator, hs, hs_ordinal):
    answers = (hs if estimator == "MLR" else hs_ordinal).assign(
        site=lambda own: np.where(own["school"] == "Pasteur", 0, own.index % 20)
    )
    with pytest.raises(ValueError, match="in group 'Pasteur' are in one cluster"):
        cfa(ONE, answers, estimator=estimator, group="school", cluster="site")

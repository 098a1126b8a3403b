"""Bifactor indices: by hand, by a second route, and for tables that are wrong."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.bifactor import bifactor_indices
from pipeline.psychometrics.correlation import pearson_correlations
from pipeline.psychometrics.efa import explore_factors, schmid_leiman

ITEMS = list("abcdef")


@pytest.fixture
def loadings():
    return pd.DataFrame(
        {
            "g": [0.6, 0.7, 0.5, 0.6, 0.4, 0.5],
            "x": [0.5, 0.4, 0.3, 0, 0, 0],
            "y": [0, 0, 0, 0.5, 0.6, 0.4],
        },
        index=ITEMS,
    )


def test_indices_of_equal_loadings_are_those_worked_out_by_hand():
    table = pd.DataFrame(
        {"g": [0.6] * 6, "x": [0.4] * 3 + [0] * 3, "y": [0] * 3 + [0.4] * 3}, index=ITEMS
    )
    found = bifactor_indices(table, "g")
    # sums: general 3.6, groups 1.2 each, uniqueness 6 x .48 = 2.88; variance 12.96 + 2.88 + 2.88
    assert_allclose(found.general.omega, 15.84 / 18.72)
    assert_allclose(found.general.omega_hierarchical, 12.96 / 18.72)
    assert_allclose(found.relative_omega, 12.96 / 15.84)
    assert_allclose(found.general.explained_common_variance, 0.36 / 0.52)
    # three items: general 1.8, group 1.2, uniqueness 1.44; variance 3.24 + 1.44 + 1.44
    assert_allclose(found.of("x").omega, 4.68 / 6.12)
    assert_allclose(found.of("x").omega_hierarchical, 1.44 / 6.12)
    assert_allclose(found.of("x").explained_common_variance, 0.48 / 3.12)
    assert_allclose(found.of("x").explained_common_variance_within, 0.16 / 0.52)
    assert_allclose(found.of("x").general_variance_within, 0.36 / 0.52)
    ratio = 6 * 0.36 / 0.64
    assert_allclose(found.general.construct_replicability, ratio / (1 + ratio))
    # 15 pairs, 6 of them within a group
    assert found.uncontaminated_correlations == 9 / 15
    assert found.item_explained_common_variance["a"] == pytest.approx(0.36 / 0.52)
    assert found.condition is None


def test_indices_are_variances_of_simulated_sums(loadings):
    rng = np.random.default_rng(1)
    n = 200_000
    factors = rng.normal(size=(n, 3))
    values = loadings.to_numpy()
    common = factors @ values.T
    answers = common + rng.normal(size=(n, 6)) * np.sqrt(1 - (values**2).sum(axis=1))
    found = bifactor_indices(loadings, "g")
    for place, name in enumerate(["g", "x", "y"]):
        own = [ITEMS.index(item) for item in found.of(name).items]
        total = answers[:, own].sum(axis=1)
        share = np.corrcoef(total, common[:, own].sum(axis=1))[0, 1] ** 2
        alone = np.corrcoef(total, factors[:, place])[0, 1] ** 2
        weights = np.linalg.lstsq(answers, factors[:, place], rcond=None)[0]
        best = np.corrcoef(answers @ weights, factors[:, place])[0, 1]
        assert_allclose(found.of(name).omega, share, atol=0.01)
        assert_allclose(found.of(name).omega_hierarchical, alone, atol=0.01)
        assert_allclose(found.of(name).determinacy, best, atol=0.01)


def test_order_of_items_and_factors_and_their_signs_do_not_matter(loadings):
    other = loadings.iloc[::-1][["y", "g", "x"]] * [-1.0, 1.0, -1.0]
    first, second = bifactor_indices(loadings, "g"), bifactor_indices(other, "g")
    for name in ("g", "x", "y"):
        assert_allclose(first.of(name).omega, second.of(name).omega)
        assert_allclose(first.of(name).determinacy, second.of(name).determinacy)
    assert first.uncontaminated_correlations == second.uncontaminated_correlations


def test_groups_of_a_full_table_are_those_named(loadings):
    full = loadings.replace(0, 0.01)
    groups = {"x": list("abc"), "y": list("def")}
    found = bifactor_indices(full, "g", groups)
    assert found.of("x").items == tuple("abc")
    assert found.uncontaminated_correlations == 9 / 15
    assert bifactor_indices(full, "g").uncontaminated_correlations == 0


def test_explained_common_variance_is_that_of_the_schmid_leiman_solution(items):
    found = schmid_leiman(explore_factors(pearson_correlations(items), 2))
    table = pd.DataFrame(
        np.column_stack([found.general, found.group]), list(found.items), ["g", *found.factors]
    )
    own = bifactor_indices(table, "g")
    assert_allclose(own.general.explained_common_variance, found.explained_common_variance)
    assert_allclose(list(own.uniquenesses.values()), found.uniquenesses, atol=1e-6)


def test_an_item_that_only_the_general_factor_explains_belongs_to_no_group(loadings):
    table = loadings.copy()
    table.loc["f", "y"] = np.nan
    found = bifactor_indices(table, "g")
    assert found.of("y").items == ("d", "e")
    assert found.uncontaminated_correlations == 11 / 15


def test_impossible_loadings_are_named(loadings):
    table = loadings.copy()
    table.loc["a", "g"] = 1.05
    found = bifactor_indices(table, "g", n_respondents=100)
    assert found.condition == "heywood_case"
    assert np.isnan(found.general.construct_replicability)
    assert np.isnan(found.general.determinacy)
    assert found.to_rows()["n_respondents"].eq(100).all()


def test_everything_wrong_is_told_at_once(loadings):
    with pytest.raises(ValueError, match=r"no column 'h'.*no group factor of the table"):
        bifactor_indices(loadings, "h", {"z": ["a"]})
    with pytest.raises(ValueError, match=r"not in the table: \['q'\].*items of \['y'\] too"):
        bifactor_indices(loadings, "g", {"x": ["a", "q"]})
    with pytest.raises(ValueError, match="no group factor beside"):
        bifactor_indices(loadings[["g"]], "g")
    with pytest.raises(ValueError, match="two rows have the same name"):
        bifactor_indices(loadings.rename(index={"b": "a"}), "g")
    with pytest.raises(ValueError, match="no factor 'q'"):
        bifactor_indices(loadings, "g").of("q")

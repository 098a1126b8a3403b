"""What holds for every result of the package."""

import ast
import dataclasses
import doctest
import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import psychometrics as package
from pipeline.psychometrics._rows import COLUMN_TYPES
from pipeline.psychometrics.agreement import agreement_by_chance, within_group_agreement
from pipeline.psychometrics.bifactor import bifactor_indices
from pipeline.psychometrics.conditions import MEANING_OF_CONDITION, joined
from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.modification import modification_indices, score_tests
from pipeline.psychometrics.confirmatory.reliability import model_reliability
from pipeline.psychometrics.confirmatory.residuals import residual_correlations
from pipeline.psychometrics.confirmatory.scores import factor_scores
from pipeline.psychometrics.confirmatory.standardised import standardised_solution
from pipeline.psychometrics.cutoffs import simulated_cutoffs
from pipeline.psychometrics.efa import bootstrap_loadings, omega_hierarchical, schmid_leiman
from pipeline.psychometrics.halves import equivalent_halves
from pipeline.psychometrics.heterotrait import heterotrait_monotrait
from pipeline.psychometrics.measurement_invariance.alignment import alignment
from pipeline.psychometrics.measurement_invariance.effect_sizes import noninvariance_effects
from pipeline.psychometrics.measurement_invariance.partial import partial_invariance
from pipeline.psychometrics.multilevel import case_mix, random_intercept
from pipeline.psychometrics.polyserial import polyserial_correlation, polyserial_correlations
from pipeline.psychometrics.retention import (
    empirical_kaiser_criterion,
    hull_method,
    minimum_average_partial,
    sequential_fit,
    suggest_factors,
)
from pipeline.psychometrics.two_level import (
    comparability,
    cross_level_invariance,
    two_level_cfa,
)
from tests.psychometrics.conftest import six_items

ROOM = Path(package.__file__).parent
SOURCES = sorted(ROOM.rglob("*.py"))


def read_off(items, rng):
    """What is read off a fitted model, and off a table of loadings."""
    solution = cfa("x =~ a + s*b + s*c\ny =~ d + e + f", items, "ML")
    ordered = cfa({"x": list("abc"), "y": list("def")}, items)
    table = pd.DataFrame(
        {"g": [0.6] * 4, "x": [0.5, 0.4, 0, 0], "y": [0, 0, 0.5, 0.4]}, list("abcd")
    )
    return [
        standardised_solution(ordered),
        residual_correlations(solution),
        modification_indices(ordered),
        score_tests(solution),
        factor_scores(solution, items),
        model_reliability(ordered),
        bifactor_indices(table, "g", n_respondents=300),
        heterotrait_monotrait(
            items, {"x": list("abc"), "y": list("def")}, rng=rng, n_replications=40
        ),
    ]


@pytest.fixture(scope="module")
def results():
    rng = np.random.default_rng(20240517)
    items = six_items(rng)
    correlation = package.pearson_correlations(items)
    solution = package.explore_factors(correlation, 2)
    groups = items.assign(site=[f"site {number % 3}" for number in range(len(items))])
    partial = partial_invariance({"X": list("abcdef")}, groups, "site", "ML")
    sites, model = items.assign(site=np.arange(len(items)) % 30), {"X": list("abc")}
    return [
        within_group_agreement(items, sites["site"], 1, 5),
        agreement_by_chance(items, sites["site"], 1, 5, rng, 20),
        two_level_cfa(model, model, sites, "site"),
        cross_level_invariance(model, sites, "site"),
        comparability(model, sites, "site"),
        alignment({"X": list("abc"), "Y": list("def")}, groups, "site"),
        alignment({"X": list("abcdef")}, groups, "site", rng=rng).of_factor("X"),
        *read_off(items, rng),
        simulated_cutoffs(cfa({"X": list("abcdef")}, items, "ML"), len(items), 20, rng),
        noninvariance_effects(partial.solution, "pooled"),
        partial,
        correlation,
        solution,
        package.align_to_target(solution, {"X": list("abc"), "Y": list("def")}),
        schmid_leiman(solution),
        omega_hierarchical(correlation, 2),
        bootstrap_loadings(items, 1, rng, {"X": list("abcdef")}, n_replications=40),
        bootstrap_loadings(items, 1, rng, correlation="pearson", n_replications=40),
        equivalent_halves(items, rng),
        package.analyse_items(items, range(1, 6)),
        polyserial_correlation(items["a"], items["b"]),
        polyserial_correlations(items[["a", "b"]], items[["c"]]),
        package.cronbach_alpha(items),
        package.omega_total(items),
        package.inter_item_correlation(items[["a", "b"]]),
        package.standard_error_of_measurement(items),
        package.reliability.smallest_detectable_change(items, n_persons=30),
        package.reliability.guttman_bounds(items),
        package.reliability.split_halves(items),
        package.reliability.odd_even(items),
        package.reliability.ordinal_alpha(items),
        package.reliability.categorical_omega(items),
        package.reliability.bootstrap_reliability(items, rng, 40),
        package.reliability.retest_reliability(items[["a", "b"]], n_persons=30),
        package.reliable_change(items["a"], items["b"], 0.4),
        package.kaiser_meyer_olkin(correlation),
        package.bartlett_sphericity(correlation),
        package.parallel_analysis(items, rng, n_replications=2),
        minimum_average_partial(correlation),
        empirical_kaiser_criterion(correlation),
        hull_method(correlation, 2),
        sequential_fit(correlation),
        suggest_factors(items, rng, n_replications=2),
        package.intraclass_correlation(items["a"], items["b"]),
        random_intercept(items["a"], sites["site"], items[["b", "c"]]),
        case_mix(items["a"], sites["site"], items[["b", "c"]]),
        package.content_validity_index(items[["a", "b"]].clip(upper=4)),
        package.placement_rates(
            items[["a", "b"]].astype("string"), {"a": "3.0", "b": "4.0"}, criterion=0.70
        ),
    ]


def test_rows_of_every_result_have_the_same_columns_and_types(results):
    for result in results:
        rows = result.to_rows()
        assert {name: str(kind) for name, kind in rows.dtypes.items()} == COLUMN_TYPES
        assert rows["statistic"].notna().all()
        assert rows["method"].notna().all()
        assert rows["n_respondents"].notna().all()


def test_rows_of_a_result_are_told_apart_by_item_factor_and_statistic(results):
    for result in results:
        assert not result.to_rows().duplicated(["item", "factor", "statistic"]).any()


def test_estimates_lie_in_their_intervals(results):
    rows = pd.concat([result.to_rows() for result in results]).dropna(subset=["ci_low"])
    assert len(rows) >= 6
    assert (rows["ci_low"] <= rows["estimate"]).all()
    assert (rows["estimate"] <= rows["ci_high"]).all()
    assert rows["confidence_level"].isin([0.90, 0.95]).all()


def test_a_result_prints_its_method_and_its_estimates(results):
    for result in results:
        rows, printed = result.to_rows(), str(result)
        assert rows["method"].iloc[0] in printed
        assert rows["statistic"].iloc[0] in printed
        for word in set(" ".join(rows["condition"].dropna()).split()):
            assert MEANING_OF_CONDITION[word] in printed


def test_a_result_becomes_json_without_loss(results):
    for result in results:
        told = json.loads(result.to_json())
        kept = [f for f in dataclasses.fields(result) if f.metadata.get("in_json", True)]
        assert list(told) == [field.name for field in kept]
        for name, value in told.items():
            own = getattr(result, name)
            if isinstance(own, float):
                assert value == own or (value is None and np.isnan(own))
            elif isinstance(own, np.ndarray):
                np.testing.assert_array_equal(np.array(value, dtype=own.dtype), own)


def test_results_cannot_be_changed(results):
    for result in results:
        field = dataclasses.fields(result)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field, None)


def test_conditions_are_joined_once_each_and_must_have_a_meaning():
    assert joined([None, "one_item two_items", "one_item"]) == "one_item two_items"
    assert joined([None]) is None
    with pytest.raises(ValueError, match="no such condition"):
        joined(["bad_luck"])


def test_every_condition_with_a_meaning_occurs_in_the_code():
    code = "".join(p.read_text(encoding="utf-8") for p in SOURCES if p.name != "conditions.py")
    assert [word for word in MEANING_OF_CONDITION if f'"{word}"' not in code] == []


def test_the_package_imports_nothing_else_of_the_pipeline():
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline"):
                assert node.module.startswith("pipeline.psychometrics"), source


def test_importing_the_package_loads_no_heavy_library():
    heavy = ("pingouin", "factor_analyzer", "sklearn", "scipy.stats", "scipy.optimize")
    code = f"import sys, pipeline.psychometrics; print(set({heavy!r}) & set(sys.modules))"
    command, root = [sys.executable, "-c", code], ROOM.parents[1]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "set()"


def modules():
    found = pkgutil.walk_packages(package.__path__, "pipeline.psychometrics.")
    return [importlib.import_module(entry.name) for entry in found]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_examples_in_the_docstrings_are_true(module):
    with np.errstate(all="raise", under="ignore"):
        assert doctest.testmod(module).failed == 0

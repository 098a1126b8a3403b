"""The gate: may sites be compared?"""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.psychometrics.two_level import RULES, comparability
from pipeline.psychometrics.two_level.comparability import (
    FEWEST_ANSWERS,
    FEWEST_SITES,
    sentence_of,
)

MODEL = {"practice": ["a", "b", "c", "d"]}


@pytest.fixture
def evidence(draw_sites):
    """A verdict of yes, whose numbers can be replaced one by one."""
    rng = np.random.default_rng(3)
    return comparability(MODEL, draw_sites(rng, np.full(100, 20)), "site")


def test_sites_that_answer_alike_may_be_compared(evidence):
    assert (evidence.verdict, evidence.rule) == ("yes", "comparable")
    assert "100 sites" in evidence.reason
    assert "may sites be compared on practice? yes" in str(evidence).lower()


@pytest.mark.parametrize(
    ("numbers", "rule", "verdict"),
    [
        ({"n_sites_counted": FEWEST_SITES - 1}, "too_few_sites", "cannot be told"),
        ({"cfi": 0.89}, "model_does_not_fit", "no"),
        ({"srmr_within": 0.09}, "model_does_not_fit", "no"),
        ({"p_value_metric": 0.04, "cfi_change_metric": -0.02}, "loadings_differ", "no"),
        (
            {"p_value_metric": 0.04, "cfi_change_metric": -0.001},
            "small_differences",
            "with caution",
        ),
        ({"p_value_strong": 0.01, "residual_share": 0.3}, "sites_differ_on_items", "no"),
        ({"p_value_strong": 0.01, "residual_share": 0.1}, "small_differences", "with caution"),
        ({"icc_low": 0.0}, "no_difference_between_sites", "with caution"),
        ({"icc_low": float("nan")}, "no_difference_between_sites", "with caution"),
        ({"p_value_strong": 0.3, "residual_share": 0.3}, "comparable", "yes"),
        ({"cfi": 0.5, "n_sites_counted": 3}, "too_few_sites", "cannot be told"),
    ],
)
def test_the_first_rule_that_applies_decides(evidence, numbers, rule, verdict):
    changed = replace(evidence, **numbers)
    found = next(own for own in RULES if own.applies(changed))
    assert (found.name, found.verdict) == (rule, verdict)


def test_rules_have_different_names_and_the_last_always_applies(evidence):
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert RULES[-1].applies(evidence)


def test_too_few_sites_are_told_what_is_missing(draw_sites, rng):
    sizes = np.array([FEWEST_ANSWERS] * 30 + [FEWEST_ANSWERS - 1] * 20)
    found = comparability(MODEL, draw_sites(rng, sizes), "site")
    assert found.verdict == "cannot be told"
    assert found.reason == (
        "30 of 50 sites have at least 8 complete answers, and 40 are needed: 10 more."
    )


def test_sites_that_read_an_item_differently_may_not_be_compared(draw_sites, rng):
    data = draw_sites(rng, np.full(100, 20), icc=0.1)
    data["b"] += rng.normal(size=100)[data["site"]] * 0.6
    data["d"] -= rng.normal(size=100)[data["site"]] * 0.6
    found = comparability(MODEL, data, "site")
    assert (found.verdict, found.rule) == ("no", "sites_differ_on_items")
    assert "%" in found.reason


def test_sites_that_do_not_differ_are_compared_with_caution(draw_sites):
    data = draw_sites(np.random.default_rng(4), np.full(100, 20), icc=0.0)
    found = comparability(MODEL, data, "site")
    assert (found.verdict, found.rule) == ("with caution", "no_difference_between_sites")


def test_sites_without_any_variation_within_cannot_be_told(sites):
    flat = sites.assign(a=sites["site"] * 1.0)
    data = flat[flat.groupby("site")["a"].transform("size") >= FEWEST_ANSWERS]
    found = comparability(MODEL, data, "site")
    assert (found.verdict, found.rule) == ("cannot be told", "not_estimated")
    assert "no_variation_within_groups" in found.reason


def test_every_reason_is_one_sentence_about_numbers(evidence):
    for rule in RULES:
        sentence = sentence_of(rule, evidence)
        assert sentence.endswith(".")
        assert "{" not in sentence
        assert "nan" not in sentence


def test_one_practice_is_told_at_a_time(sites):
    with pytest.raises(ValueError, match="one practice at a time, but the model has 2 factors"):
        comparability({"x": ["a", "b"], "y": ["c", "d"]}, sites, "site")

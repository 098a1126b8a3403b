"""What parameters are called in a long table."""

import pytest

from pipeline.psychometrics.confirmatory.parameter_names import (
    ParameterName,
    kind_of,
    place_of,
    standardised_statistic,
)

LATENT = {"f", "g"}


@pytest.mark.parametrize(
    ("parameter", "place", "kind", "standardised"),
    [
        (("f", "=~", "a"), {"item": "a", "factor": "f in x"}, "loading", "standardised_loading"),
        (("f", "=~", "g"), {"factor": "f with g in x"}, "loading", "standardised_loading"),
        (("f", "~", "g"), {"factor": "f with g in x"}, "regression", "standardised_regression"),
        (("a", "~~", "a"), {"item": "a in x"}, "residual_variance", "unexplained_item_variance"),
        (("f", "~~", "f"), {"factor": "f in x"}, "factor_variance", "unexplained_factor_variance"),
        (
            ("a", "~~", "b"),
            {"item": "a with b in x"},
            "residual_covariance",
            "residual_correlation",
        ),
        (("f", "~~", "g"), {"factor": "f with g in x"}, "factor_covariance", "factor_correlation"),
        (("a", "|", "t1"), {"item": "a t1 in x"}, "threshold", "standardised_threshold"),
        (("a", "~*~", "a"), {"item": "a in x"}, "scale", "standardised_scale"),
        (("a", "~1", ""), {"item": "a in x"}, "intercept", "standardised_intercept"),
        (("f", "~1", ""), {"factor": "f in x"}, "factor_mean", "standardised_mean"),
    ],
)
def test_every_kind_of_parameter_has_its_place_and_its_name(parameter, place, kind, standardised):
    name = ParameterName(*parameter, "x")
    assert place_of(name, LATENT) == place
    assert kind_of(name, LATENT) == kind
    assert standardised_statistic(name, LATENT) == standardised


def test_without_groups_none_is_named():
    assert place_of(ParameterName("a", "~~", "b", ""), LATENT) == {"item": "a with b"}

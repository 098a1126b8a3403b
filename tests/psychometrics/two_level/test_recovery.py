"""What comes out of drawn answers is what went in, as often as promised.

A hundred sites, four items, intraclass correlation of the practice .15, 300 draws each (a share of
.95 or .05 has a Monte-Carlo error of .013). Residual variance between sites 0 or .05:

================================  ==========  ===========  ============  =============
share                             15 each, 0  15 each, .05  4 to 30, 0   4 to 30, .05
================================  ==========  ===========  ============  =============
interval of the ICC of the factor  .937        .953         .930          .967
interval of the ICC of an item     .950        .943         .940          .947
loading within, standard error     .930        .957         .933          .947
loading within, robust             .923        .943         .913          .940
loading between, standard error    .940        .960         .950          .953
loading between, robust            .927        .950         .947          .947
metric step rejected (true)        .063        .070         .057          .040
strong step rejected               .060 (true) 1.000        .067 (true)   1.000
mean error of the ICC (factor)     -.004       -.002        -.004         -.002
================================  ==========  ===========  ============  =============
"""

from math import sqrt

import numpy as np
import pytest

from pipeline.psychometrics.two_level import cross_level_invariance, two_level_cfa

pytestmark = pytest.mark.slow

MODEL = {"practice": ["a", "b", "c", "d"]}
DRAWS = 300
MONTE_CARLO = 4 * sqrt(0.05 * 0.95 / DRAWS)
"""Four standard errors of a share of .05 or .95."""

ROUGH = 0.03
"""So much less than promised is known of intervals from a hundred sites: likelihood-based errors
of variances are a little small."""


def one_draw(data, icc, residual):
    """What each promise came to: 1 if the interval covers or the test rejects."""
    ladder = cross_level_invariance(MODEL, data, "site")
    shares = {own.name: own for own in ladder.icc}
    between = icc / (1 - icc)
    of_item = (between + residual) / (between + residual + 1.6)
    result = {
        "icc_factor": shares["practice"].ci_low <= icc <= shares["practice"].ci_high,
        "icc_item": shares["a"].ci_low <= of_item <= shares["a"].ci_high,
        "bias_factor": shares["practice"].estimate - icc,
        "bias_item": shares["a"].estimate - of_item,
        "metric": ladder.step("metric").p_value_difference < 0.05,
        "strong": ladder.step("strong").p_value_difference < 0.05,
    }
    for errors in ("standard", "robust"):
        solution = two_level_cfa(MODEL, MODEL, data, "site", standard_errors=errors)
        for level in ("within", "between"):
            own = next(p for p in solution.parameters if (p.level, p.right) == (level, "b"))
            result[f"loading_{level}_{errors}"] = own.ci_low <= 0.8 <= own.ci_high
    return result


@pytest.fixture(scope="module", params=["balanced", "unbalanced"])
def shares(request, draw_sites):
    """Shares over draws without residual variance between sites, and with it."""
    rng = np.random.default_rng(20260817)
    result = {}
    for residual in (0.0, 0.05):
        draws = []
        for _ in range(DRAWS):
            sizes = np.full(100, 15) if request.param == "balanced" else rng.integers(4, 31, 100)
            draws.append(one_draw(draw_sites(rng, sizes, 0.15, residual), 0.15, residual))
        result[residual] = {name: np.mean([own[name] for own in draws]) for name in draws[0]}
    return result


def test_intervals_cover_as_often_as_promised(shares):
    names = ["icc_factor", "icc_item"]
    names += [f"loading_{level}_standard" for level in ("within", "between")]
    names += [f"loading_{level}_robust" for level in ("within", "between")]
    for own in shares.values():
        for name in names:
            assert 0.95 - ROUGH - MONTE_CARLO < own[name] < 0.95 + MONTE_CARLO, name


def test_shares_between_sites_have_little_bias(shares):
    for own in shares.values():
        assert abs(own["bias_factor"]) < 0.01
        assert abs(own["bias_item"]) < 0.01


def test_tests_of_equality_reject_what_is_true_as_seldom_as_promised(shares):
    for own in shares.values():
        assert own["metric"] < 0.05 + ROUGH + MONTE_CARLO
    assert shares[0.0]["strong"] < 0.05 + ROUGH + MONTE_CARLO
    assert shares[0.05]["strong"] > 0.9

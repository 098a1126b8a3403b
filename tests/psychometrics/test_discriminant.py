"""Two scales at a time: who answered these two, and no pair that cannot be told."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.discriminant import ratios_of_pairs
from pipeline.psychometrics.heterotrait import heterotrait_monotrait

LEAD = [f"LEAD{number:02d}" for number in range(1, 7)]
HOSTIL = [f"HOSTIL{number:02d}" for number in range(1, 6)]
SCALES = {"LEAD": LEAD, "HOSTIL": HOSTIL}


def ratios(data, scales, seed=1):
    rng = np.random.default_rng(seed)
    return ratios_of_pairs(data, scales, "COMPID", rng, n_replications=60)


def test_a_pair_has_both_ratios_with_intervals(lq):
    found = ratios(lq, SCALES).set_index("statistic")
    assert list(found.index) == ["htmt", "htmt2"]
    whole = heterotrait_monotrait(lq, SCALES, "htmt").values[0, 1]
    assert_allclose(found.loc["htmt", "estimate"], whole)
    assert (found["ci_low"] < found["estimate"]).all()
    assert (found["estimate"] < found["ci_high"]).all()


def test_a_third_scale_that_few_answered_takes_nobody_from_the_others(lq):
    third = ["TSIG01", "TSIG02", "TSIG03"]
    thinned = lq.copy()
    thinned.loc[100:, third] = np.nan
    found = ratios(thinned, {**SCALES, "TSIG": third}).set_index(["factor", "statistic"])
    assert found.loc[("LEAD with HOSTIL", "htmt"), "n_respondents"] == len(lq)
    assert found.loc[("LEAD with TSIG", "htmt"), "n_respondents"] == 100


@pytest.mark.parametrize(
    "scales",
    [
        {"LEAD": LEAD},
        {"LEAD": LEAD, "ONE": HOSTIL[:1]},
        {"LEAD": LEAD, "SHARED": [*LEAD[:2], *HOSTIL]},
    ],
)
def test_scales_of_one_item_or_with_items_in_common_have_no_ratio(lq, scales):
    assert ratios(lq, scales).empty


def test_the_same_seed_gives_the_same_intervals(lq):
    assert ratios(lq, SCALES).equals(ratios(lq, SCALES))

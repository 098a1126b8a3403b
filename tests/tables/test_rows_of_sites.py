"""Agreement and adjusted means of sites as rows of the table of estimates."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics import agreement_by_chance, within_group_agreement
from pipeline.tables import ESTIMATES, adjusted_means, agreement_of_sites, conform


def test_each_site_has_its_deviation_its_agreement_and_its_place_among_random_groups():
    rng = np.random.default_rng(4)
    items = pd.DataFrame(rng.integers(1, 6, (30, 3)), columns=list("xyz"))
    sites = pd.Series(["a"] * 15 + ["b"] * 14 + ["c"])
    within = within_group_agreement(items, sites, 1, 5)
    chance = agreement_by_chance(items, sites, 1, 5, rng, n_draws=50)
    rows = agreement_of_sites(within.by_group(), chance.by_group())
    conform(rows.reindex(columns=ESTIMATES.column_names), ESTIMATES)
    found = rows.set_index(["site", "statistic"])["estimate"]
    own = items[sites == "a"]
    assert found["a", "average_deviation"] == pytest.approx((own - own.mean()).abs().mean().mean())
    assert found["a", "closer_than_chance"] == pytest.approx(1 - chance.p_ad_mean[0])
    assert np.isnan(found["c", "rwg_j"])
    alone = rows[(rows["site"] == "c") & (rows["statistic"] == "rwg_j")].iloc[0]
    assert (alone["n_respondents"], alone["condition"]) == (1, "too_few_respondents")


def test_the_spread_of_an_adjusted_mean_gives_back_its_standard_error():
    by_site = pd.DataFrame(
        {"group": ["a", "b"], "n": [16, 25], "adjusted_mean": [3.1, 3.4], "adjusted_se": [0.2, 0.1]}
    )
    rows = adjusted_means(by_site, "adjusted").set_index(["site", "statistic"])["estimate"]
    assert rows["a", "mean_adjusted"] == 3.1
    assert rows["a", "sd_adjusted"] / np.sqrt(16) == pytest.approx(0.2)
    assert rows["b", "sd_adjusted"] / np.sqrt(25) == pytest.approx(0.1)

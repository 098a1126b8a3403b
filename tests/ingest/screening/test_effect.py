import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from pipeline.ingest.screening import screening_effect

SCORES = pd.DataFrame({"one": [1.0, 2, 3, np.nan], "two": [2.0, 2, 2, 2]})
EXCLUDED = pd.Series([False, False, True, True])


def test_the_means_are_those_with_and_without_the_excluded():
    table = screening_effect(SCORES, EXCLUDED).set_index("scale")
    assert table.loc["one", ["n_with", "mean_with"]].tolist() == [3, 2]
    assert table.loc["one", ["n_without", "mean_without", "difference"]].tolist() == [2, 1.5, -0.5]
    assert np.isnan(table.loc["two", "difference"])


def test_without_exclusions_nothing_changes():
    table = screening_effect(SCORES, EXCLUDED & False)
    assert table["difference"].iloc[0] == 0
    assert (table["n_with"] == table["n_without"]).all()


def test_nobody_left_gives_no_mean():
    table = screening_effect(SCORES, EXCLUDED | True)
    assert table["mean_without"].isna().all()


def test_a_coefficient_of_the_items_is_given_for_both():
    items = {"one": pd.DataFrame({"a": [1.0, 2, 3, 4]})}
    table = screening_effect(SCORES, EXCLUDED, items, lambda keyed: float(keyed["a"].sum()))
    assert_allclose(table["alpha_with"], [10, np.nan])
    assert_allclose(table["alpha_without"], [3, np.nan])

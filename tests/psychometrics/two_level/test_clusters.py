"""Answers condensed by cluster."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.two_level.clusters import (
    cluster_moments,
    clustered_answers,
    unusable_clusters,
)

ITEMS = ["a", "b", "c", "d"]


def test_sums_of_products_within_and_between_make_those_of_all(sites):
    moments = cluster_moments(clustered_answers(sites, ITEMS, "site"))
    values = sites[ITEMS].to_numpy()
    n, j = moments.n_respondents, moments.n_groups
    mean = (moments.counts * moments.sizes) @ moments.centres / n
    weights = moments.sizes[moments.spread_size]
    between = (moments.spread * weights[:, None]).T @ moments.spread
    distance = moments.centres - mean
    between += (distance * (moments.sizes * moments.counts)[:, None]).T @ distance
    total = (n - 1) * np.cov(values, rowvar=False)
    assert_allclose((n - j) * moments.within + between, total, rtol=1e-10)
    assert_allclose(mean, values.mean(axis=0))


def test_no_more_rows_are_kept_than_items_for_each_size(draw_sites, rng):
    answers = clustered_answers(draw_sites(rng, np.full(200, 5)), ITEMS, "site")
    assert cluster_moments(answers).spread.shape == (4, 4)


def test_respondents_without_a_site_or_an_answer_are_left_out_and_counted(sites):
    holes = sites.astype({"site": "object"})
    holes.loc[0, "site"] = None
    holes.loc[1, "site"] = np.nan
    holes.loc[2, "a"] = np.nan
    answers = clustered_answers(holes, ITEMS, "site")
    assert answers.n_total - answers.n_respondents == 3
    assert answers.sizes.sum() == answers.n_respondents


def test_sites_need_not_stand_together_and_may_have_any_names(sites, rng):
    named = sites.assign(site="site " + sites["site"].astype(str))
    mixed = named.sample(frac=1, random_state=3)
    first, second = (
        cluster_moments(clustered_answers(own, ITEMS, "site")) for own in (sites, mixed)
    )
    assert_allclose(second.within, first.within)
    assert_allclose(second.centres, first.centres)


def test_everything_wrong_with_the_columns_is_told_at_once(sites):
    with pytest.raises(ValueError, match=r"'z'(.|\n)*'where'"):
        clustered_answers(sites, ["a", "z"], "where")
    with pytest.raises(ValueError, match="both the cluster and an item"):
        clustered_answers(sites, ["a", "site"], "site")
    with pytest.raises(ValueError, match="DataFrame"):
        clustered_answers([[1]], ["a"], "site")


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda data: data.head(2), "too_few_respondents"),
        (lambda data: data.assign(site=1), "too_few_groups"),
        (lambda data: data.assign(site=range(len(data))), "no_repeated_groups"),
        (lambda data: data.assign(a=2.0), "constant_item"),
        (lambda data: data.assign(a=data["site"] * 1.7), "no_variation_within_groups"),
        (lambda data: data.assign(a=data["b"] + data["c"]), "not_positive_definite"),
        (lambda data: data.iloc[:6].assign(site=list("aabbcc")), "too_few_respondents"),
        (lambda data: data, None),
    ],
)
def test_answers_that_allow_no_two_levels_are_named(sites, change, condition):
    data = pd.DataFrame(change(sites))
    found = unusable_clusters(clustered_answers(data, ITEMS, "site"))
    assert found == condition

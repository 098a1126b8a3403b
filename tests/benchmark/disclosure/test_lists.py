"""A list of separate statements has no score; each of its items is protected by itself."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.benchmark import estimate_sites
from pipeline.benchmark.disclosure import DisclosureRules, counting_sites, release_pooled
from tests.benchmark.conftest import make_scale, make_study
from tests.benchmark.disclosure.test_attacks import FAMILY_MINIMUM, random_sizes, run
from tests.benchmark.disclosure.test_pooled_analyses import pooled_rows

RULES = DisclosureRules()
ONE_TINY_SITE = [(20, 20, 0), (15, 15, 0), (2, 2, 0)]
LARGE_SITES = [(20, 20, 0), (15, 15, 0), (14, 12, 0)]


@pytest.fixture(scope="module")
def questionnaire(instrument):
    """The fixture whose first scale is a list."""
    listed = replace(make_scale("AAA", (1, 1, 1, 1)), treatment="causal")
    return replace(instrument, scales=(listed, instrument.scales[1]))


def estimates(questionnaire, sizes):
    study = make_study(questionnaire, sizes, seed=4, dk=0.0)
    return study[0], estimate_sites(*study, questionnaire, 0.95)


def test_a_list_has_figures_of_its_items_and_none_of_its_own(questionnaire):
    _, sites = estimates(questionnaire, LARGE_SITES)
    means = sites[(sites["statistic"] == "mean") & (sites["scale"] == "AAA")]
    assert set(means["item"]) == {"aaa1", "aaa2", "aaa3", "aaa4"}
    assert not ((sites["statistic"] == "gap") & (sites["scale"] == "AAA")).any()


def test_an_item_of_a_list_counts_only_where_enough_people_answer(questionnaire):
    _, sites = estimates(questionnaire, ONE_TINY_SITE)
    figures = counting_sites(sites, RULES)
    item = figures[(figures["statistic"] == "mean") & (figures["item"] == "aaa1")]
    assert not item.loc[item["site"] == "s02", "counts"].any()
    assert not item.loc[item["site"] == "s02", "shown"].any()
    assert item.loc[item["site"] == "s00", "shown"].all()


@pytest.mark.parametrize(("sizes", "is_shown"), [(LARGE_SITES, True), (ONE_TINY_SITE, False)])
def test_the_pooled_answers_to_a_list_are_shown_unless_a_small_site_could_be_subtracted(
    questionnaire, sizes, is_shown
):
    responses, sites = estimates(questionnaire, sizes)
    released = release_pooled(pooled_rows(responses), sites, RULES)
    means = released[(released["statistic"] == "mean") & released["item"].notna()]
    assert means["estimate"].notna().all() == is_shown


@pytest.fixture(scope="module", params=[0.0, 0.3])
def world(request, questionnaire):
    """Many programmes of sites of all sizes, as everything about them is released."""
    rng = np.random.default_rng(21 + int(request.param * 10))
    sizes = {f"w{place:03d}": random_sizes(rng) for place in range(12)}
    return run(questionnaire, sizes, 5, dk=request.param, spread=0.7)


def of_list(frame):
    return frame[(frame["scale"] == "AAA") & frame["item"].notna()]


@pytest.mark.parametrize("statistic", FAMILY_MINIMUM)
def test_subtracting_shown_sites_from_the_programme_leaves_many_people(world, statistic):
    _, sites, counting, disclosed = world
    keys = ["wave", "site", "scale", "item", "statistic"]
    rows = of_list(sites[sites["statistic"] == statistic])
    judged = rows.merge(counting[[*keys, "counts", "shown"]], on=keys)
    shown = of_list(disclosed.released)
    shown = shown[shown["site"].isna() & (shown["statistic"] == statistic)]
    left = judged[judged["counts"] & ~judged["shown"]].merge(shown[["wave", "item"]])
    pools = left.groupby(["wave", "item"])["n_respondents"].agg(["sum", "size"])
    assert len(pools) > 5
    assert (pools["sum"] >= FAMILY_MINIMUM[statistic]).all()
    assert (pools["size"] >= 2).all()


def test_no_site_shows_a_statement_that_too_few_people_rated(world):
    _, sites, _, disclosed = world
    keys = ["wave", "site", "scale", "item", "statistic"]
    exact = of_list(sites).set_index(keys)["n_respondents"]
    shown = of_list(disclosed.released)
    shown = shown[shown["site"].notna()]
    assert len(shown) > 100
    n = exact.loc[list(shown[keys].itertuples(index=False, name=None))]
    fine = shown["statistic"].str.fullmatch(r"share_[0-9]").to_numpy()
    assert (n.to_numpy() >= np.where(fine, 30, 20)).all()


def test_a_list_has_no_number_of_a_group_and_no_total(world):
    shown = world[3].released
    shown = shown[(shown["scale"] == "AAA") & ~shown["statistic"].str.endswith("_possible")]
    assert len(shown)
    assert shown["item"].notna().all()
    assert shown["group"].isna().all()

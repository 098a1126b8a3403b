"""People who answered in two survey rounds."""

import numpy as np
import pandas as pd
import pytest

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.change import (
    counting_people,
    linked_estimates,
    linked_members,
    linked_of_programme,
    linked_people,
)
from pipeline.benchmark.disclosure import DisclosureRules, counting_sites, disclose
from pipeline.psychometrics import reliable_change
from tests.benchmark.conftest import make_study

WAVES = ("1", "2")
ERRORS = pd.DataFrame(
    {
        "scale": ["AAA", "BBB"],
        "item": None,
        "statistic": "standard_error_of_measurement",
        "estimate": [0.3, 0.4],
    }
)


def two_rounds(instrument, sizes, seed=1):
    """The same people, in the same order, in both rounds; other answers."""
    answers = make_study(instrument, {"1": sizes, "2": sizes}, seed, dk=0.0)
    responses, missing, scores = answers
    keys = responses.groupby(["wave", "site"]).cumcount().astype(str)
    person = (responses["site"] + "-" + keys).astype("string")
    return responses.assign(person=person), missing, scores


@pytest.fixture
def study(instrument):
    return two_rounds(instrument, [(15, 15, 0), (20, 20, 0), (12, 12, 0), (20, 15, 0)])


def test_everybody_with_two_scores_is_there_once_a_scale_with_the_change(study):
    responses, _, scores = study
    people = linked_people(responses, scores, ERRORS, WAVES)
    assert people.groupby("scale").size().to_dict() == {"AAA": 129, "BBB": 129}
    own = responses.assign(score=scores["AAA"].astype(float))
    wide = own.pivot_table(index="person", columns="wave", values="score")
    expected = reliable_change(wide["1"], wide["2"], 0.3)
    of_scale = people[people["scale"] == "AAA"]
    np.testing.assert_allclose(sorted(of_scale["change"]), sorted(expected.change))
    assert sorted(of_scale["direction"]) == sorted(expected.direction)


def test_people_without_a_key_and_people_who_moved_are_left_out(study):
    responses, _, scores = study
    second = responses["wave"] == "2"
    moved = responses["person"] == "s00-0"
    nameless = responses["person"] == "s00-1"
    changed = responses.assign(
        person=responses["person"].mask(second & nameless),
        site=responses["site"].mask(second & moved, "s01"),
    )
    people = linked_people(changed, scores.assign(site=changed["site"]), ERRORS, WAVES)
    assert people.groupby("scale").size().to_dict() == {"AAA": 127, "BBB": 127}


def test_a_scale_without_an_error_of_measurement_has_no_linked_people(study):
    responses, _, scores = study
    people = linked_people(responses, scores, ERRORS.iloc[:1], WAVES)
    assert set(people["scale"]) == {"AAA"}


def test_one_round_links_nobody(study):
    responses, _, scores = study
    assert linked_people(responses, scores, ERRORS, ("2",)).empty


def test_a_site_has_the_numbers_of_the_reliable_change_of_its_people(study):
    responses, _, scores = study
    people = linked_people(responses, scores, ERRORS, WAVES)
    rows = linked_estimates(people, "1").set_index(["site", "scale", "statistic"])
    own = responses.assign(score=scores["AAA"].astype(float))
    wide = own[own["site"] == "s01"].pivot_table(index="person", columns="wave", values="score")
    expected = reliable_change(wide["1"], wide["2"], 0.3)
    mean = rows.loc[("s01", "AAA", "linked_change")]
    assert mean["estimate"] == pytest.approx(expected.mean_change)
    assert mean["ci_low"] == pytest.approx(expected.mean_change_low)
    assert mean["n_respondents"] == 40
    share = rows.loc[("s01", "AAA", "linked_higher"), "estimate"]
    assert share == pytest.approx(expected.share_higher)


def test_the_programme_is_that_of_all_people_of_counting_sites_and_passes_disclosure(
    study, instrument
):
    responses, missing, scores = study
    people = linked_people(responses, scores, ERRORS, WAVES)
    plain = estimate_sites(responses, missing, scores, instrument)
    sites = pd.concat([plain, linked_estimates(people, "1")], ignore_index=True)
    rules = DisclosureRules()
    counting = counting_sites(sites, rules)
    counted = counting_people(people, counting)
    programme = pd.concat(
        [estimate_programme(sites, counting), linked_of_programme(counted, "1")],
        ignore_index=True,
    )
    released = disclose(sites, programme, rules).released
    own = released[released["statistic"] == "linked_higher"]
    of_all = own[own["site"].isna() & (own["scale"] == "AAA")].iloc[0]
    everybody = counted[counted["scale"] == "AAA"]
    assert of_all["estimate"] == pytest.approx((everybody["direction"] == 1).mean(), abs=0.011)
    assert set(own["site"].dropna()) == {"s00", "s01", "s02", "s03"}
    assert set(own["wave"]) == {"2"}


def test_members_hold_the_change_of_every_linked_person(study):
    responses, _, scores = study
    people = linked_people(responses, scores, ERRORS, WAVES)
    members = linked_members(people)
    assert set(members["kind"]) == {"linked"}
    assert members["value"].tolist() == people["change"].tolist()

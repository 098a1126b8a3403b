"""Numbers about people of a site that are no plain means: agreement, case-mix, linked people."""

import numpy as np
import pandas as pd
import pytest

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import (
    DisclosureRules,
    PastRelease,
    counting_sites,
    disclose,
    members_of,
)
from pipeline.tables import ESTIMATES, RELEASE_MEMBERS, conform
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()
SCALE = "AAA"


def rows_of(site, n, **numbers):
    """Rows of one scale of a site."""
    keys = {"wave": "1", "site": site, "scale": SCALE, "n_respondents": n}
    rows = [{**keys, "statistic": name, "estimate": value} for name, value in numbers.items()]
    return pd.DataFrame(rows).reindex(columns=ESTIMATES.column_names)


def with_rows(sites, *extra):
    return conform(pd.concat([sites.astype(object), *extra], ignore_index=True), ESTIMATES)


def agreement(site, n, average_deviation=0.7):
    return rows_of(
        site, n, average_deviation=average_deviation, rwg_j=0.8123, closer_than_chance=0.2345
    )


def linked(site, n, higher=0.25, lower=0.05):
    rest = 1 - higher - lower
    shares = {"linked_higher": higher, "linked_lower": lower, "linked_no_clear_change": rest}
    return rows_of(site, n, linked_change=0.2, sd_linked_change=0.5, **shares)


def outcome_of(sites, members=None, past=()):
    programme = estimate_programme(sites, counting_sites(sites, RULES))
    return disclose(sites, programme, RULES, members, past)


@pytest.fixture(scope="module")
def study(instrument):
    return make_study(instrument, [(20, 20, 0), (14, 14, 0), (20, 25, 0), (20, 20, 0)], 5, dk=0.0)


@pytest.fixture(scope="module")
def sites(study, instrument):
    return estimate_sites(*study, instrument)


def at(frame, site, statistic):
    rows = frame[(frame["site"] == site) & (frame["statistic"] == statistic)]
    return rows.iloc[0] if len(rows) else None


def test_agreement_is_shown_from_thirty_people_and_rounded_to_tenths(sites):
    outcome = outcome_of(with_rows(sites, agreement("s00", 40), agreement("s01", 28)))
    assert at(outcome.released, "s00", "average_deviation")["estimate"] == 0.7
    assert at(outcome.released, "s00", "rwg_j")["estimate"] == 0.8
    assert at(outcome.released, "s01", "average_deviation") is None
    assert at(outcome.withheld, "s01", "average_deviation")["rule"] == "ladder"


def test_agreement_so_close_that_it_tells_what_all_said_is_withheld(sites):
    outcome = outcome_of(with_rows(sites, agreement("s00", 40, 0.19)))
    assert at(outcome.withheld, "s00", "average_deviation")["rule"] == "class_disclosure"
    assert at(outcome.withheld, "s00", "closer_than_chance") is not None


def test_adjusted_means_are_shown_where_the_plain_mean_is_in_tenths_with_an_interval(sites):
    extra = rows_of("s00", 40, mean_adjusted=3.4567, sd_adjusted=0.9).assign(
        ci_low=3.1, ci_high=3.7, confidence_level=0.95
    )
    row = at(outcome_of(with_rows(sites, extra)).released, "s00", "mean_adjusted")
    assert row["estimate"] == 3.5
    assert row["ci_low"] == pytest.approx(3.2)
    assert row["ci_high"] == pytest.approx(3.8)


def test_linked_people_are_shown_from_twenty_on(sites):
    outcome = outcome_of(with_rows(sites, linked("s00", 24), linked("s02", 15)))
    assert at(outcome.released, "s00", "linked_higher")["estimate"] == pytest.approx(0.2)
    assert at(outcome.released, "s00", "sd_linked_change") is None
    assert at(outcome.withheld, "s02", "linked_change")["rule"] == "ladder"


def test_linked_people_who_nearly_all_changed_alike_are_withheld(sites):
    outcome = outcome_of(with_rows(sites, linked("s00", 30, higher=0.95, lower=0.0)))
    assert at(outcome.withheld, "s00", "linked_change")["rule"] == "class_disclosure"


@pytest.mark.parametrize("statistic", ["average_deviation", "mean_adjusted", "linked_change"])
def test_numbers_that_differ_by_a_few_people_from_an_earlier_release_are_withheld(
    statistic, study, sites, instrument
):
    extra = [
        agreement("s00", 40),
        rows_of("s00", 40, mean_adjusted=3.5, sd_adjusted=0.9),
        linked("s00", 40),
    ]
    responses, missing, scores = study
    changes = pd.DataFrame(
        {
            "wave": "1",
            "site": responses["site"],
            "respondent": responses["respondent"],
            "kind": "linked",
            "scale": SCALE,
            "value": np.arange(len(responses)) % 5,
        }
    ).reindex(columns=RELEASE_MEMBERS.column_names)
    members = members_of(responses, missing, scores, instrument)
    members = conform(pd.concat([members.astype(object), changes.astype(object)]), RELEASE_MEMBERS)
    first = outcome_of(with_rows(sites, *extra), members)
    assert at(first.released, "s00", statistic) is not None

    someone = responses.loc[responses["site"] == "s00", "respondent"].iloc[0]
    fewer = members[members["respondent"] != someone]
    left = [table[table["respondent"] != someone] for table in study]
    again = estimate_sites(*left, instrument)
    outcome = outcome_of(
        with_rows(again, *(rows.assign(n_respondents=39) for rows in extra)),
        fewer,
        [PastRelease(first.figures, members)],
    )
    assert at(outcome.withheld, "s00", statistic)["rule"] == "complement"

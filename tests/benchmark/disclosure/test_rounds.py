"""A site is published by rounds or over both together, never the one after the other."""

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
from pipeline.benchmark.disclosure.rounds import barred_by_pooling
from pipeline.benchmark.pooled_waves import Answers, pooled_label, with_pooled_waves
from tests.benchmark.conftest import make_study

WAVES = ("1", "2")
BOTH = "1 + 2"
RULES = DisclosureRules()


def past_of(*shown):
    rows = [{"wave": wave, "site": site, "estimate": value} for wave, site, value in shown]
    return [PastRelease(pd.DataFrame(rows), pd.DataFrame())]


def barred(wave, site, *shown):
    known = pd.DataFrame({"wave": [wave], "site": [site]})
    return bool(barred_by_pooling(known, past_of(*shown), WAVES)[0])


def test_a_site_published_by_a_round_is_not_shown_over_both():
    assert barred(BOTH, "a", ("2", "a", 3.2))
    assert barred(BOTH, "a", ("1", "a", 3.2))


def test_a_site_published_over_both_is_not_shown_by_rounds():
    assert barred("2", "a", (BOTH, "a", 3.2))
    assert barred("1", "a", (BOTH, "a", 3.2))


@pytest.mark.parametrize("waves", [("1", "2", "3"), ("2", "3"), ("1", "3")])
@pytest.mark.parametrize("wave", ["1", "2"])
def test_what_was_published_over_two_rounds_is_not_forgotten_when_a_third_comes(waves, wave):
    known = pd.DataFrame({"wave": [wave, "3", "2 + 3"], "site": "a"})
    found = barred_by_pooling(known, past_of((BOTH, "a", 3.2)), waves)
    assert found.tolist() == [True, False, False]


@pytest.mark.parametrize(
    "shown",
    [("2", "b", 3.2), ("2", "a", None), ("0", "a", 3.2), ("2", None, 3.2)],
)
def test_other_sites_other_rounds_and_what_was_withheld_bar_nothing(shown):
    assert not barred(BOTH, "a", shown)


def test_what_was_published_one_way_stays_that_way():
    assert not barred("2", "a", ("2", "a", 3.2))
    assert not barred(BOTH, "a", (BOTH, "a", 3.2))


def release(answers, instrument, past=(), waves=WAVES):
    """What a run over these rounds releases of the answers."""
    both = with_pooled_waves(answers, waves, RULES.minimum_n)
    sites = estimate_sites(both.responses, both.missing, both.scores, instrument)
    of_all = estimate_programme(sites, counting_sites(sites, RULES))
    programme = of_all[of_all["wave"] != pooled_label(waves)]
    members = members_of(both.responses, both.missing, both.scores, instrument)
    return disclose(sites, programme, RULES, members, past, None, waves), members


def study(instrument, sizes, seed=3):
    """Sites with so many people in each round, none of them twice, all with keys."""
    of_waves = {wave: [(n, 0, 0) for n in sizes[wave]] for wave in WAVES}
    responses, missing, scores = make_study(instrument, of_waves, seed, dk=0.0)
    return Answers(responses.assign(person=responses["respondent"]), missing, scores)


def sites_shown(outcome, wave):
    released = outcome.released
    return set(released.loc[(released["wave"] == wave), "site"].dropna())


def test_a_late_answer_does_not_tell_the_few_of_the_other_round(instrument):
    sizes = {"1": [8, 30, 30, 30], "2": [11, 30, 30, 30]}
    later = study(instrument, sizes)
    late = later.responses.loc[
        (later.responses["wave"] == "2") & (later.responses["site"] == "s00"), "respondent"
    ].iloc[-1]
    before = Answers(
        *(
            table[table["respondent"] != late]
            for table in (later.responses, later.missing, later.scores)
        )
    )
    first, members = release(before, instrument)
    assert "s00" in sites_shown(first, BOTH)
    again, _ = release(later, instrument, [PastRelease(first.figures, members)])
    assert "s00" not in sites_shown(again, "2")
    third, _ = release(later, instrument, [PastRelease(first.figures, members)], ("1", "2", "3"))
    assert "s00" not in sites_shown(third, "2")
    fresh, _ = release(later, instrument)
    assert "s00" in sites_shown(fresh, "2")

"""Attacks by subtracting one release from another, by people who know exact counts and units.

The attacker knows who answered late, was removed or corrected, takes every pair of releases that
showed the same figure, turns both into intervals of sums, and subtracts.
"""

import io
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import (
    DisclosureRules,
    PastRelease,
    Rule,
    as_told,
    counting_sites,
    disclose,
    members_of,
    read_releases,
    record_release,
)
from pipeline.tables import RELEASE_FIGURES, RELEASE_MEMBERS, write_table
from tests.benchmark.conftest import make_study, score

RULES = DisclosureRules()
FEW = RULES.minimum_n
IDENTITY = ["wave", "site", "group", "scale", "item", "statistic"]
LOWEST, HIGHEST = 1, 5
HALF_RANGE = 2.0
SIZES = [(20, 21, 0), (30, 30, 0), (13, 12, 2), (4, 3, 0), (70, 60, 3)]


def people_of(study, kept):
    """The study of some of its respondents."""
    return tuple(frame[frame["respondent"].isin(kept)] for frame in study)


def corrected(study, instrument, respondents, value):
    """The study with one answer of some respondents corrected."""
    responses, missing, _ = study
    chosen = responses["respondent"].isin(respondents)
    responses = responses.assign(aaa1=responses["aaa1"].mask(chosen, value))
    gone = missing["respondent"].isin(respondents) & (missing["column"] == "aaa1")
    return responses, missing[~gone], score(responses, instrument)


def publish(study, instrument, past):
    sites = estimate_sites(*study, instrument, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, RULES), 0.95)
    members = members_of(*study, instrument)
    found = disclose(sites, programme, RULES, members, past)
    return found, PastRelease(found.figures, members), pd.concat([sites, programme])


@pytest.fixture(scope="module")
def study(instrument):
    return make_study(instrument, SIZES, 5, dk=0.0)


@pytest.fixture(scope="module")
def one_scale(instrument):
    """A shorter questionnaire, on which many releases take less time."""
    return replace(instrument, scales=instrument.scales[:1], allocations=())


@pytest.fixture(scope="module")
def everyone(study):
    return list(study[0]["respondent"])


@pytest.fixture(scope="module")
def one_late(study, everyone, instrument):
    """A release without the first respondent of a site of 41, and one with everybody."""
    first = publish(people_of(study, everyone[1:]), instrument, [])
    return first, publish(study, instrument, [first[1]])


@pytest.fixture(scope="module")
def careless(study, instrument):
    """Everybody, as if nothing had been published before."""
    return publish(study, instrument, [])


def figure(release, **wanted):
    rows = release.figures
    for column, value in wanted.items():
        rows = rows[rows[column].isna() if value is None else rows[column] == value]
    return rows


def ends(row):
    """Between which the sum lies that was released as a rounded mean."""
    half, n = row.unit / 2, row.denominator
    return n * max(row.estimate - half, LOWEST), n * min(row.estimate + half, HIGHEST)


def contributions(release):
    """Of each scale and item: site, group, respondent and value of everyone behind its mean."""
    rows = release.members[release.members["value"].notna()].fillna({"group": "", "item": ""})
    columns = ["site", "group", "respondent", "value"]
    return {
        names: list(block[columns].itertuples(index=False, name=None))
        for names, block in rows.groupby(["scale", "item"])
    }


def counting(release):
    """Sites that count in each mean of the programme."""
    rows = release.figures[release.figures["counts"] & (release.figures["statistic"] == "mean")]
    rows = rows.fillna({"group": "", "item": ""})
    return rows.groupby(["scale", "item", "group"])["site"].agg(set).to_dict()


def people_behind(contributed, counted, row):
    """Who stands behind a mean, with what value."""
    item, group = ("" if pd.isna(name) else name for name in (row.item, row.group))
    sites = counted.get((row.scale, item, group), set()) if pd.isna(row.site) else {row.site}
    return {
        (person, value)
        for site, of_group, person, value in contributed.get((row.scale, item), ())
        if site in sites and group in ("", of_group)
    }


def attacks(first, second):
    """For each mean in both releases that differ by a few people: the row, who, and what is left.

    Left is the interval of what the people who make the difference answered, on average.
    """
    rows = first.figures.merge(second.figures, on=IDENTITY, suffixes=("", "_2"))
    shown = rows["estimate"].notna() & rows["estimate_2"].notna() & (rows["statistic"] == "mean")
    known = [(contributions(release), counting(release)) for release in (first, second)]
    for row in rows[shown].itertuples():
        before, after = (people_behind(*of_release, row) for of_release in known)
        added, gone = after - before, before - after
        people = {person for person, _ in added ^ gone}
        if 0 < len(people) < FEW:
            low, high = ends(row)
            low_2, high_2 = ends(
                row._replace(
                    estimate=row.estimate_2, unit=row.unit_2, denominator=row.denominator_2
                )
            )
            low, high = low_2 - high, high_2 - low
            low = max(low, len(added) * LOWEST - len(gone) * HIGHEST)
            high = min(high, len(added) * HIGHEST - len(gone) * LOWEST)
            who = (row.scale, row.item, frozenset(added), frozenset(gone))
            yield row, who, np.array([low, high]) / len(people)


def width(interval):
    return interval[1] - interval[0]


def all_widths(releases):
    """What is left when all pairs of releases and all views of the same people are put together."""
    left = {}
    for first, second in combinations(releases, 2):
        for _, who, (low, high) in attacks(first, second):
            known = left.get(who, (-np.inf, np.inf))
            left[who] = max(known[0], low), min(known[1], high)
    return [width(interval) for interval in left.values()]


def test_one_late_answer_leaves_nothing_about_its_score(one_late):
    (_, before, _), (_, after, _) = one_late
    assert len(list(attacks(before, after))) > 1
    assert min(all_widths([before, after])) >= HALF_RANGE - 1e-9


def test_without_the_earlier_release_the_score_would_be_told(one_late, careless):
    found = [(row.site, interval) for row, _, interval in attacks(one_late[0][1], careless[1])]
    widths = [width(interval) for site, interval in found if pd.notna(site)]
    assert widths
    assert min(widths) < HALF_RANGE / 2


def test_figures_of_the_site_are_rounded_more_or_withheld(one_late):
    _, (found, after, _) = one_late
    means = figure(after, site="s00", statistic="mean")
    told = means["estimate"].notna()
    assert told.any()
    assert (means.loc[told, "unit"] >= RULES.coarse_mean_unit).all()
    assert (means.loc[~told, "rule"] == Rule.COMPLEMENT).all()
    released = found.released.query("site == 's00' and statistic == 'mean'")
    assert (released["condition"] == "earlier_release").all()
    units = released.merge(means[[*IDENTITY, "unit"]], on=IDENTITY)
    half = ((units["ci_high"] - units["ci_low"]) / 2 / units["unit"]).astype(float)
    assert (np.abs(half - half.round()) < 1e-6).all()


def test_figures_of_other_sites_are_untouched(one_late):
    (first, _, _), (second, _, _) = one_late
    for site in ("s01", "s02", "s04"):
        frames = [found.released[found.released["site"] == site] for found in (first, second)]
        pd.testing.assert_frame_equal(*[frame.reset_index(drop=True) for frame in frames])


def test_every_number_is_still_released_or_withheld_and_none_twice(one_late):
    _, (found, _, given) = one_late
    keys = [*IDENTITY, "factor", "method"]
    out = pd.concat([found.released[keys], found.withheld[keys]])
    assert len(out) == len(given)
    assert not out.duplicated().any()


def as_bytes(found):
    buffer = io.StringIO()
    for frame in (found.released, found.withheld, found.figures):
        frame.to_csv(buffer, index=False)
    return buffer.getvalue()


def test_the_same_answers_published_again_give_the_same_bytes(study, one_late, instrument):
    (_, before, _), (found, after, _) = one_late
    shuffled = [frame.sample(frac=1, random_state=1) for frame in study]
    assert as_bytes(publish(shuffled, instrument, [before, after])[0]) == as_bytes(found)


def test_nothing_changed_leaves_everything_untouched(study, careless, instrument):
    first, release, _ = careless
    assert as_bytes(publish(study, instrument, [release])[0]) == as_bytes(first)


def test_the_same_people_under_the_name_of_another_export_are_the_same_people(
    study, everyone, one_late, instrument
):
    (_, before, _), (found, _, _) = one_late
    others = before.members.assign(respondent="other " + before.members["respondent"])
    renamed = publish(study, instrument, [PastRelease(before.figures, others)])[0]
    assert as_bytes(renamed) == as_bytes(found)


def test_many_late_answers_leave_figures_untouched(study, everyone, one_scale):
    """Twelve of each group of a site; nobody left a question out."""
    responses = study[0]
    here = responses[responses["site"] == "s01"]
    late = pd.concat([block.head(12) for _, block in here.groupby("group")])["respondent"]
    kept = [one for one in everyone if one not in set(late)]
    first = publish(people_of(study, kept), one_scale, [])[1]
    compared = publish(study, one_scale, [first])[0].figures
    fresh = publish(study, one_scale, [])[0].figures
    pd.testing.assert_frame_equal(compared, fresh)


def test_other_survey_rounds_are_not_compared(study, one_late, careless, instrument):
    before = one_late[0][1]
    other = PastRelease(before.figures.assign(wave="2"), before.members.assign(wave="2"))
    assert as_bytes(publish(study, instrument, [other])[0]) == as_bytes(careless[0])


def test_past_releases_without_members_are_refused(one_late, study, instrument):
    sites = estimate_sites(*study, instrument, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, RULES), 0.95)
    with pytest.raises(ValueError, match="members"):
        disclose(sites, programme, RULES, past=[one_late[0][1]])


def random_steps(study, instrument, seed):
    """Up to four releases that differ by one to ten people: added, removed, corrected."""
    rng = np.random.default_rng(seed)
    keys = study[0]["respondent"].to_numpy(dtype=object)
    absent = set(rng.choice(keys, 25, replace=False))
    now = study
    for _ in range(int(rng.integers(2, 5))):
        yield people_of(now, set(keys) - absent)
        n = int(rng.integers(1, 11))
        if rng.random() < 0.4:
            now = corrected(now, instrument, set(rng.choice(keys, n)), int(rng.integers(1, 6)))
        else:
            home = rng.choice(["s00", "s02", "s04"])
            near = keys[(study[0]["site"] == home).to_numpy()]
            absent = absent ^ set(rng.choice(near, n, replace=False))


@pytest.mark.parametrize(
    "seed", [0, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 3))]
)
def test_random_small_changes_over_several_releases_give_nobody_away(study, one_scale, seed):
    past = []
    for step in random_steps(study, one_scale, seed):
        past.append(publish(step, one_scale, past)[1])
    assert min(all_widths(past)) >= HALF_RANGE - 1e-9


def test_the_attack_on_random_small_changes_works_without_protection(study, one_scale):
    releases = [publish(step, one_scale, [])[1] for step in random_steps(study, one_scale, 0)]
    assert min(all_widths(releases)) < 0.5


def test_a_share_never_tells_what_a_late_person_answered(one_late):
    """Of each category, both having chosen it and not having chosen it remain possible."""
    (_, before, _), (_, after, _) = one_late
    both = before.figures.merge(after.figures, on=IDENTITY, suffixes=("", "_2"))
    both = both[
        both["family"].isin(["three", "five"]) & (both["denominator"] != both["denominator_2"])
    ]
    both = both[both["estimate"].notna() & both["estimate_2"].notna()].astype(
        {name: float for name in both if name.startswith(("estimate", "unit", "denominator"))}
    )
    assert len(both)
    counts = {}
    for end in ("", "_2"):
        n, share, half = (both[f"{name}{end}"] for name in ("denominator", "estimate", "unit"))
        counts[end] = (
            np.ceil(n * (share - half / 2).clip(lower=0) - 1e-9),
            np.floor(n * (share + half / 2).clip(upper=1) + 1e-9),
        )
    assert (counts["_2"][0] - counts[""][1] <= 0).all()
    assert (counts["_2"][1] - counts[""][0] >= 1).all()


def test_names_of_rules_do_not_tell_that_everyone_agreed(one_late):
    withheld = one_late[0][0].withheld
    some = withheld.assign(rule=withheld["rule"].mask(withheld.index < 3, Rule.CLASS_DISCLOSURE))
    told = as_told(some)
    assert Rule.CLASS_DISCLOSURE not in set(told["rule"])
    assert (told.loc[:2, "rule"] == Rule.COMPLEMENT).all()
    assert (told.loc[3:, "rule"] == some.loc[3:, "rule"]).all()


def test_a_release_is_recorded_once_and_read_back(one_late, tmp_path):
    (_, before, _), (_, after, _) = one_late
    for release in (before, after, after):
        files = {}
        for name, frame, table in (
            ("figures", release.figures, RELEASE_FIGURES),
            ("members", release.members, RELEASE_MEMBERS),
        ):
            files[f"{name}.parquet"] = tmp_path / f"{name}.parquet"
            write_table(frame, tmp_path / f"{name}.parquet", table)
        record_release(files, tmp_path / "releases")
    found = read_releases(tmp_path / "releases")
    assert [path.name for path in sorted((tmp_path / "releases").iterdir())] == ["0001", "0002"]
    for one, given in zip(found, (before, after), strict=True):
        pd.testing.assert_frame_equal(one.figures, given.figures)
        pd.testing.assert_frame_equal(one.members, given.members)


def test_no_folder_means_no_release(tmp_path):
    assert read_releases(tmp_path / "releases") == []

"""Attacks with all sums of all releases at once, by linear programming.

The attacker knows who is in which release, at which site and in which group, which sites count in
the programme, and every released mean with its unit. For any few people, the programs give the
lowest and the highest sum that fits everything released.
"""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import (
    DisclosureRules,
    PastRelease,
    counting_sites,
    disclose,
    members_of,
)
from pipeline.benchmark.disclosure.atoms import with_same_keys
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()
LOWEST, HIGHEST = 1, 5
NEEDED = RULES.protected_width * (HIGHEST - LOWEST)
NEAR = 1e-4
CLASS = ["site", "group", "releases"]


@pytest.fixture(scope="module")
def one_scale(instrument):
    return replace(instrument, scales=instrument.scales[:1], allocations=())


def of_people(study, kept):
    return tuple(frame[frame["respondent"].isin(kept)] for frame in study)


def publish(study, instrument, past, rules=RULES):
    sites = estimate_sites(*study, instrument, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, rules), 0.95)
    members = members_of(*study, instrument)
    return PastRelease(disclose(sites, programme, rules, members, past).figures, members)


def published(first, second, instrument, *, compared=True):
    """Two releases of one round; the second is made as if it were the first if not compared."""
    before = publish(first, instrument, [])
    return before, publish(second, instrument, [before] if compared else [])


def classes_of(releases, wave):
    """People of the same site, group and releases: how many, and the sum of their scores."""
    scores = []
    for place, release in enumerate(releases):
        members = with_same_keys(release.members, releases[-1].members)
        members = members[(members["kind"] == "score") & (members["wave"] == wave)]
        scores.append(members.fillna({"group": ""}).assign(release=str(place)))
    names = ["site", "group", "respondent", "value"]
    people = pd.concat(scores).astype({"site": str, "group": str, "value": float})
    people = people.groupby(names)["release"].agg("".join).rename("releases").reset_index()
    return people.groupby(CLASS)["value"].agg(["size", "sum"]).reset_index()


def released_sums(classes, releases, wave):
    """Which classes each released mean adds up, and between which numbers their sum lies.

    `releases` is a mapping from the place of a release.
    """
    rows, low, high = [], [], []
    for place, release in releases.items():
        means = release.figures[release.figures["wave"] == wave].fillna({"site": "", "group": ""})
        means = means[(means["family"] == "score") & (means["statistic"] == "mean")]
        for row in means[means["estimate"].notna()].itertuples():
            counted = means[means["counts"] & (means["group"] == row.group)]["site"]
            inside = classes["site"].isin([row.site] if row.site else list(counted))
            inside &= classes["releases"].str.contains(str(place))
            inside &= (classes["group"] == row.group) | (row.group == "")
            n, half = classes.loc[inside, "size"].sum(), row.unit / 2
            rows.append(inside.to_numpy(float))
            low.append(n * max(row.estimate - half, LOWEST))
            high.append(n * min(row.estimate + half, HIGHEST))
    return np.array(rows).reshape(-1, len(classes)), np.array(low), np.array(high)


def located(query, sums, classes):
    weights, low, high = sums
    limits = [(LOWEST * n, HIGHEST * n) for n in classes["size"]]
    ends = [
        linprog(
            sign * query,
            np.vstack([weights, -weights]),
            np.concatenate([high, -low]) + 1e-7,
            bounds=limits,
        )
        for sign in (1, -1)
    ]
    assert all(end.status == 0 for end in ends)
    return ends[0].fun, -ends[1].fun


def few_of(classes, n_releases):
    """All sets of few people of one site, told apart by group and by releases."""
    present = [classes["releases"].str.contains(str(i)).to_numpy() for i in range(n_releases)]
    times = [
        *present,
        *(one & ~other for one, other in permutations(present, 2)),
        *(one & other for one, other in permutations(present, 2)),
    ]
    found = {}
    for _, here in classes.groupby("site").indices.items():
        site = np.isin(np.arange(len(classes)), here)
        groups = classes["group"].to_numpy()
        parts = [site, *(site & (groups == g) for g in set(groups[site]))]
        parts += [site & (groups != g) for g in set(groups[site])]
        for chosen in (part & time for part in parts for time in times):
            if 0 < classes["size"][chosen].sum() < RULES.minimum_n:
                found[chosen.tobytes()] = chosen.astype(float)
    return list(found.values())


def located_sets(releases, wave="1"):
    """Few people whom all releases together locate, and no release does alone: who, how well."""
    classes = classes_of(releases, wave)
    numbered = dict(enumerate(releases))
    alone = [released_sums(classes, {place: one}, wave) for place, one in numbered.items()]
    sums = released_sums(classes, numbered, wave)
    for chosen in few_of(classes, len(releases)):
        n = classes["size"] @ chosen
        low, high = located(chosen, sums, classes)
        if high - low < NEEDED * n - NEAR:
            known = [located(chosen, one, classes) for one in alone]
            before = min(end[1] for end in known) - max(end[0] for end in known)
            if high - low < before - NEAR:
                yield classes[chosen > 0], (high - low) / n


def some(study, site, **wanted):
    """The first respondents of each group of a site."""
    people = study[0][study[0]["site"] == site]
    return [
        key
        for group, n in wanted.items()
        for key in people[people["group"] == group]["respondent"].head(n)
    ]


CASES = {
    "a hidden site is shown later, and the programme tells who is new": (
        [(9, 9, 0), (30, 30, 0), (4, 4, 0), (4, 4, 0)],
        {"s00": {"lived": 6, "professional": 6}},
    ),
    "a group is shown later, and the other one has not changed": (
        [(20, 30, 0), (30, 30, 0), (30, 30, 0)],
        {"s00": {"lived": 12}},
    ),
    "few are new at a hidden site, many at a shown one": (
        [(5, 5, 0), (40, 40, 0), (5, 5, 0), (5, 5, 0)],
        {"s00": {"lived": 3, "professional": 3}, "s01": {"lived": 20, "professional": 20}},
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "later", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["came", "left"]
)
def test_few_hidden_people_are_located_only_when_releases_are_not_compared(
    instrument, one_scale, case, later
):
    sizes, change = CASES[case]
    study = make_study(instrument, sizes, 5, dk=0.0)
    late = {key for site, wanted in change.items() for key in some(study, site, **wanted)}
    fewer = of_people(study, set(study[0]["respondent"]) - late)
    pair = (fewer, study) if later else (study, fewer)
    careless = list(located_sets(published(*pair, one_scale, compared=False)))
    assert min(width for _, width in careless) < 0.5
    assert list(located_sets(published(*pair, one_scale))) == []


def test_what_other_rules_hid_or_counted_is_compared_although_nobody_changed(instrument, one_scale):
    """With a lower minimum a site is shown that was hidden along with a smaller one."""
    study = make_study(instrument, [(30, 30, 0), (7, 7, 0), (4, 4, 0)], 5, dk=0.0)
    strict = replace(RULES, minimum_n=15)
    before = publish(study, one_scale, [], strict)
    careless = publish(study, one_scale, [])
    assert list(located_sets([before, careless]))
    assert list(located_sets([before, publish(study, one_scale, [before])])) == []


def random_sizes(rng):
    for _ in range(rng.integers(2, 7)):
        n = rng.integers(2, 16) if rng.random() < 0.5 else rng.integers(16, 45)
        first = rng.binomial(n, rng.choice([0.5, 0.3]))
        yield int(first), int(n - first), int(rng.choice([0, 0, 0, 1, 3]))


def random_absent(study, rng, share):
    """Of some sites a few or many people are not in a release."""
    for _, people in study[0].groupby(["wave", "site"])["respondent"]:
        if rng.random() < share:
            n = rng.choice([rng.integers(1, 11), rng.integers(11, 30)])
            yield from rng.choice(people.to_numpy(object), min(n, len(people)), replace=False)


def random_pairs(instrument, seed, n_pairs):
    """Two releases of many programmes at once, one a survey round."""
    rng = np.random.default_rng(seed)
    sizes = {f"w{place:03d}": list(random_sizes(rng)) for place in range(n_pairs)}
    study = make_study(instrument, sizes, seed, dk=0.0)
    everyone = set(study[0]["respondent"])
    return [of_people(study, everyone - set(random_absent(study, rng, p))) for p in (0.5, 0.25)]


def leaks(releases):
    waves = sorted(set(releases[0].figures["wave"]) & set(releases[1].figures["wave"]))
    return [(wave, who, width) for wave in waves for who, width in located_sets(releases, wave)]


def test_random_pairs_of_releases_locate_nobody(instrument, one_scale):
    pair = random_pairs(instrument, 0, 8)
    assert leaks(published(*pair, one_scale)) == []
    assert len(leaks(published(*pair, one_scale, compared=False))) > 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 51))
def test_two_thousand_random_pairs_of_releases_locate_nobody(instrument, one_scale, seed):
    assert leaks(published(*random_pairs(instrument, seed, 40), one_scale)) == []

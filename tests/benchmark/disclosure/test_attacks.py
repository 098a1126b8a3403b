"""Attacks by subtraction, by people who know the exact size of every site and group.

The criterion: no sum over fewer than `minimum_n` people of a site (the site itself, a group, those
in neither group, or those outside a group) may follow from released numbers by adding and
subtracting them, unless rounding leaves its mean an interval of half the range of the scale or
more. Numbers rounded to the finest unit are taken as known exactly.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import DisclosureRules, counting_sites, disclose
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()
FEW = RULES.minimum_n
PARTS = ("lived", "professional", "ungrouped")
N_PROGRAMMES = 20


def random_sizes(rng):
    """Sites of 1 to 40 people, groups of unequal size, from none to a third in neither group."""
    sizes = []
    many_small = rng.random() < 0.4
    for _ in range(rng.integers(6, 12) if many_small else rng.integers(1, 9)):
        small = rng.random() < (0.7 if many_small else 0.4)
        n = rng.integers(1, 15 if many_small else 41) if small else rng.integers(22, 41)
        neither = rng.choice([0, 0, 1, 2, rng.integers(0, n // 3 + 1)])
        first = rng.binomial(max(n - neither, 0), rng.choice([0.5, 0.5, 0.3, 0.9]))
        sizes.append((int(first), int(n - min(neither, n) - first), int(min(neither, n))))
    return sizes


def run(instrument, sizes, seed, **options):
    study = make_study(instrument, sizes, seed, **options)
    sites = estimate_sites(*study, instrument, 0.95)
    counting = counting_sites(sites, RULES)
    programme = estimate_programme(sites, counting, 0.95)
    return study, sites, counting, disclose(sites, programme, RULES)


@pytest.fixture(scope="module", params=[0.0, 0.1, 0.3])
def world(request, instrument):
    rng = np.random.default_rng(int(request.param * 100))
    sizes = {f"w{i:03d}": random_sizes(rng) for i in range(N_PROGRAMMES)}
    return run(instrument, sizes, 7, dk=request.param, spread=0.7)


def of_scale(frame, wave, scale):
    return frame[
        (frame["wave"] == wave)
        & (frame["scale"] == scale)
        & frame["item"].isna()
        & (frame["statistic"] == "mean")
    ]


def cells_of(scores, scale):
    """People with a score and their sum, by site and part."""
    known = scores.assign(group=scores["group"].fillna("ungrouped")).dropna(subset=[scale])
    cells = known.groupby(["site", "group"])[scale].agg(["size", "sum"]).astype(float)
    sites = sorted(scores["site"].unique())
    return cells.reindex(pd.MultiIndex.from_product([sites, PARTS]), fill_value=0.0)


def released_equations(cells, released, counting):
    """Which cells each released mean adds up, and whether it is rounded more than usual."""
    sites = cells.index.get_level_values(0)
    parts = cells.index.get_level_values(1)
    counted = counting[counting["counts"]]
    vectors, coarse = [], []
    for row in released.itertuples():
        group = None if pd.isna(row.group) else row.group
        inside = np.ones(len(cells), bool) if group is None else parts == group
        if pd.isna(row.site):
            of_group = counted["group"].isna() if group is None else counted["group"] == group
            inside = inside & sites.isin(counted.loc[of_group, "site"])
        else:
            inside = inside & (sites == row.site)
        vectors.append((inside & (cells["size"] > 0)).astype(float))
        coarse.append(not pd.isna(row.condition) and row.condition == "spread_of_site")
    return np.array(vectors).reshape(-1, len(cells)), np.array(coarse, bool), released


def protected_sets(cells):
    """Sites, groups, rests of groups and ungrouped people of fewer than the minimum."""
    for site, block in cells.groupby(level=0):
        wanted = [PARTS, *[(p,) for p in PARTS], *[[q for q in PARTS if q != p] for p in PARTS]]
        for names in wanted:
            n = block.loc[[(site, name) for name in names], "size"].sum()
            if 0 < n < FEW:
                inside = cells.index.get_level_values(0) == site
                inside = inside & cells.index.get_level_values(1).isin(list(names))
                vector = (inside & (cells["size"] > 0).to_numpy()).astype(float)
                yield vector, n


def space_of(equations):
    """Projection on all combinations of the released sums."""
    return np.linalg.pinv(equations) @ equations


def follows_from(vector, space):
    return bool(np.abs(vector - space @ vector).max() < 1e-8)


def width_left(vector, equations, coarse, released, cells):
    """Width of the interval of the sum, by linear programming; the rounded ones as intervals."""
    sums = cells["sum"].to_numpy()
    limits = [(low, high) for low, high in zip(cells["size"], 5 * cells["size"], strict=True)]
    counts = equations @ cells["size"].to_numpy()
    shown = released["estimate"].to_numpy(dtype=float) * counts
    loose = equations[coarse]
    half = counts[coarse] * RULES.coarse_mean_unit / 2
    above = np.vstack([loose, -loose])
    bound = np.concatenate([shown[coarse] + half, half - shown[coarse]]) + 1e-9
    exact = equations[~coarse]
    ends = [
        linprog(sign * vector, above, bound, exact, exact @ sums, limits, method="highs")
        for sign in (1, -1)
    ]
    assert all(end.status == 0 for end in ends)
    return -ends[1].fun - ends[0].fun


@pytest.mark.parametrize("scale", ["AAA", "BBB"])
def test_no_few_people_can_be_told_from_means_of_sites_groups_and_the_programme(world, scale):
    (_, _, scores), _, counting, disclosed = world
    tried = rounded = 0
    for wave, of_wave in scores.groupby("wave"):
        cells = cells_of(of_wave, scale)
        equations, coarse, released = released_equations(
            cells,
            of_scale(disclosed.released, wave, scale),
            of_scale(counting, wave, scale),
        )
        exact, whole = space_of(equations[~coarse]), space_of(equations)
        for vector, n in protected_sets(cells):
            tried += 1
            assert not follows_from(vector, exact)
            if follows_from(vector, whole):
                rounded += 1
                width = width_left(vector, equations, coarse, released, cells)
                assert width / n >= RULES.protected_width * 4 - 1e-6
    assert tried > 100
    assert rounded > 0 or scale == "BBB"


def test_the_attack_finds_a_small_site_in_a_programme_without_protection(instrument):
    (_, _, scores), _, counting, disclosed = run(instrument, [(20, 20, 0), (2, 2, 0)], 1, dk=0.0)
    cells = cells_of(scores, "AAA")
    released = of_scale(disclosed.released, "1", "AAA")
    careless = counting.assign(counts=True)
    small = [vector for vector, n in protected_sets(cells) if n == 4]
    for judged, expected in ((counting, False), (careless, True)):
        equations = released_equations(cells, released, of_scale(judged, "1", "AAA"))[0]
        assert follows_from(small[0], space_of(equations)) is expected


def test_no_few_people_can_be_told_from_items_and_scales_together(instrument):
    rng = np.random.default_rng(11)
    sizes = {f"w{i:03d}": random_sizes(rng) for i in range(15)}
    (_, _, scores), _, counting, disclosed = run(instrument, sizes, 3, dk=0.0, spread=0.7)
    for scale in instrument.scales:
        items = scale.item_ids
        for wave, of_wave in scores.groupby("wave"):
            n = of_wave.groupby("site").size()
            space = space_of(item_equations(disclosed.released, counting, wave, scale.id, items, n))
            for place, site in enumerate(n.index):
                if n[site] < FEW:
                    one = np.zeros((len(n), len(items)))
                    one[place] = 1
                    assert not follows_from(one.ravel(), space)
                    for column in range(len(items)):
                        single = np.zeros((len(n), len(items)))
                        single[place, column] = 1
                        assert not follows_from(single.ravel(), space)


def item_equations(released, counting, wave, scale, items, n):
    """Sums over sites and items; a scale with complete answers is the sum of its items."""
    means = released[
        (released["wave"] == wave)
        & (released["scale"] == scale)
        & (released["statistic"] == "mean")
        & released["group"].isna()
    ]
    counted = counting[
        (counting["wave"] == wave)
        & (counting["scale"] == scale)
        & (counting["statistic"] == "mean")
        & counting["group"].isna()
        & counting["counts"]
    ]
    vectors = []
    for row in means.itertuples():
        inside = np.zeros((len(n), len(items)))
        columns = slice(None) if pd.isna(row.item) else items.index(row.item)
        of_item = counted["item"].isna() if pd.isna(row.item) else counted["item"] == row.item
        sites = counted.loc[of_item, "site"] if pd.isna(row.site) else [row.site]
        rows = n.index.isin(list(sites))
        inside[np.ix_(rows, np.arange(len(items))[columns].reshape(-1))] = 1
        vectors.append(inside.ravel())
    return np.array(vectors).reshape(-1, len(n) * len(items))


FAMILY_MINIMUM = {"mean": 20, "share_low": 20, "share_high": 20, "share_1": 30, "share_DK": 20}


@pytest.mark.parametrize("statistic", FAMILY_MINIMUM)
def test_what_is_left_of_a_programme_item_is_many_people_of_several_sites(world, statistic):
    _, sites, counting, disclosed = world
    keys = ["wave", "site", "scale", "item"]
    rows = sites[(sites["statistic"] == statistic) & sites["item"].notna()]
    judged = rows.merge(counting[[*keys, "statistic", "counts", "shown"]], on=[*keys, "statistic"])
    left = judged[judged["counts"] & ~judged["shown"]]
    out = disclosed.released
    shown = out[out["site"].isna() & (out["statistic"] == statistic) & out["item"].notna()]
    left = left.merge(shown[["wave", "item"]], on=["wave", "item"])
    pools = left.groupby(["wave", "item"])["n_respondents"].agg(["sum", "size"])
    assert len(pools) > 10
    assert (pools["sum"] >= FAMILY_MINIMUM[statistic]).all()
    assert (pools["size"] >= 2).all()


def test_hidden_small_sites_are_not_located_by_the_rest_of_the_programme(world):
    _, sites, counting, _ = world
    rows = sites[sites["item"].isna() & sites["group"].isna() & (sites["statistic"] == "mean")]
    keys = ["wave", "site", "scale"]
    chosen = counting[counting["item"].isna() & counting["group"].isna()]
    chosen = chosen[chosen["statistic"] == "mean"]
    judged = rows.merge(chosen[[*keys, "counts", "shown"]], on=keys)
    hidden = judged[judged["counts"] & ~judged["shown"]].astype(
        {"estimate": float, "n_respondents": float}
    )
    assert len(hidden) > 10
    for _, pool in hidden.groupby(["wave", "scale"]):
        n, sums = pool["n_respondents"], pool["n_respondents"] * pool["estimate"]
        others = n.sum() - n
        low = np.maximum(1, (sums.sum() - 5 * others) / n)
        high = np.minimum(5, (sums.sum() - others) / n)
        assert ((high - low)[n < FEW] >= 2 - 1e-9).all()


def test_a_share_never_gives_back_one_count_only(world):
    _, sites, _, disclosed = world
    out = disclosed.released
    shares = out[out["statistic"].str.startswith("share_") & out["site"].notna()]
    keys = ["wave", "site", "group", "scale", "item"]
    exact = sites[[*keys, "statistic", "estimate", "n_respondents"]]
    both = shares.merge(exact, on=[*keys, "statistic"], suffixes=("", "_exact"))
    put = sites[sites["statistic"] == "answers_put"][[*keys[:4], "estimate"]]
    both = both.merge(put.rename(columns={"estimate": "put"}), on=keys[:4])
    of_items = both["item"].notna()
    n = both["put"].where(~of_items, both["n_respondents_exact"]).to_numpy(dtype=float)
    shown = both["estimate"].to_numpy(dtype=float)
    units = np.select([n >= 200, n >= 100, n >= 40, n >= 20], [0.01, 0.02, 0.05, 0.1], 0.2)
    units_of_groups = np.where(both["group"].notna(), np.maximum(units, 0.05), units)
    error = np.abs(shown - both["estimate_exact"].to_numpy(dtype=float))
    assert (error <= units_of_groups / 2 + 1e-9).all()
    low = np.ceil(np.maximum(shown - units / 2, 0) * n - 1e-9)
    high = np.floor(np.minimum(shown + units / 2, 1) * n + 1e-9)
    assert (high - low >= 1).all()


def test_intervals_do_not_tell_sites_of_the_same_five_apart(instrument):
    """The same spread in 30 and 34 people gives intervals of the same width."""
    study, _, _, _ = run(instrument, [(15, 15, 0)], 1)
    sites = estimate_sites(*study, instrument, 0.95)
    more = sites.assign(n_respondents=sites["n_respondents"].mask(sites["group"].isna(), 34))
    widths = []
    for estimates in (sites, more):
        counting = counting_sites(estimates, RULES)
        released = disclose(
            estimates, estimate_programme(estimates, counting, 0.95), RULES
        ).released
        row = of_scale(released, "1", "AAA").iloc[-3:]
        row = row[row["site"].notna() & row["group"].isna()].iloc[0]
        widths.append(row["ci_high"] - row["ci_low"])
        assert row["n_respondents"] in (30, 35)
    assert widths[0] == pytest.approx(widths[1])

"""Attacks on clusters by subtraction, by people who know the size of every site and group.

The criterion is that of ``test_attacks``, with clusters of a random tree shown as well, and with
sets of people of several sites: none of fewer than `minimum_n` may be located within half the range
of the scale, unless it is so without clusters, and then no better. All bounds are found by linear
programming, from released tables alone.
"""

from dataclasses import dataclass
from itertools import combinations

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
from pipeline.benchmark.disclosure.clusters import judge_clusters
from pipeline.benchmark.roll_up import roll_up, unlisted_sites
from pipeline.tables import ESTIMATES, RELEASE_FIGURES
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()
FEW = RULES.minimum_n
RANGE = 4.0
N_TREES = 3
PARTS = ("lived", "professional", "ungrouped")


@dataclass(frozen=True)
class Cluster:
    name: str
    parent: str | None
    sites: tuple[str, ...]


def site(number):
    return f"s{number:02d}"


def random_sizes(rng):
    """Five to twelve sites, about half of them small; some people in neither group."""
    sizes = []
    for _ in range(rng.integers(5, 13)):
        n = rng.integers(1, 14) if rng.random() < 0.6 else rng.integers(11, 41)
        neither = min(n, rng.choice([0, 0, 1, rng.integers(0, n // 3 + 1)]))
        first = rng.binomial(n - neither, rng.choice([0.5, 0.3, 0.9]))
        sizes.append((int(first), int(n - neither - first), int(neither)))
    return sizes


def random_tree(rng, n_sites):
    """Two or three clusters, some of them split again, over most of the sites."""
    order = [site(number) for number in rng.permutation(n_sites)]
    used = order[: len(order) - int(rng.integers(0, 2))]
    tree = []
    for place, sites in enumerate(np.array_split(used, int(rng.integers(2, 4)))):
        tree.append(Cluster(f"c{place}", None, tuple(sites)))
        if len(sites) > 3 and rng.random() < 0.5:
            for half, part in enumerate(np.array_split(sites, 2)):
                tree.append(Cluster(f"c{place}{half}", f"c{place}", tuple(part)))
    return tree


def estimates_of(study, instrument):
    sites = estimate_sites(*study, instrument, 0.95)
    sites = sites[sites["item"].isna()]
    counting = counting_sites(sites, RULES)
    return sites, counting, estimate_programme(sites, counting, 0.95)


def scores_of(scores, scale):
    """People with a score and their sum, by site and part."""
    known = scores.assign(group=scores["group"].fillna("ungrouped")).dropna(subset=[scale])
    cells = known.groupby(["site", "group"])[scale].agg(["size", "sum"]).astype(float)
    sites = sorted(scores["site"].unique())
    return cells.reindex(pd.MultiIndex.from_product([sites, PARTS]), fill_value=0.0)


class Attacker:
    """What follows from the released means of one scale in one round, with and without clusters."""

    def __init__(self, cells, released, counted, clusters, tree):
        self.cells = cells[cells["size"] > 0]
        self.sites = self.cells.index.get_level_values(0)
        self.parts = self.cells.index.get_level_values(1)
        self.counted = counted
        self.shown = set(released.loc[released["group"].isna(), "site"].dropna())
        rows = [self.of_released(row) for row in released.itertuples()]
        of_clusters = [self.of_cluster(row, tree) for row in clusters.itertuples()]
        self.without = rows
        self.with_clusters = rows + of_clusters

    def of_released(self, row):
        group = "" if pd.isna(row.group) else row.group
        inside = (self.parts == group) | (group == "")
        sites = self.counted.get(group, set()) if pd.isna(row.site) else {row.site}
        rough = not pd.isna(row.condition) and row.condition == "spread_of_site"
        return inside & self.sites.isin(sites), row.estimate if rough else None

    def of_cluster(self, row, tree):
        sites = set(tree[row.cluster].sites) & self.counted[""]
        if not row.with_hidden:
            sites &= self.shown
        return self.sites.isin(sites), None

    @property
    def learns_from_clusters(self):
        """Whether the means of clusters do not follow from the others."""
        return np.linalg.matrix_rank(self.sums(self.with_clusters)) > np.linalg.matrix_rank(
            self.sums(self.without)
        )

    def sums(self, equations):
        return np.array([inside for inside, _ in equations], dtype=float)

    @property
    def hidden(self):
        return sorted(self.counted[""] - self.shown)

    def width(self, wanted, equations):
        size, total = self.cells["size"].to_numpy(), self.cells["sum"].to_numpy()
        exact = np.array([inside for inside, rough in equations if rough is None], dtype=float)
        above, bound = [], []
        for inside, mean in equations:
            if mean is not None:
                n = size[inside].sum()
                above += [inside.astype(float), -inside.astype(float)]
                bound += [n * (mean + 0.05) + 1e-9, -n * (mean - 0.05) + 1e-9]
        limits = np.column_stack([size, 5 * size])
        ends = [
            linprog(
                sign * wanted.astype(float),
                np.array(above) if above else None,
                bound or None,
                exact,
                exact @ total,
                limits,
                method="highs",
            )
            for sign in (1, -1)
        ]
        assert all(end.status == 0 for end in ends)
        return -ends[1].fun - ends[0].fun

    def sets(self, rng):
        """Few people: whole groups of a site, small hidden sites together, groups of several."""
        size = self.cells["size"].to_numpy()
        in_pools = self.sites.isin(self.hidden)
        found = []
        for name in sorted(self.counted[""]):
            here = self.sites == name
            for parts in (*combinations(PARTS, 1), *combinations(PARTS, 2), PARTS):
                found.append(here & self.parts.isin(parts))
        for pair in combinations(self.hidden, 2):
            found.append(self.sites.isin(pair))
            found += [self.sites.isin(pair) & (self.parts == part) for part in PARTS]
        found += [in_pools & (rng.random(len(size)) < 0.4) for _ in range(10)]
        few = {tuple(inside) for inside in found if 0 < size[inside].sum() < FEW}
        return [np.array(inside) for inside in sorted(few)]


def attackers(study, instrument, trees):
    """What every round and scale tells with the clusters of each of its trees."""
    sites, counting, programme = estimates_of(study, instrument)
    disclosed = disclose(sites, programme, RULES)
    counting = counting[counting["counts"]].fillna({"group": ""})
    for wave, trees_of_wave in trees.items():
        own = sites[sites["wave"] == wave]
        figures = disclosed.figures[disclosed.figures["wave"] == wave]
        verdicts = [judge_clusters(own, figures, tree, RULES) for tree in trees_of_wave]
        for scale in ("AAA", "BBB"):
            counts = means_of(counting, wave, scale)
            counted = {group: set(rows["site"]) for group, rows in counts.groupby("group")}
            released = means_of(disclosed.released, wave, scale)
            cells = scores_of(study[2][study[2]["wave"] == wave], scale)
            for tree, verdict in zip(trees_of_wave, verdicts, strict=True):
                shown = verdict[(verdict["scale"] == scale) & (verdict["rule"] == "")]
                by_name = {one.name: one for one in tree}
                yield Attacker(cells, released, counted, shown, by_name)


def means_of(frame, wave, scale):
    rows = frame[(frame["wave"] == wave) & (frame["scale"] == scale)]
    return rows[rows["item"].isna() & (rows["statistic"] == "mean")]


def attack(instrument, seed, n_programmes, most_sets, **options):
    """Try all that may be tried on random programmes; how many, and those who were located."""
    rng = np.random.default_rng(seed)
    sizes = {f"w{number:03d}": random_sizes(rng) for number in range(n_programmes)}
    trees = {
        wave: [random_tree(rng, len(of_wave)) for _ in range(N_TREES)]
        for wave, of_wave in sizes.items()
    }
    study = make_study(instrument, sizes, seed, **options)
    told_more, tried, located = 0, 0, []
    for attacker in attackers(study, instrument, trees):
        if not attacker.learns_from_clusters:
            continue
        told_more += 1
        sets = attacker.sets(rng)
        chosen = rng.permutation(len(sets))[:most_sets]
        for wanted in (sets[place] for place in chosen):
            tried += 1
            enough = 0.5 * RANGE * attacker.cells["size"].to_numpy()[wanted].sum()
            width = attacker.width(wanted, attacker.with_clusters)
            if width < enough - 1e-6 and width < attacker.width(wanted, attacker.without) - 1e-6:
                located.append((width, enough))
    return told_more, tried, located


def test_clusters_locate_no_few_people(instrument):
    told_more, tried, located = attack(instrument, 3, 40, 6, dk=0.05, spread=0.8)
    assert located == []
    assert told_more > 10
    assert tried > 60


@pytest.mark.slow
@pytest.mark.parametrize("centre", [1.8, 2.4, 3.0, 4.2])
def test_clusters_locate_no_few_people_wherever_the_answers_lie(instrument, centre):
    told_more, _, located = attack(
        instrument, int(10 * centre), 200, 60, dk=0.03, spread=0.9, centre=centre
    )
    assert located == []
    assert told_more > 10


# ------------------------------------------------------------------ single cases


def study_of(instrument, sizes, seed=5, **options):
    """Sites of people of neither group, `sizes` of them."""
    return make_study(instrument, [(0, 0, n) for n in sizes], seed, **{"dk": 0.0, **options})


def release_of(study, instrument, rules=RULES, past=(), gates=None):
    sites = estimate_sites(*study, instrument, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, rules), 0.95)
    members = members_of(*study, instrument)
    return sites, members, disclose(sites, programme, rules, members, past, gates)


def clusters_of(study, instrument, tree, past=(), gates=None):
    sites, members, disclosed = release_of(study, instrument, past=past, gates=gates)
    return roll_up(sites, disclosed.figures, tree, RULES, gates, members, past)


def tree_of(**sites):
    return [Cluster(name, None, tuple(map(site, numbers))) for name, numbers in sites.items()]


def mean_row(table, name, scale="AAA"):
    rows = table[(table["cluster"] == name) & (table["scale"] == scale)]
    return rows.iloc[0]


def mean_of(study, numbers, scale="AAA"):
    scores = study[2]
    return scores.loc[scores["site"].isin([site(number) for number in numbers]), scale].mean()


def test_small_sites_count_in_a_cluster_that_keeps_them_apart_from_nobody(instrument):
    study = study_of(instrument, [30, 9, 8, 30, 9, 8])
    table = clusters_of(study, instrument, tree_of(east=[0, 1, 2], west=[3, 4, 5]))
    for name, numbers in (("east", [0, 1, 2]), ("west", [3, 4, 5])):
        row = mean_row(table, name)
        assert row["estimate"] == pytest.approx(mean_of(study, numbers), abs=0.005001)
        assert row["n_respondents"] == 45
        assert row["ci_low"] < row["estimate"] < row["ci_high"]
        assert "count in the programme" in row["method"]


def test_one_small_site_of_a_cluster_does_not_count_in_it(instrument):
    study = study_of(instrument, [30, 9, 30, 9, 8])
    table = clusters_of(study, instrument, tree_of(east=[0, 1], west=[2, 3, 4]))
    row = mean_row(table, "east")
    assert row["estimate"] == pytest.approx(mean_of(study, [0]), abs=0.005001)
    assert "own mean is shown" in row["method"]


def test_a_cluster_of_one_small_site_is_withheld(instrument):
    study = study_of(instrument, [30, 9, 30, 9, 8])
    row = mean_row(clusters_of(study, instrument, tree_of(lone=[1])), "lone")
    assert row[["estimate", "ci_low", "n_respondents"]].isna().all()
    assert row["rule"] == "minimum_n"


def test_what_is_left_of_a_whole_without_its_parts_is_protected(instrument):
    study = study_of(instrument, [30, 9, 8, 9, 30, 9, 8])
    tree = [
        Cluster("whole", None, tuple(map(site, range(4)))),
        Cluster("part", "whole", tuple(map(site, range(3)))),
    ]
    table = clusters_of(study, instrument, tree)
    assert "count in the programme" in mean_row(table, "part")["method"]
    assert "own mean is shown" in mean_row(table, "whole")["method"]


def test_what_is_left_of_the_programme_without_its_clusters_is_protected(instrument):
    study = study_of(instrument, [30, 9, 8, 9, 30])
    table = clusters_of(study, instrument, tree_of(east=[0, 1, 2]))
    assert "own mean is shown" in mean_row(table, "east")["method"]


def test_a_cluster_of_shown_sites_is_their_pool(instrument):
    study = study_of(instrument, [30, 25, 9, 8])
    row = mean_row(clusters_of(study, instrument, tree_of(east=[0, 1])), "east")
    assert row["estimate"] == pytest.approx(mean_of(study, [0, 1]), abs=0.005001)
    assert row["parent"] is pd.NA


def test_a_cluster_of_all_sites_is_the_programme(instrument):
    study = make_study(instrument, [(12, 12, 3), (5, 3, 0), (6, 5, 1), (20, 15, 0)], 3)
    _, _, disclosed = release_of(study, instrument)
    table = clusters_of(study, instrument, tree_of(all=range(4)))
    programme = disclosed.released[
        disclosed.released["site"].isna() & disclosed.released["group"].isna()
    ]
    for scale in ("AAA", "BBB"):
        own = means_of(programme, "1", scale).iloc[0]
        names = ["estimate", "ci_low", "ci_high", "confidence_level", "n_respondents"]
        assert mean_row(table, "all", scale)[names].tolist() == own[names].tolist()


def test_numbers_of_sites_and_people_are_told(instrument):
    table = clusters_of(study_of(instrument, [30, 9, 8]), instrument, tree_of(a=[0, 1], b=[2]))
    sizes = table[table["scale"].isna()].set_index(["cluster", "statistic"])
    assert sizes.loc[("a", "n_sites"), "estimate"] == 2
    assert sizes.loc[("a", "respondents"), "estimate"] == 40
    assert sizes.loc[("b", "respondents"), "rule"] == "minimum_n"
    assert pd.isna(sizes.loc[("b", "respondents"), "estimate"])


def test_clusters_change_nothing_when_sites_are_named_in_another_order(instrument):
    study = study_of(instrument, [30, 9, 8, 30, 9, 8])
    first = clusters_of(study, instrument, tree_of(east=[0, 1, 2], west=[3, 4, 5]))
    second = clusters_of(study, instrument, tree_of(east=[2, 0, 1], west=[5, 4, 3]))
    pd.testing.assert_frame_equal(first, second)


def test_without_a_tree_there_is_an_empty_table(instrument):
    assert len(clusters_of(study_of(instrument, [30, 9]), instrument, [])) == 0


def test_that_nearly_everyone_agrees_is_not_told(instrument):
    study = study_of(instrument, [30, 30, 9, 8], spread=0.01, centre=5.5)
    row = mean_row(clusters_of(study, instrument, tree_of(east=[0, 1])), "east")
    assert pd.isna(row["estimate"])
    assert row["rule"] == "complement"


def test_a_gate_that_forbids_comparing_sites_forbids_comparing_clusters(instrument):
    gates = pd.DataFrame(
        [{"wave": "1", "scale": "AAA", "gate": "sites", "verdict": "closed"}], dtype="string"
    )
    study = study_of(instrument, [30, 9, 8, 30, 9, 8])
    table = clusters_of(study, instrument, tree_of(a=[0, 1, 2], b=[3, 4, 5]), gates=gates)
    assert mean_row(table, "a")["rule"] == "gate_sites"
    assert pd.isna(mean_row(table, "a")["estimate"])
    assert mean_row(table, "a", "BBB")["estimate"] > 1


# ------------------------------------------------------------------ earlier releases


def past_of(study, instrument):
    _, members, disclosed = release_of(study, instrument)
    return PastRelease(disclosed.figures, members)


def without_first_person_of(study, number):
    gone = study[0].loc[study[0]["site"] == site(number), "respondent"].iloc[0]
    return tuple(frame[frame["respondent"] != gone] for frame in study)


TREE = {"east": [0, 1, 2], "west": [3, 4, 5]}
SIZES = [40, 9, 8, 40, 9, 8]


def test_the_same_answers_give_the_same_clusters_once_more(instrument):
    study = study_of(instrument, SIZES)
    past = [past_of(study, instrument)]
    again = clusters_of(study, instrument, tree_of(**TREE), past)
    pd.testing.assert_frame_equal(again, clusters_of(study, instrument, tree_of(**TREE)))


def test_one_answer_more_at_a_hidden_site_takes_hidden_sites_out_of_clusters(instrument):
    study = study_of(instrument, SIZES)
    past = [past_of(without_first_person_of(study, 1), instrument)]
    table = clusters_of(study, instrument, tree_of(**TREE), past)
    for name in TREE:
        row = mean_row(table, name)
        assert pd.notna(row["rule"]) or "own mean is shown" in row["method"]


def test_one_answer_more_at_a_shown_site_withholds_its_cluster(instrument):
    study = study_of(instrument, SIZES)
    past = [past_of(without_first_person_of(study, 0), instrument)]
    table = clusters_of(study, instrument, tree_of(**TREE), past)
    assert mean_row(table, "east")["rule"] == "complement"


def test_releases_of_other_rounds_do_not_matter(instrument):
    study = study_of(instrument, SIZES)
    other = make_study(instrument, {"0": [(0, 0, n) for n in [20, 9, 4]]}, 8)
    table = clusters_of(study, instrument, tree_of(**TREE), [past_of(other, instrument)])
    pd.testing.assert_frame_equal(table, clusters_of(study, instrument, tree_of(**TREE)))


def test_past_releases_need_the_members(instrument):
    study = study_of(instrument, SIZES)
    sites, _, disclosed = release_of(study, instrument)
    with pytest.raises(ValueError, match="members"):
        judge_clusters(
            sites, disclosed.figures, tree_of(**TREE), RULES, past=[past_of(study, instrument)]
        )


# ------------------------------------------------------------------ the tree and the site list


def test_a_site_that_is_not_listed_is_told_with_those_that_are_close():
    tree = [Cluster("a", None, ("alder", "birhc")), Cluster("b", None, ("qqq",))]
    told = unlisted_sites(tree, ["alder", "birch", "cedar"])
    assert told == [
        "there is no site 'birhc'; did you mean 'birch'?",
        "there is no site 'qqq'; write the id that the site list has",
    ]


def test_sites_in_no_cluster_are_no_problem(instrument):
    assert unlisted_sites(tree_of(a=[0]), [site(0), site(1)]) == []


# ------------------------------------------------------------------ groups that cut across pools

LARGE = [(20, 20, 0), (20, 20, 0)]
ONE_GROUP_APART = [*LARGE, (2, 7, 0), (1, 8, 0), (9, 0, 0), (8, 0, 0)]
MIXED_ALIKE = [*LARGE, (5, 4, 0), (4, 5, 0), (5, 4, 0), (4, 4, 0)]


@pytest.mark.parametrize(
    ("sizes", "method"),
    [(MIXED_ALIKE, "count in the programme"), (ONE_GROUP_APART, "own mean is shown")],
)
def test_small_sites_of_one_group_are_not_set_against_the_group_in_the_programme(
    instrument, sizes, method
):
    study = make_study(instrument, sizes, 5, dk=0.0)
    _, _, disclosed = release_of(study, instrument)
    programme = means_of(disclosed.released[disclosed.released["site"].isna()], "1", "AAA")
    assert set(programme["group"].dropna()) == {"lived", "professional"}
    table = clusters_of(study, instrument, tree_of(east=[0, 2, 3], west=[1, 4, 5]))
    assert all(method in mean_row(table, name)["method"] for name in ("east", "west"))


def test_a_study_without_clusters_has_an_empty_table():
    sites = pd.DataFrame(columns=ESTIMATES.column_names)
    figures = pd.DataFrame(columns=RELEASE_FIGURES.column_names)
    assert roll_up(sites, figures, (), RULES).empty

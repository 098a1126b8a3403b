import numpy as np
import pandas as pd
import pytest

from pipeline.benchmark.intervals import t_half_width
from pipeline.benchmark.site_means import SOME_SITES_UNTOLD, site_means
from pipeline.tables import BASES, INVITED, RELEASED, conform

ORDER = ("lived", "professional")


def released_of(*rows):
    """Means of scale AAA: site, group, mean, half width, count, and what else there is."""
    names = ["site", "group", "estimate", "half", "n_respondents", "statistic", "condition", "wave"]
    frame = pd.DataFrame([(*row, *DEFAULTS[len(row) - 5 :]) for row in rows], columns=names)
    frame = frame.assign(
        ci_low=frame["estimate"] - frame["half"], ci_high=frame["estimate"] + frame["half"]
    )
    whole = frame.assign(
        scale="AAA", item=None, factor=None, confidence_level=0.95, method="m"
    ).drop(columns="half")
    return conform(whole, RELEASED)


DEFAULTS = ("mean", None, "2")


def invited_of(*rows):
    return conform(pd.DataFrame(rows, columns=INVITED.column_names), INVITED)


def of_basis(means, basis, site=None):
    rows = means[means["basis"] == basis]
    rows = rows[rows["site"].isna()] if site is None else rows[rows["site"] == site]
    assert len(rows) == 1
    return rows.iloc[0]


SITE_A = (
    ("a", None, 3.0, 0.1, 40),
    ("a", "lived", 2.0, 0.3, 15),
    ("a", "professional", 4.0, 0.4, 20),
)


def test_the_plain_mean_is_the_released_one():
    row = of_basis(site_means(released_of(*SITE_A), ORDER, None), "plain", "a")
    assert row[["mean", "ci_low", "ci_high"]].tolist() == [3.0, 2.9, 3.1]
    assert row["n_respondents"] == 40


def test_the_role_balanced_mean_gives_both_groups_half():
    row = of_basis(site_means(released_of(*SITE_A), ORDER, None), "role_balanced", "a")
    assert row[["mean", "ci_low", "ci_high"]].tolist() == [3.0, 2.75, 3.25]
    assert row["n_respondents"] == 35
    assert row["confidence_level"] == 0.95


def test_a_mean_of_two_groups_is_as_exact_as_that_of_fewer_people():
    invited = invited_of(("a", "lived", 10), ("a", "professional", 30))
    means = site_means(released_of(*SITE_A), ORDER, invited)
    assert of_basis(means, "plain", "a")["n_effective"] == 40
    balanced, weighted = (of_basis(means, name, "a") for name in ("role_balanced", "weighted"))
    assert balanced["n_effective"] == pytest.approx(4 * 15 * 20 / 35)
    assert weighted["n_effective"] == pytest.approx(1 / (0.25**2 / 15 + 0.75**2 / 20))


def test_which_group_comes_first_does_not_matter():
    released = released_of(*SITE_A)
    invited = invited_of(("a", "lived", 10), ("a", "professional", 30))
    pd.testing.assert_frame_equal(
        site_means(released, ORDER, invited), site_means(released, ORDER[::-1], invited)
    )


def test_the_weighted_mean_has_the_weights_of_those_invited():
    invited = invited_of(("a", "lived", 10), ("a", "professional", 30), ("a", None, 90))
    row = of_basis(site_means(released_of(*SITE_A), ORDER, invited), "weighted", "a")
    half = np.hypot(0.25 * 0.3, 0.75 * 0.4)
    assert row["mean"] == pytest.approx(3.5)
    assert row["ci_high"] - row["mean"] == pytest.approx(half, abs=1e-6)


def test_equal_numbers_invited_give_the_role_balanced_mean():
    invited = invited_of(("a", "lived", 7), ("a", "professional", 7))
    means = site_means(released_of(*SITE_A), ORDER, invited)
    first, second = (of_basis(means, basis, "a") for basis in ("role_balanced", "weighted"))
    assert first.drop("basis").equals(second.drop("basis"))


@pytest.mark.parametrize(
    "rows", [(), (("a", "lived", 10),), (("a", "lived", 0), ("a", "professional", 0))]
)
def test_without_both_numbers_invited_there_is_no_weighted_mean(rows):
    means = site_means(released_of(*SITE_A), ORDER, invited_of(*rows))
    assert set(means["basis"]) == {"plain", "role_balanced"}


def test_a_group_that_is_not_shown_leaves_the_plain_mean_alone():
    means = site_means(released_of(*SITE_A[:2]), ORDER, invited_of(("a", "lived", 3)))
    assert means["basis"].tolist() == ["plain"]


@pytest.mark.parametrize("order", [(), ("lived",), ("lived", "professional", "other")])
def test_there_are_means_by_group_for_two_groups_only(order):
    assert set(site_means(released_of(*SITE_A), order, None)["basis"]) == {"plain"}


def test_the_adjusted_mean_is_the_released_one():
    adjusted = ("a", None, 3.2, 0.2, 40, "mean_adjusted")
    row = of_basis(site_means(released_of(*SITE_A, adjusted), ORDER, None), "adjusted", "a")
    assert row[["mean", "ci_low", "ci_high"]].tolist() == pytest.approx([3.2, 3.0, 3.4])


def test_the_programme_says_when_not_all_sites_told_whom_they_invited():
    whole = tuple((None, *row[1:]) for row in SITE_A)
    invited = invited_of(("a", "lived", 10), ("a", "professional", 30))
    told = site_means(released_of(*whole, *SITE_A), ORDER, invited)
    assert pd.isna(of_basis(told, "weighted")["condition"])
    more = released_of(*whole, *SITE_A, ("b", None, 3.0, 0.1, 30))
    assert of_basis(site_means(more, ORDER, invited), "weighted")["condition"] == SOME_SITES_UNTOLD


def test_what_must_be_known_of_a_group_is_known_of_the_mean_made_of_it():
    rough = (*SITE_A[2][:5], "mean", "spread_of_site")
    means = site_means(released_of(*SITE_A[:2], rough), ORDER, None)
    assert of_basis(means, "role_balanced", "a")["condition"] == "spread_of_site"


def test_rounds_do_not_mix():
    earlier = [(*row, "mean", None, "1") for row in SITE_A]
    means = site_means(released_of(*SITE_A, *earlier), ORDER, None)
    assert means.groupby(["basis", "wave"]).size().eq(1).all()
    assert len(means) == 4


def test_items_are_no_means_of_scales():
    released = released_of(*SITE_A)
    items = released.assign(item="aaa1", estimate=1.0)
    both = conform(pd.concat([released, items]), RELEASED)
    assert site_means(both, ORDER, None)["mean"].tolist() == [3.0, 3.0]


def test_nothing_released_gives_an_empty_table():
    released = released_of(*SITE_A).iloc[:0]
    assert len(site_means(released, ORDER, invited_of())) == 0


def test_every_basis_is_one_of_the_contract():
    invited = invited_of(("a", "lived", 10), ("a", "professional", 30))
    adjusted = ("a", None, 3.2, 0.2, 40, "mean_adjusted")
    means = site_means(released_of(*SITE_A, adjusted), ORDER, invited)
    assert tuple(means["basis"]) == BASES


def coverage(basis, n_draws, seed):
    """How often the interval holds the mean of the groups with their weights, by site sizes."""
    rng = np.random.default_rng(seed)
    truth, deviation = np.array([2.6, 3.4]), np.array([0.9, 0.6])
    share = 0.5 if basis == "role_balanced" else 0.7
    target = share * truth[0] + (1 - share) * truth[1]
    found = {}
    for sizes in ((11, 11), (11, 40), (60, 15), (150, 150)):
        rows = []
        for draw in range(n_draws):
            for place, group in enumerate(ORDER):
                scores = rng.normal(truth[place], deviation[place], sizes[place])
                down = np.array([sizes[place] // 5 * 5.0])
                half = np.ceil(100 * t_half_width(scores.std(ddof=1), down, 0.95)[0]) / 100
                rows.append((f"s{draw}", group, round(scores.mean(), 2), half, sizes[place]))
        invited = invited_of(
            *[(f"s{d}", g, n) for d in range(n_draws) for g, n in zip(ORDER, (70, 30), strict=True)]
        )
        means = site_means(released_of(*rows), ORDER, invited)
        own = means[means["basis"] == basis]
        found[sizes] = float(((own["ci_low"] <= target) & (own["ci_high"] >= target)).mean())
    return found


@pytest.mark.parametrize("basis", ["role_balanced", "weighted"])
def test_intervals_of_means_by_group_hold_the_truth_as_often_as_they_say(basis):
    for share in coverage(basis, 600, 4).values():
        assert 0.925 < share < 0.99


@pytest.mark.slow
@pytest.mark.parametrize("basis", ["role_balanced", "weighted"])
def test_intervals_of_means_by_group_hold_the_truth_within_a_narrow_error(basis):
    for share in coverage(basis, 10_000, 11).values():
        assert 0.945 < share < 0.98

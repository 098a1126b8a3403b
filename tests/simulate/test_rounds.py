"""Earlier survey rounds: who answers again, what has changed, and how people are linked."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from numpy.testing import assert_allclose

from pipeline.problems import InputError
from pipeline.simulate import (
    Design,
    Dirt,
    EarlierRound,
    EarlierSite,
    SiteDesign,
    read_design,
    simulate_programme,
    write_exports,
)
from pipeline.simulate.design import EXAMPLE_DESIGN, SMALL_SITE
from pipeline.simulate.dirt import rows_for_export
from pipeline.simulate.rounds import draw_earlier_levels

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
CHANGE = 0.7
STABILITY = 0.75


@pytest.fixture(scope="module")
def two_rounds(instrument, model):
    """20,000 people in 100 sites, half of whom answered a year before; one site changed."""
    sites = tuple(SiteDesign(f"s{n}", f"Site {n}", 200, "redcap") for n in range(100))
    then = tuple(EarlierSite(f"s{n}", 150, 100) for n in range(98))
    changed = EarlierSite("s98", 150, 100, changes={"POW": CHANGE, "no such scale": 1.0})
    drifted = EarlierSite("s99", 150, 10, group_mix={"lived": 0.9, "professional": 0.1})
    earlier = EarlierRound(
        "2025", "2025-01-06", "redcap", (*then, changed, drifted), stability=STABILITY
    )
    design = Design("Two rounds", "2026-01-05", sites, {}, wave="2026", earlier_rounds=(earlier,))
    return simulate_programme(instrument, model, design, np.random.default_rng(4))


def who_answers_again(programme):
    """The people of the earlier round who answer again, and the same people now."""
    then = programme.earlier[0].respondents
    then = then[then["same_as"].notna()]
    return then, programme.respondents.loc[then["same_as"].astype(int)]


def own_traits(programme, model):
    """What a person has of each trait apart from site and group."""
    people = programme.respondents
    place = programme.sites.reset_index().set_index("site").loc[people["site"], "index"]
    by_group = model.group_shifts.loc[people["group"]].to_numpy()
    return programme.traits - programme.levels.to_numpy()[place] - by_group


def test_an_earlier_round_leaves_the_answers_of_the_latest_one_as_they_are(
    programme, instrument, model, design
):
    alone = simulate_programme(
        instrument, model, replace(design, earlier_rounds=()), np.random.default_rng(11)
    )
    left = programme.respondents.drop(columns="person")
    assert left.equals(alone.respondents.drop(columns="person"))


def test_only_the_keys_differ_in_exports_of_the_latest_round(
    folder, instrument, model, design, tmp_path
):
    alone = simulate_programme(
        instrument, model, replace(design, earlier_rounds=()), np.random.default_rng(11)
    )
    write_exports(alone, instrument, tmp_path, np.random.default_rng(12))
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert "linkage_secret.txt" not in names
    assert not any("person_code" in heading for heading in headings(tmp_path, "redcap"))
    for name, key in (("qualtrics", "ExternalReference"), ("redcap", "person_code")):
        assert cells(tmp_path, name, without=key) == cells(folder, name, without=key)
    same = "exports/limesurvey.csv"
    assert (tmp_path / same).read_bytes() == (folder / same).read_bytes()


def headings(folder, name):
    return cells(folder, name)[0]


def cells(folder, name, without=None):
    text = (folder / "exports" / f"{name}.csv").open(encoding="utf-8", newline="")
    with text as file:
        rows = list(csv.reader(file))
    kept = [n for n, heading in enumerate(rows[0]) if heading != without]
    return [[row[n] for n in kept] for row in rows]


def test_as_many_people_answer_in_each_site_and_answer_again_as_the_design_says(programme, design):
    earlier = programme.earlier[0].respondents
    for site in design.earlier_rounds[0].sites:
        here = earlier[earlier["site"] == site.site]
        assert len(here) == site.people
        assert here["same_as"].notna().sum() == site.again
    assert not earlier["same_as"].dropna().duplicated().any()


def test_who_answers_again_is_in_the_same_site_and_group_and_has_the_same_key(
    two_rounds, instrument
):
    then, now = who_answers_again(two_rounds)
    question = instrument.grouping.question
    for column in ("site", "group"):
        assert (then[column].to_numpy() == now[column].to_numpy()).all()
    both = (then["person"] != "").to_numpy() & (now["person"] != "").to_numpy()
    assert both.mean() > 0.8
    assert (then["person"].to_numpy() == now["person"].to_numpy())[both].all()
    given = then[question].notna().to_numpy() & now[question].notna().to_numpy()
    assert given.mean() > 0.8
    assert (then[question].to_numpy() == now[question].to_numpy())[given].all()


def test_no_two_people_share_a_key(two_rounds):
    for programme in two_rounds.rounds:
        keys = programme.respondents["person"]
        assert not keys[keys != ""].duplicated().any()
    earlier = two_rounds.earlier[0].respondents
    others = earlier.loc[earlier["same_as"].isna() & (earlier["person"] != ""), "person"]
    assert not others.isin(two_rounds.respondents["person"]).any()


def test_people_of_small_sites_all_fill_their_key_in(programme):
    for of_round in programme.rounds:
        keys = of_round.respondents["person"] != ""
        size = of_round.respondents["site"].map(of_round.respondents["site"].value_counts())
        assert keys[size < SMALL_SITE].all()
        assert not keys[size >= SMALL_SITE].all()


def test_traits_of_a_person_are_as_stable_as_the_design_says(two_rounds, model):
    now, then = own_traits(two_rounds, model), own_traits(two_rounds.earlier[0], model)
    again, _ = who_answers_again(two_rounds)
    rows = again["same_as"].astype(int)
    for scale in model.icc.index:
        found = np.corrcoef(then.loc[again.index, scale], now.loc[rows, scale])[0, 1]
        # 9,910 people: se of a correlation of .75 is .0044
        assert abs(found - STABILITY) < 4 * 0.0044


def test_traits_are_as_variable_in_the_earlier_round(two_rounds, model):
    then = own_traits(two_rounds.earlier[0], model)
    # 15,000 people: se of a standard deviation of 1 is .006
    assert_allclose(then.std(), np.sqrt(1 - model.icc), atol=4 * 0.006)


def test_only_what_the_design_says_has_changed(two_rounds):
    change = two_rounds.levels - two_rounds.earlier[0].levels
    assert_allclose(change.loc[98, "POW"], CHANGE)
    change.loc[98, "POW"] = 0.0
    assert_allclose(change, 0.0, atol=1e-12)


def test_sites_change_by_chance_as_much_as_the_design_says(model):
    then = tuple(EarlierSite(f"s{n}", 1) for n in range(2000))
    earlier = EarlierRound("2025", "2025-01-06", "redcap", then, chance_change=0.2)
    sites = pd.DataFrame({"site": [site.site for site in then]})
    now = pd.DataFrame(0.5, index=sites.index, columns=model.icc.index)
    change = now - draw_earlier_levels(now, sites, earlier, model, np.random.default_rng(6))
    # 2,000 sites: se of a standard deviation of .2 is .0032, of a mean .0045
    assert_allclose(change.std(), 0.2, atol=4.5 * 0.0032)
    assert_allclose(change.mean(), 0.0, atol=4.5 * 0.0045)


def test_who_answers_can_differ_between_rounds(two_rounds):
    shares = [
        (people.loc[people["site"] == "s99", "group"] == "lived").mean()
        for people in (of_round.respondents for of_round in two_rounds.rounds)
    ]
    assert shares[1] > 0.75
    assert shares[1] - shares[0] > 0.15


def test_without_a_mix_the_groups_of_a_site_are_those_of_the_latest_round(two_rounds):
    now, then = (
        of_round.respondents.query("site not in ['s99']")
        for of_round in (two_rounds, two_rounds.earlier[0])
    )
    difference = (now["group"] == "lived").mean() - (then["group"] == "lived").mean()
    assert abs(difference) < 0.02


def test_previews_and_empty_rows_have_no_key(instrument, model):
    design = replace(read_design(), dirt={"qualtrics": Dirt(preview_rows=4, empty_rows=3)})
    programme = simulate_programme(instrument, model, design, np.random.default_rng(3))
    rows = rows_for_export(programme, instrument, "qualtrics", np.random.default_rng(3))
    assert set(rows.record.loc[rows.record["kind"] != "answer", "person"]) == {""}


def test_the_dictionary_has_the_key_of_the_person(folder):
    fields = [row[0] for row in cells(folder, "redcap_dictionary")]
    assert "person_code" in fields
    for name in ("redcap", "redcap_2025_autumn"):
        assert headings(folder, name).count("person_code") == 1


def test_the_readme_tells_the_rounds_and_what_was_changed(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "| 2025 autumn | 11 | 289 | 166 |" in text
    assert "| 2026 autumn | 24 | 700 |  |" in text
    assert "- Copper Lane, since 2025 autumn: Sharing power +0.70" in text
    assert "- Fernley, 2025 autumn: groups of those who answer once, lived 0.85" in text
    assert "linkage_secret.txt" in text


def test_many_people_of_the_committed_example_can_be_linked():
    now = {
        name: {row[place] for row in rows[1:] if row[place]}
        for name, key in (("qualtrics", "ExternalReference"), ("redcap", "person_code"))
        for rows in [cells(EXAMPLE, name)]
        for place in [rows[0].index(key)]
    }
    then = cells(EXAMPLE, "redcap_2025_autumn")
    key, site = then[0].index("person_code"), then[0].index("redcap_data_access_group")
    linked = [row[site] for row in then[1:] if row[key] in now["qualtrics"] | now["redcap"]]
    assert len(linked) >= 100
    assert sum(linked.count(name) >= 20 for name in set(linked)) >= 3


def test_the_committed_example_has_sites_that_are_large_enough_only_in_both_rounds(design):
    now = {site.site: site.people for site in design.sites}
    both = [
        site
        for site in design.earlier_rounds[0].sites
        if 6 <= site.people < SMALL_SITE and 6 <= now[site.site] < SMALL_SITE
    ]
    assert len(both) == 2
    assert all(site.people + now[site.site] - site.again >= SMALL_SITE for site in both)


def test_nowhere_do_more_people_of_a_group_answer_than_were_invited(instrument, model, design):
    command = (EXAMPLE / "README.md").read_text(encoding="utf-8").split("--seed ")[1].split("`")[0]
    rng = np.random.default_rng(int(command.split()[0]))
    programme = simulate_programme(instrument, model, design, rng)
    people = programme.respondents
    for site in design.sites:
        for group, invited in site.invited_groups.items():
            here = (people["site"] == site.site) & (people["group"] == group)
            assert here.sum() <= invited, (site.site, group)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["earlier_rounds"][0]["sites"][0].update(site="nowhere"), "is not among"),
        (lambda d: d["earlier_rounds"][0]["sites"][0].update(again=59), "answer again than"),
        (lambda d: d["earlier_rounds"][0].update(wave="2026 autumn"), "two rounds are called"),
        (lambda d: d["earlier_rounds"][0].update(first_day="2025-02-30"), "no day of the calendar"),
        (lambda d: d["earlier_rounds"][0]["dirt"].update(preview_rows=1), "only Qualtrics marks"),
        (lambda d: d["earlier_rounds"][0].update(stability=1.5), "1.5 is greater than"),
        (lambda d: d["sites"][0]["invited_groups"].update(lived=60), "add up to 81, more than"),
        (
            lambda d: d["earlier_rounds"][0]["sites"].append({"site": "fernley", "people": 3}),
            "is there 2 times",
        ),
    ],
)
def test_a_design_with_rounds_that_cannot_be_is_told(change, told, tmp_path):
    content = yaml.safe_load(EXAMPLE_DESIGN.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "design.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_design(path)

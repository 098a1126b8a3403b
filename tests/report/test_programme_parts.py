"""Change, response and clusters of the whole programme."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from pipeline.report.estimates import estimates_of
from pipeline.report.pages import Setting
from pipeline.report.phrases import load_phrases
from pipeline.report.programme_change import ProgrammeChange, programme_change
from pipeline.report.programme_clusters import ClusterView, clusters_view
from pipeline.report.programme_response import ProgrammeResponse, programme_response
from pipeline.report.results import ScaleResult, scale_result
from pipeline.report.site_page import SiteEntry
from pipeline.report.site_tables import SIDE, Column
from pipeline.report.wording import wording_of
from pipeline.tables import catalogue
from pipeline.tables.schema import Table, conform

from .fabricated_study import WAVE, Fabricated

THEN, LONG_AGO = "2025", "2024"
ENTRIES = [SiteEntry(name, name.title(), name, None) for name in ("mill", "hill", "dale")]


@pytest.fixture
def setting(study: Fabricated) -> Setting:
    described = replace(study.study, earlier_waves=(LONG_AGO, THEN))
    wording = wording_of(study.instrument, described)
    return Setting(study.instrument, described, wording, load_phrases("en"))


@pytest.fixture
def results(study: Fabricated, setting: Setting) -> list[ScaleResult]:
    released = estimates_of(study.released, WAVE)
    return [
        scale_result(study.instrument, scale, released, setting.wording, None)
        for scale in study.instrument.scored_scales
    ]


def framed(rows: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    full = [{"wave": WAVE, **row} for row in rows]
    return conform(pd.DataFrame(full, columns=table.column_names), table)


# ------------------------------------------------------------------ change


def changed(site: str | None, change: float | None = 0.4, **more: Any) -> dict[str, Any]:
    told = {
        "mean_before": 3.0, "mean_now": 3.0 + (change or 0), "change": change, "ci_low": 0.1,
        "ci_high": 0.7, "verdict": "higher",
    }  # fmt: skip
    about = {"site": site, "scale": "LEAD", "basis": "plain", "earlier_wave": THEN}
    return {**about, **(told if change is not None else {}), **more}


def view_of_change(
    rows: list[dict[str, Any]], results: list[ScaleResult], setting: Setting, comparable: int = 3
) -> ProgrammeChange:
    table = framed(rows, catalogue.SITE_CHANGES)
    view = programme_change(table, results, results[:comparable], ENTRIES, setting)
    assert view is not None
    return view


def test_change_of_the_programme_and_of_sites_stand_apart(results, setting):
    view = view_of_change([changed(None, 0.1), changed("mill"), changed("hill")], results, setting)
    assert [part.title for part in view.programme] == [f"Since {THEN}"]
    (sites,) = view.sites
    assert sites.overview.whole[0] == "+0.10"
    assert [row.link.text for row in sites.overview.rows] == ["Mill", "Hill"]


def test_every_earlier_round_has_its_part_the_latest_first(results, setting):
    rows = [changed("mill"), changed("mill", earlier_wave=LONG_AGO)]
    view = view_of_change(rows, results, setting)
    assert [part.title for part in view.sites] == [f"Sites since {THEN}", f"Sites since {LONG_AGO}"]


@pytest.mark.parametrize(
    ("verdict", "kind"), [("higher", "higher"), ("lower", "lower"), ("no_clear_change", "apart")]
)
def test_a_change_is_marked_by_its_verdict_alone(results, setting, verdict, kind):
    view = view_of_change([changed("mill", 0.4, verdict=verdict)], results, setting)
    assert view.sites[0].overview.rows[0].cells[0].kind == kind


def test_the_table_of_a_topic_has_the_other_mean_and_the_same_people_beside(results, setting):
    rows = [
        changed("mill"),
        changed("mill", 0.2, basis="role_balanced"),
        changed("mill", 0.1, basis="linked", ci_low=-0.1, ci_high=0.3),
        changed("hill", -0.2),
    ]
    (table,) = view_of_change(rows, results, setting).sites[0].tables
    headings = [column.text for column in table.columns]
    assert headings[-2].startswith("Change, both groups")
    assert headings[-1].startswith("Change of people who answered both times")
    assert table.rows[0].cells[-2:] == ("+0.20", "+0.1 (\N{MINUS SIGN}0.1 to +0.3)")
    assert table.rows[1].cells[-2:] == ("not shown", "not shown")


def test_sites_are_beside_each_other_only_on_topics_that_may_be_compared(results, setting):
    rows = [changed("mill"), changed("mill", scale=results[-1].scale.id), changed(None)]
    assert view_of_change(rows, results, setting, comparable=1).sites[0].overview.topics == (
        Column(results[0].title, SIDE),
    )
    view = view_of_change(rows, results, setting, comparable=0)
    assert view.programme and not view.sites


def test_a_site_without_a_mean_before_has_the_reason(results, setting):
    other = results[1].scale.id
    rows = [changed("mill"), changed("mill", None, scale=other, condition="first_round")]
    (sites,) = view_of_change(rows, results, setting).sites
    assert sites.overview.rows[0].cells[1].text == "no earlier mean"
    assert any("no mean of an earlier round" in remark for remark in sites.remarks)


def test_no_change_at_all_is_said_and_one_round_has_no_part(results, setting):
    assert view_of_change([], results, setting).absent
    once = replace(setting, study=replace(setting.study, earlier_waves=()))
    table = framed([changed("mill")], catalogue.SITE_CHANGES)
    assert programme_change(table, results, results, ENTRIES, once) is None


# ------------------------------------------------------------------ response


def answered(site: str | None, group: str | None = None, **more: Any) -> dict[str, Any]:
    return {"site": site, "group": group, **more}


def view_of_response(rows: list[dict[str, Any]], setting: Setting) -> ProgrammeResponse:
    view = programme_response(framed(rows, catalogue.RESPONSE), ENTRIES, setting)
    assert view is not None
    return view


def test_response_has_a_table_for_all_and_one_for_each_group(setting):
    rows = [
        answered(None, invited=100, respondents=60, response_rate=0.6),
        answered("mill", invited=50, respondents=30, response_rate=0.6),
        answered("mill", "one", respondents=20, share=0.67),
        answered("hill", "two", condition="too_few_to_show"),
    ]
    view = view_of_response(rows, setting)
    assert [table.caption.split(":")[0] for table in view.sites] == [
        "Everybody", "First group", "Second group",
    ]  # fmt: skip
    assert view.sites[0].rows[0].cells == ("50", "30", "60%")
    assert view.sites[2].rows[0].cells == ("too few to show",)
    assert view.sentences[0] == "About 60% of those invited answered."
    assert any("“too few to show”" in remark for remark in view.remarks)


def test_sites_where_voices_are_missing_are_named(setting):
    rows = [
        answered("mill", "one", share=0.1, share_invited=0.5, condition="missing_voices"),
        answered("hill", "one", share=0.5, share_invited=0.5),
    ]
    (sentence,) = view_of_response(rows, setting).sentences
    assert "“First group”" in sentence and sentence.endswith("1 (Mill).")


@pytest.mark.parametrize(("now", "named"), [(0.60, True), (0.59, False), (0.40, True)])
def test_a_site_drifted_if_the_share_of_a_group_moved_by_a_tenth(setting, now, named):
    rows = [
        answered("mill", "one", share=now),
        answered("mill", "one", wave=THEN, share=0.5),
        answered("hill", "one", share=0.5),
        answered("hill", "one", wave=THEN, share=0.5),
    ]
    view = view_of_response(rows, setting)
    assert [("1 of 2 (Mill)" in one) for one in view.sentences] == [True] * named
    shares = [row.cells for row in view.sites[0].rows]
    assert shares == [(f"{100 * now:.0f}%", "50%"), ("50%", "50%")]


def test_a_long_list_of_sites_is_left_to_the_tables(setting):
    entries = [SiteEntry(f"s{n}", f"Site {n}", f"s{n}", None) for n in range(13)]
    missing = {"share": 0.1, "share_invited": 0.5, "condition": "missing_voices"}
    for number, named in ((12, True), (13, False)):
        rows = [answered(f"s{n}", "one", **missing) for n in range(number)]
        view = programme_response(framed(rows, catalogue.RESPONSE), entries, setting)
        assert view is not None
        assert ("Site 3" in view.sentences[0]) == named
        assert f": {number} (" in view.sentences[0]


def test_nothing_about_response_is_no_part(setting):
    assert programme_response(framed([], catalogue.RESPONSE), ENTRIES, setting) is None


# ------------------------------------------------------------------ clusters


def of_cluster(name: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    return {"cluster": name, "parent": parent, "statistic": "n_sites", "estimate": 3, **more}


def view_of_clusters(
    rows: list[dict[str, Any]], results: list[ScaleResult], setting: Setting
) -> ClusterView | None:
    return clusters_view(framed(rows, catalogue.CLUSTERS), results, setting)


def test_parts_follow_their_whole_each_level_by_name(results, setting):
    rows = [
        of_cluster("West"),
        of_cluster("Lane", "East"),
        of_cluster("East"),
        of_cluster("Bay", "East"),
        of_cluster("Quay", "Bay"),
    ]
    view = view_of_clusters(rows, results, setting)
    assert view is not None
    assert [row.head for row in view.table.rows] == ["East", "Bay", "Quay", "Lane", "West"]
    parts = [row.cells[0] for row in view.table.rows]
    assert parts == ["the programme", "East", "Bay", "East", "the programme"]


def test_means_of_clusters_have_their_range_or_the_rule_that_holds_them(results, setting):
    mean = {"scale": "LEAD", "statistic": "mean"}
    rows = [
        of_cluster("East"),
        of_cluster("East", **mean | {"estimate": 3.21, "ci_low": 3.0, "ci_high": 3.4}),
        of_cluster("West", **mean | {"estimate": None, "rule": "minimum_n"}),
    ]
    view = view_of_clusters(rows, results, setting)
    assert view is not None
    assert [row.cells[-1] for row in view.table.rows] == ["3.21 (3.0 to 3.4)", "not shown"]
    assert len(view.remarks) == 1 and "11" in view.remarks[0]


def test_another_round_has_no_clusters_of_this_one(results, setting):
    assert view_of_clusters([of_cluster("East", wave=THEN)], results, setting) is None

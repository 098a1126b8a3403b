"""Sites beside each other on one scale."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from pipeline.report.compared_sites import comparisons_of
from pipeline.report.pages import Setting
from pipeline.report.phrases import load_phrases
from pipeline.report.site_comparison import MOST_DRAWN, SITES_A_CHART, ScaleView, scale_view
from pipeline.report.site_page import SiteEntry
from pipeline.report.site_tables import SiteTable
from pipeline.report.wording import wording_of
from pipeline.tables import catalogue
from pipeline.tables.schema import Table, conform

from .fabricated_study import WAVE, Fabricated

SCALE = "LEAD"


def framed(rows: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    full = [{"wave": WAVE, "scale": SCALE, **row} for row in rows]
    return conform(pd.DataFrame(full, columns=table.column_names), table)


def site(name: str, mean: float = 3.0, basis: str = "plain", **more: Any) -> dict[str, Any]:
    return {
        "site": name, "basis": basis, "n_respondents": 40, "mean": mean, "ci_low": mean - 0.3,
        "ci_high": mean + 0.3, "pair_low": mean - 0.2, "pair_high": mean + 0.2,
        "shrunken_mean": mean, "shrunken_low": mean - 0.25, "shrunken_high": mean + 0.25,
        "band": "like_programme", "top_fifth": 0.5, "bottom_fifth": 0.1, "rank_low": 2,
        "rank_high": 5, **more,
    }  # fmt: skip


SPREAD = {
    "basis": "plain", "n_sites": 12, "centre": 3.0, "variance_within": 0.5,
    "variance_between": 0.05, "variance_added": 0.05, "pair_multiplier": 1.4,
}  # fmt: skip


def view_of(
    study: Fabricated,
    sites: list[dict[str, Any]],
    gates: list[dict[str, Any]] | None = None,
    spread: dict[str, Any] | None = SPREAD,
) -> ScaleView:
    setting = Setting(
        study.instrument, study.study, wording_of(study.instrument, study.study), load_phrases("en")
    )
    compared = comparisons_of(
        framed(sites, catalogue.SITE_COMPARISONS),
        framed([spread] if spread else [], catalogue.SCALE_COMPARISONS),
        framed(gates or [], catalogue.GATES),
        setting,
    )
    names = list(dict.fromkeys(row["site"] for row in sites))
    entries = [SiteEntry(name, name.title(), name, None) for name in names]
    scale = next(s for s in study.instrument.scored_scales if s.id == SCALE)
    return scale_view(scale, entries, compared, setting)


def column(table: SiteTable | None, heading: str) -> list[str]:
    assert table is not None
    place = [h.text for h in table.columns].index(heading)
    return [row.cells[place - 1] for row in table.rows]


def headings(view: ScaleView) -> list[str]:
    assert view.table is not None
    return [heading.text for heading in view.table.columns]


def test_sites_keep_their_order_whatever_their_means(study: Fabricated):
    for means in ((2.0, 3.0, 4.0), (4.0, 3.0, 2.0)):
        rows = [site(name, mean) for name, mean in zip("cab", means, strict=True)]
        view = view_of(study, rows)
        assert view.table is not None
        assert [row.head for row in view.table.rows] == ["C", "A", "B"]
        assert [row.label for chart in view.charts for row in chart.labels] == ["C", "A", "B"]


def test_bars_are_those_made_for_pairs(study: Fabricated):
    narrow = view_of(study, [site("a"), site("b")]).charts[0].bars
    wide = [site(name, pair_low=2.0, pair_high=4.0) for name in "ab"]
    assert view_of(study, wide).charts[0].bars != narrow
    other = [site(name, ci_low=1.0, ci_high=5.0) for name in "ab"]
    assert view_of(study, other).charts[0].bars == narrow


def test_without_bars_for_pairs_likely_ranges_are_drawn_and_called_so(study: Fabricated):
    view = view_of(study, [site("a", pair_low=None, pair_high=None), site("b")], spread=None)
    assert "likely range" in view.sentence
    assert "do not overlap" in view_of(study, [site("a"), site("b")]).sentence
    assert view.funnel is None


@pytest.mark.parametrize("gate", ["sites", "language", "platform", "aggregation", "reliability"])
def test_a_closed_gate_stands_in_place_of_every_number(study: Fabricated, gate: str):
    closed = {"gate": gate, "verdict": "closed", "reason": "It was tested and failed to hold."}
    view = view_of(study, [site("a"), site("b")], [closed])
    assert view.reason.endswith(load_phrases("en").by_key[f"rule.gate_{gate}"])
    assert (view.funnel, view.charts, view.table) == (None, (), None)


@pytest.mark.parametrize(("gate", "verdict"), [("role", "closed"), ("sites", "untested")])
def test_a_gate_that_does_not_forbid_sites_changes_nothing(study: Fabricated, gate, verdict):
    row = {"gate": gate, "verdict": verdict, "reason": "Something."}
    assert view_of(study, [site("a")], [row]) == view_of(study, [site("a")])


def test_a_site_without_a_word_has_the_reason_and_its_meaning(study: Fabricated):
    rows = [site("a"), site("b", band=None, condition="too_few_for_band")]
    view = view_of(study, rows)
    assert column(view.table, "In a word") == ["like the programme", "too few people"]
    assert view.remarks == ("“too few people”: Fewer than 30 people are behind the mean.",)


def test_places_are_a_range_or_the_reason_for_none(study: Fabricated):
    hidden = {"rank_low": None, "rank_high": None, "rank_condition": "rank_uncertain"}
    rows = [site("a"), site("b", **hidden), site("c", rank_low=1, rank_high=1)]
    places = column(view_of(study, rows).table, "Likely places, counted from the highest mean")
    assert places == ["2 to 5", "too wide", "1"]


def test_chances_are_never_called_certain(study: Fabricated):
    rows = [site("a", top_fifth=1.0, bottom_fifth=0.0), site("b", top_fifth=0.994)]
    view = view_of(study, rows)
    assert column(view.table, "Chance of being among the highest fifth") == ["over 99%", "99%"]
    assert column(view.table, "Chance of being among the lowest fifth") == ["under 1%", "10%"]


def test_what_no_site_has_gets_no_column(study: Fabricated):
    bare = {"top_fifth": None, "bottom_fifth": None, "rank_low": None, "rank_high": None}
    shown = headings(view_of(study, [site("a", **bare), site("b", **bare)]))
    assert not [heading for heading in shown if "hance" in heading or "places" in heading]
    assert "Mean, both groups counting the same" not in shown


def test_where_the_word_hangs_on_the_mean_it_is_said(study: Fabricated):
    rows = [
        site("a", band="higher"),
        site("a", 3.1, "role_balanced"),
        site("b"),
        site("b", 3.1, "role_balanced"),
    ]
    view = view_of(study, rows)
    assert "A (like the programme, instead of higher)" in view.differs
    assert "B (" not in view.differs
    assert column(view.table, "Mean, both groups counting the same") == ["3.10", "3.10"]
    assert view_of(study, rows[2:]).differs == ""


def test_many_sites_with_another_word_are_counted_and_not_named(study: Fabricated):
    rows = [site(f"s{n}", band="higher") for n in range(13)]
    rows += [site(f"s{n}", 3.1, "role_balanced") for n in range(13)]
    assert view_of(study, rows).differs.endswith("at 13 of 13 sites.")


def test_a_site_without_a_mean_is_left_out(study: Fabricated):
    rows = [site("a"), {"site": "b", "basis": "plain", "condition": "no_mean"}]
    view = view_of(study, rows)
    assert view.table is not None and len(view.table.rows) == 1
    assert view_of(study, rows[1:]).reason


@pytest.mark.parametrize("number", [1, 9, 49, MOST_DRAWN])
def test_every_site_is_drawn_once_on_charts_that_fit_on_paper(study: Fabricated, number: int):
    rows = [site(f"s{place:04}", 2.5 + place / number) for place in range(number)]
    view = view_of(study, rows)
    assert len(view.charts) == -(-number // SITES_A_CHART)
    labels = [row.label for chart in view.charts for row in chart.labels]
    assert labels == [f"S{place:04}" for place in range(number)]
    assert len({chart.id for chart in view.charts}) == len(view.charts)


def test_the_bars_of_very_many_sites_stand_in_their_table(study: Fabricated):
    number = MOST_DRAWN + 1
    rows = [site(f"s{place:04}", 2.5 + place / number) for place in range(number)]
    view = view_of(study, rows)
    assert view.charts == ()
    assert view.table is not None and view.table.bars is not None
    bars = view.table.bars.stretches
    assert len(bars) == len(view.table.rows) == number
    assert all(one and other and one.start <= other.start for one, other in pairwise(bars))
    assert view.table.bars.heading.endswith("from 2 to 4")
    assert view.table.bars.centre == 500
    first = bars[0]
    assert first is not None
    assert (first.start, first.width) == (150, 200)


def test_a_table_may_be_sorted_by_names_people_and_words_alone(study: Fabricated):
    table = view_of(study, [site("a"), site("b")]).table
    assert table is not None
    sorted_by = {column.text: column.sort for column in table.columns if column.sort}
    assert sorted_by == {"Site": "name", "People (about)": "count", "In a word": "band"}

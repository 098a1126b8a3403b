from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.instrument import ResponseScale
from pipeline.problems import InputError
from pipeline.simulate import read_design
from pipeline.simulate.dirt import answer_in_straight_lines, count_dirt
from pipeline.simulate.pages import columns_in_order, pages_of

PLATFORMS = ["qualtrics", "limesurvey", "redcap"]
each_platform = pytest.mark.parametrize("platform", PLATFORMS)


def people_of(rows):
    return rows.record["kind"] == "answer"


def test_sites_have_the_sizes_a_report_must_cope_with(programme):
    people = programme.sites["people"]
    assert len(people) == 24
    assert people.sum() == 700
    assert people.min() == 4
    assert (people < 11).sum() == 4
    assert people.between(11, 19).sum() == 6
    assert people.between(20, 29).sum() == 6
    assert people.between(30, 80).sum() == 8
    assert programme.sites["platform"].value_counts().eq(8).all()


@each_platform
def test_rows_add_up(rows, programme, platform):
    dirt = programme.design.dirt_of(platform)
    people = (programme.respondents["platform"] == platform).sum()
    extra = dirt.preview_rows + dirt.empty_rows + dirt.repeated_rows
    assert len(rows[platform].record) == people + extra


@each_platform
def test_previews_and_empty_rows_are_as_many_as_designed(rows, programme, platform):
    dirt = programme.design.dirt_of(platform)
    kinds = rows[platform].record["kind"].value_counts()
    assert kinds.get("preview", 0) == dirt.preview_rows
    assert kinds.get("empty", 0) == dirt.empty_rows


@each_platform
def test_empty_rows_hold_no_answer(rows, platform):
    empty = rows[platform].record["kind"] == "empty"
    assert rows[platform].answers[empty].isna().all(axis=None)


@each_platform
def test_those_who_stopped_are_blank_from_a_point_on(rows, programme, platform):
    of = rows[platform]
    stopped = of.record[people_of(of) & ~of.record["finished"].astype(bool)]
    assert len(stopped) == programme.design.dirt_of(platform).partials
    for row, reached in stopped["reached"].items():
        assert of.answers.loc[row].iloc[reached:].isna().all()
        assert of.answers.loc[row].iloc[:reached].notna().mean() > 0.8


def test_limesurvey_stops_at_the_end_of_a_page(rows, instrument):
    of = rows["limesurvey"]
    ends = pd.Series([len(page.columns) for page in pages_of(instrument)]).cumsum()
    stopped = of.record[people_of(of) & ~of.record["finished"].astype(bool)]
    assert stopped["reached"].isin(ends[:-1]).all()


@each_platform
def test_straight_liners_are_as_many_as_designed_and_some_are_fast(
    rows, programme, instrument, platform
):
    of, dirt = rows[platform], programme.design.dirt_of(platform)
    items = of.answers[list(instrument.items)]
    straight = items.eq(items.iloc[:, 0], axis=0).fillna(False).all(axis=1) & people_of(of)
    fast = of.record["seconds"] < 2 * len(instrument.items)
    assert straight.sum() == dirt.straight_liners
    assert (straight & fast).sum() == dirt.fast_straight_liners


def test_a_straight_line_is_seen_over_formats_with_more_and_fewer_answers(rows, instrument):
    short = ResponseScale("three", instrument.scales[0].response_scale.options[:3])
    scales = (*instrument.scales[:-1], replace(instrument.scales[-1], response_scale=short))
    two_formats = replace(instrument, scales=scales)
    of, before = rows["redcap"], count_dirt(rows["redcap"], instrument)["same answer throughout"]
    careful = of.record.index[people_of(of) & of.record["finished"].astype(bool)]
    drawn = answer_in_straight_lines(
        of, careful[:9], 0, two_formats, np.random.default_rng(4)
    ).answers.loc[careful[:9], list(instrument.items)]
    of_other_format = drawn.ne(drawn.iloc[:, 0], axis=0)
    assert of_other_format.any(axis=None), "some lines have another number there"
    lines = replace(of, answers=of.answers.loc[careful[:9]].assign(**drawn))
    lines = replace(lines, record=of.record.loc[careful[:9]])
    assert count_dirt(lines, two_formats)["same answer throughout"] == 9
    assert before < 9


@each_platform
def test_only_repeated_rows_share_a_response(rows, programme, platform):
    of = rows[platform]
    again = of.record["response"].duplicated()
    assert again.sum() == programme.design.dirt_of(platform).repeated_rows
    whole = of.answers.assign(**of.record).astype(str)
    assert (whole.duplicated() == again).all()


@each_platform
def test_some_rows_do_not_tell_their_site(rows, programme, platform):
    of = rows[platform]
    lost = (of.record["site_text"] == "") & people_of(of)
    assert lost.sum() == programme.design.dirt_of(platform).without_site


@each_platform
def test_every_answer_is_allowed_by_the_instrument(rows, instrument, platform):
    answers = rows[platform].answers
    special = {code.id: code.value for code in instrument.special_codes}
    for scale in instrument.scales:
        for item in scale.items:
            allowed = {*scale.response_scale.values, *(special[c] for c in item.special_codes)}
            assert set(answers[item.id].dropna()) <= allowed
    for question in (q for q in instrument.person_questions if q.kind != "text"):
        values = {option.value for option in question.options}
        for column, option in question.columns.items():
            assert set(answers[column].dropna()) <= (values if option is None else {0, 1})


@each_platform
def test_counters_add_up_to_their_total_or_are_all_blank(rows, instrument, platform):
    for allocation in instrument.allocations:
        counters = rows[platform].answers[list(allocation.columns)]
        told = counters.notna().any(axis=1)
        assert counters[told].notna().all(axis=None)
        assert (counters[told].sum(axis=1) == allocation.total).all()
        assert told.mean() > 0.85


def test_small_sites_keep_their_whole_and_careful_answers(rows, programme):
    small = programme.sites.loc[programme.sites["people"] < 11, "site"]
    for of in rows.values():
        record = of.record[people_of(of) & of.record["site"].isin(small)]
        assert record["finished"].all()
        assert (record["site_text"] != "").all()


def test_one_site_is_spelt_in_several_ways(rows):
    texts = rows["qualtrics"].record.query("site == 'alder-bridge' and site_text != ''")
    assert set(texts["site_text"]) == {"Alder Bridge", "alder bridge", "ALDER  BRIDGE "}


def test_pages_hold_every_answer_column_once(instrument):
    assert sorted(columns_in_order(instrument)) == sorted(instrument.answer_columns)


def test_a_design_with_contradictions_is_told(tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text(
        """
programme: Small
first_day: "2026-02-30"
sites:
  - {site: one, label: One, people: 3, platform: redcap}
  - {site: one, label: Two, people: 3, platform: redcap}
dirt:
  redcap: {partials: 9, preview_rows: 1, fast_straight_liners: 1}
""",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as error:
        read_design(path)
    assert len(error.value.problems) == 5


def test_a_design_of_another_form_is_told(tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text('programme: Small\nfirst_day: "2026-01-05"\nsites: []\n', encoding="utf-8")
    with pytest.raises(InputError, match="sites"):
        read_design(path)

"""Slides show released numbers in charts that can be edited, and say how to talk about them."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from pptx import Presentation
from pptx.util import Inches

from pipeline.report.estimates import estimates_of
from pipeline.report.office.deck import HEIGHT, WIDTH
from pipeline.report.office.slides import programme_presentation, site_presentations
from pipeline.report.site_page import SitePages
from tests.report.fabricated_study import Fabricated
from tests.report.office.conftest import views_of
from tests.report.test_site_pooled import with_pooled

FULL, SMALL = "site-s00", "site-s04"


def decks_of(made: Fabricated, views: SitePages) -> dict[str, bytes]:
    return dict(site_presentations(views, made.released, made.sites))


def programme_of(made: Fabricated) -> bytes:
    comparisons = made.compared["scale_comparisons"]
    return programme_presentation(made.released, comparisons, made.instrument, made.study)


@pytest.fixture(scope="module")
def decks(studies, views) -> dict[str, bytes]:
    made = studies["main"]
    return {**decks_of(made, views), "programme": programme_of(made)}


def opened(deck: bytes):
    return Presentation(io.BytesIO(deck))


def charts_of(deck: bytes):
    return [shape for slide in opened(deck).slides for shape in slide.shapes if shape.has_chart]


def text_of(deck: bytes) -> str:
    frames = (
        shape.text_frame.text
        for slide in opened(deck).slides
        for shape in slide.shapes
        if shape.has_text_frame
    )
    return "\n".join(frames)


def test_there_is_a_deck_for_every_site_and_one_for_the_programme(studies, decks):
    assert set(decks) == {*studies["main"].sites["slug"], "programme"}


def test_every_slide_has_a_title_and_every_figure_a_description(decks):
    for deck in decks.values():
        for slide in opened(deck).slides:
            assert slide.shapes.title.text_frame.text.strip()
            for shape in slide.shapes:
                if shape.has_chart or shape.has_table:
                    assert shape._element._nvXxPr.cNvPr.get("descr")


def test_nothing_lies_outside_its_slide(decks):
    for deck in decks.values():
        for slide in opened(deck).slides:
            for shape in slide.shapes:
                assert shape.left >= 0
                assert shape.top >= 0
                assert shape.left + shape.width <= Inches(WIDTH) + 1
                assert shape.top + shape.height <= Inches(HEIGHT) + 1


def test_bars_are_the_released_means_and_their_lines_the_likely_ranges(studies, decks):
    made = studies["main"]
    released = estimates_of(made.released, made.study.wave)
    titles = {scale.title.in_language("en"): scale.id for scale in made.instrument.scored_scales}
    chart = charts_of(decks[FULL])[0].chart
    own = chart.plots[0].series[0]
    n_ranges = 0
    for title, value, up, down in zip(
        chart.plots[0].categories, own.values, *lengths_of(own), strict=True
    ):
        mean = released.at("mean", site="s00", scale=titles[title])
        assert value == mean.value
        if mean.interval:
            n_ranges += 1
            assert value - down == pytest.approx(mean.interval[0], abs=1e-4)
            assert value + up == pytest.approx(mean.interval[1], abs=1e-4)
    assert n_ranges > 3


def lengths_of(series):
    spaces = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    return [
        [float(point.text) for point in series._element.findall(f".//c:{side}//c:v", spaces)]
        for side in ("plus", "minus")
    ]


def test_a_bar_of_counters_adds_up_to_what_was_shared_out(studies, decks):
    total = studies["main"].instrument.allocations[0].total
    stacked = [shape.chart for shape in charts_of(decks[FULL]) if len(shape.chart.series) > 2]
    assert stacked
    for chart in stacked:
        by_question = zip(*(series.values for series in chart.series), strict=True)
        for shares in by_question:
            if None not in shares:
                assert sum(shares) == pytest.approx(total, abs=0.5)


def test_titles_and_lines_are_those_of_the_page(decks, views):
    page, told = views.pages[FULL], text_of(decks[FULL])
    assert all(sentence in told for sentence in page.headlines)
    assert all(start.title in told for start in page.starts)
    assert all(notice.text in told for notice in page.frame.notices)


def test_a_site_with_too_few_answers_has_questions_and_no_numbers(decks):
    assert "Too few answers" in text_of(decks[SMALL])
    assert not charts_of(decks[SMALL])
    assert "How to use this in a meeting" in text_of(decks[SMALL])


def test_a_small_site_with_two_rounds_together_shows_those_and_says_so(studies):
    made = with_pooled(studies["main"])
    views = views_of(made)
    deck = decks_of(made, views)[SMALL]
    (grid, *_) = [
        shape.table for slide in opened(deck).slides for shape in slide.shapes if shape.has_table
    ]
    shown = [[cell.text for cell in row.cells] for row in grid.rows][1:]
    pooled = views.pages[SMALL].pooled
    assert shown == [[row.head, *row.cells] for row in pooled.overviews[0].table.rows]
    assert all(sentence in text_of(deck) for sentence in pooled.sentences)
    assert "Too few answers in this round alone" in text_of(deck)


def test_no_two_slides_of_a_deck_have_the_same_title(decks):
    for deck in decks.values():
        titles = [slide.shapes.title.text_frame.text for slide in opened(deck).slides]
        assert len(titles) == len(set(titles))


def test_a_site_without_results_is_not_told_to_read_them(decks):
    assert "Read the questions below" in text_of(decks[SMALL])
    assert "At a glance" not in text_of(decks[SMALL])


def test_slides_say_what_the_thin_lines_are(decks):
    assert "The thin lines show the likely ranges" in text_of(decks[FULL])


def test_no_site_is_named_in_the_deck_of_the_programme(studies, decks):
    told = text_of(decks["programme"])
    assert not [label for label in studies["main"].sites["label"] if label in told]


def test_a_deck_is_short_enough_for_an_hour(decks):
    assert max(len(opened(deck).slides) for deck in decks.values()) <= 14


def test_the_same_results_make_the_same_bytes(studies, views, decks):
    made = studies["main"]
    assert decks_of(made, views) == {k: v for k, v in decks.items() if k != "programme"}
    assert programme_of(made) == decks["programme"]


def test_hostile_names_stay_text(studies):
    hostile = "=1+1 <b>&amp; \x0b\u202e" + "x" * 180
    made = studies["groups"]
    named = made.with_(sites=made.sites.assign(label=hostile))
    decks = decks_of(named, views_of(named))
    assert "<b>&amp;" in text_of(next(iter(decks.values())))


def test_slides_follow_the_language_of_the_study(studies):
    made = studies["main"]
    swedish = made.with_(study=replace(made.study, language="sv"))
    told = text_of(decks_of(swedish, views_of(swedish))[FULL])
    assert "I korthet" in told
    assert "At a glance" not in told


def test_a_study_without_groups_and_counters_has_slides_too(studies):
    made = studies["climate"]
    assert decks_of(made, views_of(made))
    empty = made.compared["scale_comparisons"].iloc[:0]
    deck = programme_presentation(made.released, empty, made.instrument, made.study)
    assert isinstance(empty, pd.DataFrame)
    assert charts_of(deck)

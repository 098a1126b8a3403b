"""How far apart the answers at a site are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.instrument.model import Option, Text
from pipeline.report.site_agreement import agreement_limit

from .fabricated_study import Fabricated
from .reading_html import words_of
from .test_site_page import page_of, with_value


@pytest.mark.parametrize(("answers", "limit"), [(2, 0.3), (5, 0.8), (6, 1.0), (7, 1.1), (11, 1.8)])
def test_the_limit_is_a_sixth_of_the_answers_rounded_down_to_tenths(
    study: Fabricated, answers, limit
):
    scale = study.instrument.scales[0]
    options = tuple(Option(value, Text({"en": str(value)})) for value in range(1, answers + 1))
    other = replace(scale, response_scale=replace(scale.response_scale, options=options))
    assert agreement_limit(other) == pytest.approx(limit)
    released = [tenths / 10 for tenths in range(60)]
    assert [d <= answers / 6 for d in released] == [d <= agreement_limit(other) for d in released]


@pytest.mark.parametrize(
    ("deviation", "said"),
    [
        (0.8, "lie 0.8 points from the mean of the site. They see this in much the same way"),
        (0.9, "lie 0.9 points from the mean of the site. They see this in quite different ways"),
        (0.0, "lie 0.0 points from the mean of the site. They see this in much the same way"),
    ],
)
def test_answers_within_the_limit_count_as_agreeing(study: Fabricated, deviation, said):
    made = with_value(study, deviation, "average_deviation", site="s00", scale="LEAD")
    assert said in words_of(page_of(made))


def test_nothing_is_said_where_the_deviation_is_not_released(study: Fabricated):
    assert "On a typical statement" in words_of(page_of(study))
    assert "On a typical statement" not in words_of(page_of(study, "s02"))

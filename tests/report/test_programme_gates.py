"""What may be compared, in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.report.estimates import estimates_of
from pipeline.report.pages import Setting
from pipeline.report.phrases import load_phrases
from pipeline.report.programme_gates import GatesView, gates_view
from pipeline.report.results import scale_result
from pipeline.report.wording import wording_of
from pipeline.tables import catalogue

from .fabricated_study import WAVE, Fabricated, framed


def view_of(study: Fabricated, *gates: tuple[str, str, str]) -> GatesView | None:
    wording = wording_of(study.instrument, study.study)
    setting = Setting(study.instrument, study.study, wording, load_phrases("en"))
    released = estimates_of(study.released, WAVE)
    results = [
        scale_result(study.instrument, scale, released, wording, None)
        for scale in study.instrument.scored_scales
    ]
    rows: list[dict[str, Any]] = [
        {"wave": WAVE, "scale": scale, "gate": gate, "verdict": verdict, "reason": "Why."}
        for scale, gate, verdict in gates
    ]
    return gates_view(framed(rows, catalogue.GATES), results, setting)


@pytest.mark.parametrize(
    ("verdicts", "word"),
    [
        (("open", "open"), "yes"),
        (("caution", "open"), "with care"),
        (("caution", "untested"), "not tested"),
        (("untested", "closed"), "no"),
    ],
)
def test_a_comparison_is_allowed_as_far_as_the_strictest_gate(study, verdicts, word):
    view = view_of(study, *zip(("LEAD",) * 2, ("sites", "structure"), verdicts, strict=True))
    assert view is not None
    assert [row.cells for row in view.table.rows] == [(word,)]


def test_only_comparisons_that_are_asked_about_have_a_column(study):
    view = view_of(study, ("LEAD", "sites", "open"), ("LEAD", "role", "closed"))
    assert view is not None
    assert [heading.text for heading in view.table.headings] == ["Topic", "Sites", "The two groups"]
    assert view.table.rows[0].cells == ("yes", "no")


def test_each_question_without_a_plain_yes_names_its_topics(study):
    gates = [(scale.id, "sites", "untested") for scale in study.instrument.scored_scales]
    view = view_of(study, *gates, ("LEAD", "structure", "open"), ("LEAD", "wave", "closed"))
    assert view is not None
    assert view.reasons == (
        "Are the statements understood in the same way in all survey rounds? "
        "No, on: Leadership climate.",
        "Do the statements mean the same at all sites? "
        "Not tested, on: Leadership climate, Task significance and Hostility.",
    )


def test_without_gates_there_is_nothing_to_say(study):
    assert view_of(study) is None

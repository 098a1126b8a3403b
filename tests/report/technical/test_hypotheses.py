from __future__ import annotations

import pytest

from pipeline.report.technical.hypotheses import outcome_of
from pipeline.tables import catalogue
from tests.report.fabricated_study import WAVE, Fabricated, framed
from tests.report.technical.changing import part, with_models


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (["no", "yes", "not judged"], "yes"),
        (["no", "no"], "no"),
        (["no", "not judged"], "not judged"),
        (["not judged"], "not judged"),
    ],
)
def test_one_case_is_enough_to_find_a_falsifier_and_all_are_needed_to_clear_it(found, outcome):
    assert outcome_of(found) == outcome


def judged(sample: str, name: str, found: str, about: str = "A") -> dict[str, str]:
    """A falsifier in a sample, as the models judged it."""
    return {
        "wave": WAVE,
        "scale": "climate",
        "falsifier": name,
        "about": about,
        "sample": sample,
        "statement": "Made up.",
        "found": found,
        "words": "made up",
        "consequence": "None.",
    }


def test_falsifiers_are_counted_by_sample(study: Fabricated):
    rows = [judged("all", "F1", "no"), judged("all", "F1", "yes", "B"), judged("all", "F2", "no"),
            judged("confirming", "F1", "not judged")]  # fmt: skip
    made = with_models(study, falsifiers=framed(rows, catalogue.FALSIFIERS))
    shown = part(made, "hypotheses").text
    assert "2 falsifiers. Found: 1. Not found: 1. Not judged: 0." in shown
    assert "1 falsifiers. Found: 0. Not found: 0. Not judged: 1." in shown
    assert "are not judged by this report" in shown


def test_without_falsifiers_the_page_says_so(study: Fabricated):
    shown = part(study, "hypotheses").text
    assert "judges nothing that was written down before the data" in shown

from __future__ import annotations

from itertools import combinations

import pytest
import textstat

from pipeline.report.phrases import load_phrases
from pipeline.report.technical.comparability import GOVERNED, OWN_GATE, verdict_of
from pipeline.tables.catalogue import GATE_FORBIDS, GATE_NAMES, VERDICTS
from tests.report.fabricated_models import framed_rows
from tests.report.fabricated_study import WAVE, Fabricated
from tests.report.technical.changing import part, with_models
from tests.report.technical.test_models import table_about, tables


def with_gates(made: Fabricated, **verdicts: str) -> Fabricated:
    """The study whose first scale has these gates."""
    from pipeline.tables import catalogue

    scale = made.instrument.scored_scales[0].id
    rows = [
        {"scale": scale, "gate": gate, "verdict": verdict, "reason": f"Reason of {gate}.",
         "needs": f"more for {gate}" if verdict == "untested" else None}
        for gate, verdict in verdicts.items()
    ]  # fmt: skip
    return with_models(made, gates=framed_rows(WAVE, rows, catalogue.GATES))


def sentences(made: Fabricated) -> list[str]:
    return [one.text for one in part(made, "comparability").all("dd")]


def test_the_page_and_the_disclosure_agree_on_what_a_gate_governs():
    for gate, comparisons in GATE_FORBIDS.items():
        assert {name for name, gates in GOVERNED.items() if gate in gates} == set(comparisons)
    assert set(GATE_FORBIDS) == set(GATE_NAMES)
    assert set(OWN_GATE) == set(GOVERNED)


@pytest.mark.parametrize(("one", "other"), list(combinations(VERDICTS, 2)))
def test_the_strictest_gate_decides(one, other):
    order = ["closed", "untested", "caution", "open"]
    assert verdict_of([one, other]) == verdict_of([other, one]) == min(one, other, key=order.index)


def test_open_gates_let_groups_be_compared_and_every_reason_is_told(study: Fabricated):
    made = with_gates(study, structure="open", reliability="open", role="open")
    assert sentences(made) == [
        "The items hold together, so the scale has a score. "
        "Reason of structure. Reason of reliability.",
        "For this scale, groups may be compared. "
        "Reason of structure. Reason of reliability. Reason of role.",
    ]


def test_a_closed_gate_stops_a_comparison_with_its_reason_alone(study: Fabricated):
    made = with_gates(study, structure="open", reliability="caution", role="closed")
    assert sentences(made)[1:] == ["For this scale, groups may not be compared. Reason of role."]


def test_a_reservation_is_told_with_its_reason(study: Fabricated):
    made = with_gates(study, structure="caution", reliability="open", sites="open")
    assert sentences(made) == [
        "The items hold together only in part, so read the score with care. Reason of structure.",
        "Sites may be compared with caution. Reason of structure.",
    ]


def test_what_was_not_tested_is_told_with_what_is_missing(study: Fabricated):
    made = with_gates(study, structure="open", reliability="open", role="untested")
    assert sentences(made)[1:] == [
        "For this scale, it is not known whether groups may be compared. Reason of role. "
        "For a test this is missing: more for role."
    ]


def test_a_comparison_without_its_own_gate_is_not_spoken_of(study: Fabricated):
    told = sentences(with_gates(study, structure="closed", reliability="open"))
    assert told == ["The items do not hold together well enough for a score. Reason of structure."]


def test_every_gate_stands_in_the_overview_and_with_its_numbers_below(study: Fabricated):
    shown = part(study, "comparability")
    overview = table_about(shown, "Gates of each scale")
    details = table_about(shown, "Gates with their criteria")
    n_scales = len(study.instrument.scored_scales)
    assert len(overview) == n_scales + 1 and len(overview[0]) == len(GATE_NAMES) + 1
    assert len(details) == n_scales * len(GATE_NAMES) + 1
    words = {"open", "with caution", "closed", "not tested"}
    assert {cell for row in overview[1:] for cell in row[1:]} == words
    assert "0.930" in details[1] and "CFI at least 0.95" in details[1]


def test_a_scale_without_a_gate_is_told_apart_from_one_not_tested(study: Fabricated):
    frame = study.models["gates"]
    first = study.instrument.scored_scales[0].id
    kept = frame[(frame["scale"] != first) | (frame["gate"] != "wave")]
    rows = table_about(part(with_models(study, gates=kept), "comparability"), "Gates of each scale")
    assert rows[1][rows[0].index("Same in rounds")] == "does not apply"


def test_models_in_two_levels_stand_beside_the_verdict_about_sites(study: Fabricated):
    rows = table_about(part(study, "comparability"), "Sites side by side")
    found = dict(zip(rows[0], rows[1], strict=True))
    assert found["Sites"] == "44" and found["Large enough"] == "41"
    assert found["ICC of the factor"] == "0.14 (0.09 to 0.19)"
    assert found["Other things between sites"] == "12%"
    assert found["Verdict"] in {"open", "with caution", "closed", "not tested"}


def test_without_gates_the_page_says_that_nothing_was_tested(study: Fabricated):
    shown = part(study.with_(models={}), "comparability")
    assert "was not tested" in shown.text
    assert not tables(shown)


@pytest.mark.parametrize("part_of_page", ["models", "invariance", "comparability"])
def test_sentences_are_plain(part_of_page):
    words = load_phrases("en").by_key.items()
    told = [text for key, text in words if key.startswith(f"{part_of_page}.") and text[-1] == "."]
    assert textstat.flesch_kincaid_grade(" ".join(told)) <= 8

"""A small questionnaire with every kind of question, and with signs that files trip over."""

from dataclasses import replace
from pathlib import Path

from pipeline.instrument import load_instrument
from pipeline.instrument.export import lay_out
from pipeline.instrument.export.questionnaire import (
    Answer,
    Choice,
    Counters,
    Grid,
    OpenText,
    Page,
    Questionnaire,
    Row,
    Ticks,
    WholeNumber,
)

ROOT = Path(__file__).parents[3]
SPECIMENS = ROOT.parent / "shared" / "specimens"

AWKWARD = 'Höfliche "Leute", die zuhören\nund fragen | oder schweigen'
AGREEMENT = (Answer(1, "No, never"), Answer(2, "Yes | always"))
SPECIAL = Answer(98, "Don't know", special=True)

EVERY_KIND = Questionnaire(
    instrument_id="small-example",
    version="1.2.0",
    form="tiny",
    form_title="Tiny form",
    answered_by="respondent",
    language="en",
    title="Every kind",
    citation="Somebody (2026). Every kind.",
    notes=("Under development.", "Translated by a machine."),
    remarks=("Under development.", "Translated by a machine."),
    translation="machine draft, not reviewed",
    phrases={
        "all_that_fit": "All that fit.",
        "at_most": "At most {number}.",
        "share_out": "Together {number}.",
        "total": "Together",
        "closing": "Thank you.",
    },
    pages=(
        Page("page01", "Start", "What this is about.", (OpenText("site", "Site", long=False),)),
        Page(
            "page02",
            "Statements",
            "",
            (
                Grid(
                    "grid01",
                    "Last year",
                    (Row("abc101", AWKWARD), Row("abc102", "Second")),
                    (*AGREEMENT, SPECIAL),
                ),
                Grid("grid02", "", (Row("abc103", "Third"),), AGREEMENT),
            ),
        ),
        Page(
            "page03",
            "Questions",
            "",
            (
                Counters("share", "Share out", (Row("sharea", "A"), Row("shareb", "B")), 10),
                Choice("role", "Role", (*AGREEMENT, SPECIAL)),
                Ticks("also", "Also", (Row("also_1", "One, or more"), Row("also_3", "3")), (1, 3)),
                Ticks("few", "Few", (Row("few_1", "X"), Row("few_2", "Y")), (1, 2), at_most=1),
                WholeNumber("people", "How many people?", 0, 500),
                WholeNumber("years", "How many years?", 1, None),
                OpenText("own", "Anything else?"),
            ),
        ),
    ),
)


def with_entries(*entries):
    """The small questionnaire with other questions on its second page."""
    first, second, _ = EVERY_KIND.pages
    return replace(EVERY_KIND, pages=(first, replace(second, entries=entries)))


def real_questionnaires():
    """Every form of the questionnaire that people fill in, in every language, by name."""
    instrument = load_instrument(str(ROOT / "instrument"))
    forms = [form for form in instrument.forms if not form.booklets]
    for form in forms:
        asked = instrument.form(form.id, form.optional_ids)
        for language in instrument.languages:
            yield f"{form.id}-{language}", lay_out(asked, form, language, {})

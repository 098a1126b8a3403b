"""A small questionnaire with every kind of entry and with signs that files stumble over."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from pipeline.instrument import load_instrument
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
    lay_out,
)

ROOT = Path(__file__).parents[3]
POINTS = (
    Answer(1, "No, never"),
    Answer(3, 'So "so"'),
    Answer(5, "Ja, größtenteils\n(zweite Zeile)"),
)
ROWS = (Row("x1", "one"), Row("x2", "two"))
NOT_APPLICABLE = Answer(97, "Does not apply", special=True)
PHRASES = {
    "closing": "Thank you.",
    "one_in_each_row": "One answer in each row.",
    "all_that_fit": "Tick all that fit.",
    "at_most": "Tick at most {number}.",
    "share_out": "Together the numbers must be {number}.",
    "whole_number": "Write a whole number.",
    "own_words": "In your own words.",
    "total": "Together",
}


def every_kind() -> Questionnaire:
    """Four pages, the middle two with one title."""
    statements = (Row("aaa101", "People listen; they act, too."), Row("aaa102", 'A "quoted" word'))
    more = (Row("bbb101", "Straße & Weg"), Row("bbb102", "Zeile eins\nZeile zwei"))
    return Questionnaire(
        instrument_id="tiny",
        version="0.1.0",
        form="long",
        form_title="Long form",
        answered_by="respondent",
        language="en",
        title="A tiny questionnaire",
        citation="Nobody (2026). A tiny questionnaire.",
        notes=("Development version.", "Entwurf, von einer Maschine übersetzt."),
        remarks=("Development version.", "Draft, translated by a machine."),
        translation="machine draft, not reviewed",
        phrases=PHRASES,
        pages=(
            Page("page01", "About", "Please read.", (OpenText("site", "Your site", long=False),)),
            Page(
                "page02",
                "Statements",
                "Think of last month.",
                (
                    Grid("grid01", "People here:", statements, POINTS),
                    Grid("grid02", "", more, (*POINTS, NOT_APPLICABLE)),
                ),
            ),
            Page("page03", "Statements", "", (Grid("grid03", "", (Row("ccc1", "x"),), POINTS),)),
            Page(
                "page04",
                "Questions, facts",
                "",
                (
                    Counters("sums", "Share out ten.", (Row("sumsa", "A"), Row("sumsb", "B")), 10),
                    Choice("role", "Which role, mainly?", (Answer(1, "User"), NOT_APPLICABLE)),
                    Ticks(
                        "also", "Which also?", (Row("also_1", "a, b"), Row("also_12", "c")), (1, 12)
                    ),
                    Ticks("few", "Which two?", (Row("few_1", "a"), Row("few_2", "b")), (1, 2), 2),
                    WholeNumber("years", "How many years?", 0, 99),
                    WholeNumber("money", "How much?", None, None),
                    OpenText("wish", "What do you wish for?"),
                ),
            ),
        ),
    )


def with_entries(*entries) -> Questionnaire:
    """The small questionnaire with other entries on its last page."""
    known = every_kind()
    page = replace(known.pages[-1], entries=entries)
    return replace(known, pages=(*known.pages[:-1], page))


@cache
def real_forms() -> tuple[Questionnaire, ...]:
    """Every form of the questionnaire in every language, with all that may be added to it."""
    instrument = load_instrument(ROOT / "instrument")
    return tuple(
        lay_out(instrument.form(form.id, form.optional_ids), form, language, {})
        for form in instrument.forms
        for language in instrument.languages
    )

"""How long a form takes: a planning figure from the words to read and the answers to give."""

from __future__ import annotations

from pipeline.instrument.export.questionnaire import (
    Choice,
    Counters,
    Entry,
    Grid,
    OpenText,
    Page,
    Questionnaire,
    Ticks,
)

WORDS_A_MINUTE = 180
"""A slow reader: adults read English non-fiction silently at 238 words a minute on average, most
between 175 and 300 (Brysbaert 2019, Journal of Memory and Language, 109, 104047)."""

SECONDS_TO_CHOOSE = 2.5
SECONDS_A_COUNTER_LINE = 6.0
SECONDS_FOR_OWN_WORDS = 45.0
SECONDS_FOR_A_SHORT_TEXT = 10.0
"""Seconds for an answer once its text is read. Assumed, to be replaced by times from the field."""


def minutes_to_answer(questionnaire: Questionnaire) -> float:
    """Minutes that a slow reader needs for a whole form.

    Reading time is the number of words divided by :data:`WORDS_A_MINUTE`; the labels of a grid
    are read once. Each answer adds a fixed time. Nobody has been timed: the figure serves to
    compare forms and to plan, and field data shall replace it.

    Parameters
    ----------
    questionnaire : Questionnaire
        The form as it is laid out in one language.
    """
    seconds = sum(_seconds_for_page(page) for page in questionnaire.pages)
    return (seconds + _seconds_to_read(*questionnaire.notes)) / 60


def _seconds_for_page(page: Page) -> float:
    return _seconds_to_read(page.title, page.intro) + sum(map(_seconds_for, page.entries))


def _seconds_for(entry: Entry) -> float:
    reading = _seconds_to_read(entry.text)
    if isinstance(entry, Grid | Ticks | Counters):
        reading += _seconds_to_read(*(row.text for row in entry.rows))
    if isinstance(entry, Grid | Choice):
        reading += _seconds_to_read(*(answer.label for answer in entry.answers))
    return reading + _seconds_to_answer(entry)


def _seconds_to_answer(entry: Entry) -> float:
    if isinstance(entry, Grid):
        return SECONDS_TO_CHOOSE * len(entry.rows)
    if isinstance(entry, Counters):
        return SECONDS_A_COUNTER_LINE * len(entry.rows)
    if isinstance(entry, OpenText):
        return SECONDS_FOR_OWN_WORDS if entry.long else SECONDS_FOR_A_SHORT_TEXT
    return SECONDS_TO_CHOOSE


def _seconds_to_read(*texts: str) -> float:
    return 60 * sum(len(text.split()) for text in texts) / WORDS_A_MINUTE

"""The questionnaire on paper, in normal and in large print, and the sheet to type it in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipeline.instrument.export.entry_sheet import (
    FORM_NUMBER,
    MOST_LISTED,
    ROWS_TO_FILL,
    entry_sheet,
)
from pipeline.instrument.export.platform import Exporter, PlatformFiles
from pipeline.instrument.export.printed import PHRASES, as_data
from pipeline.instrument.export.questionnaire import (
    Choice,
    Entry,
    Grid,
    Questionnaire,
    columns_of,
)
from pipeline.instrument.export.typesetting import letters_without_shape, typeset
from pipeline.problems import Problem

MOST_COLUMNS = 16_384
"""Columns of a spreadsheet."""

MOST_SIDE_BY_SIDE = 12
"""More answers beside a statement do not fit on a sheet of A4 with boxes that can be hit."""


def write(questionnaire: Questionnaire) -> PlatformFiles:
    """The form in two sizes of print, and the workbook to type the answers in."""
    data = as_data(questionnaire)
    return PlatformFiles(
        files={
            "questionnaire.pdf": typeset("questionnaire", data),
            "questionnaire_large_print.pdf": typeset("large_print", data),
            "data_entry.xlsx": entry_sheet(questionnaire),
        },
        columns={column: column for column in questionnaire.columns},
    )


def problems(questionnaire: Questionnaire) -> list[Problem]:
    """What cannot be printed or typed in."""
    return [
        *_phrases_lacking(questionnaire),
        *_column_problems(questionnaire),
        *(problem for entry in questionnaire.entries for problem in _answer_problems(entry)),
        *_letters_lacking(questionnaire),
    ]


def _phrases_lacking(questionnaire: Questionnaire) -> Iterator[Problem]:
    for name in PHRASES:
        if name not in questionnaire.phrases:
            cure = "the printed form says this of itself; add it to phrases.yaml"
            yield Problem("paper", cure, column=name)


def _column_problems(questionnaire: Questionnaire) -> Iterator[Problem]:
    used = Counter((FORM_NUMBER, *(name.casefold() for name in questionnaire.columns)))
    for name in dict.fromkeys(questionnaire.columns):
        if used[name.casefold()] > 1:
            cure = "two columns of the data entry sheet would have this name; rename one"
            yield Problem("paper", cure, column=name)
    if used.total() > MOST_COLUMNS:
        cure = f"{used.total()} columns, and a spreadsheet takes {MOST_COLUMNS}; use a shorter form"
        yield Problem("paper", cure)


def _answer_problems(entry: Entry) -> Iterator[Problem]:
    if not isinstance(entry, Grid | Choice):
        return
    name = columns_of(entry)[0]
    values = [answer.value for answer in entry.answers]
    for value, times in Counter(values).items():
        if times > 1:
            cure = f"two answers have the number {value}, so neither can be typed in; change one"
            yield Problem("paper", cure, column=name)
    if len(",".join(map(str, values))) > MOST_LISTED:
        cure = "has too many answers to be checked when they are typed in; offer fewer"
        yield Problem("paper", cure, column=name)
    if isinstance(entry, Grid) and len(values) > MOST_SIDE_BY_SIDE:
        cure = f"has {len(values)} answers side by side; at most {MOST_SIDE_BY_SIDE} fit on a sheet"
        yield Problem("paper", cure, column=name)


def _letters_lacking(questionnaire: Questionnaire) -> Iterator[Problem]:
    told = dict(_texts(questionnaire))
    for text, letters in letters_without_shape(told).items():
        cure = f"the typeface has no sign for {_named(letters)}; write it in another way"
        yield Problem("paper", cure, column=told[text])


def _named(letters: str) -> str:
    return ", ".join(f"U+{ord(letter):04X}" for letter in letters)


def _texts(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """Every text that is printed, and where it stands."""
    yield from ((text, "title") for text in (questionnaire.title, questionnaire.form_title))
    yield questionnaire.citation, "citation"
    yield from ((note, "notes") for note in questionnaire.notes)
    yield from ((text, name) for name, text in questionnaire.phrases.items() if name in PHRASES)
    for page in questionnaire.pages:
        yield from ((text, page.code) for text in (page.title, page.intro))
        for entry in page.entries:
            yield from _texts_of(entry)


def _texts_of(entry: Entry) -> Iterator[tuple[str, str]]:
    columns = columns_of(entry)
    yield entry.text, columns[0]
    if isinstance(entry, Grid | Choice):
        yield from ((answer.label, columns[0]) for answer in entry.answers)
    if not isinstance(entry, Choice):
        yield from ((row.text, row.column) for row in getattr(entry, "rows", ()))


PAPER = Exporter(
    name="paper",
    title="paper",
    write=write,
    problems=problems,
    steps=(
        "Print `questionnaire.pdf` on A4 at 100 percent, black on white, one side or both. Print "
        "`questionnaire_large_print.pdf` for everyone who would rather have large print; have "
        "some ready at every site without being asked.",
        "Fasten the sheets of a form together. Write a number on the first page of each form "
        "before it is given out: 1, 2, 3 and so on through the whole study, never a name. Keep "
        "no list of who was given which number.",
        "Write the name of the site on the first page yourself, so that all forms of a site carry "
        "the same one. It has to be spelt as in the list of sites of the study.",
        "Give the form out with an envelope. Offer to have it read aloud, by a person who has no "
        "part in the work, and offer an interpreter. A reader reads every statement and every "
        "answer as it is printed, explains nothing, and crosses what is said. Where the form asks "
        "whether somebody helped, that is crossed too.",
        "Collect the forms in closed envelopes, or in a closed box. Nobody from the site opens "
        "them. Keep them locked away until they are typed in, and for as long as the rules of "
        "your study say.",
        "Type the forms into the sheet `answers` of `data_entry.xlsx`, one row a form. The small "
        "grey signs on the form are for this: at the edge the column, beside the answers the "
        "number to type. A crossed box of a list with several answers is a 1. Leave the cell "
        "empty where nothing is crossed or written. The sheet `codes` explains every column.",
        "Have a second person type all forms into a second copy of the workbook. Sort both copies "
        "by `form_number`, compare them cell by cell, and look up every difference on the paper. "
        "Only the copy put right goes on; note how many cells differed.",
        "Save the sheet `answers` of that copy as CSV UTF-8, or delete the sheet `codes`: the "
        "pipeline reads files with one sheet of answers only.",
        "Put the file beside the exports of the survey platforms and list it in the configuration "
        "of the study, with `platform: generic` and `site_column: site`. Its headings are the "
        "names of the answers, so no mapping is needed.",
    ),
    by_hand=(
        "Two crosses for one statement, a cross between two boxes or a word beside it: leave the "
        "cell empty and write the form number and the column into your log. Do not guess.",
        "A filled box with a cross beside it is a mistake put right: type the crossed one.",
        "Counters that do not add up: type what is written, and do not put it right. The sheet "
        "checks each number, not the sum.",
        "More crosses than were asked for: type all of them.",
        "Names of people in open answers: type `[name]` in their place.",
        "The sheet warns about a number that cannot be right only while it is typed; pasting goes "
        f"past the check. The check reaches the first {ROWS_TO_FILL} forms.",
    ),
    tested=(
        "Both PDFs hold every answer column and every answer that it offers exactly once, and no "
        "other. They were set with the checks for PDF/UA-1 (readable with a screen reader) of "
        "Typst.",
        "The workbook was read back: one heading row, every answer column once, and a check for "
        "each column that takes a number. Rows typed under its headings and saved as CSV were "
        "read by this pipeline.",
    ),
    untested=(
        "Printing on paper, copying, and filling in by hand have not been tried with respondents.",
        "The PDFs are for printing: boxes cannot be ticked on a screen, and they were not read "
        "with a screen reader. Use one of the survey platforms for that.",
        "Opening the workbook in Excel or LibreOffice was not part of the tests.",
    ),
)

"""LimeSurvey: the structure of a survey as tab-separated text.

The importer of LimeSurvey answers that all is well while it drops long answer codes and renames
questions. So every code that it would change is refused here.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from io import StringIO

from pipeline.instrument.export.platform import Exporter, PlatformFiles
from pipeline.instrument.export.questionnaire import (
    Choice,
    Counters,
    Entry,
    Grid,
    OpenText,
    Page,
    Questionnaire,
    Row,
    Ticks,
    WholeNumber,
)
from pipeline.instrument.export.wording import (
    code_of,
    forbidden_sign,
    in_lines,
    instruction,
    prompt_of,
    wording_problems,
)
from pipeline.problems import Problem

NAME = "limesurvey"
HEADINGS = (
    *("id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language"),
    *("validation", "mandatory", "other", "default", "same_default"),
    *("equals_num_value", "max_answers", "max_num_value_n", "min_num_value_n"),
    *("num_value_int_only", "value_range_allows_missing"),
)
SETTINGS = {
    "sid": "123456",
    "format": "G",
    "datestamp": "Y",
    "savetimings": "N",
    "ipaddr": "N",
    "refurl": "N",
    "anonymized": "Y",
    "allowprev": "Y",
    "showwelcome": "Y",
    "showgroupinfo": "B",
    "showqnumcode": "X",
    "showxquestions": "N",
}
"""One page a group, no addresses of respondents, dates kept so that finished answers are known."""
NOTES_CODE = "notes"
LONGEST_CODE = 20
LONGEST_ANSWER_CODE = 5
TICKED = "Y"
RESERVED = frozenset(
    {
        *("lang", "sid", "gid", "qid", "sgq", "savedid", "token", "self", "that", "this"),
        *("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"),
        *("ipaddr", "refurl"),
    }
)
"""Words of its formulas, and headings of what it exports about a response."""
RESERVED_BELOW = frozenset({"other", "comment", "time"})
"""Words that a sub-question may not have as its code."""
EXPRESSION = re.compile(r"\{")
BACKSLASH = re.compile(r"\\")
END_OF_DATA = re.compile(r"\]\]>")
IN_QUOTES = re.compile(r'".*"')

Line = dict[str, str]


def write(questionnaire: Questionnaire) -> PlatformFiles:
    """The structure of a survey with one group of questions a page."""
    text = StringIO()
    writer = csv.DictWriter(
        text, HEADINGS, restval="", delimiter="\t", quoting=csv.QUOTE_MINIMAL, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(_lines(questionnaire))
    ticks = {
        row.column: {1: TICKED, 0: ""}
        for entry in questionnaire.entries
        if isinstance(entry, Ticks)
        for row in entry.rows
    }
    return PlatformFiles(
        {"survey_structure.txt": text.getvalue().encode("utf-8-sig")},
        _columns(questionnaire),
        ticks,
    )


def problems(questionnaire: Questionnaire) -> list[Problem]:
    """Codes and texts that LimeSurvey refuses, changes or drops, most of them without a word."""
    return [
        *wording_problems(questionnaire, NAME),
        *forbidden_sign(questionnaire, NAME, EXPRESSION, "starts a formula"),
        *forbidden_sign(questionnaire, NAME, BACKSLASH, "may swallow the sign after it"),
        *forbidden_sign(questionnaire, NAME, END_OF_DATA, "would end the text there"),
        *_quotation_problems(questionnaire),
        *_question_code_problems(questionnaire),
        *(p for entry in questionnaire.entries for p in _subquestion_code_problems(entry)),
        *(p for entry in questionnaire.entries for p in _answer_code_problems(entry)),
    ]


def _lines(questionnaire: Questionnaire) -> Iterator[Line]:
    language = questionnaire.language
    for name, value in (SETTINGS | {"language": language}).items():
        yield {"class": "S", "name": name, "text": value}
    for name, text in _survey_texts(questionnaire).items():
        yield {"class": "SL", "name": name, "text": text, "language": language}
    for number, page in enumerate(questionnaire.pages, start=1):
        for line in _page_lines(page, number, questionnaire):
            yield {**line, "language": language}


def _survey_texts(questionnaire: Questionnaire) -> dict[str, str]:
    closing = questionnaire.phrases.get("closing", "")
    return {
        "surveyls_title": questionnaire.title,
        "surveyls_welcometext": in_lines(*questionnaire.notes),
        "surveyls_endtext": in_lines(closing, questionnaire.citation),
    }


def _page_lines(page: Page, number: int, questionnaire: Questionnaire) -> Iterator[Line]:
    yield {
        "class": "G",
        "type/scale": str(number),
        "name": page.title,
        "relevance": "1",
        "text": in_lines(page.intro),
    }
    if number == 1 and questionnaire.notes:
        yield _question("X", NOTES_CODE, in_lines(*questionnaire.notes))
    for entry in page.entries:
        yield from _entry_lines(entry, questionnaire)


def _entry_lines(entry: Entry, questionnaire: Questionnaire) -> Iterator[Line]:
    """The question, its sub-questions and its answers."""
    text = prompt_of(entry, questionnaire) if isinstance(entry, Grid) else entry.text
    yield {
        **_question(_type_of(entry), code_of(entry), in_lines(text)),
        "help": in_lines(instruction(entry, questionnaire)),
        "mandatory": "N",
        "other": "N",
        **_attributes(entry),
    }
    for code, words in _subquestions(entry).items():
        line = {"class": "SQ", "type/scale": "0", "name": code, "relevance": "1"}
        yield line | {"text": in_lines(words)}
    for answer in entry.answers if isinstance(entry, Grid | Choice) else ():
        label = in_lines(answer.label)
        yield {"class": "A", "type/scale": "0", "name": str(answer.value), "text": label}


def _question(kind: str, code: str, text: str) -> Line:
    return {"class": "Q", "type/scale": kind, "name": code, "relevance": "1", "text": text}


def _type_of(entry: Entry) -> str:
    """The letter of a type: array, list, ticks, several numbers, number, long or short text."""
    if isinstance(entry, OpenText):
        return "T" if entry.long else "S"
    return {Grid: "F", Choice: "L", Ticks: "M", Counters: "K", WholeNumber: "N"}[type(entry)]


def _attributes(entry: Entry) -> Mapping[str, str]:
    """What is checked while people answer; a sum may also be left out altogether."""
    if isinstance(entry, Ticks):
        return {"max_answers": str(entry.at_most)} if entry.at_most else {}
    if isinstance(entry, Counters):
        return {
            "equals_num_value": str(entry.total),
            "min_num_value_n": "0",
            "num_value_int_only": "1",
            "value_range_allows_missing": "1",
        }
    if isinstance(entry, WholeNumber):
        limits = {"min_num_value_n": entry.lowest, "max_num_value_n": entry.highest}
        known = {name: str(limit) for name, limit in limits.items() if limit is not None}
        return {"num_value_int_only": "1", **known}
    return {}


def _subquestions(entry: Entry) -> dict[str, str]:
    """Text by code: the answer column of a row, the number of a box to tick."""
    return {code: row.text for code, row in _numbered_rows(entry)}


def _numbered_rows(entry: Entry) -> Iterator[tuple[str, Row]]:
    if isinstance(entry, Ticks):
        yield from zip(map(str, entry.values), entry.rows, strict=True)
    elif isinstance(entry, Grid | Counters):
        yield from ((row.column, row) for row in entry.rows)


def _columns(questionnaire: Questionnaire) -> dict[str, str]:
    columns: dict[str, str] = {}
    for entry in questionnaire.entries:
        if isinstance(entry, Grid | Ticks | Counters):
            codes = _numbered_rows(entry)
            columns |= {row.column: f"{entry.code}[{code}]" for code, row in codes}
        else:
            columns[entry.column] = entry.column
    return columns


def _quotation_problems(questionnaire: Questionnaire) -> Iterator[Problem]:
    """Cells whose outer quotation marks the importer takes for those of a spreadsheet program."""
    place = ""
    for line in _lines(questionnaire):
        place = place if line["class"] in {"SQ", "A"} else line["name"]
        for cell in line.values():
            if IN_QUOTES.fullmatch(cell):
                cure = f"LimeSurvey drops the first and the last sign of {cell}; write it otherwise"
                yield Problem(NAME, cure, column=place)


def _question_code_problems(questionnaire: Questionnaire) -> Iterator[Problem]:
    notes = [NOTES_CODE] if questionnaire.notes else []
    codes = notes + [code_of(entry) for entry in questionnaire.entries]
    for code in dict.fromkeys(codes):
        yield from _code_problems(code, code, RESERVED)
        if not re.match(r"[A-Za-z]", code):
            cure = "LimeSurvey puts a q before a code that starts with no letter; start with one"
            yield Problem(NAME, cure, column=code)
    yield from _collisions([(code, code) for code in codes])


def _subquestion_code_problems(entry: Entry) -> Iterator[Problem]:
    rows = [(code, row.column) for code, row in _numbered_rows(entry)]
    for code, place in rows:
        yield from _code_problems(code, place, RESERVED_BELOW)
    yield from _collisions(rows)


def _code_problems(code: str, place: str, reserved: Collection[str]) -> Iterator[Problem]:
    if not re.fullmatch(r"[A-Za-z0-9]+", code):
        cure = f"LimeSurvey deletes signs from the code '{code}'; use letters and digits only"
        yield Problem(NAME, cure, column=place)
    if code.lower() in reserved:
        yield Problem(NAME, "LimeSurvey keeps this name for itself; rename it", column=place)
    if len(code) > LONGEST_CODE:
        cure = f"a code has at most {LONGEST_CODE} characters; shorten this one"
        yield Problem(NAME, cure, column=place)


def _collisions(codes: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    """Codes, each with its place, that are the same once case and signs are gone."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for code, place in codes:
        alike.setdefault(re.sub(r"[^a-z0-9]", "", code.lower()), []).append((code, place))
    for (first, _), *others in alike.values():
        for code, place in others:
            cure = f"LimeSurvey takes '{first}' and '{code}' for one code; change one of them"
            yield Problem(NAME, cure, column=place)


def _answer_code_problems(entry: Entry) -> Iterator[Problem]:
    values = [answer.value for answer in entry.answers] if isinstance(entry, Grid | Choice) else []
    for value, times in Counter(values).items():
        if value < 0:
            cure = f"LimeSurvey drops answer {value} for its minus sign; give it another number"
            yield Problem(NAME, cure, column=code_of(entry))
        elif len(str(value)) > LONGEST_ANSWER_CODE:
            cure = (
                f"LimeSurvey drops every answer of a question when a number such as {value} has "
                f"more than {LONGEST_ANSWER_CODE} digits; give it a shorter one"
            )
            yield Problem(NAME, cure, column=code_of(entry))
        if times > 1:
            cure = f"two answers have the number {value}; change one"
            yield Problem(NAME, cure, column=code_of(entry))


LIMESURVEY = Exporter(
    name=NAME,
    title="LimeSurvey",
    write=write,
    problems=problems,
    steps=(
        "Create a survey, choose 'Import', and give it `survey_structure.txt`. Do not open the "
        "file in a spreadsheet program first: it changes codes and quotation marks.",
        "LimeSurvey answers that the import succeeded even when it lost something. So compare: the "
        "codes of all questions, sub-questions and answers must be the ones in `name_map.csv`.",
        "Set up what the file cannot say (next section).",
        "Answer the survey yourself from the first page to the last, once with every kind of "
        "answer, export these test answers, and delete them before the first real one.",
        "Activate the survey. Keep date stamps switched on: without them every finished answer "
        "carries the same date of 1980.",
        "For the pipeline, export the responses as CSV with 'Question code' as headings and "
        "'Answer codes' as answers, complete and incomplete ones. With full answers LimeSurvey "
        "writes 'No' for boxes on pages that were never seen. Keep `name_map.csv` beside the "
        "export.",
    ),
    by_hand=(
        "Other languages: one file holds one language. Add the language to the survey and put in "
        "the texts from `name_map.csv`, or import one survey for each language.",
        "The name and address of whoever runs the survey, the data policy and the consent.",
        "The site: respondents type its name or code. You can put it into the link instead and "
        "hide the question.",
        "Participant lists, invitations, random order, and how long answers are kept.",
        "Nothing is mandatory, because respondents may leave out any question. Leave it so.",
    ),
    tested=(
        "Every code against the damage that the importer of LimeSurvey 6.4.2 does without a word: "
        "an imitation of that damage, written from a run of the real program with another survey, "
        "leaves this file unchanged.",
        "The columns and the order of rows against a structure file that LimeSurvey 6.4.2 imported "
        "whole, with lists, ticks, arrays, text and numbers.",
    ),
    untested=(
        "This file itself was not imported into LimeSurvey.",
        "The text display with the notes, and the settings for the most ticks, for the range of a "
        "number and for the sum of the constant-sum questions: their names are those of "
        "LimeSurvey's own structure files, but they were not seen at work. Try them: a sum other "
        "than the one asked for should be refused, and no answer at all should be accepted.",
        "How the pages look on a screen, on a phone and with a screen reader.",
    ),
)

"""What LimeSurvey 6.4.2 makes of a survey structure: an imitation of the damage it does silently.

The rules for codes were found by importing small structures into the real program and reading
back the codes; the program answered each time that the import had succeeded. The rule for
quotation marks was read in the source of its importer.
"""

import csv
import re
from dataclasses import dataclass, field
from io import StringIO

LONGEST_CODE = 20
LONGEST_ANSWER_CODE = 5


class DatabaseError(Exception):
    """The one fault that LimeSurvey tells: a question code that does not fit its column."""


@dataclass
class Question:
    kind: str
    code: str
    text: str
    group: str
    help: str = ""
    attributes: dict = field(default_factory=dict)
    subquestions: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)


@dataclass
class Survey:
    settings: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)
    groups: list = field(default_factory=list)
    questions: list = field(default_factory=list)

    @property
    def headings(self):
        """The headings of the answers in an export by question code."""
        for question in self.questions:
            below = [f"{question.code}[{code}]" for code in question.subquestions]
            yield from below or [question.code]


def rows_of(content):
    """The rows of a structure file, each as a mapping by heading."""
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline=""), delimiter="\t"))


def as_written(content, language):
    """The survey that the file asks for."""
    return _read(rows_of(content), language)


def as_imported(content, language):
    """The survey that LimeSurvey makes of the file."""
    unquoted = [
        {heading: _without_outer_quotes(cell or "") for heading, cell in row.items()}
        for row in rows_of(content)
    ]
    survey = _read(unquoted, language)
    survey.questions = list(_kept(survey.questions))
    for question in survey.questions:
        question.answers = _kept_answers(question.answers)
    return survey


def _without_outer_quotes(cell):
    return cell[1:-1].replace('""', '"') if re.fullmatch('".*"', cell) else cell


def _read(rows, language):
    survey = Survey()
    for row in rows:
        if row["class"] == "S":
            survey.settings[row["name"]] = row["text"]
        elif row["language"] != language:
            continue
        elif row["class"] == "SL":
            survey.texts[row["name"]] = row["text"]
        elif row["class"] == "G":
            survey.groups.append((row["name"], row["text"]))
        elif row["class"] == "Q":
            survey.questions.append(_question(row, survey.groups[-1][0]))
        elif row["class"] == "SQ":
            survey.questions[-1].subquestions[row["name"]] = row["text"]
        elif row["class"] == "A":
            survey.questions[-1].answers[row["name"]] = row["text"]
    return survey


def _question(row, group):
    known = {"id", "related_id", "class", "type/scale", "name", "relevance", "text", "help"}
    known |= {"language", "validation", "mandatory", "other", "default", "same_default"}
    attributes = {name: cell for name, cell in row.items() if cell and name not in known}
    return Question(
        row["type/scale"], row["name"], row["text"], group, row["help"] or "", attributes
    )


def _kept(questions):
    """Signs deleted, a q before a digit, equal codes merged, codes that meet renamed."""
    written, used = {}, {}
    for question in questions:
        if len(question.code) > LONGEST_CODE:
            raise DatabaseError(question.code)
        if question.code in written:
            written[question.code].subquestions |= question.subquestions
            written[question.code].answers |= question.answers
            continue
        written[question.code] = question
        code = re.sub(r"[^A-Za-z0-9]", "", question.code)
        code = f"q{code}" if re.match(r"\d", code) else code
        if code.lower() in used:
            code = f"r{len(used)}q0"
        used[code.lower()] = question
        question.code = code
        yield question


def _kept_answers(answers):
    if any(len(code) > LONGEST_ANSWER_CODE for code in answers):
        return {}
    return {code: label for code, label in answers.items() if "-" not in code}

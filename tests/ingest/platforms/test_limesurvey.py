"""LimeSurvey: every way of heading columns, answers by code and by text, and its definitions."""

import csv
import json

import pytest
import xlsxwriter
from pandas.testing import assert_frame_equal

from pipeline.ingest import ScreeningRules, ingest_exports
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms.limesurvey import read, signature
from pipeline.ingest.platforms.limesurvey_definition import read_definition
from pipeline.ingest.platforms.limesurvey_headings import split_label, split_wording
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.source import ExportSource
from pipeline.problems import InputError
from tests.ingest.layouts import INSTRUMENT, LABELS, PEOPLE, limesurvey_rows

START, END = "2026-03-01 10:00:00", "2026-03-01 10:05:00"
RECORD = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp")
ENGLISH = (
    *("Response ID", "Date submitted", "Last page", "Start language", "Seed"),
    *("Date started", "Date last action"),
)
SPANISH = (
    *("ID de respuesta", "Fecha de envío", "Última página", "Lenguaje inicial", "Semilla"),
    *("Fecha de inicio", "Fecha de la última acción"),
)
UNKNOWN = ("Uno", "Dos", "Tres", "Quattro", "Cinque", "Sei", "Sette")
CODES = ("role", "role[other]", "ways[a]", "ways[b]", "prac[lead1]", "prac[lead2]")
TEXTS = (
    *("Your role", "Your role [Other]", "How? [Meetings]", "How? [Online]"),
    *("Leaders [They listen]", "Leaders [They [often] ask]"),
)
QUESTIONS = ("Your role", "Your role", "How?", "How?", "Leaders", "Leaders")
PARTS = ((), ("Other",), ("Meetings",), ("Online",), ("They listen",), ("They [often] ask",))
SHORT = (
    ("1", END, "2", "en", "123456789", START, END, "su", "", "Y", "", "5", "4"),
    ("2", "", "1", "de", "223456789", START, END, "-oth-", "Carer", "", "", "", ""),
)
LONG = (
    ("1", END, "2", "en", "123456789", START, END, "User", "", "Yes", "No", "Agree", "Rather"),
    ("2", "", "1", "de", "223456789", START, END, "Other", "Carer", "No", "No", "", ""),
)


def write(path, headings, rows=SHORT, delimiter=",", encoding="utf-8-sig"):
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([headings, *rows])
    return path


def read_back(path, definition=None):
    return read(read_sheet(path), ExportSource(path, None, definition=definition))


def cells_of(raw):
    return raw.cells.astype(str).to_numpy().tolist()


def codes_of(raw):
    return [(column.code, column.subcode) for column in raw.questions]


def wordings_of(raw):
    return [(column.question, column.part) for column in raw.questions]


@pytest.fixture
def export(tmp_path):
    def run(headings, rows=SHORT, definition=None, **options):
        return read_back(write(tmp_path / "export.csv", headings, rows, **options), definition)

    return run


CODE_PAIRS = [
    ("role", None),
    ("role", "other"),
    ("ways", "a"),
    ("ways", "b"),
    ("prac", "lead1"),
    ("prac", "lead2"),
]


# ------------------------------------------------------------------------------------- headings


@pytest.mark.parametrize("delimiter", (",", ";", "\t"))
def test_codes_as_headings_are_read(export, delimiter):
    raw = export([*RECORD, *CODES], delimiter=delimiter)
    assert codes_of(raw) == CODE_PAIRS
    assert cells_of(raw) == [list(row) for row in SHORT]
    assert raw.layout == "codes as headings, answers as codes"


@pytest.mark.parametrize("separator", (". ", "._.", ": ", " - ", " | "))
def test_codes_are_told_from_the_texts_behind_them(export, separator):
    coded = zip([*RECORD, *CODES], [*ENGLISH, *TEXTS], strict=True)
    raw = export([f"{code}{separator}{text}" for code, text in coded])
    assert codes_of(raw) == CODE_PAIRS
    assert wordings_of(raw) == [((q,), p) for q, p in zip(QUESTIONS, PARTS, strict=True)]
    assert raw.record["response_id"].tolist() == ["1", "2"]
    assert raw.layout == "codes with question texts as headings, answers as codes"


@pytest.mark.parametrize("words", (ENGLISH, SPANISH, UNKNOWN))
def test_question_texts_as_headings_are_read_in_any_language(export, words):
    raw = export([*words, *TEXTS])
    assert len(raw.questions) == len(TEXTS)
    assert wordings_of(raw) == [((q,), p) for q, p in zip(QUESTIONS, PARTS, strict=True)]
    assert raw.record["finished"].tolist() == [True, False]
    assert raw.record["seconds"].tolist() == [300.0, 300.0]
    assert raw.record["language"].tolist() == ["en", "de"]
    assert raw.record["day"].tolist() == ["2026-03-01", "2026-03-01"]


def test_spaces_that_were_exported_as_underscores_come_back(export):
    raw = export([text.replace(" ", "_") for text in (*ENGLISH, *TEXTS)])
    assert wordings_of(raw)[2] == (("How?",), ("Meetings",))
    assert len(raw.questions) == len(TEXTS)


def test_codes_with_underscores_are_read_like_those_with_brackets(export):
    headings = [code.replace("[", "_").rstrip("]") for code in CODES]
    raw = export([*RECORD, *headings])
    assert codes_of(raw) == CODE_PAIRS
    assert raw.questions[2].other_names == ("ways[a]",)


def test_a_shortened_heading_tells_no_question(export):
    texts = ["Your role", "Your role [Other]", "How do you take..  [Meetings]"]
    texts += ["How do you take..  [Online]", "Leaders [They lis.. ]", "Leaders of a lo.."]
    raw = export([*ENGLISH, *texts])
    assert wordings_of(raw)[2] == ((), ("Meetings",))
    assert wordings_of(raw)[4:] == [((), ()), ((), ())]
    assert [code for code, _ in codes_of(raw)[4:]] == [None, None]
    assert raw.layout.startswith("shortened question texts")
    assert any(": 2;" in note for note in raw.notes)


def test_a_text_that_ends_in_three_dots_is_not_shortened(export):
    raw = export([*ENGLISH, *TEXTS[:-1], "In short..."])
    assert raw.questions[-1].question == ("In short...",)


def test_the_same_heading_twice_stays_two_columns_of_the_same_wording(export):
    raw = export([*ENGLISH, *TEXTS[:4], "Again", "Again.1"])
    assert wordings_of(raw)[4:] == [(("Again",), ()), (("Again",), ())]


def test_a_column_that_counts_the_rows_comes_first_where_a_program_put_it(export):
    coded = zip(CODES, TEXTS, strict=True)
    headings = ["", *(f"{code}. {text}" for code, text in coded)]
    raw = export(headings, [(str(n), *row[7:]) for n, row in enumerate(LONG)])
    assert codes_of(raw) == CODE_PAIRS
    assert raw.columns[0].is_record
    assert raw.record["response_id"].isna().all()


def test_texts_above_the_codes_are_the_questions(export):
    codes = [*RECORD[:5], *(code.replace("[", "_").rstrip("]") for code in CODES)]
    rows = [(*row[:5], *row[7:]) for row in SHORT]
    unseen = tuple(cell or "{question_not_shown}" for cell in rows[1])
    raw = export([*ENGLISH[:5], *TEXTS], [codes, rows[0], unseen], delimiter="\t")
    assert codes_of(raw) == CODE_PAIRS
    assert raw.questions[2].question == ("How? [Meetings]",)
    assert raw.cells.index.tolist() == [3, 4]
    assert raw.blank_texts == {"{question_not_shown}"}
    assert raw.layout == "VV, question texts above codes"


def test_the_number_of_a_response_may_be_all_that_is_told_of_it(export):
    raw = export([ENGLISH[0], *TEXTS], [(row[0], *row[7:]) for row in SHORT])
    assert len(raw.questions) == len(TEXTS)
    assert raw.record["response_id"].tolist() == ["1", "2"]


def test_an_empty_question_text_is_still_a_question(export):
    raw = export([*ENGLISH, *TEXTS[:4], "", " [Other]"])
    assert len(raw.questions) == len(TEXTS)
    assert wordings_of(raw)[5] == ((), ("Other",))


@pytest.mark.parametrize(
    ("heading", "code", "subcode"),
    [
        ("scale[r1][1]", "scale", "r1_1"),
        ("scale[r1][2]", "scale", "r1_2"),
        ("scale[r1]#0", "scale", "r1_1"),
        ("table[r1_c2]", "table", "r1_c2"),
        ("rank[1]", "rank", "1"),
        ("upload[filecount]", "upload", "filecount"),
    ],
)
def test_headings_of_every_kind_of_question_are_taken_apart(export, heading, code, subcode):
    raw = export([*RECORD, *CODES[:-1], heading])
    assert codes_of(raw)[-1] == (code, subcode)


@pytest.mark.parametrize(
    ("text", "question", "part"),
    [
        ("Question [row]", "Question", "row"),
        ("Question [row][column]", "Question", "row column"),
        ("Question [please] [row]", "Question [please]", "row"),
        ("Question [a [b] c]", "Question", "a [b] c"),
        ("Question []", "Question", ""),
        ("Question", "Question", ""),
        ("[row only]", "", "row only"),
        ("Odd ] bracket [row]", "Odd ] bracket", "row"),
    ],
)
def test_a_wording_is_split_into_question_and_part(text, question, part):
    assert split_wording(text) == (question, part)


def test_a_label_may_have_its_part_in_front_or_behind():
    assert split_label("[They listen] Leaders") == ("Leaders", "They listen")
    assert split_label("Leaders [They listen]") == ("Leaders", "They listen")
    assert split_label("[row][scale] Leaders") == ("Leaders", "row scale")


def test_the_texts_at_the_ends_of_a_slider_may_be_left_out(export):
    raw = export([*ENGLISH, *TEXTS[:-1], "How much [Tea:|none|a lot]"])
    assert raw.questions[-1].part == ("Tea:|none|a lot", "Tea:")


# ------------------------------------------------------------------------- about the response


def test_what_describes_the_response_is_no_question(export):
    before = [*RECORD, "ipaddr", "refurl", "token"]
    behind = ["firstname", "attribute_1", "interviewtime", "groupTime12", "roleTime"]
    rows = [
        (*row[:7], "192.0.2.7", "https://example.org", "t0ken", *row[7:], "Ada", "x", *times)
        for row, times in zip(SHORT, [("61.5", "20", "9"), ("", "", "")], strict=True)
    ]
    raw = export([*before, *CODES, *behind], rows)
    assert codes_of(raw) == CODE_PAIRS
    personal = {column.heading for column in raw.columns if column.is_personal}
    assert personal == {"ipaddr", "refurl", "token", "firstname", "attribute_1", "role[other]"}
    assert raw.record["seconds"].fillna(-1).tolist() == [61.5, -1]


def test_times_are_known_by_their_words(export):
    times = ["Total time", "Group time: About you", "Question time: role"]
    raw = export([*ENGLISH, *TEXTS, *times], [(*row, "60.5", "30", "10") for row in SHORT])
    assert len(raw.questions) == len(TEXTS)
    assert raw.record["seconds"].tolist() == [60.5, 60.5]


def test_a_question_may_be_called_like_a_detail_of_participants(export):
    raw = export([*RECORD, *CODES[:-1], "email"])
    assert raw.questions[-1].code == "email"


def test_columns_about_the_response_may_be_missing(export):
    raw = export(["id", "lastpage", *CODES], [(row[0], row[2], *row[7:]) for row in SHORT])
    assert codes_of(raw) == CODE_PAIRS
    assert raw.record["finished"].isna().all()
    assert raw.record["day"].isna().all()


def test_a_response_without_a_date_of_its_own_is_finished(export):
    undated = "1980-01-01 00:00:00"
    rows = [(row[0], undated if row[1] else "", *row[2:4], *row[7:]) for row in SHORT]
    raw = export([*RECORD[:4], *CODES], rows)
    assert raw.record["finished"].tolist() == [True, False]
    assert raw.record["day"].isna().all()


def test_a_date_of_submission_filled_in_later_finishes_nothing(export):
    late = (SHORT[1][0], "2026-11-22 01:19:14", *SHORT[1][2:])
    raw = export([*RECORD, *CODES], [SHORT[0], late])
    assert raw.record["finished"].tolist() == [True, False]
    assert raw.record["day"].tolist() == ["2026-03-01", "2026-03-01"]
    assert any("afterwards: 1;" in note for note in raw.notes)


def test_a_late_date_alone_does_not_make_a_response_unfinished(export):
    late = (SHORT[0][0], "2026-11-22 01:19:14", *SHORT[0][2:])
    raw = export([*RECORD, *CODES], [late, SHORT[1]])
    assert raw.record["finished"].tolist() == [True, False]


def test_dates_that_a_spreadsheet_wrote_are_read(export):
    start, end = "13.03.2026 10:00", "13.03.2026 10:05"
    rows = [(*row[:1], row[1] and end, *row[2:5], start, end, *row[7:]) for row in SHORT]
    raw = export([*RECORD, *CODES], rows, delimiter=";")
    assert raw.record["day"].tolist() == ["2026-03-13"] * 2
    assert raw.record["seconds"].tolist() == [300.0] * 2


def test_dates_that_could_be_two_days_are_left_out_and_said(export):
    start, end = "03/04/2026 10:00", "03/04/2026 10:05"
    rows = [(*row[:1], row[1] and end, *row[2:5], start, end, *row[7:]) for row in SHORT]
    raw = export([*RECORD, *CODES], rows)
    assert raw.record["day"].isna().all()
    assert any("day or month" in note for note in raw.notes)


# -------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize(("yes", "no"), (("Yes", "No"), ("Ja", "Nein"), ("Oui", "Non")))
def test_yes_and_no_in_boxes_are_known_in_other_languages(export, yes, no):
    rows = [tuple({"Yes": yes, "No": no}.get(cell, cell) for cell in row) for row in LONG]
    raw = export([*RECORD, *CODES], rows)
    assert raw.questions[2].labels == {yes: ("Yes",), no: ("No",)}
    assert raw.questions[4].labels == {}
    assert raw.layout.endswith("answers as texts")


def test_boxes_that_were_never_shown_are_blank(export):
    unseen = (*LONG[1][:9], "N/A", "N/A", *LONG[1][11:])
    raw = export([*RECORD, *CODES], [LONG[0], unseen])
    assert raw.blank_texts == {"N/A"}
    assert raw.questions[2].labels == {"Yes": ("Yes",)}


def test_not_applicable_may_be_an_answer_of_another_question(export):
    unseen = (*LONG[1][:9], "N/A", "N/A", "N/A", "Agree")
    assert export([*RECORD, *CODES], [LONG[0], unseen]).blank_texts == frozenset()


def test_a_workbook_doubles_the_sign_in_front_of_a_formula(tmp_path):
    path = tmp_path / "results.xlsx"
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    sheet = book.add_worksheet("A survey")
    rows = [[*RECORD, *CODES], [*SHORT[0][:8], "==SUM(A1)", *SHORT[0][9:]], SHORT[1]]
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, list(row))
    book.close()
    raw = read_back(path)
    assert raw.cells[9].tolist() == ["=SUM(A1)", "Carer"]
    assert codes_of(raw) == CODE_PAIRS


def test_a_text_file_keeps_two_signs(export):
    row = (*SHORT[0][:8], "==SUM(A1)", *SHORT[0][9:])
    assert export([*RECORD, *CODES], [row]).cells[9].tolist() == ["==SUM(A1)"]


def test_json_holds_the_same_as_text(tmp_path, export):
    path = tmp_path / "responses.json"
    responses = [dict(zip([*RECORD, *CODES], row, strict=True)) for row in SHORT]
    path.write_text(json.dumps({"responses": responses}), encoding="utf-8")
    raw, plain = read_back(path), export([*RECORD, *CODES])
    assert cells_of(raw) == cells_of(plain)
    assert codes_of(raw) == codes_of(plain)


# ------------------------------------------------------------------------------------ detection


@pytest.mark.parametrize("words", (RECORD, ENGLISH, SPANISH, UNKNOWN))
def test_the_platform_is_found_whatever_the_headings(tmp_path, words):
    questions = CODES if words is RECORD else TEXTS
    path = write(tmp_path / "export.csv", [*words, *questions])
    sheet = read_sheet(path)
    assert platform_of(sheet, ExportSource(path, None)).name == "limesurvey"


def test_the_platform_is_found_from_codes_in_brackets_alone(tmp_path):
    sheet = read_sheet(write(tmp_path / "e.csv", CODES, [row[7:] for row in SHORT]))
    assert signature(sheet).points >= 3


def test_questions_with_rows_in_brackets_alone_are_not_enough(tmp_path):
    sheet = read_sheet(write(tmp_path / "e.csv", TEXTS, [row[7:] for row in SHORT]))
    assert signature(sheet).points <= 1


# ---------------------------------------------------------------------------------- definitions


STRUCTURE = """class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage\tother
S\t\tlanguage\t\ten\t\t\t
G\t1\tAbout you\t1\t\t\ten\t
Q\tL\trole\t1\t<p>Your role</p>\t\ten\tY
A\t0\tsu\t\tUser\t\ten\t
Q\tM\tways\t1\tHow?\t\ten\tN
SQ\t0\ta\t1\tMeetings\t\ten\t
SQ\t0\tb\t1\tOnline\t\ten\t
Q\tF\tprac\t1\tLeaders\t\ten\tN
SQ\t0\tlead1\t1\tThey listen\t\ten\t
SQ\t0\tlead2\t1\tThey [often] ask\t\ten\t
A\t0\t4\t\tRather\t\ten\t
A\t0\t5\t\tAgree\t\ten\t
G\t1\tÜber Sie\t1\t\t\tde\t
Q\tL\trole\t1\tIhre Rolle\t\tde\tY
A\t0\tsu\t\tNutzer\t\tde\t
Q\tF\tprac\t1\tLeitung\t\tde\tN
SQ\t0\tlead1\t1\tSie hören zu\t\tde\t
A\t0\t5\t\tStimme zu\t\tde\t
"""
LSS = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType>
<questions><rows>
<row><qid>1</qid><parent_qid>0</parent_qid><type>F</type><title>prac</title><other>N</other></row>
<row><qid>4</qid><parent_qid>0</parent_qid><type>1</type><title>dual</title><other>N</other></row>
</rows></questions>
<subquestions><rows>
<row><qid>2</qid><parent_qid>1</parent_qid><title>lead1</title><scale_id>0</scale_id></row>
<row><qid>5</qid><parent_qid>4</parent_qid><title>r1</title><scale_id>0</scale_id></row>
</rows></subquestions>
<question_l10ns><rows>
<row><qid>1</qid><question><![CDATA[Leaders & co]]></question><language>en</language></row>
<row><qid>1</qid><question><![CDATA[Leitung]]></question><language>de</language></row>
<row><qid>2</qid><question><![CDATA[They listen]]></question><language>en</language></row>
</rows></question_l10ns>
<answers><rows>
<row><aid>7</aid><qid>1</qid><code>5</code><scale_id>0</scale_id></row>
<row><aid>8</aid><qid>4</qid><code>1</code><scale_id>0</scale_id></row>
<row><aid>9</aid><qid>4</qid><code>1</code><scale_id>1</scale_id></row>
</rows></answers>
<answer_l10ns><rows>
<row><aid>7</aid><answer>Agree</answer><language>en</language></row>
<row><aid>7</aid><answer>Stimme zu</answer><language>de</language></row>
<row><aid>8</aid><answer>Now</answer><language>en</language></row>
<row><aid>9</aid><answer>Later</answer><language>en</language></row>
</rows></answer_l10ns>
</document>"""
OLD_LSS = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType>
<answers><rows>
<row><qid>1</qid><code>5</code><answer>Agree</answer><scale_id>0</scale_id></row>
</rows></answers>
<questions><rows>
<row><qid>1</qid><type>F</type><title>prac</title><question>Leaders</question></row>
<row><qid>1</qid><type>F</type><title>prac</title><question>Leitung</question></row>
</rows></questions>
<subquestions><rows>
<row><qid>2</qid><parent_qid>1</parent_qid><title>lead1</title>
<question>They listen</question></row>
</rows></subquestions>
</document>"""


def syntax(names=None, labels=None):
    names = names or [*RECORD, *(code.replace("[", "_").rstrip("]") for code in CODES)]
    labels = labels or [*RECORD, "Your role", "[Other] Your role", "[Meetings] How?"]
    labels += ["[Online] How?", "[They listen] Leaders", "[They [often] ask] Leaders"]
    lines = ['data <- read.csv("data.csv", quote = "\'\\"")', ""]
    for number, (name, label) in enumerate(zip(names, labels, strict=False), start=1):
        lines.append(f'attributes(data)$variable.labels[{number}] <- "{label}"')
        lines.append(f'names(data)[{number}] <- "{name}"')
    lines.append(
        "data[, 12] <- factor(data[, 12], levels=c(4,5),"
        'labels=c("Rather, or \\"mostly\\"", "Don\\\'t agree"))'
    )
    return "\n".join(lines)


@pytest.fixture
def definition(tmp_path):
    def run(text, name="survey.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return run


def test_a_structure_tells_wordings_and_answers_in_every_language(export, definition):
    raw = export([*RECORD, *CODES], definition=definition(STRUCTURE))
    row = raw.questions[4]
    assert (row.question, row.part) == (("Leaders", "Leitung"), ("They listen", "Sie hören zu"))
    assert row.labels == {"4": ("Rather",), "5": ("Agree", "Stimme zu")}
    assert raw.questions[0].labels == {"su": ("User", "Nutzer"), "-oth-": ("Other",)}
    assert raw.questions[1].is_personal


def test_a_structure_gives_question_texts_their_codes(export, definition):
    raw = export([*ENGLISH, *TEXTS], definition=definition(STRUCTURE))
    assert codes_of(raw)[2:] == CODE_PAIRS[2:]
    assert codes_of(raw)[0] == ("role", None)


def test_two_questions_of_the_same_wording_get_no_code(export, definition):
    same = STRUCTURE.replace("They [often] ask", "They listen")
    headings = [*ENGLISH, *TEXTS[:-1], TEXTS[-2]]
    raw = export(headings, definition=definition(same))
    assert codes_of(raw)[4:] == [(TEXTS[-2], None)] * 2


def test_a_structure_in_xml_tells_the_same(definition):
    columns = read_definition(definition(LSS, "survey.lss")).definition.columns
    assert [column.names[0] for column in columns] == ["prac[lead1]", "dual[r1][1]", "dual[r1][2]"]
    assert columns[0].question == ("Leaders & co", "Leitung")
    assert columns[0].labels == {"5": ("Agree", "Stimme zu")}
    assert [column.labels for column in columns[1:]] == [{"1": ("Now",)}, {"1": ("Later",)}]


def test_a_structure_in_xml_of_older_versions_is_read(definition):
    (column,) = read_definition(definition(OLD_LSS, "survey.lss")).definition.columns
    assert column.question == ("Leaders", "Leitung")
    assert column.part == ("They listen",)
    assert column.labels == {"5": ("Agree",)}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("T", ["q"]),
        ("O", ["q", "q[comment]"]),
        ("P", ["q[a]", "q[b]", "q[acomment]", "q[bcomment]"]),
        (":", ["q[a_x]", "q[b_x]"]),
        ("R", ["q[1]", "q[2]"]),
        ("K", ["q[a]", "q[b]"]),
        ("X", ["last"]),
    ],
)
def test_every_type_of_question_has_its_columns(definition, kind, names):
    text = (
        "class\ttype/scale\tname\ttext\n"
        f"Q\t{kind}\tq\tQuestion\nSQ\t0\ta\tA\nSQ\t0\tb\tB\nSQ\t1\tx\tX\n"
    )
    text += "Q\tS\tlast\tLast\n" if kind == "X" else ""
    columns = read_definition(definition(text)).definition.columns
    assert [column.names[0] for column in columns] == names


def test_r_syntax_names_the_columns_that_are_headed_by_texts(export, definition):
    raw = export([*ENGLISH, *TEXTS], definition=definition(syntax()))
    assert codes_of(raw) == CODE_PAIRS
    assert raw.questions[4].labels == {"4": ('Rather, or "mostly"',), "5": ("Don't agree",)}
    assert raw.record["finished"].tolist() == [True, False]


def test_r_syntax_tells_questions_of_the_same_wording_apart(export, definition):
    texts = [*TEXTS[:4], "Same", "Same"]
    raw = export([*ENGLISH, *texts], definition=definition(syntax()))
    assert codes_of(raw) == CODE_PAIRS


def test_r_syntax_describes_columns_that_are_headed_by_codes(export, definition):
    raw = export([*RECORD, *CODES[2:]], [(*row[:7], *row[9:]) for row in SHORT],
                 definition=definition(syntax()))  # fmt: skip
    assert raw.questions[2].question == ("Leaders",)
    assert raw.questions[2].part == ("They listen",)


REFUSALS = [
    ("nothing of a survey", "is no survey of LimeSurvey"),
    ("class\ttype/scale\tname\ttext\n", "holds no questions"),
    ("<document><LimeSurveyDocType>Group</LimeSurveyDocType></document>", "no survey of LimeS"),
    ("<document><LimeSurveyDocType>Survey</LimeSurvey", "is damaged"),
    ('<!DOCTYPE d [<!ENTITY a "b">]><document>&a;</document>', "declares entities"),
    ('names(data)[1] <- "id"\nnames(data)[3] <- "x"', "no name for column 2"),
    (
        'names(data)[1] <- "x"\ndata[, 1] <- factor(data[, 1], levels=c(1,2),labels=c("a"))',
        "2 answers and 1 labels",
    ),
]


@pytest.mark.parametrize(("text", "cure"), REFUSALS)
def test_a_definition_that_is_none_is_refused(definition, text, cure):
    with pytest.raises(InputError, match=cure):
        read_definition(definition(text, "survey.txt"))


def test_the_syntax_of_another_export_is_refused(export, definition):
    with pytest.raises(InputError, match="describes 12 columns but"):
        export([*ENGLISH, *TEXTS], definition=definition(syntax([*RECORD, *"abcde"])))
    other = [*RECORD, *(f"Another question {n}" for n in range(1, 10))]
    with pytest.raises(InputError, match="its questions are not those of"):
        export([*ENGLISH, *TEXTS], definition=definition(syntax(labels=other)))


def test_headings_without_answers_are_refused(export):
    with pytest.raises(InputError, match="has headings but no rows of answers"):
        export([*RECORD, *CODES], [])


# ------------------------------------------------------------------- as far as the answers


def test_r_syntax_leads_from_question_texts_to_the_same_answers_as_codes(tmp_path, definition):
    """In the questionnaire of the tests two practices share the wordings of their statements."""
    rows = limesurvey_rows(PEOPLE)
    worded = {f"prac[{name}]": f"Leaders [{item.text}]" for name, item in INSTRUMENT.items.items()}
    record = dict(zip(RECORD, ENGLISH, strict=True))
    headings = [record.get(name) or worded.get(name, name) for name in rows[0]]
    items = [place for place, name in enumerate(rows[0]) if name in worded]
    labels = {str(value): label for value, label in LABELS.items()}
    long = [
        [labels.get(cell, cell) if place in items else cell for place, cell in enumerate(row)]
        for row in rows[1:]
    ]
    names = [name.replace("[", "_").rstrip("]") for name in rows[0]]
    coded = ExportSource(write(tmp_path / "coded.csv", rows[0], rows[1:]), "site")
    texts = ExportSource(
        write(tmp_path / "texts.csv", headings, long),
        "site",
        definition=definition(syntax(names, list(headings)), "syntax.R"),
    )
    answers = [
        ingest_exports([source], INSTRUMENT, None, "spring", ScreeningRules()).responses
        for source in (coded, texts)
    ]
    columns = list(INSTRUMENT.answer_columns)
    sorted_answers = [told[columns].sort_values(columns[:2], ignore_index=True) for told in answers]
    assert_frame_equal(*sorted_answers)

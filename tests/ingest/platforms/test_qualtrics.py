"""Every layout of a Qualtrics export, made here by a small writer, is read to the same columns."""

import csv
import json

import pandas as pd
import pyreadstat
import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms.qualtrics import QUALTRICS
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError
from tests.ingest.layouts import (
    INSTRUMENT,
    ITEMS,
    LABELS,
    PEOPLE,
    TICKS,
    qualtrics_rows,
    statement,
    write_csv,
)

SCALE = {"1": "Disagree", "2": "In between", "3": "Agree", "98": "Don't know"}
NOTED = {
    "StartDate": ("Start Date", "startDate", "2026-03-01 10:00:00"),
    "EndDate": ("End Date", "endDate", "2026-03-01 10:05:00"),
    "Status": ("Response Type", "status", "0"),
    "IPAddress": ("IP Address", "ipAddress", "192.0.2.7"),
    "Progress": ("Progress", "progress", "100"),
    "Duration (in seconds)": ("Duration (in seconds)", "duration", "300"),
    "Finished": ("Finished", "finished", "1"),
    "RecordedDate": ("Recorded Date", "recordedDate", "2026-03-01 10:05:01"),
    "ResponseId": ("Response ID", "_recordId", "R_0000000000000a1"),
    "RecipientEmail": ("Recipient Email", "recipientEmail", "a@example.org"),
    "LocationLatitude": ("Location Latitude", "locationLatitude", "51.5"),
    "DistributionChannel": ("Distribution Channel", "distributionChannel", "anonymous"),
    "UserLanguage": ("User Language", "userLanguage", "EN"),
}
GRID = "What do you think - or feel - about this?"
ASKED = {
    "lead_1": (f"{GRID} - Leaders listen - really", {"ImportId": "QID7_4"}, "3"),
    "lead_2": (f"{GRID} - Leaders explain", {"ImportId": "QID7_2"}, "98"),
    "food_1": ("Which food? - Selected Choice - Kale, raw", {"ImportId": "QID8_5"}, "1"),
    "food_2": ("Which food? - Selected Choice - Bread - white", {"ImportId": "QID8_6"}, ""),
    "food_3": ("Which food? - Selected Choice - Soup", {"ImportId": "QID8_7"}, "1"),
    "food_3_TEXT": ("Which food? - Soup - Text", {"ImportId": "QID8_7_TEXT"}, "lentils"),
    "i1_1": ("Your role? - Selected Choice", {"ImportId": "QID9"}, "2"),
    "i1_1_2_TEXT": ("Your role? - Other - Text", {"ImportId": "QID9_2_TEXT"}, "gardener"),
    "remarks": ("Anything else - please?", {"ImportId": "QID10_TEXT"}, "no"),
    "Site": ("Site", {"ImportId": "Site"}, "North"),
}
OTHERS = {
    "Q4_First Click": ("Timing - First Click", {"ImportId": "QID4_FIRST_CLICK"}, "1.2"),
    "Q4_Click Count": ("Timing - Click Count", {"ImportId": "QID4_CLICK_COUNT"}, "3"),
    "meta_Browser": ("Browser Meta Info - Browser", {"ImportId": "QID5_BROWSER"}, "Firefox"),
    "meta_Operating System": ("Browser Meta Info - OS", {"ImportId": "QID5_OS"}, "Linux"),
    "lead_DO_1": ("x - Display Order", {"ImportId": "QID7_DO", "choiceId": "4"}, "1"),
    "FL_5_DO_FL_6": ("FL_5", {"ImportId": "FL_5_DO", "choiceId": "FL_6"}, "1"),
    "SC0": ("Score", {"ImportId": "SC_0abc"}, "4"),
    "nps_NPS_GROUP": ("Likely? - Group", {"ImportId": "QID6_NPS_GROUP"}, "2"),
    "remarks - Topics": ("remarks - Topics", {"ImportId": "QID10_TEXT_eae5a8d0e7fdTopics"}, "x"),
    "Q_RecaptchaScore": ("Q_RecaptchaScore", {"ImportId": "Q_RecaptchaScore"}, "0.9"),
}


def three_rows(dialect="json", asked=ASKED, noted=NOTED, n=1, **changed):
    """Names, wordings, import ids, and answers; `changed` replaces what is noted."""
    values = {name: changed.get(name.split(" ")[0], value) for name, (_, _, value) in noted.items()}
    ids = [{"ImportId": import_id} for _, import_id, _ in noted.values()]
    ids += [import_id for _, import_id, _ in asked.values()]
    dash = "-" if dialect == "python" else " - "
    texts = [text for text, _, _ in noted.values()]
    texts += [text.replace(" - ", dash) for text, _, _ in asked.values()]
    answers = [*values.values(), *(value for _, _, value in asked.values())]
    written = [json.dumps(told, separators=(",", ":")) for told in ids]
    if dialect == "python":
        plain = (told["ImportId"].replace("_recordId", "responseId") for told in ids)
        written = [str({"ImportId": told.replace("_", "-")}) for told in plain]
    return [[*noted, *asked], texts, written, *(list(answers) for _ in range(n))]


def oldest_rows(asked=ASKED):
    names = ["ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress"]
    names += ["IPAddress", "Status", "StartDate", "EndDate", "Finished"]
    record = ["R_0000000000000a1", "Default Response Set", "Anonymous", "", "", "", "0"]
    record += ["2026-03-01 10:00:00", "2026-03-01 10:05:00", "1"]
    texts = [
        text.replace("Selected Choice - ", "").replace(" - ", "-") for text, _, _ in asked.values()
    ]
    return [
        [*(f"V{number}" for number in range(1, 11)), *asked, "LocationLatitude", ""],
        [*names, *texts, "LocationLatitude", ""],
        [*record, *(value for _, _, value in asked.values()), "51.5", ""],
    ]


def choices(shown):
    return {place: {"Display": text} for place, text in shown.items()}


def question(qid, tag, text, kind="MC", selector="SAVR", **more):
    payload = {"QuestionID": qid, "DataExportTag": tag, "QuestionText": text}
    payload |= {"QuestionType": kind, "Selector": selector, "Language": []} | more
    return {"Element": "SQ", "PrimaryAttribute": qid, "Payload": payload}


def qsf(*questions, trash=(), language="EN"):
    members = [{"Type": "Question", "QuestionID": qid} for qid in trash]
    blocks = {"Element": "BL", "Payload": [{"Type": "Trash", "BlockElements": members}]}
    entry = {"SurveyID": "SV_1", "SurveyLanguage": language}
    return {"SurveyEntry": entry, "SurveyElements": [blocks, *questions]}


GRID_QUESTION = question(
    *("QID7", "lead", f"<b>{GRID}</b>", "Matrix", "Likert"),
    SubSelector="SingleAnswer",
    Choices=choices({"4": "Leaders listen - really", "2": "Leaders <i>explain</i>"}),
    Answers=choices({"1": "Disagree", "2": "Agree", "9": "Don't know"}),
    RecodeValues={"1": "1", "2": "3", "9": "98"},
    Language={
        "SV": {
            "QuestionText": "Vad tycker du?",
            "Choices": choices({"4": "Ledare lyssnar", "2": "Ledare förklarar"}),
            "Answers": choices({"1": "Nej", "2": "Ja", "9": "Vet inte"}),
        }
    },
)
FOOD_QUESTION = question(
    *("QID8", "food", "Which food?", "MC", "MAVR"),
    Choices=choices({"5": "Kale, raw", "6": "Bread - white", "7": "Soup"}),
    RecodeValues={"5": "1", "6": "2", "7": "3"},
)


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Write rows as text or a definition beside them, and read the export."""
    monkeypatch.chdir(tmp_path)

    def run(rows, definition=None, delimiter=",", encoding="utf-8"):
        path = tmp_path / "q.csv"
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
        if definition is not None:
            text = definition if isinstance(definition, str) else json.dumps(definition)
            (tmp_path / "q.qsf").write_text(text, encoding="utf-8")
        return read_file(path, None if definition is None else tmp_path / "q.qsf")

    return run


def read_file(path, definition=None):
    source = ExportSource(path, None, definition=definition)
    return QUALTRICS.read(read_sheet(path), source)


def refused(read, *given, **options):
    with pytest.raises(InputError) as caught:
        read(*given, **options)
    return str(caught.value)


def by_heading(raw):
    return {column.heading: column for column in raw.columns}


def wordings(raw):
    return {c.heading: (c.question, c.part) for c in raw.columns if c.code and not c.is_record}


CUT = {
    "lead_1": ((GRID,), ("Leaders listen - really",)),
    "lead_2": ((GRID,), ("Leaders explain",)),
    "food_1": (("Which food?",), ("Kale, raw",)),
    "food_2": (("Which food?",), ("Bread - white",)),
    "food_3": (("Which food?",), ("Soup",)),
    "i1_1": (("Your role?",), ()),
    "remarks": (("Anything else - please?",), ()),
    "Site": (("Site",), ()),
}


# --------------------------------------------------------------------------- the text layouts


@pytest.mark.parametrize("dialect", ("json", "python"))
def test_question_and_row_are_cut_where_all_columns_of_a_question_agree(dialect, read):
    dash = "-" if dialect == "python" else " - "
    expected = {
        name: tuple(tuple(text.replace(" - ", dash) for text in told) for told in pair)
        for name, pair in CUT.items()
    }
    assert wordings(read(three_rows(dialect))) == expected


def test_names_are_cut_where_the_import_id_says_not_at_the_last_underscore(read):
    columns = by_heading(read(three_rows()))
    assert (columns["lead_1"].code, columns["lead_1"].subcode) == ("lead", "1")
    assert (columns["i1_1"].code, columns["i1_1"].subcode) == ("i1_1", None)
    assert (columns["Site"].code, columns["Site"].subcode) == ("Site", None)


def test_the_import_id_is_another_name_in_both_spellings(read):
    assert by_heading(read(three_rows()))["food_2"].other_names == ("QID8_6",)
    assert by_heading(read(three_rows("python")))["food_2"].other_names == ("QID8-6", "QID8_6")


def test_a_choice_id_of_its_own_in_the_import_id_is_a_part(read):
    asked = {
        "food_1": ("Which? - Kale", {"ImportId": "QID8", "choiceId": "1"}, "1"),
        "food_2": ("Which? - Soup", {"ImportId": "QID8", "choiceId": "2"}, ""),
    }
    columns = by_heading(read(three_rows(asked=asked)))
    assert (columns["food_2"].code, columns["food_2"].subcode) == ("food", "2")
    assert columns["food_2"].part == ("Soup",)
    assert "QID8_2" in columns["food_2"].other_names


def test_selected_choice_is_known_in_every_language_of_the_interface(read):
    asked = {
        name: (text.replace("Selected Choice", "Ausgewählte Auswahl"), told, value)
        for name, (text, told, value) in ASKED.items()
    }
    assert wordings(read(three_rows(asked=asked))) == CUT


def test_a_row_that_stands_alone_is_cut_at_the_last_dash(read):
    asked = {"x_1": ("How - much? - Trust", {"ImportId": "QID3_1"}, "4")}
    assert wordings(read(three_rows(asked=asked)))["x_1"] == (("How - much?",), ("Trust",))


def test_the_round_of_a_loop_is_in_front_of_the_question(read):
    asked = {
        "1_Q3_2": ("Team A - Trust", {"ImportId": "1_QID3_2"}, "4"),
        "2_Q3_2": ("Team B - Trust", {"ImportId": "2_QID3_2"}, "5"),
    }
    columns = by_heading(read(three_rows(asked=asked)))
    assert [columns[name].code for name in asked] == ["1_Q3", "2_Q3"]
    assert columns["2_Q3_2"].other_names == ("2_QID3_2", "QID3_2", "Q3_2")
    assert columns["1_Q3_2"].question == ("Team A",)


def test_utf_16_with_tabs_is_read_alike(read):
    plain, wide = read(three_rows()), read(three_rows(), delimiter="\t", encoding="utf-16")
    assert plain.columns == wide.columns
    pd.testing.assert_frame_equal(plain.record, wide.record)


def test_the_oldest_layout_has_two_heading_rows(read):
    raw = read(oldest_rows())
    dashed = {
        name: tuple(tuple(text.replace(" - ", "-") for text in told) for told in pair)
        for name, pair in CUT.items()
    }
    found = wordings(raw)
    assert {name: found[name] for name in ("lead_1", "lead_2", "food_1", "food_3")} == {
        name: dashed[name] for name in ("lead_1", "lead_2", "food_1", "food_3")
    }
    assert raw.layout == "two heading rows, V1 to V10, answers as numbers"
    assert raw.record["seconds"].tolist() == [300.0]
    assert [c.heading for c in raw.questions] == list(ASKED)


def test_names_may_repeat_in_the_oldest_layout(read):
    asked = {
        "a": ("First question-Trust", {}, "1"),
        "b": ("First question-Voice", {}, "2"),
        "c": ("Second question-Trust", {}, "3"),
        "d": ("Second question-Voice", {}, "4"),
    }
    rows = oldest_rows(asked)
    rows[0][10:14] = ["trust", "voice", "trust", "voice"]
    raw = read(rows)
    assert [(c.question, c.part) for c in raw.questions] == [
        (("First question",), ("Trust",)),
        (("First question",), ("Voice",)),
        (("Second question",), ("Trust",)),
        (("Second question",), ("Voice",)),
    ]
    assert raw.cells.loc[3, [11, 12, 13, 14]].tolist() == ["1", "2", "3", "4"]


def test_without_the_row_of_wordings_the_import_ids_still_tell(read):
    rows = three_rows()
    del rows[1]
    raw = read(rows)
    assert raw.layout == "two heading rows, names and import ids, answers as numbers"
    assert (len(raw.cells), by_heading(raw)["lead_1"].question) == (1, ())


def test_the_layout_tells_numbers_from_texts(read):
    assert read(three_rows()).layout == "three heading rows, answers as numbers"
    texts = three_rows(Status="IP Address", Finished="True")
    assert read(texts).layout == "three heading rows, answers as texts"


def test_columns_that_are_no_questions_are_records(read):
    raw = read(three_rows(asked=ASKED | OTHERS))
    assert [column.heading for column in raw.questions] == list(ASKED)
    columns = by_heading(raw)
    assert all(columns[name].is_record for name in [*NOTED, *OTHERS])
    assert [name for name in NOTED if columns[name].is_personal] == [
        *("IPAddress", "RecipientEmail", "LocationLatitude"),
    ]


def test_texts_beside_a_choice_are_personal_and_never_an_answer(read):
    columns = by_heading(read(three_rows()))
    for name in ("food_3_TEXT", "i1_1_2_TEXT"):
        assert (columns[name].code, columns[name].is_personal) == (None, True)
    assert (columns["remarks"].code, columns["remarks"].is_personal) == ("remarks", True)


def test_a_question_called_like_something_noted_is_a_question(read):
    asked = ASKED | {"Status": ("Your status?", {"ImportId": "QID20"}, "7")}
    noted = {name: told for name, told in NOTED.items() if name != "Status"}
    raw = read(three_rows(asked=asked, noted=noted))
    assert by_heading(raw)["Status"].code == "Status"


def test_a_field_called_like_something_noted_is_a_field(read):
    asked = ASKED | {"Status": ("Status", {"ImportId": "Status"}, "patient")}
    noted = {name: told for name, told in NOTED.items() if name != "Status"}
    raw = read(three_rows(asked=asked, noted=noted))
    assert by_heading(raw)["Status"].code == "Status"
    assert raw.record["excluded"].isna().all()


def test_what_is_noted_is_known_by_its_import_id_when_headings_were_translated(read):
    rows = three_rows()
    rows[0][: len(NOTED)] = [f"Spalte {number}" for number in range(len(NOTED))]
    raw = read(rows)
    assert raw.record["response_id"].tolist() == ["R_0000000000000a1"]
    assert raw.record["language"].tolist() == ["en"]


@pytest.mark.parametrize("left", ("Finished", "Progress", "UserLanguage", "IPAddress", "Status"))
def test_any_noted_column_may_be_absent(left, read):
    noted = {name: told for name, told in NOTED.items() if name != left}
    raw = read(three_rows(noted=noted))
    assert [column.heading for column in raw.questions] == list(ASKED)
    assert raw.record["finished"].tolist() == [True]


def test_an_empty_column_without_heading_is_no_question_and_a_filled_one_is_kept(read):
    rows = [[*row, ""] for row in three_rows()]
    assert len(read(rows).questions) == len(ASKED)
    rows[3][-1] = "something"
    assert len(read(rows).questions) == len(ASKED) + 1


# ---------------------------------------------------------------------------------- the record


@pytest.mark.parametrize("word", ("1", "True", "TRUE", "Wahr", "Vrai", "Verdadero", "Waar", "Sant"))
def test_the_end_is_known_in_other_languages(word, read):
    assert read(three_rows(Finished=word)).record["finished"].tolist() == [True]


@pytest.mark.parametrize("word", ("0", "False", "Falsch", "Faux", "Falso", "Onwaar", "Falskt"))
def test_a_response_that_was_not_ended_is_known_in_other_languages(word, read):
    assert read(three_rows(Finished=word)).record["finished"].tolist() == [False]


def test_an_unknown_word_for_the_end_leaves_it_to_the_progress(read):
    assert read(three_rows(Finished="?", Progress="40")).record["finished"].tolist() == [False]


@pytest.mark.parametrize("word", ("IP-Adresse", "Adresse IP", "Dirección IP", "IP-adres", "EX"))
def test_a_translated_status_of_an_answer_counts(word, read):
    assert read(three_rows(Status=word)).record["excluded"].isna().all()


@pytest.mark.parametrize(
    ("word", "reason"), [("Vorschau der Umfrage", "PREVIEW"), ("2", "TEST"), ("40", "SPAM")]
)
def test_a_status_that_sets_a_row_apart_is_its_reason(word, reason, read):
    assert read(three_rows(Status=word)).record["excluded"].tolist() == [reason]


def test_an_unknown_status_is_refused(read):
    text = refused(read, three_rows(Status="Etwas anderes", n=2))
    assert "q.csv, row 4, column 'Status': 2 rows have a status that is not known" in text


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (("3/1/2026 10:00", "3/14/2026 9:00"), "2026-03-01"),
        (("01/03/2026 10:00", "14/03/2026 09:00"), "2026-03-01"),
        (("1.3.2026 10:00", "2.3.2026 10:00"), "2026-03-01"),
        (("3/1/26 10:00", "3/14/26 9:00"), "2026-03-01"),
        (("2026/3/1 10:00", "2026/3/2 10:00"), "2026-03-01"),
    ],
)
def test_dates_that_a_spreadsheet_wrote_anew_are_read_where_they_are_plain(dates, day, read):
    rows = three_rows(n=2)
    for row, told in zip(rows[3:], dates, strict=True):
        row[0] = row[1] = row[7] = told
    raw = read(rows)
    assert raw.record["day"].tolist()[0] == day
    assert raw.notes == ()


def test_dates_that_can_be_read_in_two_ways_are_told(read):
    rows = three_rows(StartDate="3/1/2026 10:00", EndDate="3/1/2026 10:05", RecordedDate="4/1/2026")
    raw = read(rows)
    assert raw.record["day"].isna().all()
    assert raw.record["seconds"].tolist() == [300.0]
    assert "responses whose day cannot be told: 1; their dates" in raw.notes[0]


# ------------------------------------------------------------------------------------- the QSF


def test_the_qsf_is_joined_by_the_id_of_the_choice_not_by_the_number_in_the_heading(read):
    raw = read(three_rows(), qsf(GRID_QUESTION, FOOD_QUESTION))
    columns = by_heading(raw)
    assert columns["lead_1"].part == ("Leaders listen - really", "Ledare lyssnar")
    assert columns["lead_2"].part == ("Leaders <i>explain</i>", "Ledare förklarar")
    assert columns["food_1"].part == ("Kale, raw",)
    assert columns["lead_1"].labels["3"] == ("Agree", "Ja")
    assert columns["lead_1"].labels["98"] == ("Don't know", "Vet inte")
    assert columns["lead_1"].labels["Agree"] == ("Agree", "Ja")
    assert "2" not in columns["lead_1"].labels
    assert raw.layout.endswith("with QSF")
    assert raw.notes == ()


def test_the_qsf_tells_the_name_of_a_question_with_underscores(read):
    asked = {
        "my_lead_row_one": (f"{GRID} - Leaders listen - really", {"ImportId": "QID7_4"}, "3"),
        "my_lead_row_two": (f"{GRID} - Leaders explain", {"ImportId": "QID7_2"}, "1"),
    }
    payload = GRID_QUESTION["Payload"] | {"DataExportTag": "my_lead"}
    columns = by_heading(read(three_rows(asked=asked), qsf(GRID_QUESTION | {"Payload": payload})))
    assert (columns["my_lead_row_one"].code, columns["my_lead_row_one"].subcode) == (
        *("my_lead", "row_one"),
    )


def test_the_oldest_layout_ends_in_the_id_of_the_choice(read):
    asked = {
        "food_5": ("Which food?-Kale, raw", {}, "1"),
        "food_6": ("Which food?-Bread-white", {}, ""),
        "food_7": ("Which food?-Soup", {}, "1"),
    }
    columns = by_heading(read(oldest_rows(asked), qsf(FOOD_QUESTION)))
    assert [columns[name].part for name in asked] == [("Kale, raw",), ("Bread - white",), ("Soup",)]


def test_a_name_that_two_rows_have_is_told_apart_by_its_wording(read):
    rows = {"1": "Trust", "2": "Voice"}
    grids = [
        question(
            *(f"QID{number}", f"Q{number}", text, "Matrix", "Likert"),
            Choices=choices(rows),
            Answers=choices({"1": low}),
            ChoiceDataExportTags={"1": "trust", "2": "voice"},
        )
        for number, text, low in ((1, "First question", "No"), (2, "Second question", "Never"))
    ]
    asked = {
        str(n): (text, {}, "1")
        for n, text in enumerate(
            ("First question-Trust", "First question-Voice", "Second question-Trust")
        )
    }
    export = oldest_rows(asked)
    export[0][10:13] = ["trust", "voice", "trust"]
    raw = read(export, qsf(*grids))
    assert [column.labels["1"] for column in raw.questions] == [("No",), ("No",), ("Never",)]


def test_all_ticks_of_a_question_may_stand_in_one_cell(read):
    asked = {"food": ("Which food?", {"ImportId": "QID8"}, "1,3")}
    raw = read(three_rows(asked=asked), qsf(FOOD_QUESTION))
    assert raw.tick_separator == ","
    assert raw.columns[-1].labels == {"1": ("Kale, raw",), "2": ("Bread - white",), "3": ("Soup",)}
    assert raw.cells.iloc[0, -1] == "1,3"


def test_cells_of_a_grid_with_several_answers_are_row_and_answer(read):
    grid = question(
        *("QID5", "when", "When?", "Matrix", "Likert"),
        SubSelector="MultipleAnswer",
        Choices=choices({"1": "Ran", "2": "Sat"}),
        Answers=choices({"1": "Today", "3": "Never"}),
        RecodeValues={"1": "1", "3": "-1"},
    )
    asked = {
        "when_1_1": ("When? - Ran - Today", {"ImportId": "QID5_1_1"}, "1"),
        "when_1_-1": ("When? - Ran - Never", {"ImportId": "QID5_1_3"}, ""),
        "when_2_-1": ("When? - Sat - Never", {"ImportId": "QID5_2_3"}, "1"),
    }
    with_qsf, without = (read(three_rows(asked=asked), told) for told in (qsf(grid), None))
    assert with_qsf.columns[-1].part == without.columns[-1].part == ("Sat - Never",)
    assert [(c.code, c.subcode) for c in without.questions] == [
        *(("when", "1_1"), ("when", "1_-1"), ("when", "2_-1")),
    ]


def test_columns_side_by_side_are_questions_of_their_own(read):
    column = {"QuestionText": "How often", "QuestionType": "Matrix", "Selector": "Likert"}
    column |= {"Answers": choices({"1": "Rarely"}), "Choices": choices({"1": "Trust"})}
    whole = question("QID5", "both", "Rate", "SBS", "SBSMatrix", AdditionalQuestions={"1": column})
    asked = {"both#1_1": ("Rate - How often - Trust", {"ImportId": "QID5#1_1"}, "1")}
    told = by_heading(read(three_rows(asked=asked), qsf(whole)))["both#1_1"]
    assert (told.code, told.subcode, told.part) == ("both#1", "1", ("Trust",))
    assert told.question == ("Rate - How often",)
    assert told.labels == {"1": ("Rarely",)}


def test_variable_names_stand_in_place_of_choices(read):
    single = question(
        *("QID9", "i1_1", "Your role?"),
        Choices=choices({"1": "I use the service", "2": "I work there"}),
        VariableNaming={"1": "user", "2": "staff"},
    )
    told = by_heading(read(three_rows(), qsf(single)))["i1_1"]
    assert told.labels["2"] == ("I work there", "staff")
    assert told.labels["user"] == ("I use the service", "user")


def test_the_only_language_of_the_survey_is_that_of_responses_that_tell_none(read):
    noted = {name: told for name, told in NOTED.items() if name != "UserLanguage"}
    one, two = qsf(FOOD_QUESTION, language="SV"), qsf(GRID_QUESTION, FOOD_QUESTION)
    assert read(three_rows(noted=noted), one).record["language"].tolist() == ["sv"]
    assert read(three_rows(noted=noted), two).record["language"].isna().all()


def test_questions_in_the_trash_do_not_take_a_name(read):
    old = question("QID1", "food", "Which food?", Choices=choices({"5": "Kale, raw"}))
    asked = {"food_5": ("Which food?-Kale, raw", {}, "1")}
    raw = read(oldest_rows(asked), qsf(old, FOOD_QUESTION, trash=["QID1"]))
    assert by_heading(raw)["food_5"].part == ("Kale, raw",)


def test_a_question_that_the_qsf_words_otherwise_is_not_described_by_it(read):
    other = question("QID9", "i1_1", "How old are you?", Choices=choices({"1": "Young"}))
    raw = read(three_rows(), qsf(other, FOOD_QUESTION))
    assert by_heading(raw)["i1_1"].labels == {}
    assert raw.notes == (
        f"columns that ask something else in {raw_qsf(raw)} than in the export, for which it was "
        "not used: 1",
    )


def raw_qsf(raw):
    return raw.file.replace("q.csv", "q.qsf")


def test_ids_may_be_numbers_and_maps_may_be_lists(read):
    single = question(
        *("QID9", "i1_1", "Your role?"),
        Choices=[{"Display": "User"}, {"Display": "Staff"}],
        RecodeValues=[7, 8],
    )
    assert by_heading(read(three_rows(), qsf(single)))["i1_1"].labels == {
        "7": ("User",),
        "8": ("Staff",),
    }


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("not json", "is not a QSF"),
        ("[1, 2]", "is not a QSF"),
        ('{"SurveyElements": {}}', "is not a QSF"),
        ('{"SurveyElements": [1, {"Element": "SQ"}]}', "has no questions"),
        ("[" * 100_000, "is not a QSF"),
    ],
)
def test_a_file_that_is_no_qsf_is_refused(text, cure, read):
    assert cure in refused(read, three_rows(), text)


def test_the_qsf_of_another_survey_is_refused(read):
    other = question("QID9", "i1_1", "How old are you?", Choices=choices({"1": "Young"}))
    text = refused(read, three_rows(), qsf(other))
    assert "q.qsf: has no question in common with the export; give the QSF of the same" in text


# -------------------------------------------------------------------------- seen and unanswered


def test_minus_99_is_seen_and_left_unless_it_is_an_answer(read):
    assert read(three_rows()).seen_texts == {"-99"}
    refusing = question(
        *("QID9", "i1_1", "Your role?"),
        Choices=choices({"1": "User", "2": "I would rather not say"}),
        RecodeValues={"1": "1", "2": "-99"},
    )
    raw = read(three_rows(), qsf(refusing))
    assert raw.seen_texts == frozenset()
    assert raw.notes == (
        "-99 is the number of an answer in column 'i1_1', so it is nowhere read as seen and left "
        "unanswered",
    )


def test_a_blank_is_not_a_seen_text(read):
    raw = read(three_rows())
    assert raw.blank_texts == frozenset()
    assert raw.cells[by_heading(raw)["food_2"].position].tolist() == [""]


# ---------------------------------------------------------------------------- statistics files


@pytest.fixture
def sav(tmp_path):
    """The export as an SPSS file: names with underscores, labels of variables and values."""

    def write(drop=()):
        names = {
            name: name.replace(" (", "__").replace(" ", "_").replace(")", "_") for name in NOTED
        }
        frame = {names[name]: [value] for name, (_, _, value) in NOTED.items()}
        frame |= {"lead_1": [3.0], "lead_2": [98.0], "food_1": [1.0], "food_2": [None]}
        frame |= {"i1_1": [2.0], "i1_1_2_TEXT": ["gardener"], "Q4_First_Click": [1.5]}
        labels = {names[name]: text for name, (text, _, _) in NOTED.items()}
        labels |= {name: ASKED[name][0] for name in frame if name in ASKED}
        scale = {float(value): text for value, text in SCALE.items()}
        path = tmp_path / "q.sav"
        pyreadstat.write_sav(
            pd.DataFrame(frame).drop(columns=list(drop)),
            path,
            column_labels={n: t for n, t in labels.items() if n not in drop},
            variable_value_labels={"lead_1": scale, "lead_2": scale, "food_1": {1.0: "Kale, raw"}},
        )
        return path

    return write


def test_an_spss_file_tells_wordings_and_labels(sav):
    raw = read_file(sav())
    columns = by_heading(raw)
    assert wordings(raw)["lead_1"] == CUT["lead_1"]
    assert wordings(raw)["food_2"] == CUT["food_2"]
    assert wordings(raw)["i1_1"] == CUT["i1_1"]
    assert columns["lead_1"].labels["98"] == ("Don't know",)
    assert columns["food_1"].labels == {}
    assert (columns["lead_1"].code, columns["lead_1"].subcode) == ("lead", "1")
    assert raw.record["seconds"].tolist() == [300.0]
    assert raw.record["day"].tolist() == ["2026-03-01"]
    assert raw.layout == "SPSS or Stata file, answers as numbers"
    assert [c.heading for c in raw.questions] == [
        *("lead_1", "lead_2", "food_1", "food_2", "i1_1", "i1_1_2_TEXT"),
    ]


def test_an_spss_file_is_joined_to_the_qsf_by_recode_and_wording(sav, tmp_path):
    definition = tmp_path / "q.qsf"
    definition.write_text(json.dumps(qsf(FOOD_QUESTION)), encoding="utf-8")
    columns = by_heading(read_file(sav(), definition))
    assert columns["food_1"].part == ("Kale, raw",)
    assert columns["food_2"].part == ("Bread - white",)


# ----------------------------------------------------------------------------------- detection


@pytest.mark.parametrize("rows", (three_rows(), three_rows("python"), oldest_rows()))
def test_every_text_layout_is_known_for_qualtrics(rows, tmp_path):
    path = tmp_path / "q.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    assert platform_of(read_sheet(path), ExportSource(path, None)).name == "qualtrics"


@pytest.mark.parametrize("left_out", ((), ("ResponseId", "IPAddress", "RecipientEmail")))
def test_an_spss_file_is_known_for_qualtrics_even_without_ids(left_out, sav):
    path = sav(left_out)
    assert platform_of(read_sheet(path), ExportSource(path, None)).name == "qualtrics"


def test_a_file_whose_rows_of_headings_were_cut_is_known_and_refused(tmp_path):
    rows = three_rows()
    path = tmp_path / "q.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([rows[0], *rows[3:]])
    source, sheet = ExportSource(path, None), read_sheet(path)
    assert platform_of(sheet, source).name == "qualtrics"
    with pytest.raises(InputError, match="third row with the import ids is missing; export again"):
        QUALTRICS.read(sheet, source)


def test_headings_that_others_use_too_do_not_speak_for_qualtrics(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("StartDate,EndDate,Status,Progress,IP Address\n1,2,3,4,5\n", encoding="utf-8")
    assert QUALTRICS.signature(read_sheet(path)).points == 0


def test_headings_without_responses_are_refused(read):
    assert "has headings but no rows of answers" in refused(read, three_rows(n=0))


def test_ids_of_responses_are_unique_everywhere():
    assert QUALTRICS.has_unique_ids


# ------------------------------------------------------------------------- to the questionnaire

STORED = {1: "11", 2: "12", 3: "13", 4: "14", 5: "15", 98: "-1", 97: "-2"}
"""Numbers under which a survey may store the answers of our scale."""


def with_question_ids(rows):
    """Import ids as Qualtrics writes them: a grid, and a question for everything else."""
    for place, heading in enumerate(rows[0]):
        told = {"ImportId": heading}
        if heading in map(statement, ITEMS):
            told = {"ImportId": f"QID1_{list(map(statement, ITEMS)).index(heading) + 20}"}
            rows[1][place] = f"Say - Row {heading}"
        elif heading == "bgmain":
            told = {"ImportId": "QID2"}
        rows[2][place] = json.dumps(told)
    return rows


def ticks_in_one_cell(rows, names):
    """The columns of the boxes made one, all ticks in one cell with commas between."""
    places = [rows[0].index(name) for name in TICKS]
    told = ["fnhere", "What do you do?", '{"ImportId":"QID3"}']
    for row, first in zip(rows, [*told, *[None] * len(rows)], strict=False):
        ticked = [name for name, place in zip(names, places, strict=True) if row[place] == "1"]
        row[places[0] : places[-1] + 1] = [",".join(ticked) if first is None else first]
    return rows


def answers(ingested):
    who = ["aaa101", "aaa102"]
    table = ingested.responses.sort_values(who)[[*INSTRUMENT.answer_columns]]
    return table.reset_index(drop=True)


@pytest.mark.parametrize("names", (("1", "2", "3"), ("Meetings", "Planning", "None of these")))
def test_ticks_in_one_cell_are_those_of_columns_of_their_own(names, folder, ingest, exported):
    rows = ticks_in_one_cell(qualtrics_rows(PEOPLE), names)
    joined = ingest(ExportSource(write_csv(folder / "one.csv", rows), "Site"))
    pd.testing.assert_frame_equal(answers(joined), answers(ingest(exported())))


def stored_rows():
    """The answers of the people under other numbers, with the QSF that tells them."""
    rows = with_question_ids(qualtrics_rows(PEOPLE))
    places = [rows[0].index(statement(name)) for name in ITEMS]
    for row in rows[3:]:
        for place in places:
            row[place] = STORED[int(row[place])] if row[place] else ""
    grid = question(
        *("QID1", "practices", "Say", "Matrix", "Likert"),
        Choices=choices({str(n + 20): f"Row {statement(i)}" for n, i in enumerate(ITEMS)}),
        Answers=choices({str(value): label for value, label in LABELS.items()}),
        RecodeValues={str(value): number for value, number in STORED.items()},
    )
    return rows, grid


def test_answers_stored_under_other_numbers_are_read_by_the_labels_of_the_qsf(
    folder, ingest, exported
):
    rows, grid = stored_rows()
    definition = folder / "q.qsf"
    definition.write_text(json.dumps(qsf(grid)), encoding="utf-8")
    source = ExportSource(write_csv(folder / "r.csv", rows), "Site", definition=definition)
    pd.testing.assert_frame_equal(answers(ingest(source)), answers(ingest(exported())))


def test_answers_stored_under_other_numbers_are_refused_without_the_qsf(folder, refusal):
    source = ExportSource(write_csv(folder / "r.csv", stored_rows()[0]), "Site")
    assert "outside the scale" in refusal(source)


def test_an_embedded_field_tells_the_site(folder, ingest):
    source = ExportSource(
        write_csv(folder / "r.csv", with_question_ids(qualtrics_rows(PEOPLE))), "Site"
    )
    assert ingest(source).sites["site"].tolist() == ["north", "south"]

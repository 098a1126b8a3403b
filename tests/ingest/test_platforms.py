"""Each platform's layout, read to the same answers."""

from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.read_file import read_sheet

from .layouts import (
    INSTRUMENT,
    LABELS,
    PEOPLE,
    dictionary_rows,
    limesurvey_rows,
    qualtrics_rows,
    write_csv,
)

FOUR = ("qualtrics", "limesurvey", "redcap", "generic")
ANSWERS = INSTRUMENT.answer_columns
WHO = ["aaa101", "aaa102"]
"""The first two answers tell the invented people apart."""

EXPECTED_REASONS = {
    ((1, 2), "aaa103", "DK"),
    ((1, 2), "aaa104", "SKIPPED"),
    ((1, 2), "bbb105", "NAP"),
    *(((1, 3), f"bbb10{number}", "NOT_REACHED") for number in range(1, 6)),
    *(((1, 3), f"modnow{part}", "NOT_REACHED") for part in ("ind", "jnt", "oth")),
    ((1, 3), "bgmain", "NOT_REACHED"),
    *(((1, 3), f"fnhere_{number}", "NOT_REACHED") for number in (1, 2, 3)),
    *(((1, 5), f"modnow{part}", "UNKNOWN") for part in ("ind", "jnt", "oth")),
    *(((2, 1), f"modnow{part}", "SKIPPED") for part in ("ind", "jnt", "oth")),
    ((2, 1), "bgmain", "DK"),
}


def answers_by_person(ingested):
    return ingested.responses.sort_values(WHO)[["site", "group", *ANSWERS]].reset_index(drop=True)


def reasons_by_person(ingested):
    people = ingested.responses[["respondent", *WHO]]
    rows = ingested.missing.merge(people).itertuples()
    return {((row.aaa101, row.aaa102), row.column, row.reason) for row in rows}


@pytest.mark.parametrize("platform", FOUR)
def test_each_platform_gives_the_same_answers(platform, exported, ingest):
    read = answers_by_person(ingest(exported(platform)))
    expected = [
        [one.site.lower(), {"1": "lived", "2": "lived", "3": "staff"}.get(one.answers["bgmain"])]
        for one in PEOPLE
    ]
    assert (
        read[["site", "group"]]
        .astype(object)
        .where(read[["site", "group"]].notna(), None)[["site", "group"]]
        .to_numpy()
        .tolist()
        == expected
    )
    assert read["aaa106"].tolist() == [5] * 6
    assert read.loc[3, ["modnowind", "modnowjnt", "modnowoth"]].tolist() == [0, 0, 10]
    assert read.loc[3, ["fnhere_1", "fnhere_2", "fnhere_3"]].tolist() == [0, 0, 0]
    assert read.loc[4, ["fnhere_1", "fnhere_2", "fnhere_3"]].tolist() == [1, 1, 0]


@pytest.mark.parametrize("platform", FOUR)
def test_each_platform_gives_the_same_reasons_for_blanks(platform, exported, ingest):
    assert reasons_by_person(ingest(exported(platform))) == EXPECTED_REASONS


@pytest.mark.parametrize("platform", ("qualtrics", "limesurvey", "redcap"))
def test_the_platform_is_found_from_the_file(platform, exported):
    source = exported(platform)
    assert platform_of(read_sheet(source.file), source).name == platform


def test_platforms_are_pooled(exported, ingest):
    pooled = ingest(*(exported(platform) for platform in FOUR))
    assert len(pooled.responses) == 4 * len(PEOPLE)
    assert pooled.sites["site"].tolist() == ["north", "south"]
    assert set(pooled.ledger_rows["platform"]) == set(FOUR)


@pytest.mark.parametrize("dialect", ("json", "python"))
def test_both_dialects_of_import_ids_are_read(dialect, exported, ingest):
    assert len(ingest(exported(dialect=dialect)).responses) == len(PEOPLE)


def test_choice_labels_are_read_as_their_numbers(exported, ingest):
    labelled = answers_by_person(ingest(exported(labels=True)))
    assert_frame_equal(labelled, answers_by_person(ingest(exported())))


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        *(("1", "PREVIEW"), ("17", "PREVIEW"), ("9", "PREVIEW"), ("2", "TEST"), ("8", "SPAM")),
        *(("12", "SPAM"), ("40", "SPAM"), ("Survey Preview", "PREVIEW"), ("Spam", "SPAM")),
    ],
)
def test_previews_tests_and_spam_are_left_out(status, reason, exported, ingest, folder):
    rows = qualtrics_rows(PEOPLE)
    rows[3][2] = status
    rows[3][11] = "anything"
    source = ExportSource(write_csv(folder / "export.csv", rows), "Site")
    ledger = ingest(source).ledger_rows
    assert ledger.loc[ledger["row"] == 4, "reason"].tolist() == [reason]
    assert (ledger["outcome"] == "excluded").sum() == 1


def test_a_preview_channel_is_left_out(exported, ingest, folder):
    rows = qualtrics_rows(PEOPLE)
    rows[4][8] = "preview"
    source = ExportSource(write_csv(folder / "export.csv", rows), "Site")
    assert ingest(source).ledger_rows["reason"].dropna().tolist() == ["PREVIEW"]


def test_an_unknown_status_is_not_guessed(exported, refusal):
    text = refusal(exported(status="Umfragevorschau"))
    assert "qualtrics.csv, row 4, column 'Status'" in text
    assert "Umfragevorschau" not in text


def test_the_order_of_display_is_no_answer(folder, ingest):
    rows = qualtrics_rows(PEOPLE)
    rows[0][rows[0].index("remarks")] = "practices_DO_aaa101"
    columns = ingest(ExportSource(write_csv(folder / "q.csv", rows), "Site")).ledger_columns
    assert columns.set_index("heading").loc["practices_DO_aaa101", "use"] == "record"


def test_the_language_is_told_alike_by_every_platform(exported, ingest):
    read = ingest(exported("qualtrics"), exported("limesurvey"))
    assert set(read.responses["language"]) == {"en"}


def test_seen_but_unanswered_is_skipped_even_for_who_stopped(exported, ingest):
    stopped = PEOPLE[2].with_answers(bbb101="-99")
    missing = ingest(exported(people=[stopped])).missing.set_index("column")["reason"]
    assert missing["bbb101"] == "SKIPPED"
    assert missing["bbb102"] == "NOT_REACHED"


def test_the_oldest_qualtrics_layout_has_two_heading_rows(folder, ingest, exported):
    names = ["ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress"]
    names += ["IPAddress", "Status", "StartDate", "EndDate", "Finished"]
    rows = [
        [*(f"V{number}" for number in range(1, 11)), "Site", *ANSWERS, ""],
        [*names, "Site", *(f"Text {name}" for name in ANSWERS), ""],
    ]
    for one in PEOPLE:
        start, end = "2026-03-01 10:00:00", "2026-03-01 10:05:00"
        record = [one.id, "set", "Anonymous", "", "", "", "0", start, end, str(int(one.finished))]
        rows.append([*record, one.site, *(one.answers[name] for name in ANSWERS), ""])
    source = ExportSource(write_csv(folder / "old.csv", rows, encoding="utf-8-sig"), "Site")
    read = ingest(source)
    assert_frame_equal(answers_by_person(read), answers_by_person(ingest(exported())))
    assert read.responses["seconds"].tolist() == [300.0] * 6


def test_redcap_access_group_is_the_site_when_none_is_named(exported, ingest):
    assert ingest(exported("redcap")).sites["site"].tolist() == ["north", "south"]


def test_only_forms_with_answers_decide_whether_a_redcap_record_is_finished(exported, ingest):
    assert ingest(exported("redcap")).responses["finished"].sum() == 5


def test_a_redcap_dictionary_marks_personal_and_free_text_columns(exported, ingest, folder):
    dictionary = write_csv(folder / "dictionary.csv", dictionary_rows())
    source = exported("redcap")
    columns = ingest(
        ExportSource(source.file, None, definition=dictionary)
    ).ledger_columns.set_index("heading")["use"]
    assert columns["bgtext"] == "dropped_personal"
    assert columns["first_name"] == "dropped_personal"


def test_a_redcap_dictionary_with_turned_codes_is_refused(exported, refusal, folder):
    turned = "1, Strongly agree | 5, Strongly disagree"
    dictionary = write_csv(folder / "dictionary.csv", dictionary_rows(codes=turned))
    text = refusal(ExportSource(exported("redcap").file, None, definition=dictionary))
    assert "dictionary.csv, column 'aaa101': the code 1 has a label" in text
    assert "write `recodes: undo` for this export" in text


def test_answers_stored_under_another_number_are_read_by_their_labels_where_told(
    exported, ingest, folder
):
    labels = list(LABELS.items())
    turned = " | ".join(
        f"{value}, {label}"
        for (value, _), (_, label) in zip(labels[:5], reversed(labels[:5]), strict=True)
    )
    dictionary = write_csv(folder / "dictionary.csv", dictionary_rows(codes=turned))
    file = exported("redcap").file
    plain = ingest(ExportSource(file, None)).responses
    undone = ingest(ExportSource(file, None, definition=dictionary, recodes="undo")).responses
    assert undone["aaa101"].tolist() == (6 - plain["aaa101"]).tolist()
    assert undone["aaa102"].tolist() == plain["aaa102"].tolist()


def test_code_and_text_headings_of_limesurvey_are_read(exported, ingest, folder):
    rows = limesurvey_rows(PEOPLE)
    rows[0] = [f"{name}. [Some text]" if "[" in name else f"{name}" for name in rows[0]]
    source = ExportSource(write_csv(folder / "long.csv", rows), "site")
    assert_frame_equal(
        answers_by_person(ingest(source)), answers_by_person(ingest(exported("limesurvey")))
    )


def test_all_choices_in_one_column_are_refused(folder, refusal):
    rows = qualtrics_rows(PEOPLE)
    rows[0][rows[0].index("fnhere_1")] = "fnhere"
    text = refusal(ExportSource(write_csv(folder / "q.csv", rows), "Site"))
    assert "q.csv, column 'fnhere': all choices are in one column" in text


def test_every_platform_says_what_would_decide():
    assert all(platform.decisive for platform in PLATFORMS.values())


# ---------------------------------------------------------------- real files, where they are kept

SPECIMENS = Path(__file__).parents[2] / ".." / "shared" / "specimens"
with_specimens = pytest.mark.skipif(not SPECIMENS.is_dir(), reason="real exports are not here")


def read_specimen(name):
    path = SPECIMENS / name
    source = ExportSource(path, None)
    sheet = read_sheet(path)
    return platform_of(sheet, source).read(sheet, source)


@with_specimens
@pytest.mark.parametrize(
    ("name", "platform", "n_rows"),
    [
        ("qualtrics/Single_Answer_Matrix_Questions.csv", "qualtrics", 5),
        ("qualtrics/Single_Answer_Matrix_Questions_Insights.csv", "qualtrics", 5),
        ("qualtrics/Multiple_Answer_MC_Questions.csv", "qualtrics", 5),
        ("qualtrics/Multiple_Answer_MC_Questions_Insights.csv", "qualtrics", 5),
        ("qualtrics/No_Basis_for_Evaluation_Insights.csv", "qualtrics", 15),
        ("qualtrics/Questions_with_Text_Entry_Components.csv", "qualtrics", 15),
        ("limesurvey/engine_generated/rpc_csv_code_short.csv", "limesurvey", 4),
        ("limesurvey/engine_generated/rpc_csv_code_long.csv", "limesurvey", 4),
        ("limesurvey/engine_generated/rpc_R_data.csv", "limesurvey", 4),
        ("limesurvey/engine_generated/rpc_xls_code_short.xlsx", "limesurvey", 4),
        ("redcap/checkboxes-1__data.csv", "redcap", 4),
        ("redcap/survey__data.csv", "redcap", 2),
        ("redcap/repeating-instruments__data.csv", "redcap", 6),
        ("redcap/decimal-comma__data.csv", "redcap", 4),
        ("redcap/potentially-problematic-values__data.csv", "redcap", 2),
    ],
)
def test_real_exports_are_recognised_and_every_row_is_read(name, platform, n_rows):
    raw = read_specimen(name)
    assert (raw.platform, len(raw.cells)) == (platform, n_rows)
    assert raw.record["response_id"].is_unique
    if platform == "qualtrics":
        assert set(raw.record["excluded"]) == {"TEST"}


@with_specimens
def test_both_layouts_of_one_qualtrics_survey_hold_the_same_answers():
    old = read_specimen("qualtrics/Single_Answer_Matrix_Questions.csv")
    new = read_specimen("qualtrics/Single_Answer_Matrix_Questions_Insights.csv")
    assert old.record["response_id"].tolist() == new.record["response_id"].tolist()
    for name in ("Q2_1", "Q2_3", "Q4_1", "Q4_3"):
        cells = [
            raw.cells[[column.heading for column in raw.columns].index(name) + 1].tolist()
            for raw in (old, new)
        ]
        assert cells[0] == cells[1]


@with_specimens
def test_repeated_redcap_instruments_have_their_own_ids():
    raw = read_specimen("redcap/repeating-instruments__data.csv")
    assert pd.Series(raw.record["response_id"]).nunique() == 6


@with_specimens
def test_the_unfinished_response_of_a_real_limesurvey_export_is_known():
    raw = read_specimen("limesurvey/engine_generated/rpc_csv_code_short.csv")
    assert raw.record["finished"].tolist() == [True, True, False, True]
    assert raw.record["seconds"].tolist()[0] == 600

"""The layouts, written down from real exports of each platform."""

import csv
import io
import json
import re

import pytest

QUALTRICS_RECORD = [
    "StartDate",
    "EndDate",
    "Status",
    "IPAddress",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "RecordedDate",
    "ResponseId",
    "RecipientLastName",
    "RecipientFirstName",
    "RecipientEmail",
    "ExternalReference",
    "LocationLatitude",
    "LocationLongitude",
    "DistributionChannel",
    "UserLanguage",
]
LIMESURVEY_RECORD = [
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "startdate",
    "datestamp",
    "ipaddr",
    "refurl",
]
DICTIONARY_HEADINGS = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Field Note",'
    '"Text Validation Type OR Show Slider Number","Text Validation Min","Text Validation Max",'
    'Identifier?,"Branching Logic (Show field only if...)","Required Field?","Custom Alignment",'
    '"Question Number (surveys only)","Matrix Group Name","Matrix Ranking?","Field Annotation"'
)


def table(folder, name, separator=","):
    text = (folder / "exports" / name).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


@pytest.fixture(scope="module")
def qualtrics(folder):
    return table(folder, "qualtrics.csv")


@pytest.fixture(scope="module")
def limesurvey(folder):
    return table(folder, "limesurvey.csv", ";")


@pytest.fixture(scope="module")
def redcap(folder):
    return table(folder, "redcap.csv")


def column(rows, name, first_row=1):
    place = rows[0].index(name)
    return [row[place] for row in rows[first_row:] if row]


def raw_bytes(folder, name):
    return (folder / "exports" / name).read_bytes()


def test_qualtrics_has_no_byte_order_mark_and_line_feeds(folder):
    raw = raw_bytes(folder, "qualtrics.csv")
    assert raw.startswith(b"StartDate,")
    assert b"\r" not in raw


def test_qualtrics_has_the_current_record_columns(qualtrics):
    assert qualtrics[0][: len(QUALTRICS_RECORD)] == QUALTRICS_RECORD
    assert qualtrics[1][:3] == ["Start Date", "End Date", "Response Type"]


def test_the_third_row_of_qualtrics_is_json(qualtrics):
    ids = [json.loads(cell)["ImportId"] for cell in qualtrics[2]]
    assert ids[:3] == ["startDate", "endDate", "status"]
    assert ids[8] == "_recordId"
    assert json.loads(qualtrics[2][0]) == {"ImportId": "startDate", "timeZone": "Europe/London"}
    assert len(set(ids)) == len(ids)


def test_qualtrics_names_matrices_ticks_and_counters_by_export_tag(qualtrics, instrument):
    ids = dict(zip(qualtrics[0], (json.loads(c)["ImportId"] for c in qualtrics[2]), strict=True))
    assert re.fullmatch(r"QID\d+_1", ids["practices_ini101"])
    assert re.fullmatch(r"QID\d+_2", ids["practices_ini201"])
    assert ids["practices_DO"] == ids["practices_ini101"].replace("_1", "_DO")
    assert re.fullmatch(r"QID\d+_3", ids["fnhere_3"])
    assert re.fullmatch(r"QID\d+_1", ids["modnow_modnowind"])
    assert re.fullmatch(r"QID\d+", ids["bgmain"])
    assert re.fullmatch(r"QID\d+_TEXT", ids["open1"])
    assert ids["Site"] == "Site"


def test_qualtrics_shows_wordings_with_fill_ins_put_in(qualtrics, instrument):
    assert not any("{" in cell for cell in qualtrics[1])
    wording = str(instrument.items["ini101"].text)
    assert "{work}" in wording
    text = qualtrics[1][qualtrics[0].index("practices_ini101")]
    assert text.endswith(wording.replace("{work}", "this work"))


def test_qualtrics_rows_are_of_one_width_and_keep_line_breaks_in_cells(qualtrics, rows):
    assert {len(row) for row in qualtrics} == {len(qualtrics[0])}
    assert len(qualtrics) - 3 == len(rows["qualtrics"].record)


def test_qualtrics_marks_previews_twice(qualtrics, programme):
    status, channel = column(qualtrics, "Status", 3), column(qualtrics, "DistributionChannel", 3)
    assert status.count("1") == programme.design.dirt_of("qualtrics").preview_rows
    assert [s == "1" for s in status] == [c == "preview" for c in channel]


def test_qualtrics_tells_seen_but_unanswered_from_never_reached(qualtrics):
    late = column(qualtrics, "helped", 3)
    finished = column(qualtrics, "Finished", 3)
    assert all(cell == "" for cell, done in zip(late, finished, strict=True) if done == "0")
    assert all(cell != "" for cell, done in zip(late, finished, strict=True) if done == "1")
    assert sum(cell == "-99" for row in qualtrics[3:] for cell in row) > 50


def test_qualtrics_ticks_are_one_or_blank(qualtrics, instrument):
    assert set(column(qualtrics, "fnhere_3", 3)) == {"", "1"}


def test_qualtrics_response_ids_look_real(qualtrics):
    ids = column(qualtrics, "ResponseId", 3)
    assert all(re.fullmatch(r"R_[A-Za-z0-9]{15}", name) for name in ids)
    assert len(set(ids)) == len(ids)


def test_personal_looking_columns_hold_nothing_personal(qualtrics, limesurvey, redcap):
    assert set(column(qualtrics, "RecipientLastName", 3)) == {""}
    for address in [*column(qualtrics, "IPAddress", 3), *column(limesurvey, "ipaddr")]:
        assert re.fullmatch(r"192\.0\.2\.\d{1,3}", address)
    mails = [
        *column(qualtrics, "RecipientEmail", 3),
        *column(redcap, "redcap_survey_identifier"),
    ]
    assert any(mails)
    assert all(mail == "" or mail.endswith("@example.org") for mail in mails)


def test_limesurvey_has_byte_order_mark_crlf_and_quotes_everywhere(folder):
    raw = raw_bytes(folder, "limesurvey.csv")
    assert raw.startswith(b'\xef\xbb\xbf"id";"submitdate";')
    assert raw.endswith(b'"\r\n\r\n')
    lines = raw.decode("utf-8-sig").split("\r\n")
    assert all(line.startswith('"') and line.endswith('"') for line in lines if line)
    assert re.fullmatch(r'"[^"]*"(;"[^"]*")*', lines[0])


def test_limesurvey_headings_are_codes(limesurvey, instrument):
    assert limesurvey[0][: len(LIMESURVEY_RECORD)] == LIMESURVEY_RECORD
    for name in ("site", "prac[ini101]", "modnow[modnowind]", "fnhere[3]", "bgmain", "open1"):
        assert name in limesurvey[0]


def test_limesurvey_partials_have_no_submit_date_and_an_earlier_last_page(limesurvey, programme):
    dirt = programme.design.dirt_of("limesurvey")
    pages = column(limesurvey, "lastpage")
    submitted = column(limesurvey, "submitdate")
    last = max(page for page in pages if page)
    stopped = [p for p, s in zip(pages, submitted, strict=True) if s == ""]
    assert len(stopped) == dirt.partials + dirt.empty_rows
    assert all(page < last for page in stopped)
    assert all(p == last for p, s in zip(pages, submitted, strict=True) if s)


def test_limesurvey_repeats_whole_rows(limesurvey, programme):
    rows = [tuple(row) for row in limesurvey[1:] if row]
    assert len(rows) - len(set(rows)) == programme.design.dirt_of("limesurvey").repeated_rows


def test_limesurvey_ticks_are_y_or_blank_and_sites_are_codes(limesurvey):
    assert set(column(limesurvey, "fnhere[3]")) == {"", "Y"}
    assert all(re.fullmatch(r"(s\d\d)?", code) for code in column(limesurvey, "site"))


def test_redcap_quotes_cells_with_spaces_and_uses_line_feeds(folder):
    raw = raw_bytes(folder, "redcap.csv")
    assert raw.startswith(b"record_id,redcap_data_access_group,redcap_survey_identifier,")
    assert b"\r" not in raw
    assert re.search(rb',"2026-\d\d-\d\d \d\d:\d\d:\d\d",', raw)
    assert b'"[not completed]"' in raw


def test_redcap_forms_have_time_stamp_fields_and_status(redcap, instrument):
    headings = redcap[0]
    for form in ("practices", "models", "you"):
        assert headings.index(f"{form}_timestamp") < headings.index(f"{form}_complete")
    assert headings[headings.index("practices_timestamp") + 1] == next(iter(instrument.items))
    assert headings[-1] == "you_complete"
    assert set(column(redcap, "models_complete")) == {"0", "2"}


def test_redcap_checkboxes_are_zero_even_in_forms_never_opened(redcap):
    never = [row for row in redcap[1:] if row[redcap[0].index("you_timestamp")] == ""]
    assert never
    assert {row[redcap[0].index("fnhere___3")] for row in never} == {"0"}
    assert set(column(redcap, "fnhere___3")) == {"0", "1"}


def test_redcap_groups_are_site_ids_with_underscores(redcap, programme):
    sites = programme.sites.query("platform == 'redcap'")["site"]
    expected = {site.replace("-", "_") for site in sites}
    assert set(column(redcap, "redcap_data_access_group")) == expected


def test_redcap_record_ids_are_unique(redcap):
    ids = column(redcap, "record_id")
    assert len(set(ids)) == len(ids)


def test_the_dictionary_has_the_eighteen_headings_and_a_row_a_field(folder, redcap, instrument):
    raw = raw_bytes(folder, "redcap_dictionary.csv").decode("utf-8")
    assert raw.split("\n")[0] == DICTIONARY_HEADINGS
    dictionary = table(folder, "redcap_dictionary.csv")
    assert {len(row) for row in dictionary} == {18}
    fields = [row[0] for row in dictionary[1:]]
    assert fields[0] == "record_id"
    exported = [re.sub(r"___\d+$", "", name) for name in redcap[0]]
    assert set(fields) <= set(exported)
    forms = [row[1] for row in dictionary[1:]]
    assert [form for n, form in enumerate(forms) if n == 0 or forms[n - 1] != form] == [
        "practices",
        "models",
        "you",
    ]


def test_dictionary_choices_are_what_the_instrument_allows(folder, instrument):
    for row in table(folder, "redcap_dictionary.csv")[1:]:
        if row[0] in instrument.items:
            item = instrument.items[row[0]]
            codes = [int(choice.split(", ")[0]) for choice in row[5].split(" | ")]
            special = [c.value for c in instrument.special_codes if c.id in item.special_codes]
            assert codes == [1, 2, 3, 4, 5, *special]


def test_the_site_list_has_the_site_form(folder, instrument, programme):
    rows = list(csv.reader((folder / "sites.csv").open(encoding="utf-8", newline="")))
    drawn = programme.sites.columns
    questions = [question.id for question in instrument.context_questions if question.id in drawn]
    invited = ["invited", *(f"invited_{group.id}" for group in instrument.grouping.groups)]
    assert rows[0] == ["site", "label", "other_spellings", *invited, *questions]
    assert len(rows) == 1 + len(programme.sites)
    assert any(";" in row[rows[0].index("ctx06")] for row in rows[1:])
    assert all(int(row[3]) > 0 for row in rows[1:])

"""A look at an export tells what a run would do with it, and nothing about any person."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.ingest import ExportSource, check_export, describe_check
from pipeline.instrument import load_instrument
from pipeline.problems import InputError

from .layouts import (
    INSTRUMENT,
    ITEMS,
    PEOPLE,
    dictionary_rows,
    generic_mapping,
    generic_rows,
    limesurvey_rows,
    qualtrics_rows,
    redcap_rows,
    statement,
    write_csv,
)
from .test_form_platforms import ROWS
from .test_name_map import HEADINGS, export_rows, map_rows

FOLDER = Path(__file__).parent / "instrument"
REAL = Path(__file__).parents[2] / "instrument"
FOUR = ("qualtrics", "limesurvey", "redcap", "generic")
MAIL, NUMBER = "canary.mail@example.org", "4915112345678"
TEXT = "The canary sang about the manager in the kitchen"
CANARIES = (MAIL, NUMBER, TEXT, "canary", "R_00000")


def check(source):
    return check_export(source, INSTRUMENT, INSTRUMENT)


def words(source):
    return describe_check(check(source))


def line(text, start):
    """The one line that starts so."""
    [found] = [one for one in text.splitlines() if one.strip().startswith(start)]
    return found.strip()


def qualtrics(folder, rows, site="Site", **companions):
    return ExportSource(write_csv(folder / "q.csv", rows), site, **companions)


def changed(*changes):
    """The people on Qualtrics with some cells changed; each is row, heading, text."""
    rows = qualtrics_rows(PEOPLE)
    for row, heading, text in changes:
        rows[row - 1][rows[0].index(heading)] = text
    return rows


def without(*headings):
    rows = qualtrics_rows(PEOPLE)
    places = {rows[0].index(heading) for heading in headings}
    return [[cell for place, cell in enumerate(row) if place not in places] for row in rows]


def in_column(heading, text):
    """A text in every row of a column."""
    return changed(*((row, heading, text) for row in range(4, 10)))


@pytest.mark.parametrize("platform", FOUR)
def test_an_export_in_order_is_ready_and_tells_what_the_pipeline_reads(platform, exported, ingest):
    source = exported(platform)
    found, ingested = check(source), ingest(source)
    assert found.is_ready and found.platform == platform
    assert found.rows.n_rows == len(ingested.ledger_rows)
    assert found.rows.n_analysed == len(ingested.responses)
    assert found.rows.n_unfinished == 1
    assert found.columns.n_items == len(ITEMS) and found.columns.missing == ()
    assert found.sites.sizes == (2, 4) and found.sites.spellings == ("North", "South")
    assert describe_check(found).endswith("\n  ready: 6 rows would be analysed")


@pytest.mark.parametrize("platform", ROWS)
def test_every_other_platform_is_known_too(platform, folder, ingest):
    source = ExportSource(write_csv(folder / "export.csv", ROWS[platform]()), "site")
    found = check(source)
    assert found.is_ready and found.platform == platform
    assert found.rows.n_analysed == len(ingest(source).responses)


def test_the_report_on_an_export_in_order(exported):
    assert words(exported()) == "\n".join(
        [
            "qualtrics.csv",
            "  platform: qualtrics, three heading rows, answers as numbers (a third row of import "
            "ids, the usual headings of a response)",
            "  languages: en 6",
            "  rows: 6 in the file, 6 would be analysed",
            "  rows left out: 0 previews and tests, 0 spam, 0 repeated, 0 without a site",
            "  other rows that were not finished: 1",
            "  dates: 2026-03-01 to 2026-03-01",
            "  question columns in the file: 21\n  item columns: 11 found of 11",
            "  columns not known, not used: 1 (remarks)",
            "  personal columns, will be dropped: 3 (IPAddress, RecipientEmail, bgmain_4_TEXT)",
            "  sites: 2 in column 'Site', with 2 to 4 rows each, median 3",
            "  sites are written: North, South",
            "  ready: 6 rows would be analysed",
        ]
    )


def test_what_the_platform_does_not_tell_is_said(exported):
    text = words(exported("generic"))
    assert line(text, "platform:") == "platform: generic, one heading row (a mapping file is given)"
    assert line(text, "languages:") == line(text, "dates:").replace("dates", "languages")
    assert line(text, "dates:") == "dates: not told by the platform"


def test_paper_does_not_tell_who_stopped(folder):
    source = ExportSource(write_csv(folder / "export.csv", ROWS["paper"]()), "site")
    told = line(words(source), "other rows that were not finished")
    assert told == "other rows that were not finished: not told by the platform"


DATED = {
    "qualtrics": (qualtrics_rows, "EndDate", 3),
    "limesurvey": (limesurvey_rows, "submitdate", 1),
    "redcap": (redcap_rows, "practices_timestamp", 1),
    "kobo": (lambda _: ROWS["kobo"](), "_submission_time", 1),
    "odk": (lambda _: ROWS["odk"](), "SubmissionDate", 1),
    "formr": (lambda _: ROWS["formr"](), "ended", 1),
}


@pytest.mark.parametrize("platform", DATED)
def test_the_range_of_dates_is_that_of_the_responses(platform, folder):
    layout, heading, first = DATED[platform]
    rows = layout(PEOPLE)
    rows[first][rows[0].index(heading)] = "2026-02-27 23:00:00"
    found = check(ExportSource(write_csv(folder / "export.csv", rows), None))
    assert found.rows.days == ("2026-02-27", "2026-03-01")


def test_a_date_that_stands_for_no_date_is_none(folder):
    rows = limesurvey_rows(PEOPLE)
    dates = [rows[0].index(name) for name in ("submitdate", "datestamp", "startdate")]
    for row in rows[1:]:
        for place in dates:
            row[place] = "1980-01-01 00:00:00" if place == dates[0] else ""
    assert check(ExportSource(write_csv(folder / "export.csv", rows), "site")).rows.days is None


def test_previews_tests_and_spam_are_counted(folder):
    statuses = [(4, "Status", "1"), (5, "Status", "2"), (6, "Status", "8")]
    found = check(qualtrics(folder, changed(*statuses)))
    assert found.rows.reasons == {"PREVIEW": 1, "TEST": 1, "SPAM": 1}
    left = line(describe_check(found), "rows left out")
    assert left == "rows left out: 2 previews and tests, 1 spam, 0 repeated, 0 without a site"
    assert found.rows.n_analysed == 3


def test_repeated_rows_and_rows_without_a_site_are_counted(folder):
    rows = changed((9, "Site", ""))
    found = check(qualtrics(folder, [*rows, rows[4]]))
    assert found.is_ready
    assert found.rows.reasons == {"DUPLICATE_ROW": 1, "NO_SITE": 1}


def typed_twice(folder):
    """Two people under one number that somebody typed."""
    mapping = folder / "mapping.yaml"
    mapping.write_text(generic_mapping(), encoding="utf-8")
    rows = generic_rows([*PEOPLE, replace(PEOPLE[4], id=PEOPLE[0].id)])
    return ExportSource(write_csv(folder / "g.csv", rows), "place", mapping=mapping)


def test_one_typed_id_with_different_answers_must_be_mended(folder):
    found = check(typed_twice(folder))
    text = describe_check(found)
    assert found.rows.n_shared_ids == 1
    assert line(text, "duplicates") == "duplicates: 1 response ids in rows with different answers"
    assert text.endswith("not ready: 1 thing to mend")


def test_one_id_of_a_platform_with_different_answers_is_one_response(folder):
    found = check(qualtrics(folder, changed((5, "ResponseId", PEOPLE[0].id))))
    assert found.is_ready
    assert "1 of a response or person seen before" in describe_check(found)


def test_equal_rows_without_an_id_are_told_and_kept(folder):
    rows = generic_rows(PEOPLE, blank="")
    rows = [row[1:] for row in rows]
    rows[0][3:] = INSTRUMENT.answer_columns
    path = write_csv(folder / "export.csv", [*rows, rows[1]])
    found = check(ExportSource(path, "place", "generic"))
    assert found.rows.n_equal_without_id == 1
    assert found.rows.n_analysed == 7


def test_careless_rows_and_rows_with_too_few_answers_are_counted(folder):
    hasty = [(4, name, "3") for name in map(statement, ITEMS)]
    empty = [(6, name, "") for name in map(statement, ITEMS)]
    rows = changed(*hasty, *empty, (4, "Duration (in seconds)", "3"))
    found = check(qualtrics(folder, rows))
    assert found.rows.reasons == {"CARELESS": 1, "TOO_FEW_ANSWERS": 1}
    assert found.rows.n_analysed == 4


def test_an_export_of_previews_only_is_not_ready(folder, refusal):
    source = qualtrics(folder, in_column("Status", "1"))
    found = check(source)
    assert [str(problem) for problem in found.problems] == [refusal(source)]
    assert found.rows.n_analysed is None


def test_languages_are_counted_and_only_codes_are_shown(folder):
    rows = changed((4, "UserLanguage", "SV"), (5, "UserLanguage", TEXT), (6, "UserLanguage", ""))
    assert check(qualtrics(folder, rows)).rows.languages == {
        "en": 3,
        "not told": 1,
        "other": 1,
        "sv": 1,
    }


def test_missing_item_columns_are_told(folder):
    found = check(qualtrics(folder, without("practices_aaa102", "practices_bbb105")))
    text = describe_check(found)
    assert line(text, "item columns:") == "item columns: 9 found of 11"
    assert line(text, "item columns missing") == "item columns missing: aaa102, bbb105"
    assert found.columns.forms == ()


def coded(folder, headings):
    """A file of another origin whose headings are codes."""
    rows = [["place", *headings], *([str(n), *["3"] * len(headings)] for n in range(3))]
    return ExportSource(write_csv(folder / "coded.csv", rows), "place", "generic")


def test_more_than_ten_missing_item_columns_are_counted(folder):
    short = load_instrument(REAL, "short")
    items = list(short.items)
    text = describe_check(check_export(coded(folder, items[:-13]), short, load_instrument(REAL)))
    told = line(text, "item columns missing")
    assert told == f"item columns missing: {', '.join(items[-13:-3])} and 3 more"


@pytest.mark.parametrize(("asked", "of_study"), [("short", "long"), ("long", "short")])
def test_the_form_that_fits_is_named_when_another_was_chosen(asked, of_study, folder):
    whole = load_instrument(REAL)
    items = list(whole.form(asked).items)
    found = check_export(coded(folder, items), whole.form(of_study), whole)
    best = found.columns.forms[0]
    assert (best.form, best.sections) == (asked, ())
    assert best.n_found == best.n_items == len(items)
    assert f"forms that fit best: {asked}, {len(items)} of {len(items)}" in describe_check(found)


def test_columns_of_other_forms_are_no_unknown_columns(folder):
    whole = load_instrument(REAL)
    short, long = (whole.form(name) for name in ("short", "long"))
    found = check_export(coded(folder, [*long.items, "shoe"]), short, whole)
    assert found.columns.unknown == ("shoe",)
    assert found.columns.n_other_form == len(set(long.items) - set(short.items))


def test_unknown_columns_are_named_and_at_most_ten_of_them(folder):
    rows = qualtrics_rows(PEOPLE)
    extra = [f"extra{letter}" for letter in "abcdefghijk"]
    rows = [rows[0] + extra, *([*row, *["1"] * len(extra)] for row in rows[1:])]
    told = line(words(qualtrics(folder, rows)), "columns not known, not used")
    assert told.startswith("columns not known, not used: 12 (remarks, extraa, extrab,")
    assert told.endswith("extrai and 2 more)")


def test_an_unknown_column_of_long_texts_is_only_counted(folder):
    text = words(qualtrics(folder, in_column("remarks", TEXT)))
    assert "columns not known that may be personal, will be dropped: 1" in text
    assert "remarks" not in text


def test_personal_columns_of_a_data_dictionary_are_named(folder):
    dictionary = write_csv(folder / "dictionary.csv", dictionary_rows())
    path = write_csv(folder / "r.csv", redcap_rows(PEOPLE))
    found = check(ExportSource(path, None, definition=dictionary))
    assert found.columns.personal == ("redcap_survey_identifier", "bgtext", "first_name")


def test_answers_outside_the_scale_are_grouped_by_fault_with_examples(folder):
    faults = [(4, statement("aaa101"), "7"), (5, statement("aaa101"), "7")]
    rows = changed(*faults, (4, statement("aaa102"), "7"), (4, "bgmain", "9"))
    text = words(qualtrics(folder, rows))
    outside = [one.strip() for one in text.splitlines() if "answers outside" in one[:20]]
    assert outside == [
        "answers outside the scale (1-5 and 97-98): practices_aaa101 2, practices_aaa102 1, "
        "such as '7'",
        "answers outside the scale (1-4 and 97-98): bgmain 1, such as '9'",
    ]


def test_answers_that_may_be_personal_are_counted_only(folder):
    rows = changed((4, statement("aaa101"), MAIL), (5, statement("aaa102"), NUMBER))
    told = line(words(qualtrics(folder, rows)), "answers outside the scale")
    assert told.endswith("practices_aaa101 1, practices_aaa102 1; they are not shown here")


def test_at_most_three_examples_and_ten_lines_are_shown(folder):
    rows = changed(*((row, statement("aaa101"), str(row + 10)) for row in range(4, 9)))
    told = line(words(qualtrics(folder, rows)), "answers outside the scale")
    assert told.endswith("such as '14', '15', '16'")

    rows = changed(*((4, statement(name), str(20 + n)) for n, name in enumerate(ITEMS)))
    text = words(qualtrics(folder, rows))
    assert text.count("\n  answers outside the scale (") == 10
    assert line(text, "answers outside the scale:") == "answers outside the scale: 1 more columns"


def test_ticks_that_share_a_cell_are_told_once(folder):
    rows = export_rows()
    rows[1][-1] = "t1, t9"
    names = write_csv(folder / "map.csv", [list(HEADINGS), *map_rows()])
    path = write_csv(folder / "export.csv", rows)
    [fault] = check(ExportSource(path, None, "generic", name_map=names)).outside
    assert fault.columns == (("does", 1),)


def test_a_map_of_names_tells_the_form_and_what_was_not_asked(folder):
    half = ITEMS[:6]
    names = [list(HEADINGS), *(["fixture", "0.9", *row[2:]] for row in map_rows(half))]
    path = write_csv(folder / "export.csv", export_rows(items=half))
    name_map = write_csv(folder / "map.csv", names)
    found = check(ExportSource(path, None, "generic", name_map=name_map))
    text = describe_check(found)
    assert found.is_ready and found.columns.forms == ()
    assert line(text, "form:") == (
        "form: full, version 0.9 of the questionnaire, read with version 1.0"
    )
    assert line(text, "item columns:") == "item columns: 6 found of 6"
    assert line(text, "items that the map").endswith("not asked: 5")
    assert line(text, "sites:").startswith("sites: 2 in column 'Where'")


def test_without_a_column_of_the_site_the_file_is_the_site(folder):
    found = check(qualtrics(folder, qualtrics_rows(PEOPLE), None))
    assert (found.sites.heading, found.sites.sizes) == (None, (6,))
    assert "sites: no column tells them, so the file is one site" in describe_check(found)


def test_a_site_that_is_written_in_two_ways_is_one(folder):
    found = check(qualtrics(folder, changed((4, "Site", "NORTH "))))
    assert found.sites.sizes == (2, 4)
    assert found.sites.spellings == ("NORTH", "North", "South")


def test_a_text_among_the_sites_is_counted_only(folder):
    found = check(qualtrics(folder, changed((4, "Site", TEXT))))
    assert (found.sites.spellings, found.sites.n_hidden) == (("North", "South"), 1)
    told = line(describe_check(found), "sites are written")
    assert told == "sites are written: North, South; 1 not shown, may be personal"


@pytest.mark.parametrize("column", ["ResponseId", "RecipientEmail"])
def test_names_of_people_are_not_shown_as_sites(column, folder):
    source = qualtrics(folder, qualtrics_rows(PEOPLE), column)
    assert check(source).sites.spellings == ()
    assert "sites are written: not shown" in words(source)
    assert "a@example.org" not in words(source)


def test_as_many_sites_as_rows_are_not_shown(folder):
    rows = changed(*((row, "Site", f"Person {row}") for row in range(4, 10)))
    assert "Person" not in words(qualtrics(folder, rows))


BROKEN = {
    "no such file": lambda folder: ExportSource(folder / "none.csv", None),
    "no such platform": lambda folder: qualtrics(folder, changed(), platform="qualtrix"),
    "no sign of a platform": lambda folder: ExportSource(
        write_csv(folder / "plain.csv", [["who", *ITEMS], ["1", *["3"] * 11]]), None
    ),
    "no rows": lambda folder: qualtrics(folder, changed()[:3]),
    "a status that is not known": lambda folder: qualtrics(folder, changed((4, "Status", "?"))),
    "no such site column": lambda folder: qualtrics(folder, changed(), "Sight"),
    "items missing": lambda folder: qualtrics(folder, without("practices_aaa102")),
    "all items missing": lambda folder: qualtrics(folder, without(*map(statement, ITEMS))),
    "one answer in two columns": lambda folder: qualtrics(
        folder, changed((1, "remarks", "aaa101"))
    ),
    "one typed id twice": typed_twice,
    "answers outside": lambda folder: qualtrics(folder, changed((4, "bgmain", "9"))),
    "free text": lambda folder: qualtrics(folder, in_column(statement("aaa101"), TEXT)),
    "a map of something else": lambda folder: qualtrics(
        folder, changed(), name_map=write_csv(folder / "map.csv", [["a"], ["b"]])
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_must_be_mended_is_what_the_pipeline_would_refuse(fault, folder, ingest):
    source = BROKEN[fault](folder)
    with pytest.raises(InputError) as caught:
        ingest(source)
    found = check(source)
    assert found.problems == caught.value.problems
    text = describe_check(found)
    assert all(f"to mend: {problem}" in text for problem in found.problems)
    assert "not ready: " in text.splitlines()[-1]


def test_faults_of_different_kinds_are_told_together(folder):
    rows = changed((4, "bgmain", "9"), (5, statement("bbb101"), "9"))
    place = rows[0].index(statement("aaa102"))
    rows = [row[:place] + row[place + 1 :] for row in rows]
    text = words(qualtrics(folder, rows))
    assert text.endswith("not ready: 3 things to mend")


def test_many_things_to_mend_are_counted(folder):
    rows = changed(*((4, statement(name), "7") for name in ITEMS))
    for name in ITEMS:
        for row in range(5, 10):
            rows[row - 1][rows[0].index(statement(name))] = "7"
    text = words(qualtrics(folder, rows))
    assert text.count("\n  to mend: ") == 21
    assert "to mend: 46 more" in text
    assert text.endswith("not ready: 66 things to mend")


PLANTED = {
    "answers": [(row, statement("aaa101"), text) for row, text in ((4, MAIL), (5, NUMBER))],
    "free text as an answer": [(4, "bgmain", TEXT)],
    "open text": [(4, "remarks", TEXT), (5, "remarks", MAIL), (6, "remarks", NUMBER)],
    "text beside a choice": [(4, "bgmain_4_TEXT", TEXT)],
    "addresses": [(4, "RecipientEmail", MAIL), (4, "IPAddress", NUMBER)],
    "the language": [(4, "UserLanguage", TEXT), (5, "UserLanguage", MAIL)],
    "the dates": [(4, "EndDate", TEXT), (5, "StartDate", MAIL), (6, "EndDate", NUMBER)],
    "the site, a mail address": [(4, "Site", MAIL)],
    "the site, a number": [(4, "Site", NUMBER)],
    "the site, a text": [(4, "Site", TEXT)],
    "the id": [(4, "ResponseId", MAIL), (5, "ResponseId", MAIL)],
    "the end": [(4, "Finished", TEXT)],
    "the time": [(4, "Duration (in seconds)", NUMBER)],
    "the status": [(4, "Status", TEXT)],
    "a heading, a mail address": [(1, "remarks", MAIL)],
    "a heading, a number": [(1, "remarks", NUMBER)],
}


@pytest.mark.parametrize("place", PLANTED)
def test_nothing_that_a_person_wrote_is_told(place, folder):
    text = words(qualtrics(folder, changed(*PLANTED[place])))
    assert not [canary for canary in CANARIES if canary in text]


def test_a_first_row_of_answers_is_not_shown_as_headings(folder):
    row = ["Ada Canary", "My name is", MAIL, NUMBER, TEXT, "3"]
    path = write_csv(folder / "bare.csv", [row, row])
    text = words(ExportSource(path, None, "generic"))
    assert "headings are not shown" in text
    assert not [cell for cell in row[:5] if cell in text]


def run(*arguments):
    given = [str(argument) for argument in arguments]
    return main(["check", *given, "--instrument", str(FOLDER), "--form", "full"])


def everything_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_tells_what_is_ready_and_writes_nothing(exported, folder, capsys):
    path = exported().file
    before = everything_in(folder)
    assert run(path, "--site-column", "Site") == 0
    assert everything_in(folder) == before
    told = capsys.readouterr()
    assert told.out.endswith("ready: 6 rows would be analysed\n") and told.err == ""


def test_the_command_looks_at_every_file_and_fails_if_one_is_not_ready(folder, capsys):
    good = write_csv(folder / "good.csv", qualtrics_rows(PEOPLE))
    bad = write_csv(folder / "bad.csv", without("practices_aaa102"))
    before = everything_in(folder)
    assert run(bad, good, "--site-column", "Site") == 2
    assert everything_in(folder) == before
    told = capsys.readouterr().out
    assert told.startswith("bad.csv\n") and "\ngood.csv\n" in told
    assert "not ready: 1 thing to mend\ngood.csv\n" in told
    assert told.endswith("ready: 6 rows would be analysed\n")


def test_the_command_takes_what_goes_with_a_file(exported, folder, capsys):
    exported("generic")
    assert run("generic.csv", "--mapping", "mapping.yaml", "--site-column", "place") == 0
    write_csv(folder / "map.csv", [list(HEADINGS), *map_rows()])
    write_csv(folder / "export.csv", export_rows())
    assert run("export.csv", "--name-map", "map.csv", "--platform", "generic") == 0
    dictionary = write_csv(folder / "dictionary.csv", dictionary_rows("1, Strongly agree"))
    exported("redcap")
    assert run("redcap.csv", "--definition", dictionary) == 2
    assert "to mend: dictionary.csv" in capsys.readouterr().out


def test_a_form_that_is_not_there_is_told(exported, capsys):
    path = str(exported().file)
    assert main(["check", path, "--instrument", str(FOLDER), "--form", "fulll"]) == 2
    assert "there is no form 'fulll'" in capsys.readouterr().err

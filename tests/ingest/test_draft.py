"""What is found out about the files of a new study: platform, companions, form, sites, persons."""

import csv
import json
import random
from pathlib import Path

import pytest
import yaml

from pipeline.cli import main
from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports, read_site_list
from pipeline.ingest.companions import companion_in
from pipeline.ingest.draft import draft_study, source_of
from pipeline.ingest.draft_columns import site_rank
from pipeline.ingest.draft_entries import entries_of
from pipeline.ingest.draft_sites import similar_sites, sites_in, sites_text
from pipeline.ingest.draft_words import describe_export, describe_unclear
from pipeline.ingest.mapping import read_mapping
from pipeline.instrument import load_instrument
from pipeline.problems import InputError
from pipeline.study_draft import MappingText, mapping_text

from .layouts import INSTRUMENT as SMALL
from .layouts import PEOPLE, dictionary_rows, qualtrics_rows, redcap_rows, write_csv

WHOLE = load_instrument(Path(__file__).parents[2] / "instrument")
PLACES = ("Harbour", "Mill")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A study folder in which files have short names."""
    monkeypatch.chdir(tmp_path)
    return Path()


def items_of(form, sections=()):
    return list(WHOLE.form(form, sections).items)


def answers(columns, n_rows=24, **more):
    """Rows of answers below their headings; `more` are other columns by heading."""
    draw = random.Random(4)
    others = {heading: list(cells) for heading, cells in more.items()}
    rows = [[*others, *columns]]
    for row in range(n_rows):
        before = [cells[row % len(cells)] for cells in others.values()]
        rows.append([*before, *(str(draw.randint(1, 3)) for _ in columns)])
    return rows


def table(path, form="long", sections=(), n_rows=24, **more):
    """A table of an unknown platform whose headings are the codes of the items."""
    return write_csv(path, answers(items_of(form, sections), n_rows, **more))


def redcap(path, form, n_rows=24, **more):
    rows = answers(items_of(form), n_rows, record_id=map(str, range(n_rows)), **more)
    rows[0].append("practices_complete")
    return write_csv(path, [rows[0], *([*row, "2"] for row in rows[1:])])


def draft(*files, whole=WHOLE, **options):
    return draft_study(files, whole, **options)


def only(found):
    [export] = found.exports
    return export


def export_to(platform, folder, form="long"):
    assert main(["export", "--to", platform, "--form", form, "--folder", str(folder)]) == 0
    return folder


@pytest.fixture
def in_the_checkout(monkeypatch, tmp_path):
    monkeypatch.chdir(Path(__file__).parents[2])
    return tmp_path


# ------------------------------------------------------------------------------ platform, form


def test_the_platform_is_told_with_its_signs(folder):
    found = draft(write_csv(folder / "q.csv", qualtrics_rows(PEOPLE)), whole=SMALL)
    assert only(found).platform == "qualtrics"
    assert "a third row of import ids" in describe_export(only(found))


def test_a_file_that_looks_like_two_platforms_is_kept_with_both(folder):
    (folder / "a.csv").write_text(
        "id,submitdate,lastpage,startlanguage,prac[ini101],prac[ini201],redcap_event_name,b___1\n"
        "1,2026-09-01,2,en,4,5,base,1\n",
        encoding="utf-8",
    )
    found = draft(folder / "a.csv")
    assert set(only(found).guesses) == {"limesurvey", "redcap"}
    [entry] = entries_of(found, {})
    assert entry.keys == {}
    assert set(entry.offered) == {("platform", "limesurvey"), ("platform", "redcap")}


def test_an_export_is_known_by_its_content_whatever_its_name(folder):
    found = draft(write_csv(folder / "redcap dictionary.txt", qualtrics_rows(PEOPLE)), whole=SMALL)
    assert only(found).platform == "qualtrics"


@pytest.mark.parametrize("form", ["long", "short", "field", "fielda", "fieldb", "fieldc", "pool"])
def test_the_form_is_found_by_the_items(folder, form):
    found = draft(table(folder / "a.csv", form))
    assert (found.form, found.sections) == (form, ())
    assert only(found).n_found == only(found).n_items == len(items_of(form))


def test_optional_sections_are_found_by_their_columns(folder):
    assert draft(table(folder / "a.csv", "long", ("outcomes",))).sections == ("outcomes",)
    assert draft(table(folder / "b.csv", "long")).sections == ()


def test_a_form_that_is_given_is_taken(folder):
    found = draft(table(folder / "a.csv", "short"), form="pool")
    assert found.form == "pool"
    assert only(found).form == "short"


def test_an_export_that_asks_more_than_the_form_given_is_read_in_that_form(folder):
    found = draft(table(folder / "a.csv", "long"), form="short")
    assert only(found).form == "short"
    assert set(only(found).mapping.columns) <= set(items_of("short"))


def test_booklets_are_pooled_in_the_form_they_share_out(folder):
    booklets = ("fielda", "fieldb", "fieldc")
    found = draft(*(table(folder / f"{name}.csv", name) for name in booklets))
    assert found.form == "field"
    assert [export.form for export in found.exports] == list(booklets)


def test_a_long_and_a_short_form_are_read_as_the_one_that_holds_both(folder):
    found = draft(table(folder / "a.csv", "long"), table(folder / "b.csv", "short"))
    held = set(items_of(found.form))
    assert set(items_of("long")) | set(items_of("short")) <= held
    assert [export.form for export in found.exports] == ["long", "short"]


def test_an_export_of_another_form_is_asked_no_more_than_that(folder):
    found = draft(*(table(folder / f"{name}.csv", name) for name in ("fielda", "fieldb")))
    asked = source_of(found.exports[0], found, WHOLE).asked
    assert set(items_of("fielda")) <= asked
    assert not asked & (set(items_of("fieldb")) - set(items_of("fielda")))


# ----------------------------------------------------------------------------------- companions


def test_a_data_dictionary_goes_with_its_export(folder):
    export = write_csv(folder / "answers.csv", redcap_rows(PEOPLE))
    dictionary = write_csv(folder / "zzz.csv", dictionary_rows())
    found = draft(dictionary, export, whole=SMALL)
    assert only(found).file == export
    assert only(found).companions == {"definition": dictionary}


def test_each_dictionary_goes_with_the_export_whose_fields_it_has(folder):
    files = {}
    for form in ("long", "short"):
        headings, *rows = dictionary_rows()
        fields = [[name, *rows[0][1:]] for name in ["record_id", *items_of(form)]]
        files[form] = write_csv(folder / f"dictionary {form}.csv", [headings, *fields])
        redcap(folder / f"{form}.csv", form)
    found = draft(*files.values(), folder / "short.csv", folder / "long.csv")
    told = {export.file.stem: export.companions["definition"] for export in found.exports}
    assert told == files
    assert found.unclear == ()


def test_a_dictionary_that_fits_two_exports_as_well_goes_with_none(folder):
    first = write_csv(folder / "a.csv", redcap_rows(PEOPLE))
    second = write_csv(folder / "b.csv", redcap_rows(PEOPLE))
    dictionary = write_csv(folder / "d.csv", dictionary_rows())
    found = draft(first, second, dictionary, whole=SMALL)
    [(companion, exports)] = found.unclear
    assert (companion.file, exports) == (dictionary, (first, second))
    assert all(export.companions == {} for export in found.exports)
    assert "fits a.csv and b.csv equally well" in "\n".join(describe_unclear(found))


def test_a_dictionary_never_goes_with_another_platform(folder):
    export = write_csv(folder / "q.csv", qualtrics_rows(PEOPLE))
    dictionary = write_csv(folder / "d.csv", dictionary_rows())
    found = draft(export, dictionary, whole=SMALL)
    assert found.unclear[0][1] == ()
    assert "fits no export here" in "\n".join(describe_unclear(found))


def test_a_map_of_names_goes_with_its_export_and_tells_the_form(in_the_checkout, monkeypatch):
    made = export_to("redcap", in_the_checkout / "made", "short")
    monkeypatch.chdir(in_the_checkout)
    redcap(Path("a.csv"), "short", site=PLACES)
    found = draft(Path("a.csv"), Path(made.name, "name_map.csv"))
    assert only(found).companions == {"name_map": Path("made/name_map.csv")}
    assert only(found).form == "short"
    assert only(found).site.why == "the map of names"


def test_a_mapping_file_goes_with_the_export_whose_headings_it_names(folder):
    items = items_of("short")
    rows = answers([f"Question {number}" for number, _ in enumerate(items)])
    export = write_csv(folder / "a.csv", rows)
    columns = {item: rows[0][place] for place, item in enumerate(items)}
    mapping = folder / "m.txt"
    mapping.write_text(yaml.safe_dump({"columns": columns}), encoding="utf-8")
    found = draft(export, mapping)
    assert only(found).companions == {"mapping": mapping}
    assert only(found).mapping is None
    assert only(found).n_found == len(items)


def test_a_list_of_sites_is_used_instead_of_a_draft(folder):
    listed = folder / "where.csv"
    listed.write_text("site,label\nharbour,Harbour\nmill,Mill\n", encoding="utf-8")
    found = draft(table(folder / "a.csv", Site=PLACES), listed)
    assert (found.site_list, found.sites) == (listed, ())


def test_two_lists_of_sites_are_told_and_none_is_used(folder):
    lists = [folder / "a.csv", folder / "b.csv"]
    for listed in lists:
        listed.write_text("site,label\nharbour,Harbour\n", encoding="utf-8")
    found = draft(table(folder / "c.csv", Site=PLACES), *lists)
    assert found.site_list is None
    assert len(found.sites) == 2
    assert len(list(describe_unclear(found))) == 2


def test_every_definition_that_the_exporters_write_is_recognised(in_the_checkout):
    wanted = {"redcap": "dictionary", "limesurvey": "LimeSurvey", "xlsform": "XLSForm"}
    wanted |= {"formr": "formr"}
    for platform, word in wanted.items():
        made = export_to(platform, in_the_checkout / platform)
        kinds = [companion_in(path, WHOLE) for path in sorted(made.rglob("*")) if path.is_file()]
        told = [kind.what for kind in kinds if kind is not None]
        assert any(word in what for what in told), (platform, told)
        assert "a map of names" in told


COMPANIONS = {
    "a QSF of Qualtrics": json.dumps(
        {
            "SurveyEntry": {"SurveyLanguage": "EN"},
            "SurveyElements": [
                {
                    "Element": "SQ",
                    "PrimaryAttribute": "QID1",
                    "Payload": {
                        "QuestionID": "QID1",
                        "DataExportTag": "ini101",
                        "QuestionText": "How?",
                        "QuestionType": "MC",
                        "Selector": "SAVR",
                        "Choices": {"1": {"Display": "So"}},
                    },
                }
            ],
        },
        indent=1,
    ),
    "a LimeSurvey definition": "\n".join(
        [
            'data <- read.csv("x.csv", quote = "\'\\"", na.strings=c("", "\\"\\""))',
            'data[, 1] <- as.numeric(data[, 1])\nattributes(data)$variable.labels[1] <- "id"',
            'names(data)[1] <- "id"',
        ]
    ),
    "a mapping file": "columns:\n  ini101: First\nrespondent: ID\n",
    "a list of sites": "Site,Label,invited,Invited_Lived,ctx01\nmill,Mill,3,2,1\n",
}


@pytest.mark.parametrize("what", COMPANIONS)
def test_what_goes_with_an_export_is_known_by_its_content(folder, what):
    (folder / "export.csv").write_text(COMPANIONS[what], encoding="utf-8")
    assert companion_in(folder / "export.csv", WHOLE).what == what


@pytest.mark.parametrize("text", ["site,label,ini101\nmill,Mill,3\n", "columns;rows\n1;2\n", "{}"])
def test_an_export_is_not_taken_for_a_companion(folder, text):
    (folder / "sites.csv").write_text(text, encoding="utf-8")
    assert companion_in(folder / "sites.csv", WHOLE) is None


def test_a_structure_of_limesurvey_goes_with_the_export_of_its_questions(in_the_checkout):
    made = export_to("limesurvey", in_the_checkout)
    with (made / "name_map.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["column"]: row["platform_column"] for row in csv.DictReader(file)}
    rows = answers([told[item] for item in items_of("long")], id=map(str, range(24)))
    headings = ["submitdate", "lastpage", "startlanguage", "seed"]
    full = [[*headings, *rows[0]], *(["2026-03-01", "2", "en", "7", *row] for row in rows[1:])]
    export = write_csv(made / "answers.csv", full)
    found = draft(made / "survey_structure.txt", export)
    assert only(found).companions == {"definition": made / "survey_structure.txt"}


def test_a_damaged_companion_is_told_and_the_rest_goes_on(folder):
    (folder / "m.yaml").write_text("columns: [not, a, mapping]\n", encoding="utf-8")
    found = draft(table(folder / "a.csv"), folder / "m.yaml")
    assert len(found.exports) == 1
    assert found.problems[0].file == "m.yaml"


# --------------------------------------------------------------------------------------- sites


@pytest.mark.parametrize(
    "heading",
    [
        *("Site", "site_name", "SiteName", "Team", "Location", "Ward", "Clinic", "Collector ID"),
        *("Group", "Plats", "Enhet", "Standort", "Équipe", "Sede", "Locatie", "Afdeling", "Sted"),
        *("Avdeling", "Toimipaikka", "Ryhmä", "Which site are you at?", "PLACE"),
    ],
)
def test_headings_that_say_site_are_known_in_nine_languages(folder, heading):
    found = draft(table(folder / "a.csv", **{heading: PLACES}))
    assert only(found).site.heading == heading
    assert only(found).site.why == "its heading"


@pytest.mark.parametrize(
    "heading",
    ["Age group", "Place of birth", "Team leader name", "Location Latitude", "Website", "Colour"],
)
def test_headings_that_mean_something_else_are_not_taken_for_the_site(heading):
    assert site_rank(heading) is None


@pytest.mark.parametrize(
    ("cells", "is_site"),
    [
        (["Harbour", "Mill"], True),
        (["Harbour"], True),
        ([""], False),
        ([f"Place {number}" for number in range(12)], False),
        ([f"Place {number}" for number in range(11)], True),
        (["ada@example.org", "bo@example.org"], False),
        (["Call 0461234567", "Mill"], False),
        (["x" * 61, "Mill"], False),
    ],
)
def test_a_column_of_sites_has_few_texts_and_none_is_personal(folder, cells, is_site):
    found = draft(table(folder / "a.csv", Site=cells))
    assert (only(found).site is not None) == is_site


def test_of_several_columns_the_first_is_written_and_the_others_are_told(folder):
    found = draft(table(folder / "a.csv", Group=["1", "2"], Team=["a", "b"], Site=PLACES))
    assert only(found).site.heading == "Team"
    assert only(found).site.others == ("Site", "Group")


def test_the_wording_of_the_question_tells_the_site(folder):
    asked = WHOLE.phrases["site_question"].by_language["sv"]
    found = draft(table(folder / "a.csv", **{"Team": ["x", "y"], asked: PLACES}))
    assert only(found).site.heading == asked
    assert only(found).site.why == "the wording of its question"
    assert only(found).site.others == ("Team",)


def test_the_own_column_of_the_platform_tells_the_site(folder):
    found = draft(redcap(folder / "a.csv", "long", redcap_data_access_group=PLACES, team=["x"]))
    assert only(found).site.heading == "redcap_data_access_group"
    assert only(found).site.why == "the platform's own column"


def test_without_a_column_the_file_is_one_site(folder):
    found = draft(table(folder / "harbour.csv"))
    assert only(found).site is None and only(found).is_one_site
    assert [site.label for site in found.sites] == ["harbour"]
    assert "counts as one site" in describe_export(only(found))


def test_a_heading_that_stands_twice_is_not_taken_for_the_site(folder):
    rows = answers(items_of("long"), Site=PLACES, Other=PLACES)
    rows[0][1] = "Site"
    assert only(draft(write_csv(folder / "a.csv", rows))).site is None


def test_no_list_is_made_where_the_column_of_sites_may_be_personal(folder):
    asked = WHOLE.phrases["site_question"].by_language["en"]
    found = draft(table(folder / "a.csv", **{asked: [f"p{n}@example.org" for n in range(24)]}))
    assert (only(found).site, only(found).is_one_site, found.sites) == (None, False, ())
    assert "example.org" not in describe_export(only(found))


def test_spellings_with_one_key_are_one_site_with_its_most_used_name():
    [site] = sites_in(["Harbour House", "HARBOUR HOUSE", "harbour-house", "Harbour House"])
    assert site.label == "Harbour House"
    assert site.other_spellings == ("HARBOUR HOUSE", "harbour-house")


@pytest.mark.parametrize(
    ("names", "are_alike"),
    [
        (["Fernley", "Fernley Hub"], True),
        (["Harbour House", "Harbor House"], True),
        (["Ward 10", "Ward 11"], False),
        (["Site 1", "Site 10"], False),
        (["Mill", "Harbour"], False),
        (["A", "A and B"], False),
    ],
)
def test_names_that_look_alike_are_suggested_and_never_merged(names, are_alike):
    sites = sites_in(names)
    assert len(sites) == 2
    assert (len(list(similar_sites(sites))) == 1) == are_alike


HOSTILE = (
    *("=1+1", "+cmd", "@SUM(A1)", "-5", "North; South", 'a "quoted" name', "a, b", "a\nb"),
    *("???", "\U0001f600", "Café", "Cafe", "con", "site con", "a'b", "ab", "a-b", "東京", "s01"),
    *("harbour-house", "Harbour  House", "\u200bMill", "x" * 300, "00012", "1", "01", "\uff21"),
)


def test_any_names_make_a_list_that_is_accepted_and_knows_them(folder):
    sites = sites_in(HOSTILE)
    (folder / "sites.csv").write_text(sites_text(sites), encoding="utf-8")
    listed = read_site_list(folder / "sites.csv", WHOLE)
    assert len(listed.sites) == len(sites)
    known = listed.ids_by_key()
    alone = {name: sites_in([name])[0] for name in HOSTILE}
    for name in HOSTILE:
        one = next(s for s in sites if name.strip() and alone[name].slug and _is_of(s, name))
        assert known[_key(name)] == one.id


def _key(name):
    from pipeline.ingest.wording import wording_key

    return wording_key(name)


def _is_of(site, name):
    return _key(name) in {_key(spelling) for spelling in (site.label, *site.other_spellings)}


def test_nothing_in_the_list_is_a_formula_for_a_spreadsheet():
    rows = list(csv.reader(sites_text(sites_in(HOSTILE)).splitlines(keepends=True)))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


# ------------------------------------------------------------------------------------- persons


@pytest.mark.parametrize("heading", ["Study key", "participant_code", "Pseudonym", "Deltagarkod"])
def test_a_column_of_short_unique_codes_is_suggested_as_key_of_the_person(folder, heading):
    codes = [f"k{number}" for number in range(24)]
    found = draft(table(folder / "a.csv", **{heading: codes}))
    assert only(found).person_heading == heading


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Study key", ["same"]),
        ("Study key", [f"ada{n}@example.org" for n in range(24)]),
        ("Study key", [f"a long story about number {n}" for n in range(24)]),
        ("Colour", [f"k{n}" for n in range(24)]),
    ],
)
def test_other_columns_are_not_taken_for_a_key_of_the_person(folder, heading, cells):
    assert only(draft(table(folder / "a.csv", **{heading: cells}))).person_heading is None


def test_the_response_id_of_the_platform_is_no_key_of_the_person(folder):
    ids = [f"p{number}" for number in range(24)]
    rows = answers(items_of("long"), participant_id=ids, redcap_data_access_group=PLACES)
    rows[0].append("practices_complete")
    export = only(draft(write_csv(folder / "a.csv", [rows[0], *([*r, "2"] for r in rows[1:])])))
    assert export.platform == "redcap"
    assert export.person_heading is None


# ------------------------------------------------------------------------------------- mapping


def mapping_of(export, folder):
    told = export.mapping
    text = mapping_text(
        MappingText(export.file.name, told.columns, told.missing, told.record, told.other)
    )
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return path, text


def test_a_table_of_unknown_origin_gets_a_mapping_that_is_valid_and_complete(folder):
    export = only(draft(table(folder / "a.csv", "short", Colour=["red"])))
    path, text = mapping_of(export, folder)
    assert read_mapping(path)["columns"] == {item: item for item in items_of("short")}
    assert "Colour" in text


def test_columns_are_found_by_their_wording(folder):
    items = items_of("short")
    wordings = [str(WHOLE.items[item].text.by_language["sv"]) for item in items]
    export = only(draft(write_csv(folder / "a.csv", answers(wordings))))
    assert export.mapping.columns == dict(zip(items, wordings, strict=True))


def test_answers_that_were_not_found_are_commented_out_with_their_wording(folder):
    items = items_of("short")
    export = only(draft(write_csv(folder / "a.csv", answers(items[1:]))))
    path, text = mapping_of(export, folder)
    assert items[0] not in read_mapping(path)["columns"]
    lines = text.splitlines()
    assert f"  # {items[0]}: ..." in lines
    assert str(WHOLE.items[items[0]].text.by_language["en"])[:40] in text


def test_headings_stand_in_the_mapping_as_they_are_whatever_they_hold(folder):
    items = items_of("short")
    signs = ['"quoted": ', "=1+1", "@x", "line\nbreak", "# no comment", "- dash", "yes", "a: b"]
    headings = [f"{item}. {signs[n % len(signs)]}" for n, item in enumerate(items)]
    export = only(draft(write_csv(folder / "a.csv", answers(headings))))
    path, _ = mapping_of(export, folder)
    assert set(read_mapping(path)["columns"]) == set(items)
    source = ExportSource(folder / "a.csv", None, mapping=path)
    form = WHOLE.form("short")
    assert len(ingest_exports([source], form, None, "1", ScreeningRules()).ledger_rows) == 24


def test_columns_about_the_response_are_named_only_where_they_are_certain(folder):
    certain = {
        "ID": [f"r{n}" for n in range(24)],
        "Finished": ["1", "0"],
        "Seconds": ["300", "412"],
        "Date": ["2026-03-01"],
        "Language": ["en", "sv"],
    }
    doubtful = {"ID": ["r1"], "Finished": ["perhaps"], "Seconds": ["long"], "Date": ["soon"]}
    told = only(draft(table(folder / "a.csv", "short", **certain))).mapping.record
    assert set(told) == {"respondent", "finished", "seconds", "date", "language"}
    assert only(draft(table(folder / "b.csv", "short", **doubtful))).mapping.record == {}


def test_headings_that_may_identify_are_shown_by_their_place(folder):
    mail = "ada@example.org"
    found = draft(table(folder / "a.csv", "short", **{mail: ["1"], "Tel 0461234567": ["2"]}))
    _, text = mapping_of(only(found), folder)
    assert "column 1" in text and "column 2" in text
    assert mail not in text and "0461234567" not in text


def test_nothing_from_a_cell_is_in_a_mapping(folder):
    found = draft(table(folder / "a.csv", "short", Remarks=["canary"], Site=PLACES))
    _, text = mapping_of(only(found), folder)
    assert "canary" not in text and "Harbour" not in text


# ------------------------------------------------------------------------- the study as a whole


def test_the_survey_round_is_the_season_of_the_day_in_the_middle(folder):
    days = {"Date": ["2026-08-31", "2026-09-02", "2026-12-24"], "record_id": ["a", "b"]}
    rows = [*qualtrics_rows(PEOPLE)]
    place = rows[0].index("StartDate")
    for row, day in zip(rows[3:], days["Date"] * 2, strict=True):
        row[place] = row[place + 1] = f"{day} 10:00:00"
    assert draft(write_csv(folder / "q.csv", rows), whole=SMALL).wave == "2026 autumn"


def test_without_dates_no_survey_round_is_told(folder):
    assert draft(table(folder / "a.csv")).wave is None


def test_a_file_that_is_no_export_is_left_out_and_told(folder):
    other = write_csv(folder / "other.csv", [["colour", "shape"], ["red", "canary"]])
    found = draft(table(folder / "a.csv"), other)
    assert [export.file.name for export in found.exports] == ["a.csv"]
    [problem] = found.problems
    assert problem.file == "other.csv"
    assert "canary" not in str(problem) and "colour" not in str(problem)


def test_without_any_export_the_study_is_refused(folder):
    other = write_csv(folder / "other.csv", [["colour", "shape"], ["red", "round"]])
    dictionary = write_csv(folder / "d.csv", dictionary_rows())
    with pytest.raises(InputError) as caught:
        draft(other, dictionary)
    assert {problem.file for problem in caught.value.problems} == {"other.csv", "d.csv"}


def test_the_same_files_give_the_same_draft(folder):
    files = [table(folder / f"{form}.csv", form, Site=PLACES) for form in ("fielda", "fieldb")]
    assert draft(*files) == draft(*files)


def test_what_is_drafted_can_be_ingested(folder):
    files = [table(folder / f"{form}.csv", form, Site=PLACES) for form in ("fielda", "fieldb")]
    found = draft(*files)
    (folder / "sites.csv").write_text(sites_text(found.sites), encoding="utf-8")
    sources = []
    for number, export in enumerate(found.exports):
        path, _ = mapping_of(export, folder)
        kept = path.rename(folder / f"{number}.yaml")
        sources.append(source_of(export, found, WHOLE, kept))
    instrument = WHOLE.form(found.form, found.sections)
    listed = read_site_list(folder / "sites.csv", instrument)
    ingested = ingest_exports(sources, instrument, listed, "1", ScreeningRules())
    assert len(ingested.ledger_rows) == 48
    assert set(ingested.responses["site"]) <= {site.id for site in found.sites}

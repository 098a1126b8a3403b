"""Names and kinds of files, and companions that are not what they should be."""

import json
from pathlib import Path

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.check import check_export
from pipeline.ingest.name_map import read_name_map
from pipeline.ingest.sites import read_site_list
from pipeline.problems import InputError
from tests.ingest.layouts import (
    INSTRUMENT,
    PEOPLE,
    dictionary_rows,
    limesurvey_rows,
    qualtrics_rows,
    redcap_rows,
)

from .conftest import files_in, lines_are_clean
from .corpus import CLEAN, Refused, csv_of, table
from .workbooks import parts_of, zipped

PLAIN = csv_of(table())

NAMES = {
    "spaces": "the export of May.csv",
    "quotation marks": "the 'export' of \"May\".csv",
    "a space that does not break": "the\u00a0export.csv",
    "emoji": "\U0001f600.csv",
    "other letters": "\u0444\u0430\u0439\u043b.csv",
    "a letter decomposed": "e\u0301.csv",
    "250 characters": "e" * 246 + ".csv",
    "a hyphen in front": "-rf.csv",
    "a formula": "=1+1.csv",
    "signs of a shell": "$(touch x);`y`&|.csv",
    "signs of a pattern": "[*?].csv",
    "signs of a template": "{x}%s.csv",
    "no name but an ending": ".csv",
}


@pytest.mark.parametrize("case", NAMES)
def test_a_file_may_have_any_name(case, judge):
    name = NAMES[case]
    judge({name: PLAIN}, CLEAN, name, mapping=judge.mapping())


UNPRINTABLE = {"a line break": "a\nb.csv", "a control mark": "a\x1b[31mb.csv", "a tab": "a\tb.csv"}


@pytest.mark.parametrize("case", UNPRINTABLE)
def test_a_name_that_cannot_be_printed_is_refused_in_one_line(case, judge):
    name = UNPRINTABLE[case]
    told = Refused(".*: the name of this file holds a line break or control mark; rename it", "a")
    judge({name: PLAIN}, told, name, mapping=judge.mapping())


def no_file(path):
    """Nothing is there."""


def link_to_itself(path):
    path.symlink_to(path.name)


def link_to_nothing(path):
    path.symlink_to("nowhere.csv")


PLACES = {
    "nothing": no_file,
    "a folder": lambda path: path.mkdir(),
    "a link to itself": link_to_itself,
    "a link to nothing": link_to_nothing,
}


@pytest.mark.parametrize("case", PLACES)
def test_what_is_no_file_is_told_to_be_missing(case, judge):
    PLACES[case](judge.path("export.csv"))
    judge({}, Refused(": this file does not exist; correct its name"), mapping=judge.mapping())


def test_a_name_that_is_too_long_for_a_file_is_told_to_be_missing(judge):
    name = "x" * 300
    judge({}, Refused(": this file does not exist", name), name, mapping=judge.mapping())


def test_a_link_to_an_export_is_read(judge):
    judge.path("export.csv").symlink_to("real.csv")
    judge({"real.csv": PLAIN}, CLEAN, mapping=judge.mapping())


# --------------------------------------------------------------------------------- companions

QSF = json.dumps({"SurveyEntry": {}, "SurveyElements": []}).encode()
MAP = b"instrument,instrument_version,column,kind,platform_column,value,platform_value,label_en\n"
SITES = b"site,label\nn,North\ns,South\n"
WORKBOOK = zipped(parts_of([["type", "name", "label"], ["text", "x", "y"]]))
BOMB = b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\ncolumns: {aaa101: *b}\n"
CONTENTS = {
    "nothing": b"",
    "spaces": b" \n \n",
    "NUL": bytes(100),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "half a workbook": WORKBOOK[:300],
    "another workbook": WORKBOOK,
    "a JSON of something else": b'{"a": [1, 2, {"b": null}]}',
    "JSON that is cut": b'{"SurveyEntry": {"SurveyName": "x"',
    "JSON nested deep": b'{"SurveyEntry": ' + b"[" * 50_000,
    "JSON of a number": b"7",
    "JSON of nothing": b"null",
    "an empty QSF": QSF,
    "a QSF of no elements": b'{"SurveyEntry": null, "SurveyElements": [null, 7, "x", {}]}',
    "a QSF with questions of nothing": (
        b'{"SurveyEntry": {}, "SurveyElements": [{"Element": "SQ", "Payload": null},'
        b' {"Element": "SQ", "Payload": {"Choices": 7, "QuestionID": [], "Answers": "x"}}]}'
    ),
    "a map of names without rows": MAP,
    "a map of names that is cut": MAP[:40],
    "a list of sites": SITES,
    "a YAML bomb": BOMB,
    "a YAML tag": b"columns: !!python/object/apply:os.system ['touch hacked']\n",
    "a YAML of another kind": b"- 1\n- 2\n",
    "YAML nested deep": b"[" * 3000,
    "an XML bomb": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><document>&a;</document>',
    "an XML that is cut": b"<?xml version='1.0'?><document><LimeSurveyDocType>Survey",
    "the export itself": PLAIN,
    "a data dictionary": csv_of(dictionary_rows()),
    "half a data dictionary": csv_of(dictionary_rows())[:500],
    "headings of a data dictionary": csv_of(dictionary_rows()[:1]),
    "a structure of LimeSurvey without rows": b"class\ttype/scale\tname\ttext\tlanguage\n",
    "R that is cut": b'data <- read.csv("x.csv")\nattributes(data)$variable.labels[1] <- "a',
    "a key with one column": b"Q1\n1\n2\n",
    "UTF-16": PLAIN.decode().encode("utf-16"),
    "Cyrillic": "имя;вопрос\n".encode("cp1251"),
    "a line of a million characters": b"x" * 1_000_000,
}
"""What stands in the place of a companion."""

ROLES = {
    "definition of Qualtrics": ("definition", "s.qsf", qualtrics_rows, "qualtrics", "Site"),
    "data dictionary of REDCap": ("definition", "d.csv", redcap_rows, "redcap", None),
    "definition of LimeSurvey": ("definition", "s.txt", limesurvey_rows, "limesurvey", "site"),
    "map of names": ("name_map", "m.csv", qualtrics_rows, "qualtrics", "Site"),
    "mapping file": ("mapping", "m.yaml", lambda people: table(people), None, "place"),
}
"""Key of the configuration, file, rows of the export, platform, and column of the site."""


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("role", ROLES)
def test_a_companion_of_any_content_is_a_result_or_a_refusal(role, content, judge):
    key, file, rows_of, platform, site = ROLES[role]
    judge.path(file).write_bytes(CONTENTS[content])
    judge.path("export.csv").write_bytes(csv_of(rows_of(PEOPLE)))
    options = {key: Path(file), "platform": platform}
    source = ExportSource(Path("export.csv"), site, **options)
    before = files_in(Path())
    found = check_export(source, INSTRUMENT, INSTRUMENT)
    lines_are_clean([str(problem) for problem in found.problems])
    assert {problem.file for problem in found.problems} <= {"export.csv", file}
    assert files_in(Path()) == before


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("read", [read_site_list, read_name_map])
def test_a_list_of_any_content_is_a_result_or_a_refusal(read, content, judge):
    judge.path("list.csv").write_bytes(CONTENTS[content])
    try:
        read(Path("list.csv"), INSTRUMENT)
    except InputError as error:
        lines_are_clean(str(error).splitlines())
        assert {problem.file for problem in error.problems} == {"list.csv"}
    else:
        assert content == "a list of sites"


def test_a_mapping_is_never_run(judge):
    files = {"export.csv": PLAIN, "m.yaml": CONTENTS["a YAML tag"]}
    judge(files, Refused(", row 1: is not valid YAML", "m.yaml"), mapping=judge.path("m.yaml"))
    assert not judge.path("hacked").exists()


def test_an_export_in_the_place_of_a_mapping_is_not_repeated(judge):
    told = Refused(": is a text without keys; write `columns:` and the headings", "m.yaml")
    judge({"export.csv": PLAIN, "m.yaml": PLAIN}, told, mapping=judge.path("m.yaml"))

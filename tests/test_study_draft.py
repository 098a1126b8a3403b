"""The text of a new configuration is valid, explains every key, and is written whole or not."""

from pathlib import Path

import pytest
import yaml

from pipeline.problems import InputError
from pipeline.study import read_study
from pipeline.study_draft import (
    ExportEntry,
    MappingText,
    StudyDraft,
    mapping_text,
    new_study_problems,
    scalar,
    study_text,
    write_new,
)

SCHEMA = Path(__file__).parents[1] / "config" / "schema" / "study.schema.yaml"
HOSTILE = (
    *("yes", "no", "~", "null", "2026", "1e3", "0x1", "a: b", "a #b", "- a", "=1+1", "@x", "'a'"),
    *('"', "\\", "a\nb", "a\r\nb", "\t", " a ", "", "{x}", "[x]", "*a", "&a", "!a", "%a", "|", ">"),
    *("\x07", "\x85", "\u2028", "\ufeffa", "\U0001f600", "\u202eabc", "?", ":", "...", "---"),
)


def drafted(**changes):
    known = {
        "name": "north_east",
        "instrument": "instrument",
        "form": "long",
        "sections": (),
        "wave": "2026 autumn",
        "wave_reason": "guessed",
        "exports": (ExportEntry("a.csv", keys={"site_column": "Site"}),),
        "sites": "sites.csv",
        "sites_reason": "made of the names",
    }
    return StudyDraft(**known | changes)


def parsed(**changes):
    return yaml.safe_load(study_text(drafted(**changes)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "sites.csv"):
        Path(name).write_text("", encoding="utf-8")
    Path("instrument").mkdir()
    return Path()


def problems_of(name="riverside", files=("a.csv",)):
    return [str(problem) for problem in new_study_problems(name, files, "instrument")]


# ---------------------------------------------------------------------------------- the text


def test_the_configuration_is_accepted(folder):
    study = read_study(parsed(sections=("barriers",)), "config/north_east.yaml")
    assert (study.title, study.wave, study.form) == ("North east", "2026 autumn", "long")
    assert study.added_sections == ("barriers",)
    assert not study.synthetic
    assert study.language == "en"
    assert (study.data_folder, study.reports_folder) == ("data/north_east", "reports/north_east")


def keys_in(schema):
    for key, value in schema.get("properties", {}).items():
        yield key, value.get("default")
        yield from keys_in(value)
        yield from keys_in(value.get("items", {}))


def test_every_key_of_the_schema_is_there_with_its_default():
    text = study_text(drafted())
    for key, default in keys_in(yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))):
        assert f"{key}:" in text, key
        if isinstance(default, (int, float)):
            assert f"{key}: {default}\n" in text, key


def test_every_key_has_a_sentence_above_it():
    lines = study_text(drafted()).splitlines()
    for place, line in enumerate(lines):
        stripped = line.lstrip("# ")
        if line.startswith("  ") and stripped.split(":")[0].isidentifier() and ":" in stripped:
            above = lines[place - 1]
            is_explained = above.lstrip().startswith("#") or above.endswith(":")
            assert is_explained or line == "    site_column: Site", line


@pytest.mark.parametrize(
    "section", ["screening", "psychometrics", "disclosure", "linkage", "clusters"]
)
def test_a_section_that_is_commented_out_can_be_used_by_taking_the_marks_away(section):
    lines = study_text(drafted()).splitlines()
    start = lines.index(f"# {section}:")
    block = [lines[start]]
    for line in lines[start + 1 :]:
        if not line.startswith("#   "):
            break
        block.append(line)
    used = yaml.safe_load("\n".join(line.removeprefix("# ") for line in block))
    assert used[section]


def test_the_same_draft_gives_the_same_text():
    assert study_text(drafted()) == study_text(drafted())


def test_without_a_list_of_sites_none_is_named():
    assert "sites" not in parsed(sites=None)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_heading_is_read_back_as_it_is(text):
    entry = ExportEntry("a.csv", ("a remark",), {"site_column": text}, {"site_column": text})
    assert parsed(exports=(entry,))["exports"] == [{"file": "a.csv", "site_column": text}]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_told_in_a_comment_stays_a_comment(text):
    told = f"{text}\nstudy: {text}"
    entry = ExportEntry("a.csv", (told,), {}, {"person_column": told}, (("person_column", text),))
    config = parsed(exports=(entry,), notes=(told,), wave_reason=told, sites_reason=told)
    assert config["exports"] == [{"file": "a.csv"}]
    assert config == parsed(exports=(ExportEntry("a.csv"),))


def test_a_key_that_is_offered_can_be_used_by_taking_the_mark_away():
    entry = ExportEntry("a.csv", (), {}, {"person_column": "Perhaps."}, (("person_column", "Key"),))
    text = study_text(drafted(exports=(entry,)))
    used = text.replace("    # person_column: Key\n", "    person_column: Key\n")
    assert yaml.safe_load(used)["exports"][0]["person_column"] == "Key"


@pytest.mark.parametrize("text", ["Site", "2026 autumn", "data/0_raw/a b.csv", "x-y_z (1)"])
def test_plain_words_are_not_quoted(text):
    assert scalar(text) == text


def test_a_mapping_holds_any_heading_and_nothing_else():
    columns = {f"aaa{number:02}": text for number, text in enumerate(HOSTILE) if text}
    draft = MappingText("a.csv", columns, {"no": "x\ny: z"}, {"respondent": "a: b"}, HOSTILE)
    told = yaml.safe_load(mapping_text(draft))
    assert told == {"columns": columns, "respondent": "a: b"}


# ------------------------------------------------------------------------------- the files


@pytest.mark.parametrize("name", ["", "a b", "../a", "a/b", "a.b", "-a", "å", "x" * 61, "a\n"])
def test_a_study_has_a_plain_name(folder, name):
    [problem] = problems_of(name)
    assert "is no name of a study" in problem


def test_files_outside_the_study_are_refused_together(folder, tmp_path):
    outside = tmp_path.parent / "other.csv"
    outside.write_text("", encoding="utf-8")
    Path("link.csv").symlink_to(outside)
    [problem] = problems_of(files=("a.csv", str(outside), "../other.csv", "link.csv"))
    assert "copy such files into data/0_raw" in problem
    assert all(name in problem for name in (str(outside), "../other.csv", "link.csv"))


def test_a_file_that_is_not_there_is_told(folder):
    assert problems_of(files=("b.csv",)) == ["b.csv: there is no such file; correct its name"]


def test_a_folder_is_no_export(folder):
    assert problems_of(files=("instrument",)) == ["instrument: is no file; name the files in it"]


@pytest.mark.parametrize("name", ["{x}.csv", "a\nb.csv", "a\x07.csv"])
def test_a_name_that_a_workflow_cannot_hold_is_refused(folder, name):
    Path(name).write_text("", encoding="utf-8")
    [problem] = problems_of(files=(name,))
    assert "plain name" in problem
    assert problem.isprintable()


@pytest.mark.parametrize(
    "path",
    ["config/riverside.yaml", "config/riverside_sites.csv", "config/riverside_mapping_a.yaml"],
)
def test_nothing_is_written_over(folder, path):
    Path("config").mkdir()
    Path(path).write_text("mine", encoding="utf-8")
    [problem] = problems_of()
    assert path in problem and "is there already" in problem


@pytest.mark.parametrize("path", ["data/riverside", "reports/riverside"])
def test_the_results_of_another_study_are_not_mixed_in(folder, path):
    Path(path).mkdir(parents=True)
    assert path in problems_of()[0]


def test_files_are_written_whole(folder):
    write_new({Path("config/a.yaml"): "å\n", Path("config/b.csv"): "b\r\n"})
    assert Path("config/a.yaml").read_bytes() == "å\n".encode()
    assert Path("config/b.csv").read_bytes() == b"b\r\n"


def test_if_one_file_cannot_be_written_none_is(folder):
    Path("config").mkdir()
    Path("config/b.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"config/b\.csv: cannot be written"):
        write_new({Path("config/a.yaml"): "a", Path("config/b.csv"): "b"})
    assert [path.name for path in Path("config").iterdir()] == ["b.csv"]
    assert Path("config/b.csv").read_text(encoding="utf-8") == "mine"

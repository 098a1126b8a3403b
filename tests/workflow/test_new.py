"""A study that is drafted from exports runs, and a draft that cannot be made leaves no trace."""

import csv
import random
import shutil
from pathlib import Path

import pytest
import yaml

from pipeline.cli import main
from pipeline.ingest import read_site_list
from pipeline.ingest.mapping import read_mapping
from pipeline.instrument import load_instrument
from pipeline.study import read_study

from .runs import ROOT, files_below, run_snakemake

EXAMPLE = ROOT / "data" / "example" / "exports"
CANARIES = ("canary", "ada@example.org", "0461234567")


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The questionnaire and the exports of the example's present round, in which commands run."""
    shutil.copytree(ROOT / "instrument", tmp_path / "instrument")
    (tmp_path / "data" / "0_raw").mkdir(parents=True)
    earlier = "redcap_2025_autumn.csv"
    for path in EXAMPLE.iterdir():
        if path.name != earlier:
            shutil.copy(path, tmp_path / "data" / "0_raw")
    monkeypatch.chdir(tmp_path)
    return Path()


@pytest.fixture
def new(capsys):
    """Run the command; returns its status and everything it said."""

    def run(*arguments):
        status = main(["new", *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def table(name, n_rows=24, **more):
    """A table of unknown origin with the items of the short form."""
    items = list(load_instrument("instrument", "short").items)
    draw = random.Random(9)
    path = Path("data/0_raw", name)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([*more, *items])
        for row in range(n_rows):
            others = [cells[row % len(cells)] for cells in more.values()]
            rows.writerow([*others, *(draw.randint(1, 3) for _ in items)])
    return path


def config_of(name):
    return yaml.safe_load(Path("config", f"{name}.yaml").read_text(encoding="utf-8"))


def study_of(name):
    return read_study(config_of(name), f"config/{name}.yaml")


def test_the_example_is_drafted_as_it_is_configured(study, new):
    status, said = new("riverside", "--exports", "data/0_raw/*.csv")
    assert status == 0, said
    drafted = study_of("riverside")
    assert (drafted.form, drafted.wave, drafted.title) == ("long", "2026 autumn", "Riverside")
    assert drafted.added_sections == ("enablers", "barriers")
    told = {
        export.file.rpartition("/")[2]: (export.site_column, export.definition)
        for export in drafted.exports
    }
    dictionary = "data/0_raw/redcap_dictionary.csv"
    assert told == {
        "qualtrics.csv": ("Site", None),
        "limesurvey.csv": ("site", None),
        "redcap.csv": ("redcap_data_access_group", dictionary),
    }
    assert drafted.sites == "config/riverside_sites.csv"
    listed = read_site_list(Path(drafted.sites), load_instrument("instrument", "long"))
    assert len(listed.sites) == 25
    assert said.count("  ready") == 3


def test_the_command_tells_what_it_wrote_found_and_what_comes_next(study, new):
    _, said = new("riverside", "--exports", "data/0_raw/qualtrics.csv")
    lines = said.splitlines()
    assert lines[:2] == ["wrote config/riverside.yaml", "wrote config/riverside_sites.csv"]
    assert "a third row of import ids" in said
    assert "  form: long with enablers and barriers, 106 of its 106 items found" in lines
    assert "  site: column 'Site', found by its heading" in lines
    assert lines[-2:] == [
        "  python -m pipeline check data/0_raw/qualtrics.csv --form long --add enablers "
        "barriers --site-column Site",
        "  snakemake --cores 2 --configfile config/riverside.yaml",
    ]


def test_an_unknown_platform_gets_a_mapping_that_is_named_in_the_configuration(study, new):
    table("Our answers (1).csv", Site=["Mill", "Harbour"])
    status, said = new("mill", "--exports", "data/0_raw/Our answers (1).csv")
    assert status == 0, said
    [export] = study_of("mill").exports
    assert export.mapping == "config/mill_mapping_our-answers-1.yaml"
    asked = load_instrument("instrument", "short").items
    assert set(read_mapping(Path(export.mapping))["columns"]) == set(asked)
    assert f"--mapping {export.mapping}" in said


def test_a_wave_and_a_form_that_are_given_are_written(study, new):
    file = table("a.csv")
    new("mill", "--exports", file, "--wave", "Autumn: first", "--form", "pool")
    drafted = study_of("mill")
    assert (drafted.wave, drafted.form, drafted.exports[0].form) == (
        "Autumn: first",
        "pool",
        "short",
    )


def test_an_export_that_has_to_be_mended_is_configured_and_told(study, new):
    rows = table("a.csv").read_text(encoding="utf-8").splitlines()
    cells = rows[5].split(",")
    Path("data/0_raw/a.csv").write_text(
        "\n".join([*rows[:5], ",".join(["7", *cells[1:]]), *rows[6:]]), encoding="utf-8"
    )
    status, said = new("mill", "--exports", "data/0_raw/a.csv")
    assert status == 2
    assert "to mend: data/0_raw/a.csv, row 6" in said
    assert study_of("mill").exports[0].file == "data/0_raw/a.csv"


def test_a_file_that_is_no_export_is_told_and_left_out(study, new):
    Path("data/0_raw/notes.txt").write_text("some,notes\nby,canary\n", encoding="utf-8")
    status, said = new("mill", "--exports", table("a.csv"), "data/0_raw/notes.txt")
    assert status == 2
    assert "data/0_raw/notes.txt: is left out" in said
    assert [export.file for export in study_of("mill").exports] == ["data/0_raw/a.csv"]


def test_a_companion_that_fits_two_exports_is_commented_out_under_both(study, new):
    shutil.copy("data/0_raw/redcap.csv", "data/0_raw/second.csv")
    status, said = new("twice", "--exports", "data/0_raw/*edcap*.csv", "data/0_raw/second.csv")
    assert "redcap_dictionary.csv: a data dictionary of REDCap; fits" in said
    text = Path("config/twice.yaml").read_text(encoding="utf-8")
    assert text.count("    # definition: data/0_raw/redcap_dictionary.csv\n") == 2
    assert [export.definition for export in study_of("twice").exports] == [None, None]
    assert status == 0, said


def test_a_key_of_the_person_is_only_suggested(study, new):
    keys = [f"k{number}" for number in range(24)]
    _, said = new("mill", "--exports", table("a.csv", **{"Study key": keys}))
    text = Path("config/mill.yaml").read_text(encoding="utf-8")
    assert "perhaps column 'Study key'" in said
    assert "    # person_column: Study key" in text.splitlines()
    assert "# linkage:" in text
    assert study_of("mill").exports[0].person_column is None


def test_nothing_personal_is_written_or_told(study, new):
    hostile = {
        "ada@example.org": ["canary"],
        "Tel 0461234567": ["canary"],
        "E-mail": ["canary ada@example.org"],
        "Comments": ["The canary sang"],
        "Team": [f"canary {number}" for number in range(20)],
    }
    _, said = new("mill", "--exports", table("a.csv", **hostile))
    written = b"".join(files_below(Path("config")).values()).decode("utf-8")
    for canary in CANARIES:
        assert canary not in said and canary not in written


@pytest.mark.parametrize(
    "arguments",
    [
        ("riverside", "--exports", "data/0_raw/nowhere.csv"),
        ("river side", "--exports", "data/0_raw/qualtrics.csv"),
        ("riverside", "--exports", "../outside.csv"),
        ("riverside", "--exports", "data/0_raw/redcap_dictionary.csv"),
        ("riverside", "--exports", "data/0_raw/qualtrics.csv", "--form", "nosuchform"),
        ("riverside", "--exports", "data/0_raw/qualtrics.csv", "--add", "nosuchsection"),
        ("riverside", "--exports", "data/0_raw"),
    ],
)
def test_what_cannot_be_drafted_leaves_no_trace(study, new, arguments):
    before = files_below(study)
    status, said = new(*arguments)
    assert status == 2
    assert said.strip() and "Traceback" not in said
    assert files_below(study) == before
    assert not Path("config").exists()


def test_a_study_that_is_there_is_not_written_over(study, new):
    file = table("a.csv")
    assert new("mill", "--exports", file)[0] == 0
    before = files_below(study)
    status, said = new("mill", "--exports", file)
    assert status == 2
    assert "config/mill.yaml: is there already and is not written over" in said
    assert files_below(study) == before


def test_the_same_exports_give_the_same_bytes(study, new):
    file = table("a.csv", Site=["Mill", "Harbour"])
    new("one", "--exports", file)
    first = files_below(Path("config"))
    shutil.rmtree("config")
    new("one", "--exports", file)
    assert files_below(Path("config")) == first


@pytest.mark.slow
def test_a_drafted_study_runs_to_its_reports(project, monkeypatch, new):
    monkeypatch.chdir(project)
    Path("data/0_raw").mkdir()
    shutil.copy(EXAMPLE / "limesurvey.csv", "data/0_raw/limesurvey.csv")
    with (EXAMPLE / "qualtrics.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    known = {"Site", *load_instrument("instrument", "long").answer_columns}
    codes = [name if name in known else name.rpartition("_")[2] for name in rows[0]]
    kept = [place for place, code in enumerate(codes) if code in known]
    with Path("data/0_raw/a table.csv").open("w", encoding="utf-8", newline="") as file:
        body = [[row[place].replace("-99", "") for place in kept] for row in rows[3:]]
        csv.writer(file).writerows([[codes[place] for place in kept], *body])
    status, said = new("riverside", "--exports", "data/0_raw/*.csv")
    assert status == 0, said
    assert study_of("riverside").exports[0].mapping == "config/riverside_mapping_a-table.yaml"
    run = run_snakemake(project, "--configfile", "config/riverside.yaml")
    assert run.status == 0, run.said
    assert (project / "reports" / "riverside" / "index.html").is_file()

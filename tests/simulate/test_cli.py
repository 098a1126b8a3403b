import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import main

ROOT = Path(__file__).parents[2]
FILES = {
    "README.md",
    "exports/limesurvey.csv",
    "exports/qualtrics.csv",
    "exports/redcap.csv",
    "exports/redcap_2025_autumn.csv",
    "exports/redcap_dictionary.csv",
    "linkage_secret.txt",
    "sites.csv",
}


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch):
    monkeypatch.chdir(ROOT)


def written(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def simulate(folder, seed=7, *more):
    return main(["simulate", "--folder", str(folder), "--seed", str(seed), *more])


@pytest.fixture(scope="module")
def seven(tmp_path_factory):
    """A folder written with seed 7, and what was printed."""
    folder = tmp_path_factory.mktemp("seven") / "x"
    command = [sys.executable, "-m", "pipeline", "simulate", "--folder", str(folder), "--seed", "7"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return folder, result.stdout


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(seven, tmp_path):
    first = written(seven[0])
    assert simulate(tmp_path / "x", 7) == 0
    assert written(tmp_path / "x") == first
    assert set(first) == FILES
    assert simulate(tmp_path / "x", 8) == 0
    other = written(tmp_path / "x")
    assert {name for name in first if first[name] == other[name]} == {
        "exports/redcap_dictionary.csv",
        "linkage_secret.txt",
    }


def test_one_line_is_printed_for_every_file(seven):
    lines = seven[1].splitlines()
    assert len(lines) == len(FILES)
    assert all(line.startswith("wrote ") for line in lines)


def test_the_readme_says_how_the_files_were_made(seven):
    text = (seven[0] / "README.md").read_text(encoding="utf-8")
    assert "python -m pipeline simulate --folder x --seed 7" in text
    assert "CC0" in text
    assert str(seven[0].parent) not in text


def test_a_folder_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "exports").write_text("a file where a folder should be", encoding="utf-8")
    assert simulate(tmp_path) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_files_that_were_not_simulated_are_never_replaced(tmp_path, capsys):
    (tmp_path / "sites.csv").write_text("site\nreal\n", encoding="utf-8")
    assert simulate(tmp_path) == 2
    assert "was not simulated" in capsys.readouterr().err
    assert (tmp_path / "sites.csv").read_text(encoding="utf-8") == "site\nreal\n"


def test_wrong_input_is_told_in_lines_with_status_two(tmp_path, capsys):
    assert simulate(tmp_path, 7, "--form", "huge") == 2
    error = capsys.readouterr().err
    assert "there is no form 'huge'" in error
    assert "Traceback" not in error


def test_a_questionnaire_without_a_model_is_told(tmp_path, capsys):
    given = ["--instrument", "data/example/leadership_climate/instrument", "--form", "full"]
    assert simulate(tmp_path, 7, *given, "--model", "nowhere.yaml") == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("seed", ["minus", "-3", "1.5"])
def test_a_seed_that_is_no_number_is_refused(tmp_path, capsys, seed):
    with pytest.raises(SystemExit) as stop:
        main(["simulate", "--folder", str(tmp_path), f"--seed={seed}"])
    assert stop.value.code == 2
    assert "whole number" in capsys.readouterr().err


def test_the_committed_example_is_what_the_command_in_its_readme_writes(tmp_path):
    example = ROOT / "data" / "example"
    folder = tmp_path / "data" / "example"
    text = (example / "README.md").read_text(encoding="utf-8")
    command = text.split("`python -m pipeline simulate --folder data/example --seed ")[1]
    seed, *more = command.split("`")[0].split()
    simulate(folder, int(seed), *more)
    for name in FILES - {"README.md"}:
        assert (folder / name).read_bytes() == (example / name).read_bytes(), name
    command = "--folder data/example"
    told = (folder / "README.md").read_text(encoding="utf-8").replace("--folder example", command)
    assert told == text


def test_the_committed_example_is_small():
    example = ROOT / "data" / "example"
    size = sum((example / name).stat().st_size for name in FILES)
    assert size < 1_500_000


def test_starting_the_command_line_imports_nothing_heavy():
    check = "import sys, pipeline.cli; print({'numpy', 'pandas', 'yaml'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"

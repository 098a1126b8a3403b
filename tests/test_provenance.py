"""A change in the code is seen, and a failure says what to do."""

import subprocess
import sys

import pipeline.provenance
from pipeline.provenance import PROBLEMS_FILE, code_fingerprint

STEP = """
from pipeline.problems import InputError, Problem
from pipeline.provenance import log_to

log_to("logs/step.log")
{failure}
"""


def run_step(folder, failure):
    code = STEP.format(failure=failure)
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True
    )
    problems = (folder / "logs" / PROBLEMS_FILE).read_text(encoding="utf-8")
    log = (folder / "logs" / "step.log").read_text(encoding="utf-8")
    return result, problems, log


def test_a_step_that_works_on_batches_tells_its_problems_where_all_others_do(tmp_path):
    code = STEP.replace("logs/step.log", "data/logs/step/001.log").format(failure="1 / 0")
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    told = (tmp_path / "data" / "logs" / PROBLEMS_FILE).read_text(encoding="utf-8")
    assert "data/logs/step/001.log: the program failed here" in told


def test_the_fingerprint_changes_with_the_code(tmp_path, monkeypatch):
    room = tmp_path / "score"
    room.mkdir()
    (room / "scales.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(pipeline.provenance, "PACKAGE", tmp_path)
    before = code_fingerprint("score")
    assert code_fingerprint("score") == before
    (room / "scales.py").write_text("x = 2\n", encoding="utf-8")
    assert code_fingerprint("score") != before


def test_what_a_user_can_mend_is_told_in_one_line_without_a_traceback(tmp_path):
    failure = "raise InputError([Problem('a.csv', 'save it as UTF-8', row=4, column='site')])"
    result, problems, log = run_step(tmp_path, failure)
    assert result.returncode == 1
    assert problems == "a.csv, row 4, column 'site': save it as UTF-8\n"
    assert "Traceback" not in result.stderr + log


def test_a_fault_of_the_program_leaves_its_place_in_the_log_and_no_value_anywhere(tmp_path):
    result, problems, log = run_step(tmp_path, "raise ZeroDivisionError('private 123')")
    assert result.returncode == 1
    assert problems.startswith("logs/step.log: the program failed here (ZeroDivisionError)")
    assert "ZeroDivisionError" in log
    assert "line" in log
    assert "private 123" not in problems + result.stderr + log

"""The rooms of the house and the doors between them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline"

ROOMS = {
    "instrument": {"problems"},
    "tables": {"instrument"},
    "ingest": {"instrument", "tables", "problems"},
    "score": {"instrument", "problems"},
    "psychometrics": set(),
    "benchmark": {"instrument", "tables"},
    "report": {"instrument", "tables", "problems"},
    "simulate": {"instrument", "tables", "problems"},
    "problems": set(),
    "provenance": {"problems"},
    "study": {"problems", "report"},
    "study_draft": {"problems"},
}
"""What each room may use of ours, besides itself."""

JOINING = {"steps", "cli", "__main__", "rules"}
"""The only places where files, configuration and functions meet."""


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the arrows"
            yield node.module


def rooms_used(path):
    names = (module.split(".") for module in imported_modules(path))
    return {parts[1] for parts in names if parts[0] == "pipeline" and len(parts) > 1}


def room_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_every_room_of_the_house_is_there():
    present = {room_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__"}
    assert present == set(ROOMS) | JOINING - {"rules"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_the_rooms_it_may(room):
    for path in PACKAGE.rglob("*.py"):
        if room_of(path) == room:
            unexpected = rooms_used(path) - ROOMS[room] - {room}
            assert not unexpected, f"{path.relative_to(ROOT)} uses {unexpected}"


def test_only_the_adapters_borrow_estimators():
    borrowed = {"pingouin": "_pingouin.py", "factor_analyzer": "_factor_analyzer.py"}
    for path in PACKAGE.rglob("*.py"):
        for module in imported_modules(path):
            adapter = borrowed.get(module.split(".")[0])
            assert adapter in (None, path.name), f"{path.relative_to(ROOT)} imports {module}"


def test_every_rule_has_its_step_and_every_step_its_rule():
    rules = {
        line.split()[1].rstrip(":")
        for path in (PACKAGE / "rules").glob("*.smk")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("rule ", "checkpoint "))
    }
    assert rules == {path.stem for path in (PACKAGE / "steps").glob("*.py")}


def test_nothing_is_called_helpers_or_utils():
    names = {path.stem for path in PACKAGE.rglob("*.py")}
    assert not names & {"utils", "helpers", "common", "misc"}


def test_importing_the_package_is_cheap():
    code = (
        "import time; start = time.perf_counter(); import pipeline;"
        "print(time.perf_counter() - start)"
    )
    seconds = min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
        for _ in range(3)
    )
    assert seconds < 0.05


def test_reading_the_instrument_loads_no_heavy_library():
    code = (
        "import sys; from pipeline.instrument import load_instrument;"
        "heavy = {'pandas', 'scipy', 'sklearn', 'pingouin', 'matplotlib'} & set(sys.modules);"
        "sys.exit(len(heavy))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr

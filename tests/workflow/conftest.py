"""A clean copy of the project, in which a test may run the whole workflow and spoil files."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("Snakefile", "config", "data/example", "instrument", "pipeline", "profiles", "reports")
CONFIGS = ("config/config.yaml", "data/example/leadership_climate/config.yaml")
FEW_DRAWS = """
psychometrics:
  parallel_replications: 20
  bootstrap_replications: 50
  cutoff_draws: 20
"""
"""Enough to see that resampling runs; how good it is is tested elsewhere."""

MADE = shutil.ignore_patterns("built", "leadership_climate_built", "__pycache__", ".*")


@dataclass(frozen=True)
class Run:
    """What a run said and how it ended."""

    status: int
    said: str

    @property
    def jobs(self):
        """Names of the rules that ran, one entry a job."""
        marker = "(Rule: "
        return [
            line.split(marker)[1].rstrip(")")
            for line in self.said.splitlines()
            if line.startswith("Finished jobid") and marker in line
        ]

    @property
    def problems(self):
        """The lines that tell what is wrong."""
        told = self.said.partition("What is wrong:\n")[2] or self.said.partition("used:\n")[2]
        return [line for line in told.splitlines() if line]


def copy_project(folder):
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=MADE)
        else:
            shutil.copy(source, target)
    shutil.rmtree(folder / "reports" / "leadership_climate", ignore_errors=True)
    for config in (folder / name for name in CONFIGS):
        config.write_text(config.read_text(encoding="utf-8") + FEW_DRAWS, encoding="utf-8")
    return folder


def run_snakemake(folder, *arguments, cores=2):
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments]
    result = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    return Run(result.returncode, result.stdout + result.stderr)


def files_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def project(tmp_path):
    """A clean copy of the project."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def example_run(tmp_path_factory):
    """The project after the bundled example has run once, and what that run said."""
    folder = copy_project(tmp_path_factory.mktemp("example") / "project")
    return folder, run_snakemake(folder)


@pytest.fixture
def finished(example_run, tmp_path):
    """A copy of the finished example that a test may change."""
    folder = tmp_path / "project"
    shutil.copytree(example_run[0], folder, symlinks=True)
    return folder

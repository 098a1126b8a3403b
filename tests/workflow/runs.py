"""Runs of the whole workflow in copies of the project."""

import fcntl
import json
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

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
        command, cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )
    return Run(result.returncode, result.stdout + result.stderr)


def files_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run_once(tmp_path_factory, name, *arguments):
    """The project after the run `name`: the first worker to come runs it, others wait for it.

    What it made is only to be looked at; a test that changes files does so in a copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / name
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = shared / "run.json"
        if not said.exists():
            run = run_snakemake(copy_project(shared / "project"), *arguments)
            said.write_text(json.dumps(asdict(run)), encoding="utf-8")
        told = json.loads(said.read_text(encoding="utf-8"))
    return shared / "project", Run(**told)

"""What the repository must and must not hold."""

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def tracked_files():
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_lock_names_no_address_and_every_package_has_a_hash():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    packages = re.findall(r"^\S+==", lock, flags=re.MULTILINE)
    blocks = re.split(r"^(?=\S+==)", lock, flags=re.MULTILINE)[1:]
    assert len(packages) == len(blocks) > 50
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_holds_every_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.match(r"[A-Za-z0-9-]+", line).group().lower() for line in declared}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, flags=re.MULTILINE))
    assert names <= locked


def test_scikit_learn_is_held_below_the_release_that_breaks_factor_analyzer():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    major, minor = re.search(r"^scikit-learn==(\d+)\.(\d+)", lock, flags=re.MULTILINE).groups()
    assert (1, 6) <= (int(major), int(minor)) < (1, 8)


def test_no_tracked_file_is_large_or_holds_a_path_of_a_machine():
    machine_path = re.compile(r"(?:^|[\s\"'=(,])/(?:home|root|Users|work|opt)/\w", re.MULTILINE)
    for path in tracked_files():
        assert path.stat().st_size < 5_000_000, path
        if path.suffix in {".py", ".smk", ".md", ".yaml", ".toml", ".j2", ".css", ".cff"}:
            text = path.read_text(encoding="utf-8")
            assert not machine_path.search(text), path


def test_nothing_that_a_run_makes_is_tracked():
    made = re.compile(r"^(data/(.*/)?([1-5]_|logs/)|reports/(built|leadership_climate)/)")
    names = [path.relative_to(ROOT).as_posix() for path in tracked_files()]
    assert not [name for name in names if made.match(name)]

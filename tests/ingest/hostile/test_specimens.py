"""Real exports by strangers, spoilt at random: a result or a refusal, and nothing else."""

import csv
import io
import random
from pathlib import Path

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.check import check_export
from pipeline.ingest.check_words import describe_check
from pipeline.ingest.companions import companion_in
from pipeline.problems import InputError
from tests.ingest.layouts import INSTRUMENT

from .conftest import files_in

SPECIMENS = Path(__file__).parents[3] / ".." / "shared" / "specimens"
pytestmark = pytest.mark.skipif(not SPECIMENS.is_dir(), reason="real exports are not here")

FILES = sorted(path for path in SPECIMENS.rglob("*") if path.is_file() and path.suffix != ".md")
MUTATIONS_EACH = 8


def cut(content, rng):
    return content[: rng.randrange(len(content))]


def flip(content, rng):
    place = rng.randrange(len(content))
    return (
        content[:place] + bytes([content[place] ^ (1 << rng.randrange(8))]) + content[place + 1 :]
    )


def repeat_a_piece(content, rng):
    start, end = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:end] + content[start:]


def lose_a_piece(content, rng):
    start, end = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:start] + content[end:]


def recode(content, rng):
    text = content.decode("utf-8", "replace")
    encoding = rng.choice(["utf-16", "cp1252", "utf-32", "shift-jis", "cp1251", "utf-16-be"])
    return text.encode(encoding, "replace")


def separate_anew(content, rng):
    return content.replace(b",", rng.choice([b";", b"\t", b"|", b",,"]))


def lose_a_column(content, rng):
    rows = list(csv.reader(io.StringIO(content.decode("utf-8", "replace"), newline="")))
    place = rng.randrange(max(len(rows[0]), 1))
    text = io.StringIO(newline="")
    csv.writer(text).writerows(row[:place] + row[place + 1 :] for row in rows)
    return text.getvalue().encode()


def lose_a_line(content, rng):
    lines = content.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return b"".join(lines)


MUTATIONS = (
    *(cut, flip, repeat_a_piece, lose_a_piece, recode, separate_anew, lose_a_column, lose_a_line),
)


def spoilt(path, number):
    """The bytes of a file, changed in a way that its name and a number decide."""
    rng = random.Random(f"{path.name} {number}")
    mutate = MUTATIONS[number % len(MUTATIONS)]
    content = path.read_bytes()
    try:
        return mutate(content, rng)
    except csv.Error:  # no table, so no column can be lost
        return cut(content, rng)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_spoilt_specimen_is_a_result_or_a_refusal(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = Path(path.name)
    for number in range(MUTATIONS_EACH):
        file.write_bytes(spoilt(path, number))
        before = files_in(tmp_path)
        found = check_export(ExportSource(file, None), INSTRUMENT, INSTRUMENT)
        assert found.problems, "none of them asks our questions"
        assert all(len(str(problem).splitlines()) == 1 for problem in found.problems)
        assert {problem.file for problem in found.problems} == {file.name}
        assert describe_check(found)
        look_for_companion(file)
        assert files_in(tmp_path) == before


def look_for_companion(file):
    try:
        companion_in(file, INSTRUMENT)
    except InputError as error:
        assert {problem.file for problem in error.problems} == {file.name}

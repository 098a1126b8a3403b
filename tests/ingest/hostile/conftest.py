import tempfile
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.check import check_export
from pipeline.ingest.check_words import describe_check
from pipeline.ingest.codebook import outcome_names
from pipeline.ingest.pool import pool_exports
from pipeline.problems import InputError
from tests.ingest.layouts import INSTRUMENT

from .corpus import CANARIES, CLEAN, EXPORT, MAPPING, Either, Refused, Right, csv_of, mapping, table

LONGEST_LINE = 1000
TURNED_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.fixture
def judge(tmp_path, monkeypatch):
    """Put files into an empty folder, ingest one of them, and hold what comes out to a case."""
    study, passing = tmp_path / "study", tmp_path / "passing"
    study.mkdir()
    passing.mkdir()
    monkeypatch.chdir(study)
    monkeypatch.setattr(tempfile, "tempdir", str(passing))

    def run(files, expected, name=EXPORT, **options):
        if isinstance(files, bytes):
            files = {EXPORT: files}
        for file, content in files.items():
            Path(file).write_bytes(content)
        if not options:
            options = {"mapping": run.mapping()}
        source = ExportSource(Path(name), options.pop("site_column", "place"), **options)
        before = files_in(study)
        hold(outcome_of(source, expected), expected)
        assert files_in(study) == before, "a file was touched"
        assert not list(passing.iterdir()), "something half-written is left"

    def write_mapping():
        Path(MAPPING).write_bytes(mapping())
        return Path(MAPPING)

    run.mapping, run.path = write_mapping, Path
    return run


def files_in(folder):
    """Names and bytes of everything in a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def outcome_of(source, expected):
    """The answers that are read, or the problems; a look at the file says the same.

    To save time nobody looks at the many files of which the usual answers must come.
    """
    looked_at = None if expected is CLEAN else check_export(source, INSTRUMENT, INSTRUMENT)
    if looked_at is not None:
        lines_are_clean(describe_check(looked_at).splitlines())
    try:
        answers = answers_in(source)
    except InputError as error:
        assert looked_at is None or looked_at.problems
        assert str(error).splitlines() == [str(problem) for problem in error.problems]
        return error.problems
    assert looked_at is None or not looked_at.problems, looked_at.problems
    return answers


def answers_in(source):
    """Site, and every number or reason of each row that counts, sorted."""
    pooled, sites = pool_exports([source], INSTRUMENT, None, "spring")
    labels, names = {site.id: site.label for site in sites.sites}, outcome_names(INSTRUMENT)
    rows = []
    for place in np.flatnonzero(pooled.reasons.isna()):
        told = zip(pooled.values[place], pooled.outcomes[place], strict=True)
        cells = [names[outcome] if np.isnan(value) else str(int(value)) for value, outcome in told]
        rows.append([labels[pooled.people["site"][place]], *cells])
    return sorted(rows)


def hold(outcome, expected):
    """Hold an outcome to what must come out."""
    if isinstance(outcome, tuple):
        lines = [str(problem) for problem in outcome]
        lines_are_clean(lines)
        assert all(problem.cure for problem in outcome)
    if isinstance(expected, Right):
        assert outcome == clean_answers(csv_of(table(expected.people)))
    elif isinstance(expected, Refused):
        assert isinstance(outcome, tuple), outcome
        assert expected.is_told_in(lines), lines
    else:
        assert isinstance(expected, Either)


def lines_are_clean(lines):
    """Each is one short line without control characters, and tells nothing about anybody."""
    for line in lines:
        assert len(line.splitlines()) == 1, line
        assert not any(unicodedata.category(sign) == "Cc" for sign in line), line
        assert not TURNED_AROUND & set(line), line
        assert len(line) < LONGEST_LINE, line
        assert not any(secret in line for secret in CANARIES), line


@cache
def clean_answers(content):
    """What people answered, as read from a file in which nothing is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        export, columns = Path(folder, EXPORT), Path(folder, MAPPING)
        export.write_bytes(content)
        columns.write_bytes(mapping())
        source = ExportSource(export, "place", mapping=columns)
        return answers_in(source)

"""Writing a synthetic programme as files: the exports of its platforms and the site list."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem
from pipeline.simulate.design import Platform
from pipeline.simulate.dirt import ExportRows, rows_for_export
from pipeline.simulate.exports.limesurvey import limesurvey_text
from pipeline.simulate.exports.qualtrics import qualtrics_text
from pipeline.simulate.exports.redcap import redcap_dictionary_text, redcap_text
from pipeline.simulate.programme import Programme
from pipeline.simulate.readme import TITLE, readme_text

WRITERS: Mapping[Platform, Callable[[ExportRows, Instrument], str]] = {
    "qualtrics": qualtrics_text,
    "limesurvey": limesurvey_text,
    "redcap": redcap_text,
}


def write_exports(
    programme: Programme,
    instrument: Instrument,
    folder: str | Path,
    rng: np.random.Generator,
    command: str | None = None,
) -> tuple[Path, ...]:
    """Write ``exports/``, ``sites.csv`` and ``README.md``, and say which files were written.

    Parameters
    ----------
    programme : Programme
        What was drawn.
    instrument : Instrument
        The questionnaire that was answered.
    folder : path
        Where to write; made if it is not there. Files of an earlier simulation are replaced.
    rng : Generator
        Chance for what goes wrong in the exports.
    command : str, optional
        The command that made the files, for the README.

    Raises
    ------
    InputError
        If the folder holds files of the same names that no simulation wrote, or cannot be
        written to.
    """
    folder = Path(folder)
    rows = {p: rows_for_export(programme, instrument, p, rng) for p in programme.design.platforms}
    texts = dict(_texts(programme, instrument, rows, command))
    _refuse_to_replace_other_files(folder, list(texts))
    for name, text in texts.items():
        _write(folder / name, text)
    return tuple(folder / name for name in texts)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    except OSError as error:
        cure = f"cannot be written ({error.strerror}); choose another folder"
        raise InputError([Problem(path.as_posix(), cure)]) from None


def _texts(
    programme: Programme,
    instrument: Instrument,
    rows: Mapping[Platform, ExportRows],
    command: str | None,
) -> Iterator[tuple[str, str]]:
    for platform, of_platform in rows.items():
        yield f"exports/{platform}.csv", WRITERS[platform](of_platform, instrument)
    if "redcap" in rows:
        yield "exports/redcap_dictionary.csv", redcap_dictionary_text(instrument)
    yield "sites.csv", site_list_text(programme, instrument)
    yield "README.md", readme_text(programme, instrument, rows, command)


def _refuse_to_replace_other_files(folder: Path, names: list[str]) -> None:
    readme = folder / "README.md"
    ours = readme.is_file() and readme.read_bytes().startswith(TITLE.encode("utf-8"))
    there = [name for name in names if (folder / name).exists()]
    if there and not ours:
        cure = "is there already and was not simulated; choose another folder"
        raise InputError([Problem((folder / name).as_posix(), cure) for name in there])


def site_list_text(programme: Programme, instrument: Instrument) -> str:
    """The site list as CSV: id, label, other spellings, people invited, the site form."""
    drawn = programme.sites.columns
    questions = [question.id for question in instrument.context_questions if question.id in drawn]
    names = ["site", "label", "other_spellings", "invited", *questions]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for site in programme.sites[names].itertuples(index=False):
        writer.writerow([_cell(value) for value in site])
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return "" if value is pd.NA else str(value)

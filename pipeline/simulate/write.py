"""Writing a synthetic programme as files: the exports of its platforms and the site list."""

from __future__ import annotations

import csv
import io
import re
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
from pipeline.simulate.exports.redcap import has_keys, redcap_dictionary_text, redcap_text
from pipeline.simulate.keys import SECRET
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

    Where people have keys, ``linkage_secret.txt`` is written too.

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
    rows = _rows_by_name(programme, instrument, rng)
    texts = dict(_texts(programme, instrument, rows, command))
    _refuse_to_replace_other_files(folder, list(texts))
    for name, text in texts.items():
        _write(folder / name, text)
    return tuple(folder / name for name in texts)


def _rows_by_name(
    programme: Programme, instrument: Instrument, rng: np.random.Generator
) -> dict[str, ExportRows]:
    """The rows of every export by the name of its file, those of the latest round first."""
    return {
        export_name(of_round, platform, programme): rows_for_export(
            of_round, instrument, platform, rng
        )
        for of_round in programme.rounds
        for platform in of_round.design.platforms
    }


def export_name(of_round: Programme, platform: Platform, latest: Programme) -> str:
    """Name of an export without its ending: the platform, and the round if it is an earlier one."""
    if of_round is latest:
        return platform
    return f"{platform}_{re.sub(r'[^a-z0-9]+', '_', of_round.design.wave.lower()).strip('_')}"


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
    rows: Mapping[str, ExportRows],
    command: str | None,
) -> Iterator[tuple[str, str]]:
    for name, export in rows.items():
        yield f"exports/{name}.csv", WRITERS[export.platform](export, instrument)
    of_redcap = [export for export in rows.values() if export.platform == "redcap"]
    if of_redcap:
        keyed = any(map(has_keys, of_redcap))
        yield "exports/redcap_dictionary.csv", redcap_dictionary_text(instrument, keyed)
    if programme.has_keys:
        yield "linkage_secret.txt", SECRET
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
    groups = _invited_groups(programme, instrument)
    sites = pd.concat([programme.sites, pd.DataFrame(groups)], axis=1)
    names = ["site", "label", "other_spellings", "invited", *groups, *questions]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for site in sites[names].itertuples(index=False):
        writer.writerow([_cell(value) for value in site])
    return out.getvalue()


def _invited_groups(programme: Programme, instrument: Instrument) -> dict[str, pd.Series]:
    """By heading: people invited of each respondent group that the design speaks of."""
    invited = programme.sites["invited_groups"]
    groups = instrument.grouping.groups if instrument.grouping else ()
    return {
        f"invited_{group.id}": invited.map(lambda told, of=group.id: told.get(of, pd.NA))
        for group in groups
        if any(group.id in told for told in invited)
    }


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return "" if value is pd.NA else str(value)

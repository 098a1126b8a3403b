"""The records of releases on disk: restricted, numbered, only ever added to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.benchmark.disclosure.past import PastRelease
from pipeline.tables import RELEASE_FIGURES, RELEASE_MEMBERS, read_table, replace_folder

FIGURES, MEMBERS = "figures.parquet", "members.parquet"


def read_releases(folder: Path) -> list[PastRelease]:
    """Every recorded release, the oldest first; none where there is no folder yet."""
    return [
        PastRelease(
            read_table(record / FIGURES, RELEASE_FIGURES),
            read_table(record / MEMBERS, RELEASE_MEMBERS),
        )
        for record in _records(folder)
    ]


def record_release(files: Mapping[str, Path], folder: Path) -> None:
    """Add a record, whole or not at all; nothing is added when the newest one is the same.

    Parameters
    ----------
    files : mapping of str to path
        The parts of the record by the names they get.
    folder : path
        Holds a folder a release: ``0001``, ``0002`` and so on.
    """
    records = _records(folder)
    if records and _is_same(files, records[-1]):
        return
    last = int(records[-1].name) if records else 0
    replace_folder(files, folder / f"{last + 1:04d}")


def _records(folder: Path) -> list[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(
        (path for path in found if path.name.isdecimal()), key=lambda path: int(path.name)
    )


def _is_same(files: Mapping[str, Path], record: Path) -> bool:
    return all(
        (record / name).is_file() and (record / name).read_bytes() == source.read_bytes()
        for name, source in files.items()
    )

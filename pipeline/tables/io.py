"""Reading and writing the tables between rules, each checked against its contract."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd

from pipeline.tables.schema import DTYPES, Table, conform


def write_table(frame: pd.DataFrame, path: str | Path, table: Table) -> None:
    """Write a frame whole or not at all, after checking it against its contract.

    The file name decides the format: ``.parquet`` or ``.csv`` (full precision, UTF-8, ``\\n``).
    """
    checked = conform(frame, table)
    target = Path(path)
    if target.suffix == ".parquet":
        write_atomically(target, lambda part: checked.to_parquet(part, index=False))
    else:
        write_atomically(
            target, lambda part: checked.to_csv(part, index=False, lineterminator="\n")
        )


def read_table(path: str | Path, table: Table) -> pd.DataFrame:
    """Read a frame written by :func:`write_table` and check it against its contract."""
    source = Path(path)
    if source.suffix == ".parquet":
        return conform(pd.read_parquet(source), table)
    dtypes = {column.name: DTYPES[column.kind] for column in table.columns}
    return conform(pd.read_csv(source, dtype=dtypes, keep_default_na=False, na_values=[""]), table)


def rows_of_waves(frame: pd.DataFrame, waves: Iterable[str]) -> pd.DataFrame:
    """The rows of several survey rounds: those that are set side by side."""
    return frame[frame["wave"].isin(list(waves))].reset_index(drop=True)


def rows_of_wave(frame: pd.DataFrame, wave: str) -> pd.DataFrame:
    """The rows of one survey round; the round that a study reports on is analysed by itself."""
    return frame[frame["wave"] == wave].reset_index(drop=True)


def write_atomically(target: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside the target, then put it in the target's place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    write(part)
    part.replace(target)


def write_text(text: str, path: str | Path) -> None:
    """Write a text file whole or not at all, in UTF-8 with ``\\n`` line ends."""
    write_bytes(text.encode("utf-8"), path)


def write_bytes(content: bytes, path: str | Path) -> None:
    """Write a file whole or not at all."""
    write_atomically(Path(path), lambda part: part.write_bytes(content))


def replace_folder(files: Mapping[str, Path], folder: Path) -> None:
    """Fill a new folder beside `folder` with copies, then put it in the place of the old one.

    Parameters
    ----------
    files : mapping of str to path
        Source by the relative name it gets.
    folder : path
        Holds exactly these files afterwards; before the exchange it is left as it was.
    """
    part, old = folder.with_name(f".{folder.name}.part"), folder.with_name(f".{folder.name}.old")
    for leftover in (part, old):
        shutil.rmtree(leftover, ignore_errors=True)
    for name, source in files.items():
        target = part / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    if folder.exists():
        folder.replace(old)
    part.replace(folder)
    shutil.rmtree(old, ignore_errors=True)

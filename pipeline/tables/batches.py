"""Work on many sites in batches, so that one changed site does not touch the others."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import pandas as pd

from pipeline.tables.io import write_table
from pipeline.tables.schema import Table


def batch_of_sites(sites: Iterable[str], n_batches: int) -> pd.DataFrame:
    """The batch of each site: a stable hash of its id modulo `n_batches`, three digits.

    A site stays in its batch when other sites come or go.
    """
    ids = sorted(sites)
    hashes = (int.from_bytes(blake2b(site.encode(), digest_size=8).digest()) for site in ids)
    batches = [f"{value % n_batches:03d}" for value in hashes]
    return pd.DataFrame({"batch": batches, "site": ids}).sort_values(["batch", "site"])


def write_if_changed(frame: pd.DataFrame, path: Path, table: Table) -> None:
    """Write a table unless the file there is already has exactly this content.

    An untouched file keeps its time, so that what rests on it is not made again.
    """
    fresh = path.with_name(f".new-{path.name}")
    write_table(frame, fresh, table)
    if path.exists() and path.read_bytes() == fresh.read_bytes():
        fresh.unlink()
    else:
        fresh.replace(path)

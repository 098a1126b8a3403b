"""Which people stand behind a figure in each of several releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Integers = NDArray[np.int64]

KIND_OF_FAMILY: Mapping[str, str] = {
    "score": "score",
    "adjusted": "score",
    "agreement": "answers",
    "linked": "linked",
    "item_mean": "answer",
    "three": "answer",
    "five": "answer",
    "item_codes": "code",
    "scale_codes": "codes",
    "counters": "counters",
    "dispersion": "counters",
}
"""What of a person goes into the figures of each family."""

FIGURE = ["kind", "wave", "scale", "figure"]
ATOM = [*FIGURE, "site", "group", "respondent", "state"]
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Atoms:
    """What people put into one figure; a person whose answer changed is two atoms.

    Attributes
    ----------
    site, group, person : ndarray, shape (n_atoms,)
        Where it belongs, and whose it is.
    present : ndarray of int, shape (n_atoms, n_releases)
        1 where it is part of a release.
    """

    site: NDArray[np.object_]
    group: NDArray[np.object_]
    person: NDArray[np.object_]
    present: Integers


def atoms_of(
    releases: Sequence[pd.DataFrame], others: pd.DataFrame
) -> dict[tuple[str, str, str, str], Atoms]:
    """Atoms of every figure that is not the same in all releases: by kind, wave, scale, figure.

    Parameters
    ----------
    releases : sequence of DataFrame
        By the contract RELEASE_MEMBERS; the same people have the same keys.
    others : DataFrame
        Kind, wave, scale and figure of those that are wanted although they are the same.
    """
    rows = pd.concat(
        [_contributions(members).assign(bit=1 << place) for place, members in enumerate(releases)],
        ignore_index=True,
    )
    atoms = rows.groupby(ATOM, sort=True, observed=True)["bit"].sum().reset_index()
    changed = atoms["bit"] != (1 << len(releases)) - 1
    wanted = pd.concat([atoms.loc[changed, FIGURE], others]).drop_duplicates()
    atoms = atoms.merge(wanted, on=FIGURE)
    places = np.arange(len(releases))
    return {
        (str(kind), str(wave), str(scale), str(figure)): Atoms(
            block["site"].to_numpy(dtype=object),
            block["group"].to_numpy(dtype=object),
            block["respondent"].to_numpy(dtype=object),
            (block["bit"].to_numpy()[:, None] >> places) & 1,
        )
        for (kind, wave, scale, figure), block in atoms.groupby(FIGURE, sort=True)
    }


def with_same_keys(earlier: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The earlier members; who has another key now but the very same answers gets that key.

    Keys hold the name of the export: without this, an export under another name would pass for
    a survey of other people.
    """
    gone = _profiles(earlier[~earlier["respondent"].isin(now["respondent"])])
    come = _profiles(now[~now["respondent"].isin(earlier["respondent"])])
    pairs = gone.merge(come, on=["profile", "turn"], suffixes=("", "_now"))
    keys = dict(zip(pairs["respondent"], pairs["respondent_now"], strict=True))
    return earlier.assign(respondent=earlier["respondent"].map(lambda key: keys.get(key, key)))


def _profiles(members: pd.DataFrame) -> pd.DataFrame:
    names = ["wave", "site", "group", "scale", "item", "value", "reason"]
    hashed = members[["respondent"]].assign(profile=_hashes(members, names))
    profiles = hashed.groupby("respondent", sort=True)["profile"].sum().reset_index()
    return profiles.assign(turn=profiles.groupby("profile").cumcount())


def _hashes(rows: pd.DataFrame, names: list[str]) -> NDArray[np.uint64]:
    texts = {name: rows[name].astype("string").fillna(NOBODY) for name in names}
    hashed = pd.util.hash_pandas_object(pd.DataFrame(texts, index=rows.index), index=False)
    return np.asarray(hashed, dtype=np.uint64)


def _contributions(members: pd.DataFrame) -> pd.DataFrame:
    """What each person puts into each figure, as a number that tells contributions apart."""
    rows = members.assign(group=members["group"].fillna(NOBODY), figure=NOBODY)
    by_item = rows.assign(figure=rows["item"].fillna(NOBODY))
    items = (members["kind"] == "item").to_numpy(dtype=bool)
    answered = items & members["value"].notna().to_numpy()
    codes, counters = rows[items], rows[members["kind"] == "counter"]
    parts = {
        "score": _with_state(rows[members["kind"] == "score"], ["value"]),
        "answer": _with_state(by_item[answered], ["value"]),
        "code": _with_state(by_item[items], ["reason"]),
        "answers": _summed(_with_state(rows[answered], ["item", "value"])),
        "linked": _with_state(rows[members["kind"] == "linked"], ["value"]),
        "codes": _summed(_with_state(codes, ["item", "reason"])),
        "counters": _summed(_with_state(counters, ["item", "value"])),
    }
    return pd.concat([part[ATOM[1:]].assign(kind=kind) for kind, part in parts.items()])


def _with_state(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return rows.assign(state=_hashes(rows, names))


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in ATOM[1:] if name != "state"]
    return rows.groupby(keys, sort=True)["state"].sum().reset_index()

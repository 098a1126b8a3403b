"""Keys that tell people apart without telling who they are, and the same person seen twice."""

from __future__ import annotations

import hmac
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.ingest.raw import RawExport, no_texts, translate
from pipeline.ingest.read_file import read_text
from pipeline.ingest.source import ExportSource, SamePerson
from pipeline.ingest.wording import did_you_mean, without_invisible, wording_key
from pipeline.problems import InputError, Problem

LEAST_SECRET = 16


def response_digests(raw: RawExport) -> pd.Series:
    """64 bits for each response, from the file and the response id; SipHash.

    Where the platform gives no id it is the row of the spreadsheet that tells responses apart.
    """
    ids = raw.record["response_id"]
    digests = _digests(ids.to_numpy(dtype=object), f"id\x1f{raw.file}")
    without = ids.isna().to_numpy()
    if without.any():
        numbers = ids.index[without].astype(str).to_numpy(dtype=object)
        digests[without] = _digests(numbers, f"row\x1f{raw.file}")
    return pd.Series(digests, index=ids.index)


def _digests(texts: NDArray[np.object_], of: str) -> NDArray[np.uint64]:
    key = blake2b(of.encode("utf-8"), digest_size=8).hexdigest()
    return pd.util.hash_array(texts, hash_key=key, categorize=False)


def respondent_keys(digests: pd.Series) -> pd.Series:
    """A short key for each response: its digest in sixteen hexadecimal digits."""
    digits = digests.to_numpy().astype(">u8").tobytes().hex().encode("ascii")
    ends = np.arange(0, len(digits) + 1, 16, dtype=np.int32)
    told = pa.StringArray.from_buffers(len(digests), pa.py_buffer(ends), pa.py_buffer(digits))
    return pd.Series(pd.array(told, dtype="string"), index=digests.index)


def read_secret(path: Path) -> bytes:
    """The secret of a study; raises InputError where it is missing or easily guessed."""
    secret = read_text(path).strip()
    if len(secret) < LEAST_SECRET:
        cure = f"is too short for a secret; write at least {LEAST_SECRET} characters into it"
        raise InputError([Problem(path.as_posix(), cure)])
    return secret.encode("utf-8")


def person_column_problems(raw: RawExport, source: ExportSource) -> list[Problem]:
    """A problem where the column with the key of the person is not there, or more than once."""
    if source.person_column is None:
        return []
    places = _positions(raw, source.person_column)
    if len(places) == 1:
        return []
    if places:
        cure = f"{len(places)} columns have this heading; keep the one with the key of the person"
    else:
        hint = did_you_mean(source.person_column, (column.heading for column in raw.columns))
        cure = f"there is no such column with the key of the person{hint}"
    return [Problem(raw.file, cure, column=source.person_column)]


def _positions(raw: RawExport, heading: str) -> list[int]:
    folded = without_invisible(heading).casefold()
    return [column.position for column in raw.columns if column.heading.casefold() == folded]


def person_position(raw: RawExport, source: ExportSource) -> int | None:
    """Position of the column with the key of the person."""
    if source.person_column is None:
        return None
    return next(iter(_positions(raw, source.person_column)), None)


def hashed_people(raw: RawExport, source: ExportSource, secret: bytes) -> pd.Series:
    """The key of the person of each row, hashed; missing where it is blank.

    Keys that people type themselves are compared without regard to case, spaces and punctuation.
    The digest is keyed with the secret of the study (HMAC-BLAKE2b, 64 bits), so that nobody who
    does not hold the secret can find out a key by trying all of them.
    """
    position = person_position(raw, source)
    if position is None:
        return no_texts(raw.cells.index)

    def hashed(text: str) -> object:
        key = wording_key(text).replace(" ", "")
        return pd.NA if not key else _keyed(key, secret)

    return translate(raw.cells[position], hashed, "string")


def _keyed(key: str, secret: bytes) -> str:
    return hmac.new(secret, key.encode("utf-8"), lambda: blake2b(digest_size=8)).hexdigest()


def seen_again(identity: pd.Series, n_answered: pd.Series, rule: SamePerson) -> pd.Series:
    """Which responses are set aside because another one with their identity is kept.

    Parameters
    ----------
    identity : Series
        What no two persons, or no two responses, share; missing where it is not known. The
        responses stand in the order in which they were given.
    n_answered : Series of int
        Answers of each response, same index.
    rule : {"most_answers", "first", "last"}
        Which response is kept; of two with as many answers the last.

    Returns
    -------
    Series of bool
    """
    double = identity[identity.notna() & identity.duplicated(keep=False)]
    places = pd.Series(np.arange(len(identity)), index=identity.index).loc[double.index]
    ranked = pd.DataFrame({"identity": double, "n": n_answered.loc[double.index], "place": places})
    by = ["n", "place"] if rule == "most_answers" else ["place"]
    kept = ranked.sort_values(by, ascending=rule == "first").drop_duplicates("identity").index
    return pd.Series(identity.index.isin(double.index.difference(kept)), index=identity.index)

"""Two survey rounds of a small site put together, where nobody could be told by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

PREFIX = "pooled:"
"""Before the key of a respondent in pooled rows, which are told apart from the rows they copy."""

JOINED_BY = " + "
"""Between the labels of two rounds that are shown together."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of a study.

    Attributes
    ----------
    responses, missing, scores : DataFrame
        By their contracts.
    """

    responses: pd.DataFrame
    missing: pd.DataFrame
    scores: pd.DataFrame


def pooled_label(waves: Sequence[str]) -> str | None:
    """What the two latest rounds are called together; None where there is only one."""
    return JOINED_BY.join(waves[-2:]) if len(waves) > 1 else None


def with_pooled_waves(answers: Answers, waves: Sequence[str], minimum_n: int) -> Answers:
    """The answers, with rows added for small sites that may be shown over two rounds together.

    A site is shown under the label of both rounds if

    1. it has fewer than `minimum_n` respondents in each round, so that neither is shown by itself:
       a round that is shown, taken from both together, would leave the people of the other;
    2. every respondent of the site in both rounds has a key of the person: without keys six people
       who answered twice would pass for twelve;
    3. at least `minimum_n` different people answered in one of the rounds or in both;
    4. each round adds at least half of `minimum_n`, rounded up: the people in the round now, and
       those who answered in the round before only. Otherwise what the programme tells of the sites
       that are hidden in one round could locate the few others.

    Everybody counts once, with the latest answers. A person who answered at two sites belongs to
    each of them. What was published of the site before is looked at when figures are released:
    see :func:`~pipeline.benchmark.disclosure.rounds.barred_by_pooling`.

    Parameters
    ----------
    answers : Answers
        Of all rounds.
    waves : sequence of str
        Oldest first; only the two latest are pooled.
    minimum_n : int
        People behind any number of a site.
    """
    label = pooled_label(waves)
    if label is None:
        return answers
    parts = list(_pooled_people(answers.responses, waves[-2:], minimum_n))
    if not parts:
        return answers
    kept = pd.concat(parts)
    return Answers(
        _with_copies(answers.responses, kept, label),
        _with_copies(answers.missing, kept, None),
        _with_copies(answers.scores, kept, label),
    )


def _pooled_people(
    responses: pd.DataFrame, waves: Sequence[str], minimum_n: int
) -> Iterator[pd.Series]:
    """Keys of the respondents of each site that may be pooled, each person's latest only."""
    before, now = waves
    both = responses[responses["wave"].isin([before, now])]
    half = -(-minimum_n // 2)
    for _, people in both.groupby("site", sort=True):
        latest = people[people["wave"] == now]
        earlier = people[people["wave"] == before]
        only_earlier = earlier[~earlier["person"].isin(latest["person"])]
        counts = len(latest), len(only_earlier)
        hidden = max(len(latest), len(earlier)) < minimum_n
        if not hidden or people["person"].isna().any() or _has_repeats(latest, earlier):
            continue
        if sum(counts) >= minimum_n and min(counts) >= half:
            yield pd.concat([latest["respondent"], only_earlier["respondent"]])


def _has_repeats(*rounds: pd.DataFrame) -> bool:
    """Whether somebody counts twice within a round, which ingest should have resolved."""
    return any(bool(people["person"].duplicated().any()) for people in rounds)


def _with_copies(table: pd.DataFrame, kept: pd.Series, label: str | None) -> pd.DataFrame:
    copies = table[table["respondent"].isin(kept)]
    copies = copies.assign(respondent=(PREFIX + copies["respondent"]).astype("string"))
    if label is not None:
        copies = copies.assign(wave=pd.Series(label, index=copies.index, dtype="string"))
    return pd.concat([table, copies], ignore_index=True)

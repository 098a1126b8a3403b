"""Which respondents factors are explored in, and which confirm them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

EXPLORING, CONFIRMING, BOTH = "exploring", "confirming", "both"


def halves_of(respondents: pd.Series[str], in_first: pd.Series[bool] | None) -> pd.DataFrame:
    """The table of halves; without a split every respondent serves both ends."""
    if in_first is None:
        half = pd.Series(BOTH, index=respondents.index)
    else:
        half = in_first.map({True: EXPLORING, False: CONFIRMING})
    return pd.DataFrame({"respondent": respondents, "half": half})


def for_exploring(responses: pd.DataFrame, halves: pd.DataFrame) -> pd.DataFrame:
    """The rows of the respondents in whom factors are explored."""
    exploring = halves.loc[halves["half"] != CONFIRMING, "respondent"]
    return responses[responses["respondent"].isin(exploring)].reset_index(drop=True)


def for_confirming(responses: pd.DataFrame, halves: pd.DataFrame) -> pd.DataFrame:
    """The rows of the respondents in whom factors are confirmed."""
    confirming = halves.loc[halves["half"] != EXPLORING, "respondent"]
    return responses[responses["respondent"].isin(confirming)].reset_index(drop=True)


def samples_of(responses: pd.DataFrame, halves: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Whom a model is held against: those kept for confirming, where there are such, and all."""
    if halves["half"].eq(CONFIRMING).any():
        yield CONFIRMING, for_confirming(responses, halves)
    yield "all", responses

"""Whether leaving people out changes the headline results."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd


def screening_effect(
    scores: pd.DataFrame,
    excluded: pd.Series,
    items: Mapping[str, pd.DataFrame] | None = None,
    alpha: Callable[[pd.DataFrame], float] | None = None,
) -> pd.DataFrame:
    """Mean of each scale over everybody, and over those who are not left out.

    Parameters
    ----------
    scores : DataFrame
        A column a scale, a row a respondent; missing where there is no score.
    excluded : Series
        Whether a respondent is left out, same index.
    items : mapping of str to DataFrame, optional
        Keyed items of scales, same index.
    alpha : callable, optional
        From keyed items to their reliability; used on the scales that `items` has.

    Returns
    -------
    DataFrame
        A row a scale: ``scale``, ``n_with``, ``mean_with``, ``n_without``, ``mean_without`` and
        ``difference`` (without minus with, in standard deviations of everybody's scores); with
        `alpha` also ``alpha_with`` and ``alpha_without``. NaN where there is nothing to average,
        or no spread.
    """
    everybody = scores.astype("float64")
    kept = everybody[~excluded.to_numpy(dtype=bool)]
    table = pd.DataFrame(
        {
            "n_with": everybody.count(),
            "mean_with": everybody.mean(),
            "n_without": kept.count(),
            "mean_without": kept.mean(),
        }
    )
    spread = everybody.std(ddof=1)
    change = table["mean_without"] - table["mean_with"]
    table["difference"] = change / spread.where(spread > 0)
    if alpha is not None and items is not None:
        table = table.join(_reliability(items, excluded, alpha))
    return table.rename_axis("scale").reset_index()


def _reliability(
    items: Mapping[str, pd.DataFrame], excluded: pd.Series, alpha: Callable[[pd.DataFrame], float]
) -> pd.DataFrame:
    stays = ~excluded.to_numpy(dtype=bool)
    rows = {scale: (alpha(keyed), alpha(keyed[stays])) for scale, keyed in items.items()}
    columns = ["alpha_with", "alpha_without"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype="float64")

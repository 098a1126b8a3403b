"""Signs of careless answering, the flags they raise, and who is left out."""

from __future__ import annotations

import pandas as pd

from pipeline.ingest.screening.attention import fail_attention
from pipeline.ingest.screening.flags import count_families, name_reasons, raise_flags
from pipeline.ingest.screening.items import Items
from pipeline.ingest.screening.matrix import to_matrix
from pipeline.ingest.screening.rules import ScreeningRules
from pipeline.ingest.screening.signs import compute_signs

COUNTS = ("n_answered", "longest_run", "run_across_keying", "duplicates", "near_duplicates")


def screen(
    answers: pd.DataFrame,
    seconds: pd.Series,
    site: pd.Series,
    items: Items,
    rules: ScreeningRules | None = None,
) -> pd.DataFrame:
    """Signs of careless answering, a row a respondent.

    Parameters
    ----------
    answers : DataFrame
        Answers as stored, before keying; a column an item, missing where there is none. Items
        without a column count as not answered. Columns of attention checks stand beside them.
    seconds : Series
        Time taken, in the same order.
    site : Series
        Site, in the same order; missing where it is not known.
    items : Items
        From :func:`~pipeline.ingest.screening.items.describe_items`.
    rules : ScreeningRules, optional
        Cut-offs and the rule of exclusion.

    Returns
    -------
    DataFrame
        Same index as `answers`. Signs: counts as ``int64`` and the others as ``Float64``, missing
        where they cannot be judged. Flags (:data:`~pipeline.ingest.screening.flags.FLAGS`) as
        ``boolean``, missing where they cannot be judged. ``n_strong`` (``int64``) is the number of
        families with a strong flag, ``excluded`` (``bool``) says whether that is enough to be left
        out, ``reasons`` (``string``) names the strong flags of those left out, else it is empty.

    Raises
    ------
    ValueError
        If an answer is not a whole number.
    KeyError
        If an attention check has no column.

    Notes
    -----
    A flag is information. Exclusion needs strong flags of independent families: what is seen in the
    answers alone, the time taken, answers shared with another row, attention checks.
    """
    rules = ScreeningRules() if rules is None else rules
    attention = fail_attention(answers, rules.attention_checks)
    matrix = to_matrix(answers.reindex(columns=list(items.ids)))
    seconds, site = (values.set_axis(answers.index) for values in (seconds, site))
    signs = compute_signs(matrix, seconds, site, items, rules)
    flags = raise_flags(signs, matrix, items, attention, rules)
    n_strong = count_families(flags, rules.strong)
    excluded = n_strong >= rules.exclude_from_flags
    kinds = {name: "int64" if name in COUNTS else "Float64" for name in signs}
    return pd.concat([signs.astype(kinds), flags], axis=1).assign(
        n_strong=n_strong,
        excluded=excluded,
        reasons=name_reasons(flags, rules.strong, excluded),
    )

"""Change of the people who answered in two survey rounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.benchmark.rows import Rows, estimates_table, mean_rows, rows
from pipeline.tables import LINKED_PEOPLE, RELEASE_MEMBERS, conform

KEYS = ["wave", "site", "scale"]
SHARES = {"linked_higher": 1, "linked_lower": -1, "linked_no_clear_change": 0}
"""Direction of the change of the people that each share is of."""

ROUNDING = 1e-9
"""A change that reaches the threshold but for rounding, in points, does not exceed it."""


def linked_people(
    responses: pd.DataFrame,
    scores: pd.DataFrame,
    errors: pd.DataFrame,
    waves: Sequence[str],
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    r"""Everybody who answered at one site in the two latest rounds, a row a person and scale.

    Parameters
    ----------
    responses, scores : DataFrame
        By their contracts, of all rounds; `responses` has the key of the person.
    errors : DataFrame
        By the contract ESTIMATES: ``standard_error_of_measurement`` of each scale.
    waves : sequence of str
        Oldest first; the last two are linked.
    confidence_level : float
        Share of unchanged people whose change stays within error.

    Returns
    -------
    DataFrame
        By the contract LINKED_PEOPLE: the change of the score, and its direction where it exceeds
        :math:`z \sqrt{2}` standard errors of measurement (Jacobson & Truax, 1991). People who
        answered at another site than before are left out, and so are scales without a standard
        error.
    """
    if len(waves) < 2:
        return conform(pd.DataFrame(columns=LINKED_PEOPLE.column_names), LINKED_PEOPLE)
    thresholds = _thresholds(errors, confidence_level)
    keyed = responses[["respondent", "person"]].dropna()
    scored = scores.merge(keyed, on="respondent")
    before, now = (scored[scored["wave"] == wave] for wave in waves[-2:])
    pairs = before.merge(now, on=["site", "person"], suffixes=("_before", ""))
    parts = [_changes(pairs, scale, threshold) for scale, threshold in thresholds.items()]
    empty = pd.DataFrame(columns=LINKED_PEOPLE.column_names)
    table = pd.concat([empty.astype(object), *(part.astype(object) for part in parts)])
    return conform(table.sort_values(["scale", "respondent"], kind="stable"), LINKED_PEOPLE)


def _thresholds(errors: pd.DataFrame, confidence_level: float) -> dict[str, float]:
    """Change of one person that error alone rarely exceeds, by scale."""
    from scipy import special

    own = errors[errors["statistic"] == "standard_error_of_measurement"]
    own = own[own["item"].isna() & own["estimate"].gt(0).fillna(value=False)]
    reach = float(special.ndtri((1 + confidence_level) / 2)) * np.sqrt(2)
    return {
        str(scale): reach * float(error)
        for scale, error in zip(own["scale"], own["estimate"], strict=True)
    }


def _changes(pairs: pd.DataFrame, scale: str, threshold: float) -> pd.DataFrame:
    change = (pairs[scale] - pairs[f"{scale}_before"]).astype("Float64")
    known = pairs[change.notna()].assign(change=change.dropna(), scale=scale)
    size = known["change"].to_numpy(dtype=float)
    direction = np.where(np.abs(size) > threshold + ROUNDING, np.sign(size), 0)
    return known.assign(direction=direction)[LINKED_PEOPLE.column_names]


def linked_estimates(
    people: pd.DataFrame, before: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Change of linked people at every site, by the contract ESTIMATES.

    Per scale: ``linked_change`` (mean, with paired t interval), ``sd_linked_change``, and the
    shares ``linked_higher``, ``linked_lower``, ``linked_no_clear_change``.

    Parameters
    ----------
    people : DataFrame
        From :func:`linked_people`.
    before : str
        Label of the earlier round.
    """
    return estimates_table(_rows_by(people, KEYS, before, confidence_level))


def counting_people(people: pd.DataFrame, counting: pd.DataFrame) -> pd.DataFrame:
    """The people of sites that count in the programme.

    Parameters
    ----------
    people : DataFrame
        From :func:`linked_people`.
    counting : DataFrame
        From :func:`~pipeline.benchmark.disclosure.counting_sites`, with the rows of
        :func:`linked_estimates`.
    """
    counted = counting[(counting["statistic"] == "linked_change") & counting["counts"].eq(True)]
    return people.merge(counted[KEYS], on=KEYS)


def linked_of_programme(
    people: pd.DataFrame, before: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """The same for the programme, pooled over `people` of the sites that count."""
    parts = _rows_by(people, ["wave", "scale"], before, confidence_level)
    return estimates_table([part.but(site=None) for part in parts])


def _rows_by(
    people: pd.DataFrame, keys: list[str], before: str, confidence_level: float
) -> list[Rows]:
    changes = people.astype({"change": float}).groupby(keys, sort=True)["change"]
    described = changes.agg(["size", "mean", "std"])
    labels = described.index.to_frame(index=False)
    n, mean, sd = (described[name].to_numpy(dtype=float) for name in ("size", "mean", "std"))
    since = f"people who answered at the same site in {before} as well"
    parts = mean_rows(
        labels,
        (n, mean, sd),
        confidence_level,
        ("linked_change", "sd_linked_change"),
        f"mean change with paired t interval; {since}",
    )
    for statistic, direction in SHARES.items():
        told = people.assign(told=(people["direction"] == direction).astype(float))
        share = told.groupby(keys, sort=True)["told"].mean().to_numpy(dtype=float)
        method = f"share by the reliable change index; {since}"
        parts.append(rows(labels, statistic, method, share, n))
    return parts


def linked_members(people: pd.DataFrame) -> pd.DataFrame:
    """Who stands behind the change of linked people, by the contract RELEASE_MEMBERS."""
    members = people.rename(columns={"change": "value"}).assign(kind="linked")
    return conform(members.reindex(columns=RELEASE_MEMBERS.column_names), RELEASE_MEMBERS)

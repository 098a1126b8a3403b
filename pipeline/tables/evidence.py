"""From what people said about the items to the arrays that are summed up, and back to tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.instrument.evidence import (
    ASPECTS,
    CODES,
    DECISIONS,
    Finding,
    Rating,
    Sort,
    groups_of,
    is_present_wording,
)
from pipeline.tables.catalogue import CONTENT_VALIDITY, ITEM_DECISIONS, PLACEMENT, WORDINGS

PRESENT, EARLIER = WORDINGS
Said = TypeVar("Said", Rating, Sort)


@dataclass(frozen=True, slots=True)
class RatingPanel:
    """Ratings of the items of a scale that are summed up together.

    Attributes
    ----------
    aspect, wording, scale : str
        What was rated, of which wording, and the scale.
    group : str or None
        Group of the raters; None for all together.
    versions : mapping of str to int
        Version of the wording of each item.
    ratings : DataFrame, shape (n_raters, n_items)
        Ratings from 1 to 4, or missing.
    """

    aspect: str
    wording: str
    scale: str
    group: str | None
    versions: Mapping[str, int]
    ratings: pd.DataFrame


@dataclass(frozen=True, slots=True)
class SortingPanel:
    """Placements that are summed up together.

    Attributes
    ----------
    wording : str
        Of which wording.
    group : str or None
        Group of the sorters; None for all together.
    versions, home : mapping of str
        Version of the wording, and home scale, of each item.
    placements : DataFrame, shape (n_sorters, n_items)
        Scale or ``none``; missing where a sorter did not place an item.
    """

    wording: str
    group: str | None
    versions: Mapping[str, int]
    home: Mapping[str, str]
    placements: pd.DataFrame


def rating_panels(ratings: Sequence[Rating], instrument: Instrument) -> Iterator[RatingPanel]:
    """The ratings by wording, group, scale and aspect; only those there are."""
    for wording, group, said in _parts(ratings, instrument):
        for scale in instrument.scales:
            own = [rating for rating in said if instrument.scale_of_item[rating.item] is scale]
            for aspect in ASPECTS:
                cells = {(rating.rater, rating.item): getattr(rating, aspect) for rating in own}
                numbers = _wide(cells, instrument).astype("float64")
                if numbers.size and numbers.notna().any(axis=None):
                    yield RatingPanel(aspect, wording, scale.id, group, _versions(own), numbers)


def sorting_panels(sorts: Sequence[Sort], instrument: Instrument) -> Iterator[SortingPanel]:
    """The placements by wording and group; only those there are."""
    for wording, group, said in _parts(sorts, instrument):
        placements = _wide({(sort.sorter, sort.item): sort.placed_in for sort in said}, instrument)
        home = {item: instrument.scale_of_item[item].id for item in placements.columns}
        yield SortingPanel(wording, group, _versions(said), home, placements)


def _parts(
    records: Sequence[Said], instrument: Instrument
) -> Iterator[tuple[str, str | None, list[Said]]]:
    """The records of each wording and group, with those of all groups first.

    An item can have several earlier wordings, so these are taken version by version.
    """
    present = [record for record in records if is_present_wording(record, instrument)]
    earlier = [record for record in records if not is_present_wording(record, instrument)]
    parts = [(PRESENT, present)]
    for version in sorted({record.version for record in earlier}):
        parts.append((EARLIER, [record for record in earlier if record.version == version]))
    for wording, said in parts:
        for group in (None, *groups_of(instrument)):
            own = [record for record in said if group in (None, record.group)]
            if own:
                yield wording, group, own


def _wide(cells: Mapping[tuple[str, str], object], instrument: Instrument) -> pd.DataFrame:
    """People by items, both in a fixed order; missing where a person said nothing."""
    people = sorted({person for person, _ in cells})
    spoken_of = {item for _, item in cells}
    items = [item for item in instrument.items if item in spoken_of]
    rows = [[cells.get((person, item)) for item in items] for person in people]
    return pd.DataFrame(rows, index=people, columns=items, dtype=object)


def _versions(records: Sequence[Rating] | Sequence[Sort]) -> dict[str, int]:
    return {record.item: record.version for record in records}


# ------------------------------------------------------------------ back to tables


def label_ratings(rows: pd.DataFrame, panel: RatingPanel) -> pd.DataFrame:
    """The rows of a panel as the contract of content validity wants them.

    Of earlier wordings the single items are kept: together they are no scale of today.
    """
    labelled = rows.assign(
        aspect=panel.aspect,
        wording=panel.wording,
        group=panel.group,
        scale=panel.scale,
        item_version=rows["item"].map(panel.versions).astype("Int64"),
    )
    return _kept(labelled, panel.wording).reindex(columns=CONTENT_VALIDITY.column_names)


def label_placements(rows: pd.DataFrame, panel: SortingPanel) -> pd.DataFrame:
    """The rows of a panel as the contract of placements wants them.

    `factor` of a row about an item is a place, of another row it is a scale. Of earlier wordings
    the single items are kept.
    """
    about_item = rows["item"].notna()
    labelled = rows.assign(
        wording=panel.wording,
        group=panel.group,
        scale=rows["item"].map(panel.home).where(about_item, rows["factor"]).astype("string"),
        place=rows["factor"].where(about_item),
        item_version=rows["item"].map(panel.versions).astype("Int64"),
    )
    return _kept(labelled, panel.wording).reindex(columns=PLACEMENT.column_names)


def _kept(rows: pd.DataFrame, wording: str) -> pd.DataFrame:
    return rows if wording == PRESENT else rows[rows["item"].notna()]


def item_decisions(findings: Sequence[Finding], instrument: Instrument) -> pd.DataFrame:
    """What was decided about each wording of an item that interviews were about."""
    by_wording: dict[tuple[str, int], list[Finding]] = {}
    for finding in findings:
        by_wording.setdefault((finding.item, finding.version), []).append(finding)
    order = list(instrument.items)
    wordings = sorted(by_wording, key=lambda key: (order.index(key[0]), key[1]))
    rows = [_decision(by_wording[wording], instrument) for wording in wordings]
    return pd.DataFrame(rows, columns=ITEM_DECISIONS.column_names)


def _decision(findings: Sequence[Finding], instrument: Instrument) -> dict[str, object]:
    first, latest = findings[0], max(finding.round for finding in findings)
    last = [finding for finding in findings if finding.round == latest]
    decision = max((finding.decision for finding in last), key=DECISIONS.index)
    reasons = dict.fromkeys(f.reason for f in last if f.decision == decision)
    found = {finding.code for finding in findings}
    return {
        "wording": PRESENT if is_present_wording(first, instrument) else EARLIER,
        "scale": instrument.scale_of_item[first.item].id,
        "item": first.item,
        "item_version": first.version,
        "round": latest,
        "decision": decision,
        "n_interviews": len({finding.interview for finding in findings}),
        "n_findings": len(findings),
        "codes": ", ".join(code for code in CODES if code in found),
        "reason": " / ".join(reasons),
    }

"""What is estimated for every site: means, shares of answers, gaps between two groups."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.answer_counts import BlankAnswers, answers_of, blank_answers, items_put
from pipeline.benchmark.cells import UNGROUPED, Cells, cells_by
from pipeline.benchmark.comparisons import Described, gap_rows
from pipeline.benchmark.composition import centred_log_ratios, replace_zeros
from pipeline.benchmark.intervals import condition_of
from pipeline.benchmark.rows import Rows, estimates_table, mean_rows, rows
from pipeline.instrument import Allocation, Instrument, Scale

Numbers = NDArray[np.float64]

COUNT = "count"
OF_ANSWERED = "respondents who chose it / respondents who answered"
OF_PUT = "answers with this code / items put to respondents (answered, coded or skipped)"
OF_ASKED = "respondents with this code / respondents asked (answered, coded or skipped)"
DISPERSION = (
    "mean Aitchison distance to the centre of the own site, "
    "zeros replaced multiplicatively by 0.5 counter"
)
FROM_INSTRUMENT = "instrument"


def estimate_sites(
    responses: pd.DataFrame,
    missing: pd.DataFrame,
    scores: pd.DataFrame,
    instrument: Instrument,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Estimates of every site and wave, and of its two groups where the instrument has them.

    Parameters
    ----------
    responses, missing, scores : DataFrame
        By their contracts; scores of the same respondents.
    instrument : Instrument
        Says which scales, items, codes, constant sums and groups there are.
    confidence_level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        By the contract ESTIMATES. ``group`` is empty for everyone. Of a scale: ``mean``, ``sd``,
        ``share_<code>``, ``answers_put`` (the denominator of these shares), ``gap``,
        ``gap_standardised``, ``lowest_possible``, ``highest_possible``. Of an item: ``mean``
        as worded, ``sd``, ``share_<value>``, ``share_low``, ``share_middle``, ``share_high``,
        ``share_<code>``. Of a constant sum: ``mean_counters``, ``sd_counters``, ``dispersion``.
        Of the site: ``respondents``; of a group also ``place_in_gap`` (1 for the group that a
        gap subtracts from).
    """
    people = responses.sort_values(["wave", "site", "respondent"], ignore_index=True)
    scored = scores.set_index("respondent").reindex(people["respondent"])
    blanks = blank_answers(missing, people["respondent"], instrument)
    everyone = cells_by(people, ["wave", "site"])
    views = [everyone, *_group_cells(people, instrument)]
    parts = [
        *_respondent_rows(people, instrument, everyone),
        *_scale_rows(people, scored, blanks, instrument, views, confidence_level),
        *_gaps(scored, instrument, views, confidence_level),
        *_item_rows(people, blanks, instrument, everyone, confidence_level),
        *_allocation_rows(people, instrument, views, confidence_level),
    ]
    return estimates_table(parts)


def _group_ids(instrument: Instrument) -> list[str]:
    return [group.id for group in instrument.grouping.groups] if instrument.grouping else []


def _group_cells(people: pd.DataFrame, instrument: Instrument) -> list[Cells]:
    if not instrument.grouping:
        return []
    known = people["group"].where(people["group"].isin(_group_ids(instrument)))
    return [cells_by(people.assign(group=known), ["wave", "site", "group"])]


def _respondent_rows(
    people: pd.DataFrame, instrument: Instrument, everyone: Cells
) -> Iterator[Rows]:
    one_each = np.ones(len(people))
    n = everyone.total(one_each)
    yield rows(everyone.labels, "respondents", COUNT, n, n)
    if instrument.grouping:
        known = people["group"].where(people["group"].isin(_group_ids(instrument)), UNGROUPED)
        cells = cells_by(people.assign(group=known.fillna(UNGROUPED)), ["wave", "site", "group"])
        n = cells.total(one_each)
        yield rows(cells.labels, "respondents", COUNT, n, n)
        for place, group in enumerate(_group_ids(instrument), start=1):
            labels = cells.labels[cells.labels["group"] == group]
            yield _stated(labels, "place_in_gap", place)


def _scale_rows(
    people: pd.DataFrame,
    scored: pd.DataFrame,
    blanks: BlankAnswers,
    instrument: Instrument,
    views: list[Cells],
    confidence_level: float,
) -> Iterator[Rows]:
    for scale in instrument.scales:
        low, high = scale.response_scale.lowest, scale.response_scale.highest
        yield from _limits(views[0], scale.id, low, high)
    for scale in instrument.scored_scales:
        for cells in views:
            labels = cells.labels.assign(scale=scale.id)
            described = cells.describe(answers_of(scored, scale.id))
            yield from mean_rows(labels, described, confidence_level)
            yield from _code_rows(labels, cells, people, blanks, instrument, scale)


def _limits(cells: Cells, scale_id: str, low: float, high: float) -> Iterator[Rows]:
    labels = cells.labels.assign(scale=scale_id)
    for statistic, value in (("lowest_possible", low), ("highest_possible", high)):
        yield _stated(labels, statistic, value)


def _stated(labels: pd.DataFrame, statistic: str, value: float) -> Rows:
    """A number of the instrument, the same in every row."""
    values = {"statistic": statistic, "estimate": float(value), "method": FROM_INSTRUMENT}
    return Rows(labels, values)


def _code_rows(
    labels: pd.DataFrame,
    cells: Cells,
    people: pd.DataFrame,
    blanks: BlankAnswers,
    instrument: Instrument,
    scale: Scale,
) -> Iterator[Rows]:
    put = items_put(people, blanks, scale)
    n = cells.total((put > 0).astype(float))
    answers_put = cells.total(put)
    yield rows(labels, "answers_put", COUNT, answers_put, n)
    for code in instrument.special_codes:
        share = _share(cells.total(blanks.count(scale.item_ids, code.id)), answers_put)
        yield rows(labels, f"share_{code.id}", OF_PUT, share, n)


def _share(numerator: Numbers, denominator: Numbers) -> Numbers:
    out = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out


def _gaps(
    scored: pd.DataFrame, instrument: Instrument, views: list[Cells], confidence_level: float
) -> Iterator[Rows]:
    for cells in views[1:]:
        by_site = _cell_numbers(cells)
        pair = by_site.reindex(columns=_group_ids(instrument)).dropna()
        first, second = (pair[column].to_numpy(dtype=int) for column in pair.columns)
        labels = pair.index.to_frame(index=False)
        for scale in instrument.scored_scales:
            described = cells.describe(answers_of(scored, scale.id))
            yield from gap_rows(
                labels.assign(scale=scale.id),
                _at(described, first),
                _at(described, second),
                confidence_level,
            )


def _cell_numbers(cells: Cells) -> pd.DataFrame:
    numbered = cells.labels.assign(cell=np.arange(len(cells.labels)))
    return numbered.pivot(index=["wave", "site"], columns="group", values="cell")  # noqa: PD010


def _at(described: Described, cells: NDArray[np.intp]) -> Described:
    n, mean, sd = described
    return n[cells], mean[cells], sd[cells]


def _item_rows(
    people: pd.DataFrame,
    blanks: BlankAnswers,
    instrument: Instrument,
    cells: Cells,
    confidence_level: float,
) -> Iterator[Rows]:
    for scale in instrument.scales:
        for item in scale.items:
            labels = cells.labels.assign(scale=scale.id, item=item.id)
            answers = answers_of(people, item.id)
            yield from mean_rows(labels, cells.describe(answers), confidence_level)
            yield from _distribution_rows(labels, cells, answers, scale)
            asked = cells.total(~np.isnan(answers) + blanks.count([item.id]))
            for code in item.special_codes:
                share = _share(cells.total(blanks.count([item.id], code)), asked)
                yield rows(labels, f"share_{code}", OF_ASKED, share, asked)


def _distribution_rows(
    labels: pd.DataFrame, cells: Cells, answers: Numbers, scale: Scale
) -> Iterator[Rows]:
    n = cells.total((~np.isnan(answers)).astype(float))
    middle = scale.response_scale.reflection / 2
    chosen = {f"share_{value}": answers == value for value in scale.response_scale.values}
    chosen["share_low"] = answers < middle
    chosen["share_middle"] = answers == middle
    chosen["share_high"] = answers > middle
    for statistic, these in chosen.items():
        share = _share(cells.total(these.astype(float)), n)
        yield rows(labels, statistic, OF_ANSWERED, share, n)


def _allocation_rows(
    people: pd.DataFrame, instrument: Instrument, views: list[Cells], confidence_level: float
) -> Iterator[Rows]:
    for allocation in instrument.allocations:
        counters = _complete_counters(people, allocation)
        yield from _limits(views[0], allocation.id, 0, allocation.total)
        for cells in views:
            for column, values in zip(allocation.columns, counters.T, strict=True):
                labels = cells.labels.assign(scale=allocation.id, item=column)
                names = ("mean_counters", "sd_counters")
                yield from mean_rows(labels, cells.describe(values), confidence_level, names)
        yield _dispersion_rows(views[0], counters, allocation)


def _complete_counters(people: pd.DataFrame, allocation: Allocation) -> Numbers:
    """Counters of each part; a row is missing as a whole unless it adds up to the total."""
    counters = np.column_stack([answers_of(people, column) for column in allocation.columns])
    counters[counters.sum(axis=1) != allocation.total] = np.nan
    return counters


def _dispersion_rows(cells: Cells, counters: Numbers, allocation: Allocation) -> Rows:
    ratios = centred_log_ratios(replace_zeros(counters))
    centres = np.column_stack([cells.describe(column)[1] for column in ratios.T])
    distances = np.sqrt(((ratios - centres[cells.of_person]) ** 2).sum(axis=1))
    n, dispersion, _ = cells.describe(distances)
    labels = cells.labels.assign(scale=allocation.id)
    found = rows(labels, "dispersion", DISPERSION, dispersion, n)
    return found.but(condition=condition_of(n, np.full(len(n), np.nan)))

"""What real exports contain besides whole and careful answers."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.simulate.design import SMALL_SITE, Design, Dirt, Platform
from pipeline.simulate.pages import columns_in_order, pages_of
from pipeline.simulate.programme import Programme

FAST_SECONDS_PER_ITEM = 1.2
SITES_SPELT_OTHERWISE = 0.3
"""Share of the rows of a site that carry another spelling, where the design names one."""
_TOKEN = np.array(list(string.ascii_letters + string.digits))
_COMMENTS = 0.12
_DAYTIME = 7 * 3600, 21 * 3600


@dataclass(frozen=True, slots=True)
class ExportRows:
    """The rows of one export before a platform gives them its form.

    Attributes
    ----------
    platform : str
        Survey platform.
    answers : DataFrame
        Rows by answer columns in the order of the questionnaire; whole numbers or missing.
    record : DataFrame
        Same index: ``response`` (number of the response; repeated rows share it), ``kind``
        (answer, preview or empty), ``site``, ``site_text`` (its name as exported; empty where it
        is not told), ``person`` (key of the person, empty without one), ``reached`` (answer
        columns met before stopping), ``finished``, ``started`` (datetime), ``seconds``, ``token``
        (letters and digits) and ``comment``.
    """

    platform: Platform
    answers: pd.DataFrame
    record: pd.DataFrame


def rows_for_export(
    programme: Programme, instrument: Instrument, platform: Platform, rng: np.random.Generator
) -> ExportRows:
    """The rows of one platform with everything on them that the design asks to go wrong."""
    design = programme.design
    dirt = design.dirt_of(platform)
    rows = _clean_rows(programme, instrument, platform, rng)
    liners, stopped, lost = _pick(rows, programme.sites, dirt, rng)
    rows = answer_in_straight_lines(rows, liners, dirt.fast_straight_liners, instrument, rng)
    rows = stop_part_way(rows, stopped, instrument, rng)
    rows = _lose_site(_spell_sites_otherwise(rows, design, rng), lost)
    rows = _add_previews(rows, dirt.preview_rows, instrument, rng)
    rows = _add_empty_rows(rows, dirt.empty_rows, rng)
    rows = _in_order_of_start(_with_record(rows, design, rng))
    return repeat_rows(rows, dirt.repeated_rows, rng)


def _clean_rows(
    programme: Programme, instrument: Instrument, platform: Platform, rng: np.random.Generator
) -> ExportRows:
    people = programme.respondents.query("platform == @platform")
    people = people.iloc[rng.permutation(len(people))].reset_index(drop=True)
    answers = people[columns_in_order(instrument)].astype("Int64")
    texts = {site.site: _site_text(programme.design, site.site) for site in programme.design.sites}
    record = pd.DataFrame(
        {
            "kind": "answer",
            "site": people["site"],
            "site_text": people["site"].map(texts),
            "person": people["person"],
            "reached": answers.shape[1],
            "finished": True,
            "seconds": people["seconds"],
        }
    )
    return ExportRows(platform, answers, record)


def _site_text(design: Design, name: str) -> str:
    """How the platform of a site writes its name: label, answer code or data access group."""
    site = next(site for site in design.sites if site.site == name)
    if site.platform == "redcap":
        return site.site.replace("-", "_")
    return site.code or site.label if site.platform == "limesurvey" else site.label


def _pick(
    rows: ExportRows, sites: pd.DataFrame, dirt: Dirt, rng: np.random.Generator
) -> tuple[pd.Index, pd.Index, pd.Index]:
    """Different rows for straight lines, for stopping part-way and for losing the site."""
    large = set(sites.loc[sites["people"] >= SMALL_SITE, "site"])
    shuffled = rng.permutation(rows.record.index.to_numpy())
    spared = ~rows.record["site"].isin(large).loc[shuffled].to_numpy()
    order = pd.Index(shuffled[np.argsort(spared, kind="stable")])
    ends = np.cumsum([dirt.straight_liners, dirt.partials, dirt.without_site])
    return order[: ends[0]], order[ends[0] : ends[1]], order[ends[1] : ends[2]]


def answer_in_straight_lines(
    rows: ExportRows,
    chosen: pd.Index,
    fast: int,
    instrument: Instrument,
    rng: np.random.Generator,
) -> ExportRows:
    """One option throughout for the chosen rows; the first `fast` of them hurried as well."""
    answers, record = rows.answers.copy(), rows.record.copy()
    items = list(instrument.items)
    for row in chosen:
        place = rng.random()
        for scale in instrument.scales:
            values = scale.response_scale.values
            answers.loc[row, scale.item_ids] = values[int(place * len(values))]
    hurried = np.round(FAST_SECONDS_PER_ITEM * len(items) * rng.uniform(0.7, 1.1, size=fast))
    record.loc[chosen[:fast], "seconds"] = hurried
    return replace(rows, answers=answers, record=record)


def stop_part_way(
    rows: ExportRows, chosen: pd.Index, instrument: Instrument, rng: np.random.Generator
) -> ExportRows:
    """The chosen rows blank from the end of a question on, or of a page where pages are sent."""
    answers, record = rows.answers.copy(), rows.record.copy()
    width = answers.shape[1]
    ends = _places_to_stop(instrument, by_page=rows.platform == "limesurvey")
    for row in chosen if len(ends) else ():
        reached = int(rng.choice(ends))
        answers.loc[row, answers.columns[reached:]] = pd.NA
        record.loc[row, ["reached", "finished"]] = [reached, False]
        record.loc[row, "seconds"] = np.round(record.loc[row, "seconds"] * reached / width)
    return replace(rows, answers=answers, record=record)


def _places_to_stop(instrument: Instrument, by_page: bool) -> list[int]:
    """Columns behind somebody who stops: after the first eighth and before the last tenth."""
    pages = pages_of(instrument)
    starts = np.cumsum([0, *(len(page.columns) for page in pages)])
    if by_page:
        return [int(end) for end in starts[1:-1]]
    ends = [
        int(s) + e for s, page in zip(starts, pages, strict=False) for e in page.questions_end_at
    ]
    return [end for end in ends if starts[-1] / 8 <= end <= starts[-1] * 0.9]


def _spell_sites_otherwise(
    rows: ExportRows, design: Design, rng: np.random.Generator
) -> ExportRows:
    record = rows.record.copy()
    for site in design.sites:
        of_site = record.index[record["site"] == site.site]
        if site.also_exported_as and len(of_site):
            count = max(len(site.also_exported_as), round(SITES_SPELT_OTHERWISE * len(of_site)))
            chosen = rng.permutation(of_site.to_numpy())[:count]
            record.loc[chosen, "site_text"] = np.resize(site.also_exported_as, len(chosen))
    return replace(rows, record=record)


def _lose_site(rows: ExportRows, chosen: pd.Index) -> ExportRows:
    record = rows.record.copy()
    record.loc[chosen, "site_text"] = ""
    return replace(rows, record=record)


def _add_previews(
    rows: ExportRows, count: int, instrument: Instrument, rng: np.random.Generator
) -> ExportRows:
    """Rows of people who tried the questionnaire out: each page answered like somebody else."""
    source = _finished(rows, rng)[:count]
    answers = rows.answers.loc[source].reset_index(drop=True)
    for number, page in enumerate(pages_of(instrument)):
        answers[page.columns] = np.roll(answers[page.columns].to_numpy(dtype=object), number, 0)
    record = rows.record.loc[source].reset_index(drop=True)
    record = record.assign(kind="preview", person="", seconds=rng.integers(60, 240, len(record)))
    return _together(rows, answers.astype("Int64"), record)


def _add_empty_rows(rows: ExportRows, count: int, rng: np.random.Generator) -> ExportRows:
    """Rows of people who opened the questionnaire and left."""
    source = _finished(rows, rng)[:count]
    answers = rows.answers.loc[source].mask(np.ones((len(source), rows.answers.shape[1]), bool))
    record = rows.record.loc[source].assign(kind="empty", person="", reached=0, finished=False)
    return _together(rows, answers, record.assign(seconds=rng.integers(3, 40, len(source))))


def _finished(rows: ExportRows, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    done = rows.record["finished"].astype(bool) & (rows.record["kind"] == "answer")
    return rng.permutation(rows.record.index[done].to_numpy())


def _together(rows: ExportRows, answers: pd.DataFrame, record: pd.DataFrame) -> ExportRows:
    return replace(
        rows,
        answers=pd.concat([rows.answers, answers], ignore_index=True),
        record=pd.concat([rows.record, record], ignore_index=True),
    )


def _with_record(rows: ExportRows, design: Design, rng: np.random.Generator) -> ExportRows:
    count = len(rows.record)
    day = rng.integers(0, design.field_days, count) * 86400
    moment = pd.to_timedelta(day + rng.integers(*_DAYTIME, count), unit="s")
    letters = _TOKEN[rng.integers(0, len(_TOKEN), (count, 15))]
    record = rows.record.assign(
        started=pd.Timestamp(datetime.fromisoformat(design.first_day)) + moment,
        token=["".join(row) for row in letters],
        comment=_draw_comments(rows.record, design.comments, rng),
    )
    return replace(rows, record=record)


def _draw_comments(
    record: pd.DataFrame, texts: Sequence[str], rng: np.random.Generator
) -> list[str]:
    wrote = (rng.random(len(record)) < _COMMENTS) & record["finished"].to_numpy(dtype=bool)
    chosen = rng.integers(0, max(len(texts), 1), len(record))
    return [
        texts[number] if writes and texts else ""
        for writes, number in zip(wrote, chosen, strict=True)
    ]


def _in_order_of_start(rows: ExportRows) -> ExportRows:
    order = np.argsort(rows.record["started"].to_numpy(), kind="stable")
    record = rows.record.iloc[order].reset_index(drop=True)
    record = record.assign(response=np.arange(1, len(record) + 1))
    return replace(rows, answers=rows.answers.iloc[order].reset_index(drop=True), record=record)


def repeat_rows(rows: ExportRows, count: int, rng: np.random.Generator) -> ExportRows:
    """Some finished rows once more at the end, the same in every cell."""
    again = np.sort(_finished(rows, rng)[:count])
    order = [*rows.record.index, *again]
    return replace(
        rows,
        answers=rows.answers.loc[order].reset_index(drop=True),
        record=rows.record.loc[order].reset_index(drop=True),
    )


def count_dirt(rows: ExportRows, instrument: Instrument) -> Mapping[str, int]:
    """How many rows of each kind an export holds, by what can be seen in it."""
    record = rows.record
    people = record["kind"] == "answer"
    items = rows.answers[list(instrument.items)]
    return {
        "rows": len(record),
        "preview rows": int((record["kind"] == "preview").sum()),
        "opened and left empty": int((record["kind"] == "empty").sum()),
        "exact repeats": int(record["response"].duplicated().sum()),
        "stopped part-way": int((people & ~record["finished"].astype(bool)).sum()),
        "same answer throughout": int((people & _same_throughout(items, instrument)).sum()),
        "site not told": int((people & (record["site_text"] == "")).sum()),
    }


def _same_throughout(items: pd.DataFrame, instrument: Instrument) -> pd.Series:
    """Whether all items were answered, and all of one answer format with the same answer."""
    items_of: dict[str, list[str]] = {}
    for scale in instrument.scales:
        items_of.setdefault(scale.response_scale.id, []).extend(scale.item_ids)
    same = items.notna().all(axis=1)
    for alike in items_of.values():
        same &= items[alike].eq(items[alike[0]], axis=0).all(axis=1)
    return same

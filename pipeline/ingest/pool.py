"""The answers of all exports of a study in one place, each response with its reason to stay out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.ingest.answers import TypedAnswers, type_answers
from pipeline.ingest.codebook import ANSWERED
from pipeline.ingest.match import attention_positions
from pipeline.ingest.opening import Opened, listed_twice, open_all
from pipeline.ingest.people import hashed_people, respondent_keys, seen_again
from pipeline.ingest.raw import no_texts, translate
from pipeline.ingest.rows import reach_no_scale
from pipeline.ingest.sites import SiteList, resolve_sites, sites_from_spellings
from pipeline.ingest.source import ExportSource, SamePerson
from pipeline.ingest.wording import wording_key
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem, refuse_if_any

PASSED = 1.0
"""An attention check to which the answer asked for was given."""


@dataclass(frozen=True, slots=True)
class Part:
    """One export whose answers are read.

    Attributes
    ----------
    opened : Opened
        The export.
    sites : Series
        Id of the site of each response; missing where its cell is empty.
    start : int
        Place of its first response among those of all exports.
    """

    opened: Opened
    sites: pd.Series
    start: int


@dataclass(frozen=True, slots=True)
class Pooled:
    """The responses of all exports that nothing set apart before their answers were read.

    Attributes
    ----------
    parts : tuple of Part
        The exports, in the order of the study.
    people : DataFrame
        A row a response: ``respondent``, ``digest`` (the same as a number), ``person``,
        ``site``, ``wave``, ``group``, ``export``, ``row`` (of the file), ``response``,
        ``language``, ``finished``, ``seconds``, ``day``.
    columns : tuple of str
        Answer columns of the questionnaire.
    values, outcomes : ndarray, shape (n_people, n_columns)
        As in :class:`~pipeline.ingest.answers.TypedAnswers`.
    attention : DataFrame of float
        By attention check, 1 where the answer asked for was given, 0 where another one was.
    reasons : Series
        Why a response is left out, by its place; missing for those that count.
    """

    parts: tuple[Part, ...]
    people: pd.DataFrame
    columns: tuple[str, ...]
    values: NDArray[np.integer[Any]]
    outcomes: NDArray[np.int8]
    attention: pd.DataFrame
    reasons: pd.Series

    def answers(self, names: Sequence[str]) -> pd.DataFrame:
        """The answers to some columns as numbers, NaN where there is none."""
        return pd.DataFrame({name: self._column(name) for name in names}, copy=False)

    def _column(self, name: str) -> NDArray[np.float32]:
        place = self.columns.index(name)
        answers: NDArray[np.float32] = self.values[:, place].astype(np.float32)
        answers[self.outcomes[:, place] != ANSWERED] = np.nan
        return answers

    def reasons_of(self, part: Part) -> pd.Series:
        """Why each response of an export is left out, by the row of the file."""
        told = part.opened.reasons.copy()
        rows = told.index[told.isna()]
        told.loc[rows] = self.reasons.iloc[part.start : part.start + len(rows)].to_numpy()
        return told

    def excluding(self, rows: pd.Series, reason: str) -> Pooled:
        """The same responses, those that count and are told by `rows` left out for a reason."""
        return replace(self, reasons=self.reasons.mask(self.reasons.isna() & rows, reason))


def pool_exports(
    sources: Sequence[ExportSource],
    instrument: Instrument,
    site_list: SiteList | None,
    wave: str,
    rule: SamePerson = "most_answers",
    secret: bytes = b"",
) -> tuple[Pooled, SiteList]:
    """The typed answers of every export, and the sites they come from.

    Parameters
    ----------
    sources : sequence of ExportSource
        The exports of a study.
    instrument : Instrument
        The questionnaire in the form that is analysed.
    site_list : SiteList, optional
        The sites; without it every way of writing a site that differs by more than case, spaces
        and punctuation is one.
    wave : str
        Survey round of the exports that do not tell theirs.
    rule : {"most_answers", "first", "last"}
        Which response counts when one person gave several in a survey round and site.
    secret : bytes
        With which keys of persons are hashed.

    Raises
    ------
    InputError
        With every problem of every file.
    """
    problems = listed_twice(sources)
    opened = open_all(sources, instrument, wave, problems)
    sites = site_list if site_list is not None else _sites_in(opened)
    parts: list[Part] = []
    typed: list[TypedAnswers] = []
    for export in opened:
        ids, unlisted = _site_ids(export, sites)
        problems.extend(unlisted)
        try:
            answers = type_answers(
                export.raw,
                export.matching,
                export.reasons.index[export.reasons.isna()],
                instrument,
                export.source,
                export.names,
            )
        except InputError as error:
            problems.extend(error.problems)
            continue
        parts.append(Part(export, ids, sum(len(known.rows) for known in typed)))
        typed.append(answers)
    problems.extend(_attention_problems(opened))
    refuse_if_any(problems)
    return pool_answers(parts, typed, instrument, rule, secret), sites


def pool_answers(
    parts: Sequence[Part],
    typed: Sequence[TypedAnswers],
    instrument: Instrument,
    rule: SamePerson = "most_answers",
    secret: bytes = b"",
) -> Pooled:
    """The answers of some exports together; those of persons seen before, and too few, left out."""
    pooled = _together(parts, typed, instrument, secret)
    return _without_too_few(_without_repeats(pooled, rule), instrument)


def _sites_in(opened: Sequence[Opened]) -> SiteList:
    """The sites of the rows that may be analysed."""
    names = [export.site_names[export.reasons.isna()] for export in opened]
    return sites_from_spellings(name for series in names for name in series.unique())


def _site_ids(export: Opened, sites: SiteList) -> tuple[pd.Series, list[Problem]]:
    """Site of every response; a site that is not listed matters only where the response counts."""
    counted = export.reasons.isna()
    column = export.site_heading
    ids, problems = resolve_sites(export.site_names[counted], sites, export.raw.file, column)
    others, _ = resolve_sites(export.site_names[~counted], sites, export.raw.file, column)
    return pd.concat([ids, others]).reindex(export.site_names.index), problems


def _together(
    parts: Sequence[Part], typed: Sequence[TypedAnswers], instrument: Instrument, secret: bytes
) -> Pooled:
    columns = tuple(instrument.answer_columns)
    values = _stacked([answers.values for answers in typed])
    outcomes = _stacked([answers.outcomes for answers in typed])
    people = pd.concat(
        [_people(part, a.rows, secret) for part, a in zip(parts, typed, strict=True)],
        ignore_index=True,
    )
    attention = pd.concat(
        [_attention(part, a.rows) for part, a in zip(parts, typed, strict=True)], ignore_index=True
    )
    reasons = no_texts(people.index)
    pooled = Pooled(tuple(parts), people, columns, values, outcomes, attention, reasons)
    return replace(pooled, people=people.assign(group=_groups(pooled, instrument)))


def _stacked(matrices: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The rows of all matrices, every column together in memory."""
    if len(matrices) == 1:
        return matrices[0]
    whole = np.empty(
        (sum(map(len, matrices)), matrices[0].shape[1]), dtype=matrices[0].dtype, order="F"
    )
    return np.concatenate(matrices, out=whole)


def _people(part: Part, rows: pd.Index, secret: bytes) -> pd.DataFrame:
    """What is known about each response besides its answers."""
    export = part.opened
    raw = export.raw
    told = raw.record.loc[rows, ["language", "finished", "seconds", "day"]]
    described = pd.DataFrame(
        {
            "respondent": respondent_keys(export.digests.loc[rows]),
            "digest": export.digests.loc[rows],
            "person": hashed_people(raw, export.source, secret).loc[rows],
            "site": part.sites.loc[rows],
            "wave": export.waves.loc[rows],
            "export": raw.file,
            "row": rows,
            "response": _response_ids(export).loc[rows],
        },
        index=rows,
        copy=False,
    )
    return pd.concat([described, told], axis=1)


def _attention(part: Part, rows: pd.Index) -> pd.DataFrame:
    """Whether each response gave the answer that each attention check asks for."""
    raw = part.opened.raw
    positions = attention_positions(raw, part.opened.source)
    wanted = part.opened.source.attention_checks

    def passed(heading: str) -> Callable[[str], object]:
        key = wording_key(wanted[heading])
        return lambda text: float(wording_key(text) == key) if wording_key(text) else pd.NA

    told = {
        heading: translate(raw.cells.loc[rows, position], passed(heading), "Float64")
        for heading, position in positions.items()
    }
    return pd.DataFrame(told, index=rows)


def _attention_problems(opened: Sequence[Opened]) -> list[Problem]:
    """Attention checks that no export has."""
    wanted = {name for export in opened for name in export.source.attention_checks}
    there = {n for export in opened for n in attention_positions(export.raw, export.source)}
    cure = "no export has this column of an attention check; correct its heading"
    return [Problem(opened[0].raw.file, cure, column=name) for name in sorted(wanted - there)]


def _response_ids(export: Opened) -> pd.Series:
    """The id of each response where no two responses of the platform share one."""
    ids = export.raw.record["response_id"]
    if export.has_unique_ids:
        return export.raw.platform + "\x1f" + ids
    return no_texts(ids.index)


def _groups(pooled: Pooled, instrument: Instrument) -> pd.Series:
    if instrument.grouping is None:
        return no_texts(pooled.people.index)
    answers = pooled.answers([instrument.grouping.question])[instrument.grouping.question]
    group_of: Mapping[int, str] = instrument.grouping.group_of()
    return answers.map(group_of).astype("string")


def _without_repeats(pooled: Pooled, rule: SamePerson) -> Pooled:
    """One of the responses with one id, and one of each person in a survey round and site."""
    people = pooled.people
    if people["person"].isna().all() and people["response"].isna().all():
        return pooled
    person = people["person"] + "\x1f" + people["wave"] + "\x1f" + people["site"]
    for identity, reason in ((people["response"], "SAME_RESPONSE"), (person, "SAME_PERSON")):
        counted = identity.where(pooled.reasons.isna())
        if not counted.dropna().duplicated().any():
            continue
        order = people["day"].fillna("").argsort(kind="stable")
        n_answered = pd.Series((pooled.outcomes == ANSWERED).sum(axis=1))
        aside = seen_again(counted.iloc[order], n_answered.iloc[order], rule)
        pooled = pooled.excluding(aside.sort_index(), reason)
    return pooled


def _without_too_few(pooled: Pooled, instrument: Instrument) -> Pooled:
    outcomes = {item: pooled.outcomes[:, pooled.columns.index(item)] for item in instrument.items}
    return pooled.excluding(pd.Series(reach_no_scale(outcomes, instrument)), "TOO_FEW_ANSWERS")

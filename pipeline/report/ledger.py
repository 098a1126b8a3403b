"""The account of every row, cell and column, told without giving the size of a site away.

Totals are exact. An export can hold the answers of one site, so what is told by export is in
steps of five or whole per cent, and exports are numbered: a file name can name a site or a person.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report import formatting
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, ShownTable, evidence_of, shown_table


@dataclass(frozen=True, slots=True)
class Ledger:
    """The three accounts, and the numbers they add up to."""

    sentence: str
    rows: Evidence
    cells: Evidence
    columns: Evidence


def ledger(
    rows: pd.DataFrame, cells: pd.DataFrame, columns: pd.DataFrame, setting: Setting
) -> Ledger:
    """What became of every row, cell and column of the exports."""
    frames = (rows, cells, columns)
    files = sorted({str(file) for frame in frames for file in frame["export"].tolist()})
    names = {
        file: setting.say("ledger.export", number=setting.numbers.count(number))
        for number, file in enumerate(files, start=1)
    }
    analysed = [int((rows["outcome"] == "analysed").sum())]

    def counted(name: str, table: ShownTable, people: Sequence[int]) -> Evidence:
        method = [setting.say("ledger.method")]
        return evidence_of(name, table, setting, methods=method, people=people)

    few = _few(rows, setting)
    return Ledger(
        sentence=_sentence(rows, setting),
        rows=counted("ledger-rows", _rows_table(rows, names, setting), analysed),
        cells=counted("ledger-cells", _cells_table(cells, names, few, setting), analysed),
        columns=counted("ledger-columns", _columns_table(columns, names, setting), ()),
    )


def _sentence(rows: pd.DataFrame, setting: Setting) -> str:
    outcomes = Counter(str(outcome) for outcome in rows["outcome"].tolist())
    return setting.say(
        "ledger.sentence",
        raw=setting.numbers.count(len(rows)),
        analysed=setting.numbers.count(outcomes["analysed"]),
        excluded=setting.numbers.count(outcomes["excluded"]),
        joined=setting.say("ledger.joined", number=setting.numbers.count(outcomes["joined"]))
        if outcomes["joined"]
        else "",
    )


def sentences_by_site(rows: pd.DataFrame, setting: Setting) -> dict[str, str]:
    """What became of the questionnaires of each site, in one sentence.

    Numbers are in steps of five, and are not told where fewer people than the minimum answered.
    """
    of_wave = rows[(rows["wave"] == setting.study.wave) & (rows["outcome"] != "joined")]
    minimum = setting.study.minimum_n
    sentences = {}
    for site, outcomes in of_wave.groupby("site")["outcome"]:
        n_read, n_analysed = len(outcomes), int((outcomes == "analysed").sum())
        told = "all" if n_analysed == n_read else "some"
        sentences[str(site)] = setting.say(
            "ledger.site_few" if n_analysed < minimum else f"ledger.site_{told}",
            read=_about(n_read, setting),
            analysed=_about(n_analysed, setting),
        )
    return sentences


def _about(number: int, setting: Setting) -> str:
    step = formatting.COUNT_STEP
    rounded = step * math.floor(number / step + 0.5)
    return setting.numbers.people(rounded, setting.study.minimum_n)


def _rows_table(rows: pd.DataFrame, names: Mapping[str, str], setting: Setting) -> ShownTable:
    columns = (rows[name].astype(object) for name in ("export", "platform", "outcome", "reason"))
    records = [
        tuple("" if pd.isna(cell) else str(cell) for cell in row)
        for row in zip(*columns, strict=True)
    ]
    counted = Counter((export, reason or outcome) for export, _, outcome, reason in records)
    platforms = {export: platform for export, platform, _, _ in sorted(records)}
    reasons = sorted({reason for _, _, outcome, reason in records if outcome == "excluded"})
    joined = ["joined"] if any(outcome == "joined" for _, _, outcome, _ in records) else []
    outcomes = ["analysed", *joined, *reasons]
    shown = [
        (name, _rows_cells(export, platforms.get(export, ""), outcomes, counted, setting))
        for export, name in names.items()
    ]
    totals = [sum(counted[(export, outcome)] for export in names) for outcome in outcomes]
    exact = [setting.numbers.count(total) for total in (len(records), *totals)]
    shown.append((setting.say("ledger.total"), (setting.say("ledger.all"), *exact)))
    headings = [
        setting.say("ledger.file"),
        setting.say("ledger.platform"),
        setting.say("ledger.raw"),
        setting.say("ledger.analysed"),
        *(_outcome(outcome, setting) for outcome in outcomes[1:]),
    ]
    return shown_table(setting.say("ledger.rows_caption"), headings, shown, words=[1])


def _rows_cells(
    export: str,
    platform: str,
    outcomes: Sequence[str],
    counted: Mapping[tuple[str, str], int],
    setting: Setting,
) -> tuple[str, ...]:
    numbers = [counted.get((export, outcome), 0) for outcome in outcomes]
    return (
        platform,
        *(_people(number, setting) for number in (sum(numbers), numbers[0])),
        *(setting.numbers.count_in_steps(number) for number in numbers[1:]),
    )


def _people(number: int, setting: Setting) -> str:
    if 0 < number < setting.study.minimum_n:
        return setting.say("word.under", number=setting.numbers.count(setting.study.minimum_n))
    return setting.numbers.count_in_steps(number)


def _outcome(outcome: str, setting: Setting) -> str:
    key = f"outcome.{outcome}"
    if setting.phrases.has(key):
        return setting.phrases.say(key)
    labels = {code.id: setting.wording.of(code.label) for code in setting.instrument.special_codes}
    return labels.get(outcome, outcome.replace("_", " "))


def _few(rows: pd.DataFrame, setting: Setting) -> frozenset[str]:
    """Exports with so few analysed rows that shares of their cells could give the number away."""
    pairs = zip(rows["export"].tolist(), rows["outcome"].tolist(), strict=True)
    counted = Counter(str(export) for export, outcome in pairs if outcome == "analysed")
    files = {str(file) for file in rows["export"].tolist()}
    return frozenset(file for file in files if counted[file] < setting.study.minimum_n)


def _cells_table(
    cells: pd.DataFrame, names: Mapping[str, str], few: frozenset[str], setting: Setting
) -> ShownTable:
    counted: Counter[tuple[str, str]] = Counter()
    columns = (cells[name].astype(object) for name in ("export", "outcome", "cells"))
    for export, outcome, number in zip(*columns, strict=True):
        counted[(str(export), str(outcome))] += int(number)
    outcomes = sorted(
        {outcome for _, outcome in counted}, key=lambda name: (name != "ANSWERED", name)
    )
    none = (setting.say("word.not_shown"),) * (len(outcomes) + 1)
    shown = [
        (name, none if export in few else _shares_of(export, outcomes, counted, setting))
        for export, name in names.items()
    ]
    totals = [sum(counted[(export, outcome)] for export in names) for outcome in outcomes]
    exact = [setting.numbers.count(total) for total in (sum(totals), *totals)]
    shown.append((setting.say("ledger.total"), tuple(exact)))
    headings = [
        setting.say("ledger.file"),
        setting.say("ledger.cells"),
        *(_outcome(outcome, setting) for outcome in outcomes),
    ]
    return shown_table(setting.say("ledger.cells_caption"), headings, shown)


def _shares_of(
    export: str,
    outcomes: Sequence[str],
    counted: Mapping[tuple[str, str], int],
    setting: Setting,
) -> tuple[str, ...]:
    numbers = [counted.get((export, outcome), 0) for outcome in outcomes]
    total = sum(numbers) or 1
    return tuple(setting.numbers.percent(number / total) for number in (sum(numbers), *numbers))


def _columns_table(columns: pd.DataFrame, names: Mapping[str, str], setting: Setting) -> ShownTable:
    pairs = zip(columns["export"].tolist(), columns["use"].tolist(), strict=True)
    counted = Counter((str(export), str(use)) for export, use in pairs)
    uses = (
        "answer",
        "open_answer",
        "site",
        "person",
        "attention_check",
        "record",
        "dropped_personal",
        "dropped",
    )
    shown = [
        (name, [setting.numbers.count(counted[(export, use)]) for use in uses])
        for export, name in names.items()
    ]
    headings = [setting.say("ledger.file"), *(setting.phrases.say(f"use.{use}") for use in uses)]
    return shown_table(setting.say("ledger.columns_caption"), headings, shown)

"""Whether groups understand the items alike: the steps of each ladder, a table a grouping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report import formatting
from pipeline.report.charts import NO_NUMBER
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.table_words import say_remark
from pipeline.report.tables import Evidence, ShownTable, evidence_of, file_name, shown_table
from pipeline.report.technical.evidence import (
    WITHHELD,
    Columns,
    Writer,
    headings_of,
    meanings_of,
    one_decimal,
)
from pipeline.report.technical.group_tables import (
    differing_items,
    group_means,
    search_sentences,
)
from pipeline.report.technical.model_tables import natural, rows_of_round, three_decimals

STEPS = ("configural", "thresholds", "metric", "scalar", "strict")
"""Each step holds equal what the steps before do, and something more."""

FIT: Columns = (
    ("chi_square", one_decimal),
    ("df", NumberFormat.count),
    ("cfi", three_decimals),
    ("tli", three_decimals),
    ("rmsea", three_decimals),
    ("srmr", three_decimals),
)

CHANGE: Columns = (
    ("chi_square_difference", one_decimal),
    ("df_difference", NumberFormat.count),
    ("p_value", NumberFormat.p_value),
    ("change_cfi", lambda numbers, value: numbers.signed(value, 3)),
    ("change_rmsea", lambda numbers, value: numbers.signed(value, 3)),
    ("change_srmr", lambda numbers, value: numbers.signed(value, 3)),
)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ladders:
    """The ladders of all scales for one way of parting respondents into groups."""

    heading: str
    sentences: tuple[str, ...]
    fit: Evidence
    changes: Evidence
    exceptions: Evidence | None
    search: tuple[str, ...]
    items: Evidence | None
    means: Evidence | None


def ladders_of(
    steps: pd.DataFrame | None, setting: Setting, differences: pd.DataFrame | None = None
) -> tuple[Ladders, ...]:
    """The ladders of each grouping, scales in the order of the questionnaire.

    Parameters
    ----------
    steps : DataFrame or None
        By the contract INVARIANCE, after disclosure control.
    setting : Setting
        As everywhere.
    differences : DataFrame, optional
        By the contract MODEL_ESTIMATES, after disclosure control: items that differ, and means.
    """
    beside = rows_of_round(differences, setting.study.wave)
    by_grouping: dict[str, list[Row]] = {}
    for row in rows_of_round(steps, setting.study.wave):
        by_grouping.setdefault(row["grouping"], []).append(row)
    return tuple(
        _ladders(
            grouping,
            _in_order(rows, setting),
            [row for row in beside if row["grouping"] == grouping],
            setting,
        )
        for grouping, rows in sorted(by_grouping.items())
    )


def _in_order(rows: Iterable[Row], setting: Setting) -> list[Row]:
    scales = list(setting.instrument.by_id)

    def place(row: Row) -> tuple[object, ...]:
        scale, step = row["scale"], row["step"]
        scale_at = scales.index(scale) if scale in scales else len(scales)
        step_at = STEPS.index(step) if step in STEPS else len(STEPS)
        return scale_at, scale, step_at, natural(step)

    return sorted(rows, key=place)


def _ladders(
    grouping: str, rows: Sequence[Row], differences: Sequence[Row], setting: Setting
) -> Ladders:
    heading = _grouping_label(grouping, setting)
    return Ladders(
        heading=setting.say("invariance.heading", grouping=heading),
        sentences=_who(rows, setting),
        fit=_fit(grouping, heading, rows, setting),
        changes=_changes(grouping, heading, rows, setting),
        exceptions=_exceptions(grouping, heading, rows, setting),
        search=search_sentences(differences, setting),
        items=differing_items(grouping, heading, differences, setting),
        means=group_means(grouping, heading, differences, setting),
    )


def _grouping_label(grouping: str, setting: Setting) -> str:
    """What parts the respondents, in words; a name that has none stays as it is."""
    return _said(f"invariance.by_{grouping}", grouping, setting)


def _said(key: str, otherwise: str, setting: Setting) -> str:
    return setting.phrases.say(key) if setting.phrases.has(key) else otherwise


def _who(rows: Sequence[Row], setting: Setting) -> tuple[str, ...]:
    """The groups that were compared, and those too small; both may differ from scale to scale."""
    named = (("invariance.groups", "groups"), ("invariance.left_out", "left_out"))
    told = []
    for key, column in named:
        for names in dict.fromkeys(row[column] for row in rows if row[column]):
            scales = list(dict.fromkeys(row["scale"] for row in rows if row[column] == names))
            listed = formatting.in_words(scales, setting.say("word.and"))
            groups = _titles(names, setting)
            told.append(setting.phrases.say(key, scales=listed, groups=groups))
    return tuple(told)


def _titles(names: str, setting: Setting) -> str:
    """Names of groups, as titles where the questionnaire has one."""
    grouping = setting.instrument.grouping
    known = grouping.groups if grouping else ()
    titles = {group.id: setting.wording.of(group.title) for group in known}
    return ", ".join(titles.get(name, name) for name in names.split(", "))


# ------------------------------------------------------------------ tables


def _fit(grouping: str, heading: str, rows: Sequence[Row], setting: Setting) -> Evidence:
    """Every step with what it holds equal and how it fits."""
    shown = []
    for row in rows:
        n = (
            setting.numbers.count(float(row["n_respondents"]))
            if row["n_respondents"]
            else NO_NUMBER
        )
        cells = [_number(row, name, write, setting) for name, write in FIT]
        told = (_step_label(row, setting), _equal(row, setting), n, *cells)
        shown.append((row["scale"], (*told, _remark(row, setting))))
    names = ("scale", "step", "equal", "n", *(name for name, _ in FIT), "remarks")
    caption = setting.say("invariance.fit_caption", grouping=heading)
    table = _table(caption, names, shown, [1, 2, len(names) - 1], setting)
    return _evidence(file_name("steps", grouping), table, rows, setting, with_remarks=True)


def _changes(grouping: str, heading: str, rows: Sequence[Row], setting: Setting) -> Evidence:
    """Every step but the first against the one before, with its verdict."""
    later = [row for row in rows if row["verdict"] != "baseline"]
    shown = []
    for row in later:
        cells = [_number(row, name, write, setting) for name, write in CHANGE]
        verdict = setting.phrases.say(f"invariance.verdict_{row['verdict']}")
        told = (_step_label(row, setting), *cells, verdict)
        shown.append((row["scale"], told))
    statistics = (f"{name}_of_step" if name == "p_value" else name for name, _ in CHANGE)
    names = ("scale", "step", *statistics, "verdict")
    caption = setting.say("invariance.changes_caption", grouping=heading)
    table = _table(caption, names, shown, [1, len(names) - 1], setting)
    return _evidence(file_name("changes", grouping), table, later, setting)


def _table(
    caption: str,
    names: Sequence[str],
    shown: Sequence[tuple[str, Sequence[str]]],
    words: Sequence[int],
    setting: Setting,
) -> ShownTable:
    """A table of steps; a row that says so where there is none."""
    headings = headings_of(names, setting)
    none = setting.say("word.none")
    return shown_table(
        caption, headings, shown or [(none, [none] * (len(headings) - 1))], words=words
    )


def _evidence(
    name: str,
    table: ShownTable,
    rows: Sequence[Row],
    setting: Setting,
    *,
    with_remarks: bool = False,
) -> Evidence:
    words = (word for row in rows for word in row["condition"].split())
    return evidence_of(
        name,
        table,
        setting,
        methods=[_method(rows, setting)],
        people=[round(float(row["n_respondents"])) for row in rows if row["n_respondents"]],
        remarks=meanings_of(words, setting) if with_remarks else (),
        records=rows,
    )


def _method(rows: Sequence[Row], setting: Setting) -> str:
    sources = sorted({row["limits"] for row in rows if row["limits"]})
    if not sources:
        return setting.say("invariance.method")
    listed = formatting.in_words(sources, setting.say("word.and"))
    return setting.say("invariance.method_limits", sources=listed)


def _number(row: Row, name: str, write: Writer, setting: Setting) -> str:
    if row[name]:
        return write(setting.numbers, float(row[name]))
    held_back = WITHHELD in row["condition"].split()
    return setting.say("word.not_shown") if held_back else setting.say("word.not_computed")


def _remark(row: Row, setting: Setting) -> str:
    words = [say_remark(word, setting) for word in row["condition"].split()]
    return ", ".join(words) or setting.say("word.none")


def _step_label(row: Row, setting: Setting) -> str:
    return _said(f"invariance.step_{row['step']}", row["step"], setting)


def _equal(row: Row, setting: Setting) -> str:
    """What the step holds equal beside what the steps before do, in words."""
    parts = [part.strip() for part in row["equal"].split(",") if part.strip()]
    if not parts:
        return setting.say("invariance.equal_pattern")
    return _said(f"invariance.equal_{parts[-1]}", parts[-1], setting)


def _exceptions(
    grouping: str, heading: str, rows: Sequence[Row], setting: Setting
) -> Evidence | None:
    """What was left free to differ, a row a scale and step; None where nothing was."""
    freed = [row for row in rows if row["free"]]
    shown = [(row["scale"], (_step_label(row, setting), row["free"])) for row in freed]
    if not shown:
        return None
    caption = setting.say("invariance.exceptions_caption", grouping=heading)
    headings = headings_of(("scale", "step", "free"), setting)
    table = shown_table(caption, headings, shown, words=[1, 2])
    return _evidence(file_name("exceptions", grouping), table, freed, setting)

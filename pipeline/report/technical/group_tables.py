"""Items that differ between groups, in points of their scale, and means of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.report import formatting
from pipeline.report.charts import NO_NUMBER
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.table_words import say_remark
from pipeline.report.tables import (
    Evidence,
    ShownTable,
    evidence_of,
    file_name,
    in_order,
    shown_table,
)
from pipeline.report.technical.evidence import WITHHELD, Writer, headings_of, meanings_of

Row = Mapping[str, str]

EFFECTS: tuple[tuple[str, Writer], ...] = (
    ("d_macs", NumberFormat.coefficient),
    ("unsigned_difference", lambda numbers, value: numbers.decimals(value, 2)),
    ("signed_difference", lambda numbers, value: numbers.signed(value, 2)),
)


def differing_items(
    grouping: str, heading: str, rows: Sequence[Row], setting: Setting
) -> Evidence | None:
    """Items that were let go, and how many points it makes in each group; None without any."""
    effects = {(row["scale"], row["item"], row["group"], row["statistic"]): row for row in rows}
    let_go = [row for row in rows if row["statistic"] == "freed_p_adjusted"]
    freed = {(row["scale"], row["item"]) for row in let_go}
    shown = []
    for row in let_go:
        groups = [key[2] for key in effects if key[:2] == (row["scale"], row["item"]) and key[2]]
        for group in dict.fromkeys(groups) or [""]:
            key = (row["scale"], row["item"], group)
            cells = [_number(effects.get((*key, name)), write, setting) for name, write in EFFECTS]
            step = setting.phrases.say(f"invariance.step_{row['step']}")
            name = _title(group, setting) if group else setting.say("word.none")
            told = (row["item"], step, _number(row, NumberFormat.p_value, setting), name, *cells)
            shown.append((row["scale"], (*told, _remark(row, setting))))
    if not shown:
        return None
    names = ("scale", "item", "step", "p_adjusted", "group", *(n for n, _ in EFFECTS), "remarks")
    caption = setting.say("invariance.items_caption", grouping=heading)
    known = [row for row in rows if row["item"] and (row["scale"], row["item"]) in freed]
    table = shown_table(caption, headings_of(names, setting), shown, [1, 2, 4, len(names) - 1])
    return _evidence(file_name("items-that-differ", grouping), table, known, let_go, setting)


def group_means(
    grouping: str, heading: str, rows: Sequence[Row], setting: Setting
) -> Evidence | None:
    """Means of factors in each group but the first; None where there are none to be shown."""
    means = [row for row in rows if row["statistic"] == "latent_mean" and row["estimate"]]
    shown = []
    for row in means:
        step = setting.phrases.say(f"invariance.basis_{row['step']}")
        n = (
            setting.numbers.count(float(row["n_respondents"]))
            if row["n_respondents"]
            else NO_NUMBER
        )
        told = (_title(row["group"], setting), step, n, _with_interval(row, setting))
        shown.append((row["scale"], (*told, _remark(row, setting))))
    if not shown:
        return None
    names = ("scale", "group", "basis", "n_smallest", "latent_mean", "remarks")
    caption = setting.say("invariance.means_caption", grouping=heading)
    table = shown_table(caption, headings_of(names, setting), shown, [1, 2, 5])
    return _evidence(file_name("means-of-groups", grouping), table, means, means, setting)


def search_sentences(rows: Sequence[Row], setting: Setting) -> tuple[str, ...]:
    """For which scales items were searched for, and for which that was left out."""
    told = []
    searches = [row for row in rows if row["statistic"] == "n_tests"]
    for key, is_left_out in (("invariance.searched", False), ("invariance.not_searched", True)):
        scales = [
            row["scale"]
            for row in searches
            if ("too_many_candidates" in row["condition"].split()) == is_left_out
        ]
        if scales:
            listed = formatting.in_words(list(dict.fromkeys(scales)), setting.say("word.and"))
            told.append(setting.phrases.say(key, scales=listed))
    return tuple(told)


def _evidence(
    name: str,
    table: ShownTable,
    rows: Sequence[Row],
    remarked: Sequence[Row],
    setting: Setting,
) -> Evidence:
    """A table with the basis of the rows that it was made from, and what its remarks mean."""
    words = (word for row in remarked for word in row["condition"].split())
    return evidence_of(
        name,
        table,
        setting,
        methods=[row["method"] for row in rows],
        people=[round(float(row["n_respondents"])) for row in rows if row["n_respondents"]],
        remarks=meanings_of(words, setting),
        records=in_order(rows),
    )


def _title(group: str, setting: Setting) -> str:
    """The name of a group, as the questionnaire has it."""
    grouping = setting.instrument.grouping
    known = grouping.groups if grouping else ()
    return {one.id: setting.wording.of(one.title) for one in known}.get(group, group)


def _number(row: Row | None, write: Writer, setting: Setting) -> str:
    if row is not None and row["estimate"]:
        return write(setting.numbers, float(row["estimate"]))
    held_back = row is not None and WITHHELD in row["condition"].split()
    return setting.say("word.not_shown") if held_back else setting.say("word.not_computed")


def _with_interval(row: Row, setting: Setting) -> str:
    value = setting.numbers.signed(float(row["estimate"]), 2)
    if not (row["ci_low"] and row["ci_high"]):
        return value
    low, high = (setting.numbers.signed(float(row[end]), 2) for end in ("ci_low", "ci_high"))
    return setting.say("word.with_range", value=value, low=low, high=high)


def _remark(row: Row, setting: Setting) -> str:
    words = [say_remark(word, setting) for word in row["condition"].split()]
    return ", ".join(words) or setting.say("word.none")

"""What every part of the technical page shares: cells, remarks, methods, and sets of items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pipeline.report.estimates import ADDRESS, Absent, Estimate, Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.table_words import say_of_table, say_remark
from pipeline.report.tables import (
    Evidence,
    Record,
    ShownTable,
    evidence_of,
    file_name,
    number_range,
    shown_table,
)

Writer = Callable[[NumberFormat, float], str]
Found = Estimate | Absent | None
Columns = Sequence[tuple[str, Writer]]

BETWEEN = " with "
"""What tables write between the names of two factors."""

WITHHELD = "withheld"
"""Condition of a number that disclosure control holds back."""


def one_decimal(numbers: NumberFormat, value: float) -> str:
    """A size that needs no more, such as a chi-square."""
    return numbers.decimals(value, 1)


def is_withheld(found: Found) -> bool:
    """Whether disclosure control holds a number back."""
    return isinstance(found, Absent) and WITHHELD in found.condition.split()


def cell(found: Found, write: Writer, setting: Setting, *, interval: bool = True) -> str:
    """The number, with its interval if it has one and is to show it, or that there is none."""
    if is_withheld(found):
        return setting.say("word.not_shown")
    if not isinstance(found, Estimate):
        return setting.say("word.not_computed")
    value = write(setting.numbers, found.value)
    if found.interval is None or not interval:
        return value
    low, high = (write(setting.numbers, end) for end in found.interval)
    return setting.say("word.with_range", value=value, low=low, high=high)


def people(found: Iterable[Found], setting: Setting) -> str:
    """How many people stand behind numbers: one number, the range of several, or a dash."""
    known = sorted({one.n for one in found if one is not None and one.n is not None})
    if not known:
        return "\N{EN DASH}"
    return number_range(known, setting)


def remark(found: Iterable[Found], setting: Setting) -> str:
    """The conditions of numbers, in short."""
    words = [say_remark(word, setting) for word in conditions(found)]
    return ", ".join(words) or setting.say("word.none")


def factor_label(factor: str, setting: Setting) -> str:
    """What a factor is called, or two of them as a pair."""
    first, between, second = factor.partition(BETWEEN)
    if between:
        return setting.say("models.two_factors", first=first, second=second)
    return say_of_table(factor, setting)


def conditions(found: Iterable[Found]) -> tuple[str, ...]:
    """The conditions of numbers, each once."""
    words = (word for one in found if one is not None for word in one.condition.split())
    return tuple(dict.fromkeys(words))


def meaning(word: str, setting: Setting) -> str:
    """What a condition means, in a sentence."""
    key = f"condition.{word}"
    return (
        setting.phrases.say(key) if setting.phrases.has(key) else setting.say("condition.unnamed")
    )


def meanings_of(words: Iterable[str], setting: Setting) -> tuple[str, ...]:
    """Conditions with their meanings, in alphabetical order."""
    return tuple(
        setting.say(
            "technical.remark", word=say_remark(word, setting), meaning=meaning(word, setting)
        )
        for word in sorted(set(words))
    )


def evidence(name: str, table: ShownTable, found: Sequence[Found], setting: Setting) -> Evidence:
    """A table with the basis, the conditions and the records of what it was made from."""
    known = [one for one in found if one is not None]
    records = {(one.address, one.source): record_of(one, setting) for one in known if one.address}
    return evidence_of(
        name,
        table,
        setting,
        methods=[one.method for one in known],
        people=[one.n for one in known],
        remarks=meanings_of(conditions(found), setting),
        records=records.values(),
    )


def record_of(found: Estimate | Absent, setting: Setting) -> Record:
    """What is on record about a number, under the names that the released tables have."""
    about = dict(zip(ADDRESS, found.address or (), strict=False))
    statistic = about.pop("statistic", None)
    numbers: dict[str, object] = {}
    if isinstance(found, Estimate):
        numbers = {
            "estimate": found.value,
            "ci_low": found.low,
            "ci_high": found.high,
            "confidence_level": found.level,
        }
    fields = {
        "wave": setting.study.wave,
        **dict(found.source),
        **about,
        "statistic": statistic,
        **numbers,
        "n_respondents": found.n,
        "method": found.method,
        "condition": found.condition,
    }
    return {name: "" if value is None else str(value) for name, value in fields.items()}


def headings_of(names: Iterable[str], setting: Setting) -> list[str]:
    """Column headings of statistics."""
    return [setting.phrases.say(f"statistic.{name}") for name in names]


def on_record(columns: Columns, table: Estimates) -> Columns:
    """The columns whose statistics the table holds anywhere; all where it holds none of them."""
    found = {address[5] for address in table.addresses()}
    return [column for column in columns if column[0] in found] or columns


def nothing_computed(
    name: str, caption: str, headings: Sequence[str], setting: Setting
) -> Evidence:
    """A table that says that there are no numbers."""
    none = [setting.say("word.not_computed")] * (len(headings) - 2)
    row = (setting.say("word.not_computed"), (*none, setting.say("word.none")))
    shown = shown_table(caption, headings, [row], words=[len(headings) - 1])
    return evidence(name, shown, [], setting)


# ------------------------------------------------------------------ sets of items


def scopes_of(table: Estimates, setting: Setting) -> tuple[str | None, ...]:
    """The sections and scales that a table has rows about, in the order of the questionnaire.

    What the questionnaire does not know follows in alphabetical order; first come rows that name
    no set of items.
    """
    found = {address[2] for address in table.addresses() if address[0] is None}
    sections, scales = setting.instrument.sections, setting.instrument.scales
    known = [*(section.id for section in sections), *(scale.id for scale in scales)]
    order = [None, *known, *sorted(one for one in found if one and one not in known)]
    return tuple(scope for scope in order if scope in found)


def scope_label(scope: str | None, setting: Setting) -> str:
    """The name of a set of items."""
    if scope is None:
        return setting.say("technical.all_items")
    if scope in setting.instrument.by_id:
        title = setting.wording.of(setting.instrument.by_id[scope].title)
        return setting.say("technical.scale", scale=scope, title=title)
    titles = {s.id: setting.wording.of(s.title) for s in setting.instrument.sections}
    return titles.get(scope, scope)


def chart_id(name: str, scope: str | None, *more: str) -> str:
    """The id of a chart about a set of items."""
    return file_name(name, *more, scope)


def by_scope(
    name: str, table: Estimates, columns: Columns, setting: Setting, scopes: Sequence[str | None]
) -> Evidence:
    """A table with a row for each set of items and a column for each statistic."""
    every: list[Found] = []
    rows = []
    for scope in scopes or (None,):
        found = [table.on_record(statistic, scale=scope) for statistic, _ in columns]
        every.extend(found)
        cells = [cell(one, write, setting) for one, (_, write) in zip(found, columns, strict=True)]
        row = (people(found, setting), *cells, remark(found, setting))
        rows.append((scope_label(scope, setting), row))
    names = ("items_of", "n", *(statistic for statistic, _ in columns), "remarks")
    headings = headings_of(names, setting)
    caption = setting.phrases.say(f"technical.{name}_caption")
    shown = shown_table(caption, headings, rows, words=[len(headings) - 1])
    return evidence(file_name(name), shown, every, setting)

"""Whether items can be factored, and how many factors each rule suggests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.report.charts import LineChart, line_chart
from pipeline.report.estimates import Estimate, Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, shown_table
from pipeline.report.technical.evidence import (
    Columns,
    Found,
    by_scope,
    cell,
    chart_id,
    evidence,
    headings_of,
    nothing_computed,
    one_decimal,
    people,
    remark,
    scope_label,
    scopes_of,
)

FACTORABILITY: Columns = (
    ("kmo", NumberFormat.coefficient),
    ("bartlett_chi_square", one_decimal),
    ("bartlett_df", NumberFormat.count),
    ("bartlett_p_value", NumberFormat.p_value),
)

KINDS = ("components", "factors")
SERIES = ("observed_eigenvalue", "simulated_mean_eigenvalue", "simulated_percentile_eigenvalue")

SUGGESTION = "suggested_factors"
RULES: Mapping[str, str | None] = {
    "parallel_components_mean": "components_suggested_by_mean",
    "parallel_components_percentile": "components_suggested_by_percentile",
    "parallel_factors_mean": "factors_suggested_by_mean",
    "parallel_factors_percentile": "factors_suggested_by_percentile",
    "map_squared": None,
    "map_fourth": None,
    "empirical_kaiser": None,
    "hull_cfi": None,
    "hull_caf": None,
    "sequential_chi_square": None,
    "sequential_rmsea": None,
    "sequential_rmsea_upper": None,
}
"""Rules in the order they are shown; the statistic of parallel analysis that holds the same."""


@dataclass(frozen=True, slots=True)
class Scree:
    """Observed and simulated eigenvalues."""

    chart: LineChart
    evidence: Evidence


def factorability_tables(tables: Mapping[str, Estimates], setting: Setting) -> tuple[Evidence, ...]:
    """Fitness for factor analysis of each set of items, then of single items where it is there.

    The rows stand in a table of their own or in that of the number of factors.
    """
    own = tables["factorability"]
    table = own if own.addresses() else tables["retention"]
    scopes = scopes_of(table, setting)
    whole = by_scope("factorability", table, FACTORABILITY, setting, scopes)
    single = (_item_adequacy(scope, table, setting) for scope in scopes)
    return (whole, *(one for one in single if one is not None))


def _item_adequacy(scope: str | None, table: Estimates, setting: Setting) -> Evidence | None:
    found = {
        item: one
        for item in setting.instrument.items
        if (one := table.on_record("kmo", scale=scope, item=item)) is not None
    }
    rows = [
        (
            item,
            (
                people([one], setting),
                cell(one, NumberFormat.coefficient, setting),
                remark([one], setting),
            ),
        )
        for item, one in found.items()
    ]
    caption = setting.say("technical.item_kmo_caption", items=scope_label(scope, setting))
    headings = headings_of(("item", "n", "kmo", "remarks"), setting)
    shown = shown_table(caption, headings, rows, words=[3])
    name = chart_id("item-adequacy", scope)
    return evidence(name, shown, list(found.values()), setting) if rows else None


# ------------------------------------------------------------------ eigenvalues


def scree_plots(table: Estimates, setting: Setting) -> tuple[Scree, ...]:
    """A plot for each set of items, of components and of common factors."""
    return tuple(
        view
        for scope in scopes_of(table, setting)
        for kind in KINDS
        if (view := _scree(scope, kind, table, setting))
    )


def _scree(scope: str | None, kind: str, table: Estimates, setting: Setting) -> Scree | None:
    found = _eigenvalues(scope, kind, table)
    if not found or not all(found) or any(len(ones) != len(found[0]) for ones in found):
        return None
    title = setting.say(
        "technical.scree_title",
        kind=setting.phrases.say(f"statistic.{kind}"),
        items=scope_label(scope, setting),
    )
    names = headings_of(SERIES, setting)
    values = [[one.value for one in ones] for ones in found]
    chart = line_chart(
        chart_id("scree", scope, kind),
        title,
        setting.say("technical.scree_description"),
        list(zip(names, values, strict=True)),
        float(max(1, math.ceil(max(max(numbers) for numbers in values)))),
    )
    rows = [
        (str(rank), [setting.numbers.coefficient(number) for number in numbers])
        for rank, numbers in enumerate(zip(*values, strict=True), start=1)
    ]
    shown = shown_table(title, [setting.say("statistic.rank"), *names], rows)
    every = [one for ones in found for one in ones]
    return Scree(chart, evidence(chart.id, shown, every, setting))


def _eigenvalues(scope: str | None, kind: str, table: Estimates) -> list[list[Estimate]]:
    """Observed eigenvalues, and mean and percentile of simulated ones, largest first."""
    ranks = sorted(
        int(factor)
        for _, _, scale, _, factor, statistic in table.addresses()
        if factor and factor.isdecimal() and scale == scope and statistic == f"{SERIES[0]}_{kind}"
    )
    found = (
        [table.at(f"{name}_{kind}", scale=scope, factor=str(rank)) for rank in ranks]
        for name in SERIES
    )
    return [[one for one in ones if one is not None] for ones in found] if ranks else []


# ------------------------------------------------------------------ suggestions


def suggestion_table(table: Estimates, setting: Setting) -> Evidence:
    """What each rule suggests: a row a rule, a column a set of items."""
    scopes = _scopes_with_suggestions(table, setting)
    caption = setting.say("technical.retention_caption")
    columns = [scope_label(scope, setting) for scope in scopes]
    headings = [setting.say("statistic.rule"), *columns, setting.say("statistic.remarks")]
    if not scopes:
        return nothing_computed("number-of-factors", caption, headings, setting)
    every: list[Found] = []
    rows = []
    for rule in _rules_on_record(table):
        found = [_suggested(rule, scope, table) for scope in scopes]
        every.extend(found)
        cells = [cell(one, NumberFormat.count, setting) for one in found]
        rows.append((_rule_label(rule, setting), (*cells, remark(found, setting))))
    shown = shown_table(caption, headings, rows, words=[len(headings) - 1])
    return evidence("number-of-factors", shown, every, setting)


def suggestion_sentences(table: Estimates, setting: Setting) -> tuple[str, ...]:
    """How far the rules agree, a sentence a set of items."""
    return tuple(
        _sentence(scope, table, setting) for scope in _scopes_with_suggestions(table, setting)
    )


def _sentence(scope: str | None, table: Estimates, setting: Setting) -> str:
    found = [_suggested(rule, scope, table) for rule in _rules_on_record(table)]
    numbers = sorted(round(one.value) for one in found if isinstance(one, Estimate))
    words = {"items": scope_label(scope, setting), "number": setting.numbers.count(len(numbers))}
    expected = _expected(scope, setting)
    if not numbers:
        return setting.say("technical.suggest_none", items=words["items"])
    low, high = (setting.numbers.count(number) for number in (numbers[0], numbers[-1]))
    if len(numbers) == 1:
        sentence = setting.say("technical.suggest_one", items=words["items"], value=low)
    elif low == high:
        sentence = setting.say("technical.suggest_same", **words, value=low)
    else:
        sentence = setting.say("technical.suggest_range", **words, low=low, high=high)
    return " ".join([sentence, *expected])


def _expected(scope: str | None, setting: Setting) -> tuple[str, ...]:
    """How many factors the questionnaire was built for, where it says so."""
    sections = [s for s in setting.instrument.sections if s.id == scope and s.factor_model]
    return tuple(
        setting.say(
            "technical.suggest_expected", value=setting.numbers.count(len(section.scale_ids))
        )
        for section in sections
    )


def _suggested(rule: str, scope: str | None, table: Estimates) -> Found:
    found = table.on_record(SUGGESTION, scale=scope, factor=rule)
    same = RULES.get(rule)
    return table.on_record(same, scale=scope) if found is None and same else found


def _rules_on_record(table: Estimates) -> tuple[str, ...]:
    """The rules that the table knows: first in the order above, then any others."""
    named = {factor for *_, factor, statistic in table.addresses() if statistic == SUGGESTION}
    found = {statistic for *_, statistic in table.addresses()}
    known = [rule for rule, same in RULES.items() if rule in named or same in found]
    return (*known, *sorted(rule for rule in named if rule and rule not in RULES))


def _scopes_with_suggestions(table: Estimates, setting: Setting) -> tuple[str | None, ...]:
    rules = _rules_on_record(table)
    return tuple(
        scope
        for scope in scopes_of(table, setting)
        if any(_suggested(rule, scope, table) is not None for rule in rules)
    )


def _rule_label(rule: str, setting: Setting) -> str:
    key = f"retention.{rule}"
    return setting.phrases.say(key) if setting.phrases.has(key) else rule.replace("_", " ")

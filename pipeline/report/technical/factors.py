"""Factors: loadings with their intervals, congruence, correlations, fit, and a general factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.estimates import Address, Estimate, Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, file_name, shown_table
from pipeline.report.technical.evidence import (
    BETWEEN,
    Columns,
    Found,
    by_scope,
    cell,
    evidence,
    factor_label,
    headings_of,
    nothing_computed,
    on_record,
    one_decimal,
    people,
    remark,
    scope_label,
    scopes_of,
)
from pipeline.report.technical.loadings import (
    LoadingView,
    addresses_by_item,
    factor_names,
    loading_plots,
)

FIT: Columns = (
    ("chi_square", one_decimal),
    ("df", NumberFormat.count),
    ("p_value", NumberFormat.p_value),
    ("rmsea", lambda numbers, value: numbers.decimals(value, 3)),
    ("tli", lambda numbers, value: numbers.decimals(value, 3)),
    ("cfi", lambda numbers, value: numbers.decimals(value, 3)),
    ("bic", one_decimal),
    ("rmsr", lambda numbers, value: numbers.decimals(value, 3)),
    ("corrected_rmsr", lambda numbers, value: numbers.decimals(value, 3)),
)

GENERAL: Columns = (
    ("omega_hierarchical", NumberFormat.coefficient),
    ("omega_total", NumberFormat.coefficient),
    ("explained_common_variance", NumberFormat.coefficient),
)


@dataclass(frozen=True, slots=True)
class FactorSolution:
    """The factors of one set of items."""

    plots: tuple[LoadingView, ...]
    loadings: Evidence
    congruence: Evidence
    correlations: Evidence


@dataclass(frozen=True, slots=True)
class Factors:
    """The factors of every set of items that was analysed, and in whom they were explored."""

    sample: str
    solutions: tuple[FactorSolution, ...]
    fit: Evidence
    general: Evidence


def factors_of(table: Estimates, equivalence: Estimates, setting: Setting) -> Factors:
    """What the page shows about factors; without any rows, tables that say so."""
    scopes = scopes_of(table, setting)
    return Factors(
        sample=_sample(equivalence, setting),
        solutions=tuple(_solution(scope, table, setting) for scope in scopes or (None,)),
        fit=by_scope("fit", table, on_record(FIT, table), setting, scopes),
        general=by_scope("general", table, GENERAL, setting, scopes),
    )


def _sample(equivalence: Estimates, setting: Setting) -> str:
    """Whether factors were explored in one half of the sample, and how alike the halves are."""
    first, second = (equivalence.on_record(f"kmo_{half}") for half in ("first", "second"))
    if not isinstance(first, Estimate) or not isinstance(second, Estimate):
        return setting.say("technical.sample_whole")
    return setting.say(
        "technical.sample_halves",
        exploring=people([first], setting),
        confirming=people([second], setting),
        first=setting.numbers.bare_coefficient(first.value),
        second=setting.numbers.bare_coefficient(second.value),
    )


def _solution(scope: str | None, table: Estimates, setting: Setting) -> FactorSolution:
    return FactorSolution(
        plots=loading_plots(scope, table, setting),
        loadings=_loadings(scope, table, setting),
        congruence=_congruence(scope, table, setting),
        correlations=_correlations(scope, table, setting),
    )


# ------------------------------------------------------------------ tables


def _loadings(scope: str | None, table: Estimates, setting: Setting) -> Evidence:
    factors = factor_names(scope, table, setting)
    by_item = addresses_by_item(scope, table)
    every: list[Found] = []
    rows = []
    for item in setting.instrument.items:
        loadings, flags = _at_item(by_item.get(item, ()), factors, table)
        if not any((*loadings, *flags)):
            continue
        every.extend((*loadings, *flags))
        cells = [cell(one, NumberFormat.coefficient, setting, interval=False) for one in loadings]
        target = setting.instrument.scale_of_item[item].id
        rows.append((item, (target, *cells, remark((*loadings, *flags), setting))))
    headings = [
        *headings_of(("item", "target"), setting),
        *(setting.say("technical.factor", factor=factor) for factor in factors),
        setting.say("statistic.remarks"),
    ]
    caption = setting.say("technical.loadings_caption", items=scope_label(scope, setting))
    name = file_name("pattern", scope)
    if not rows:
        return nothing_computed(name, caption, headings, setting)
    shown = shown_table(caption, headings, rows, words=[1, len(headings) - 1])
    return evidence(name, shown, every, setting)


def _at_item(
    addresses: Sequence[Address], factors: Sequence[str], table: Estimates
) -> tuple[list[Found], list[Found]]:
    """Loadings of an item on each factor, and the rows that carry its flags."""
    by_factor: dict[str, Found] = {}
    flags: list[Found] = []
    for _, _, scope, item, factor, statistic in addresses:
        found = table.on_record(statistic, scale=scope, item=item, factor=factor)
        if statistic == "pattern" and factor:
            by_factor[factor] = found
        elif statistic == "target_loading":
            flags.append(found)
    return [by_factor.get(factor) for factor in factors], flags


def _congruence(scope: str | None, table: Estimates, setting: Setting) -> Evidence:
    found = _by_factor("congruence", scope, table)
    order = [scale.id for scale in setting.instrument.scales if scale.id in found]
    return _factor_table("congruence", scope, order, found, setting)


def _correlations(scope: str | None, table: Estimates, setting: Setting) -> Evidence:
    pairs = _by_factor("factor_correlation", scope, table)
    names = {scale.id for scale in setting.instrument.scales}
    named = [pair for pair in pairs if names & set(pair.split(BETWEEN))]
    return _factor_table("factor_correlation", scope, named or sorted(pairs), pairs, setting)


def _by_factor(statistic: str, scope: str | None, table: Estimates) -> dict[str, Found]:
    return {
        factor: table.on_record(statistic, scale=scope, factor=factor)
        for site, _, scale, _, factor, name in table.addresses()
        if name == statistic and factor and scale == scope and site is None
    }


def _factor_table(
    name: str,
    scope: str | None,
    order: Sequence[str],
    found: Mapping[str, Found],
    setting: Setting,
) -> Evidence:
    headings = headings_of(("factor", "n", name, "remarks"), setting)
    caption = setting.phrases.say(f"technical.{name}_caption", items=scope_label(scope, setting))
    file = file_name(name, scope)
    if not order:
        return nothing_computed(file, caption, headings, setting)
    rows = [
        (
            factor_label(factor, setting),
            (
                people([found[factor]], setting),
                cell(found[factor], NumberFormat.coefficient, setting),
                remark([found[factor]], setting),
            ),
        )
        for factor in order
    ]
    shown = shown_table(caption, headings, rows, words=[3])
    return evidence(file, shown, [found[factor] for factor in order], setting)

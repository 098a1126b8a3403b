"""The page for researchers: the account of the data, and the evidence about the questionnaire."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.report import formatting
from pipeline.report.charts import LineChart, line_chart
from pipeline.report.content_evidence import ContentEvidence, content_evidence
from pipeline.report.estimates import Absent, Address, Estimate, Estimates, estimates_of
from pipeline.report.ledger import Ledger, ledger
from pipeline.report.pages import Frame, Link, Setting, frame_of, render
from pipeline.report.phrases import load_phrases
from pipeline.report.screening import (
    CarelessAnswering,
    MissingAnswers,
    careless_answering,
    missing_answers,
)
from pipeline.report.study import Study
from pipeline.report.tables import Evidence, ShownTable, shown_table
from pipeline.report.withholding import withheld_table, withholding_of
from pipeline.report.wording import wording_of

Writer = Callable[[float], str]
Found = Estimate | Absent | None

TABLES = ("item_analysis", "reliability", "factorability", "retention", "factors", "variance")

ITEM_COLUMNS: tuple[tuple[str, Writer], ...] = (
    ("n_missing", formatting.count),
    ("mean", formatting.coefficient),
    ("sd", formatting.coefficient),
    ("skewness", formatting.coefficient),
    ("excess_kurtosis", formatting.coefficient),
    ("floor_share", formatting.percent),
    ("ceiling_share", formatting.percent),
    ("item_rest_correlation", formatting.coefficient),
    ("alpha_if_dropped", formatting.coefficient),
)

RELIABILITY_COLUMNS: tuple[str, ...] = (
    "cronbach_alpha",
    "omega_total_model_implied",
    "omega_total_observed",
    "inter_item_correlation",
    "spearman_brown",
    "standard_error_of_measurement",
)

FACTORABILITY_COLUMNS: tuple[tuple[str, Writer], ...] = (
    ("kmo", formatting.coefficient),
    ("bartlett_chi_square", lambda value: formatting.decimals(value, 1)),
    ("bartlett_df", formatting.count),
    ("bartlett_p_value", formatting.p_value),
)

VARIANCE_COLUMNS: tuple[tuple[str, Writer], ...] = (
    ("icc1_anova_n0", formatting.coefficient),
    ("icc1_anova_mean_n", formatting.coefficient),
    ("icc2_anova", formatting.coefficient),
    ("f", formatting.coefficient),
    ("p_value", formatting.p_value),
    ("n_groups", formatting.count),
    ("mean_group_size", lambda value: formatting.decimals(value, 1)),
)

KINDS = ("components", "factors")
SERIES = ("observed_eigenvalue", "simulated_mean_eigenvalue", "simulated_percentile_eigenvalue")
SUGGESTIONS = ("suggested_by_mean", "suggested_by_percentile")


@dataclass(frozen=True, slots=True)
class Scree:
    """Observed and simulated eigenvalues."""

    chart: LineChart
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class TechnicalPage:
    """Everything that the technical page shows."""

    frame: Frame
    ledger: Ledger
    screening: CarelessAnswering
    missing: MissingAnswers
    content: ContentEvidence
    items: tuple[Evidence, ...]
    reliability: Evidence
    factorability: Evidence
    scree: tuple[Scree, ...]
    retention: Evidence
    loadings: Evidence
    congruence: Evidence
    correlations: Evidence
    variance: Evidence
    rules: tuple[str, ...]
    withheld: ShownTable | None
    settings: ShownTable


def render_technical_page(
    ledger_rows: pd.DataFrame,
    ledger_cells: pd.DataFrame,
    ledger_columns: pd.DataFrame,
    screening: Mapping[str, pd.DataFrame],
    psychometrics: Mapping[str, pd.DataFrame],
    content: Mapping[str, pd.DataFrame],
    withheld: pd.DataFrame,
    instrument: Instrument,
    study: Study,
) -> str:
    """The technical page as HTML.

    Parameters
    ----------
    ledger_rows, ledger_cells, ledger_columns, withheld : DataFrame
        As the contracts of these names say.
    screening : mapping of str to DataFrame
        ``screening_counts``, ``screening_effect`` and ``missing_data``, as their contracts say,
        after disclosure control. What is not there is told as not computed.
    psychometrics : mapping of str to DataFrame
        Any of ``item_analysis``, ``reliability``, ``factorability``, ``retention``, ``factors``
        and ``variance``, each as the contract of estimates says; the rows of factorability may
        stand in ``retention``. What is not there is told as not computed.
    content : mapping of str to DataFrame
        ``content_validity``, ``placement`` and ``item_decisions``, as their contracts say.
    instrument : Instrument
        The questionnaire.
    study : Study
        What every report says about the study.
    """
    wording = wording_of(instrument, study)
    setting = Setting(instrument, study, wording, load_phrases(study.language))
    tables = {name: estimates_of(psychometrics.get(name), study.wave) for name in TABLES}
    account = ledger(ledger_rows, ledger_cells, ledger_columns, setting)
    held = withholding_of(withheld, study.wave).by_site.values()
    page = TechnicalPage(
        frame=_frame(setting),
        ledger=account,
        screening=careless_answering(screening, setting),
        missing=missing_answers(screening.get("missing_data"), setting),
        content=content_evidence(content, setting),
        items=_items(tables["item_analysis"], setting),
        reliability=_reliability(tables["reliability"], setting),
        factorability=_by_scope(
            "factorability", _factorability(tables), FACTORABILITY_COLUMNS, setting
        ),
        scree=_scree(tables["retention"], setting),
        retention=_retention(tables["retention"], setting),
        loadings=_loadings(tables["factors"], setting),
        congruence=_congruence(tables["factors"], setting),
        correlations=_correlations(tables["factors"], setting),
        variance=_by_scope("variance", tables["variance"], VARIANCE_COLUMNS, setting),
        rules=_rules(setting),
        withheld=withheld_table([one for site in held for one in site], setting),
        settings=_settings(setting),
    )
    return render("technical.html.j2", setting, page)


def _factorability(tables: Mapping[str, Estimates]) -> Estimates:
    """The table with the fitness for factor analysis: its own, or that of the number of factors."""
    own = tables["factorability"]
    return own if own.addresses() else tables["retention"]


def _frame(setting: Setting) -> Frame:
    names = (
        "ledger", "screening", "missing", "content", "items", "reliability", "factorability",
        "retention", "factors", "variance", "disclosure", "settings",
    )  # fmt: skip
    contents = tuple(Link(f"#{name}", setting.phrases.say(f"technical.{name}")) for name in names)
    return frame_of(setting, setting.say("technical.heading"), contents, root="")


# ------------------------------------------------------------------ cells and remarks


def _cell(found: Found, write: Writer, setting: Setting, *, interval: bool = False) -> str:
    if not isinstance(found, Estimate):
        return setting.say("word.not_computed")
    if not interval or found.interval is None:
        return write(found.value)
    low, high = (write(end) for end in found.interval)
    return setting.say("word.with_range", value=write(found.value), low=low, high=high)


def _people(found: Iterable[Found]) -> str:
    numbers = sorted({one.n for one in found if one is not None and one.n is not None})
    if not numbers:
        return ""
    ends = [formatting.count(number) for number in dict.fromkeys((numbers[0], numbers[-1]))]
    return "\N{EN DASH}".join(ends)


def _conditions(found: Iterable[Found]) -> tuple[str, ...]:
    words = (word for one in found if one is not None for word in one.condition.split())
    return tuple(dict.fromkeys(words))


def _remark(found: Sequence[Found], setting: Setting) -> str:
    words = [word.replace("_", " ") for word in _conditions(found)]
    return ", ".join(words) or setting.say("word.none")


def _evidence(table: ShownTable, found: Sequence[Found], setting: Setting) -> Evidence:
    methods = sorted({one.method for one in found if one is not None and one.method})
    method = "; ".join(methods) or setting.say("technical.method_unknown")
    meanings = tuple(
        setting.say(
            "technical.remark", word=word.replace("_", " "), meaning=_meaning(word, setting)
        )
        for word in sorted(_conditions(found))
    )
    return Evidence(table, setting.say("technical.method", method=method), meanings)


def _meaning(word: str, setting: Setting) -> str:
    key = f"condition.{word}"
    return (
        setting.phrases.say(key) if setting.phrases.has(key) else setting.say("condition.unnamed")
    )


def _headings(names: Iterable[str], setting: Setting) -> list[str]:
    return [setting.phrases.say(f"statistic.{name}") for name in names]


# ------------------------------------------------------------------ items, reliability


def _items(table: Estimates, setting: Setting) -> tuple[Evidence, ...]:
    return tuple(
        _items_of(scale_id, list(scale.item_ids), table, setting)
        for scale_id, scale in setting.instrument.by_id.items()
    )


def _items_of(scale_id: str, items: list[str], table: Estimates, setting: Setting) -> Evidence:
    every: list[Found] = []
    rows = []
    for item in items:
        found = [table.on_record(name, scale=scale_id, item=item) for name, _ in ITEM_COLUMNS]
        every.extend(found)
        cells = [
            _cell(one, write, setting) for one, (_, write) in zip(found, ITEM_COLUMNS, strict=True)
        ]
        text = setting.wording.of(setting.instrument.items[item].text)
        remark = _remark(found, setting)
        rows.append((item, (text, _people(found[1:2]), *cells, remark)))
    names = ("item", "text", "n", *(name for name, _ in ITEM_COLUMNS), "remarks")
    title = setting.wording.of(setting.instrument.by_id[scale_id].title)
    caption = setting.say("technical.items_caption", scale=scale_id, title=title)
    headings = _headings(names, setting)
    shown = shown_table(caption, headings, rows, words=[1, len(headings) - 1])
    return _evidence(shown, every, setting)


def _reliability(table: Estimates, setting: Setting) -> Evidence:
    every: list[Found] = []
    rows = []
    columns = _on_record(RELIABILITY_COLUMNS, table) or RELIABILITY_COLUMNS
    for scale_id, scale in setting.instrument.by_id.items():
        found = [table.on_record(name, scale=scale_id) for name in columns]
        every.extend(found)
        cells = [_cell(one, formatting.coefficient, setting, interval=True) for one in found]
        counts = (formatting.count(len(scale.items)), _people(found))
        label = _scope_label(scale_id, setting)
        rows.append((label, (*counts, *cells, _remark(found, setting))))
    headings = _headings(("scale", "n_items", "n", *columns, "remarks"), setting)
    caption = setting.say("technical.reliability_caption")
    shown = shown_table(caption, headings, rows, words=[len(headings) - 1])
    return _evidence(shown, every, setting)


def _on_record(names: Sequence[str], table: Estimates) -> tuple[str, ...]:
    """The statistics that the table holds for any scale."""
    found = {address[5] for address in table.addresses()}
    return tuple(name for name in names if name in found)


# ------------------------------------------------------------------ one row a set of items


def _scopes(table: Estimates) -> tuple[str | None, ...]:
    """The scales, sections or whole questionnaires that a table has rows about."""
    found = {address[2] for address in table.addresses() if address[0] is None}
    return tuple(sorted(found, key=lambda scope: scope or ""))


def _scope_label(scope: str | None, setting: Setting) -> str:
    if scope is None:
        return setting.say("technical.all_items")
    if scope in setting.instrument.by_id:
        title = setting.wording.of(setting.instrument.by_id[scope].title)
        return setting.say("technical.scale", scale=scope, title=title)
    titles = {s.id: setting.wording.of(s.title) for s in setting.instrument.sections}
    return titles.get(scope, scope)


def _by_scope(
    name: str, table: Estimates, columns: Sequence[tuple[str, Writer]], setting: Setting
) -> Evidence:
    every: list[Found] = []
    rows = []
    for scope in _scopes(table) or (None,):
        found = [table.on_record(statistic, scale=scope) for statistic, _ in columns]
        every.extend(found)
        cells = [
            _cell(one, write, setting, interval=True)
            for one, (_, write) in zip(found, columns, strict=True)
        ]
        row = (_people(found), *cells, _remark(found, setting))
        rows.append((_scope_label(scope, setting), row))
    names = ("items_of", "n", *(statistic for statistic, _ in columns), "remarks")
    headings = _headings(names, setting)
    caption = setting.phrases.say(f"technical.{name}_caption")
    shown = shown_table(caption, headings, rows, words=[len(headings) - 1])
    return _evidence(shown, every, setting)


# ------------------------------------------------------------------ number of factors


def _scree(table: Estimates, setting: Setting) -> tuple[Scree, ...]:
    return tuple(
        view
        for scope in _scopes(table)
        for kind in KINDS
        if (view := _scree_of(scope, kind, table, setting))
    )


def _scree_of(scope: str | None, kind: str, table: Estimates, setting: Setting) -> Scree | None:
    found = _eigenvalues(scope, kind, table)
    if not found or not all(found) or any(len(ones) != len(found[0]) for ones in found):
        return None
    title = setting.say(
        "technical.scree_title",
        kind=setting.phrases.say(f"statistic.{kind}"),
        items=_scope_label(scope, setting),
    )
    names = _headings(SERIES, setting)
    values = [[one.value for one in ones] for ones in found]
    chart = line_chart(
        f"scree-{kind}-{scope.lower()}" if scope else f"scree-{kind}",
        title,
        setting.say("technical.scree_description"),
        list(zip(names, values, strict=True)),
        float(max(1, math.ceil(max(max(numbers) for numbers in values)))),
    )
    rows = [
        (str(rank), [formatting.coefficient(number) for number in numbers])
        for rank, numbers in enumerate(zip(*values, strict=True), start=1)
    ]
    shown = shown_table(title, [setting.say("statistic.rank"), *names], rows)
    return Scree(chart, _evidence(shown, [one for ones in found for one in ones], setting))


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


def _retention(table: Estimates, setting: Setting) -> Evidence:
    columns = [(f"{kind}_{name}", formatting.count) for kind in KINDS for name in SUGGESTIONS]
    return _by_scope("retention", table, columns, setting)


# ------------------------------------------------------------------ factors


def _factor_names(table: Estimates, setting: Setting) -> tuple[str, ...]:
    """Factors with loadings: those named after a scale in its order, then the others."""
    found = {
        factor
        for _, _, _, item, factor, statistic in table.addresses()
        if statistic == "pattern" and item and factor
    }
    named = [scale.id for scale in setting.instrument.scales if scale.id in found]
    others = sorted(
        factor for factor in found if factor not in named and (not named or "other" in factor)
    )
    return (*named, *others)


def _loadings(table: Estimates, setting: Setting) -> Evidence:
    factors = _factor_names(table, setting)
    every: list[Found] = []
    rows = []
    for item in setting.instrument.items:
        found = _at_item(table, item, factors)
        if not any(found):
            continue
        every.extend(found)
        cells = [_cell(one, formatting.coefficient, setting) for one in found[: len(factors)]]
        target = setting.instrument.scale_of_item[item].id
        rows.append((item, (target, *cells, _remark(found, setting))))
    if not rows:
        rows = [(setting.say("word.not_computed"), ("", setting.say("word.none")))]
        factors = ()
    headings = [
        *_headings(("item", "target"), setting),
        *(setting.say("technical.factor", factor=factor) for factor in factors),
        setting.say("statistic.remarks"),
    ]
    shown = shown_table(
        setting.say("technical.loadings_caption"), headings, rows, words=[len(headings) - 1]
    )
    return _evidence(shown, every, setting)


def _at_item(table: Estimates, item: str, factors: Sequence[str]) -> list[Found]:
    """Loadings of an item on each factor, then the rows that carry its flags."""
    by_factor: dict[str, Found] = {}
    flags: list[Found] = []
    for address in _item_addresses(table).get(item, ()):
        _, _, scale, _, factor, statistic = address
        found = table.on_record(statistic, scale=scale, item=item, factor=factor)
        if statistic == "pattern" and factor:
            by_factor[factor] = found
        elif statistic == "target_loading":
            flags.append(found)
    loadings = [by_factor.get(factor) for factor in factors]
    return [*loadings, *flags] if any(loadings) or flags else []


def _item_addresses(table: Estimates) -> dict[str, list[Address]]:
    by_item: dict[str, list[Address]] = {}
    for address in table.addresses():
        if address[3] is not None:
            by_item.setdefault(address[3], []).append(address)
    return by_item


def _congruence(table: Estimates, setting: Setting) -> Evidence:
    rows_by_factor = {
        address[4]: table.on_record("congruence", scale=address[2], factor=address[4])
        for address in table.addresses()
        if address[5] == "congruence" and address[4]
    }
    order = [scale.id for scale in setting.instrument.scales if scale.id in rows_by_factor]
    return _factor_table("congruence", order, rows_by_factor, setting)


def _correlations(table: Estimates, setting: Setting) -> Evidence:
    pairs = {
        address[4]: table.on_record("factor_correlation", scale=address[2], factor=address[4])
        for address in table.addresses()
        if address[5] == "factor_correlation" and address[4]
    }
    known = {scale.id for scale in setting.instrument.scales}
    named = [pair for pair in pairs if pair and known & set(pair.split(" with "))]
    return _factor_table(
        "factor_correlation", named or sorted(p for p in pairs if p), pairs, setting
    )


def _factor_table(
    name: str, order: Sequence[str], found: Mapping[str, Found], setting: Setting
) -> Evidence:
    rows = [
        (
            factor,
            (
                _people([found[factor]]),
                _cell(found[factor], formatting.coefficient, setting),
                _remark([found[factor]], setting),
            ),
        )
        for factor in order
    ]
    none = setting.say("word.not_computed")
    headings = _headings(("factor", "n", name, "remarks"), setting)
    shown = shown_table(
        setting.phrases.say(f"technical.{name}_caption"),
        headings,
        rows or [(none, ("", none, setting.say("word.none")))],
        words=[3],
    )
    return _evidence(shown, [found[factor] for factor in order], setting)


# ------------------------------------------------------------------ rules and settings


def _rules(setting: Setting) -> tuple[str, ...]:
    minimum = formatting.count(setting.study.minimum_n)
    names = ("minimum", "ladder", "complement", "uniform", "rounding")
    return tuple(setting.phrases.say(f"disclosure.{name}", minimum=minimum) for name in names)


def _settings(setting: Setting) -> ShownTable:
    study, instrument = setting.study, setting.instrument
    fixed = [
        (setting.say("settings.software"), study.product_version),
        (setting.say("settings.instrument"), f"{instrument.id} {instrument.version}"),
        (setting.say("settings.status"), instrument.status),
        (setting.say("settings.wave"), study.wave),
        (setting.say("settings.minimum"), formatting.count(study.minimum_n)),
    ]
    chosen = [(name.replace("_", " "), study.settings[name]) for name in sorted(study.settings)]
    headings = [setting.say("settings.name"), setting.say("settings.value")]
    rows = [(name, (value,)) for name, value in (*fixed, *chosen)]
    return shown_table(setting.say("settings.caption"), headings, rows, words=[1])

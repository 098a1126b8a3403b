"""What may be compared with what: the gates of every scale, and what follows, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report import formatting
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.table_words import say_of_table
from pipeline.report.tables import Evidence, Record, evidence_of, shown_table
from pipeline.report.technical.evidence import (
    Columns,
    Found,
    cell,
    evidence,
    headings_of,
    people,
    remark,
    scope_label,
)
from pipeline.report.technical.model_tables import TablesOfModels, rows_of_round, three_decimals
from pipeline.tables.catalogue import GATE_FORBIDS, GATE_NAMES

GOVERNED: Mapping[str, tuple[str, ...]] = {
    comparison: tuple(gate for gate, forbidden in GATE_FORBIDS.items() if comparison in forbidden)
    for comparison in ("groups", "sites", "waves")
}
"""The gates that each comparison has to pass."""

SITE_COLUMNS: Columns = (
    ("n_sites", NumberFormat.count),
    ("n_sites_counted", NumberFormat.count),
    ("cfi", three_decimals),
    ("srmr_within", three_decimals),
    ("p_value_metric", NumberFormat.p_value),
    ("cfi_change_metric", lambda numbers, value: numbers.signed(value, 3)),
    ("p_value_strong", NumberFormat.p_value),
    ("residual_share", NumberFormat.percent),
    ("icc_factor", NumberFormat.coefficient),
)

SITES = "site"
"""The grouping of models in two levels."""

OWN_GATE = {"groups": "role", "sites": "sites", "waves": "wave"}
"""The gate without which nothing is said about a comparison."""

OF_SCORE = ("structure", "reliability")
"""The gates that a score passes by itself, before anything is compared."""

STRICTEST_FIRST = ("closed", "untested", "caution", "open")


@dataclass(frozen=True, slots=True)
class ScaleVerdict:
    """What may be compared on a scale, a sentence or more for each comparison."""

    scale: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparability:
    """What the page says about comparing; without gates, a sentence alone."""

    sentence: str
    verdicts: tuple[ScaleVerdict, ...]
    overview: Evidence | None
    gates: Evidence | None
    sites: Evidence | None


@dataclass(frozen=True, slots=True)
class _Gate:
    """A gate of a scale as it is on record."""

    scale: str
    name: str
    verdict: str
    criterion: str
    number: str
    reason: str
    needs: str
    row: Record


def comparability_of(
    gates: pd.DataFrame | None, tables: TablesOfModels, setting: Setting
) -> Comparability:
    """What may be compared on each scale, in the order of the questionnaire.

    Parameters
    ----------
    gates : DataFrame or None
        By the contract GATES.
    tables : mapping of ModelKey to Estimates
        From the contract MODEL_ESTIMATES, after disclosure control: the models in two levels.
    setting : Setting
        As everywhere.
    """
    by_scale = _by_scale(rows_of_round(gates, setting.study.wave), setting)
    sites = _sites(by_scale, tables, setting)
    if not by_scale:
        return Comparability(setting.say("comparability.none"), (), None, None, sites)
    return Comparability(
        sentence=setting.say("comparability.intro"),
        verdicts=tuple(_in_words(scale, own, setting) for scale, own in by_scale.items()),
        overview=_overview(by_scale, setting),
        gates=_details(by_scale, setting),
        sites=sites,
    )


def _by_scale(rows: Iterable[Mapping[str, str]], setting: Setting) -> dict[str, dict[str, _Gate]]:
    found: dict[str, dict[str, _Gate]] = {}
    for row in rows:
        number = setting.numbers.decimals(float(row["number"]), 3) if row["number"] else ""
        gate = _Gate(
            row["scale"], row["gate"], row["verdict"],
            number=number, row=row,
            **{name: say_of_table(row[name], setting) for name in ("criterion", "reason", "needs")},
        )  # fmt: skip
        found.setdefault(gate.scale, {})[gate.name] = gate
    order = [*setting.instrument.by_id, *sorted(set(found) - set(setting.instrument.by_id))]
    return {
        scale: {name: found[scale][name] for name in GATE_NAMES if name in found[scale]}
        for scale in order
        if scale in found
    }


def verdict_of(verdicts: Iterable[str]) -> str:
    """What several gates allow together: as much as the strictest of them."""
    found = set(verdicts)
    return next(one for one in STRICTEST_FIRST if one in found)


def _in_words(scale: str, gates: Mapping[str, _Gate], setting: Setting) -> ScaleVerdict:
    own = [gates[name] for name in OF_SCORE if name in gates]
    together = [_comparison("score", own, setting)] if own else []
    sentences = together + [
        _comparison(comparison, [gates[name] for name in names if name in gates], setting)
        for comparison, names in GOVERNED.items()
        if OWN_GATE[comparison] in gates
    ]
    return ScaleVerdict(scope_label(scale, setting), tuple(sentences))


def _comparison(comparison: str, gates: Sequence[_Gate], setting: Setting) -> str:
    """The verdict, why, and what is missing to tell."""
    verdict = verdict_of(gate.verdict for gate in gates)
    told = [gate for gate in gates if verdict == "open" or gate.verdict != "open"]
    decisive = [gate for gate in told if verdict != "closed" or gate.verdict == "closed"]
    what = setting.phrases.say(f"comparability.{comparison}_{verdict}")
    reasons = " ".join(dict.fromkeys(gate.reason for gate in decisive))
    needs = list(dict.fromkeys(gate.needs for gate in decisive if gate.needs))
    sentence = setting.say("comparability.because", verdict=what, reasons=reasons)
    if not needs:
        return sentence
    wanted = formatting.in_words(needs, setting.say("word.and"))
    return f"{sentence} {setting.say('comparability.needed', needs=wanted)}"


def _overview(by_scale: Mapping[str, Mapping[str, _Gate]], setting: Setting) -> Evidence:
    names = [name for name in GATE_NAMES if any(name in gates for gates in by_scale.values())]
    rows = [
        (scope_label(scale, setting), [_verdict_cell(gates.get(name), setting) for name in names])
        for scale, gates in by_scale.items()
    ]
    headings = [setting.phrases.say(f"comparability.gate_{name}") for name in names]
    table = shown_table(
        setting.say("comparability.overview_caption"),
        [setting.say("statistic.scale"), *headings],
        rows,
        words=range(1, len(names) + 1),
    )
    method = setting.say("comparability.method")
    return evidence_of("verdicts", table, setting, methods=[method])


def _verdict_cell(gate: _Gate | None, setting: Setting) -> str:
    if gate is None:
        return setting.say("comparability.not_applicable")
    return setting.phrases.say(f"comparability.verdict_{gate.verdict}")


def _details(by_scale: Mapping[str, Mapping[str, _Gate]], setting: Setting) -> Evidence:
    none = setting.say("word.none")
    rows = [
        (
            scale,
            (
                setting.phrases.say(f"comparability.gate_{gate.name}"),
                setting.phrases.say(f"comparability.verdict_{gate.verdict}"),
                gate.number or none,
                gate.criterion or none,
                gate.reason,
                gate.needs or none,
            ),
        )
        for scale, gates in by_scale.items()
        for gate in gates.values()
    ]
    names = ("gate", "verdict", "number", "criterion", "reason", "needs")
    headings = [setting.phrases.say(f"comparability.column_{name}") for name in names]
    caption = setting.say("comparability.gates_caption")
    columns = [setting.say("statistic.scale"), *headings]
    table = shown_table(caption, columns, rows, words=[1, 2, 4, 5, 6])
    method = setting.say("comparability.method")
    records = [gate.row for gates in by_scale.values() for gate in gates.values()]
    return evidence_of("gates", table, setting, methods=[method], records=records)


# ------------------------------------------------------------------ sites


def _sites(
    by_scale: Mapping[str, Mapping[str, _Gate]], tables: TablesOfModels, setting: Setting
) -> Evidence | None:
    """What the model in two levels says about each scale, with the verdict of its gate."""
    every: list[Found] = []
    rows = []
    for scale, found_by_name in _numbers_of_sites(tables, setting).items():
        found = [found_by_name.get(name) for name, _ in SITE_COLUMNS]
        every.extend(found)
        cells = [
            cell(one, write, setting) for one, (_, write) in zip(found, SITE_COLUMNS, strict=True)
        ]
        verdict = _verdict_cell(by_scale.get(scale, {}).get(OWN_GATE["sites"]), setting)
        row = (verdict, people(found, setting), *cells, remark(found, setting))
        rows.append((scope_label(scale, setting), row))
    if not rows:
        return None
    names = ("scale", "verdict", "n", *(name for name, _ in SITE_COLUMNS), "remarks")
    headings = headings_of(names, setting)
    caption = setting.say("comparability.sites_caption")
    shown = shown_table(caption, headings, rows, words=[1, len(headings) - 1])
    return evidence("comparability-of-sites", shown, every, setting)


def _numbers_of_sites(tables: TablesOfModels, setting: Setting) -> dict[str, dict[str, Found]]:
    """Statistics of each scale that has a model in two levels, whatever factor they name."""
    by_scale: dict[str, dict[str, Found]] = {}
    for key, table in tables.items():
        if key.grouping != SITES:
            continue
        own = by_scale.setdefault(key.scale, {})
        for _, _, scale, item, factor, statistic in table.addresses():
            if item is None:
                own.setdefault(statistic, table.on_record(statistic, scale=scale, factor=factor))
    return {scale: by_scale[scale] for scale in setting.instrument.by_id if scale in by_scale}

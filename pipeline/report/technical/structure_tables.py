"""What is read off fitted models: scales told apart, scores they carry, and what speaks against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from pipeline.report.estimates import Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.table_words import say_expectation, say_of_table
from pipeline.report.tables import (
    Evidence,
    ShownTable,
    evidence_of,
    file_name,
    in_order,
    shown_table,
)
from pipeline.report.technical.evidence import (
    BETWEEN,
    Columns,
    Found,
    cell,
    evidence,
    factor_label,
    headings_of,
    on_record,
    people,
    remark,
)

OF_FACTORS: Columns = (
    ("categorical_omega_model_implied", NumberFormat.coefficient),
    ("omega_model_implied", NumberFormat.coefficient),
    ("average_variance_extracted", NumberFormat.coefficient),
    ("construct_replicability", NumberFormat.coefficient),
)

OF_PAIRS: Columns = (
    ("factor_correlation", NumberFormat.coefficient),
    ("htmt", NumberFormat.coefficient),
    ("htmt2", NumberFormat.coefficient),
)

OF_GENERAL: Columns = (
    ("omega", NumberFormat.coefficient),
    ("omega_hierarchical", NumberFormat.coefficient),
    ("explained_common_variance", NumberFormat.percent),
    ("construct_replicability", NumberFormat.coefficient),
    ("determinacy", NumberFormat.coefficient),
)

MOST_NAMED = 3
"""So many pairs or scales are named in a cell; more are counted."""


def factor_table(
    name: str, model: str, scope: str, table: Estimates, setting: Setting
) -> Evidence | None:
    """Reliability of the score of each factor, and how much of its items it explains."""
    caption = setting.say("models.factors_caption", model=model)
    shown = _by_factor(caption, OF_FACTORS, OF_FACTORS[:3], "factor", scope, table, setting)
    return _named_evidence(f"factors-of-{name}", shown, setting)


def general_table(
    name: str, model: str, scope: str, table: Estimates, setting: Setting
) -> Evidence | None:
    """What a general factor and the others stand for; None where there is none."""
    caption = setting.say("models.general_caption", model=model)
    shown = _by_factor(caption, OF_GENERAL, OF_GENERAL[:3], "factor", scope, table, setting)
    return _named_evidence(f"general-of-{name}", shown, setting)


def pair_table(
    name: str, model: str, scope: str, table: Estimates, setting: Setting
) -> Evidence | None:
    """Correlation and ratios of every two scales; None without ratios."""
    caption = setting.say("models.pairs_caption", model=model)
    shown = _by_factor(caption, OF_PAIRS, OF_PAIRS[1:], "pair", scope, table, setting)
    return _named_evidence(f"pairs-of-{name}", shown, setting)


def _by_factor(
    caption: str,
    columns: Columns,
    telling: Columns,
    first: str,
    scope: str,
    table: Estimates,
    setting: Setting,
) -> tuple[ShownTable, list[Found]] | None:
    """A row for each factor, or pair of factors, that one of the telling statistics knows."""
    names = [name for name, _ in telling]
    own = [a for a in table.addresses() if a[1] is None and a[3] is None and a[4]]
    factors = list(dict.fromkeys(str(a[4]) for a in own if a[5] in names))
    if not factors:
        return None
    shown = on_record(columns, table)
    every: list[Found] = []
    rows = []
    for factor in _in_order(factors, setting):
        found = [_of_factor(name, scope, factor, table) for name, _ in shown]
        every.extend(found)
        cells = [cell(one, write, setting) for one, (_, write) in zip(found, shown, strict=True)]
        rows.append(
            (
                factor_label(factor, setting),
                (people(found, setting), *cells, remark(found, setting)),
            )
        )
    headings = headings_of((first, "n", *(name for name, _ in shown), "remarks"), setting)
    return shown_table(caption, headings, rows, words=[len(headings) - 1]), every


def _named_evidence(
    name: str, shown: tuple[ShownTable, list[Found]] | None, setting: Setting
) -> Evidence | None:
    return None if shown is None else evidence(name, *shown, setting)


def _of_factor(statistic: str, scope: str, factor: str, table: Estimates) -> Found:
    """A statistic of a factor, or of a pair in whichever order it is on record."""
    found = table.on_record(statistic, scale=scope, factor=factor)
    turned = BETWEEN.join(reversed(factor.split(BETWEEN)))
    return found or table.on_record(statistic, scale=scope, factor=turned)


def _in_order(factors: Sequence[str], setting: Setting) -> list[str]:
    """As in the questionnaire; what it does not know comes first, by name."""
    scales = list(setting.instrument.by_id)
    singles = dict.fromkeys(part for name in factors for part in name.split(BETWEEN))
    order = [
        *sorted(one for one in singles if one not in scales),
        *(one for one in scales if one in singles),
    ]
    wanted = [*order, *(BETWEEN.join(pair) for pair in combinations(order, 2))]
    turned = {BETWEEN.join(sorted(name.split(BETWEEN))): name for name in factors}
    known = (turned.get(BETWEEN.join(sorted(name.split(BETWEEN)))) for name in wanted)
    return [name for name in known if name]


def falsifier_table(
    scope: str, rows: Sequence[Mapping[str, str]], setting: Setting
) -> Evidence | None:
    """What would prove the structure wrong, and whether it was found; None without any."""
    if not rows:
        return None
    shown = []
    for (name, sample, found), own in _together(rows).items():
        about = _named([row["about"] for row in own if row["about"]], setting)
        looked = (
            say_of_table(own[0]["words"], setting) if len(own) == 1 else setting.say("word.none")
        )
        cells = (
            setting.phrases.say(f"models.sample_{sample}"),
            say_expectation(own[0]["statement"], setting),
            about,
            setting.phrases.say(f"models.found_{found.replace(' ', '_')}"),
            looked,
            say_expectation(own[0]["consequence"], setting),
        )
        shown.append((name, cells))
    names = ("falsifier", "sample", "statement", "about", "outcome", "looked_at", "consequence")
    caption = setting.say("models.falsifiers_caption")
    table = shown_table(caption, headings_of(names, setting), shown, words=range(1, len(names)))
    method = setting.say("models.falsifiers_method")
    name = file_name("falsifiers", scope)
    return evidence_of(name, table, setting, methods=[method], records=in_order(rows))


def _together(
    rows: Sequence[Mapping[str, str]],
) -> dict[tuple[str, str, str], list[Mapping[str, str]]]:
    """Rows of one falsifier and sample with the same outcome; what was found comes first."""
    order = ("yes", "not judged", "no")
    ordered = sorted(rows, key=lambda r: (r["falsifier"], r["sample"], order.index(r["found"])))
    found: dict[tuple[str, str, str], list[Mapping[str, str]]] = {}
    for row in ordered:
        found.setdefault((row["falsifier"], row["sample"], row["found"]), []).append(row)
    return found


def _named(about: Sequence[str], setting: Setting) -> str:
    if not about:
        return setting.say("models.whole_questionnaire")
    if len(about) <= MOST_NAMED:
        return ", ".join(factor_label(one, setting) for one in about)
    return setting.say("models.number_of_cases", number=setting.numbers.count(len(about)))

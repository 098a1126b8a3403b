"""Rival models of the structure: how well each fits, by which limits, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report import formatting
from pipeline.report.charts import MARKS
from pipeline.report.estimates import Estimate, Estimates
from pipeline.report.pages import Setting
from pipeline.report.table_words import say_expectation, say_of_table
from pipeline.report.tables import Evidence, file_name, shown_table
from pipeline.report.technical.correlations import Shade, shades
from pipeline.report.technical.drawn_model import DrawnModel, drawn_model, has_paths
from pipeline.report.technical.evidence import (
    Found,
    cell,
    evidence,
    headings_of,
    nothing_computed,
    people,
    remark,
    scope_label,
)
from pipeline.report.technical.model_tables import (
    SAMPLE_TO_SHOW,
    ModelKey,
    TablesOfModels,
    fit_columns,
    natural,
    rows_of_round,
    three_decimals,
)
from pipeline.report.technical.structure_tables import (
    factor_table,
    falsifier_table,
    general_table,
    pair_table,
)

LIMIT, CUTOFF = "limit_", "cutoff_"

CONVENTIONAL = {"cfi": 0.95, "tli": 0.95, "rmsea": 0.06, "srmr": 0.08}
"""Hu and Bentler (1999), Structural Equation Modeling, 6(1), 1-55."""

HIGHER_IS_CLOSER = ("cfi", "tli")
KINDS = ("_robust", "_scaled", "")


@dataclass(frozen=True, slots=True)
class ModelInWords:
    """A model and what is said about it."""

    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    """The models of the items of one section, the preferred one first."""

    heading: str
    in_words: tuple[ModelInWords, ...]
    fit: Evidence
    limits: Evidence
    factors: tuple[Evidence, ...]
    pairs: tuple[Evidence, ...]
    general: tuple[Evidence, ...]
    falsifiers: Evidence | None
    preferred: tuple[DrawnModel, ...]
    others: tuple[DrawnModel, ...]


@dataclass(frozen=True, slots=True)
class Models:
    """What the page shows about models; `single` is the one factor of each scale by itself."""

    structures: tuple[Structure, ...]
    single: Evidence
    misfit_shades: tuple[Shade, ...]


@dataclass(frozen=True, slots=True)
class _Rival:
    """A model as it was declared, with what was found about it in each sample."""

    id: str
    title: str
    reason: str
    use: str
    note: str
    found: tuple[Mapping[str, str], ...]

    @property
    def is_preferred(self) -> bool:
        return self.use == "preferred"


def models_of(
    rivals: pd.DataFrame | None,
    tables: TablesOfModels,
    setting: Setting,
    falsifiers: pd.DataFrame | None = None,
) -> Models:
    """What the page shows about models; without any rows, a table that says so.

    Parameters
    ----------
    rivals : DataFrame or None
        By the contract RIVAL_MODELS.
    tables : mapping of ModelKey to Estimates
        From the contract MODEL_ESTIMATES, after disclosure control.
    setting : Setting
        As everywhere.
    falsifiers : DataFrame, optional
        By the contract FALSIFIERS.
    """
    own = rows_of_round(rivals, setting.study.wave)
    speaking = rows_of_round(falsifiers, setting.study.wave)
    known = {str(row["scale"]) for row in own} | {key.scale for key in tables if key.model}
    order = [section.id for section in setting.instrument.sections]
    scopes = sorted(known, key=lambda one: (order.index(one) if one in order else 99, one))
    return Models(
        structures=tuple(_structure(scope, own, speaking, tables, setting) for scope in scopes),
        single=_single(tables, setting),
        misfit_shades=shades(setting, MARKS),
    )


def _structure(
    scope: str,
    rows: Sequence[Mapping[str, str]],
    falsifiers: Sequence[Mapping[str, str]],
    tables: TablesOfModels,
    setting: Setting,
) -> Structure:
    rivals = _rivals([row for row in rows if row["scale"] == scope], setting)
    fitted = {
        key: table
        for key, table in tables.items()
        if key.scale == scope and key.model and key.grouping is None and key.step is None
    }
    names = {one.id: setting.say("models.name", id=one.id, title=one.title) for one in rivals}
    order = [*names, *sorted({str(key.model) for key in fitted} - set(names), key=natural)]
    drawn = [
        (one, _drawn(one, names.get(one, one), scope, fitted, setting))
        for one in order
        if any(key.model == one and has_paths(table) for key, table in fitted.items())
    ]
    preferred = {one.id for one in rivals if one.is_preferred}
    return Structure(
        heading=scope_label(scope, setting),
        in_words=tuple(_in_words(one, rivals, setting) for one in rivals),
        fit=_fit(scope, order, names, fitted, setting),
        limits=_limits(scope, order, preferred, names, fitted, setting),
        factors=_read_off(factor_table, scope, order, names, fitted, setting),
        pairs=_read_off(pair_table, scope, order, names, fitted, setting),
        general=_read_off(general_table, scope, order, names, fitted, setting),
        falsifiers=falsifier_table(
            scope, [row for row in falsifiers if row["scale"] == scope], setting
        ),
        preferred=tuple(one for name, one in drawn if name in preferred or not rivals),
        others=tuple(one for name, one in drawn if rivals and name not in preferred),
    )


def _read_off(
    make: Callable[[str, str, str, Estimates, Setting], Evidence | None],
    scope: str,
    order: Sequence[str],
    names: Mapping[str, str],
    fitted: TablesOfModels,
    setting: Setting,
) -> tuple[Evidence, ...]:
    """A table for each model and sample that has the numbers for it."""
    shown = []
    for key, table in _in_order(order, fitted):
        sample = setting.phrases.say(f"models.sample_{key.sample}")
        name = names.get(str(key.model), str(key.model))
        title = setting.say("models.drawn", model=name, sample=sample)
        shown.append(make(file_name(scope, key.model, key.sample), title, scope, table, setting))
    return tuple(one for one in shown if one is not None)


def _rivals(rows: Sequence[Mapping[str, str]], setting: Setting) -> tuple[_Rival, ...]:
    """The preferred model first, then by id."""
    by_id: dict[str, list[Mapping[str, str]]] = {}
    for row in sorted(rows, key=lambda row: row["sample"]):
        by_id.setdefault(row["model"], []).append(row)
    rivals = [
        _Rival(
            name,
            say_expectation(own[0]["title"], setting),
            say_expectation(own[0]["reason"], setting),
            own[0]["use"],
            own[0]["note"],
            tuple(own),
        )
        for name, own in by_id.items()
    ]
    return tuple(sorted(rivals, key=lambda one: (not one.is_preferred, natural(one.id))))


def _drawn(
    model: str, name: str, scope: str, fitted: TablesOfModels, setting: Setting
) -> DrawnModel:
    samples = {
        key.sample: table
        for key, table in fitted.items()
        if key.model == model and has_paths(table)
    }
    sample = next((one for one in SAMPLE_TO_SHOW if one in samples), min(samples))
    people_of = setting.phrases.say(f"models.sample_{sample}")
    title = setting.say("models.drawn", model=name, sample=people_of)
    return drawn_model(file_name(scope, model), title, samples[sample], setting)


# ------------------------------------------------------------------ in words


def _in_words(one: _Rival, rivals: Sequence[_Rival], setting: Setting) -> ModelInWords:
    preferred = next((rival.id for rival in rivals if rival.is_preferred), "")
    told = [_sentence(one.reason)]
    if one.use == "preferred":
        told.append(setting.say("models.is_preferred"))
    if one.use == "reading":
        told.append(setting.say("models.is_for_reading"))
    told += _findings(one, preferred, setting)
    told += [_sentence(say_of_table(one.note, setting))] if one.note else []
    return ModelInWords(setting.say("models.name", id=one.id, title=one.title), tuple(told))


def _findings(one: _Rival, preferred: str, setting: Setting) -> list[str]:
    """What was found in each sample, once where it is the same in all."""
    said: dict[str, list[str]] = {}
    for row in one.found:
        told = _finding(row, preferred, setting)
        if told:
            said.setdefault(told, []).append(row["sample"])
    if len(said) == 1 and len(next(iter(said.values()))) == len(one.found):
        return list(said)
    return [
        setting.say("models.in_sample", sample=_samples(samples, setting), text=told)
        for told, samples in said.items()
    ]


def _finding(row: Mapping[str, str], preferred: str, setting: Setting) -> str:
    if row["obstacle"]:
        return _sentence(setting.say("models.obstacle", why=say_of_table(row["obstacle"], setting)))
    verdict = say_of_table(row["verdict"], setting)
    criteria = setting.say("models.criteria", verdict=verdict) if verdict else ""
    if not row["preferred"]:
        return _sentence(criteria)
    answer = row["preferred"].replace(" ", "_")
    told = setting.phrases.say(f"models.preferred_{answer}", preferred=preferred)
    return f"{told} {_sentence(criteria)}".strip()


def _sentence(text: str) -> str:
    """The text with a full stop, if it is there and has no end of its own."""
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."


def _samples(samples: Sequence[str], setting: Setting) -> str:
    names = [setting.phrases.say(f"models.sample_{one}") for one in samples]
    return formatting.in_words(names, setting.say("word.and"))


# ------------------------------------------------------------------ tables


def _fit(
    scope: str,
    order: Sequence[str],
    names: Mapping[str, str],
    fitted: TablesOfModels,
    setting: Setting,
) -> Evidence:
    columns = fit_columns(fitted.values())
    every: list[Found] = []
    rows = []
    for key, table in _in_order(order, fitted):
        found = [table.on_record(name, scale=scope) for name, _ in columns]
        every.extend(found)
        cells = [cell(one, write, setting) for one, (_, write) in zip(found, columns, strict=True)]
        sample = setting.phrases.say(f"models.sample_{key.sample}")
        row = (sample, people(found, setting), *cells, remark(found, setting))
        rows.append((names.get(str(key.model), str(key.model)), row))
    headings = headings_of(
        ("model", "sample", "n", *(name for name, _ in columns), "remarks"), setting
    )
    caption = setting.say("models.fit_caption", items=scope_label(scope, setting))
    file = file_name("models-fit", scope)
    if not rows:
        return nothing_computed(file, caption, headings, setting)
    shown = shown_table(caption, headings, rows, words=[1, len(headings) - 1])
    return evidence(file, shown, every, setting)


def _in_order(order: Sequence[str], fitted: TablesOfModels) -> Iterator[tuple[ModelKey, Estimates]]:
    for model in order:
        for key in sorted((key for key in fitted if key.model == model), key=lambda k: k.sample):
            yield key, fitted[key]


def _limits(
    scope: str,
    order: Sequence[str],
    preferred: Collection[str],
    names: Mapping[str, str],
    fitted: TablesOfModels,
    setting: Setting,
) -> Evidence:
    """Usual limits beside those simulated: for models with simulated ones and preferred ones."""
    headings = headings_of(
        ("model", "sample", "index", "value", "conventional", "simulated", "detects", "remarks"),
        setting,
    )
    caption = setting.say("models.limits_caption", items=scope_label(scope, setting))
    every: list[Found] = []
    rows = []
    for key, table in _in_order(order, fitted):
        name = names.get(str(key.model), str(key.model))
        indices = _indices_with_limit(table)
        if not indices and key.model in preferred:
            indices = tuple(one for one, _ in fit_columns([table]) if _plain(one) in CONVENTIONAL)
        for index in indices:
            found, cells = _limit_cells(index, scope, table, setting)
            every.extend(found)
            sample = setting.phrases.say(f"models.sample_{key.sample}")
            rows.append((name, (sample, *cells, remark(found[1:], setting))))
    file = file_name("models-limits", scope)
    if not rows:
        return nothing_computed(file, caption, headings, setting)
    shown = shown_table(caption, headings, rows, words=[1, 2, 6, 7])
    return evidence(file, shown, every, setting)


def _indices_with_limit(table: Estimates) -> tuple[str, ...]:
    found = {a[5].removeprefix(LIMIT) for a in table.addresses() if a[5].startswith(LIMIT)}
    order = list(CONVENTIONAL)
    known = (name for name in found if _plain(name) in order)
    return tuple(sorted(known, key=lambda name: (order.index(_plain(name)), name)))


def _limit_cells(
    index: str, scope: str, table: Estimates, setting: Setting
) -> tuple[list[Found], tuple[str, ...]]:
    """An index, its value, both limits, and the faults of a model that it can detect."""
    plain = _plain(index)
    names = [index, *(f"{plain}{kind}" for kind in KINDS)]
    value = next((v for name in names if (v := table.on_record(name, scale=scope))), None)
    limit = table.on_record(f"{LIMIT}{index}", scale=scope)
    faults = _faults(index, scope, table)
    cuts = [
        setting.say("models.cutoff", fault=fault, limit=_bound(plain, found, setting))
        for fault, found in faults.items()
    ]
    cells = (
        setting.phrases.say(f"statistic.{_known_name(index, names, table, scope)}"),
        cell(value, three_decimals, setting, interval=False),
        _bound_of(plain, CONVENTIONAL[plain], setting),
        _bound(plain, limit, setting),
        "; ".join(cuts) or setting.say("word.not_computed"),
    )
    return [value, limit, *faults.values()], cells


def _known_name(index: str, names: Sequence[str], table: Estimates, scope: str) -> str:
    return next((name for name in names if table.on_record(name, scale=scope)), index)


def _faults(index: str, scope: str, table: Estimates) -> dict[str, Found]:
    found = {
        str(a[4]): table.on_record(a[5], scale=scope, factor=a[4])
        for a in table.addresses()
        if a[5] == f"{CUTOFF}{index}" and a[4]
    }
    return dict(sorted(found.items(), key=lambda pair: natural(pair[0])))


def _bound(index: str, found: Found, setting: Setting) -> str:
    if not isinstance(found, Estimate):
        return cell(found, three_decimals, setting)
    return _bound_of(index, found.value, setting)


def _bound_of(index: str, value: float, setting: Setting) -> str:
    number = three_decimals(setting.numbers, value)
    if index in HIGHER_IS_CLOSER:
        return setting.say("models.at_least", number=number)
    return setting.say("models.at_most", number=number)


def _plain(index: str) -> str:
    """The name of an index without its kind."""
    return index.split("_")[0]


def _single(tables: TablesOfModels, setting: Setting) -> Evidence:
    """Fit of one factor to each scale, everybody's answers."""
    own = {
        key.scale: table
        for key, table in tables.items()
        if key.model is None and key.grouping is None and key.step is None
        and key.sample == SAMPLE_TO_SHOW[0]
    }  # fmt: skip
    columns = fit_columns(own.values())
    every: list[Found] = []
    rows = []
    for scale in (one for one in setting.instrument.by_id if one in own):
        found = [own[scale].on_record(name, scale=scale) for name, _ in columns]
        every.extend(found)
        cells = [cell(one, write, setting) for one, (_, write) in zip(found, columns, strict=True)]
        row = (people(found, setting), *cells, remark(found, setting))
        rows.append((scope_label(scale, setting), row))
    headings = headings_of(("scale", "n", *(name for name, _ in columns), "remarks"), setting)
    caption = setting.say("models.single_caption")
    file = "models-one-factor"
    if not rows:
        return nothing_computed(file, caption, headings, setting)
    shown = shown_table(caption, headings, rows, words=[len(headings) - 1])
    return evidence(file, shown, every, setting)

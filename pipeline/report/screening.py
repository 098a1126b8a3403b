"""Careless and missing answers on the technical page: how many, by which rule, with what effect.

Everything here comes from tables that passed disclosure control; where a number is absent there,
it is told as not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.report import formatting
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.table_words import say_remark
from pipeline.report.tables import Evidence, evidence_of, in_order, shown_table
from pipeline.tables import SCREENING

SMALL_P = 0.05
"""A test with a smaller p is named in the sentence."""

WITHHELD = "withheld"
ORDER = {name: place for place, name in enumerate(SCREENING.column_names)}
PATTERN, COMPLETE, OTHER = (
    "respondents_with_pattern",
    "respondents_complete",
    "respondents_with_other_pattern",
)

Record = Mapping[str, Any]

EFFECT_COLUMNS: tuple[tuple[str, Callable[[NumberFormat, float], str]], ...] = (
    ("n_with", NumberFormat.count),
    ("n_without", NumberFormat.count),
    ("mean_with", NumberFormat.score),
    ("mean_without", NumberFormat.score),
    ("difference", lambda numbers, value: numbers.signed(value)),
    ("alpha_with", NumberFormat.coefficient),
    ("alpha_without", NumberFormat.coefficient),
)

TEST_COLUMNS: tuple[tuple[str, Callable[[NumberFormat, float], str]], ...] = (
    ("n_patterns", NumberFormat.count),
    ("little_chi_square", lambda numbers, value: numbers.decimals(value, 1)),
    ("little_df", NumberFormat.count),
    ("little_p_value", NumberFormat.p_value),
)


@dataclass(frozen=True, slots=True)
class CarelessAnswering:
    """Signs, the rule of exclusion, and what leaving people out changes.

    `effect` is absent where nobody was left out.
    """

    sentences: tuple[str, ...]
    signs: Evidence
    effect_sentences: tuple[str, ...]
    effect: Evidence | None


@dataclass(frozen=True, slots=True)
class MissingAnswers:
    """Little's tests and the patterns of missing scores."""

    sentences: tuple[str, ...]
    tests: Evidence
    pattern_sentence: str
    patterns: Evidence


def careless_answering(tables: Mapping[str, pd.DataFrame], setting: Setting) -> CarelessAnswering:
    """What the technical page says about careless answering.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``screening_counts`` and ``screening_effect``, as their contracts say, released.
    setting : Setting
        What the making of any page needs to know.
    """
    counts = _records(tables.get("screening_counts"), setting)
    overall = next((row for row in counts if row["flag"] is None), None)
    nobody = overall is not None and overall["n_excluded"] == 0
    effect = [] if nobody else _in_order_of_scales(tables.get("screening_effect"), setting)
    return CarelessAnswering(
        sentences=_sentences(overall, setting),
        signs=_signs(counts, setting),
        effect_sentences=_effect_sentences(effect, nobody, setting),
        effect=_effect_table(effect, setting) if effect else None,
    )


def missing_answers(table: pd.DataFrame | None, setting: Setting) -> MissingAnswers:
    """What the technical page says about missing answers.

    Parameters
    ----------
    table : DataFrame or None
        Contract ``MISSING_DATA``, released.
    setting : Setting
        What the making of any page needs to know.
    """
    rows = _records(table, setting)
    tests = _tests_by_scale(rows, setting)
    return MissingAnswers(
        sentences=(setting.say("missing.intro"), _test_sentence(tests, setting)),
        tests=_tests_table(tests, setting),
        pattern_sentence=setting.say(
            "missing.patterns", minimum=setting.numbers.count(setting.study.minimum_n)
        ),
        patterns=_patterns_table(rows, setting),
    )


# ------------------------------------------------------------------ signs


def _sentences(overall: Record | None, setting: Setting) -> tuple[str, ...]:
    intro = setting.say("screening.intro")
    if overall is None or overall["n_excluded"] is None or overall["n_judged"] == 0:
        return intro, setting.say("screening.too_few")
    needed = overall["families_needed"]
    rule = "screening.rule_one" if needed == 1 else "screening.rule_several"
    excluded = overall["n_excluded"]
    number = "screening.left_out" if excluded else "screening.nobody_left_out"
    values = {
        "number": setting.numbers.count(excluded),
        "total": setting.numbers.people(overall["n_judged"], setting.study.minimum_n),
    }
    return (
        intro,
        setting.phrases.say(rule, needed=setting.numbers.count(needed)),
        setting.phrases.say(number, **values),
        setting.say("screening.rounded"),
    )


def _signs(counts: Sequence[Record], setting: Setting) -> Evidence:
    flags = sorted(
        (row for row in counts if row["flag"] is not None), key=lambda row: ORDER[str(row["flag"])]
    )
    rows = [
        (setting.phrases.say(f"screening.{row['flag']}"), _sign_cells(row, setting))
        for row in flags
    ]
    none = setting.say("word.not_computed")
    names = ("sign", "family", "strong", "respondents", "judged", "excluded")
    headings = [setting.phrases.say(f"screening.column_{name}") for name in names]
    filled = rows or [(none, (none,) * (len(names) - 1))]
    table = shown_table(setting.say("screening.caption"), headings, filled, words=[1, 2])
    return evidence_of(
        "careless-answering",
        table,
        setting,
        methods=[setting.say("screening.method")],
        people=_people_of(counts, "n_judged"),
    )


def _people_of(rows: Sequence[Record], name: str) -> list[int]:
    """People by a column of counts, without rows about nobody."""
    return [round(row[name]) for row in rows if row[name]]


def _sign_cells(row: Record, setting: Setting) -> tuple[str, ...]:
    strong = setting.say("screening.yes" if row["strong"] else "screening.no")
    about = setting.phrases.say(f"screening.family_{row['family']}"), strong
    judged = row["n_judged"]
    if judged == 0:
        nobody = setting.numbers.count(0)
        return *about, setting.say("screening.not_judged"), nobody, setting.say("word.none")
    excluded = (
        _count(row["n_excluded"], setting)
        if row["strong"]
        else setting.say("screening.does_not_count")
    )
    people = (
        setting.say("word.not_shown")
        if judged is None
        else setting.numbers.people(judged, setting.study.minimum_n)
    )
    return *about, _count(row["n_flagged"], setting), people, excluded


# ------------------------------------------------------------------ with and without


def _effect_sentences(effect: Sequence[Record], nobody: bool, setting: Setting) -> tuple[str, ...]:
    if nobody or not effect:
        return (setting.say("screening.no_effect" if nobody else "screening.effect_unknown"),)
    held = any(row["condition"] == WITHHELD for row in effect)
    minimum = setting.numbers.count(setting.study.minimum_n)
    told = "screening.effect_held" if held else "screening.effect_shown"
    return setting.phrases.say(told, minimum=minimum), _largest(effect, setting)


def _largest(effect: Sequence[Record], setting: Setting) -> str:
    """How much the mean of a scale moves at most."""
    known = [row for row in effect if row["difference"] is not None]
    if not known:
        return setting.say("screening.differences_unknown")
    most = max(known, key=lambda row: abs(row["difference"]))
    if most["difference"] == 0:
        return setting.say("screening.differences_small")
    return setting.say(
        "screening.differences_largest",
        scale=_title(str(most["scale"]), setting),
        difference=setting.numbers.signed(most["difference"]),
    )


def _effect_table(effect: Sequence[Record], setting: Setting) -> Evidence:
    columns = [(name, write) for name, write in EFFECT_COLUMNS if _is_told(name, effect)]
    rows = [
        (
            _scale_label(str(row["scale"]), setting),
            [_effect_cell(name, row, write, setting) for name, write in columns],
        )
        for row in effect
    ]
    headings = [setting.say("statistic.scale")]
    headings += [setting.phrases.say(f"screening.column_{name}") for name, _ in columns]
    table = shown_table(setting.say("screening.effect_caption"), headings, rows)
    return evidence_of(
        "with-and-without",
        table,
        setting,
        methods=[setting.say("screening.effect_method")],
        people=_people_of(effect, "n_with"),
    )


def _is_told(name: str, effect: Sequence[Record]) -> bool:
    """Whether a column has numbers; what is told elsewhere too has no place without its pair."""
    pair = name.replace("_without", "_with")
    return name == "difference" or any(row[pair] is not None for row in effect)


def _effect_cell(
    name: str, row: Record, write: Callable[[NumberFormat, float], str], setting: Setting
) -> str:
    if name == "difference" and row[name] == 0:
        return setting.say("word.under", number=setting.numbers.decimals(0.1, 1))
    if name.startswith("alpha") and row["n_with"] is not None and row["n_complete_with"] is None:
        return setting.say("word.not_computed")
    return _cell(row, name, write, setting)


# ------------------------------------------------------------------ missing answers


def _tests_by_scale(rows: Sequence[Record], setting: Setting) -> dict[str, dict[str, Record]]:
    """The rows about Little's test of each scale, by statistic, scales in their order."""
    found: dict[str, dict[str, Record]] = {
        scale.id: {} for scale in setting.instrument.scored_scales
    }
    for row in rows:
        if row["scale"] is not None:
            found.setdefault(str(row["scale"]), {})[str(row["statistic"])] = row
    return {scale: tests for scale, tests in found.items() if tests}


def _p_of(test: Mapping[str, Record]) -> float | None:
    value: float | None = test["little_p_value"]["estimate"]
    return value


def _test_sentence(tests: Mapping[str, Mapping[str, Record]], setting: Setting) -> str:
    by_scale = {scale: p for scale, test in tests.items() if (p := _p_of(test)) is not None}
    low = [_title(scale, setting) for scale, p in by_scale.items() if p < SMALL_P]
    if not by_scale:
        return setting.say("missing.no_test")
    number = setting.numbers.count(len(by_scale))
    if not low:
        return setting.say("missing.by_chance", number=number)
    return setting.say(
        "missing.not_by_chance",
        number=number,
        low=setting.numbers.count(len(low)),
        listed=formatting.in_words(low, setting.say("word.and")),
    )


def _tests_table(tests: Mapping[str, Mapping[str, Record]], setting: Setting) -> Evidence:
    rows = [
        (_scale_label(scale, setting), _test_cells(test, setting)) for scale, test in tests.items()
    ]
    none = setting.say("word.not_computed")
    headings = [
        *(setting.phrases.say(f"statistic.{name}") for name in ("scale", "n")),
        *(setting.phrases.say(f"missing.column_{name}") for name, _ in TEST_COLUMNS),
        setting.say("statistic.remarks"),
    ]
    filled = rows or [(none, (none,) * (len(headings) - 1))]
    table = shown_table(
        setting.say("missing.tests_caption"), headings, filled, words=[len(headings) - 1]
    )
    conditions = sorted({word for test in tests.values() for word in _conditions(test)})
    known = [row for test in tests.values() for row in test.values()]
    return evidence_of(
        "missing-answers",
        table,
        setting,
        methods=[setting.say("missing.method")],
        people=_people_of(known, "n_respondents"),
        remarks=[_meaning(word, setting) for word in conditions],
        records=in_order(
            {name: "" if value is None else str(value) for name, value in row.items()}
            for row in known
        ),
    )


def _test_cells(test: Mapping[str, Record], setting: Setting) -> tuple[str, ...]:
    n = test["little_p_value"]["n_respondents"]
    cells = [_cell(test[name], "estimate", write, setting) for name, write in TEST_COLUMNS]
    remark = ", ".join(say_remark(word, setting) for word in _conditions(test))
    return _count(n, setting), *cells, remark or setting.say("word.none")


def _conditions(test: Mapping[str, Record]) -> tuple[str, ...]:
    found = (row["condition"] for row in test.values())
    return tuple(sorted({str(condition) for condition in found if condition is not None}))


def _meaning(word: str, setting: Setting) -> str:
    key = f"condition.{word}"
    known = setting.phrases.has(key)
    meaning = setting.phrases.say(key) if known else setting.say("condition.unnamed")
    return setting.say("technical.remark", word=say_remark(word, setting), meaning=meaning)


def _patterns_table(rows: Sequence[Record], setting: Setting) -> Evidence:
    kinds = (COMPLETE, PATTERN, OTHER)
    found = sorted(
        (row for row in rows if row["statistic"] in kinds),
        key=lambda row: (
            kinds.index(str(row["statistic"])),
            -(row["estimate"] or 0),
            str(row["pattern"]),
        ),
    )
    shown = [(_pattern_label(row, setting), [_pattern_people(row, setting)]) for row in found]
    none = setting.say("word.not_computed")
    headings = [setting.say("missing.column_pattern"), setting.say("missing.column_respondents")]
    table = shown_table(
        setting.say("missing.patterns_caption"), headings, shown or [(none, [none])]
    )
    method = setting.say("missing.patterns_method")
    return evidence_of("missing-scores", table, setting, methods=[method])


def _pattern_label(row: Record, setting: Setting) -> str:
    if row["statistic"] != PATTERN:
        name = "complete" if row["statistic"] == COMPLETE else "other"
        return setting.phrases.say(f"missing.{name}")
    titles = [_title(scale, setting) for scale in str(row["pattern"]).split("; ")]
    return formatting.in_words(titles, setting.say("word.and"))


def _pattern_people(row: Record, setting: Setting) -> str:
    minimum = setting.study.minimum_n
    if row["estimate"] is None:
        return setting.say("word.under", number=setting.numbers.count(minimum))
    number = row["estimate"]
    return setting.numbers.people(number, minimum) if number else setting.numbers.count(0)


# ------------------------------------------------------------------ what the tables share


def _records(table: pd.DataFrame | None, setting: Setting) -> list[Record]:
    """The rows of the survey round, None for what is absent."""
    if table is None:
        return []
    of_wave = table[table["wave"] == setting.study.wave].astype(object)
    cells = of_wave.where(of_wave.notna(), None)
    names = [str(name) for name in cells.columns]
    return [dict(zip(names, row, strict=True)) for row in cells.itertuples(index=False, name=None)]


def _in_order_of_scales(table: pd.DataFrame | None, setting: Setting) -> list[Record]:
    order = {scale: place for place, scale in enumerate(setting.instrument.by_id)}
    rows = _records(table, setting)
    return sorted(rows, key=lambda row: (order.get(str(row["scale"]), len(order)), row["scale"]))


def _count(value: float | None, setting: Setting) -> str:
    return setting.say("word.not_shown") if value is None else setting.numbers.count(value)


def _cell(
    row: Record, name: str, write: Callable[[NumberFormat, float], str], setting: Setting
) -> str:
    if row[name] is not None:
        return write(setting.numbers, row[name])
    return setting.say("word.not_shown" if row["condition"] == WITHHELD else "word.not_computed")


def _title(scale: str, setting: Setting) -> str:
    known = setting.instrument.by_id.get(scale)
    return setting.wording.of(known.title) if known else scale


def _scale_label(scale: str, setting: Setting) -> str:
    if scale not in setting.instrument.by_id:
        return scale
    return setting.say("technical.scale", scale=scale, title=_title(scale, setting))

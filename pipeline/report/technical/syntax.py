"""The same analyses in R: text made from the questionnaire and the settings of the study.

Nothing is typed in: items, scales and turned items come from the questionnaire, models from the
table of models as they were fitted, numbers from the settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from pipeline.instrument.model import Scale
from pipeline.report.pages import Setting
from pipeline.report.tables import file_name
from pipeline.report.technical.r_code import (
    ALPHA,
    COMPARABILITY,
    CORRELATIONS,
    FACTORABILITY,
    FACTORS,
    FITS,
    FUNCTIONS,
    HYPOTHESES,
    INVARIANCE,
    ITEMS,
    MODELS,
    PAIRS,
    POLYCHORIC,
    PREFERRED,
    READING,
    RELIABILITY,
    RETENTION,
    TURNING,
    VARIANCE,
)

FEWEST_ITEMS = 3
"""Items that determine a factor by themselves."""

DATA = "data"
WIDTH = 88


@dataclass(frozen=True, slots=True)
class Script:
    """A file of R code about one part of the page."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Syntax:
    """R code for each part of the page; `ledger` reads the answers for all others."""

    ledger: Script
    items: Script
    reliability: Script
    correlations: Script
    factorability: Script
    retention: Script
    factors: Script
    models: Script
    hypotheses: Script
    invariance: Script
    comparability: Script
    variance: Script


def syntax_of(
    models: Sequence[Mapping[str, str]], groupings: Sequence[str], setting: Setting
) -> Syntax:
    """R code that repeats the analyses of the page.

    Parameters
    ----------
    models : sequence of mapping of str to str
        Rows by the contract RIVAL_MODELS, as text.
    groupings : sequence of str
        Ways of parting respondents into groups for which a ladder was climbed.
    setting : Setting
        As everywhere.
    """
    chosen = setting.study.settings
    retention = RETENTION.format(seed=chosen.seed, replications=chosen.parallel_replications)
    return Syntax(
        ledger=_script("ledger", _reading(setting), setting, name=DATA),
        items=_script("items", ITEMS + ALPHA, setting),
        reliability=_script("reliability", ALPHA + RELIABILITY, setting),
        correlations=_script("correlations", POLYCHORIC + CORRELATIONS, setting),
        factorability=_script("factorability", POLYCHORIC + FACTORABILITY, setting),
        retention=_script("retention", POLYCHORIC + retention, setting),
        factors=_script("factors", POLYCHORIC + FACTORS, setting),
        models=_script("models", _models(models), setting),
        hypotheses=_script("hypotheses", HYPOTHESES, setting),
        invariance=_script("invariance", _ladders(groupings, setting), setting),
        comparability=_script("comparability", COMPARABILITY, setting),
        variance=_script("variance", VARIANCE, setting),
    )


def _script(part: str, code: str, setting: Setting, name: str = "") -> Script:
    told = setting.phrases.say(f"syntax.of_{part}")
    head = [f"# {line}" for line in wrap(told, WIDTH)]
    if not name:
        head.append(f'source("{DATA}.R")')
    text = "\n".join([*head, code.strip(), ""])
    return Script(name or part, setting.phrases.say(f"technical.{part}"), text)


# ------------------------------------------------------------------ the answers


def _reading(setting: Setting) -> str:
    """Reads the answers, turns items round, and names scales and sections."""
    instrument = setting.instrument
    reflective = [scale for scale in instrument.scales if _is_reflective(scale)]
    single = [scale for scale in reflective if len(scale.items) >= FEWEST_ITEMS]
    sections = {s.id: list(s.scale_ids) for s in instrument.sections if s.factor_model}
    parts = (
        f'folder <- "{DATA}"  # {setting.say("syntax.folder")}',
        f"wave <- {quoted(setting.study.wave)}",
        READING.strip(),
        f"turned <- list({_turned(instrument.scales)})",
        TURNING.strip(),
        _named_list("scales", {s.id: _vector(s.item_ids) for s in instrument.scales}),
        f"reflective <- {_vector(scale.id for scale in reflective)}",
        f"scored <- {_vector(scale.id for scale in instrument.scored_scales)}",
        _named_list("n_options", {s.id: _n_options(s) for s in instrument.scored_scales}),
        _named_list("one_factor", {scale.id: quoted(_one_factor(scale)) for scale in single}),
        _named_list("sections", {name: _vector(scales) for name, scales in sections.items()}),
        FUNCTIONS.strip(),
    )
    return "\n".join(parts)


def _is_reflective(scale: Scale) -> bool:
    return scale.treatment == "reflective" and len(scale.items) > 1


def _turned(scales: Iterable[Scale]) -> str:
    """The items that are turned round, by the constant that they are taken from."""
    by_constant: dict[int, list[str]] = {}
    for scale in scales:
        by_constant.setdefault(scale.response_scale.reflection, []).extend(scale.reversed_ids)
    listed = [
        f"\n  list(constant = {constant}, items = {_vector(items)})"
        for constant, items in by_constant.items()
        if items
    ]
    return ",".join(listed)


def _n_options(scale: Scale) -> str:
    return str(scale.response_scale.highest - scale.response_scale.lowest + 1)


def _one_factor(scale: Scale) -> str:
    return f"{scale.id} =~ {' + '.join(scale.item_ids)}"


# ------------------------------------------------------------------ models


def _models(rows: Sequence[Mapping[str, str]]) -> str:
    """The models as they were fitted, by section, and what is read off them."""
    texts = {_name_of(row): _lines(row["text"]) for row in rows if row["text"]}
    fitted = [row for row in rows if row["text"] and not row["obstacle"]]
    calls = {_name_of(row, row["sample"]): _call_of(row) for row in fitted}
    preferred = [
        PREFERRED.strip().format(fit=f"fits${_name_of(row, row['sample'])}")
        for row in fitted
        if row["use"] == "preferred"
    ]
    lists = _named_list("models", texts), _named_list("fits", calls)
    return "\n".join([MODELS.strip(), *lists, FITS.strip(), *preferred, PAIRS.strip()])


def _name_of(row: Mapping[str, str], *more: str) -> str:
    """A name of a model that R takes without quotes."""
    return file_name(row["scale"], row["model"], *more).replace("-", "_")


def _call_of(row: Mapping[str, str]) -> str:
    sample = "answers" if row["sample"] == "all" else row["sample"]
    return f"fit(models${_name_of(row)}, items_of({quoted(row['scale'])}), {sample})"


def _lines(text: str) -> str:
    """A model over several lines, as a string of R."""
    escaped = text.strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'"\n{escaped}\n"'


def _ladders(groupings: Sequence[str], setting: Setting) -> str:
    parting = {
        "role": ("group", "answers"),
        "language": ("language", "answers"),
        "platform": ("platform", "answers"),
        "wave": ("wave", "everyone"),
    }
    calls = [
        f'ladders_by_{name} <- lapply(names(one_factor), ladder, "{parting[name][0]}", '
        f"{parting[name][1]})\nlapply(ladders_by_{name}, compare)"
        for name in groupings
        if name in parting
    ]
    code = INVARIANCE.format(minimum=setting.study.settings.group_minimum)
    return "\n".join([code.strip(), *calls])


# ------------------------------------------------------------------ R


def quoted(text: str) -> str:
    """A text as a string of R."""
    return json.dumps(text, ensure_ascii=False)


def _vector(names: Iterable[str]) -> str:
    inner = ", ".join(quoted(name) for name in names)
    lines = wrap(inner, WIDTH, break_long_words=False, break_on_hyphens=False)
    return f"c({chr(10).join(lines).replace(chr(10), chr(10) + '    ')})"


def _named_list(name: str, values: Mapping[str, str]) -> str:
    """A list of R with an entry a line."""
    inner = ",\n  ".join(f"{quoted(key)} = {value}" for key, value in values.items())
    return f"{name} <- list(\n  {inner}\n)" if inner else f"{name} <- list()"

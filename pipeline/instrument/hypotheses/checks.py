"""What must hold inside a file of hypotheses, and between it and the questionnaire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from pipeline.instrument.model import Instrument
from pipeline.problems import Problem, did_you_mean

Content = Mapping[str, Any]
BAND_KEYS = {"between", "how_many", "share", "between_factors", "contradicted_outside"}
FACTOR_LISTS = ("factors", "second_order", "additional")
NEEDED_BY_KIND = (
    ("bifactor", "additional", "a factor of all items"),
    ("two_level", "between_factors", "how many factors there may be between sites"),
)
USELESS_FOR_KIND = (
    ("bifactor", "second_order"),
    ("exploratory_target", "second_order"),
    ("exploratory_target", "additional"),
    ("two_level", "second_order"),
    ("two_level", "additional"),
)
LISTS = ("hypotheses", "rival_models", "falsifiers")
Found = Iterator[tuple[str, str]]
"""Where something is wrong, and what to do about it."""


def content_problems(path: str, content: Content, instrument: Instrument) -> Iterator[Problem]:
    """Every contradiction within the file, and with the questionnaire.

    Parameters
    ----------
    path : str
        The file, as the person named it.
    content : mapping
        The parsed file; its form agrees with the schema.
    instrument : Instrument
        The whole questionnaire.
    """
    for check in CHECKS:
        for where, cure in check(content, instrument):
            yield Problem(path, cure, column=where)


# ------------------------------------------------------------------ within the file


def _ids_are_used_once(content: Content, instrument: Instrument) -> Found:
    taken = _answer_names(instrument)
    numbers = Counter(entry["id"] for name in LISTS for entry in content[name])
    words = Counter(
        entry["id"] for name in ("external", "derived", "groups") for entry in content.get(name, ())
    )
    for name, times in (numbers + words).items():
        if times > 1:
            yield name, f"'{name}' is used {times} times; ids are never used again"
        if name in taken:
            yield name, "the questionnaire uses this id already; take another one"


def _bands_are_not_turned_round(content: Content, instrument: Instrument) -> Found:
    del instrument
    for where, (lower, upper) in _bands(content):
        if lower is None and upper is None:
            yield where, "both ends of the band are open; give at least one"
        elif lower is not None and upper is not None and lower > upper:
            yield where, f"the band goes from {lower} down to {upper}; write the lower number first"


def _bands_agree_with_the_direction(content: Content, instrument: Instrument) -> Found:
    del instrument
    for where, claim in _claims(content):
        lower, upper = claim["between"]
        direction = claim["direction"]
        is_against = (direction == "positive" and upper is not None and upper < 0) or (
            direction == "negative" and lower is not None and lower > 0
        )
        if is_against:
            yield where, f"the direction is {direction} but the band is not; correct one of them"


def _evidence_is_described(content: Content, instrument: Instrument) -> Found:
    del instrument
    asked = [(where, claim) for where, claim in _claims(content)]
    asked += [(entry["id"], entry) for name in LISTS for entry in content[name]]
    for where, entry in asked:
        if "evidence" in entry:
            yield from _unknown(where, "evidence", [entry["evidence"]], content["evidence"])


def _counted_hypotheses_exist(content: Content, instrument: Instrument) -> Found:
    del instrument
    known = [entry["id"] for entry in content["hypotheses"]]
    yield from _unknown("support.counted", "hypothesis", content["support"]["counted"], known)


def _one_model_is_preferred(content: Content, instrument: Instrument) -> Found:
    del instrument
    preferred = [model["id"] for model in content["rival_models"] if model["use"] == "preferred"]
    if content["rival_models"] and len(preferred) != 1:
        yield "rival_models", f"{len(preferred)} models are preferred; prefer exactly one"


# ------------------------------------------------------------------ with the questionnaire


def _variables_exist(content: Content, instrument: Instrument) -> Found:
    known = _variables(content, instrument)
    for where, claim in _claims(content):
        ordered_by = [claim["ordered_by"]] if "ordered_by" in claim else []
        named = [name for key in ("variables", "against", "given") for name in claim.get(key, ())]
        yield from _unknown(where, "variable", [*named, *ordered_by], known)
    for group in content.get("groups", ()):
        named = [condition["variable"] for condition in _conditions(group)]
        yield from _unknown(group["id"], "variable", named, known)


def _derived_variables_can_be_formed(content: Content, instrument: Instrument) -> Found:
    allocations = [allocation.id for allocation in instrument.allocations]
    for derived in content.get("derived", ()):
        is_distance = derived["kind"] == "aitchison_distance"
        kind = "constant-sum question" if is_distance else "variable"
        known = allocations if is_distance else _answer_names(instrument)
        yield from _unknown(derived["id"], kind, derived["of"], known)
        if "values" in derived:
            offered = _answers_offered(instrument).get(derived["of"][0])
            yield from _not_offered(derived["id"], derived["of"][0], derived["values"], offered)


def _groups_exist(content: Content, instrument: Instrument) -> Found:
    known = _groups(content, instrument)
    for where, claim in _claims(content):
        named = [claim[key] for key in ("high", "low") if key in claim]
        yield from _unknown(where, "group", named, known)
        if len(named) == 2 and named[0] == named[1]:
            yield where, f"group '{named[0]}' is set beside itself; name two groups"


def _answers_exist(content: Content, instrument: Instrument) -> Found:
    offered = _answers_offered(instrument)
    for group in content.get("groups", ()):
        for condition in _conditions(group):
            name = condition["variable"]
            values = condition.get("values", ())
            yield from _not_offered(group["id"], name, values, offered.get(name))
    for where, claim in _claims(content):
        if "ordered_by" in claim:
            name = claim["ordered_by"]
            yield from _not_offered(where, name, claim["order"], offered.get(name))


def _special_codes_exist(content: Content, instrument: Instrument) -> Found:
    known = [code.id for code in instrument.special_codes]
    for where, claim in _claims(content):
        if "code" in claim:
            yield from _unknown(where, "special code", [claim["code"]], known)


def _factors_are_made_of_what_exists(content: Content, instrument: Instrument) -> Found:
    parts = item_sets(instrument)
    for model in content["rival_models"]:
        first, second = model["factors"], model.get("second_order", {})
        for of in (*first.values(), *model.get("additional", {}).values()):
            yield from _unknown(model["id"], "scale, facet or item", of, parts)
        for of in second.values():
            yield from _unknown(model["id"], "factor", of, first)
        items = Counter(
            item for of in first.values() for name in of for item in parts.get(name, ())
        )
        for item, times in items.items():
            if times > 1:
                yield model["id"], f"item '{item}' is in {times} factors; put it in one"


def _factors_have_names_of_their_own(content: Content, instrument: Instrument) -> Found:
    del instrument
    for model in content["rival_models"]:
        named = [name for key in FACTOR_LISTS for name in model.get(key, ())]
        named += [model["wording_factor"]] if "wording_factor" in model else []
        for name, times in Counter(named).items():
            if times > 1:
                yield model["id"], f"{times} factors are called '{name}'; give each its own name"


def _kinds_have_what_they_need(content: Content, instrument: Instrument) -> Found:
    del instrument
    for model in content["rival_models"]:
        for kind, key, what in NEEDED_BY_KIND:
            if model["kind"] == kind and key not in model:
                yield model["id"], f"a model of kind {kind} needs {what}; add '{key}'"
        for kind, key in USELESS_FOR_KIND:
            if model["kind"] == kind and key in model:
                yield model["id"], f"a model of kind {kind} has no '{key}'; take it out"


def _criteria_name_what_exists(content: Content, instrument: Instrument) -> Found:
    models = [model["id"] for model in content["rival_models"]]
    hypotheses = [entry["id"] for entry in content["hypotheses"]]
    known = {*_variables(content, instrument), *_factor_names(content), *models}
    for where, criterion in _criteria(content):
        named = [*criterion.get("of", ()), *criterion.get("against", ())]
        yield from _unknown(where, "factor, scale or model", named, known)
        others = [criterion[key] for key in ("compared_with", "in_model") if key in criterion]
        yield from _unknown(where, "model", others, models)
        yield from _unknown(where, "hypothesis", criterion.get("hypotheses", ()), hypotheses)
        groups = _groups(content, instrument)
        yield from _unknown(where, "group", criterion.get("groups", ()), groups)


CHECKS: tuple[Callable[[Content, Instrument], Found], ...] = (
    _ids_are_used_once,
    _bands_are_not_turned_round,
    _bands_agree_with_the_direction,
    _evidence_is_described,
    _counted_hypotheses_exist,
    _one_model_is_preferred,
    _variables_exist,
    _derived_variables_can_be_formed,
    _groups_exist,
    _answers_exist,
    _special_codes_exist,
    _factors_are_made_of_what_exists,
    _factors_have_names_of_their_own,
    _kinds_have_what_they_need,
    _criteria_name_what_exists,
)


# ------------------------------------------------------------------ what there is


def _claims(content: Content) -> Iterator[tuple[str, Content]]:
    """Every claim with its id."""
    for hypothesis in content["hypotheses"]:
        for place, claim in enumerate(hypothesis["claims"], start=1):
            yield f"{hypothesis['id']}.{place}", claim


def _criteria(content: Content) -> Iterator[tuple[str, Content]]:
    """Every criterion with what it belongs to."""
    for criterion in content["total_score"]["all"]:
        yield "total_score", criterion
    for name, key in (("rival_models", "prefer_if"), ("falsifiers", "when")):
        for entry in content[name]:
            for alternative in entry[key]:
                yield from ((entry["id"], criterion) for criterion in alternative["all"])


def _bands(content: Any, where: str = "") -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Every band of the file with the keys that lead to it."""
    if isinstance(content, list):
        for place, entry in enumerate(content, start=1):
            name = entry.get("id", place) if isinstance(entry, dict) else place
            yield from _bands(entry, f"{where}.{name}".lstrip("."))
    elif isinstance(content, dict):
        for key, value in content.items():
            if key in BAND_KEYS or where == "bands":
                yield f"{where}.{key}".lstrip("."), (value[0], value[1])
            else:
                yield from _bands(value, f"{where}.{key}".lstrip("."))


def _conditions(group: Content) -> list[Content]:
    conditions: list[Content] = group["all"] if "all" in group else group["any"]
    return conditions


def _groups(content: Content, instrument: Instrument) -> set[str]:
    grouping = instrument.grouping
    respondents = () if grouping is None else grouping.groups
    return {entry["id"] for entry in content.get("groups", ())} | {
        group.id for group in respondents
    }


def _factor_names(content: Content) -> set[str]:
    names: set[str] = set()
    for model in content["rival_models"]:
        for key in FACTOR_LISTS:
            names |= set(model.get(key, ()))
        names |= {model["wording_factor"]} if "wording_factor" in model else set()
    return names


def _variables(content: Content, instrument: Instrument) -> set[str]:
    own = (entry["id"] for name in ("derived", "external") for entry in content.get(name, ()))
    return {*_answer_names(instrument), *own}


def _answer_names(instrument: Instrument) -> set[str]:
    """Ids of scales, facets and items, columns of the counters, and questions with an answer."""
    closed = [question for question in instrument.questions.values() if question.kind != "text"]
    return {
        *item_sets(instrument),
        *instrument.allocation_columns,
        *(question.id for question in closed),
        *(column for question in closed for column in question.columns),
    }


def item_sets(instrument: Instrument) -> dict[str, tuple[str, ...]]:
    """Ids of the items that belong to every scale, facet and item."""
    sets: dict[str, tuple[str, ...]] = {item: (item,) for item in instrument.items}
    for scale in instrument.scales:
        sets[scale.id] = tuple(scale.item_ids)
        sets |= {facet.id: tuple(item.id for item in facet.items) for facet in scale.facets}
    return sets


def _answers_offered(instrument: Instrument) -> dict[str, tuple[int, ...]]:
    """The answers to every item and to every choice from a list."""
    offered = {
        name: scale.response_scale.values for name, scale in instrument.scale_of_item.items()
    }
    for question in instrument.questions.values():
        if question.options:
            offered[question.id] = tuple(option.value for option in question.options)
    return offered


def _not_offered(
    where: str, name: str, values: Iterable[int], offered: Collection[int] | None
) -> Found:
    for value in values:
        if offered is not None and value not in offered:
            listed = ", ".join(str(answer) for answer in offered)
            yield where, f"'{name}' has no answer {value}; answers are {listed}"


def _unknown(where: str, kind: str, names: Iterable[str], known: Collection[str]) -> Found:
    for name in names:
        if name not in known:
            hint = did_you_mean(name, sorted(known)) or "; correct it or take it out"
            yield where, f"there is no {kind} '{name}'{hint}"

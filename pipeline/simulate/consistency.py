"""What must hold between the hypothesised model and the questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from pipeline.instrument import Instrument, Question
from pipeline.problems import Problem

OTHER = "other"
"""Name of the respondents whose answer belongs to no group of the questionnaire."""
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong at a place of the file."""

    column: str
    cure: str


Check = Callable[[Mapping[str, Any], Instrument], Iterator[Wrong]]


def groups_of(instrument: Instrument) -> tuple[str, ...]:
    """Ids of the respondent groups, and the name for those who belong to none."""
    named = () if instrument.grouping is None else instrument.grouping.groups
    return (*(group.id for group in named), OTHER)


def model_problems(file: str, content: Mapping[str, Any], instrument: Instrument) -> list[Problem]:
    """Every contradiction between the file and the questionnaire, in the order of the checks."""
    return [
        Problem(file, wrong.cure, column=wrong.column)
        for check in CHECKS
        for wrong in check(content, instrument)
    ]


def _scales_have_parameters(content: Mapping[str, Any], instrument: Instrument) -> Iterator[Wrong]:
    for scale in instrument.scales:
        if scale.id not in content["scales"]:
            yield Wrong("scales", f"scale '{scale.id}' has no parameters; add icc and default")


def _correlations_hold_together(
    content: Mapping[str, Any], instrument: Instrument
) -> Iterator[Wrong]:
    given, gaps = _pairs(content), []
    scales = [scale.id for scale in instrument.scales]
    table = np.eye(len(scales))
    for (i, one), (j, other) in combinations(enumerate(scales), 2):
        value = given.get(frozenset((one, other)))
        if not isinstance(value, int | float):
            gaps.append(f"{one} and {other}")
        elif abs(value) >= 1:
            yield Wrong("correlations", f"{one} and {other}: a correlation lies between -1 and 1")
        else:
            table[i, j] = table[j, i] = value
    if gaps:
        pairs = "; ".join(gaps)
        yield Wrong("correlations", f"give a number or a band from bands for: {pairs}")
    elif np.linalg.eigvalsh(table)[0] <= _TOLERANCE:
        cure = "no set of traits can correlate like this (not positive definite); lower the largest"
        yield Wrong("correlations", cure)


def _pairs(content: Mapping[str, Any]) -> dict[frozenset[str], Any]:
    bands = content.get("bands", {})
    return {
        frozenset((one, other)): bands.get(value, value)
        for one, row in content["correlations"].items()
        for other, value in row.items()
    }


def _loadings_leave_room(content: Mapping[str, Any], instrument: Instrument) -> Iterator[Wrong]:
    wording = content.get("wording_loading", 0.0)
    for scale in instrument.scales:
        given = content["scales"].get(scale.id, {"default": {"loading": 0, "mean": 0}})
        for item in scale.items:
            loading = given.get("items", {}).get(item.id, given["default"])["loading"]
            if item.keyed == -1 and loading**2 + wording**2 >= 1:
                cure = f"{item.id}: loading and wording_loading leave no room for error; lower one"
                yield Wrong(f"scales.{scale.id}", cure)


def _means_are_on_the_scale(content: Mapping[str, Any], instrument: Instrument) -> Iterator[Wrong]:
    for scale in instrument.scales:
        low, high = scale.response_scale.lowest, scale.response_scale.highest
        given = content["scales"].get(scale.id)
        for name in () if given is None else ("default", *scale.item_ids):
            expected = given["default"] if name == "default" else given.get("items", {}).get(name)
            if expected is not None and not low < expected["mean"] < high:
                cure = f"{name}: the expected answer must lie between {low} and {high}"
                yield Wrong(f"scales.{scale.id}", cure)


def _thresholds_fit(content: Mapping[str, Any], instrument: Instrument) -> Iterator[Wrong]:
    formats = {scale.response_scale.id: scale.response_scale for scale in instrument.scales}
    for name, response_scale in formats.items():
        cuts = content["thresholds"].get(name, [])
        if len(cuts) != len(response_scale.options) - 1:
            cure = f"'{name}' needs {len(response_scale.options) - 1} thresholds"
            yield Wrong("thresholds", cure)
        elif any(high <= low for low, high in pairwise(cuts)):
            yield Wrong("thresholds", f"the thresholds of '{name}' must rise")


def _groups_are_known(content: Mapping[str, Any], instrument: Instrument) -> Iterator[Wrong]:
    groups = groups_of(instrument)
    for group in groups:
        if not content["group_mix"].get(group):
            yield Wrong("group_mix", f"give a share above 0 for group '{group}'")
    for part in ("group_mix", "group_shifts"):
        for group in sorted(set(content.get(part, {})) - set(groups)):
            cure = f"there is no group '{group}'; groups are {', '.join(groups)}"
            yield Wrong(part, cure)


def _special_codes_have_rates(
    content: Mapping[str, Any], instrument: Instrument
) -> Iterator[Wrong]:
    offered = {code for item in instrument.items.values() for code in item.special_codes}
    for code in sorted(offered):
        rate = content["special_codes"].get(code)
        if rate is None:
            yield Wrong("special_codes", f"code '{code}' is offered by items but has no rate")
        else:
            yield from _wrong_rate(code, rate, instrument)


def _wrong_rate(code: str, rate: Mapping[str, Any], instrument: Instrument) -> Iterator[Wrong]:
    place = f"special_codes.{code}"
    if "by_exposure" in rate:
        yield from _wrong_exposures(place, code, rate["by_exposure"], instrument)
    questions = {
        "by_context": instrument.context_questions,
        "by_person": instrument.person_questions,
    }
    for kind, known in questions.items():
        for name in rate.get(kind, {}):
            if name not in {question.id for question in known if question.kind == "single"}:
                yield Wrong(place, f"there is no single-choice question '{name}' to go by")


def _wrong_exposures(
    place: str, code: str, rates: Mapping[str, Mapping[str, float]], instrument: Instrument
) -> Iterator[Wrong]:
    exposures = {
        facet.exposure
        for scale in instrument.scales
        for facet in scale.facets
        if any(code in item.special_codes for item in facet.items)
    }
    for exposure in sorted(exposures):
        for group in groups_of(instrument):
            if group not in rates.get(exposure, {}):
                yield Wrong(place, f"give a rate for group '{group}' on '{exposure}' facets")


def _allocations_have_shares(content: Mapping[str, Any], instrument: Instrument) -> Iterator[Wrong]:
    known = set(content["scales"])
    for allocation in instrument.allocations:
        place = f"allocations.{allocation.id}"
        given = content.get("allocations", {}).get(allocation.id, {"shares": {}})
        for part in allocation.parts:
            if not given["shares"].get(part.id):
                yield Wrong(place, f"give a share above 0 for '{part.id}'")
        followed = {name for scales in given.get("follows", {}).values() for name in scales}
        yield from _wrong_scales(place, followed, known)


def _wrong_scales(place: str, named: Iterable[str], known: set[str]) -> Iterator[Wrong]:
    for name in sorted(set(named) - known):
        yield Wrong(place, f"there is no scale '{name}' to follow")


def _person_questions_have_chances(
    content: Mapping[str, Any], instrument: Instrument
) -> Iterator[Wrong]:
    known = set(content["scales"])
    for question in (q for q in instrument.person_questions if q.kind != "text"):
        place = f"person_questions.{question.id}"
        given = content["person_questions"].get(question.id)
        if given is None:
            yield Wrong(place, "says nothing about this question; give the chance of each answer")
            continue
        for group in groups_of(instrument):
            chances = given.get(group, given.get("everyone", {}))
            yield from _wrong_chances(f"{place}.{group}", chances, question)
        yield from _wrong_scales(place, given.get("follows", {}), known)
        if sum(abs(weight) for weight in given.get("follows", {}).values()) >= 1:
            yield Wrong(place, "the numbers under follows must add up to less than 1")


def _wrong_chances(place: str, chances: Mapping[str, float], question: Question) -> Iterator[Wrong]:
    options = {str(option.value) for option in question.options}
    for value in sorted(set(chances) - options):
        yield Wrong(place, f"'{value}' is no answer to {question.id}")
    if question.kind == "single" and abs(sum(chances.values()) - 1) > _TOLERANCE:
        yield Wrong(place, "the chances of the answers must add up to 1")


def _groups_answer_as_themselves(
    content: Mapping[str, Any], instrument: Instrument
) -> Iterator[Wrong]:
    grouping = instrument.grouping
    given = {} if grouping is None else content["person_questions"].get(grouping.question, {})
    group_of = {} if grouping is None else grouping.group_of()
    for group in groups_of(instrument):
        for value, chance in given.get(group, given.get("everyone", {})).items():
            if value.isdigit() and chance and group_of.get(int(value), OTHER) != group:
                place = f"person_questions.{grouping.question}.{group}" if grouping else group
                yield Wrong(place, f"answer {value} does not belong to this group")


def _context_questions_have_shares(
    content: Mapping[str, Any], instrument: Instrument
) -> Iterator[Wrong]:
    """Only questions that are expected to matter are drawn; the rest of the form stays empty."""
    known = {q.id: q for q in instrument.context_questions if q.options}
    for name, shares in content.get("context_questions", {}).items():
        place = f"context_questions.{name}"
        if name in known:
            yield from _wrong_chances(place, shares, known[name])
        else:
            yield Wrong(place, "there is no such question with answers to choose from")


def _effects_name_context_questions(
    content: Mapping[str, Any], instrument: Instrument
) -> Iterator[Wrong]:
    known = {question.id for question in instrument.context_questions}
    for name in sorted(set(content.get("context_effects", {})) - known):
        yield Wrong("context_effects", f"there is no context question '{name}' to shift sites by")


CHECKS: tuple[Check, ...] = (
    _scales_have_parameters,
    _correlations_hold_together,
    _loadings_leave_room,
    _means_are_on_the_scale,
    _thresholds_fit,
    _groups_are_known,
    _special_codes_have_rates,
    _allocations_have_shares,
    _person_questions_have_chances,
    _groups_answer_as_themselves,
    _context_questions_have_shares,
    _effects_name_context_questions,
)

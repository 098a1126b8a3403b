"""The hypothesised measurement model: what is expected of every scale, item and question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.problems import refuse_if_any
from pipeline.simulate.consistency import groups_of, model_problems
from pipeline.simulate.documents import read_document

Rates = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CodeRate:
    """How often a special code is chosen where it is offered.

    Attributes
    ----------
    by : str
        ``everyone``, ``exposure``, ``context`` or ``person``.
    rates : mapping
        Rates by group within each exposure (`by` is ``exposure``), by answer to the question
        (``context``, ``person``), or the one rate under the key ``everyone``.
    question : str, optional
        The question whose answer decides.
    """

    by: str
    rates: Mapping[str, Rates]
    question: str | None = None


@dataclass(frozen=True, slots=True)
class AllocationExpectation:
    """Expected shares of a constant-sum question, and how they move with the traits."""

    shares: Rates
    follows: Mapping[str, Rates]


@dataclass(frozen=True, slots=True)
class QuestionExpectation:
    """Chance of each answer (or tick) by group, and correlation of the answer with traits."""

    chances: Mapping[str, Mapping[int, float]]
    follows: Rates


@dataclass(frozen=True, slots=True)
class MeasurementModel:
    """Everything that is expected before anybody has answered; hypotheses, not findings.

    Attributes
    ----------
    correlations : DataFrame
        Latent correlations, scales by scales, within sites as between them.
    lists : tuple of str
        The scales that are lists of single conditions. Each is drawn with a generator of its own:
        whether it is asked leaves other scales, and lists after it, as they are.
    icc : Series
        Share of the variance of each trait that lies between sites.
    items : DataFrame
        By item: ``loading`` (standardised) and ``mean`` (in the direction of the trait).
    wording_loading : float
        Loading of the negatively keyed items on a factor of wording.
    thresholds : mapping
        By response scale: where an average item cuts the underlying normal answer.
    group_mix : mapping
        Expected share of each respondent group in a site.
    group_concentration : float
        Concentration of the Dirichlet distribution of these shares over sites.
    group_shifts : DataFrame
        Groups by scales, in standard deviations.
    context_effects : mapping
        By context question and scale: shift of the site for each answer.
    special_codes : mapping
        Rate of each special code.
    skipped, allocation_skipped, person_skipped : float
        Chance that an item, a constant sum or a question about the person is left blank.
    allocations, person_questions : mapping
        What is expected of these questions.
    context_questions : mapping
        Share of the sites that give each answer.
    median_minutes, spread_minutes : float
        Time for the whole form: median, and standard deviation of the logarithm.
    """

    correlations: pd.DataFrame
    lists: tuple[str, ...]
    icc: pd.Series
    items: pd.DataFrame
    wording_loading: float
    thresholds: Mapping[str, tuple[float, ...]]
    group_mix: Rates
    group_concentration: float
    group_shifts: pd.DataFrame
    context_effects: Mapping[str, Mapping[str, Mapping[int, float]]]
    special_codes: Mapping[str, CodeRate]
    skipped: float
    allocation_skipped: float
    person_skipped: float
    allocations: Mapping[str, AllocationExpectation]
    person_questions: Mapping[str, QuestionExpectation]
    context_questions: Mapping[str, Mapping[int, float]]
    median_minutes: float
    spread_minutes: float


def read_model(path: str | Path, instrument: Instrument) -> MeasurementModel:
    """The hypothesised model for a questionnaire.

    Parameters
    ----------
    path : path
        YAML file; scales, items and questions that the questionnaire lacks are ignored.
    instrument : Instrument
        The questionnaire to be answered.

    Raises
    ------
    InputError
        With everything that is wrong: a scale without parameters, correlations that cannot
        hold together, a question nobody knows how to answer.
    """
    content = read_document(Path(path), "model")
    refuse_if_any(model_problems(Path(path).as_posix(), content, instrument))
    return _model(content, instrument)


def latent_correlations(content: Mapping[str, Any], scales: list[str]) -> pd.DataFrame:
    """The table of correlations with every band replaced by its number."""
    bands = content.get("bands", {})
    table = pd.DataFrame(np.eye(len(scales)), index=scales, columns=scales)
    for one, row in content["correlations"].items():
        for other, value in row.items():
            if one in scales and other in scales:
                table.loc[one, other] = table.loc[other, one] = bands.get(value, value)
    return table


def _model(content: Mapping[str, Any], instrument: Instrument) -> MeasurementModel:
    scales = [scale.id for scale in instrument.scales]
    groups = groups_of(instrument)
    return MeasurementModel(
        correlations=latent_correlations(content, scales),
        lists=tuple(scale.id for scale in instrument.scales if scale.treatment == "causal"),
        icc=pd.Series({scale: float(content["scales"][scale]["icc"]) for scale in scales}),
        items=_items(content, instrument),
        wording_loading=content.get("wording_loading", 0.0),
        thresholds={name: tuple(values) for name, values in content["thresholds"].items()},
        group_mix={group: content["group_mix"][group] for group in groups},
        group_concentration=content.get("group_concentration", 12.0),
        group_shifts=_group_shifts(content, groups, scales),
        context_effects={
            question: {scale: _by_value(shifts) for scale, shifts in effects.items()}
            for question, effects in content.get("context_effects", {}).items()
        },
        special_codes={code: _code_rate(rate) for code, rate in content["special_codes"].items()},
        skipped=content.get("skipped", 0.0),
        allocation_skipped=content.get("allocation_skipped", 0.0),
        person_skipped=content.get("person_skipped", 0.0),
        allocations={
            name: AllocationExpectation(given["shares"], given.get("follows", {}))
            for name, given in content.get("allocations", {}).items()
        },
        person_questions={
            name: _question(given, groups) for name, given in content["person_questions"].items()
        },
        context_questions={
            name: _by_value(shares) for name, shares in content.get("context_questions", {}).items()
        },
        median_minutes=content["minutes"]["median"],
        spread_minutes=content["minutes"]["spread"],
    )


def _items(content: Mapping[str, Any], instrument: Instrument) -> pd.DataFrame:
    expected = {}
    for scale in instrument.scales:
        given = content["scales"][scale.id]
        for item in scale.items:
            expected[item.id] = given.get("items", {}).get(item.id, given["default"])
    return pd.DataFrame.from_dict(expected, orient="index")[["loading", "mean"]].astype(float)


def _group_shifts(
    content: Mapping[str, Any], groups: tuple[str, ...], scales: list[str]
) -> pd.DataFrame:
    shifts = pd.DataFrame(0.0, index=list(groups), columns=scales)
    for group, by_scale in content.get("group_shifts", {}).items():
        for scale in shifts.columns.intersection(list(by_scale)):
            shifts.loc[group, scale] = by_scale[scale]
    return shifts


def _code_rate(rate: Mapping[str, Any]) -> CodeRate:
    ((kind, given),) = rate.items()
    if kind == "everyone":
        return CodeRate("everyone", {"everyone": {"everyone": given}})
    if kind == "by_exposure":
        return CodeRate("exposure", given)
    ((question, rates),) = given.items()
    return CodeRate(kind.removeprefix("by_"), {question: rates}, question)


def _question(given: Mapping[str, Any], groups: tuple[str, ...]) -> QuestionExpectation:
    chances = {group: _by_value(given.get(group, given.get("everyone", {}))) for group in groups}
    return QuestionExpectation(chances, given.get("follows", {}))


def _by_value(numbers: Mapping[str, float]) -> dict[int, float]:
    return {int(value): float(number) for value, number in numbers.items()}

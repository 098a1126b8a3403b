"""What is known about respondents that site means can be adjusted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.instrument.model import Question
from pipeline.problems import Problem, refuse_if_any

OTHER = "other or not stated"
"""Rare answers and no answer, together."""


def covariates_of(
    responses: pd.DataFrame, instrument: Instrument, questions: Sequence[str], fewest: int
) -> pd.DataFrame:
    """Answers to questions about the person, as numbers or as categories.

    Parameters
    ----------
    responses : DataFrame
        By the contract of responses.
    instrument : Instrument
        The questionnaire.
    questions : sequence of str
        Ids of questions about the person.
    fewest : int
        People a category needs: a coefficient of a rare answer would tell about those few.

    Returns
    -------
    DataFrame
        A column a question, by the index of `responses`: numbers where a number was asked for,
        else the labels of the answers. Answers of fewer than `fewest` people and missing ones are
        one category together; where this is too small too, it counts as the most frequent answer.
        The question that sorts respondents into groups is told by these groups.

    Raises
    ------
    InputError
        Naming every question that is not asked, or that takes several answers or text.
    """
    asked = {question.id: question for question in instrument.person_questions}
    refuse_if_any(list(_problems(questions, asked)))
    return pd.DataFrame(
        {name: _values(responses, instrument, asked[name], fewest) for name in questions},
        index=responses.index,
    )


def _problems(questions: Sequence[str], asked: dict[str, Question]) -> Iterator[Problem]:
    usable = [name for name, question in asked.items() if question.kind in ("single", "number")]
    for name in questions:
        if name in usable:
            continue
        close = get_close_matches(name, usable, n=1)
        known = f"did you mean '{close[0]}'?" if close else f"possible are {', '.join(usable)}"
        why = "takes several answers or text" if name in asked else "is not asked about the person"
        cure = f"question '{name}' {why}, so means cannot be adjusted for it; {known}"
        yield Problem("the configuration", cure, column="case_mix")


def _values(
    responses: pd.DataFrame, instrument: Instrument, question: Question, fewest: int
) -> pd.Series:
    if instrument.grouping and question.id == instrument.grouping.question:
        return _without_rare(responses["group"], fewest)
    if question.kind == "number":
        return responses[question.id].astype("Float64")
    labels = {option.value: str(option.label) for option in question.options}
    return _without_rare(responses[question.id].map(labels), fewest)


def _without_rare(answers: pd.Series, fewest: int) -> pd.Series:
    """The answers with rare ones put together."""
    times = answers.value_counts().sort_index()
    common = times.index[times >= fewest]
    rest = ~answers.isin(common)
    large_enough = rest.sum() >= fewest or not len(common)
    together = OTHER if large_enough else str(times.idxmax())
    return answers.astype(object).mask(rest, together).astype("category")

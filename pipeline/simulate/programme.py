"""Drawing a whole synthetic programme from the hypothesised measurement model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.simulate.answers import (
    draw_allocation,
    draw_item_answers,
    draw_person_answers,
    put_in_special_codes,
)
from pipeline.simulate.design import Design
from pipeline.simulate.measurement import MeasurementModel
from pipeline.simulate.people import draw_people, draw_traits
from pipeline.simulate.sites import draw_sites


@dataclass(frozen=True, slots=True)
class Programme:
    """A synthetic programme, before anything goes wrong in its exports.

    Attributes
    ----------
    design : Design
        What was asked for.
    sites : DataFrame
        One row a site: ``site``, ``label``, ``other_spellings``, ``invited``, ``people``,
        ``platform`` and a column for each context question.
    respondents : DataFrame
        One row a person, in the order of the sites: ``site``, ``platform``, ``group``,
        ``seconds``, and every answer column of the questionnaire as a number, special codes
        included; ticks are 1 or 0; missing where a question was skipped.
    traits : DataFrame
        The latent scores behind the answers, people by scales.
    """

    design: Design
    sites: pd.DataFrame
    respondents: pd.DataFrame
    traits: pd.DataFrame


def simulate_programme(
    instrument: Instrument, model: MeasurementModel, design: Design, rng: np.random.Generator
) -> Programme:
    """A programme drawn from the model; the same generator state gives the same programme."""
    sites = draw_sites(instrument, model, design, rng)
    people = draw_people(sites, model, rng)
    traits = draw_traits(people, sites, model, rng)
    about = _person_answers(people, traits, instrument, model, rng)
    facts = _facts(people, sites, about, instrument)
    items = draw_item_answers(traits, instrument, model, rng)
    items = put_in_special_codes(items, facts, instrument, model, rng)
    counters = [draw_allocation(a, traits, model, rng) for a in instrument.allocations]
    about = _skip_some(about, instrument, model.person_skipped, rng)
    answers = pd.concat([items, *counters, about], axis=1)[instrument.answer_columns]
    record = people.drop(columns="place")
    return Programme(design, sites, pd.concat([record, answers], axis=1), traits)


def _person_answers(
    people: pd.DataFrame,
    traits: pd.DataFrame,
    instrument: Instrument,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> pd.DataFrame:
    drawn = [
        draw_person_answers(question, people["group"], traits, model, rng)
        for question in instrument.person_questions
        if question.kind != "text"
    ]
    return pd.concat(drawn, axis=1) if drawn else pd.DataFrame(index=people.index)


def _facts(
    people: pd.DataFrame, sites: pd.DataFrame, about: pd.DataFrame, instrument: Instrument
) -> pd.DataFrame:
    """What the rates of special codes can depend on, a row a person."""
    context = [q.id for q in instrument.context_questions if q.id in sites.columns]
    of_site = sites[context].iloc[people["place"]].set_axis(people.index, axis=0)
    return pd.concat([people[["group"]], of_site, about], axis=1)


def _skip_some(
    about: pd.DataFrame, instrument: Instrument, chance: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Some single-choice answers left blank; a blank in a list of ticks would be no tick."""
    skipped = about.copy()
    for question in instrument.person_questions:
        if question.kind == "single":
            skipped.loc[rng.random(len(skipped)) < chance, question.id] = np.nan
    return skipped

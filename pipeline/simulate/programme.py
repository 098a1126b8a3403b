"""Drawing a whole synthetic programme from the hypothesised measurement model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.simulate.answers import (
    draw_allocation,
    draw_item_answers,
    draw_person_answers,
    put_in_special_codes,
)
from pipeline.simulate.design import Design, EarlierRound
from pipeline.simulate.keys import draw_keys, leave_some_out
from pipeline.simulate.measurement import MeasurementModel
from pipeline.simulate.people import draw_levels, draw_people, draw_traits
from pipeline.simulate.rounds import (
    draw_earlier_levels,
    draw_earlier_people,
    draw_earlier_traits,
    earlier_design,
    earlier_sites,
    keep_answers,
)
from pipeline.simulate.sites import draw_sites


@dataclass(frozen=True, slots=True)
class Programme:
    """A synthetic programme, before anything goes wrong in its exports.

    Attributes
    ----------
    design : Design
        What was asked for.
    sites : DataFrame
        One row a site: ``site``, ``label``, ``other_spellings``, ``invited``,
        ``invited_groups``, ``people``, ``platform`` and a column for each context question.
    respondents : DataFrame
        One row a person, in the order of the sites: ``site``, ``platform``, ``group``,
        ``seconds``, ``person`` (key of the person, empty without one), ``same_as`` (row of the
        same person in the latest round, missing without one), and every answer column of the
        questionnaire as a number, special codes included; ticks are 1 or 0; missing where a
        question was skipped.
    traits : DataFrame
        The latent scores behind the answers, people by scales.
    levels : DataFrame
        What the people of a site have in common in them, sites by scales.
    earlier : tuple of Programme
        The same programme in earlier survey rounds, in the order of time.
    """

    design: Design
    sites: pd.DataFrame
    respondents: pd.DataFrame
    traits: pd.DataFrame
    levels: pd.DataFrame
    earlier: tuple[Programme, ...] = ()

    @property
    def rounds(self) -> tuple[Programme, ...]:
        """The programme in every survey round, the latest one first."""
        return (self, *self.earlier)

    @property
    def has_keys(self) -> bool:
        """Whether people can be told to be the same in two rounds."""
        return bool((self.respondents["person"] != "").any())


def simulate_programme(
    instrument: Instrument, model: MeasurementModel, design: Design, rng: np.random.Generator
) -> Programme:
    """A programme drawn from the model; the same generator state gives the same programme.

    Earlier rounds are drawn with a generator of their own, so that they leave the answers of the
    latest round as they are; so is each list of single conditions, which leaves the scales and the
    lists after it as they are.
    """
    (apart,) = rng.spawn(1)
    sites = draw_sites(instrument, model, design, rng)
    people = draw_people(sites, model, rng)
    levels = draw_levels(sites, model, rng)
    traits = draw_traits(people, levels, model, rng)
    about = _person_answers(people, traits, instrument, model, rng)
    answers = _answers(people, sites, traits, about, instrument, model, rng)
    latest = Programme(design, sites, _respondents(people, answers), traits, levels)
    if not design.earlier_rounds:
        return latest
    earlier = tuple(
        _draw_earlier(latest, then, instrument, model, apart) for then in design.earlier_rounds
    )
    return _with_keys(replace(latest, earlier=earlier), apart)


def _draw_earlier(
    latest: Programme,
    then: EarlierRound,
    instrument: Instrument,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> Programme:
    """The programme in an earlier round: some people who answer again, and others."""
    sites = earlier_sites(latest.sites, then)
    people = draw_earlier_people(latest.respondents, then, model, rng)
    levels = draw_earlier_levels(latest.levels, latest.sites, then, model, rng)
    own = _without_levels(latest, model)
    traits = draw_earlier_traits(people, levels, own, then.stability, model, rng)
    drawn = _person_answers(people, traits, instrument, model, rng)
    about = keep_answers(drawn, people["same_as"], latest.respondents, instrument)
    answers = _answers(people, sites, traits, about, instrument, model, rng)
    design = earlier_design(latest.design, then)
    return Programme(design, sites, _respondents(people, answers), traits, levels)


def _without_levels(programme: Programme, model: MeasurementModel) -> pd.DataFrame:
    """What a person has of each trait apart from the site and the group."""
    people = programme.respondents
    place = pd.Index(programme.sites["site"]).get_indexer(people["site"])
    by_site = programme.levels.to_numpy()[place]
    own: pd.DataFrame = programme.traits - by_site
    return own - model.group_shifts.loc[people["group"]].to_numpy()


def _with_keys(programme: Programme, rng: np.random.Generator) -> Programme:
    """The programme with a key for everybody who has one, the same in every round."""
    keys = draw_keys([round_.respondents for round_ in programme.rounds], rng)
    latest, *earlier = (
        replace(
            then,
            respondents=then.respondents.assign(
                person=leave_some_out(of, then.respondents["site"], rng)
            ),
        )
        for of, then in zip(keys, programme.rounds, strict=True)
    )
    return replace(latest, earlier=tuple(earlier))


def _answers(
    people: pd.DataFrame,
    sites: pd.DataFrame,
    traits: pd.DataFrame,
    about: pd.DataFrame,
    instrument: Instrument,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Everything that is answered, some questions with special codes or not at all."""
    facts = _facts(people, sites, about, instrument)
    items = draw_item_answers(traits, instrument, model, rng)
    items = put_in_special_codes(items, facts, instrument, model, rng)
    counters = [draw_allocation(a, traits, model, rng) for a in instrument.allocations]
    about = _skip_some(about, instrument, model.person_skipped, rng)
    return pd.concat([items, *counters, about], axis=1)[instrument.answer_columns]


def _respondents(people: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    nobody = pd.Series(pd.NA, index=people.index, dtype="Int64")
    record = people.drop(columns="place").assign(person="")
    record["same_as"] = people.get("same_as", nobody)
    return pd.concat([record, answers], axis=1)


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

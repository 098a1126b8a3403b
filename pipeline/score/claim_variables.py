"""The variables and groups that hypotheses speak of, worked out from answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.instrument import Instrument, Scale
from pipeline.instrument.hypotheses.model import (
    Claim,
    ComparisonGroup,
    Condition,
    DerivedVariable,
    EvidenceNeed,
    Hypotheses,
)
from pipeline.score.scales import items_asked, keyed_scales, score_scale

ZERO_REPLACEMENT = 0.5
"""What stands for a picture that got no counter: half of the smallest amount that can be given."""

NOT_REACHED = ("NOT_REACHED", "NOT_SHOWN", "NOT_ASKED", "UNKNOWN")
"""Reasons for which an item was not put to somebody, or nobody knows whether it was."""

FEWEST_SITES = 5
"""Sites that a number about means of sites needs, and sites that each of two groups needs."""

Absence = Literal["not asked", "no site form", "not measured", "no score"]
"""Why a variable is not at hand: the form leaves it out; no site form was filled in or it does not
tell; it is measured by nothing in the questionnaire; its items are never taken together."""


@dataclass(frozen=True, slots=True, eq=False)
class ClaimVariables:
    """What claims are held against.

    Attributes
    ----------
    people, sites : DataFrame
        A row a respondent, or a site by its id, and a column a variable.
    site_of : Series
        Site of each respondent.
    people_in, sites_in : DataFrame
        Whether respondents, or sites, belong to a group; False also where that is not known.
    rates : mapping of str to DataFrame
        Per cent of the items of a scale or facet that a respondent answered with a special code,
        by the code; a row a respondent.
    items : mapping of str to DataFrame
        The keyed items that a score is the mean of.
    facets : mapping of str to tuple of str
        The facets of every scale.
    facts : tuple of str
        Variables that are answers about facts, which count as free of error.
    scale_of : mapping of str to str
        The scale that a scale, facet or item belongs to.
    reasons : mapping of str to Absence
        Why a variable is not at hand, if it is not.
    groups : mapping of str to tuple of str
        The variables by which a group is told.
    """

    people: pd.DataFrame
    sites: pd.DataFrame
    site_of: pd.Series[str]
    people_in: pd.DataFrame
    sites_in: pd.DataFrame
    rates: Mapping[str, pd.DataFrame]
    items: Mapping[str, pd.DataFrame]
    facets: Mapping[str, tuple[str, ...]]
    facts: tuple[str, ...]
    scale_of: Mapping[str, str]
    reasons: Mapping[str, Absence]
    groups: Mapping[str, tuple[str, ...]]

    def with_facets(self, claim: Claim) -> Claim:
        """The claim with scales that it is compared with replaced by their facets, for rates."""
        if claim.kind != "rank_of_rate":
            return claim
        against = tuple(facet for name in claim.against for facet in self.facets.get(name, (name,)))
        return replace(claim, against=against)

    def scales_of(self, claim: Claim) -> tuple[str, ...]:
        """The scales whose answers a claim is about."""
        named = (*claim.variables, *claim.against, *claim.given)
        return tuple(dict.fromkeys(self.scale_of[name] for name in named if name in self.scale_of))

    def values_for(self, claim: Claim) -> pd.DataFrame:
        """The variables at the level of a claim; rates where it is about a special code."""
        if claim.code is None:
            return self.sites if claim.level == "site" else self.people
        rates = self.rates[claim.code]
        if claim.level != "site":
            return rates
        return rates.groupby(self.site_of.astype(str)).mean().reindex(self.sites.index)

    def members_for(self, claim: Claim) -> pd.DataFrame:
        """Who belongs to which group, at the level of a claim."""
        return self.sites_in if claim.level == "site" else self.people_in

    def absent_for(self, claim: Claim) -> dict[str, Absence]:
        """Variables that a claim needs and that are not at hand, with the reason."""
        values = self.values_for(claim)
        named = [*claim.variables, *claim.against, *claim.given]
        named += [] if claim.ordered_by is None else [claim.ordered_by]
        missing = [name for name in named if not _is_known(name, values)]
        answers = self.sites if claim.level == "site" else self.people
        telling = [name for group in claim.groups for name in self.groups.get(group, ())]
        missing += [name for name in telling if not _is_known(name, answers)]
        return {name: self.reasons.get(name, "not asked") for name in missing}

    def shortfall(self, need: EvidenceNeed, claim: Claim) -> str:
        """What a claim lacks of the evidence that was laid down for it; empty if nothing.

        How many sites are in a certain phase is not looked at.
        """
        sizes = self.site_of.value_counts()
        large = int((sizes >= (need.persons_per_site or 0)).sum())
        groups = [
            int(self.people_in[name].sum()) for name in claim.groups if name in self.people_in
        ]
        of_site = f" with {need.persons_per_site} answers or more" if need.persons_per_site else ""
        lacking = {
            f"fewer than {need.persons} people": need.persons and len(self.people) < need.persons,
            f"fewer than {need.sites} sites{of_site}": need.sites and large < need.sites,
            f"fewer than {need.persons_per_group} people in a group": need.persons_per_group
            and groups
            and min(groups) < need.persons_per_group,
        }
        return ", ".join(words for words, is_lacking in lacking.items() if is_lacking)


def _is_known(name: str, values: pd.DataFrame) -> bool:
    return name in values and bool(values[name].notna().any())


def claim_variables(
    responses: pd.DataFrame,
    missing: pd.DataFrame,
    site_context: pd.DataFrame,
    hypotheses: Hypotheses,
    instrument: Instrument,
    fewest: int,
) -> ClaimVariables:
    """Every variable and group that claims name, as far as the answers tell.

    Parameters
    ----------
    responses, missing : DataFrame
        Answers of one survey round, and why answers are missing, by their contracts.
    site_context : DataFrame
        Answers of the site form: site, question, value.
    hypotheses : Hypotheses
        What was expected.
    instrument : Instrument
        The form that was asked.
    fewest : int
        Answers a site needs for its mean.

    Notes
    -----
    A scale is scored as everywhere. Where its items are shown one by one and it has a single facet,
    claims are about their mean, by the rule of the scale; nothing else is. A facet is the mean of
    its keyed items where half of them were answered. At a site, what people answered is the mean
    of those who did. The distance between two ways of sharing out counters is Aitchison's (1986,
    The Statistical Analysis of Compositional Data), with zeros replaced as Martin-Fernandez,
    Barcelo-Vidal & Pawlowsky-Glahn (2003, Mathematical Geology, 35(3), 253-278) do.
    """
    keyed = keyed_scales(responses, instrument)
    items = _items_of_scores(keyed, instrument)
    people = pd.DataFrame(
        {
            **_scores(responses, missing, instrument),
            **_facet_scores(items, instrument),
            **_single_answers(responses, keyed, instrument),
        },
        index=responses.index,
    )
    derived = [one for one in hypotheses.derived.values() if one.level == "person"]
    own = {one.id: _of_person(one, people, instrument) for one in derived}
    people = people.assign(**{name: values for name, values in own.items() if values is not None})
    sites = _site_values(people, responses, site_context, hypotheses, fewest)
    return ClaimVariables(
        people=people,
        sites=sites,
        site_of=responses["site"],
        people_in=_people_in(responses, people, hypotheses, instrument),
        sites_in=_sites_in(sites, hypotheses),
        rates=_rates(responses, missing, hypotheses, instrument),
        items=items,
        facets={s.id: tuple(facet.id for facet in s.facets) for s in instrument.scales},
        facts=_facts(hypotheses, instrument),
        scale_of=_scale_of(instrument),
        reasons=_reasons(hypotheses, instrument),
        groups={g.id: tuple(c.variable for c in g.conditions) for g in hypotheses.groups.values()},
    )


# ------------------------------------------------------------------ of people


def _items_of_scores(
    keyed: Mapping[str, pd.DataFrame], instrument: Instrument
) -> dict[str, pd.DataFrame]:
    """The keyed items of every scale with a score and of every facet of a reflective scale."""
    found = {scale.id: keyed[scale.id] for scale in instrument.scored_scales}
    for scale in instrument.scored_scales:
        for facet in scale.facets:
            found[facet.id] = keyed[scale.id][[item.id for item in facet.items]]
    return found


def _scores(
    responses: pd.DataFrame, missing: pd.DataFrame, instrument: Instrument
) -> dict[str, pd.Series[float]]:
    asked = items_asked(responses, missing, instrument)
    return {
        scale.id: _numbers(score_scale(responses, scale, asked.get(scale.id)))
        for scale in instrument.scales
        if _is_one_topic(scale)
    }


def _is_one_topic(scale: Scale) -> bool:
    """Whether a claim can be about a scale as a whole: it has a score, or a single facet."""
    return scale.has_score or (scale.treatment == "descriptive" and len(scale.facets) == 1)


def _facet_scores(
    items: Mapping[str, pd.DataFrame], instrument: Instrument
) -> dict[str, pd.Series[float]]:
    facets = [facet.id for scale in instrument.scored_scales for facet in scale.facets]
    return {
        name: items[name].mean(axis=1).where(2 * items[name].notna().sum(axis=1) >= len(own))
        for name in facets
        if len(own := items[name].columns)
    }


def _single_answers(
    responses: pd.DataFrame, keyed: Mapping[str, pd.DataFrame], instrument: Instrument
) -> dict[str, pd.Series[float]]:
    """Items, counters and questions, each answer by itself."""
    answers = {item: own[item] for own in keyed.values() for item in own.columns}
    others = [name for name in instrument.answer_columns if name not in answers]
    return answers | {name: _numbers(responses[name]) for name in others}


def _numbers(values: pd.Series) -> pd.Series[float]:
    return values.astype("Float64").astype("float64")


def _of_person(
    derived: DerivedVariable, people: pd.DataFrame, instrument: Instrument
) -> pd.Series[float] | None:
    """A variable that is worked out from answers of a person; None where they were not asked."""
    if derived.kind == "aitchison_distance":
        allocations = {allocation.id: allocation for allocation in instrument.allocations}
        if not set(derived.of) <= set(allocations):
            return None
        now, then = (_log_ratios(people[list(allocations[one].columns)]) for one in derived.of)
        return pd.Series(np.sqrt(((now - then) ** 2).sum(axis=1)), index=people.index)
    if derived.kind != "indicator" or derived.of[0] not in people:
        return None
    answers = people[derived.of[0]]
    return answers.isin(derived.values).astype("float64").where(answers.notna())


def _log_ratios(counters: pd.DataFrame) -> NDArray[np.float64]:
    """Centred logarithms of the parts; NaN for somebody who did not share out the counters."""
    parts = counters.to_numpy(dtype=np.float64, na_value=np.nan)
    zero, totals = parts == 0, parts.sum(axis=1, keepdims=True)
    totals[~(totals > 0)] = np.nan
    shrink = 1 - zero.sum(axis=1, keepdims=True) * ZERO_REPLACEMENT / totals
    logs = np.log(np.where(zero, ZERO_REPLACEMENT, parts * shrink))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


# ------------------------------------------------------------------ of sites


def _site_values(
    people: pd.DataFrame,
    responses: pd.DataFrame,
    site_context: pd.DataFrame,
    hypotheses: Hypotheses,
    fewest: int,
) -> pd.DataFrame:
    """Means of people and what the site form tells, a row a site."""
    by_site = people.groupby(responses["site"].astype(str))
    enough = by_site.count() >= fewest
    sites = by_site.mean().where(enough)
    told = site_context.drop_duplicates(["site", "question"], keep=False)
    facts = told.pivot_table(index="site", columns="question", values="value", aggfunc="first")
    facts = facts.astype("float64").reindex(sites.index)
    sites = sites.drop(columns=[name for name in facts.columns if name in sites]).join(facts)
    more = {
        one.id: values
        for one in hypotheses.derived.values()
        if one.level == "site" and (values := _of_site(one, people, responses, sites)) is not None
    }
    return sites.assign(**more)


def _of_site(
    derived: DerivedVariable, people: pd.DataFrame, responses: pd.DataFrame, sites: pd.DataFrame
) -> pd.Series[float] | None:
    """A variable that is worked out for a site; None where what it needs is not at hand."""
    if not set(derived.of) <= set(sites.columns):
        return None
    if derived.kind == "ratio":
        part, whole = (sites[name] for name in derived.of)
        return part / whole.where(whole > 0)
    if derived.kind != "site_median":
        return None
    medians = people[derived.of[0]].groupby(responses["site"].astype(str)).median()
    return medians.reindex(sites.index).where(sites[derived.of[0]].notna())


# ------------------------------------------------------------------ groups


def _people_in(
    responses: pd.DataFrame,
    people: pd.DataFrame,
    hypotheses: Hypotheses,
    instrument: Instrument,
) -> pd.DataFrame:
    respondent_groups = () if instrument.grouping is None else instrument.grouping.groups
    found = {
        group.id: responses["group"].eq(group.id).fillna(False).astype(bool)
        for group in respondent_groups
    }
    return pd.DataFrame(found, index=people.index).join(_members(people, hypotheses, "person"))


def _sites_in(sites: pd.DataFrame, hypotheses: Hypotheses) -> pd.DataFrame:
    return _members(sites, hypotheses, "site")


def _members(values: pd.DataFrame, hypotheses: Hypotheses, level: str) -> pd.DataFrame:
    """Whether each row meets the conditions of each group of a level."""
    groups = [group for group in hypotheses.groups.values() if group.level == level]
    return pd.DataFrame(
        {group.id: _meets(group, values) for group in groups}, index=values.index, dtype=bool
    )


def _meets(group: ComparisonGroup, values: pd.DataFrame) -> pd.Series[bool]:
    met = pd.DataFrame(
        {place: _holds(one, values) for place, one in enumerate(group.conditions)},
        index=values.index,
    )
    return met.any(axis=1) if group.match == "any" else met.all(axis=1)


def _holds(condition: Condition, values: pd.DataFrame) -> pd.Series[bool]:
    if condition.variable not in values:
        return pd.Series(data=False, index=values.index)
    own = values[condition.variable]
    if condition.band is None:
        return own.isin(condition.values)
    return own.map(condition.band.holds, na_action="ignore").eq(other=True)


# ------------------------------------------------------------------ rates of special codes


def _rates(
    responses: pd.DataFrame,
    missing: pd.DataFrame,
    hypotheses: Hypotheses,
    instrument: Instrument,
) -> dict[str, pd.DataFrame]:
    """How often each special code that a claim names was given, a column a scale or facet."""
    codes = dict.fromkeys(claim.code for claim in hypotheses.claims if claim.code is not None)
    reasons = missing[missing["column"].isin(list(instrument.items))].pivot_table(
        index="respondent", columns="column", values="reason", aggfunc="first"
    )
    reasons = reasons.reindex(index=responses["respondent"], columns=list(instrument.items))
    reasons = reasons.set_axis(responses.index)
    answered = responses[list(instrument.items)].notna()
    put = answered | (reasons.notna() & ~reasons.isin(NOT_REACHED))
    return {code: _rates_of(code, reasons.isin([code]), put, instrument) for code in codes}


def _rates_of(
    code: str, given: pd.DataFrame, put: pd.DataFrame, instrument: Instrument
) -> pd.DataFrame:
    """Per cent of the items that offer a code, among those that were put to a respondent."""
    parts = {
        name: [item for item in items if code in instrument.items[item].special_codes]
        for name, items in _parts(instrument)
    }
    return pd.DataFrame(
        {
            name: 100 * given[items].sum(axis=1) / put[items].sum(axis=1).replace(0, np.nan)
            for name, items in parts.items()
            if items
        },
        index=put.index,
    ).astype("float64")


def _parts(instrument: Instrument) -> Iterator[tuple[str, Sequence[str]]]:
    for scale in instrument.scales:
        yield scale.id, scale.item_ids
        yield from ((facet.id, [item.id for item in facet.items]) for facet in scale.facets)


# ------------------------------------------------------------------ what is not at hand


def _scale_of(instrument: Instrument) -> dict[str, str]:
    found: dict[str, str] = {}
    for scale in instrument.scales:
        names = [scale.id, *(facet.id for facet in scale.facets), *scale.item_ids]
        found |= dict.fromkeys(names, scale.id)
    return found


def _facts(hypotheses: Hypotheses, instrument: Instrument) -> tuple[str, ...]:
    """Questions about a person or site, and what is worked out from them alone."""
    questions = {
        column for question in instrument.questions.values() for column in question.columns
    }
    derived = (one.id for one in hypotheses.derived.values() if set(one.of) <= questions)
    return (*sorted(questions), *derived)


def _reasons(hypotheses: Hypotheses, instrument: Instrument) -> dict[str, Absence]:
    """Why a variable is not at hand, if it is not and a form might have asked it."""
    reasons: dict[str, Absence] = dict.fromkeys(
        (scale.id for scale in instrument.scales if not _is_one_topic(scale)), "no score"
    )
    context = [question.id for question in instrument.context_questions]
    reasons |= dict.fromkeys(context, "no site form")
    ratios = [one.id for one in hypotheses.derived.values() if one.kind == "ratio"]
    reasons |= dict.fromkeys(ratios, "no site form")
    return reasons | dict.fromkeys(hypotheses.external, "not measured")

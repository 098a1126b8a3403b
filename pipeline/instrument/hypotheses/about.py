"""Which items and questions a hypothesis or a rival model is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.instrument.hypotheses.checks import item_sets
from pipeline.instrument.hypotheses.model import (
    RANKING_KINDS,
    Claim,
    Hypotheses,
    Hypothesis,
    RivalModel,
)
from pipeline.instrument.model import Instrument


def items_named(names: Iterable[str], instrument: Instrument) -> tuple[str, ...]:
    """Ids of the items that belong to scales, facets and items, in the order of the names."""
    items = item_sets(instrument)
    return tuple(item for name in names for item in items[name])


def hypotheses_about(hypotheses: Hypotheses, instrument: Instrument) -> dict[str, tuple[str, ...]]:
    """Which hypotheses and rival models each item and question has to name in its list.

    A hypothesis is named by the items of a facet that a claim names, by an item or question that
    a claim names itself or through a group or a derived variable, and by negatively keyed items
    where the claim is about keying. A claim about a whole scale need not be named by its items,
    nor do mere competitors in a ranking.
    """
    entries: tuple[Hypothesis | RivalModel, ...] = (
        *hypotheses.hypotheses,
        *hypotheses.rival_models,
    )
    named = {entry.id: set(_names_in(entry, hypotheses, instrument)) for entry in entries}
    return {
        asked: tuple(entry_id for entry_id, names in named.items() if asked in names)
        for asked in (*instrument.items, *instrument.questions)
    }


def _names_in(
    entry: Hypothesis | RivalModel, hypotheses: Hypotheses, instrument: Instrument
) -> Iterator[str]:
    """Items and questions that a hypothesis or model is about, whole scales left aside."""
    if isinstance(entry, RivalModel):
        parts = [name for factor in (*entry.factors, *entry.additional) for name in factor.of]
        yield from _parts_of_scales(parts, instrument)
        return
    for claim in entry.claims:
        named = _variables_behind(claim, hypotheses, instrument)
        yield from _parts_of_scales(named, instrument)
        if claim.kind == "keying_difference":
            items = items_named(claim.variables, instrument)
            yield from (name for name in items if instrument.items[name].keyed == -1)


def _parts_of_scales(names: Iterable[str], instrument: Instrument) -> Iterator[str]:
    facets = {facet.id for scale in instrument.scales for facet in scale.facets}
    questions = {
        column: question.id
        for question in instrument.questions.values()
        for column in (question.id, *question.columns)
    }
    for name in names:
        if name in facets or name in instrument.items:
            yield from items_named([name], instrument)
        elif name in questions:
            yield questions[name]


def _variables_behind(
    claim: Claim, hypotheses: Hypotheses, instrument: Instrument
) -> Iterator[str]:
    """What a claim names, and what its groups and derived variables are made of."""
    against = () if claim.kind in RANKING_KINDS else claim.against
    named = [*claim.variables, *against, *claim.given]
    named += [] if claim.ordered_by is None else [claim.ordered_by]
    for group in claim.groups:
        if group in hypotheses.groups:
            named += [condition.variable for condition in hypotheses.groups[group].conditions]
        elif instrument.grouping is not None:
            named.append(instrument.grouping.question)
    for name in named:
        derived = hypotheses.derived.get(name)
        yield from (name,) if derived is None else derived.of

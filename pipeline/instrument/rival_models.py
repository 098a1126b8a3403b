"""Rival models for the items at hand: each as a text that can be fitted, or why it cannot be.

The models of a questionnaire are declared with its hypotheses. A questionnaire that declares none
for a section has those that follow from its scales alone: see :func:`usual_models`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from pipeline.instrument.hypotheses.checks import item_sets
from pipeline.instrument.hypotheses.model import Band, Criterion, Factor, Hypotheses, RivalModel
from pipeline.instrument.model import Instrument, Section

FEWEST_ITEMS = 3
"""Items that determine a factor by themselves; two do where it is related to other factors."""

FEWEST_RELATED_ITEMS = 2

Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FittableModel:
    """A rival model with the items at hand.

    Attributes
    ----------
    model : RivalModel
        As it was declared.
    factors : mapping of str to tuple of str
        Items at hand of each first-order factor.
    text : str or None
        The model in the notation of lavaan; None if it cannot be fitted, or is no confirmatory
        model (then `factors` are its targets).
    between : str or None
        Of a model in two levels, the model between sites; `text` is the one within.
    reason : str or None
        Why the items at hand do not allow it, in a sentence.
    wording : mapping of str to tuple of str
        Of an exploratory model one more target, the negatively worded items; else empty.
    note : str
        What the model does without, in a sentence; empty where it is complete.
    """

    model: RivalModel
    factors: Names
    text: str | None = None
    between: str | None = None
    reason: str | None = None
    wording: Names = field(default_factory=dict)
    note: str = ""

    @property
    def items(self) -> tuple[str, ...]:
        """Every item of the model, once."""
        return tuple(dict.fromkeys(item for items in self.factors.values() for item in items))

    @property
    def general(self) -> str | None:
        """The general factor of a bifactor model."""
        is_bifactor = self.model.kind == "bifactor" and self.model.additional
        return self.model.additional[0].id if is_bifactor else None


def models_of_section(
    section: Section, hypotheses: Hypotheses, instrument: Instrument
) -> tuple[RivalModel, ...]:
    """The rival models for the items of a section: declared ones, else the usual ones.

    Parameters
    ----------
    section : Section
        Expects one factor a scale.
    hypotheses : Hypotheses
        What the questionnaire declares.
    instrument : Instrument
        The questionnaire.

    Returns
    -------
    tuple of RivalModel
        A declared model belongs to the section if all of its factors are made of its scales.
    """
    own = set(section.scale_ids)
    declared = tuple(
        model for model in hypotheses.rival_models if _scales_named(model, instrument) <= own
    )
    return declared or usual_models(section)


def usual_models(section: Section) -> tuple[RivalModel, ...]:
    """What can be said of any questionnaire whose scales are expected to be factors.

    Related factors (preferred), one factor, one capacity behind three or more factors, and a
    general factor beside the specific ones, with the same numbers for preferring them as the
    declared models of this project have.
    """
    scales = section.scale_ids
    own = tuple(Factor(scale, (scale,)) for scale in scales)
    if len(scales) == 1:
        return (_usual("U1", "One factor", "The section has one scale.", own, use="preferred"),)
    general = _name_beside("GENERAL", scales)
    models = [
        _usual(
            "U1",
            "One factor",
            "All scales may be faces of one thing.",
            (Factor(general, scales),),
            prefer_if=((_cfi_drop(0.005),),),
        ),
        _usual(
            "U2",
            "Related scales",
            "The questionnaire reports a score for each scale.",
            own,
            use="preferred",
        ),
    ]
    if len(scales) >= FEWEST_ITEMS:
        loadings = Criterion("second_order_loading", Band(0.65, 0.90), of=scales, absolute=True)
        models.append(
            _usual(
                "U3",
                "One capacity behind the scales",
                "The scales may express one capacity.",
                own,
                second_order=(Factor(general, scales),),
                prefer_if=((_cfi_drop(0.010), loadings),),
            )
        )
    models.append(
        _usual(
            "U4",
            "Something in common, and residues",
            "A general view may lie over what is special in each scale; it is used to read "
            "reliability, since it fits almost anything.",
            own,
            additional=(Factor(general, scales),),
            kind="bifactor",
            use="reading",
        )
    )
    return tuple(models)


def _usual(
    model_id: str,
    title: str,
    reason: str,
    factors: tuple[Factor, ...],
    use: Literal["preferred", "rival", "reading"] = "rival",
    kind: Literal["confirmatory", "bifactor"] = "confirmatory",
    second_order: tuple[Factor, ...] = (),
    additional: tuple[Factor, ...] = (),
    prefer_if: tuple[tuple[Criterion, ...], ...] = (),
) -> RivalModel:
    return RivalModel(
        id=model_id,
        title=title,
        use=use,
        kind=kind,
        reason=reason,
        source_lines=(),
        grade="",
        factors=factors,
        second_order=second_order,
        additional=additional,
        wording_factor=None,
        between_factors=None,
        prefer_if=prefer_if,
    )


def _cfi_drop(largest: float) -> Criterion:
    return Criterion("cfi", Band(-largest, None), compared_with="U2")


def _name_beside(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _scales_named(model: RivalModel, instrument: Instrument) -> set[str]:
    parts = item_sets(instrument)
    return {
        instrument.scale_of_item[item].id
        for factor in model.factors
        for name in factor.of
        for item in parts.get(name, ())
    }


# ------------------------------------------------------------------ with the items at hand


def with_items(
    model: RivalModel, instrument: Instrument, items: Collection[str], n_sites: int = 0
) -> FittableModel:
    """A rival model with the items at hand, or why they do not allow it.

    Parameters
    ----------
    model : RivalModel
        The model; what it is made of may be missing from a form.
    instrument : Instrument
        The questionnaire, whole or reduced to the form that was asked.
    items : collection of str
        Items that have answers.
    n_sites : int
        Sites with answers; matters for a model in two levels.

    Returns
    -------
    FittableModel
        The wording factor is left out, with a note, where fewer than three negatively keyed items
        are at hand: without them it explains nothing.
    """
    factors = _items_of(model.factors, instrument, items)
    additional = _items_of(model.additional, instrument, items)
    reasons = [
        *_thin_factors(model, factors),
        *_thin_additional(additional),
        *_thin_second_order(model),
        *_thin_levels(model, factors, n_sites),
    ]
    if reasons:
        return FittableModel(model, factors, reason="; ".join(reasons))
    worded = _negative_items(model, factors, instrument)
    enough = len(worded) >= FEWEST_ITEMS
    if model.kind == "exploratory_target":
        name = model.wording_factor
        return FittableModel(model, factors, wording={name: worded} if name and enough else {})
    text = "\n".join(_lines(model, factors, additional, worded if enough else ()))
    note = ""
    if model.wording_factor and not enough:
        note = (
            f"The wording factor is left out: it needs {FEWEST_ITEMS} negatively worded items "
            f"and there are {len(worded)}."
        )
    return FittableModel(model, factors, text, _between(model, factors), note=note)


def _items_of(
    factors: Sequence[Factor], instrument: Instrument, items: Collection[str]
) -> dict[str, tuple[str, ...]]:
    parts, there = item_sets(instrument), set(items)
    return {
        factor.id: tuple(
            dict.fromkeys(
                item for name in factor.of for item in parts.get(name, ()) if item in there
            )
        )
        for factor in factors
    }


def _thin_factors(model: RivalModel, factors: Names) -> Iterator[str]:
    alone = model.kind == "bifactor" or len(factors) == 1
    needed = FEWEST_ITEMS if alone else FEWEST_RELATED_ITEMS
    for name, items in factors.items():
        if len(items) < needed:
            yield f"factor {name} needs {needed} items and has {len(items)}"
    if model.kind == "bifactor" and len(factors) == 1:
        yield "a general factor needs two or more other factors beside it"


def _thin_additional(additional: Names) -> Iterator[str]:
    for name, items in additional.items():
        if len(items) < FEWEST_ITEMS:
            yield f"factor {name} needs {FEWEST_ITEMS} items and has {len(items)}"


def _thin_second_order(model: RivalModel) -> Iterator[str]:
    needed = FEWEST_ITEMS if len(model.second_order) == 1 else FEWEST_RELATED_ITEMS
    for factor in model.second_order:
        if len(factor.of) < needed:
            yield f"factor {factor.id} needs {needed} factors and has {len(factor.of)}"


def _thin_levels(model: RivalModel, factors: Names, n_sites: int) -> Iterator[str]:
    n_items = sum(len(items) for items in factors.values())
    if model.kind == "two_level" and n_sites <= n_items:
        yield (
            f"a structure between sites needs more sites than items; there are {n_sites} sites "
            f"and {n_items} items"
        )


def _negative_items(model: RivalModel, factors: Names, instrument: Instrument) -> tuple[str, ...]:
    if model.wording_factor is None:
        return ()
    items = (item for items in factors.values() for item in items)
    return tuple(item for item in items if instrument.items[item].keyed == -1)


def _lines(
    model: RivalModel, factors: Names, additional: Names, worded: Sequence[str]
) -> Iterator[str]:
    """The statements of the model; covariances that are not named are those lavaan adds."""
    above = {factor.id: factor.of for factor in model.second_order}
    beside = dict(additional)
    if model.wording_factor and worded:
        beside[model.wording_factor] = tuple(worded)
    for name, parts in {**factors, **above, **beside}.items():
        yield f"{name} =~ {' + '.join(parts)}"
    explained = {name for parts in above.values() for name in parts}
    outermost = [name for name in (*factors, *above) if name not in explained]
    if model.kind == "bifactor":
        yield from (f"{one} ~~ 0*{other}" for one, other in combinations(outermost, 2))
    for place, name in enumerate(beside):
        others = (*outermost, *list(beside)[:place])
        yield from (f"{name} ~~ 0*{other}" for other in others)


def _between(model: RivalModel, factors: Names) -> str | None:
    """The simplest structure between sites: one factor of all items."""
    if model.kind != "two_level":
        return None
    items = [item for items in factors.values() for item in items]
    return f"{_name_beside('SITE', factors)} =~ {' + '.join(items)}"

"""What is expected of real answers before there are any: hypotheses, rival models, falsifiers.

They are data, so that a program can hold them against answers without reading prose. What each
field means to a reader is told in ``docs/hypotheses.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pipeline.instrument.documents import parse_yaml, schema_problems
from pipeline.instrument.hypothesis_checks import content_problems, item_sets
from pipeline.instrument.model import Instrument
from pipeline.problems import Problem, refuse_if_any

FILE = "evidence/hypotheses.yaml"

Direction = Literal["positive", "negative", "none"]
Level = Literal["within_site", "person", "site"]
Role = Literal["convergent", "discriminant", "known_groups", "response_process"]

RANKING_KINDS = frozenset(
    {"rank_of_correlation", "rank_of_pair", "rank_of_difference", "rank_of_rate"}
)
"""Kinds of claims whose `against` names competitors, about which nothing else is claimed."""


@dataclass(frozen=True, slots=True)
class Band:
    """Lowest and highest value that agree with an expectation, both included; None is open."""

    lower: float | None
    upper: float | None

    def holds(self, value: float) -> bool:
        """Whether a value lies in the band."""
        return (self.lower is None or self.lower <= value) and (
            self.upper is None or value <= self.upper
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """What a person or site has to answer to be in a group: one of `values`, or within `band`."""

    variable: str
    values: tuple[int, ...] = ()
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class ComparisonGroup:
    """People or sites that meet all, or any, of some conditions."""

    id: str
    title: str
    level: Literal["person", "site"]
    match: Literal["all", "any"]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class DerivedVariable:
    """A variable that is worked out from answers.

    `kind` is ``aitchison_distance`` between the two constant-sum questions of `of`, ``ratio`` of
    the first number to the second, ``site_median``, or ``indicator`` (1 for the answers in
    `values`, 0 for others).
    """

    id: str
    title: str
    kind: Literal["aitchison_distance", "ratio", "site_median", "indicator"]
    of: tuple[str, ...]
    level: Literal["person", "site"]
    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceNeed:
    """How much has to be at hand before something is judged; None where it does not matter."""

    id: str
    title: str
    persons: int | None = None
    persons_per_group: int | None = None
    persons_per_site: int | None = None
    sites: int | None = None
    samples: int | None = None
    share_in_implementation: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that can be found to hold or not, without reading prose.

    Attributes
    ----------
    id : str
        Id of the hypothesis and place of the claim, such as ``H2.1``.
    kind : str
        Which statistic is looked at.
    variables, against, given : tuple of str
        What it is about, what that is compared with, and what is held constant.
    direction : str
        Sign that is expected of the statistic; ``none`` if none is.
    band : Band
        Values of the statistic that agree.
    absolute : bool
        The sign of the correlations or differences is left aside.
    level : str
        ``within_site``, ``person`` (sites left aside) or ``site`` (means of sites).
    corrected : bool
        For the unreliability of the measures: latent or disattenuated.
    high, low : str, optional
        Groups; the difference is the first minus the second.
    ordered_by : str, optional
        Question whose answers, in `order`, are expected to go with a rise.
    code : str, optional
        Special code whose rate is looked at, in percentage points.
    measure : str, optional
        What is looked at where it is no answer.
    interval_below : float, optional
        The upper limit of the interval has to lie below this.
    contradicted_outside : Band, optional
        A value outside contradicts the whole structure, not only the claim.
    """

    id: str
    kind: str
    variables: tuple[str, ...]
    direction: Direction
    band: Band
    role: Role
    level: Level
    corrected: bool
    exploratory: bool
    evidence: str
    needs: tuple[str, ...]
    against: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    absolute: bool = False
    high: str | None = None
    low: str | None = None
    ordered_by: str | None = None
    order: tuple[int, ...] = ()
    code: str | None = None
    measure: str | None = None
    interval_below: float | None = None
    contradicted_outside: Band | None = None
    note: str = ""

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of the groups that are set side by side."""
        return tuple(group for group in (self.high, self.low) if group is not None)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One expectation: a sentence, and the claims that have to hold.

    `basis` says where it is from if it is not from the source texts.
    """

    id: str
    statement: str
    source_lines: tuple[str, ...]
    grade: str
    claims: tuple[Claim, ...]
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A result that is looked at, and the values that meet the criterion.

    Attributes
    ----------
    index : str
        The fit index or other result; against `compared_with`, the value of this model minus that
        of the other.
    of : tuple of str
        Factors, scales, models or hypotheses it is looked at for; every pair of them where the
        result is a correlation of factors. Empty for the model itself.
    how_many, share : Band, optional
        Number or share of them that have to meet it; all of them if neither is given.
    samples, levels : tuple of str
        Each of these has to meet it.
    """

    index: str
    band: Band
    of: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    compared_with: str | None = None
    in_model: str | None = None
    absolute: bool = False
    levels: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    hypotheses: tuple[str, ...] = ()
    how_many: Band | None = None
    share: Band | None = None
    note: str = ""


Alternatives = tuple[tuple[Criterion, ...], ...]
"""Sets of criteria: one set has to be met, with all of its criteria."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor and what belongs to it: scales, facets and items, or other factors."""

    id: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RivalModel:
    """A structure that the answers may have, fixed before there are any.

    Attributes
    ----------
    use : str
        ``preferred``, ``rival``, or ``reading`` (helps to read results, is never preferred).
    kind : str
        ``confirmatory`` (factors related), ``bifactor`` (all unrelated), ``exploratory_target``
        (`factors` are the targets) or ``two_level`` (`factors` within sites, as many factors
        between them as `between_factors` allows).
    factors, second_order, additional : tuple of Factor
        First-order factors; factors of these; factors laid over the first, unrelated to others.
    wording_factor : str, optional
        Name of a factor of the negatively keyed items, unrelated to all others.
    prefer_if : tuple of tuple of Criterion
        When to prefer it to the preferred model; empty for never.
    """

    id: str
    title: str
    use: Literal["preferred", "rival", "reading"]
    kind: Literal["confirmatory", "bifactor", "exploratory_target", "two_level"]
    reason: str
    source_lines: tuple[str, ...]
    grade: str
    factors: tuple[Factor, ...]
    second_order: tuple[Factor, ...]
    additional: tuple[Factor, ...]
    wording_factor: str | None
    between_factors: Band | None
    prefer_if: Alternatives


@dataclass(frozen=True, slots=True)
class Falsifier:
    """A result that would prove the structure wrong, and what then follows.

    `per` is what `when` is looked at for and `action` falls on: ``pair`` of practices,
    ``practice``, or the whole ``questionnaire``.
    """

    id: str
    statement: str
    per: Literal["pair", "practice", "questionnaire"]
    evidence: str
    when: Alternatives
    action: str
    consequence: str


@dataclass(frozen=True, slots=True)
class SupportRule:
    """When the hypotheses taken together count as supported.

    `share_needed` of the hypotheses in `counted` has to be reached in points: `full_points` where
    every claim has the expected direction and lies in its band, `direction_points` where only the
    directions are right, `no_points` otherwise.
    """

    counted: tuple[str, ...]
    share_needed: float
    full_points: float
    direction_points: float
    no_points: float
    rule: str


@dataclass(frozen=True)
class Hypotheses:
    """Everything that was expected of the answers before there were any; may be empty."""

    bands: Mapping[str, Band]
    support: SupportRule | None
    total_score: tuple[Criterion, ...]
    evidence: Mapping[str, EvidenceNeed]
    external: Mapping[str, str]
    derived: Mapping[str, DerivedVariable]
    groups: Mapping[str, ComparisonGroup]
    hypotheses: tuple[Hypothesis, ...]
    rival_models: tuple[RivalModel, ...]
    falsifiers: tuple[Falsifier, ...]

    @cached_property
    def by_id(self) -> dict[str, Hypothesis | RivalModel | Falsifier]:
        """Every hypothesis, rival model and falsifier by id."""
        entries: tuple[Hypothesis | RivalModel | Falsifier, ...] = (
            *self.hypotheses,
            *self.rival_models,
            *self.falsifiers,
        )
        return {entry.id: entry for entry in entries}

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim, in the order of the file."""
        return tuple(claim for hypothesis in self.hypotheses for claim in hypothesis.claims)

    @cached_property
    def preferred_model(self) -> RivalModel | None:
        """The model that the others are held against."""
        return next((model for model in self.rival_models if model.use == "preferred"), None)


NO_HYPOTHESES = Hypotheses({}, None, (), {}, {}, {}, {}, (), (), ())
"""What a questionnaire has that has no file of hypotheses."""


def load_hypotheses(folder: str | Path, instrument: Instrument) -> Hypotheses:
    """The hypotheses, rival models and falsifiers of a questionnaire.

    Parameters
    ----------
    folder : path
        Folder of the questionnaire; they stand in ``evidence/hypotheses.yaml``, which may be
        absent.
    instrument : Instrument
        The whole questionnaire, because hypotheses may be about what a form leaves out.

    Raises
    ------
    InputError
        With every problem: not YAML or not of the form the schema asks for; an id that is used
        twice or does not exist; a band turned round or against the direction; an answer that a
        question does not have; an item or question that names a hypothesis that does not exist,
        or does not name one that is about it.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return NO_HYPOTHESES
    content, problems = parse_yaml(path)
    refuse_if_any(problems or list(schema_problems(path, content, "hypotheses")))
    refuse_if_any(list(content_problems(path.as_posix(), content, instrument)))
    hypotheses = _hypotheses(content)
    refuse_if_any(list(_list_problems(Path(folder), hypotheses, instrument)))
    return hypotheses


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


def _list_problems(
    folder: Path, hypotheses: Hypotheses, instrument: Instrument
) -> Iterator[Problem]:
    """Items and questions whose list of hypotheses does not agree with the hypotheses."""
    about = hypotheses_about(hypotheses, instrument)
    for path, asked_id, listed in _lists(folder, instrument):
        for name in listed:
            if name not in hypotheses.by_id:
                cure = f"there is no hypothesis '{name}' in {FILE}; correct it or take it out"
                yield Problem(path, cure, column=asked_id)
        for name in about[asked_id]:
            if name not in listed:
                cure = f"{name} is about this; add it to the list of hypotheses here"
                yield Problem(path, cure, column=asked_id)


def _lists(folder: Path, instrument: Instrument) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """File, id and list of hypotheses of every item and question."""
    for scale in instrument.scales:
        path = (folder / "scales" / f"{scale.id}.yaml").as_posix()
        yield from ((path, item.id, item.hypotheses) for item in scale.items)
    for name, questions in (
        ("respondents", instrument.person_questions),
        ("context", instrument.context_questions),
    ):
        path = (folder / f"{name}.yaml").as_posix()
        yield from ((path, question.id, question.hypotheses) for question in questions)


# ------------------------------------------------------------------ from the file to objects


def _hypotheses(content: Mapping[str, Any]) -> Hypotheses:
    return Hypotheses(
        bands={name: Band(*limits) for name, limits in content["bands"].items()},
        support=_support(content["support"]),
        total_score=_criteria(content["total_score"]),
        evidence={name: EvidenceNeed(name, **need) for name, need in content["evidence"].items()},
        external={entry["id"]: entry["title"] for entry in content.get("external", ())},
        derived={entry["id"]: _derived(entry) for entry in content.get("derived", ())},
        groups={entry["id"]: _group(entry) for entry in content.get("groups", ())},
        hypotheses=tuple(_hypothesis(entry) for entry in content["hypotheses"]),
        rival_models=tuple(_rival_model(entry) for entry in content["rival_models"]),
        falsifiers=tuple(_falsifier(entry) for entry in content["falsifiers"]),
    )


def _support(support: Mapping[str, Any]) -> SupportRule:
    points = support["points"]
    return SupportRule(
        counted=tuple(support["counted"]),
        share_needed=support["share_needed"],
        full_points=points["direction_and_band"],
        direction_points=points["direction_only"],
        no_points=points["neither"],
        rule=support["rule"],
    )


def _derived(entry: Mapping[str, Any]) -> DerivedVariable:
    return DerivedVariable(
        id=entry["id"],
        title=entry["title"],
        kind=entry["kind"],
        of=tuple(entry["of"]),
        level=entry["level"],
        values=tuple(entry.get("values", ())),
    )


def _group(entry: Mapping[str, Any]) -> ComparisonGroup:
    match: Literal["all", "any"] = "all" if "all" in entry else "any"
    conditions = tuple(
        Condition(given["variable"], tuple(given.get("values", ())), _band(given, "between"))
        for given in entry[match]
    )
    return ComparisonGroup(entry["id"], entry["title"], entry["level"], match, conditions)


def _band(entry: Mapping[str, Any], key: str) -> Band | None:
    return Band(*entry[key]) if key in entry else None


def _hypothesis(entry: Mapping[str, Any]) -> Hypothesis:
    return Hypothesis(
        id=entry["id"],
        statement=entry["statement"],
        source_lines=tuple(entry["source"]),
        grade=entry["grade"],
        claims=tuple(
            _claim(f"{entry['id']}.{place}", {**entry, **claim})
            for place, claim in enumerate(entry["claims"], start=1)
        ),
        basis=entry.get("basis", ""),
    )


def _claim(claim_id: str, claim: Mapping[str, Any]) -> Claim:
    """A claim that has what stands on its hypothesis wherever it says nothing itself."""
    return Claim(
        id=claim_id,
        kind=claim["kind"],
        variables=tuple(claim["variables"]),
        direction=claim["direction"],
        band=Band(*claim["between"]),
        role=claim["role"],
        level=claim["level"],
        corrected=claim["corrected"],
        exploratory=claim.get("exploratory", False),
        evidence=claim["evidence"],
        needs=tuple(claim["needs"]),
        against=tuple(claim.get("against", ())),
        given=tuple(claim.get("given", ())),
        absolute=claim.get("absolute", False),
        high=claim.get("high"),
        low=claim.get("low"),
        ordered_by=claim.get("ordered_by"),
        order=tuple(claim.get("order", ())),
        code=claim.get("code"),
        measure=claim.get("measure"),
        interval_below=claim.get("interval_below"),
        contradicted_outside=_band(claim, "contradicted_outside"),
        note=claim.get("note", ""),
    )


def _criteria(entry: Mapping[str, Any]) -> tuple[Criterion, ...]:
    return tuple(_criterion(given) for given in entry["all"])


def _criterion(given: Mapping[str, Any]) -> Criterion:
    return Criterion(
        index=given["index"],
        band=Band(*given["between"]),
        of=tuple(given.get("of", ())),
        against=tuple(given.get("against", ())),
        compared_with=given.get("compared_with"),
        in_model=given.get("in_model"),
        absolute=given.get("absolute", False),
        levels=tuple(given.get("levels", ())),
        samples=tuple(given.get("samples", ())),
        groups=tuple(given.get("groups", ())),
        hypotheses=tuple(given.get("hypotheses", ())),
        how_many=_band(given, "how_many"),
        share=_band(given, "share"),
        note=given.get("note", ""),
    )


def _rival_model(entry: Mapping[str, Any]) -> RivalModel:
    return RivalModel(
        id=entry["id"],
        title=entry["title"],
        use=entry["use"],
        kind=entry["kind"],
        reason=entry["reason"],
        source_lines=tuple(entry["source"]),
        grade=entry["grade"],
        factors=_factors(entry["factors"]),
        second_order=_factors(entry.get("second_order", {})),
        additional=_factors(entry.get("additional", {})),
        wording_factor=entry.get("wording_factor"),
        between_factors=_band(entry, "between_factors"),
        prefer_if=tuple(_criteria(alternative) for alternative in entry["prefer_if"]),
    )


def _factors(factors: Mapping[str, Any]) -> tuple[Factor, ...]:
    return tuple(Factor(name, tuple(parts)) for name, parts in factors.items())


def _falsifier(entry: Mapping[str, Any]) -> Falsifier:
    return Falsifier(
        id=entry["id"],
        statement=entry["statement"],
        per=entry["per"],
        evidence=entry["evidence"],
        when=tuple(_criteria(alternative) for alternative in entry["when"]),
        action=entry["action"],
        consequence=entry["consequence"],
    )

"""What is expected of real answers, as frozen objects: claims, rival models, falsifiers.

They are data, so that a program can hold them against answers without reading prose. What each
field means to a reader is told in ``docs/hypotheses.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

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

"""What was released about each scale: the facts that sentences, charts and tables share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.instrument import Instrument
from pipeline.instrument.model import RespondentGroup, Scale, Section, SpecialCode
from pipeline.report.estimates import Estimate, Estimates
from pipeline.report.wording import Wording


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """The answers of two respondent groups on one scale, first minus second."""

    first: str
    second: str
    first_mean: Estimate | None
    second_mean: Estimate | None
    difference: Estimate


@dataclass(frozen=True, slots=True)
class CodeShare:
    """How often an answer that is not a point of the scale was given."""

    code: str
    label: str
    share: float


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """What may be shown about one scale, at one site or over the programme.

    Attributes
    ----------
    scale : Scale
        The scale.
    title : str
        Its title in the language of the report.
    own : Estimate or None
        Mean of the answers here.
    programme : Estimate or None
        Mean over the programme.
    middle_range : (float, float) or None
        Between these values lie the means of eight in ten sites.
    groups : GroupDifference or None
        The two respondent groups set side by side.
    codes : tuple of CodeShare
        Shares of the answers that are not a point of the scale, the largest first.
    """

    scale: Scale
    title: str
    own: Estimate | None
    programme: Estimate | None
    middle_range: tuple[float, float] | None
    groups: GroupDifference | None
    codes: tuple[CodeShare, ...]

    @property
    def place(self) -> float:
        """Where the mean lies on its response scale, from 0 to 1."""
        answers = self.scale.response_scale
        value = self.own.value if self.own else answers.lowest
        return (value - answers.lowest) / (answers.highest - answers.lowest)

    @property
    def gap(self) -> float:
        """Size of the difference between the groups as a share of the response scale."""
        answers = self.scale.response_scale
        difference = self.groups.difference.value if self.groups else 0.0
        return abs(difference) / (answers.highest - answers.lowest)


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """The scales of a section that share a response scale, and so one chart."""

    section: Section
    results: tuple[ScaleResult, ...]

    @property
    def shown(self) -> tuple[ScaleResult, ...]:
        """The scales with a mean that may be shown."""
        return tuple(result for result in self.results if result.own is not None)


def result_groups(
    instrument: Instrument,
    section: Section,
    released: Estimates,
    wording: Wording,
    site: str | None,
) -> tuple[ResultGroup, ...]:
    """The scores of a section, one group a response scale, in the order of the questionnaire."""
    by_answers: dict[str, list[ScaleResult]] = {}
    for scale in (scale for scale in instrument.scales_in(section) if scale.has_score):
        result = scale_result(instrument, scale, released, wording, site)
        by_answers.setdefault(scale.response_scale.id, []).append(result)
    return tuple(ResultGroup(section, tuple(results)) for results in by_answers.values())


def scale_result(
    instrument: Instrument, scale: Scale, released: Estimates, wording: Wording, site: str | None
) -> ScaleResult:
    """What may be shown about a scale at a site; over the programme where `site` is None."""
    low = released.at("site_p10", scale=scale.id)
    high = released.at("site_p90", scale=scale.id)
    return ScaleResult(
        scale=scale,
        title=wording.of(scale.title),
        own=released.at("mean", site=site, scale=scale.id),
        programme=released.at("mean", scale=scale.id),
        middle_range=(low.value, high.value) if low and high else None,
        groups=_group_difference(instrument, scale, released, wording, site),
        codes=code_shares(instrument, released, wording, site=site, scale=scale.id),
    )


def code_shares(
    instrument: Instrument,
    released: Estimates,
    wording: Wording,
    *,
    site: str | None,
    scale: str,
    item: str | None = None,
    group: str | None = None,
) -> tuple[CodeShare, ...]:
    """Shares of the special codes of a scale or item, the largest first."""
    found = (
        _code_share(
            code,
            released.at(f"share_{code.id}", site=site, group=group, scale=scale, item=item),
            wording,
        )
        for code in instrument.special_codes
    )
    return tuple(sorted((share for share in found if share), key=lambda share: -share.share))


def _code_share(code: SpecialCode, found: Estimate | None, wording: Wording) -> CodeShare | None:
    return CodeShare(code.id, wording.of(code.label), found.value) if found else None


def compared_groups(
    instrument: Instrument,
) -> tuple[RespondentGroup, RespondentGroup] | None:
    """The two groups that are set side by side, if the questionnaire has them."""
    groups = instrument.grouping.groups if instrument.grouping else ()
    return (groups[0], groups[1]) if len(groups) == 2 else None


def _group_difference(
    instrument: Instrument, scale: Scale, released: Estimates, wording: Wording, site: str | None
) -> GroupDifference | None:
    groups = compared_groups(instrument)
    difference = released.at("gap", site=site, scale=scale.id)
    if groups is None or difference is None:
        return None
    first, second = groups
    return GroupDifference(
        first=wording.of(first.title),
        second=wording.of(second.title),
        first_mean=released.at("mean", site=site, group=first.id, scale=scale.id),
        second_mean=released.at("mean", site=site, group=second.id, scale=scale.id),
        difference=difference,
    )


def lowest(results: Sequence[ScaleResult], number: int) -> tuple[ScaleResult, ...]:
    """The scales with the lowest means, as a place on their response scale."""
    return tuple(sorted(results, key=lambda result: result.place)[:number])


def furthest_apart(results: Sequence[ScaleResult]) -> ScaleResult | None:
    """The scale on which the two groups differ most, if they differ at all."""
    apart = [result for result in results if result.groups and result.gap > 0]
    return max(apart, key=lambda result: result.gap) if apart else None


def least_visible(results: Sequence[ScaleResult]) -> ScaleResult | None:
    """The scale with the largest share of an answer that is not a point of the scale."""
    known = [result for result in results if result.codes and result.codes[0].share > 0]
    return max(known, key=lambda result: result.codes[0].share) if known else None

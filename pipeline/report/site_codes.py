"""Answers that are not a point of the scale, such as not knowing: what people could not judge."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.report.pages import Setting
from pipeline.report.results import CodeShare, ScaleResult, code_shares, compared_groups
from pipeline.report.site_data import SiteData


def code_sentences(codes: Sequence[CodeShare], setting: Setting) -> tuple[str, ...]:
    """What share of the answers to a scale was off it; nothing where that rounds to none."""
    shown = [
        code for code in codes if setting.numbers.percent(code.share) != setting.numbers.percent(0)
    ]
    if not shown:
        return ()
    return (setting.say("topic.codes", listed=listed_codes(shown, setting)),)


def codes_by_group(result: ScaleResult, data: SiteData, setting: Setting) -> str:
    """Answers off the scale, such as not knowing, in each of the two groups.

    Only those whose share is released for both; empty where there are none.
    """
    groups, compared = result.groups, compared_groups(setting.instrument)
    if groups is None or compared is None:
        return ""
    first, second = (
        {
            code.code: code
            for code in code_shares(
                setting.instrument, data.released, setting.wording,
                site=data.site, group=group.id, scale=result.scale.id,
            )
        }
        for group in compared
    )  # fmt: skip
    zero = setting.numbers.percent(0)
    both = [
        (first[code.code], second[code.code])
        for code in result.codes
        if code.code in first and code.code in second
    ]
    shown = [
        pair for pair in both if any(setting.numbers.percent(code.share) != zero for code in pair)
    ]
    if not shown:
        return ""
    first_listed, second_listed = (
        listed_codes([pair[place] for pair in shown], setting) for place in (0, 1)
    )
    return setting.say(
        "groups.codes",
        first=groups.first,
        first_listed=first_listed,
        second=groups.second,
        second_listed=second_listed,
    )


def listed_codes(codes: Sequence[CodeShare], setting: Setting) -> str:
    """Answers off the scale with their shares, as a list in words."""
    return ", ".join(
        setting.say("topic.code", answer=code.label, share=setting.numbers.percent(code.share))
        for code in codes
    )

"""How the numbers of a site page were made."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.report import formatting
from pipeline.report.pages import Setting
from pipeline.report.results import ResultGroup
from pipeline.report.tables import ShownTable, shown_table


def computed(groups: Sequence[ResultGroup], setting: Setting) -> tuple[str, ...]:
    """How the numbers of the page were made, a sentence each."""
    own = [result.own for group in groups for result in group.shown if result.own]
    levels = sorted({mean.level for mean in own if mean.level is not None})
    lines = [setting.say("computed.scoring"), setting.say("computed.turned")]
    if levels:
        listed = formatting.in_words(
            [setting.numbers.chance(level) for level in levels], setting.say("word.and")
        )
        lines.append(setting.say("computed.interval", level=listed))
    minimum = setting.numbers.count(setting.study.minimum_n)
    lines.append(
        setting.say("computed.rounding", step=setting.numbers.count(formatting.COUNT_STEP))
    )
    lines.append(setting.say("computed.minimum", minimum=minimum))
    lines.append(setting.say("computed.comparison"))
    lines.append(setting.say("computed.wave", wave=setting.study.wave))
    return tuple(lines)


def scoring_table(setting: Setting) -> ShownTable:
    """How many statements stand behind each topic, and how many have to be answered."""
    names = ["topic", "statements", "turned", "needed"]
    rows = [
        (
            setting.wording.of(scale.title),
            (
                setting.numbers.count(len(scale.items)),
                setting.numbers.count(len(scale.reversed_ids)),
                setting.numbers.count(scale.min_answered),
            ),
        )
        for scale in setting.instrument.scored_scales
    ]
    headings = [setting.say(f"column.{name}") for name in names]
    return shown_table(setting.say("computed.caption"), headings, rows)

"""What may be set side by side on each topic, and which questions behind it have no plain yes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report import formatting
from pipeline.report.pages import Setting
from pipeline.report.results import ScaleResult
from pipeline.report.tables import ShownTable, shown_table
from pipeline.tables import GATE_FORBIDS

COMPARISONS = ("sites", "groups", "waves")

OWN_GATE = {"sites": "sites", "groups": "role", "waves": "wave"}
"""The gate without which nothing is said about a comparison."""

STRICTEST_FIRST = ("closed", "untested", "caution", "open")
NOT_OPEN = STRICTEST_FIRST[:-1]


@dataclass(frozen=True, slots=True)
class GatesView:
    """A table of what may be compared, and a sentence for each question without a plain yes."""

    table: ShownTable
    reasons: tuple[str, ...]


Verdicts = Mapping[tuple[str, str], str]
"""The verdict by scale and gate."""


def gates_view(
    gates: pd.DataFrame, results: Sequence[ScaleResult], setting: Setting
) -> GatesView | None:
    """The gates of a survey round in plain words; None where there are none.

    Parameters
    ----------
    gates : DataFrame
        By the contract GATES.
    results : sequence of ScaleResult
        The scales, in the order of the questionnaire.
    setting : Setting
        What the making of any page needs.
    """
    verdicts = _verdicts(gates, setting.study.wave)
    known = [one for one in results if any(scale == one.scale.id for scale, _ in verdicts)]
    if not known:
        return None
    asked = [
        one for one in COMPARISONS if any((r.scale.id, OWN_GATE[one]) in verdicts for r in known)
    ]
    rows = [
        (result.title, [_verdict_word(result, one, verdicts, setting) for one in asked])
        for result in known
    ]
    headings = [setting.say("column.topic"), *(setting.say(f"gates.{one}") for one in asked)]
    caption = setting.say("gates.caption")
    return GatesView(
        shown_table(caption, headings, rows, words=range(1, len(headings))),
        tuple(_reasons(known, verdicts, setting)),
    )


def _verdicts(gates: pd.DataFrame, wave: str) -> dict[tuple[str, str], str]:
    own = gates[gates["wave"] == wave]
    columns = (own[name].astype(str) for name in ("scale", "gate", "verdict"))
    return {(scale, gate): verdict for scale, gate, verdict in zip(*columns, strict=True)}


def _verdict_word(
    result: ScaleResult, comparison: str, verdicts: Verdicts, setting: Setting
) -> str:
    """As much as the strictest gate of the comparison allows."""
    found = {
        verdicts[result.scale.id, gate]
        for gate, forbidden in GATE_FORBIDS.items()
        if comparison in forbidden and (result.scale.id, gate) in verdicts
    }
    if (result.scale.id, OWN_GATE[comparison]) not in verdicts and "closed" not in found:
        return setting.say("gates.not_asked")
    strictest = next(one for one in STRICTEST_FIRST if one in found)
    return setting.say(f"gates.{strictest}")


def _reasons(results: Sequence[ScaleResult], verdicts: Verdicts, setting: Setting) -> Iterator[str]:
    """For each question: the topics on which the answer is not a plain yes."""
    for gate in GATE_FORBIDS:
        question = setting.say(f"gates.ask_{gate}")
        for verdict in NOT_OPEN:
            topics = [r.title for r in results if verdicts.get((r.scale.id, gate)) == verdict]
            if topics:
                listed = formatting.in_words(topics, setting.say("word.and"))
                yield setting.say(f"gates.why_{verdict}", question=question, topics=listed)

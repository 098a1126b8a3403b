"""Why a cell of a table holds no number: in a few words there, in full below the table."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.report.pages import Setting


def short_reason(condition: str, setting: Setting) -> str:
    """A condition in a few words, for a cell; empty where there is none."""
    if not condition:
        return ""
    key = f"untold.{condition}"
    return setting.say(key if setting.phrases.has(key) else "untold.unnamed")


def in_full(conditions: Iterable[str], setting: Setting) -> tuple[str, ...]:
    """What the short reasons of a table mean, each once, in the order of their names."""
    return tuple(
        setting.say(
            "compare.remark",
            short=short_reason(condition, setting),
            full=_full(condition, setting),
        )
        for condition in sorted(set(conditions) - {""})
    )


def _full(condition: str, setting: Setting) -> str:
    key = f"condition.{condition}"
    return setting.say(key if setting.phrases.has(key) else "condition.unnamed")

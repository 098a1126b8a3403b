"""Who answered at a site: of those invited, by respondent group, and compared with before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument.model import RespondentGroup
from pipeline.report import formatting
from pipeline.report.pages import Setting
from pipeline.report.tables import ShownTable, shown_table

MISSING_VOICES, TOO_FEW_TO_SHOW = "missing_voices", "too_few_to_show"
DRIFT = 0.10
"""From this change in the share of a group on, the page says that it can move a mean by itself
(our number)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How many answered, of how many invited."""

    invited: float | None
    respondents: float | None
    rate: float | None
    share: float | None
    share_invited: float | None
    condition: str


Response = Mapping[tuple[str, str | None], Answered]
"""Who answered at one site, by survey round and respondent group; None is everybody."""


def response_by_site(response: pd.DataFrame) -> dict[str, Response]:
    """The rows of RESPONSE about sites, by site; the order of rows does not matter."""
    own = response[response["site"].notna()]
    found: dict[str, dict[tuple[str, str | None], Answered]] = {}
    for row in own.astype(object).where(own.notna(), None).to_dict("records"):
        group = None if row["group"] is None else str(row["group"])
        found.setdefault(str(row["site"]), {})[str(row["wave"]), group] = Answered(
            invited=_number(row["invited"]),
            respondents=_number(row["respondents"]),
            rate=_number(row["response_rate"]),
            share=_number(row["share"]),
            share_invited=_number(row["share_invited"]),
            condition=row["condition"] or "",
        )
    return dict(found)


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def response_sentences(response: Response, setting: Setting) -> tuple[str, ...]:
    """The response rate, whose voices are missing, and what changed in who answers."""
    return (
        *_rate(response, setting),
        *_missing_voices(response, setting),
        *_drift(response, setting),
    )


def _rate(response: Response, setting: Setting) -> Iterator[str]:
    everyone = response.get((setting.study.wave, None))
    if everyone and everyone.rate is not None:
        yield setting.say("response.rate", rate=setting.numbers.percent(everyone.rate))


def _missing_voices(response: Response, setting: Setting) -> Iterator[str]:
    groups = _groups(setting.study.wave, response, setting)
    word = setting.say("word.and")
    missing = [
        _missing_row(group, answered, setting)
        for group, answered in groups
        if answered.condition == MISSING_VOICES and answered.share is not None
    ]
    if missing:
        yield setting.say("response.missing", listed=formatting.in_words(missing, word))
    unknown = [
        setting.say("response.group", group=setting.wording.of(group.title))
        for group, answered in groups
        if answered.condition == TOO_FEW_TO_SHOW
    ]
    if unknown:
        yield setting.say("response.unknown", listed=formatting.in_words(unknown, word))


def _missing_row(group: RespondentGroup, answered: Answered, setting: Setting) -> str:
    return setting.say(
        "response.missing_row",
        group=setting.wording.of(group.title),
        share=setting.numbers.percent(answered.share or 0.0),
        invited=setting.numbers.percent(answered.share_invited or 0.0),
    )


def _drift(response: Response, setting: Setting) -> Iterator[str]:
    now = {group.id: a for group, a in _groups(setting.study.wave, response, setting)}
    for wave in reversed(setting.study.earlier_waves):
        moved = [
            (setting.wording.of(group.title), before.share, now[group.id].share)
            for group, before in _groups(wave, response, setting)
            if group.id in now
        ]
        shares = [(t, b, n) for t, b, n in moved if b is not None and n is not None]
        if shares:
            yield _drift_sentence(wave, shares, setting)
            return


def _drift_sentence(wave: str, shares: list[tuple[str, float, float]], setting: Setting) -> str:
    listed = [
        setting.say(
            "response.drift_row",
            group=title,
            before=setting.numbers.percent(before),
            now=setting.numbers.percent(now),
        )
        for title, before, now in shares
    ]
    said = setting.say(
        "response.drift",
        wave=wave,
        listed=formatting.in_words(listed, setting.say("word.and")),
    )
    largest = max(abs(now - before) for _, before, now in shares)
    key = "response.drift_much" if round(largest, 6) >= DRIFT else "response.drift_little"
    return f"{said} {setting.say(key)}"


def _groups(
    wave: str, response: Response, setting: Setting
) -> list[tuple[RespondentGroup, Answered]]:
    grouping = setting.instrument.grouping
    groups = grouping.groups if grouping else ()
    return [(group, response[wave, group.id]) for group in groups if (wave, group.id) in response]


def response_table(response: Response, setting: Setting) -> ShownTable | None:
    """Who answered, a row a group; None where the table has nothing about this site.

    What is not known of any group has no column.
    """
    found = _groups(setting.study.wave, response, setting)
    if not found:
        return None
    columns = {
        "people": [_count(answered.respondents, setting) for _, answered in found],
        "invited": [_count(answered.invited, setting) for _, answered in found],
        "rate": [_percent(answered.rate, setting) for _, answered in found],
        "share": [_percent(answered.share, setting) for _, answered in found],
        "share_invited": [_percent(answered.share_invited, setting) for _, answered in found],
    }
    kept = [name for name, cells in columns.items() if name == "people" or any(cells)]
    none = setting.say("word.not_shown")
    rows = [
        (setting.wording.of(group.title), [columns[name][place] or none for name in kept])
        for place, (group, _) in enumerate(found)
    ]
    headings = [setting.say(f"column.{name}") for name in ("group", *kept)]
    return shown_table(setting.say("answered.caption"), headings, rows)


def _count(number: float | None, setting: Setting) -> str:
    return "" if number is None else setting.numbers.count(number)


def _percent(share: float | None, setting: Setting) -> str:
    return "" if share is None else setting.numbers.percent(share)

"""The foot of the technical page: rules of disclosure, versions, settings and seeds."""

from __future__ import annotations

from dataclasses import fields

from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, evidence_of, shown_table


def disclosure_rules(setting: Setting) -> tuple[str, ...]:
    """What may leave and what may not, a sentence a rule."""
    minimum = setting.numbers.count(setting.study.minimum_n)
    names = ("minimum", "ladder", "complement", "uniform", "rounding")
    return tuple(setting.phrases.say(f"disclosure.{name}", minimum=minimum) for name in names)


def settings_table(setting: Setting) -> Evidence:
    """What the pages were made with."""
    study, instrument = setting.study, setting.instrument
    fixed = [
        (setting.say("settings.software"), study.product_version),
        (setting.say("settings.instrument"), f"{instrument.id} {instrument.version}"),
        (setting.say("settings.status"), setting.phrases.say(f"settings.is_{instrument.status}")),
        (setting.say("settings.wave"), study.wave),
        (setting.say("settings.minimum"), setting.numbers.count(study.minimum_n)),
    ]
    chosen = [
        (setting.phrases.say(f"settings.{field.name}"), _written(field.name, setting))
        for field in fields(study.settings)
    ]
    headings = [setting.say("settings.name"), setting.say("settings.value")]
    rows = [(name, (value,)) for name, value in (*fixed, *chosen)]
    table = shown_table(setting.say("settings.caption"), headings, rows, words=[1])
    return evidence_of("settings", table, setting, methods=[setting.say("settings.method")])


def _written(name: str, setting: Setting) -> str:
    value = getattr(setting.study.settings, name)
    if name == "seed":
        return str(value)
    whole, _, decimals = str(value).partition(".")
    if decimals.strip("0"):
        return setting.numbers.decimals(value, len(decimals))
    return setting.numbers.count(int(whole))

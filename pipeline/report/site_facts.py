"""What a site told about itself on the site form."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipeline.instrument.model import Question
from pipeline.report.pages import Setting


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact from the site form."""

    name: str
    value: str


def facts_by_site(site_context: pd.DataFrame, setting: Setting) -> dict[str, tuple[Fact, ...]]:
    """Facts from the site form by site, in the order of the questions; none unanswered."""
    given: dict[tuple[str, str], set[int]] = {}
    columns = (site_context[name].astype(object) for name in ("site", "question", "value"))
    for site, question, value in zip(*columns, strict=True):
        given.setdefault((str(site), str(question)), set()).add(int(value))
    facts = {}
    for site in sorted({site for site, _ in given}):
        found = (
            _fact(question, given.get((site, question.id), set()), setting)
            for question in setting.instrument.context_questions
        )
        facts[site] = tuple(fact for fact in found if fact)
    return facts


def _fact(question: Question, values: set[int], setting: Setting) -> Fact | None:
    if question.kind == "number":
        chosen = [str(value) for value in sorted(values)]
    else:
        options = (option for option in question.options if option.value in values)
        chosen = [setting.wording.of(option.label) for option in options]
    if not chosen:
        return None
    return Fact(setting.wording.of(question.short or question.text), "; ".join(chosen))

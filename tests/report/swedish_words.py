"""Telling English words in a text that should be Swedish."""

import re

from pipeline.report.pages import Setting
from pipeline.report.table_words import say_of_table

ENGLISH_WORDS = re.compile(
    r"\b(?:the|of|and|with|from|by|that|people|answers|items?|means?|sites?|which|were|are|each|"
    r"least|most|between|not|so|many|more|correlations?|interval|model|groups)\b",
    re.IGNORECASE,
)
INTERNATIONAL = re.compile(r"Cronbach's|Aiken's|bootstrap")


def english_left(text: str, swedish: Setting) -> list[str]:
    """The English words in what a report in Swedish says for a text of a table."""
    return ENGLISH_WORDS.findall(INTERNATIONAL.sub("", say_of_table(text, swedish)))

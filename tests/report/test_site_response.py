"""Who answered at a site."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from .fabricated_comparisons import EARLIER
from .fabricated_study import WAVE, Fabricated
from .reading_html import read, words_of
from .test_site_page import page_of


def answered(made: Fabricated, group: str | None, wave: str = WAVE, **values: Any) -> Fabricated:
    """The study with who answered at one site changed."""
    table = made.compared["response"].copy()
    chosen = table["site"].eq("s00") & table["wave"].eq(wave)
    chosen &= table["group"].isna() if group is None else table["group"].eq(group).fillna(False)
    assert chosen.sum() == 1
    for name, value in values.items():
        table.loc[chosen, name] = pd.NA if value is None else value
    return made.with_(compared={**made.compared, "response": table})


def table_of(page: str) -> list[list[str]]:
    named = "People who answered, by group, rounded"
    table = next(t for t in read(page).all("table") if t.all("caption")[0].text == named)
    return [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")]


def test_the_response_rate_is_told_for_everybody_and_by_group(study: Fabricated):
    page = page_of(answered(study, None, response_rate=0.45))
    assert "About 45% of those invited answered." in words_of(page)
    assert table_of(page)[1] == ["First group", "20", "30", "65%", "10%", "50%"]


def test_voices_heard_less_than_invited_are_named(study: Fabricated):
    said = "“First group” make up 10% of those who answered, but 50% of those invited"
    assert said in words_of(page_of(study))
    fair = answered(study, "one", share=0.45, condition=None)
    assert "make up" not in words_of(page_of(fair))


def test_a_group_that_cannot_be_shown_is_named_as_unknown_and_not_as_missing(study: Fabricated):
    hidden = dict.fromkeys(["respondents", "response_rate", "share"])
    held = answered(study, "one", condition="too_few_to_show", **hidden)
    shown = words_of(page_of(held))
    assert "How many answered cannot be shown for “First group”" in shown
    assert "make up" not in shown
    assert table_of(page_of(held))[1] == [
        "First group", "not shown", "30", "not shown", "not shown", "50%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (0.20, "Other people answering can move a mean by itself"),
        (0.15, "So it is about the same mix of people."),
    ],
)
def test_a_change_in_who_answers_is_told_and_judged_by_its_size(study: Fabricated, before, said):
    moved = answered(study, "one", EARLIER, share=before)
    moved = answered(moved, "two", EARLIER, share=1 - before)
    shown = words_of(page_of(moved))
    assert f"Who answered, next to {EARLIER}: “First group” {before:.0%} then and 10% now" in shown
    assert said in shown


def test_what_the_site_list_does_not_say_has_no_column(study: Fabricated):
    table = study.compared["response"].copy()
    table[["invited", "response_rate", "share_invited"]] = pd.NA
    made = study.with_(compared={**study.compared, "response": table})
    assert table_of(page_of(made))[0] == ["Group", "People (about)", "Share of those who answered"]
    assert "of those invited answered" not in words_of(page_of(made))


def test_without_the_table_the_released_counts_are_shown_as_before(study: Fabricated):
    empty = {**study.compared, "response": study.compared["response"].iloc[:0]}
    assert table_of(page_of(study.with_(compared=empty)))[0] == ["Group", "People (about)"]

"""Where a site lies among the sites of its programme, in words."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from .fabricated_study import Fabricated
from .reading_html import words_of
from .test_site_page import page_of

ORDINARY = "the mean here is about like the programme."


def placed(
    made: Fabricated, basis: str = "plain", scale: str | None = None, **values: Any
) -> Fabricated:
    """The study with the place of one site changed, on one scale or all."""
    table = made.compared["site_comparisons"].copy()
    chosen = table["site"].eq("s00") & table["basis"].eq(basis)
    if scale:
        chosen &= table["scale"].eq(scale)
    assert chosen.any()
    for name, value in values.items():
        table.loc[chosen, name] = pd.NA if value is None else value
    return made.with_(compared={**made.compared, "site_comparisons": table})


@pytest.mark.parametrize(
    ("band", "said", "summed_up"),
    [
        (
            "clearly_higher",
            "is clearly higher than at most sites",
            r"higher than at most [^.;]*Task",
        ),
        ("higher", "is higher than at most sites", r"higher than at most [^.;]*Task"),
        ("lower", "is lower than at most sites", r"lower than at most [^.;]*Task"),
        ("clearly_lower", "is clearly lower than at most sites", r"lower than at most [^.;]*Task"),
    ],
)
def test_the_word_stands_with_its_topic_and_in_the_summary(
    study: Fabricated, band, said, summed_up
):
    alike = placed(study, band="like_programme")
    shown = words_of(page_of(placed(alike, scale="TSIG", band=band)))
    assert shown.count(f"the mean here {said} of the programme.") == 1
    assert shown.count(ORDINARY) == 2
    assert re.search(summed_up, shown)
    before = words_of(page_of(alike))
    assert before.count(ORDINARY) == 3
    assert "no topic stands out: the means here are about like the programme." in before


def test_no_word_is_made_from_the_interval_of_the_mean(study: Fabricated):
    released = study.released.copy()
    own = released["statistic"].eq("mean") & released["site"].eq("s00") & released["item"].isna()
    released.loc[own, ["estimate", "ci_low", "ci_high"]] = [4.9, 4.8, 5.0]
    shown = words_of(page_of(placed(study.with_(released=released), band="like_programme")))
    assert "higher than at most sites of the programme on" not in shown


def test_a_reason_that_all_topics_share_is_given_once(study: Fabricated):
    reason = "Too few sites can be compared to say what is usual among them."
    bare = placed(study, band=None, condition="too_few_sites")
    shown = words_of(page_of(bare))
    assert shown.count(reason) == 1
    assert f"No topic is set beside the other sites in a word. {reason}" in shown
    assert "There is no word for how this lies" not in shown


def test_reasons_that_differ_stand_with_their_topics(study: Fabricated):
    mixed = placed(placed(study, band="like_programme"), scale="LEAD", band=None,
                   condition="gate_untested")  # fmt: skip
    shown = words_of(page_of(mixed))
    reason = "It could not be tested yet whether the statements can bear it."
    assert shown.count(f"There is no word for how this lies next to the other sites. {reason}") == 1
    assert "no topic stands out where a word can be given" in shown


def test_an_unknown_reason_is_still_a_sentence(study: Fabricated):
    shown = words_of(page_of(placed(study, band=None, condition="something_new")))
    assert "The numbers cannot bear it." in shown and "something_new" not in shown


def test_every_reason_without_a_word_has_its_sentence():
    from pipeline.benchmark.comparison.conditions import MEANING_OF_CONDITION
    from pipeline.report.phrases import load_phrases

    phrases = load_phrases("en")
    only_of_ranks = {"rank_uncertain"}
    assert all(phrases.has(f"no_word.{word}") for word in set(MEANING_OF_CONDITION) - only_of_ranks)


def test_the_mean_with_both_groups_counting_the_same_stands_beside_the_plain_one(study: Fabricated):
    balanced = placed(study, "role_balanced", "LEAD", mean=4.44, ci_low=4.11, ci_high=4.77)
    shown = words_of(page_of(balanced))
    assert "If both groups count the same, the mean is 4.4 (4.1 to 4.8)." in shown
    assert shown.count("There are two means:") == 1
    table = study.compared["site_comparisons"]
    plain = {**study.compared, "site_comparisons": table[table["basis"] == "plain"]}
    alone = words_of(page_of(study.with_(compared=plain)))
    assert "both groups count the same" not in alone and "There are two means:" not in alone


@pytest.mark.parametrize(("other", "times"), [("lower", 1), ("higher", 0), (None, 0)])
def test_a_word_that_the_other_mean_would_change_is_said(study: Fabricated, other, times):
    alike = placed(placed(study, band="higher"), "role_balanced", band="higher")
    changed = placed(alike, "role_balanced", "LEAD", band=other)
    assert words_of(page_of(changed)).count("the word would be another one: lower") == times


def test_a_study_without_comparisons_says_nothing_of_places(study: Fabricated):
    empty = {name: table.iloc[:0] for name, table in study.compared.items()}
    shown = words_of(page_of(study.with_(compared=empty)))
    assert "most sites of the programme" not in shown and "in a word" not in shown


def test_no_page_of_a_site_tells_ranks_or_fifths(study: Fabricated):
    told = placed(study, top_fifth=0.8765, rank_low=17.0, rank_high=19.0, z=2.345, p_value=0.0456)
    assert page_of(told) == page_of(study)

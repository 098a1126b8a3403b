"""Change of a site's results since earlier survey rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from .fabricated_comparisons import EARLIER
from .fabricated_study import Fabricated
from .reading_html import read, words_of
from .test_site_page import page_of

NUMBERS = ["mean_before", "change", "ci_low", "ci_high"]


def changed(
    made: Fabricated, basis: str = "plain", scale: str | None = None, **values: Any
) -> Fabricated:
    """The study with the change of one site changed, on one scale or all."""
    table = made.compared["site_changes"].copy()
    chosen = table["site"].eq("s00") & table["basis"].eq(basis)
    if scale:
        chosen &= table["scale"].eq(scale)
    assert chosen.any()
    for name, value in values.items():
        table.loc[chosen, name] = pd.NA if value is None else value
    return made.with_(compared={**made.compared, "site_changes": table})


def first_round(made: Fabricated, condition: str = "first_round", **values: Any) -> Fabricated:
    """The study where the site has no change, on any basis."""
    nothing = dict.fromkeys([*NUMBERS, "verdict"])
    only_plain = made.compared["site_changes"]
    only_plain = only_plain[only_plain["basis"] == "plain"]
    own = made.with_(compared={**made.compared, "site_changes": only_plain})
    return changed(own, condition=condition, **{**nothing, **values})


def row_of(page: str, caption: str, head: str) -> list[str]:
    table = next(t for t in read(page).all("table") if caption in t.all("caption")[0].text)
    row = next(r for r in table.all("tr") if r.all("th")[0].text == head)
    return [cell.text for cell in row.all("td")]


def test_a_change_is_told_with_both_means_its_interval_and_its_word(study: Fabricated):
    told = changed(
        study, scale="TSIG", mean_before=3.24, mean_now=3.36, change=0.12, ci_low=-0.1,
        ci_high=0.34, verdict="no_clear_change",
    )  # fmt: skip
    cells = row_of(page_of(told), f"Mean since {EARLIER}", "Task significance")
    assert cells == ["3.24", "3.36", "+0.12", "\u22120.10 to +0.34", "no clear change"]


def test_the_summary_follows_the_verdicts_and_not_the_sizes(study: Fabricated):
    up = changed(changed(study, verdict="no_clear_change"), scale="TSIG", verdict="higher")
    shown = words_of(page_of(up))
    said = f"Since {EARLIER}, the mean has become higher on Task significance. On the other topics"
    assert shown.count(said) == 2
    down = words_of(page_of(changed(up, scale="LEAD", verdict="lower")))
    assert "higher on Task significance; it has become lower on Leadership climate." in down
    none = words_of(page_of(changed(study, verdict="no_clear_change")))
    assert none.count(f"Since {EARLIER}, there is no clear change on any topic") == 2


def test_rounds_that_may_mean_different_things_are_set_side_by_side_with_a_warning(study):
    warning = "could not be tested whether the statements mean the same in both rounds"
    assert warning not in words_of(page_of(study))
    assert warning in words_of(page_of(changed(study, scale="LEAD", condition="wave_untested")))


def test_a_closed_gate_takes_the_place_of_the_numbers(study: Fabricated):
    nothing = dict.fromkeys([*NUMBERS, "verdict"])
    page = page_of(changed(study, scale="LEAD", condition="gate_closed", **nothing))
    assert "The rounds cannot be compared on Leadership climate" in words_of(page)
    table = next(t for t in read(page).all("table") if "Mean since" in t.all("caption")[0].text)
    assert "Leadership climate" not in table.text


def test_a_first_round_says_what_the_next_one_would_have_to_show(study: Fabricated):
    shown = words_of(page_of(first_round(study, smallest_detectable=0.26)))
    assert "No earlier round has results for this site that can be compared." in shown
    assert "Next time, a change smaller than 0.3 points could be chance" in shown
    assert f"Since {EARLIER}" not in shown


def test_a_study_of_one_round_says_the_same_from_the_released_interval(study: Fabricated):
    released = study.released.copy()
    own = released["statistic"].eq("mean") & released["site"].eq("s00") & released["item"].isna()
    released.loc[own, ["ci_low", "ci_high"]] = [3.0, 4.0]
    alone = study.with_(
        released=released,
        study=replace(study.study, earlier_waves=()),
        compared={name: table.iloc[:0] for name, table in study.compared.items()},
    )
    shown = words_of(page_of(alone))
    assert "Next time, a change smaller than 0.7 points could be chance" in shown


def test_a_closed_gate_promises_no_comparison_next_time(study: Fabricated):
    closed = first_round(study, "gate_closed", smallest_detectable=None)
    shown = words_of(page_of(closed))
    assert "The rounds cannot be compared on" in shown
    assert "Next time" not in shown


def test_people_who_answered_both_times_are_told_apart_from_everybody(study: Fabricated):
    page = page_of(changed(study, "linked", "TSIG", change=0.4, share_higher=0.33))
    caption = f"People who answered in {EARLIER} as well"
    cells = row_of(page, caption, "Task significance")
    assert cells == ["+0.4", "+0.1 to +0.3", "higher", "33%", "10%", "20"]
    assert caption not in page_of(study, "s01")


def test_a_part_that_is_not_told_of_linked_people_is_not_made_up(study: Fabricated):
    page = page_of(changed(study, "linked", "TSIG", share_higher=None))
    cells = row_of(page, f"People who answered in {EARLIER} as well", "Task significance")
    assert cells[3:5] == ["not shown", "10%"]


def test_the_other_mean_has_a_column_only_where_it_has_a_change(study: Fabricated):
    table = study.compared["site_changes"]
    plain = table[table["basis"] == "plain"]
    heading = "Change, both groups counting the same"
    for change, shown in ((-0.25, True), (None, False)):
        other = plain.assign(basis="role_balanced", change=change).astype(table.dtypes)
        both = {**study.compared, "site_changes": pd.concat([table, other])}
        page = page_of(study.with_(compared=both))
        assert (heading in words_of(page)) is shown
        if shown:
            cells = row_of(page, f"Mean since {EARLIER}", "Task significance")
            assert cells[-1] == "\u22120.25"


def test_several_earlier_rounds_are_told_the_latest_first(study: Fabricated):
    table = study.compared["site_changes"]
    older = table[table["basis"] == "plain"].assign(earlier_wave="2024 spring")
    both = study.with_(
        study=replace(study.study, earlier_waves=("2024 spring", EARLIER)),
        compared={**study.compared, "site_changes": pd.concat([older, table])},
    )
    headings = [h.text for h in read(page_of(both)).all("h3") if h.text.startswith("Since")]
    assert headings == [f"Since {EARLIER}", "Since 2024 spring"]

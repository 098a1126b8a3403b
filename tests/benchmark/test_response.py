import numpy as np
import pandas as pd
import pytest

from pipeline.benchmark.response import MEANING_OF_CONDITION, response_table
from pipeline.tables import INVITED, RELEASED, RESPONSE, SITES, conform

ORDER = ("lived", "professional")


def released_of(*rows):
    frame = pd.DataFrame(rows, columns=["wave", "site", "group", "estimate"])
    frame = frame.assign(statistic="respondents", n_respondents=frame["estimate"], method="count")
    return conform(frame.reindex(columns=RELEASED.column_names), RELEASED)


def sites_of(**invited):
    rows = [(name, name, name, number) for name, number in invited.items()]
    return conform(pd.DataFrame(rows, columns=SITES.column_names), SITES)


def invited_of(*rows):
    return conform(pd.DataFrame(rows, columns=INVITED.column_names), INVITED)


def row_of(table, site=None, group=None, wave="2"):
    rows = table[table["wave"] == wave]
    for column, value in (("site", site), ("group", group)):
        rows = rows[rows[column].isna()] if value is None else rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


RELEASED_TWO = released_of(
    ("2", None, None, 70),
    ("2", None, "lived", 25),
    ("2", None, "professional", 40),
    ("2", "a", None, 40),
    ("2", "a", "lived", 15),
    ("2", "a", "professional", 20),
    ("2", "b", None, 30),
)
INVITED_A = invited_of(("a", "lived", 50), ("a", "professional", 30))
BOTH = invited_of(*INVITED_A.itertuples(index=False), ("b", "lived", 20), ("b", "professional", 9))


def table_of(invited=None, released=RELEASED_TWO, waves=("2",), order=ORDER, **sites):
    return response_table(
        released, sites_of(**(sites or {"a": 90, "b": 31})), invited, order, waves
    )


def test_the_rate_is_the_rounded_count_in_those_invited_in_steps_of_five_hundredths():
    table = table_of()
    assert row_of(table, "a")["response_rate"] == 0.45
    assert row_of(table, "b")["response_rate"] == 0.95
    assert row_of(table)["response_rate"] == 0.6


def test_rates_tell_nothing_that_the_rounded_count_does_not():
    table = table_of(BOTH)
    known = table.dropna(subset=["response_rate"])
    ratio = (known["respondents"] / known["invited"]).astype(float)
    assert (known["response_rate"] - ratio.clip(upper=1)).abs().max() <= 0.025 + 1e-9
    steps = known["response_rate"].astype(float) / 0.05
    assert np.allclose(steps, steps.round())


def test_the_rate_of_a_group_is_that_of_its_invited():
    row = row_of(table_of(INVITED_A), "a", "lived")
    assert row["invited"] == 50
    assert row["response_rate"] == 0.3


def test_shares_are_those_among_people_of_the_groups():
    table = table_of(INVITED_A)
    first, second = (row_of(table, "a", group) for group in ORDER)
    assert (first["share"], second["share"]) == (0.43, 0.57)
    assert (first["share_invited"], second["share_invited"]) == (0.63, 0.38)


def test_everybody_has_no_share():
    table = table_of(BOTH)
    assert table.loc[table["group"].isna(), ["share", "share_invited"]].isna().all(axis=None)


def test_a_withheld_count_has_no_rate():
    row = row_of(table_of(BOTH), "b", "lived")
    assert row[["respondents", "response_rate", "share"]].isna().all()
    assert row["invited"] == 20
    assert row["condition"] == "too_few_to_show"


def test_withheld_groups_that_nobody_said_were_invited_are_only_withheld():
    assert row_of(table_of(), "b", "lived")["condition"] == "respondents_withheld"


def test_a_group_of_which_nobody_was_invited_is_no_missing_voice():
    invited = invited_of(("b", "lived", 0), ("b", "professional", 30))
    table = table_of(invited)
    assert row_of(table, "b", "lived")["condition"] == "none_invited"
    assert row_of(table, "b", "professional")["condition"] == "too_few_to_show"


def test_a_group_that_answered_much_less_than_it_was_invited_is_told():
    invited = invited_of(("a", "lived", 200), ("a", "professional", 20))
    table = table_of(invited)
    assert row_of(table, "a", "lived")["condition"] == "missing_voices"
    assert pd.isna(row_of(table, "a", "professional")["condition"])


@pytest.mark.parametrize(
    ("invited", "condition"), [(39, None), (38, None), (37, "more_than_invited")]
)
def test_more_answers_than_invited_are_told_only_when_rounding_cannot_explain_them(
    invited, condition
):
    row = row_of(table_of(a=invited, b=31), "a")
    assert row["response_rate"] == 1.0
    assert (None if pd.isna(row["condition"]) else row["condition"]) == condition


def test_a_site_that_does_not_tell_has_no_rate():
    row = row_of(table_of(a=90, b=None), "b")
    assert pd.isna(row["response_rate"])
    assert row["respondents"] == 30
    assert row["condition"] == "invited_untold"


def test_the_programme_adds_up_only_sites_for_which_both_are_known():
    table = table_of(a=90, b=None, c=12)
    row = row_of(table)
    assert (row["invited"], row["respondents"]) == (90, 40)
    assert row["response_rate"] == 0.45
    assert row["condition"] == "some_sites_untold"
    assert (table.loc[table["group"].isna(), "condition"] == "invited_untold").sum() == 1


def test_the_programme_is_the_released_count_where_every_site_tells():
    row = row_of(table_of(BOTH), None, "lived")
    assert (row["invited"], row["respondents"]) == (70, 25)
    assert pd.isna(row["condition"])


def test_the_table_of_invited_people_stands_before_the_site_list():
    table = table_of(invited_of(("a", None, 80)))
    assert row_of(table, "a")["invited"] == 80
    assert row_of(table, "b")["invited"] == 31


def test_who_was_invited_is_known_of_the_present_round_only():
    earlier = RELEASED_TWO.assign(wave="1").astype({"wave": "string"})
    both = conform(pd.concat([earlier, RELEASED_TWO]), RELEASED)
    table = table_of(BOTH, released=both, waves=("1", "2"))
    before = table[table["wave"] == "1"]
    assert before[["invited", "response_rate", "share_invited"]].isna().all(axis=None)
    assert row_of(table, "a", "lived", wave="1")["share"] == 0.43
    assert row_of(table, "a")["response_rate"] == 0.45


def test_rows_are_the_programme_then_sites_in_the_order_of_the_list():
    table = table_of(b=1, a=2)
    assert table["site"].fillna("").tolist() == ["", "", "", "b", "b", "b", "a", "a", "a"]
    assert table["group"].fillna("").tolist() == ["", *ORDER] * 3


def test_nothing_released_and_nothing_told_is_a_table_without_numbers():
    table = table_of(released=RELEASED_TWO.iloc[:0], a=None)
    assert table[["invited", "respondents", "response_rate"]].isna().all(axis=None)


def test_without_groups_there_are_only_rows_of_everybody():
    table = table_of(order=())
    assert table["group"].isna().all()
    assert len(table) == 3


def test_every_condition_has_a_meaning_and_the_table_keeps_its_contract():
    tables = [table_of(), table_of(BOTH), table_of(INVITED_A), table_of(a=37, b=None)]
    conditions = set(pd.concat(tables)["condition"].dropna())
    assert len(conditions) >= 4
    assert conditions <= set(MEANING_OF_CONDITION)
    for table in tables:
        pd.testing.assert_frame_equal(table, conform(table, RESPONSE))

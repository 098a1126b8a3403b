from __future__ import annotations

import pytest

from tests.report.fabricated_study import Fabricated
from tests.report.technical.changing import part, with_table
from tests.report.test_technical_page import rows_of


def test_correlations_with_the_rest_have_their_intervals(study: Fabricated):
    frame = study.psychometrics["item_analysis"]
    found = frame[frame["statistic"] == "item_rest_correlation"].set_index("item")
    rows = rows_of(part(study, "items").all("table")[1])
    column = rows[0].index("Item-rest r")
    for row in rows[1:]:
        one = found.loc[row[0]]
        assert row[column] == f"{one.estimate:.2f} ({one.ci_low:.2f} to {one.ci_high:.2f})"


@pytest.mark.parametrize("there", [True, False])
def test_the_polyserial_correlation_has_a_column_where_it_was_computed(study, there):
    frame = study.psychometrics["item_analysis"]
    kept = frame if there else frame[frame["statistic"] != "item_rest_polyserial"]
    rows = rows_of(part(with_table(study, "item_analysis", kept), "items").all("table")[1])
    assert ("Item-rest r, polyserial" in rows[0]) is there


def test_rows_of_groups_do_not_take_the_place_of_those_of_everyone(study: Fabricated):
    import pandas as pd

    frame = study.psychometrics["item_analysis"]
    groups = frame.assign(group="one", estimate=0.123)
    both = with_table(study, "item_analysis", pd.concat([groups, frame], ignore_index=True))
    assert part(both, "items").text == part(study, "items").text

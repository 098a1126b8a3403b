"""Change of means since earlier survey rounds."""

import numpy as np
import pandas as pd
import pytest

from pipeline.benchmark.change import compare_waves
from pipeline.tables import GATES, RELEASED, SITE_CHANGES, conform

WAVES = ("2025", "2026")


def means_of(*rows):
    """Rows of wave, site, scale, mean and half width."""
    columns = ["wave", "site", "scale", "mean", "half"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        basis="plain",
        n_respondents=40,
        ci_low=table["mean"] - table["half"],
        ci_high=table["mean"] + table["half"],
        confidence_level=0.95,
    )


def released_of(*rows):
    columns = ["wave", "site", "scale", "statistic", "estimate", "ci_low", "ci_high"]
    table = pd.DataFrame(rows, columns=columns).assign(n_respondents=25, confidence_level=0.95)
    return conform(table.reindex(columns=RELEASED.column_names), RELEASED)


def gates_of(scale="A", **verdicts):
    rows = [
        {"wave": "2026", "scale": scale, "gate": gate, "verdict": verdict, "reason": "So it is."}
        for gate, verdict in verdicts.items()
    ]
    return conform(pd.DataFrame(rows).reindex(columns=GATES.column_names), GATES)


def change_of(*rows, gates=None, released=None, waves=WAVES):
    found = compare_waves(
        means_of(*rows),
        released_of() if released is None else released,
        gates_of(wave="open") if gates is None else gates,
        waves,
    )
    return found.set_index(["site", "scale", "basis"]) if found["site"].notna().all() else found


def test_the_change_is_the_difference_with_both_intervals_in_its_own():
    row = change_of(("2025", "a", "A", 3.0, 0.3), ("2026", "a", "A", 3.8, 0.4)).loc[
        ("a", "A", "plain")
    ]
    assert (row["mean_before"], row["mean_now"]) == (3.0, 3.8)
    assert row["change"] == pytest.approx(0.8)
    assert (row["ci_high"] - row["ci_low"]) / 2 == pytest.approx(0.5)
    assert row["smallest_detectable"] == pytest.approx(np.sqrt(2) * 0.4)
    assert row["verdict"] == "higher"
    assert pd.isna(row["condition"])


def test_a_change_within_its_interval_is_no_clear_change():
    row = change_of(("2025", "a", "A", 3.0, 0.3), ("2026", "a", "A", 2.8, 0.4)).iloc[0]
    assert row["verdict"] == "no_clear_change"


def test_without_an_earlier_mean_the_smallest_detectable_change_is_told():
    row = change_of(("2026", "a", "A", 3.8, 0.4)).iloc[0]
    assert row["condition"] == "first_round"
    assert pd.isna(row["change"])
    assert pd.isna(row["verdict"])
    assert row["smallest_detectable"] == pytest.approx(np.sqrt(2) * 0.4)


def test_of_many_scales_one_that_stands_out_a_little_is_not_called_changed():
    quiet = [(wave, "a", f"S{place}", 3.0, 0.3) for wave in WAVES for place in range(8)]
    edge = [("2025", "a", "A", 3.0, 0.3), ("2026", "a", "A", 3.44, 0.3)]
    gates = pd.concat(
        [gates_of(scale, wave="open") for scale in ["A", *(f"S{i}" for i in range(8))]]
    )
    assert change_of(*edge).iloc[0]["verdict"] == "higher"
    among = change_of(*edge, *quiet, gates=gates).loc[("a", "A", "plain")]
    assert among["verdict"] == "no_clear_change"


@pytest.mark.parametrize("gate", ["wave", "structure", "reliability"])
def test_a_closed_gate_leaves_nothing_but_the_mean_of_now(gate):
    rows = ("2025", "a", "A", 3.0, 0.3), ("2026", "a", "A", 3.8, 0.4)
    row = change_of(*rows, gates=gates_of(**{"wave": "open", gate: "closed"})).iloc[0]
    assert row["condition"] == "gate_closed"
    assert row[["change", "mean_before", "ci_low", "smallest_detectable", "verdict"]].isna().all()
    assert row["mean_now"] == 3.8


def test_rounds_that_could_not_be_tested_are_compared_and_it_is_said():
    rows = ("2025", "a", "A", 3.0, 0.3), ("2026", "a", "A", 3.8, 0.4)
    row = change_of(*rows, gates=gates_of(wave="untested")).iloc[0]
    assert row["condition"] == "wave_untested"
    assert row["verdict"] == "higher"


def test_each_earlier_round_is_compared_with_the_round_now():
    rows = [(wave, "a", "A", mean, 0.2) for wave, mean in (("1", 3.0), ("2", 3.5), ("2026", 4.0))]
    found = change_of(*rows, waves=("1", "2", "2026"))
    assert found["change"].round(6).tolist() == [1.0, 0.5]
    assert found["earlier_wave"].tolist() == ["1", "2"]


def test_linked_people_have_a_row_of_their_own_since_the_last_round():
    released = released_of(
        ("2026", "a", "A", "linked_change", 0.4, 0.1, 0.7),
        ("2026", "a", "A", "linked_higher", 0.3, None, None),
        ("2026", "a", "A", "linked_lower", 0.05, None, None),
    )
    rows = [(wave, "a", "A", 3.0, 0.2) for wave in ("1", "2", "2026")]
    row = change_of(*rows, released=released, waves=("1", "2", "2026")).loc[("a", "A", "linked")]
    assert (row["change"], row["share_higher"], row["share_lower"]) == (0.4, 0.3, 0.05)
    assert (row["earlier_wave"], row["verdict"]) == ("2", "higher")


def test_the_programme_is_compared_too():
    found = change_of(("2025", None, "A", 3.0, 0.05), ("2026", None, "A", 3.1, 0.05))
    assert found.iloc[0]["verdict"] == "higher"


def test_one_round_gives_an_empty_table():
    assert change_of(("2026", "a", "A", 3.0, 0.2), waves=("2026",)).empty


@pytest.mark.parametrize("rows", [[], [("2025", "a", "A", 3.0, 0.2)]])
def test_where_nothing_of_the_round_now_may_be_shown_the_table_is_empty(rows):
    found = compare_waves(means_of(*rows), released_of(), gates_of(wave="open"), WAVES)
    assert found.empty
    assert list(found.columns) == SITE_CHANGES.column_names

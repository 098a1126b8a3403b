"""Lists of single conditions are drawn apart from everything else."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.instrument import load_instrument
from pipeline.simulate import read_model, simulate_programme
from pipeline.simulate.lists import generators_of_lists
from pipeline.simulate.people import draw_correlated

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "instrument" / "evidence" / "hypothesised_model.yaml"


@pytest.fixture(scope="module")
def with_list():
    return load_instrument(ROOT / "instrument", "long", ["barriers"])


@pytest.fixture(scope="module")
def drawn(with_list, design):
    """The programme of `programme`, asked for a list as well."""
    return simulate_programme(
        with_list, read_model(MODEL, with_list), design, np.random.default_rng(11)
    )


def test_a_list_leaves_all_other_answers_of_every_round_as_they_are(programme, drawn, with_list):
    for without, asked in zip(programme.rounds, drawn.rounds, strict=True):
        pd.testing.assert_frame_equal(
            asked.respondents[list(without.respondents)], without.respondents
        )
        added = set(asked.respondents) - set(without.respondents)
        assert added == set(with_list.by_id["BAR"].item_ids)


def test_a_list_leaves_those_after_it_as_they_are(drawn, design):
    both = load_instrument(ROOT / "instrument", "long", ["enablers", "barriers"])
    asked = simulate_programme(both, read_model(MODEL, both), design, np.random.default_rng(11))
    for without, with_both in zip(drawn.rounds, asked.rounds, strict=True):
        pd.testing.assert_frame_equal(
            with_both.respondents[list(without.respondents)], without.respondents
        )
        added = set(with_both.respondents) - set(without.respondents)
        assert added == set(both.by_id["ENA"].item_ids)


def test_generators_of_lists_differ_and_leave_the_one_they_come_from_as_it_is():
    rng, alone = np.random.default_rng(3), np.random.default_rng(3)
    one, both = generators_of_lists(("last",), rng), generators_of_lists(("first", "last"), alone)
    assert list(both) == ["last", "first"]
    drawn = {name: of.random() for name, of in both.items()}
    assert len(set(drawn.values())) == 2
    assert one["last"].random() == drawn["last"]
    assert rng.random() == alone.random() == np.random.default_rng(3).random()
    assert generators_of_lists((), rng) == {}


def test_an_earlier_round_leaves_the_list_of_the_latest_one_as_it_is(drawn, with_list, design):
    from dataclasses import replace

    alone = simulate_programme(
        with_list,
        read_model(MODEL, with_list),
        replace(design, earlier_rounds=()),
        np.random.default_rng(11),
    )
    items = with_list.by_id["BAR"].item_ids
    assert drawn.respondents[items].equals(alone.respondents[items])


def test_lists_go_with_the_other_traits_as_in_the_model():
    whole = load_instrument(ROOT / "instrument", "field")
    model = read_model(MODEL, whole)
    assert model.lists == ("ENA", "BAR")
    scales = list(model.icc.index)
    assert scales[-1] not in model.lists, "a list in the middle tries the order"
    numbers = draw_correlated(40_000, model, np.random.default_rng(8))
    found = np.corrcoef(numbers, rowvar=False)
    assert np.abs(found - model.correlations.loc[scales, scales].to_numpy()).max() < 0.025
    assert np.abs(numbers.std(axis=0) - 1).max() < 0.02

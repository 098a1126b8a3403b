"""What a scale score is."""

import numpy as np
import pandas as pd
import pytest

from pipeline.instrument import load_instrument
from pipeline.score import (
    factor_items,
    items_asked,
    items_that_vary,
    key_items,
    keyed_scales,
    scales_with_factor,
    score_responses,
    score_scale,
)

INSTRUMENT = load_instrument("instrument", "long")
SCALE = INSTRUMENT.by_id["COM"]
NOTHING_LEFT_OUT = pd.DataFrame({"respondent": [], "column": [], "reason": []}, dtype="string")


@pytest.fixture
def responses():
    answers = np.random.default_rng(1).integers(1, 6, size=(40, len(INSTRUMENT.items)))
    frame = pd.DataFrame(answers, columns=list(INSTRUMENT.items)).astype("Int64")
    frame = frame.mask(np.random.default_rng(2).random(frame.shape) < 0.15)
    return frame.assign(
        respondent=[f"r{i}" for i in range(40)], site="a", wave="1", group=None
    ).astype({"respondent": "string", "site": "string", "wave": "string", "group": "string"})


def one_person(**answers):
    row = dict.fromkeys(SCALE.item_ids, None) | answers
    return pd.DataFrame([row]).astype("Int64")


def test_a_score_is_the_mean_of_the_keyed_items():
    positive = [item for item in SCALE.item_ids if item not in SCALE.reversed_ids]
    person = one_person(**dict.fromkeys(positive, 5), **dict.fromkeys(SCALE.reversed_ids, 1))
    assert score_scale(person, SCALE)[0] == 5


def test_reversed_items_are_turned_round_and_no_others():
    person = one_person(**dict.fromkeys(SCALE.item_ids, 2))
    keyed = key_items(person, SCALE).iloc[0]
    for item in SCALE.item_ids:
        assert keyed[item] == (4 if item in SCALE.reversed_ids else 2)


def test_the_missing_item_rule_holds_at_its_edge():
    enough = dict.fromkeys(SCALE.item_ids[: SCALE.min_answered], 3)
    too_few = dict.fromkeys(SCALE.item_ids[: SCALE.min_answered - 1], 3)
    assert score_scale(one_person(**enough), SCALE)[0] == 3
    assert pd.isna(score_scale(one_person(**too_few), SCALE)[0])


def test_a_booklet_needs_two_thirds_of_the_items_that_it_asks(responses):
    answered, put_aside = SCALE.item_ids[:2], SCALE.item_ids[3:]
    left_out = pd.DataFrame(
        [("r0", item, "NOT_ASKED") for item in put_aside]
        + [("r1", item, "SKIPPED") for item in put_aside],
        columns=["respondent", "column", "reason"],
        dtype="string",
    )
    responses.loc[[0, 1], SCALE.item_ids] = pd.NA
    responses.loc[[0, 1], answered] = 4
    assert list(items_asked(responses, left_out, INSTRUMENT)[SCALE.id][:2]) == [3, 6]
    scores = score_responses(responses, left_out, INSTRUMENT)[SCALE.id]
    assert not pd.isna(scores[0])
    assert pd.isna(scores[1])


def test_keying_twice_gives_the_answers_back(responses):
    twice = key_items(key_items(responses, SCALE), SCALE)
    pd.testing.assert_frame_equal(twice, responses[SCALE.item_ids].astype("Float64"))


def test_the_answers_handed_over_are_not_changed(responses):
    before = responses.copy()
    score_responses(responses, NOTHING_LEFT_OUT, INSTRUMENT)
    pd.testing.assert_frame_equal(responses, before)


def test_the_order_of_respondents_does_not_matter(responses):
    shuffled = responses.sample(frac=1, random_state=3)
    one = (
        score_responses(responses, NOTHING_LEFT_OUT, INSTRUMENT)
        .set_index("respondent")
        .sort_index()
    )
    two = (
        score_responses(shuffled, NOTHING_LEFT_OUT, INSTRUMENT).set_index("respondent").sort_index()
    )
    pd.testing.assert_frame_equal(one, two)


def test_scores_stay_within_the_response_scale(responses):
    scores = score_responses(responses, NOTHING_LEFT_OUT, INSTRUMENT)[
        [scale.id for scale in INSTRUMENT.scored_scales]
    ]
    assert scores.min().min() >= 1
    assert scores.max().max() <= 5


def test_keyed_scales_have_numbers_or_nan(responses):
    for items in keyed_scales(responses, INSTRUMENT).values():
        assert (items.dtypes == "float64").all()
        assert items.isna().any().any()


def test_factor_items_are_those_of_the_sections_that_expect_factors(responses):
    items = factor_items(responses, INSTRUMENT)
    practices = INSTRUMENT.scales_in(INSTRUMENT.sections[0])
    assert list(items) == ["practices"]
    assert list(items["practices"]) == [name for scale in practices for name in scale.item_ids]


def test_items_that_everyone_answered_alike_or_nobody_answered_are_left_out():
    items = pd.DataFrame({"a": [1.0, 2.0, None], "b": [3.0, 3.0, None], "c": [None] * 3})
    assert list(items_that_vary(items.astype("float64"))) == ["a"]


def test_scales_with_a_factor_are_reflective_and_have_enough_items_that_vary(responses):
    found = dict(scales_with_factor(responses, INSTRUMENT))
    assert {INSTRUMENT.by_id[scale_id].treatment for scale_id in found} == {"reflective"}
    assert SCALE.id in found
    same = responses.assign(**dict.fromkeys(SCALE.item_ids[2:], 3))
    assert SCALE.id not in dict(scales_with_factor(same, INSTRUMENT))
    three = responses.assign(**dict.fromkeys(SCALE.item_ids[3:], 3))
    assert SCALE.id in dict(scales_with_factor(three, INSTRUMENT))
    assert SCALE.id not in dict(scales_with_factor(three, INSTRUMENT, fewest_items=4))

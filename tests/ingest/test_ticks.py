"""Ticks that stand in one cell."""

import pytest

from pipeline.ingest.codebook import REFUSED
from pipeline.ingest.ticks import Tick, TickList

BOXES = {"1": "a", "meetings": "a", "2": "b", "planning and meetings": "b", "3": "c", "none": "c"}


def listed(separator, **more):
    return TickList({**BOXES, **more}, separator, "1, 2, 3")


@pytest.mark.parametrize(
    ("separator", "text", "ticked"),
    [
        (",", "1,3", {"a", "c"}),
        (", ", "Meetings, None", {"a", "c"}),
        (",", "Meetings,None", {"a", "c"}),
        (";", "Meetings;None;", {"a", "c"}),
        (" ", "meetings none", {"a", "c"}),
        (" ", "planning and meetings", {"b"}),
        (",", "PLANNING AND\u00a0MEETINGS", {"b"}),
    ],
)
def test_codes_and_wordings_are_told_apart(separator, text, ticked):
    assert listed(separator).ticked(text) == ticked


def test_a_wording_may_hold_the_separator():
    boxes = listed(",", **{"yes often": "d", "yes": "e"})
    assert boxes.ticked("Yes, often,None") == {"d", "c"}


@pytest.mark.parametrize("text", ["4", "1,4", "meeting", "", ",", "1,,x"])
def test_what_is_no_box_is_refused(text):
    assert listed(",").ticked(text) is None
    assert Tick("a", listed(",")).read(text or "x").outcome == REFUSED


def test_a_cell_that_can_be_read_in_two_ways_is_refused():
    two = TickList({"a": "x", "b": "y", "a b": "z"}, " ", "")
    assert two.ticked("a b") is None
    assert two.ticked("b a") == {"x", "y"}


def test_a_wording_of_two_boxes_is_refused():
    assert TickList({"same": None, "1": "a"}, ",", "").ticked("same,1") is None


def test_every_box_of_a_cell_says_whether_it_is_ticked():
    boxes = listed(",")
    assert [Tick(name, boxes).read("1,3").value for name in "abc"] == [1, 0, 1]

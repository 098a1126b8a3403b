from __future__ import annotations

import pytest

from pipeline.report.wording import fill_in

WORDS = {"users": "service users", "work": "this {users} work"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("What {users} say", "What service users say"),
        ("{Users} say", "Service users say"),
        ("{work}", "this {users} work"),
        ("{unknown} {USERS} {0} {} {users.__class__} {users!r} {users:9}",
         "{unknown} {USERS} {0} {} {users.__class__} {users!r} {users:9}"),
        ("{{users}}", "{service users}"),
        ("no places", "no places"),
    ],
)  # fmt: skip
def test_fill_ins_are_put_in_once_and_nothing_else_is_understood(text, filled):
    assert fill_in(text, WORDS) == filled

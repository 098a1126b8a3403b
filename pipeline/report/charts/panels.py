"""Long charts in parts, so that each part fits on a page of paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

TALLEST = 1000
"""Pixels of drawing that fit on a printed page."""

T = TypeVar("T")


def in_panels(
    parts: Sequence[T], height_of: Callable[[T], int], tallest: int = TALLEST
) -> tuple[tuple[T, ...], ...]:
    """Neighbouring parts put together as long as they fit; a part that is too tall stays whole."""
    panels: list[list[T]] = []
    left = 0
    for part in parts:
        height = height_of(part)
        if not panels or height > left:
            panels.append([])
            left = tallest
        panels[-1].append(part)
        left -= height
    return tuple(tuple(panel) for panel in panels)

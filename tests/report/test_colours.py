"""Colours can be told apart by everyone: computed contrast, light and dark."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from pipeline.report.pages import TEMPLATES

STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
BLOCKS = re.findall(r":root \{(.*?)\}", STYLE, flags=re.DOTALL)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT = colours(BLOCKS[0])
DARK = {**LIGHT, **colours(BLOCKS[1])}

TEXT = [
    ("ink", "paper"), ("ink", "wash"), ("ink", "notice"), ("muted", "paper"), ("muted", "wash"),
    ("accent", "paper"), ("accent", "wash"), ("on-accent", "accent"),
    *(("on-part", f"part-{number}") for number in (1, 2, 3, 4)),
    ("ink", "cell-higher"), ("ink", "cell-lower"), ("ink", "band"), ("muted", "band"),
    *(("ink", f"heat-{step}") for step in range(4)), ("on-heat", "heat-4"), ("on-heat", "heat-5"),
    *(("ink", f"against-{step}") for step in range(1, 4)),
    ("on-heat", "against-4"), ("on-heat", "against-5"),
]  # fmt: skip
GRAPHICS = [
    *((kind, "paper") for kind in ("low-2", "low-1", "middle", "high-1", "high-2")),
    *((f"part-{number}", "paper") for number in (1, 2, 3, 4)),
    ("accent", "paper"), ("second", "paper"), ("graphic-line", "paper"), ("band-edge", "paper"),
    ("accent", "band"), ("ink", "band"), ("notice-edge", "paper"), ("second", "wash"),
    ("graphic-line", "wash"),
]  # fmt: skip


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_stands_out_from_its_ground(palette, front, back):
    assert contrast(palette[front], palette[back]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), GRAPHICS)
def test_marks_stand_out_from_their_ground(palette, front, back):
    assert contrast(palette[front], palette[back]) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_stronger_answers_differ_from_weaker_ones_without_colour(palette):
    for side in ("low", "high"):
        assert contrast(palette[f"{side}-2"], palette[f"{side}-1"]) >= 2


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("side", ["heat", "against"])
def test_every_shade_of_a_heat_map_differs_from_the_next_without_colour(palette, side):
    shades = [palette["heat-0"], *(palette[f"{side}-{step}"] for step in range(1, 6))]
    from_paper = [contrast(shade, palette["paper"]) for shade in shades]
    assert all(after >= 1.15 * before for before, after in pairwise(from_paper))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_shade_of_a_size_is_as_strong_for_negative_correlations(palette):
    for step in range(1, 6):
        assert contrast(palette[f"heat-{step}"], palette[f"against-{step}"]) < 1.25


def test_the_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_every_colour_in_use_is_defined():
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE)) <= set(re.findall(r"--([\w-]+):", STYLE))
    rules = STYLE[STYLE.index("*, *::before") :]
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)

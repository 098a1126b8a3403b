"""Colours can be told apart by everyone: computed contrast, light and dark."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
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
    *((kind, "paper") for kind in ("low-2", "low-1", "high-1", "high-2")),
    ("graphic-line", "middle"), ("accent", "wash"), ("second", "notice"),
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


NEIGHBOURS = [
    *pairwise(("low-2", "low-1", "middle", "high-1", "high-2")),
    *pairwise(("part-1", "part-2", "part-3", "part-4", "part-1")),
]
VISIONS = {
    "full": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "without red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "without green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "without blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
}
"""How linear red, green and blue are seen: Machado, Oliveira & Fernandes (2009), IEEE
Transactions on Visualization and Computer Graphics, 15(6), 1291-1298, full severity."""

TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def seen_as(colour: str, vision: str) -> np.ndarray:
    """Lightness, red against green, yellow against blue (CIE Lab) of what somebody sees."""
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(VISIONS[vision]) @ linear, 0, 1)
    scaled = TO_XYZ @ seen / TO_XYZ.sum(axis=1)
    x, y, z = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("one", "other"), NEIGHBOURS)
def test_neighbouring_segments_differ_for_everyone_and_in_grey(palette, vision, one, other):
    distance = np.linalg.norm(seen_as(palette[one], vision) - seen_as(palette[other], vision))
    assert distance >= 15


def test_red_and_green_of_one_lightness_are_found_too_near_without_green():
    red, green = "#b06050", "#7f7a4a"
    apart = {
        vision: np.linalg.norm(seen_as(red, vision) - seen_as(green, vision)) for vision in VISIONS
    }
    assert apart["full"] > 30
    assert apart["without green"] < 15


def test_white_is_as_light_as_can_be_in_every_eye():
    for vision in VISIONS:
        assert seen_as("#ffffff", vision) == pytest.approx([100, 0, 0], abs=0.1)


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

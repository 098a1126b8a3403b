from __future__ import annotations

from pipeline.report.charts import MARKS, NO_NUMBER, HeatGroup, misfit_map, misfit_step
from tests.report.number_formats import ENGLISH

VALUES = (0.0, 0.094, 0.095, -0.12, 0.151, -0.204, 0.25, 0.305, -0.9)


def made(value: float | None):
    groups = [HeatGroup("G", "Group", ("i1", "i2", "i3"))]
    return misfit_map("m", "t", "d", groups, [[value] * 3 for _ in range(3)], ENGLISH)


def test_cells_under_a_tenth_are_empty_and_others_have_their_sign():
    texts = [made(value).cells[0].text for value in VALUES]
    minus = "\N{MINUS SIGN}"
    assert texts == [
        "",
        "",
        ".10",
        f"{minus}.12",
        ".15",
        f"{minus}.20",
        ".25",
        ".30",
        f"{minus}.90",
    ]


def test_every_shaded_cell_has_a_number_so_that_colour_is_not_needed():
    for value in VALUES:
        for cell in made(value).cells:
            assert bool(cell.shade) == bool(cell.text)
            assert cell.side == ("against" if cell.text.startswith("\N{MINUS SIGN}") else "heat")


def test_shades_grow_with_the_size():
    assert [misfit_step(value) for value in (0.0, *MARKS)] == [0, 1, 2, 3, 4, 5]
    assert [misfit_step(-value) for value in MARKS] == [1, 2, 3, 4, 5]


def test_a_pair_without_a_number_is_a_dash():
    assert {(cell.side, cell.text) for cell in made(None).cells} == {("absent", NO_NUMBER)}

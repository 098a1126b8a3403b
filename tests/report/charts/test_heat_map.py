from __future__ import annotations

import pytest

from pipeline.report.charts import NO_NUMBER, HeatGroup, heat_map
from pipeline.report.charts.heat_map import LARGE, MEDIUM, SMALL, shade_of, size_for
from tests.report.number_formats import ENGLISH


def made(sizes: list[int], value: float | None = 0.4, name: str = "i"):
    """A heat map of groups of these sizes in which all correlations are alike."""
    groups, start = [], 0
    for place, size in enumerate(sizes):
        items = tuple(f"{name}{number:03d}" for number in range(start, start + size))
        groups.append(HeatGroup(f"G{place}", "Somewhat long name of a scale", items))
        start += size
    return heat_map("h", "t", "d", groups, [[value] * start for _ in range(start)], ENGLISH)


@pytest.mark.parametrize("sizes", [[3], [6, 6, 5, 6, 5, 6, 5, 6, 5], [12] * 10, [1, 1]])
def test_there_is_one_cell_for_each_pair_of_items(sizes):
    chart, n = made(sizes), sum(sizes)
    assert len(chart.cells) == n * (n - 1) // 2
    assert len({(cell.x, cell.y) for cell in chart.cells}) == len(chart.cells)


@pytest.mark.parametrize("sizes", [[3], [20, 8], [6, 6, 5, 6, 5, 6, 5, 6, 5], [12] * 10])
def test_everything_lies_within_the_drawing(sizes):
    chart = made(sizes)
    for cell in chart.cells:
        assert cell.x >= 0 and cell.x + chart.cell_width <= chart.width
        assert cell.y >= 0 and cell.y + chart.cell_height <= chart.height
    size = size_for(sum(sizes))
    for label in chart.group_labels:
        assert label.x + size.bold_width * len(label.text) <= chart.width
    for label in chart.row_labels:
        assert label.x - size.letter_width * len(label.text) >= 0
    for label in chart.column_labels:
        assert label.y + size.letter_width * len(label.text) <= chart.height


def test_a_number_fits_into_its_cell():
    for size, letters in ((SMALL, 9.5), (MEDIUM, 11.5), (LARGE, 14)):
        assert 4 * 0.61 * letters <= size.cell_width * 1.01


def test_a_border_lies_between_every_two_scales_and_nowhere_else():
    chart = made([2, 3, 1])
    left = chart.cells[0].x
    places = {(line.x1 - left) / chart.cell_width for line in chart.borders if line.x1 == line.x2}
    heights = {line.y1 / chart.cell_height for line in chart.borders if line.y1 == line.y2}
    assert places == heights == {2, 5}


def test_the_code_of_a_scale_stands_in_the_row_of_its_first_item_right_of_the_cells():
    chart = made([2, 3, 1])
    assert [label.text.split()[0] for label in chart.group_labels] == ["G0", "G1", "G2"]
    assert [label.y for label in chart.group_labels] == [
        chart.row_labels[place].y for place in (0, 2, 5)
    ]
    for label, first in zip(chart.group_labels, (0, 2, 5), strict=True):
        assert label.x > chart.diagonal[first].x + chart.cell_width


def test_cells_hold_two_decimals_without_the_zero():
    texts = {value: made([2], value).cells[0].text for value in (0.451, -0.12, 0.996, 0.004, None)}
    assert list(texts.values()) == [".45", "\N{MINUS SIGN}.12", "1.00", ".00", NO_NUMBER]


def test_the_shade_follows_the_size_as_it_is_written():
    assert [shade_of(value) for value in (0.1, 0.148, 0.296, -0.31, 0.6, -0.99)] == [
        0, 1, 2, 2, 4, 5,
    ]  # fmt: skip


def test_negative_and_missing_correlations_are_told_apart_from_positive_ones():
    sides = [made([2], value).cells[0].side for value in (0.4, -0.4, None)]
    assert sides == ["heat", "against", "absent"]


def test_long_names_of_items_are_shortened():
    chart = made([4], name="a_name_that_never_ends_")
    assert all(len(label.text) <= 12 for label in (*chart.row_labels, *chart.column_labels))

from __future__ import annotations

import itertools
import re

import pytest

from pipeline.report.charts import Path, path_diagram
from pipeline.report.charts.path_layout import LETTER, NUMBER_WIDTH, ROOM_FOR_RESIDUAL, WIDEST
from tests.report.number_formats import ENGLISH

from .model_paths import MODELS, bifactor, correlated, correlations, loadings, second_order


def drawn(paths):
    return path_diagram("p", "t", "d", paths, ENGLISH)


def numbers_in(line: str) -> list[tuple[float, float]]:
    """Points of the absolute commands of a line."""
    found = re.findall(r"-?\d+(?:\.\d+)?", line)
    return [(float(x), float(y)) for x, y in zip(found[::2], found[1::2], strict=False)]


@pytest.mark.parametrize("name", MODELS)
def test_every_loading_has_its_arrow_and_every_item_its_box(name):
    chart, paths = drawn(MODELS[name]), MODELS[name]
    n_loadings = sum(path.kind == "loading" for path in paths)
    items = {p.end for p in paths if p.kind == "loading"} - {
        p.start for p in paths if p.kind == "loading"
    }
    assert len(chart.arrows) == n_loadings
    assert len(chart.boxes) == len(items)
    assert all(box.residual == ".64" for box in chart.boxes)


@pytest.mark.parametrize("name", MODELS)
def test_everything_lies_within_the_drawing(name):
    chart = drawn(MODELS[name])
    assert chart.width <= WIDEST
    points = [(x, y) for a in chart.arrows for x, y in numbers_in(a.fan)]
    points += [
        (one.x + side * NUMBER_WIDTH / 2, one.y)
        for one in (*chart.arrows, *chart.factor_arcs, *chart.item_arcs)
        for side in (-1, 1)
    ]
    points += [
        (e.x + side * chart.rx, e.y + side * chart.ry) for e in chart.ellipses for side in (-1, 1)
    ]
    points += [(chart.box_x, box.y - chart.box_height / 2) for box in chart.boxes]
    points += [(chart.box_x + chart.box_width, box.y + chart.box_height / 2) for box in chart.boxes]
    assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in points)


@pytest.mark.parametrize("name", MODELS)
def test_no_number_covers_another(name):
    chart = drawn(MODELS[name])
    marks = [(one.x, one.y) for one in (*chart.arrows, *chart.factor_arcs, *chart.item_arcs)]
    for (x, y), (other_x, other_y) in itertools.combinations(marks, 2):
        assert abs(x - other_x) >= NUMBER_WIDTH - 1 or abs(y - other_y) >= 12.9


@pytest.mark.parametrize("name", MODELS)
def test_no_box_and_no_ellipse_covers_another(name):
    chart = drawn(MODELS[name])
    heights = sorted(box.y for box in chart.boxes)
    assert all(b - a >= chart.box_height for a, b in itertools.pairwise(heights))
    for one, other in itertools.combinations(chart.ellipses, 2):
        assert abs(one.x - other.x) >= 2 * chart.rx or abs(one.y - other.y) >= 2 * chart.ry


@pytest.mark.parametrize("name", MODELS)
def test_no_arrow_runs_through_a_number(name):
    """Fans end where the column of numbers begins."""
    chart = drawn(MODELS[name])
    for arrow in chart.arrows:
        (start, _), (bend, _) = numbers_in(arrow.fan)
        toward = 1 if bend > start else -1
        assert (arrow.x - bend) * toward == pytest.approx(NUMBER_WIDTH / 2, abs=0.11)


@pytest.mark.parametrize("name", ["nine", "ten, all too close", "bifactor", "second order"])
def test_the_largest_models_are_still_legible_on_a_page(name):
    chart = drawn(MODELS[name])
    page = (max(chart.width, 180 / 25.4 * 96), 232 / 25.4 * 96)
    shrunk = min(1, page[0] / chart.width, page[1] / chart.height)
    assert 10.5 * shrunk >= 7.5


def test_up_to_four_factors_all_their_correlations_are_curves():
    assert len(drawn(correlated([3] * 4)).factor_arcs) == 6
    assert drawn(correlated([3] * 4)).n_undrawn == 0


def test_of_more_factors_only_correlations_that_are_too_high_are_curves():
    paths = [path for path in correlated([3] * 9) if path.kind != "correlation"]
    high = [Path("A", "C", "correlation", 0.895), Path("B", "I", "correlation", -0.93)]
    chart = drawn([*paths, *correlations("ABD", 0.894), *high])
    assert sorted(arc.text for arc in chart.factor_arcs) == [".90", "\N{MINUS SIGN}.93"]
    assert all(arc.is_too_high for arc in chart.factor_arcs)
    assert chart.n_undrawn == 3


def test_no_more_than_six_warnings_are_drawn_and_the_others_counted():
    chart = drawn(MODELS["ten, all too close"])
    assert len(chart.factor_arcs) == 6
    assert chart.n_undrawn == 39


def test_a_correlation_of_two_residuals_is_no_warning():
    chart = drawn([*correlated([4]), Path("a00", "a03", "correlation", 0.95)])
    assert [arc.text for arc in chart.item_arcs] == [".95"]
    assert not chart.item_arcs[0].is_too_high and not chart.has_high_arc


def test_factors_held_uncorrelated_have_no_curve():
    chart = drawn(correlated([3] * 5, 0.0))
    assert not chart.factor_arcs and chart.n_undrawn == 0


def test_sign_and_size_of_a_loading_show_without_colour():
    values = (0.1, 0.39, 0.5, 0.7, -0.8)
    paths = [Path("A", f"a{place}", "loading", value) for place, value in enumerate(values)]
    arrows = drawn(paths).arrows
    assert [arrow.weight for arrow in arrows] == ["weak", "weak", "middle", "strong", "strong"]
    assert [arrow.is_against for arrow in arrows] == [False] * 4 + [True]


def test_a_loading_without_a_number_is_a_dash():
    paths = [*loadings([2]), Path("A", "a02", "loading", None)]
    assert [arrow.text for arrow in drawn(paths).arrows] == [".60", ".60", "\N{EN DASH}"]


def test_a_loading_above_one_is_written_as_it_is():
    assert drawn([Path("A", "a", "loading", 1.043)]).arrows[0].text == "1.04"


def test_long_names_are_cut_in_the_middle_and_stay_different():
    paths = [
        Path("FACTOR_WITH_A_LONG_NAME", f"a_long_name_in_a_survey_platform_{n:02d}", "loading", 0.5)
        for n in range(60)
    ]
    chart = drawn(paths)
    labels = [box.label for box in chart.boxes]
    assert len(set(labels)) == 60
    assert all(LETTER * len(label) <= chart.box_width - ROOM_FOR_RESIDUAL for label in labels)
    assert len(chart.ellipses[0].label) <= 10


def test_what_a_higher_factor_leaves_unexplained_stands_in_the_factor():
    notes = {one.label: one.note for one in drawn(second_order([3, 3, 3])).ellipses}
    assert notes == {"TOP": "", "A": ".36", "B": ".36", "C": ".36"}


def test_many_arrows_from_one_factor_are_thin():
    chart = drawn(bifactor([6, 6, 6]))
    by_side = {arrow.is_dense for arrow in chart.arrows if arrow.text == ".50"}
    assert by_side == {True}
    assert not any(arrow.is_dense for arrow in chart.arrows if arrow.text == ".30")


def test_an_item_on_many_factors_shows_its_three_largest_loadings():
    own = loadings([2, 2, 2, 2, 2])
    cross = [Path(factor, "a00", "loading", 0.1 * place) for place, factor in enumerate("BCDE", 1)]
    chart = drawn([*own, *cross])
    assert len(chart.arrows) == 10 + 2
    assert chart.n_undrawn == 2

from __future__ import annotations

from pipeline.report.charts import Path, plan_of

from .model_paths import (
    NINE,
    bifactor,
    correlated,
    loadings,
    names,
    second_order,
    with_wording,
)


def test_every_item_belongs_to_one_factor_in_the_order_of_the_paths():
    plan = plan_of(correlated([3, 2]))
    assert plan.homes == ("A", "B")
    assert plan.items_of == {"A": ("a00", "a01", "a02"), "B": ("b00", "b01")}
    assert plan.above == plan.across == ()


def test_the_general_factor_of_a_bifactor_model_lies_across():
    plan = plan_of(bifactor(NINE))
    assert plan.across == ("GENERAL",)
    assert plan.homes == tuple(names(9))
    assert [len(plan.items_of[home]) for home in plan.homes] == NINE


def test_a_general_factor_lies_across_however_weak_it_is():
    own = loadings([4, 4], 0.7)
    weak = [Path("G", path.end, "loading", 0.05) for path in own]
    assert plan_of([*own, *weak]).across == ("G",)


def test_a_factor_of_the_way_of_asking_lies_across():
    plan = plan_of(with_wording([3, 3, 3]))
    assert plan.across == ("WORDING",)
    assert len(plan.items) == len(set(plan.items)) == 9


def test_a_general_factor_and_one_of_the_way_of_asking_both_lie_across():
    paths = [*bifactor([3, 3, 3]), *with_wording([3, 3, 3])[-3:]]
    assert set(plan_of(paths).across) == {"GENERAL", "WORDING"}


def test_a_specific_factor_of_some_items_lies_across_the_general_one():
    paths = [*loadings([6]), *(Path("S", f"a0{n}", "loading", 0.3) for n in range(3))]
    plan = plan_of(paths)
    assert plan.homes == ("A",) and plan.across == ("S",)


def test_factors_of_factors_stand_above():
    plan = plan_of(second_order([3, 3, 3]))
    assert plan.above == ("TOP",)
    assert plan.homes == ("A", "B", "C")


def test_an_item_with_a_second_loading_belongs_to_its_stronger_factor():
    paths = [*loadings([3, 3]), Path("B", "a00", "loading", -0.7)]
    plan = plan_of(paths)
    assert plan.items_of == {"A": ("a01", "a02"), "B": ("a00", "b00", "b01", "b02")}


def test_in_an_exploratory_pattern_no_factor_lies_across():
    paths = [
        Path(factor, item.end, "loading", 0.7 if item.start == factor else 0.1)
        for factor in names(3)
        for item in loadings([4, 4, 4])
    ]
    plan = plan_of(paths)
    assert plan.across == ()
    assert [len(plan.items_of[home]) for home in plan.homes] == [4, 4, 4]


def test_factors_of_one_factor_above_stand_together():
    above = [
        Path(a, b, "loading", 0.8) for a, b in (("X", "A"), ("Y", "B"), ("X", "C"), ("Y", "D"))
    ]
    plan = plan_of([*loadings([2, 2, 2, 2, 2]), *above])
    assert plan.homes == ("A", "C", "B", "D", "E")
    assert plan.items[2:4] == ("c00", "c01")

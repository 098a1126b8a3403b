"""The forms hold what the design of the questionnaire says, and nobody is asked too much."""

from itertools import combinations

import pytest

from pipeline.instrument import load_instrument
from pipeline.instrument.export import lay_out
from pipeline.instrument.export.questionnaire import Grid
from pipeline.instrument.length import minutes_to_answer

WHOLE = load_instrument("instrument")
FORMS = {form.id: form for form in WHOLE.forms}
BOOKLETS = FORMS["field"].booklets
PRACTICES = WHOLE.scales_in(WHOLE.sections[0])


def asked(form):
    return WHOLE.form(form, FORMS[form].optional_ids)


def number_of_items(form, *scales):
    reduced = asked(form)
    return sum(len(reduced.by_id[scale].items) for scale in scales if scale in reduced.by_id)


def practices_of(form):
    return [scale for scale in asked(form).scales if scale.id in {p.id for p in PRACTICES}]


PARTS = {
    "practices": [scale.id for scale in PRACTICES],
    "overall ratings": ["OVR"],
    "models": ["IND", "JNT", "COL"],
    "style": ["STD", "STF"],
    "deliberate choice": ["DEL"],
    "barriers": ["BAR"],
    "outcomes": [scale.id for scale in WHOLE.scales if scale.id.startswith("OUT")],
}
NUMBERS = {
    "pool": (150, 9, 30, 8, 6, 22, 27),
    "field": (100, 9, 20, 4, 4, 22, 27),
    "long": (50, 0, 12, 4, 3, 22, 27),
    "short": (27, 0, 0, 0, 1, 0, 3),
}


@pytest.mark.parametrize("form", NUMBERS)
def test_a_form_has_the_numbers_of_items_of_the_design(form):
    found = tuple(number_of_items(form, *scales) for scales in PARTS.values())
    assert found == NUMBERS[form]


@pytest.mark.parametrize(
    ("form", "number"), {"pool": 14, "field": 14, "long": 14, "short": 0, "site": 14}.items()
)
def test_enablers_are_asked_in_the_field_test_on_the_site_form_and_where_they_are_added(
    form, number
):
    assert number_of_items(form, "ENA") == number


def test_the_long_form_asks_no_list_unless_it_is_added_and_what_helps_comes_first():
    lists = {section.id for section in WHOLE.sections if section.display == "list"}
    assert lists <= set(FORMS["long"].optional_ids)
    assert not lists & {section.id for section in WHOLE.form("long").sections}
    both = WHOLE.form("long", ["barriers", "enablers"])
    assert [one.id for one in both.sections if one.id in lists] == ["enablers", "barriers"]


@pytest.mark.parametrize(
    ("form", "asks"),
    [
        ("pool", {"modstart", "modnow", "modideal"}),
        ("field", {"modstart", "modnow", "modideal"}),
        ("long", {"modstart", "modnow", "modideal"}),
        ("short", set()),
    ],
)
def test_constant_sums_are_asked_except_in_the_short_form(form, asks):
    assert {allocation.id for allocation in asked(form).allocations} == asks


def test_the_short_form_asks_for_the_nearest_picture_and_the_three_main_barriers():
    questions = {question.id: question for question in asked("short").person_questions}
    assert {"nearstart", "nearnow", "nearideal", "bartop"} <= set(questions)
    assert questions["bartop"].at_most == 3
    barriers = WHOLE.by_id["BAR"].items
    assert len(questions["bartop"].options) == len(barriers) + 1, "and none of these"


BEYOND_THE_TWELVE = {"depth", "heard", "leadsub"}
"""Where the respondent places the work, an optional question, and tags of shared leading."""


@pytest.mark.parametrize(("form", "number"), {"pool": 12, "field": 12, "long": 12}.items())
def test_a_form_asks_twelve_things_about_the_person(form, number):
    you = next(section for section in asked(form).sections if section.id == "you")
    background = {"bgmain", "bgalso"}
    variables = set(you.question_ids) - BEYOND_THE_TWELVE
    assert background <= variables
    assert len(variables - background) + 1 == number


def test_the_short_form_asks_six_things_about_the_person():
    you = next(section for section in asked("short").sections if section.id == "you")
    assert len(you.question_ids) == 6


def test_the_site_form_has_every_fact_about_the_context_and_every_anchor():
    named = {question.id[:5] for question in WHOLE.context_questions}
    assert {f"ctx{number:02d}" for number in range(1, 25)} <= named
    assert {f"da{number:02d}" for number in range(1, 10)} <= {name[:4] for name in named}


def test_every_facet_of_a_practice_has_three_items_in_the_pool_one_of_them_negative():
    for scale in PRACTICES:
        for facet in scale.facets:
            assert len(facet.items) == 3, facet.id
            assert sum(item.keyed == -1 for item in facet.items) == 1, facet.id


def test_every_facet_of_a_practice_has_two_items_in_the_field_test_and_one_in_the_long_form():
    for form, number in (("field", 2), ("long", 1)):
        facets = [facet for scale in practices_of(form) for facet in scale.facets]
        assert len(facets) == 50
        assert all(len(facet.items) == number for facet in facets)


def test_the_long_form_is_part_of_the_field_test_and_the_short_form_of_the_long_one():
    items = {form: {i for scale in practices_of(form) for i in scale.item_ids} for form in NUMBERS}
    assert items["short"] < items["long"] < items["field"] < items["pool"]


def test_the_short_form_takes_three_facets_of_each_practice():
    for scale in practices_of("short"):
        assert len(scale.facets) == 3
        assert len(scale.reversed_ids) <= 1


def test_negatively_observed_items_stand_in_every_practice():
    for scale in practices_of("field"):
        assert 2 <= len(scale.reversed_ids) <= len(scale.items) / 2
    for scale in practices_of("long"):
        assert 1 <= len(scale.reversed_ids) <= 2


def test_models_style_and_choice_are_never_reversed():
    models = next(section for section in WHOLE.sections if section.id == "models")
    assert not any(scale.reversed_ids for scale in WHOLE.scales_in(models))


# ------------------------------------------------------------------ booklets


def items_of(form):
    return {item for scale in practices_of(form) for item in scale.item_ids}


def test_booklets_share_out_the_field_test():
    assert set().union(*map(items_of, BOOKLETS)) == items_of("field")
    assert all(len(items_of(booklet)) <= 67 for booklet in BOOKLETS)


def test_every_pair_of_items_is_answered_together_in_some_booklet():
    together = [items_of(booklet) for booklet in BOOKLETS]
    for pair in combinations(sorted(items_of("field")), 2):
        assert any(set(pair) <= items for items in together), pair


def test_a_booklet_leaves_out_no_facet():
    for booklet in BOOKLETS:
        facets = [facet for scale in practices_of(booklet) for facet in scale.facets]
        assert len(facets) == 50


def test_every_pair_of_optional_parts_is_asked_together_in_some_booklet():
    parts = ["enablers", "barriers", "outcomes"]
    for pair in combinations(parts, 2):
        assert any(set(pair) <= set(FORMS[booklet].section_ids) for booklet in BOOKLETS)


# ------------------------------------------------------------------ pages and minutes


@pytest.mark.parametrize("form", FORMS)
def test_mirrored_statements_never_stand_on_one_page(form):
    facet_of = {i.id: (f.id, i.keyed) for s in WHOLE.scales for f in s.facets for i in f.items}
    for page in lay_out(asked(form), FORMS[form], "en", {}).pages:
        rows = [row for entry in page.entries if isinstance(entry, Grid) for row in entry.rows]
        seen = {}
        for row in rows:
            facet, keyed = facet_of[row.column]
            assert seen.setdefault(facet, keyed) == keyed, row.column


@pytest.mark.parametrize("form", FORMS)
def test_a_page_holds_no_more_statements_than_can_be_taken_in(form):
    for page in lay_out(asked(form), FORMS[form], "en", {}).pages:
        assert sum(len(entry.rows) for entry in page.entries if isinstance(entry, Grid)) <= 8


def minutes(form, *sections):
    reduced = WHOLE.form(form)
    kept = tuple(s for s in reduced.sections if not sections or s.id in sections)
    from dataclasses import replace

    return minutes_to_answer(lay_out(replace(reduced, sections=kept), FORMS[form], "en", {}))


@pytest.mark.parametrize(
    ("form", "at_most"),
    {"short": 15, "site": 15, "long": 25, **dict.fromkeys(BOOKLETS, 35)}.items(),
)
def test_a_slow_reader_gets_through_a_form(form, at_most):
    assert minutes(form) <= at_most


@pytest.mark.parametrize("booklet", BOOKLETS)
def test_the_practices_of_a_booklet_take_less_than_twenty_minutes(booklet):
    assert minutes(booklet, "practices") < 20


def test_more_to_read_takes_more_time():
    assert minutes("short") < minutes("long") < minutes("pool")

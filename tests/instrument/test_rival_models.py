"""Rival models with the items at hand: a text that says what was declared, or a plain reason."""

from dataclasses import replace

import pytest

from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.instrument.hypotheses.model import NO_HYPOTHESES, Factor
from pipeline.instrument.rival_models import models_of_section, usual_models, with_items
from pipeline.psychometrics.confirmatory.model_text import parameters_of

WHOLE = load_instrument("instrument")
LONG = load_instrument("instrument", "long")
SECTION = LONG.sections[0]
DECLARED = {model.id: model for model in load_hypotheses("instrument", WHOLE).rival_models}
ITEMS = [item for scale in LONG.scales_in(SECTION) for item in scale.item_ids]
REVERSED = [item for scale in LONG.scales_in(SECTION) for item in scale.reversed_ids]
CLIMATE = load_instrument("data/example/leadership_climate/instrument", "full")
CLIMATE_ITEMS = list(CLIMATE.items)


def fittable(name, items=ITEMS, n_sites=0):
    return with_items(DECLARED[name], LONG, items, n_sites)


def loadings(text):
    found = {}
    for parameter in parameters_of(text):
        if parameter.operator == "=~":
            found.setdefault(parameter.left, []).append(parameter.right)
    return found


def held_unrelated(text):
    return {
        frozenset((parameter.left, parameter.right))
        for parameter in parameters_of(text)
        if parameter.operator == "~~" and parameter.values == (0.0,)
    }


@pytest.mark.parametrize("name", [name for name in DECLARED if name not in ("R11", "R12")])
def test_every_confirmatory_model_can_be_fitted_to_the_long_form(name):
    found = fittable(name)
    assert found.reason is None
    assert {item for items in loadings(found.text).values() for item in items} >= set(ITEMS)


def test_the_preferred_model_has_a_factor_for_each_practice_and_one_for_the_wording():
    found = loadings(fittable("R2").text)
    wording = DECLARED["R2"].wording_factor
    assert sorted(found.pop(wording)) == sorted(REVERSED)
    assert found == {scale.id: scale.item_ids for scale in LONG.scales_in(SECTION)}


def test_the_wording_factor_is_unrelated_to_every_practice():
    unrelated = held_unrelated(fittable("R2").text)
    assert unrelated == {frozenset(("WORDING", scale)) for scale in SECTION.scale_ids}


def test_in_a_bifactor_model_no_two_factors_are_related():
    found = fittable("R4")
    n_factors = len(loadings(found.text))
    assert len(held_unrelated(found.text)) == n_factors * (n_factors - 1) / 2


def test_a_second_order_factor_is_measured_by_factors_which_are_left_free():
    found = fittable("R3")
    assert loadings(found.text)["LEADING"] == list(SECTION.scale_ids)
    assert held_unrelated(found.text) == {frozenset(("WORDING", "LEADING"))}


def test_facets_part_a_practice_and_merged_practices_share_a_factor():
    split, merged = loadings(fittable("R7").text), loadings(fittable("R8").text)
    facets = {facet.id: [item.id for item in facet.items] for facet in LONG.by_id["ORC"].facets}
    assert split["ORCA"] == facets["ORC.1"] + facets["ORC.2"] + facets["ORC.4"]
    assert merged["TRUCOM"] == LONG.by_id["TRU"].item_ids + LONG.by_id["COM"].item_ids


def test_an_added_factor_is_unrelated_to_the_others():
    unrelated = held_unrelated(fittable("R10").text)
    assert {frozenset(("SENIORS", name)) for name in (*SECTION.scale_ids, "WORDING")} <= unrelated


def test_targets_have_no_text_and_no_reason():
    found = fittable("R11")
    assert (found.text, found.reason) == (None, None)
    assert list(found.factors) == list(SECTION.scale_ids)


def test_an_exploratory_model_has_the_wording_as_one_more_target():
    whole = fittable("R11")
    assert set(whole.wording["WORDING"]) == set(REVERSED) & set(whole.items)
    positive = [item for item in ITEMS if item not in REVERSED]
    assert fittable("R11", positive).wording == {}


def test_two_levels_need_more_sites_than_items():
    few, many = fittable("R12", n_sites=24), fittable("R12", n_sites=60)
    assert few.text is None
    assert "24 sites and 50 items" in few.reason
    assert sorted(loadings(many.between)["SITE"]) == sorted(ITEMS)


def test_a_practice_with_one_item_at_hand_is_the_reason():
    left = [item for item in ITEMS if item not in LONG.by_id["TRA"].item_ids[1:]]
    found = fittable("R2", left)
    assert found.text is None
    assert found.reason == "factor TRA needs 2 items and has 1"
    assert fittable("R1", left).text is not None


def test_every_reason_is_told():
    left = [item for item in ITEMS if LONG.scale_of_item[item].id not in ("TRA", "NET")]
    assert fittable("R2", left).reason.count("needs 2 items and has 0") == 2


def test_without_negatively_worded_items_the_wording_factor_is_left_out_and_that_is_said():
    left = [item for item in ITEMS if item not in REVERSED]
    found = fittable("R1", left)
    assert "WORDING" not in found.text
    assert "there are 0" in found.note
    assert fittable("R1").note == ""


def test_an_added_factor_needs_three_items():
    seniors = {"INI.1", "INI.2", "SUP.5", "TRU.5", "IMP.1", "IMP.5"}
    gone = {
        item.id
        for scale in LONG.scales
        for facet in scale.facets
        if facet.id in seniors - {"INI.1", "INI.2"}
        for item in facet.items
    }
    found = fittable("R10", [item for item in ITEMS if item not in gone])
    assert found.reason == "factor SENIORS needs 3 items and has 2"


def test_a_declared_questionnaire_has_its_own_models():
    hypotheses = load_hypotheses("instrument", WHOLE)
    found = models_of_section(SECTION, hypotheses, LONG)
    assert [model.id for model in found] == list(DECLARED)


def test_a_questionnaire_that_declares_none_has_those_of_its_scales():
    section = CLIMATE.sections[0]
    found = models_of_section(section, NO_HYPOTHESES, CLIMATE)
    texts = [with_items(model, CLIMATE, CLIMATE_ITEMS).text for model in found]
    assert [len(loadings(text)) for text in texts] == [1, 3, 4, 4]
    assert [model.use for model in found].count("preferred") == 1


def test_two_scales_have_no_second_order_factor_and_one_scale_has_one_model():
    section = CLIMATE.sections[0]
    two = usual_models(replace(section, scale_ids=section.scale_ids[:2]))
    one = usual_models(replace(section, scale_ids=section.scale_ids[:1]))
    assert [bool(model.second_order) for model in two] == [False, False, False]
    assert [model.use for model in one] == ["preferred"]


def test_a_general_factor_never_takes_the_name_of_a_scale():
    section = replace(CLIMATE.sections[0], scale_ids=("GENERAL", "OTHER", "THIRD"))
    names = [factor.id for model in usual_models(section) for factor in model.second_order]
    assert names == ["GENERAL_"]


def test_a_bifactor_model_needs_three_items_in_every_factor():
    model = replace(
        DECLARED["R4"], factors=(Factor("ONE", ("INI",)), Factor("TWO", ("POW.1", "POW.2")))
    )
    assert with_items(model, LONG, ITEMS).reason == "factor TWO needs 3 items and has 2"

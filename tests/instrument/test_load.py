"""Reading a questionnaire, and being told everything that is wrong with it."""

import shutil

import pytest
import yaml

from pipeline.instrument import Action, Text, load_instrument
from pipeline.problems import InputError

INSTRUMENT = "instrument"


@pytest.fixture
def copy(tmp_path):
    """A copy of the questionnaire that a test may spoil."""
    folder = tmp_path / "instrument"
    shutil.copytree(INSTRUMENT, folder)
    return folder


def change(path, alter):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    alter(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def problems_of(folder):
    with pytest.raises(InputError) as caught:
        load_instrument(folder, "long")
    return [str(problem) for problem in caught.value.problems]


def test_the_long_form_has_one_item_for_each_of_fifty_facets():
    instrument = load_instrument(INSTRUMENT, "long")
    practices = instrument.scales_in(instrument.sections[0])
    assert len(practices) == 9
    facets = [facet for scale in practices for facet in scale.facets]
    assert len(facets) == 50
    assert all(len(facet.items) == 1 for facet in facets)


def test_models_style_and_choice_have_the_numbers_of_the_design():
    instrument = load_instrument(INSTRUMENT, "long")
    numbers = {scale.id: len(scale.items) for scale in instrument.scales_in(instrument.sections[1])}
    assert numbers == {"IND": 4, "JNT": 4, "COL": 4, "STD": 2, "STF": 2, "DEL": 3, "NOB": 1}
    assert [allocation.id for allocation in instrument.allocations] == [
        "modstart",
        "modnow",
        "modideal",
    ]


def test_a_score_needs_two_thirds_of_the_items_of_a_practice():
    instrument = load_instrument(INSTRUMENT, "long")
    for scale in instrument.scales_in(instrument.sections[0]):
        assert scale.min_answered == -(-2 * len(scale.items) // 3)


def test_reflection_reverses_an_answer():
    scale = load_instrument(INSTRUMENT, "long").by_id["POW"].response_scale
    assert [scale.reflection - value for value in scale.values] == [5, 4, 3, 2, 1]


def test_a_second_questionnaire_is_data_files_alone():
    climate = load_instrument("data/example/leadership_climate/instrument", "full")
    assert {scale.id: len(scale.items) for scale in climate.scales} == {
        "LEAD": 11,
        "TSIG": 3,
        "HOSTIL": 5,
    }
    assert climate.by_id["HOSTIL"].response_scale.values == (0, 1, 2, 3, 4)


def test_what_others_did_is_read_with_its_source_and_stays_in_every_form():
    instrument = load_instrument(INSTRUMENT, "short")
    for scale in instrument.scales_in(instrument.sections[0]):
        assert all(action.source for action in scale.actions)
        assert scale.actions == load_instrument(INSTRUMENT).by_id[scale.id].actions


def test_the_works_behind_an_action_are_each_named_once():
    instrument = load_instrument(INSTRUMENT)
    action = Action(Text({"en": "Meet."}), ("004:380", "000:84", "004:12"))
    assert instrument.works_behind(action) == (instrument.sources["004"], instrument.sources["000"])


def test_a_questionnaire_may_have_neither_actions_nor_sources():
    climate = load_instrument("data/example/leadership_climate/instrument")
    assert not climate.sources
    assert all(scale.actions == () for scale in climate.scales)


def test_an_unknown_form_is_told_with_the_forms_there_are():
    with pytest.raises(InputError, match="no form 'longest'; forms are pool, field"):
        load_instrument(INSTRUMENT, "longest")


def test_all_problems_of_all_files_are_told_at_once(copy):
    change(copy / "scales" / "POW.yaml", lambda scale: scale.update(response_scale="agreement_7"))
    change(copy / "scales" / "TRU.yaml", lambda scale: scale["scoring"].update(min_answered=99))
    problems = problems_of(copy)
    assert len(problems) == 2
    assert "did you mean 'agreement_5'?" in problems[0]
    assert "POW.yaml" in problems[0]
    assert "min_answered is 99 but there are 15 items" in problems[1]


@pytest.mark.parametrize(
    ("file", "alter", "told"),
    [
        ("instrument.yaml", lambda c: c["sections"][0]["scales"].append("POWR"), "no scale 'POWR'"),
        ("instrument.yaml", lambda c: c["sections"][0]["scales"].remove("POW"), "no section"),
        ("instrument.yaml", lambda c: c["languages"].append("sv"), "no text in sv"),
        ("instrument.yaml", lambda c: c["fill_ins"].pop("users"), "{users} is not a fill_in"),
        ("instrument.yaml", lambda c: c.pop("licence"), "'licence' is a required property"),
        ("scales/POW.yaml", lambda c: c.update(id="POX"), "name this file POX.yaml"),
        (
            "scales/POW.yaml",
            lambda c: c["facets"][0]["items"][0].update(id="tra101"),
            "'tra101' is used 2 times",
        ),
        (
            "scales/POW.yaml",
            lambda c: c["facets"][0]["items"][0].update(forms=["lang"]),
            "did you mean 'long'?",
        ),
        (
            "scales/POW.yaml",
            lambda c: c["facets"][0]["items"][0].update(options=["DKK"]),
            "did you mean 'DK'?",
        ),
        (
            "scales/POW.yaml",
            lambda c: c["facets"][0]["items"][0].update(id="POW_1_01"),
            "does not match",
        ),
        ("respondents.yaml", lambda c: c["grouping"].update(question="bgmian"), "not a single"),
        (
            "respondents.yaml",
            lambda c: c["grouping"]["groups"][0]["values"].append(9),
            "answer 9 is in 2 groups",
        ),
        (
            "scales/POW.yaml",
            lambda c: c["actions"][0].update(source=["line 127"]),
            "'line 127' does not match",
        ),
        ("scales/POW.yaml", lambda c: c["actions"][0].update(source=[]), "[] should be non-empty"),
        ("scales/POW.yaml", lambda c: c["actions"][0].pop("source"), "'source' is a required"),
        (
            "scales/POW.yaml",
            lambda c: c["actions"][1].update(source=["005:12"]),
            "key 'actions.1': '005' is not among the sources",
        ),
        (
            "scales/POW.yaml",
            lambda c: c["actions"][0]["text"].update(en="Ask {userz}."),
            "{userz} is not a fill_in",
        ),
        (
            "scales/POW.yaml",
            lambda c: c["facets"][0]["items"][0].update(source=["009:1"]),
            "'009' is not among the sources",
        ),
        (
            "instrument.yaml",
            lambda c: c.pop("sources"),
            "'000' is not among the sources of instrument.yaml (none)",
        ),
        ("instrument.yaml", lambda c: c["sources"].update({7: {"en": "A"}}), "is not of type"),
        (
            "allocations.yaml",
            lambda c: c["questions"].pop(),
            "no question 'modideal' in allocations.yaml",
        ),
        (
            "instrument.yaml",
            lambda c: c["sections"][0].update(display="list"),
            "is displayed as a list, but scale 'POW' has a score",
        ),
    ],
)
def test_a_contradiction_is_told_with_its_file_and_cure(copy, file, alter, told):
    change(copy / file, alter)
    assert any(told in problem for problem in problems_of(copy))


def test_broken_yaml_is_told_with_its_row(copy):
    (copy / "scales" / "POW.yaml").write_text("id: POW\ntitle: {'en': \n", encoding="utf-8")
    (problem,) = problems_of(copy)
    assert "POW.yaml, row 3: is not valid YAML" in problem


def test_a_missing_file_is_told(copy):
    (copy / "response_scales.yaml").unlink()
    assert "response_scales.yaml: this file is missing" in problems_of(copy)[0]


def test_a_file_in_another_encoding_is_told(copy):
    (copy / "respondents.yaml").write_bytes("questions: [é]".encode("cp1252"))
    assert "is not UTF-8 text; save it again as UTF-8" in problems_of(copy)[0]


def test_the_farthest_number_of_every_answer_column_is_known():
    instrument = load_instrument(INSTRUMENT, "long")
    limits = {column: instrument.highest_answer(column) for column in instrument.answer_columns}
    assert {limits[item.id] for scale in instrument.scales[:9] for item in scale.items} == {5}
    assert {limits[column] for column in instrument.allocation_columns} == {10}
    assert {limits[column] for column in limits if column.startswith("bgalso_")} == {1}
    assert None not in limits.values()

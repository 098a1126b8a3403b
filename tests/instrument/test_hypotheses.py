"""The hypotheses as data: complete, about what is asked, and refused with a cure where they err."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from pipeline.instrument import items_named, load_hypotheses, load_instrument
from pipeline.instrument.hypotheses import Band, hypotheses_about
from pipeline.instrument.hypotheses.expected_correlations import (
    claims_at_odds,
    expected_values,
    pairwise,
)
from pipeline.problems import InputError

INSTRUMENT = load_instrument("instrument")
PRACTICES = INSTRUMENT.scales_in(INSTRUMENT.sections[0])
SOURCES = Path("../shared/seeds")


@pytest.fixture(scope="module")
def hypotheses():
    return load_hypotheses("instrument", INSTRUMENT)


@pytest.fixture
def file(tmp_path):
    """A copy of the file of hypotheses that a test may spoil."""
    path = tmp_path / "evidence" / "hypotheses.yaml"
    path.parent.mkdir()
    shutil.copy("instrument/evidence/hypotheses.yaml", path)
    return path


@pytest.fixture
def copy(tmp_path):
    """A copy of the questionnaire that a test may spoil."""
    folder = tmp_path / "instrument"
    shutil.copytree("instrument", folder)
    return folder


def change(path, alter):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    alter(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def problems_of(folder, instrument=INSTRUMENT):
    with pytest.raises(InputError) as caught:
        load_hypotheses(folder, instrument)
    return [str(problem) for problem in caught.value.problems]


def entry(content, name):
    lists = (content["hypotheses"], content["rival_models"], content["falsifiers"])
    return next(one for listed in lists for one in listed if one["id"] == name)


# ------------------------------------------------------------------ what there is


def test_every_hypothesis_of_the_design_is_there(hypotheses):
    assert [hypothesis.id for hypothesis in hypotheses.hypotheses] == [
        *(f"H{number}" for number in range(1, 16)),
        *(f"RP{number}" for number in range(1, 5)),
        *(f"KG{number}" for number in range(1, 11)),
    ]


def test_every_rival_model_and_falsifier_of_the_design_is_there(hypotheses):
    numbers = {re.sub(r"[a-z]$", "", model.id) for model in hypotheses.rival_models}
    assert numbers == {f"R{number}" for number in range(1, 13)}
    assert {"R5a", "R5b"} <= {model.id for model in hypotheses.rival_models}
    assert [falsifier.id for falsifier in hypotheses.falsifiers] == [
        f"F{number}" for number in range(1, 9)
    ]


def test_every_claim_says_what_is_expected_and_where_that_is_from(hypotheses):
    for hypothesis in hypotheses.hypotheses:
        assert hypothesis.source_lines or hypothesis.basis, hypothesis.id
        for claim in hypothesis.claims:
            assert claim.variables, claim.id
            assert claim.direction in {"positive", "negative", "none"}
            assert (claim.band.lower, claim.band.upper) != (None, None), claim.id


def test_a_statement_is_one_sentence(hypotheses):
    for hypothesis in hypotheses.hypotheses:
        assert hypothesis.statement.endswith("."), hypothesis.id
        assert hypothesis.statement.count(". ") == 0, hypothesis.id


def test_support_needs_three_quarters_with_half_a_point_for_direction(hypotheses):
    rule = hypotheses.support
    assert rule.counted == tuple(f"H{number}" for number in range(1, 16))
    assert rule.share_needed == 0.75
    assert (rule.full_points, rule.direction_points, rule.no_points) == (1, 0.5, 0)


def test_a_total_needs_five_criteria(hypotheses):
    found = {criterion.index: criterion.band for criterion in hypotheses.total_score}
    assert found["omega_hierarchical"] == Band(0.70, None)
    assert found["explained_common_variance"] == Band(0.60, None)
    assert len(found) == 5


def test_the_bands_are_those_of_the_design(hypotheses):
    assert hypotheses.bands["weak"] == Band(0.10, 0.29)
    assert hypotheses.bands["moderate"] == Band(0.30, 0.49)
    assert hypotheses.bands["strong"] == Band(0.50, 0.70)
    assert hypotheses.bands["very_strong"].lower == 0.70


def test_only_the_contrast_without_numbers_is_exploratory_as_a_whole(hypotheses):
    exploratory = {
        hypothesis.id
        for hypothesis in hypotheses.hypotheses
        if all(claim.exploratory for claim in hypothesis.claims)
    }
    assert exploratory == {"KG9"}


def test_a_claim_takes_over_what_stands_on_its_hypothesis_unless_it_says_otherwise(hypotheses):
    inside, _, at_sites = hypotheses.by_id["H6"].claims
    assert (inside.level, inside.needs) == ("within_site", ("respondents", "outcomes"))
    assert (at_sites.level, at_sites.needs) == ("site", ("respondents", "anchors"))


# ------------------------------------------------------------------ models


def test_nine_related_practices_are_the_preferred_model(hypotheses):
    preferred = hypotheses.preferred_model
    assert preferred.id == "R2"
    assert [factor.of for factor in preferred.factors] == [(scale.id,) for scale in PRACTICES]


def test_every_model_has_every_practice_item_once(hypotheses):
    items = sorted(item for scale in PRACTICES for item in scale.item_ids)
    for model in hypotheses.rival_models:
        parts = [name for factor in model.factors for name in factor.of]
        assert sorted(items_named(parts, INSTRUMENT)) == items, model.id


def test_only_rivals_say_when_they_would_be_preferred(hypotheses):
    for model in hypotheses.rival_models:
        assert bool(model.prefer_if) == (model.use == "rival"), model.id


def test_pulling_it_together_is_split_by_facet(hypotheses):
    split = {factor.id: factor.of for factor in hypotheses.by_id["R7"].factors}
    assert split["ORCA"] == ("ORC.1", "ORC.2", "ORC.4")
    assert split["ORCB"] == ("ORC.3", "ORC.5", "ORC.6")


def test_factors_of_factors_cover_the_first_ones(hypotheses):
    for model in hypotheses.rival_models:
        if model.second_order:
            below = sorted(name for factor in model.second_order for name in factor.of)
            assert below == sorted(factor.id for factor in model.factors), model.id


def test_items_of_a_facet_are_found_in_a_reduced_form():
    assert items_named(["ORC.1"], load_instrument("instrument", "long")) == ("orc101",)


def test_every_falsifier_has_a_condition_and_a_consequence(hypotheses):
    for falsifier in hypotheses.falsifiers:
        assert falsifier.when and falsifier.consequence, falsifier.id


# ------------------------------------------------------------------ with the questionnaire


def test_every_practice_is_in_a_claim_of_its_own_or_with_others(hypotheses):
    named = {name for claim in hypotheses.claims for name in (*claim.variables, *claim.against)}
    assert named >= {scale.id for scale in PRACTICES}


def test_items_name_the_hypotheses_about_their_facet_and_no_others(hypotheses):
    about = hypotheses_about(hypotheses, INSTRUMENT)
    for scale in PRACTICES:
        for item in scale.items:
            assert item.hypotheses == about[item.id], item.id


def test_every_negatively_keyed_item_of_a_practice_names_the_hypothesis_on_keying(hypotheses):
    (keying,) = {
        hypothesis.id
        for hypothesis in hypotheses.hypotheses
        for claim in hypothesis.claims
        if claim.kind == "keying_difference"
    }
    for scale in PRACTICES:
        for item in scale.items:
            assert (keying in item.hypotheses) == (item.keyed == -1), item.id


def test_a_hypothesis_reaches_questions_through_groups_and_derived_variables(hypotheses):
    about = hypotheses_about(hypotheses, INSTRUMENT)
    assert "KG1" in about["ctx13"]
    assert "KG7" in about["depth"]
    assert "KG4" in about["bgmain"]
    assert "H6" in about["da01a"]
    assert "KG6" in about["ena02"]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source texts are not here")
def test_every_source_line_exists_and_is_not_blank(hypotheses):
    texts = {
        path.name[:3]: path.read_text(encoding="utf-8").split("\n") for path in SOURCES.glob("*")
    }
    for one in (*hypotheses.hypotheses, *hypotheses.rival_models):
        for reference in one.source_lines:
            source, line = reference.split(":")
            assert texts[source][int(line) - 1].strip(), f"{one.id}: {reference}"


# ------------------------------------------------------------------ with the simulation


@pytest.fixture(scope="module")
def simulated():
    """The correlations that synthetic data are drawn from."""
    path = Path("instrument/evidence/hypothesised_model.yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return pairwise(
        {
            one: {other: content["bands"].get(value, value) for other, value in row.items()}
            for one, row in content["correlations"].items()
        }
    )


def test_the_simulation_agrees_with_every_claim_about_correlations(hypotheses, simulated):
    at_odds = claims_at_odds(hypotheses, simulated)
    assert not [(found.claim.id, found.value) for found in at_odds]


def test_the_simulation_is_held_against_the_claims_about_practices_and_models(
    hypotheses, simulated
):
    held = {claim.id for claim in hypotheses.claims if expected_values(claim, simulated)}
    assert held >= {"H1.1", "H1.2", "H2.1", "H2.2", "H2.3", "H3.1", "H4.1", "H4.2", "H14.2"}


@pytest.mark.parametrize(
    ("pair", "value", "at_odds"),
    [
        (("POW", "COL"), 0.40, {"H2.1", "H2.2", "H2.3"}),
        (("IND", "COL"), -0.60, {"H3.1"}),
        (("TRU", "COM"), 0.95, {"H1.1", "H4.1"}),
        (("INI", "IMP"), 0.20, {"H1.1"}),
    ],
)
def test_a_correlation_that_a_claim_does_not_allow_is_found(
    hypotheses, simulated, pair, value, at_odds
):
    spoilt = {**simulated, frozenset(pair): value}
    assert {found.claim.id for found in claims_at_odds(hypotheses, spoilt)} == at_odds


def test_claims_about_what_the_table_lacks_are_passed_over(hypotheses):
    assert claims_at_odds(hypotheses, pairwise({"POW": {"COL": 0.6}})) == ()


# ------------------------------------------------------------------ what is refused


def test_a_questionnaire_without_the_file_has_no_hypotheses():
    folder = "data/example/leadership_climate/instrument"
    none = load_hypotheses(folder, load_instrument(folder))
    assert none.claims == () and none.by_id == {} and none.preferred_model is None


@pytest.mark.parametrize(
    ("name", "alter", "told"),
    [
        ("H2", lambda h: h["claims"][0].update(variables=["POW", "COLL"]), "did you mean 'COL'?"),
        ("H2", lambda h: h["claims"][0].update(between=[0.7, 0.5]), "the lower number first"),
        ("H2", lambda h: h["claims"][0].update(between=[None, None]), "both ends of the band"),
        ("H2", lambda h: h["claims"][0].update(between=[-0.7, -0.5]), "direction is positive"),
        ("H2", lambda h: h["claims"][0].update(kind="correlate"), "'correlate' is not one of"),
        ("H2", lambda h: h["claims"][0].update(against=["POW"]), "does not allow"),
        ("H2", lambda h: h["claims"][1].pop("against"), "'against' is a required property"),
        ("H2", lambda h: h["claims"][0].pop("direction"), "'direction' is a required property"),
        ("H2", lambda h: h.update(source=["000-36"]), "'000-36' does not match"),
        ("H2", lambda h: h.update(source=[]), "'basis' is a required property"),
        ("H2", lambda h: h.update(evidence="person"), "did you mean 'persons'?"),
        ("H3", lambda h: h.update(id="H2"), "'H2' is used 2 times"),
        ("H2", lambda h: h.update(id="H99"), "there is no hypothesis 'H2'"),
        ("KG2", lambda h: h["claims"][0].update(order=[1, 2, 9]), "'ctx03' has no answer 9"),
        ("KG1", lambda h: h["claims"][0].update(high="implementing"), "'implementation'?"),
        ("KG1", lambda h: h["claims"][0].update(low="implementation"), "set beside itself"),
        ("KG1", lambda h: h["claims"][2].update(code="EARLIER"), "no special code 'EARLIER'"),
        ("R2", lambda r: r["factors"].update(POW=["POV"]), "scale, facet or item 'POV'"),
        ("R2", lambda r: r["factors"].update(POW=["POW", "TRA.1"]), "is in 2 factors"),
        ("R2", lambda r: r.update(use="rival"), "0 models are preferred"),
        ("R3", lambda r: r["second_order"].update(LEADING=["POWER"]), "no factor 'POWER'"),
        (
            "R3",
            lambda r: r["prefer_if"][0]["all"][0].update(compared_with="R22"),
            "no model 'R22'; did you mean 'R2'?",
        ),
        ("R3", lambda r: r.update(wording_factor="LEADING"), "2 factors are called 'LEADING'"),
        ("R4", lambda r: r.pop("additional"), "needs a factor of all items"),
        ("R12", lambda r: r.pop("between_factors"), "how many factors there may be"),
        ("R11", lambda r: r.update(additional={"ALL": ["INI"]}), "has no 'additional'"),
        ("F7", lambda f: f["when"][0]["all"][1].update(hypotheses=["H66"]), "no hypothesis 'H66'"),
        ("F4", lambda f: f["when"][0]["all"][0].update(groups=["live"]), "did you mean 'lived'?"),
    ],
)
def test_an_error_is_told_with_its_file_and_cure(file, name, alter, told):
    change(file, lambda content: alter(entry(content, name)))
    found = [problem for problem in problems_of(file.parents[1]) if told in problem]
    assert found
    assert all(".yaml" in problem for problem in found)


def test_an_answer_that_a_group_asks_for_has_to_be_offered(file):
    def alter(content):
        content["groups"][0]["all"][0]["values"] = [7]

    change(file, alter)
    problems = problems_of(file.parents[1])
    assert any("'ctx13' has no answer 7; answers are 1, 2, 3" in problem for problem in problems)


def test_a_derived_variable_has_to_be_made_of_what_is_asked(file):
    def alter(content):
        content["derived"][0]["of"] = ["modnow", "modidea"]

    change(file, alter)
    told = "no constant-sum question 'modidea'; did you mean 'modideal'?"
    assert any(told in problem for problem in problems_of(file.parents[1]))


def test_an_item_that_names_an_unknown_hypothesis_is_told(copy):
    def alter(content):
        content["facets"][0]["items"][0]["hypotheses"] = ["H77", "KG5"]

    change(copy / "scales" / "POW.yaml", alter)
    (problem,) = problems_of(copy, load_instrument(copy))
    assert "POW.yaml, key 'pow101': there is no hypothesis 'H77'" in problem


def test_an_item_or_question_that_a_claim_is_about_has_to_name_it(copy):
    change(copy / "scales" / "BAR.yaml", lambda c: c["facets"][4]["items"][0].pop("hypotheses"))

    def alter(content):
        next(q for q in content["questions"] if q["id"] == "ctx13").update(hypotheses=[])

    change(copy / "context.yaml", alter)
    problems = problems_of(copy, load_instrument(copy))
    assert len(problems) == 2
    assert "BAR.yaml, key 'bar15': H9 is about this" in problems[0]
    assert "context.yaml, key 'ctx13': KG1 is about this" in problems[1]


def test_broken_yaml_is_told_with_its_row(file):
    file.write_text("status: hypothesis\nbands: {\n", encoding="utf-8")
    (problem,) = problems_of(file.parents[1])
    assert "hypotheses.yaml, row 3: is not valid YAML" in problem

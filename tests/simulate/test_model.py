from pathlib import Path

import numpy as np
import pytest
import yaml

from pipeline.instrument import load_instrument
from pipeline.problems import InputError
from pipeline.simulate import read_model
from pipeline.simulate.answers import shift_for_mean

ROOT = Path(__file__).parents[2]


@pytest.fixture
def content():
    path = ROOT / "instrument" / "evidence" / "hypothesised_model.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture
def told(content, instrument, tmp_path):
    """The problems told about a changed model."""

    def tell(change):
        change(content)
        path = tmp_path / "model.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        with pytest.raises(InputError) as error:
            read_model(path, instrument)
        return [f"{problem.column}: {problem.cure}" for problem in error.value.problems]

    return tell


def test_practices_correlate_by_the_bands_of_the_domain_map(model):
    practices = ["INI", "POW", "TRA", "SUP", "TRU", "COM", "NET", "ORC", "IMP"]
    table = model.correlations.loc[practices, practices].to_numpy()
    pairs = table[np.triu_indices(9, 1)]
    assert set(pairs) == {0.425, 0.575, 0.75}
    assert round(pairs.mean(), 2) == 0.59
    assert round(np.linalg.eigvalsh(table)[0], 2) == 0.13


def test_the_whole_table_is_positive_definite(model):
    assert np.linalg.eigvalsh(model.correlations.to_numpy())[0] > 0.05


def test_sharing_power_goes_with_spread_leading_most(model):
    with_col = model.correlations["COL"].drop("COL")
    assert with_col.idxmax() == "POW"
    assert model.correlations.loc["POW", "COL"] - model.correlations.loc["POW", "JNT"] > 0.10


def test_single_and_spread_leading_are_not_opposites(model):
    assert -0.40 <= model.correlations.loc["IND", "COL"] <= 0.20


def test_site_shares_are_in_the_expected_range_and_order(model):
    assert model.icc.between(0.10, 0.30).all()
    assert set(model.icc.nlargest(2).index) == {"INI", "IMP"}
    assert model.icc.idxmin() == "TRA"


def test_negatively_keyed_items_load_somewhat_lower_than_the_others(model, instrument):
    assert model.items["loading"].between(0.55, 0.85).all()
    for scale in instrument.scales:
        loadings = model.items["loading"][scale.item_ids]
        usual = loadings.drop(scale.reversed_ids).mean()
        for item in scale.reversed_ids:
            assert 0.05 <= usual - loadings[item] + 1e-9 <= 0.16


def test_every_item_of_the_example_is_listed_by_itself(content):
    listed = {item for scale in content["scales"].values() for item in scale.get("items", {})}
    asked = load_instrument(ROOT / "instrument", "long", ["barriers"]).scales
    assert listed == {item for scale in asked if len(scale.items) > 1 for item in scale.item_ids}


def test_the_default_serves_items_that_are_not_listed(content, instrument, tmp_path):
    del content["scales"]["POW"]["items"]
    path = tmp_path / "model.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    found = read_model(path, instrument).items.loc[instrument.by_id["POW"].item_ids]
    assert (found["loading"] == content["scales"]["POW"]["default"]["loading"]).all()


def test_a_scale_without_parameters_is_told(told):
    assert told(lambda model: model["scales"].pop("NET")) == [
        "scales: scale 'NET' has no parameters; add icc and default"
    ]


def test_a_pair_without_correlation_is_told(told):
    (problem,) = told(lambda model: model["correlations"]["NET"].pop("POW"))
    assert "POW and NET" in problem


def test_an_unknown_band_is_told(told):
    (problem,) = told(lambda model: model["correlations"]["NET"].update(POW="XL"))
    assert "POW and NET" in problem


def test_correlations_that_cannot_hold_together_are_told(told):
    (problem,) = told(lambda model: model["correlations"]["NET"].update(POW=-0.95))
    assert "not positive definite" in problem


def test_a_special_code_without_rate_is_told(told):
    (problem,) = told(lambda model: model["special_codes"].pop("LATER"))
    assert "'LATER'" in problem


def test_a_group_without_rate_is_told(told):
    (problem,) = told(
        lambda model: model["special_codes"]["DK"]["by_exposure"]["near"].pop("lived")
    )
    assert "'lived' on 'near'" in problem


def test_chances_that_do_not_add_up_are_told(told):
    def change(model):
        model["person_questions"]["selflead"]["other"][1] = 0.9

    (problem,) = told(change)
    assert problem.startswith("person_questions.selflead.other")
    assert "add up to 1" in problem


def test_an_answer_of_another_group_is_told(told):
    def move(model):
        chances = model["person_questions"]["bgmain"]["lived"]
        chances[9] = chances.pop(1)

    (problem,) = told(move)
    assert "answer 9 does not belong to this group" in problem


def test_a_question_nobody_answers_is_told(told):
    (problem,) = told(lambda model: model["person_questions"].pop("depth"))
    assert problem.startswith("person_questions.depth")


def test_an_effect_of_an_unknown_context_question_is_told(told):
    (problem,) = told(lambda model: model["context_effects"].update(ctx99={"POW": {1: 0.1}}))
    assert "'ctx99'" in problem


def test_thresholds_must_fit_the_response_scale(told):
    assert told(lambda model: model["thresholds"].update(agreement_5=[0, 1])) == [
        "thresholds: 'agreement_5' needs 4 thresholds"
    ]


def test_all_problems_are_told_at_once(told):
    def break_three(model):
        model["scales"].pop("NET")
        model["special_codes"].pop("DK")
        model["context_questions"]["ctx99"] = {"1": 1.0}

    assert len(told(break_three)) == 3


def test_a_file_of_another_form_is_told_by_its_schema(told):
    (problem,) = told(lambda model: model.update(minutes={"median": -1, "spread": 0.3}))
    assert problem.startswith("minutes.median")


def test_a_missing_file_is_told(instrument):
    with pytest.raises(InputError, match="no such file"):
        read_model("nowhere.yaml", instrument)


def test_broken_yaml_is_told_with_its_row(instrument, tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text("scales: [\n", encoding="utf-8")
    with pytest.raises(InputError, match="row 2"):
        read_model(path, instrument)


@pytest.mark.parametrize("mean", [2.0, 2.6, 3.3, 4.0, 4.6])
def test_moved_thresholds_give_the_mean_that_was_asked_for(mean):
    from scipy.stats import norm

    cuts = np.array([-1.9, -0.9, 0.1, 1.3])
    shift = shift_for_mean(cuts, mean)
    assert abs(1 + norm.cdf(shift - cuts).sum() - mean) < 1e-3

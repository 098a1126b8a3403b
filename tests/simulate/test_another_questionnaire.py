"""Nothing about one questionnaire is in the code: another one is simulated from its own model."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.instrument import load_instrument
from pipeline.simulate import (
    Design,
    Dirt,
    SiteDesign,
    read_model,
    simulate_programme,
    write_exports,
)

ROOT = Path(__file__).parents[2]
MODEL = """
correlations:
  TSIG: {LEAD: 0.5}
  HOSTIL: {LEAD: -0.4, TSIG: -0.3}
scales:
  LEAD: {icc: 0.2, default: {loading: 0.7, mean: 3.1}}
  TSIG: {icc: 0.1, default: {loading: 0.7, mean: 3.4}}
  HOSTIL: {icc: 0.05, default: {loading: 0.6, mean: 1.2}}
thresholds:
  points_1_5: [-1.5, -0.5, 0.5, 1.5]
  points_0_4: [-1.5, -0.5, 0.5, 1.5]
group_mix: {other: 1}
special_codes: {}
person_questions: {}
minutes: {median: 5, spread: 0.2}
"""


@pytest.fixture(scope="module")
def climate():
    return load_instrument(ROOT / "data" / "example" / "leadership_climate" / "instrument")


@pytest.fixture(scope="module")
def programme(climate, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.yaml"
    path.write_text(MODEL, encoding="utf-8")
    sites = (
        *(SiteDesign(f"q{n}", f"Company {n}", 60, "qualtrics") for n in range(40)),
        *(SiteDesign(f"l{n}", f"Unit {n}", 60, "limesurvey") for n in range(40)),
        *(SiteDesign(f"r{n}", f"Team {n}", 60, "redcap") for n in range(40)),
    )
    dirt = {"qualtrics": Dirt(partials=3), "limesurvey": Dirt(partials=3, empty_rows=1)}
    design = Design("Climate", "2026-01-05", sites, dirt)
    return simulate_programme(climate, read_model(path, climate), design, np.random.default_rng(2))


def test_it_is_answered_on_its_own_response_scales(programme, climate):
    for scale in climate.scales:
        answers = programme.respondents[scale.item_ids]
        assert set(np.unique(answers)) == set(scale.response_scale.values)


def test_items_have_the_means_of_its_model_whatever_their_lowest_option(programme, climate):
    for scale, mean in (("LEAD", 3.1), ("TSIG", 3.4), ("HOSTIL", 1.2)):
        found = programme.respondents[climate.by_id[scale].item_ids].mean()
        # 7,200 people in 120 sites: se about .03
        assert np.abs(found - mean).max() < 0.12


def test_it_is_written_for_every_platform(programme, climate, tmp_path):
    files = write_exports(programme, climate, tmp_path, np.random.default_rng(3))
    text = {path.name: path.read_text(encoding="utf-8-sig") for path in files}
    first = next(iter(climate.items))
    assert f"climate_{first}," in text["qualtrics.csv"]
    assert f'"clim[{first}]"' in text["limesurvey.csv"]
    assert f",{first}," in text["redcap.csv"]

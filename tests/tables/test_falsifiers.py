"""What would prove the structure wrong: looked for in pairs, in scales, and in everything."""

import pandas as pd

from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.instrument.rival_models import with_items
from pipeline.tables import FALSIFIERS, conform, judge_falsifiers, label_estimates

LONG = load_instrument("instrument", "long")
HYPOTHESES = load_hypotheses("instrument", load_instrument("instrument"))
DECLARED = {model.id: model for model in HYPOTHESES.rival_models}
SCALES = LONG.sections[0].scale_ids
ITEMS = [item for scale in LONG.scales_in(LONG.sections[0]) for item in scale.item_ids]


def judged(rows):
    columns = ["model", "statistic", "factor", "estimate", "ci_high"]
    table = label_estimates(
        pd.DataFrame(rows, columns=columns), wave="1", scale="practices", sample="all"
    )
    preferred = with_items(DECLARED["R2"], LONG, ITEMS)
    found = judge_falsifiers(HYPOTHESES.falsifiers, preferred, table, "1", "practices", "all")
    return conform(found, FALSIFIERS).set_index(["falsifier", found["about"].fillna("")])


def pairs(correlation, upper):
    for place, first in enumerate(SCALES):
        for second in SCALES[place + 1 :]:
            yield "R2", "factor_correlation", f"{first} with {second}", correlation, None
            yield "R2", "htmt", f"{first} with {second}", correlation, upper


def test_every_pair_is_looked_at_and_one_sample_can_rule_it_out():
    found = judged(pairs(0.6, 0.8)).loc["F1"]
    assert len(found) == 36
    assert set(found["found"]) == {"no"}


def test_one_sample_alone_does_not_find_what_two_have_to():
    found = judged(pairs(0.95, 1.05)).loc["F1"]
    assert set(found["found"]) == {"not judged"}
    assert found["words"].str.contains("another sample").all()


def test_without_numbers_nothing_can_be_told():
    assert set(judged([])["found"]) == {"not judged"}


def test_a_wording_factor_that_explains_most_is_found():
    def shares(wording):
        return [
            ("R4", "explained_common_variance", name, share, None)
            for name, share in [("WORDING", wording), *((scale, 0.1) for scale in SCALES)]
        ]

    assert judged(shares(0.3)).loc[("F5", ""), "found"] == "yes"
    assert judged(shares(0.05)).loc[("F5", ""), "found"] == "no"


def test_a_scale_with_enough_of_its_own_is_not_dropped_and_others_cannot_be_told():
    rows = [
        ("R4", "omega_hierarchical", scale, 0.1 if scale == "POW" else 0.4, None)
        for scale in SCALES
    ]
    found = judged(rows).loc["F7"]["found"]
    assert found["POW"] == "not judged"
    assert found["TRA"] == "no"


def test_a_questionnaire_without_a_preferred_model_has_no_rows():
    assert judge_falsifiers(HYPOTHESES.falsifiers, None, pd.DataFrame(), "1", "x", "all").empty

"""Whether the numbers declared beforehand prefer a rival, read from estimates."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.instrument.hypotheses.model import Band, Criterion
from pipeline.instrument.rival_models import with_items
from pipeline.tables import (
    MODEL_ESTIMATES,
    RIVAL_MODELS,
    conform,
    describe_models,
    gather_rows,
    judge_rival,
    label_estimates,
)

LONG = load_instrument("instrument", "long")
HYPOTHESES = load_hypotheses("instrument", load_instrument("instrument"))
DECLARED = {model.id: model for model in HYPOTHESES.rival_models}
SECTION = LONG.sections[0]
ITEMS = [item for scale in LONG.scales_in(SECTION) for item in scale.item_ids]


def fittable(name, *criteria):
    model = DECLARED[name]
    if criteria:
        model = replace(model, prefer_if=(criteria,))
    return with_items(model, LONG, ITEMS)


def estimates(*rows):
    """Rows of (model, statistic, estimate, item, factor)."""
    frame = pd.DataFrame(rows, columns=["model", "statistic", "estimate", "item", "factor"])
    return label_estimates(frame, wave="1", scale="practices", sample="all")


def fit(name, **numbers):
    return [(name, statistic, number, None, None) for statistic, number in numbers.items()]


def correlation(name, pair, number):
    return (name, "factor_correlation", number, None, pair)


CFI = Criterion("cfi", Band(-0.010, None), compared_with="R2")


@pytest.mark.parametrize(("own", "judged"), [(0.945, "yes"), (0.940, "yes"), (0.930, "no")])
def test_a_change_of_fit_is_that_to_the_model_it_is_compared_with(own, judged):
    table = estimates(*fit("R3", cfi_robust=own), *fit("R2", cfi_robust=0.9499))
    assert judge_rival(fittable("R3", CFI), table)[0] == judged


def test_two_models_are_compared_by_an_index_that_both_have():
    table = estimates(
        *fit("R3", cfi_robust=0.80, cfi_scaled=0.97), *fit("R2", cfi_robust=None, cfi_scaled=0.97)
    )
    assert judge_rival(fittable("R3", CFI), table) == (
        "yes",
        "CFI less that of R2 is 0.000; \N{MINUS SIGN}0.01 or more was asked for: met.",
    )


def test_what_cannot_be_had_is_not_judged():
    bic = Criterion("bic", Band(None, 0), compared_with="R2")
    table = estimates(*fit("R3", cfi_robust=0.95), *fit("R2", cfi_robust=0.95))
    assert judge_rival(fittable("R3", bic), table) == (
        "not judged",
        "BIC less that of R2 cannot be judged from these answers.",
    )
    assert judge_rival(fittable("R3", CFI, bic), table)[0] == "not judged"


def test_one_criterion_that_is_not_met_decides_whatever_is_not_judged():
    bic = Criterion("bic", Band(None, 0), compared_with="R2")
    table = estimates(*fit("R3", cfi_robust=0.80), *fit("R2", cfi_robust=0.95))
    assert judge_rival(fittable("R3", CFI, bic), table)[0] == "no"


def test_every_pair_of_factors_has_to_meet_a_criterion_about_correlations():
    apart = Criterion("factor_correlation", Band(None, 0.90), of=("START", "ALONG", "RESULT"))
    pairs = {"START with ALONG": 0.5, "RESULT with START": 0.5, "ALONG with RESULT": 0.95}
    table = estimates(*(correlation("R5a", pair, number) for pair, number in pairs.items()))
    judged, words = judge_rival(fittable("R5a", apart), table)
    assert judged == "no"
    assert "runs from 0.500 to 0.950" in words


def test_a_criterion_about_another_model_reads_that_model():
    low = estimates(correlation("R2", "TRU with COM", 0.60))
    assert judge_rival(fittable("R8"), low)[0] == "no"


def test_one_sample_alone_never_meets_what_two_samples_have_to():
    high = estimates(correlation("R2", "TRU with COM", 0.95))
    judged, words = judge_rival(fittable("R8"), high)
    assert judged == "not judged"
    assert "needs another sample" in words


def test_second_order_loadings_and_their_ranks_are_read():
    practices = list(SECTION.scale_ids)
    loadings = {name: 0.85 - place / 100 for place, name in enumerate(practices)}
    loadings |= {"INI": 0.66, "IMP": 0.67}
    rows = [
        ("R3", "standardised_loading", number, None, f"LEADING with {name}")
        for name, number in loadings.items()
    ]
    table = estimates(*rows, *fit("R3", cfi_robust=0.95), *fit("R2", cfi_robust=0.95))
    assert judge_rival(fittable("R3"), table)[0] == "yes"
    turned = table.assign(estimate=table["estimate"].replace({0.67: 0.89}))
    assert judge_rival(fittable("R3"), turned)[0] == "no"


def test_the_sign_of_a_loading_is_left_aside_where_the_criterion_says_so():
    plain = Criterion("second_order_loading", Band(0.65, 0.90), of=("INI",))
    table = estimates(("R3", "standardised_loading", -0.7, None, "LEADING with INI"))
    assert judge_rival(fittable("R3", plain), table)[0] == "no"
    assert judge_rival(fittable("R3", replace(plain, absolute=True)), table)[0] == "yes"


@pytest.mark.parametrize(("size", "judged"), [(0.5, "yes"), (0.3, "no")])
def test_the_mean_loading_on_an_added_factor_is_read(size, judged):
    table = estimates(
        ("R10", "standardised_loading", size, "ini101", "SENIORS"),
        ("R10", "standardised_loading", size, "ini201", "SENIORS"),
        ("R10", "standardised_loading", 0.9, "ini101", "INI"),
    )
    assert judge_rival(fittable("R10"), table)[0] == judged


def test_cross_loadings_are_the_largest_outside_the_own_factor():
    own = [("R11", "pattern", 0.8, item, LONG.scale_of_item[item].id) for item in ITEMS]
    n_crossed = len(ITEMS) // 5
    other = [
        ("R11", "pattern", -0.4 if place < n_crossed else 0.1, item, "NET")
        for place, item in enumerate(ITEMS)
        if LONG.scale_of_item[item].id != "NET"
    ]
    crossing = Criterion("cross_loading", Band(0.25, None), absolute=True, share=Band(0.10, None))
    assert judge_rival(fittable("R11", crossing), estimates(*own, *other))[0] == "yes"
    pure = [(*row[:2], 0.1, *row[3:]) for row in other]
    assert judge_rival(fittable("R11", crossing), estimates(*own, *pure))[0] == "no"


def test_one_alternative_is_enough():
    never = Criterion("cfi", Band(1.0, None), compared_with="R2")
    model = replace(DECLARED["R3"], prefer_if=((never,), (CFI,)))
    table = estimates(*fit("R3", cfi_robust=0.95), *fit("R2", cfi_robust=0.95))
    judged, words = judge_rival(with_items(model, LONG, ITEMS), table)
    assert judged == "yes"
    assert " Or: " in words


def test_models_that_are_never_preferred_are_not_judged():
    assert judge_rival(fittable("R2"), estimates()) == (None, None)
    assert judge_rival(fittable("R4"), estimates()) == (None, None)


def test_every_model_has_a_row_with_its_obstacle_if_it_has_one():
    models = [with_items(model, LONG, ITEMS, 24) for model in DECLARED.values()]
    obstacles = {"R3": "the search stopped"}
    rows = describe_models(models, obstacles, estimates(), "1", "practices", "all")
    told = conform(rows, RIVAL_MODELS).set_index("model")
    assert list(told.index) == list(DECLARED)
    assert told.loc["R3", "obstacle"] == "the search stopped"
    assert "24 sites" in told.loc["R12", "obstacle"]
    assert told.loc[["R3", "R12"], "preferred"].isna().all()


def test_labelled_estimates_keep_their_contract():
    table = gather_rows([estimates(*fit("R3", cfi_robust=0.9))], MODEL_ESTIMATES)
    conform(table, MODEL_ESTIMATES)

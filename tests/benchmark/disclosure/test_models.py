"""What leaves about models of the items: how answers go together, not how often they were given."""

import pandas as pd
import pytest

from pipeline.benchmark import estimate_sites
from pipeline.benchmark.disclosure import DisclosureRules, release_invariance, release_pooled
from pipeline.psychometrics.rivals import ModelToFit, compare_models
from pipeline.tables import INVARIANCE, MODEL_ESTIMATES, conform, gather_rows, label_estimates
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()


@pytest.fixture(scope="module")
def study(instrument):
    responses, missing, scores = make_study(instrument, [(30, 30, 0)] * 4, seed=4, dk=0.0)
    return responses, estimate_sites(responses, missing, scores, instrument, 0.95)


@pytest.fixture(scope="module")
def estimates(study, instrument):
    responses, _ = study
    items = [item for scale in instrument.scales for item in scale.item_ids]
    data = responses[items].astype("float64").assign(site=responses["site"].astype(object))
    model = ModelToFit(f"A =~ {' + '.join(items)}", None, {"A": items})
    rows = compare_models({"R": model}, data, "listwise", "site", preferred="R")["R"].rows
    labels = {"wave": "1", "scale": "AAA", "model": "R", "sample": "all"}
    return conform(gather_rows([label_estimates(rows, **labels)], MODEL_ESTIMATES), MODEL_ESTIMATES)


def test_everything_a_compared_model_tells_may_leave(estimates, study):
    released = release_pooled(estimates, study[1], RULES)
    assert len(released) == len(estimates)
    known = estimates["estimate"].notna()
    assert released.loc[known, "estimate"].notna().all()


def test_residuals_of_pairs_need_a_hundred_people(estimates, study):
    fewer = estimates.assign(n_respondents=99)
    released = release_pooled(fewer, study[1], RULES)
    of_pair = released["statistic"] == "residual_of_correlation"
    assert of_pair.any()
    assert released.loc[of_pair, "estimate"].isna().all()
    assert released.loc[~of_pair, "estimate"].notna().any()


def test_a_model_of_too_few_people_leaves_no_number(estimates, study):
    released = release_pooled(estimates.assign(n_respondents=10), study[1], RULES)
    assert released["estimate"].isna().all()


def steps(n_respondents):
    row = {
        "wave": "1",
        "scale": "AAA",
        "grouping": "role",
        "step": "metric",
        "groups": "a, b",
        "n_respondents": n_respondents,
        "cfi": 0.97,
        "p_value": 0.2,
        "verdict": "holds",
    }
    return conform(pd.DataFrame([row]).reindex(columns=INVARIANCE.column_names), INVARIANCE)


def test_steps_leave_with_rounded_counts():
    released = release_invariance(steps(403), RULES)
    assert list(released["n_respondents"]) == [405]
    assert list(released["cfi"]) == [0.97]


def test_steps_about_too_few_people_leave_without_numbers():
    released = release_invariance(steps(10), RULES)
    assert released[["cfi", "p_value"]].isna().all(axis=None)
    assert list(released["condition"]) == ["withheld"]

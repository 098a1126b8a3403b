"""What leaves about models of the items: how answers go together, not how often they were given."""

import pandas as pd
import pytest

from pipeline.benchmark import estimate_sites
from pipeline.benchmark.disclosure import (
    DisclosureRules,
    release_group_differences,
    release_invariance,
    release_pooled,
)
from pipeline.psychometrics.rivals import ModelToFit, compare_models
from pipeline.tables import (
    GATES,
    INVARIANCE,
    MODEL_ESTIMATES,
    conform,
    gather_rows,
    label_estimates,
)
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


def differences(statistic="latent_mean", grouping="role", n_respondents=250):
    row = {
        "statistic": statistic,
        "group": "b",
        "estimate": 0.4,
        "ci_low": 0.2,
        "ci_high": 0.6,
        "n_respondents": n_respondents,
    }
    labels = {"wave": "1", "scale": "AAA", "sample": "all", "grouping": grouping, "step": "scalar"}
    rows = label_estimates(pd.DataFrame([row]), **labels)
    return conform(gather_rows([rows], MODEL_ESTIMATES), MODEL_ESTIMATES)


def gates(**closed):
    rows = [
        {"wave": "1", "scale": "AAA", "gate": gate, "verdict": verdict, "reason": "x"}
        for gate, verdict in closed.items()
    ]
    return conform(pd.DataFrame(rows, columns=GATES.column_names), GATES)


def shown(estimates, found=None):
    released = release_group_differences(estimates, gates() if found is None else found, RULES)
    values = released[["estimate", "ci_low", "ci_high"]].notna().all(axis=None)
    assert values or list(released["condition"]) == ["withheld"]
    return bool(values)


def test_means_of_groups_leave_while_no_gate_forbids_it():
    assert shown(differences(), gates(role="caution", structure="open", sites="closed"))


@pytest.mark.parametrize("gate", ["structure", "reliability", "role"])
def test_a_closed_gate_keeps_means_of_groups_back(gate):
    assert not shown(differences(), gates(**{gate: "closed"}))
    assert shown(differences("d_macs"), gates(**{gate: "closed"}))


@pytest.mark.parametrize("grouping", ["language", "platform"])
def test_means_of_what_may_be_a_single_site_never_leave(grouping):
    assert not shown(differences(grouping=grouping))
    assert shown(differences("unsigned_difference", grouping=grouping))


def test_a_group_of_too_few_people_keeps_everything_back():
    assert not shown(differences(n_respondents=10))
    assert not shown(differences("d_macs", n_respondents=10))


def test_a_statistic_that_nobody_named_stays():
    assert not shown(differences("mean"))

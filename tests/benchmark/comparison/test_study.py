"""The sites of a study compared from its released tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.benchmark.comparison import compare_sites, not_rounded_up
from pipeline.instrument.model import Section
from pipeline.tables import GATES, RELEASE_FIGURES, conform
from tests.benchmark.conftest import text

WAVE = "1"
N_SITES = 20
OPEN = {"structure": "open", "reliability": "caution", "aggregation": "open", "sites": "untested"}


@pytest.fixture
def questionnaire(instrument):
    """One section of scores and one that is a profile."""
    sections = tuple(
        Section(name, text(name), text(""), (scale,), (), (), factor_model=False, display=display)
        for name, scale, display in (("scores", "AAA", "scores"), ("models", "BBB", "profile"))
    )
    return replace(instrument, sections=sections)


def means_of(scale="AAA", basis="plain", n=60, spread=0.4, seed=3):
    mean = 3.5 + np.random.default_rng(seed).normal(0, spread, N_SITES)
    return pd.DataFrame(
        {
            "wave": WAVE,
            "site": [f"s{number:02d}" for number in range(N_SITES)],
            "scale": scale,
            "basis": basis,
            "n_respondents": n,
            "n_effective": float(n),
            "mean": mean.round(2),
            "ci_low": mean.round(2) - 0.2,
            "ci_high": mean.round(2) + 0.2,
            "confidence_level": 0.95,
            "condition": None,
        }
    )


def variance_of(*scales):
    numbers = {"variance_within": 0.6, "variance_between": 0.1}
    rows = [(scale, name, value) for scale in scales for name, value in numbers.items()]
    return pd.DataFrame(rows, columns=["scale", "statistic", "estimate"])


def gates_of(scale="AAA", **verdicts):
    rows = [
        {"wave": WAVE, "scale": scale, "gate": gate, "verdict": verdict, "reason": "So it is."}
        for gate, verdict in {**OPEN, **verdicts}.items()
    ]
    return conform(pd.DataFrame(rows).reindex(columns=GATES.column_names), GATES)


def compared(questionnaire, means, gates=None):
    variance = variance_of("AAA", "BBB")
    return compare_sites(
        means, variance, gates_of() if gates is None else gates, questionnaire, WAVE, 7
    )


def test_every_site_has_a_row_on_every_basis_with_its_own_mean_and_interval(questionnaire):
    means = pd.concat([means_of(), means_of(basis="role_balanced", n=40)])
    found = compared(questionnaire, means).sites
    assert found.groupby("basis").size().to_dict() == {"plain": N_SITES, "role_balanced": N_SITES}
    first = found.iloc[0]
    assert (first["mean"], first["ci_low"]) == (means.iloc[0]["mean"], means.iloc[0]["ci_low"])


def test_profiles_such_as_models_of_leadership_are_never_compared(questionnaire):
    means = pd.concat([means_of(), means_of(scale="BBB")])
    found = compared(questionnaire, means)
    assert set(found.sites["scale"]) == {"AAA"}
    assert set(found.scales["scale"]) == {"AAA"}


def test_sites_far_from_the_others_get_a_word(questionnaire):
    means = means_of(spread=0.1)
    means.loc[4, "mean"] = 4.9
    found = compared(questionnaire, means).sites.set_index("site")
    assert found.loc["s04", "band"] in ("higher", "clearly_higher")
    assert found.loc["s05", "band"] == "like_programme"


@pytest.mark.parametrize("gate", ["structure", "reliability", "aggregation"])
def test_a_gate_that_was_not_tested_gives_no_words_but_leaves_the_numbers(questionnaire, gate):
    found = compared(questionnaire, means_of(), gates_of(**{gate: "untested"})).sites
    assert found["band"].isna().all()
    assert set(found["condition"]) == {"gate_untested"}
    assert found["pair_low"].notna().all()


def test_a_site_gate_that_a_study_is_too_small_for_does_not_take_the_words_away(questionnaire):
    found = compared(questionnaire, means_of(), gates_of(sites="untested"))
    assert found.sites["band"].notna().all()


@pytest.mark.parametrize("gate", ["structure", "aggregation", "sites", "language", "platform"])
def test_a_closed_gate_leaves_no_comparison_at_all(questionnaire, gate):
    found = compared(questionnaire, means_of(), gates_of(**{gate: "closed"}))
    assert found.sites[["band", "z", "pair_low", "top_fifth", "rank_low"]].isna().all(axis=None)
    assert set(found.sites["condition"]) == {"gate_closed"}
    assert found.scales["centre"].isna().all()


def test_groups_that_may_not_be_compared_do_not_close_the_comparison_of_sites(questionnaire):
    assert compared(questionnaire, means_of(), gates_of(role="closed")).sites["band"].notna().all()


def test_a_site_of_28_people_does_not_pass_for_30(questionnaire):
    means = means_of(n=30)
    figures = means.assign(
        statistic="mean", item=None, group=None, family="score", unit=0.01, counts=True,
        estimate=means["mean"], denominator=31.0, rule=None,
    ).reindex(columns=RELEASE_FIGURES.column_names)  # fmt: skip
    figures.loc[3, "denominator"] = 28.0
    known = not_rounded_up(means, conform(figures, RELEASE_FIGURES), 30)
    assert known["n_effective"].tolist()[2:5] == [30.0, 29.0, 30.0]
    found = compared(questionnaire, known).sites.set_index("site")["condition"]
    assert found["s03"] == "too_few_for_band"
    assert pd.isna(found["s04"])


def test_the_same_seed_gives_the_same_probabilities(questionnaire):
    pd.testing.assert_frame_equal(
        compared(questionnaire, means_of()).sites, compared(questionnaire, means_of()).sites
    )


def test_without_any_mean_there_are_empty_tables(questionnaire):
    found = compared(questionnaire, means_of().iloc[:0])
    assert found.sites.empty
    assert found.scales.empty

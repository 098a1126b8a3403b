"""The same pipeline on real answers to another questionnaire, from data files alone."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.workflow.runs import files_below, run_once, run_snakemake

CONFIG = "data/example/leadership_climate/config.yaml"


@pytest.fixture(scope="module")
def climate_run(tmp_path_factory):
    return run_once(tmp_path_factory, "climate", "--configfile", CONFIG)


def estimate(folder, name, scale, statistic):
    """The one row of a table of estimates about a whole scale or section."""
    table = pd.read_csv(folder / "data/leadership_climate/3_psychometrics" / f"{name}.csv")
    rows = table[(table["scale"] == scale) & (table["statistic"] == statistic)]
    (row,) = rows[rows["item"].isna()].to_dict("records")
    return row


def test_the_run_makes_a_page_for_each_of_49_companies(climate_run):
    folder, run = climate_run
    assert run.status == 0, run.said
    pages = files_below(folder / "reports" / "leadership_climate")
    for ending in (".html", ".pdf"):
        assert len([name for name in pages if re.fullmatch(rf"sites/.*\{ending}", name)]) == 49
    assert {"index.html", "comparative.html", "technical.html"} <= set(pages)


def test_all_answers_arrive(climate_run):
    folder, _ = climate_run
    responses = pd.read_parquet(folder / "data/leadership_climate/1_ingest/responses.parquet")
    raw = pd.read_csv(folder / "data/example/leadership_climate/lq2002.csv")
    assert len(responses) == len(raw) == 2042
    for heading in raw.columns[2:]:
        arrived = responses[heading.lower()].value_counts().to_dict()
        assert arrived == raw[heading].value_counts().to_dict()


def test_no_page_says_that_the_data_are_synthetic(climate_run):
    folder, _ = climate_run
    for name, content in files_below(folder / "reports" / "leadership_climate").items():
        assert b"Synthetic demonstration data" not in content, name


def test_numbers_of_the_run_are_those_of_r(climate_run):
    folder, _ = climate_run
    oracle = json.loads(
        Path("tests/oracles/workflow_lq2002/lq2002.json").read_text(encoding="utf-8")
    )
    for scale, expected in oracle["cronbach_alpha"].items():
        row = estimate(folder, "reliability", scale, "cronbach_alpha")
        assert row["estimate"] == pytest.approx(expected["estimate"], abs=1e-8)
        assert row["ci_low"] == pytest.approx(expected["ci_low"], abs=1e-8)
        assert row["ci_high"] == pytest.approx(expected["ci_high"], abs=1e-8)
    for scale, expected in oracle["omega_total_model_implied"].items():
        row = estimate(folder, "reliability", scale, "omega_total_model_implied")
        assert row["estimate"] == pytest.approx(expected, abs=1e-5)
    row = estimate(folder, "retention", "climate", "kmo")
    assert row["estimate"] == pytest.approx(oracle["kmo_polychoric"], abs=1e-6)
    row = estimate(folder, "variance", "LEAD", "icc1_anova_n0")
    assert row["estimate"] == pytest.approx(oracle["icc1_n0_lead"], abs=1e-8)


def test_factors_are_explored_in_one_half_and_no_company_is_in_both(climate_run):
    data = climate_run[0] / "data/leadership_climate"
    halves = pd.read_parquet(data / "3_psychometrics/halves.parquet")
    responses = pd.read_parquet(data / "1_ingest/responses.parquet")
    site = responses.set_index("respondent")["site"]
    by_half = {half: set(site[rows["respondent"]]) for half, rows in halves.groupby("half")}
    assert set(by_half) == {"exploring", "confirming"}
    assert not by_half["exploring"] & by_half["confirming"]
    n_exploring = (halves["half"] == "exploring").sum()
    factors = pd.read_csv(data / "3_psychometrics/factors.csv")
    assert set(factors["n_respondents"]) == {n_exploring}
    page = (climate_run[0] / "reports/leadership_climate/technical.html").read_text("utf-8")
    assert "Factors were explored in one half of the sample" in page
    assert 0 < estimate(climate_run[0], "factors", "climate", "rmsea")["estimate"] < 0.2


@pytest.mark.slow
def test_one_core_gives_the_same_reports_as_two(climate_run, project):
    run = run_snakemake(project, "--configfile", CONFIG, cores=1)
    assert run.status == 0, run.said
    one = files_below(project / "reports" / "leadership_climate")
    assert one == files_below(climate_run[0] / "reports" / "leadership_climate")

"""From signs of careless answering to what the technical page tells about them."""

import csv

import pandas as pd
import pytest
import yaml
from numpy.testing import assert_allclose

from pipeline.instrument import load_instrument
from pipeline.score import score_responses
from pipeline.tables import MISSING, read_table, responses_table, rows_of_wave
from tests.workflow.runs import run_snakemake

WAVE = "2026 autumn"
"""The round of the study; nobody of the one before it is in these tables."""


@pytest.fixture
def data(example_run):
    return example_run[0] / "data"


def table(data, stage, name):
    return pd.read_csv(data / stage / f"{name}.csv")


def test_those_left_out_are_those_of_the_ledger(data):
    rows = table(data, "1_ingest", "ledger_rows")
    counts = table(data, "3_psychometrics", "screening_counts")
    screened = table(data, "1_ingest", "screening")
    everybody = counts[counts["flag"].isna()].iloc[0]
    screened = screened[screened["wave"] == WAVE]
    assert everybody["n_excluded"] == (rows["reason"] == "CARELESS").sum() > 0
    assert everybody["n_judged"] == len(screened)
    for flag in counts["flag"].dropna():
        shown = screened[flag].eq(True).sum()
        assert counts.set_index("flag").loc[flag, "n_flagged"] == shown


def test_results_with_and_without_are_those_of_the_answers(data, example_run):
    instrument = load_instrument(example_run[0] / "instrument", "long", ["enablers", "barriers"])
    contract = responses_table(instrument)
    stay, out = (
        rows_of_wave(read_table(data / "1_ingest" / f"{name}.parquet", contract), WAVE)
        for name in ("responses", "set_aside")
    )
    missing = read_table(data / "1_ingest" / "missing.parquet", MISSING)
    without, careless = (score_responses(some, missing, instrument) for some in (stay, out))
    effect = table(data, "3_psychometrics", "screening_effect").set_index("scale")
    for scale in effect.index:
        everyone = pd.concat([without[scale], careless[scale]]).dropna()
        assert effect.loc[scale, "n_with"] == len(everyone)
        assert_allclose(effect.loc[scale, "mean_with"], everyone.mean())
        assert_allclose(effect.loc[scale, "mean_without"], without[scale].mean())
        moved = (without[scale].mean() - everyone.mean()) / everyone.std()
        assert_allclose(effect.loc[scale, "difference"], moved, atol=1e-12)
    alphas = table(data, "3_psychometrics", "reliability")
    of_complete = alphas["method"].str.startswith("Cronbach's alpha, listwise")
    alphas = alphas[of_complete].set_index("scale")["estimate"]
    assert len(alphas) > 5
    assert_allclose(effect.loc[alphas.index, "alpha_without"], alphas)


def test_the_answers_of_the_few_left_out_stay_inside(data, example_run):
    released = table(data, "4_benchmark/psychometrics", "screening_effect")
    assert released[["mean_with", "mean_without", "sd_with", "alpha_with"]].isna().all(axis=None)
    assert (released["difference"] == 0).all()
    page = (example_run[0] / "reports" / "built" / "technical.html").read_text(encoding="utf-8")
    assert "fewer than 11 people make the difference" in page


def test_patterns_of_missing_scores_hold_everybody_once(data):
    exact = table(data, "3_psychometrics", "missing_data")
    released = table(data, "4_benchmark/psychometrics", "missing_data")
    patterns = exact[exact["statistic"].str.startswith("respondents")]
    n = len(rows_of_wave(pd.read_parquet(data / "2_score" / "scores.parquet"), WAVE))
    assert patterns["estimate"].sum() == n
    named = released[released["statistic"] == "respondents_with_pattern"]
    assert (named["estimate"] >= 10).all() and len(named) < len(patterns)


def test_one_respondent_is_summed_up_too(project):
    export = project / "data" / "example" / "exports" / "limesurvey.csv"
    with export.open(encoding="utf-8-sig", newline="") as lines:
        head, *rows = csv.reader(lines, delimiter=";")
    place = head.index("site")
    whole = [row for row in rows if len(row) == len(head) and row[place]]
    person = max(whole, key=lambda row: sum(map(bool, row)))
    with export.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows([head, person])
    file = project / "config" / "config.yaml"
    study = yaml.safe_load(file.read_text(encoding="utf-8"))
    study["exports"] = [one for one in study["exports"] if one["file"].endswith("limesurvey.csv")]
    file.write_text(yaml.safe_dump(study), encoding="utf-8")
    run = run_snakemake(project, "data/3_psychometrics/screening_counts.csv", cores=1)
    assert run.status == 0, run.said
    counts = table(project / "data", "3_psychometrics", "screening_counts")
    assert counts.loc[counts["flag"].isna(), ["n_judged", "n_excluded"]].to_numpy().tolist() == [
        [1, 0]
    ]
    gaps = table(project / "data", "3_psychometrics", "missing_data")
    assert gaps.loc[gaps["statistic"] == "little_p_value", "condition"].notna().all()

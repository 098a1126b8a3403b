"""The whole flow on the bundled example: from three platforms' exports to reports."""

import csv
import shutil
from collections import Counter
from html.parser import HTMLParser

import pandas as pd
import pytest

from tests.report.paper.reading_pdf import text_of
from tests.workflow.runs import files_below, run_snakemake

SITES = 24
FIGURE = ["wave", "site", "group", "scale", "item", "statistic"]


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def data(example_run):
    return example_run[0] / "data"


@pytest.fixture
def built(example_run):
    return example_run[0] / "reports" / "built"


def test_the_run_ends_with_the_page_to_open(example_run):
    _, run = example_run
    assert run.status == 0, run.said
    assert run.said.rstrip().endswith("reports/built/index.html")


def test_there_is_an_index_a_comparative_a_technical_and_one_page_a_site(built):
    pages = [name for name in files_below(built) if name.endswith(".html")]
    assert {"index.html", "comparative.html", "technical.html"} <= set(pages)
    assert len([name for name in pages if name.startswith("sites/")]) == SITES


def test_every_link_leads_to_a_page(built):
    class Links(HTMLParser):
        found = ()

        def handle_starttag(self, tag, attributes):
            if tag == "a":
                self.found = (*self.found, dict(attributes).get("href", ""))

    for page in built.rglob("*.html"):
        parser = Links()
        parser.feed(page.read_text(encoding="utf-8"))
        assert parser.found
        for link in parser.found:
            target, _, anchor = link.partition("#")
            assert (page.parent / target).is_file() if target else anchor


def test_every_row_of_every_export_is_analysed_or_excluded_for_a_reason(example_run, data):
    folder, _ = example_run
    ledger = read_csv(data / "1_ingest" / "ledger_rows.csv")
    analysed = [row for row in ledger if row["outcome"] == "analysed"]
    excluded = [row for row in ledger if row["outcome"] == "excluded"]
    assert len(analysed) + len(excluded) == len(ledger)
    assert all(row["reason"] for row in excluded)
    assert not any(row["reason"] for row in analysed)
    heads = {"qualtrics.csv": 3, "limesurvey.csv": 1, "redcap.csv": 1, "redcap_2025_autumn.csv": 1}
    for name, head in heads.items():
        file = folder / "data" / "example" / "exports" / name
        separator = ";" if name == "limesurvey.csv" else ","
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = sum(1 for row in csv.reader(lines, delimiter=separator) if row) - head
        assert sum(row["export"].endswith(f"/{name}") for row in ledger) == rows
    responses = pd.read_parquet(data / "1_ingest" / "responses.parquet")
    assert len(responses) == len(analysed)


def test_the_dirt_of_real_exports_is_accounted_for(data):
    reasons = Counter(row["reason"] for row in read_csv(data / "1_ingest" / "ledger_rows.csv"))
    for reason in ("PREVIEW", "DUPLICATE_ROW", "NO_SITE", "TOO_FEW_ANSWERS", "CARELESS"):
        assert reasons[reason] > 0, reason


def test_every_answer_cell_is_accounted_for(data):
    rows = Counter(row["export"] for row in read_csv(data / "1_ingest" / "ledger_rows.csv"))
    cells = pd.read_csv(data / "1_ingest" / "ledger_cells.csv")
    assert (cells["cells"] >= 0).all()
    for (export, _), group in cells.groupby(["export", "column"]):
        assert group["cells"].sum() == rows[export]
    responses = pd.read_parquet(data / "1_ingest" / "responses.parquet")
    answers = responses[[name for name in cells["column"].unique() if name in responses]]
    answered = cells.loc[cells["outcome"] == "ANSWERED", "cells"].sum()
    assert int(answers.notna().sum().sum()) == answered
    missing = pd.read_parquet(data / "1_ingest" / "missing.parquet")
    assert len(missing) == int(answers.isna().sum().sum())


def test_answers_in_own_words_are_kept_apart_and_counted(data):
    cells = pd.read_csv(data / "1_ingest" / "ledger_cells.csv")
    kept = pd.read_parquet(data / "1_ingest" / "open_answers.parquet")
    assert len(kept) == cells.loc[cells["outcome"] == "KEPT_APART", "cells"].sum() > 0
    assert list(kept.columns) == ["site", "wave", "question", "text"]
    responses = pd.read_parquet(data / "1_ingest" / "responses.parquet")
    assert not set(kept["question"]) & set(responses.columns)


def test_a_site_spelt_two_ways_is_one_site(data):
    responses = pd.read_parquet(data / "1_ingest" / "responses.parquet")
    assert responses["site"].nunique() <= SITES
    assert set(responses["site"]) <= {row["site"] for row in read_csv(data / "1_ingest/sites.csv")}


def test_nothing_about_fewer_people_than_the_minimum_is_released(data):
    released = pd.read_csv(data / "4_benchmark" / "released.csv", dtype={"site": str})
    sites = released[released["site"].notna() & (released["statistic"] != "respondents")]
    responses = pd.read_parquet(data / "1_ingest" / "responses.parquet")
    size = responses["site"].value_counts()
    assert len(sites)
    assert (sites["site"].map(size) >= 11).all()
    assert (size < 11).any(), "the example has no small site to protect"


def test_no_report_and_no_log_holds_a_respondent_or_an_address(example_run, built, data):
    responses = pd.read_parquet(data / "1_ingest" / "responses.parquet")
    texts = "".join(
        text_of(path.read_bytes()) if path.suffix == ".pdf" else path.read_text(encoding="utf-8")
        for folder in (built, data / "logs")
        for path in folder.rglob("*")
        if path.is_file()
    )
    assert not [key for key in responses["respondent"] if key in texts]
    assert "192.0.2." not in texts
    assert "@example" not in texts


def test_a_second_run_has_nothing_to_do(finished):
    run = run_snakemake(finished)
    assert run.status == 0
    assert run.jobs == []
    assert "Nothing to be done" in run.said


def test_one_changed_site_reruns_its_batch_and_the_pooled_analyses_only(finished):
    change_one_answer(finished)
    data = finished / "data"
    estimates = sorted((data / "4_benchmark" / "site_estimates").glob("*.csv"))
    pooled = [data / "3_psychometrics" / f"{name}.csv" for name in ("item_analysis", "reliability")]
    targets = (path.relative_to(finished).as_posix() for path in (*estimates, *pooled))
    run = run_snakemake(finished, *targets)
    once = ("ingest_exports", "score_scales", "slice_sites", "analyse_items")
    assert len(estimates) > 2
    assert sorted(run.jobs) == sorted([*once, "estimate_reliability", "estimate_sites"]), run.said


@pytest.fixture(scope="module")
def changed_run(example_run, tmp_path_factory):
    """The finished example after one answer changed and everything ran again."""
    folder = tmp_path_factory.mktemp("changed") / "project"
    shutil.copytree(example_run[0], folder, symlinks=True)
    change_one_answer(folder)
    return folder, run_snakemake(folder)


@pytest.mark.slow
def test_a_changed_answer_brings_new_reports(changed_run):
    _, run = changed_run
    assert run.status == 0, run.said
    jobs = Counter(run.jobs)
    once = ("ingest_exports", "estimate_sites", "suggest_factors", "explore_factors", "publish")
    assert all(jobs[rule] == 1 for rule in once)


def change_one_answer(project):
    """Change one answer of one analysed person who is not on the edge of anything."""
    path = project / "data" / "example" / "exports" / "redcap.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    column = rows[0].index("pow101")
    row = next(row for row in rows[1:] if row[column] == "3" and all(row[column : column + 6]))
    row[column] = "4"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.mark.slow
def test_a_changed_answer_is_not_told_by_the_next_release(example_run, changed_run):
    releases = changed_run[0] / "data" / "releases"
    assert sorted(path.name for path in releases.iterdir()) == ["0001", "0002"]
    first = files_below(example_run[0] / "data" / "releases" / "0001")
    assert files_below(releases / "0001") == first
    told = means_of_the_changed_site(releases)
    assert len(told)
    withheld = told["estimate_2"].isna()
    assert (withheld | (told["unit_2"] >= 0.1)).all()
    assert (withheld | (told["unit_2"] > told["unit"])).any()


def means_of_the_changed_site(releases):
    """Means that one changed answer is part of, in both records."""
    members, figures = (
        [pd.read_parquet(releases / name / f"{kind}.parquet") for name in ("0001", "0002")]
        for kind in ("members", "figures")
    )
    keys = ["respondent", "kind", "scale", "item"]
    both = members[0].merge(members[1], on=keys, how="outer")
    changed = both[both["value_x"].ne(both["value_y"]).fillna(False)]
    own = changed[changed["kind"] != "linked"]
    assert sorted(own["kind"]) == ["item", "score"], "one answer and the score that it is part of"
    means = figures[0].merge(figures[1], on=FIGURE, suffixes=("", "_2"))
    means = means[(means["statistic"] == "mean") & means["estimate"].notna()]
    means = means[means["wave"].isin(changed["wave_x"]) & means["site"].isin(changed["site_x"])]
    means = means[means["scale"].isin(changed["scale"])]
    return means[means["item"].isna() | means["item"].isin(changed["item"])]


@pytest.mark.slow
def test_the_same_release_is_recorded_once(changed_run):
    folder, _ = changed_run
    run = run_snakemake(folder, "--forcerun", "publish")
    assert run.status == 0, run.said
    assert run.jobs == ["publish", "all"]
    assert len(list((folder / "data" / "releases").iterdir())) == 2


def test_an_interrupted_run_is_completed_by_the_next(finished):
    expected = files_below(finished / "reports" / "built")
    shutil.rmtree(finished / "data" / "3_psychometrics")
    shutil.rmtree(finished / "data" / "5_report")
    shutil.rmtree(finished / "reports" / "built")
    run = run_snakemake(finished)
    assert run.status == 0, run.said
    assert files_below(finished / "reports" / "built") == expected

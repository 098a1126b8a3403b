"""The pages of the documentation: examples run, names exist, links lead somewhere."""

import csv
import doctest
import inspect
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

import pipeline.psychometrics as psychometrics
from pipeline.benchmark.comparison.conditions import (
    FEWEST_FOR_BAND,
    FEWEST_SITES,
    LEAST_RELIABILITY,
)
from pipeline.benchmark.comparison.fifths import N_DRAWS
from pipeline.benchmark.comparison.study import NEEDED_FOR_WORDS
from pipeline.benchmark.gates import RELIABILITY, SITE_RELIABILITY
from pipeline.psychometrics import MEANING_OF_CONDITION
from pipeline.tables import GATE_FORBIDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
STATISTICS = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def section_ids(text):
    """The addresses of the sections of a page, as a browser of repositories makes them."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def test_every_example_about_statistics_prints_what_the_page_shows(monkeypatch):
    monkeypatch.chdir(ROOT)
    blocks = "\n".join(PYTHON.findall(STATISTICS))
    examples = doctest.DocTestParser().get_doctest(blocks, {}, "docs/statistics.md", None, 0)
    runner = doctest.DocTestRunner(
        verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    )
    told = []
    found = runner.run(examples, out=told.append)
    assert found.attempted > 100
    assert found.failed == 0, "".join(told)


def test_every_line_of_an_example_about_statistics_is_run():
    for block in PYTHON.findall(STATISTICS):
        assert block.startswith(">>> "), block
        assert block.endswith("\n\n"), f"an empty line ends the output: {block}"


def test_the_page_on_statistics_shows_every_function_at_work_or_links_to_it():
    examples = "\n".join(PYTHON.findall(STATISTICS))
    for name in psychometrics.__all__:
        entry = getattr(psychometrics, name)
        if inspect.isfunction(entry):
            source = Path(inspect.getfile(entry)).relative_to(ROOT).as_posix()
            assert f"`{name}`" in STATISTICS, name
            assert f"{name}(" in examples or f"(../{source})" in STATISTICS, name


def test_every_condition_is_named_on_the_page_on_statistics_and_no_other():
    lines = re.findall(r"^\*May be named\*: (.*?)\n\n", STATISTICS + "\n", re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`(\w+)`", " ".join(lines)))
    assert named == set(MEANING_OF_CONDITION)


def test_the_page_on_the_method_shows_every_row_of_the_table_of_recovery():
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    with (ROOT / "docs" / "recovery_cfa.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            sites = f" in {row['n_sites']} sites" if row["n_sites"] else ""
            kinds = ("rejected", "coverage_loadings", "coverage_factor_correlations")
            shares = " | ".join(f"{float(row[kind]):.3f}".lstrip("0") for kind in kinds)
            assert f"| {int(row['n_respondents']):,}{sites} | {shares} |" in method, row["case"]


def test_words_of_the_glossary_stand_once_and_in_order():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = [line.split(" | ")[0].strip("| ").lower() for line in glossary.splitlines()[4:]]
    assert len(words) > 50
    assert words == sorted(set(words))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_a_file_and_a_section_that_are_there(page):
    text = page.read_text(encoding="utf-8")
    for file, section in LINK.findall(text):
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), file
        if section and target.suffix == ".md":
            assert section in section_ids(target.read_text(encoding="utf-8")), (file, section)


def test_every_key_of_a_study_is_explained_beside_the_configuration():
    schema = yaml.safe_load((ROOT / "config/schema/study.schema.yaml").read_text(encoding="utf-8"))
    explained = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    for key, entry in schema["properties"].items():
        assert re.search(rf"`{key}\b", explained), key
        if key in ("study", "instrument"):
            for part in entry["properties"]:
                assert f"`{key}.{part}`" in explained, part


def test_the_page_on_the_method_has_the_gates_of_the_code_and_what_they_forbid():
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    section = method.split("### Gates\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    found = {gate: row for row in rows[1:] for gate in row[0].split(", ")}
    assert set(found) == set(GATE_FORBIDS)
    words = {"groups": "respondent groups", "sites": "sites", "waves": "survey rounds"}
    for gate, forbidden in GATE_FORBIDS.items():
        told = "every comparison" if len(forbidden) == 3 else words[forbidden[0]]
        assert found[gate][-1].startswith(told), gate
    for limit, gate in ((RELIABILITY, "reliability"), (SITE_RELIABILITY, "aggregation")):
        limits = (f"{number:.2f}".lstrip("0") for number in (limit.open_at, limit.caution_at))
        assert all(number in cell for number, cell in zip(limits, found[gate][1:3], strict=True))


def test_the_page_on_the_method_has_the_limits_of_words_about_sites():
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    section = method.split("### Sites beside one another\n")[1].split("\n### ")[0]
    needed = dict(
        line.strip("| ").split(" | ") for line in section.splitlines() if line.count(" | ") == 1
    )
    assert f"{FEWEST_SITES} sites" in needed["words, fifths, ranks"]
    assert f"{FEWEST_FOR_BAND} people" in needed["a word"]
    assert f"{LEAST_RELIABILITY:.2f}".lstrip("0") in needed["a word"]
    for gate in NEEDED_FOR_WORDS:
        assert f"*{gate}*" in needed["a word"]
    assert f"{N_DRAWS:,} times" in section


def test_the_method_says_how_leadership_differs_between_companies_by_three_names():
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    answers = pd.read_csv(ROOT / "data/example/leadership_climate/lq2002.csv")
    score, company = answers.filter(like="LEAD").mean(axis=1), answers["COMPID"]
    plain = psychometrics.intraclass_correlation(score, company)
    mixed = psychometrics.random_intercept(score, company)
    for number in (plain.icc1_anova_mean_n, plain.icc1_anova_n0, mixed.icc1):
        assert f"{number:.4f}".lstrip("0") in method
    shown = re.search(r"variance of (\.\d+)\n?.*?up to (\d+) people.*?one of (\.\d+)", method, re.S)
    means = score.groupby(company).agg(["mean", "size"])
    small = means["size"] <= int(shown[2])
    for own, told in ((means[small], shown[1]), (means[~small], shown[3])):
        beyond = own["mean"].var() - (plain.mean_square_within / own["size"]).mean()
        assert f"{beyond:.3f}".lstrip("0") == told

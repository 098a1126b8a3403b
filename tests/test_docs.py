"""The pages of the documentation: examples run, names exist, links lead somewhere."""

import csv
import doctest
import inspect
import re
from pathlib import Path

import pytest

import pipeline.psychometrics as psychometrics
from pipeline.psychometrics import MEANING_OF_CONDITION

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

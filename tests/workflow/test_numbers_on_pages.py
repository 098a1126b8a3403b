"""Every number on a page for sites and programme stands in a table that passed disclosure."""

import re

import numpy as np
import pandas as pd
import pytest

from pipeline.report.formatting import number_format_of
from pipeline.report.phrases import load_phrases
from tests.report.reading_html import read

ENGLISH = load_phrases("en")
NUMBERS = number_format_of(ENGLISH)
NUMBER = re.compile(r"(?<![\w.,])[+\u2212<]?\d+(?:,\d{3})*(?:\.\d+)?%?(?![\w.]*\w)")
SHARES = ("share", "rate", "linked_", "_fifth", "confidence_level", "closer_than")
PEOPLE = ("respondents", "n_", "invited", "rank_")


def ways_of(name):
    """How the reports write a number of this name."""
    if name.startswith(PEOPLE):
        return (NUMBERS.count,)
    if any(part in name for part in SHARES):
        return (NUMBERS.percent, NUMBERS.coefficient)
    return (
        NUMBERS.score,
        NUMBERS.signed,
        NUMBERS.distance,
        NUMBERS.coefficient,
        lambda value: NUMBERS.signed(value, 2),
    )


def written(name, values):
    return {write(value) for value in values if not pd.isna(value) for write in ways_of(name)}


class Sources:
    """What the tables of a finished run allow a page to say."""

    def __init__(self, folder):
        tables = folder / "data" / "4_benchmark"
        self.sites = pd.read_csv(folder / "data" / "1_ingest" / "sites.csv")
        self.context = pd.read_csv(folder / "data" / "1_ingest" / "site_context.csv")
        self.released = pd.read_csv(tables / "released.csv", low_memory=False)
        self.withheld = pd.read_csv(tables / "withheld.csv", low_memory=False)
        made_of_released = ("site_comparisons", "scale_comparisons", "site_changes", "response")
        self.others = [pd.read_csv(tables / f"{name}.csv") for name in made_of_released]
        of_topics = self.released[self.released["item"].isna()]
        self.of_programme = self._numbers(of_topics, None)

    def of_site(self, site):
        """Numbers about a site, and those about whole topics over the programme."""
        return (
            self.of_programme
            | self._numbers(self.released, site)
            | self._shifts(site)
            | written("n_held", range(int((self.withheld["site"] == site).sum()) + 1))
        )

    def _numbers(self, released, site):
        found = set()
        own = released[released["site"].isna() if site is None else released["site"] == site]
        for statistic, rows in own.groupby("statistic"):
            for column in ("estimate", "ci_low", "ci_high"):
                found |= written(statistic, rows[column].unique())
            found |= written("n_respondents", rows["n_respondents"].unique())
        for table in self.others:
            if "site" in table.columns:
                table = table[table["site"].isna() if site is None else table["site"] == site]
            for column in table.select_dtypes("number"):
                found |= written(column, table[column].unique())
        return found

    def _shifts(self, site):
        """Differences between two questions about counters: two released numbers, subtracted."""
        counters = self.released[self.released["statistic"] == "mean_counters"]
        means = counters.loc[counters["site"] == site, "estimate"].to_numpy()
        return written("shift", np.abs(means[:, None] - means[None, :]).ravel())


@pytest.fixture(scope="module")
def sources(example_run):
    return Sources(example_run[0])


def fixed_numbers(sources):
    """Numbers of phrases, of the questionnaire and of the study: no results."""
    texts = " ".join(ENGLISH.by_key.values())
    wording = "2024 2025 2026 11 5 95% 99% 1% 0.1.0 10"
    context = " ".join(str(value) for value in sources.context["value"])
    return set(NUMBER.findall(f"{texts} {wording} {context}"))


def unsourced(text, allowed):
    """Numbers of a text that are not among those allowed, with some words around each."""
    return [
        f"{found.group()} in: {text[max(0, found.start() - 50) : found.end() + 30]}"
        for found in NUMBER.finditer(text)
        if found.group() not in allowed
    ]


def test_every_number_on_a_site_page_is_released_about_the_site_or_the_programme(
    example_run, sources
):
    pages = sorted((example_run[0] / "reports" / "built" / "sites").glob("*.html"))
    fixed = fixed_numbers(sources)
    site_of = dict(zip(sources.sites["slug"], sources.sites["site"], strict=True))
    assert len(pages) == len(site_of)
    for page in pages:
        body = text_of_main(page)
        allowed = sources.of_site(site_of[page.stem])
        assert not unsourced(body, allowed | fixed), page.stem


def text_of_main(page):
    (main,) = read(page.read_text(encoding="utf-8")).all("main")
    return main.text


def test_the_numbers_in_the_row_of_a_site_are_about_that_site(example_run, sources):
    page = read((example_run[0] / "reports/built/comparative.html").read_text(encoding="utf-8"))
    site_of = dict(zip(sources.sites["label"], sources.sites["site"], strict=True))
    fixed = fixed_numbers(sources)
    n_rows = 0
    for row in page.all("tr"):
        heads = row.all("th")
        label = heads[0].text if heads else None
        if label in site_of:
            n_rows += 1
            cells = " ".join(cell.text for cell in row.all("td"))
            allowed = sources.of_site(site_of[label])
            assert not unsourced(cells, allowed | fixed), label
    assert n_rows > 200


def test_a_number_that_is_not_released_would_be_noticed(example_run, sources):
    """Of shares that are a little wrong a good part is not among what is allowed."""
    (page,) = (example_run[0] / "reports" / "built" / "sites").glob("alder-bridge.html")
    site = sources.sites.loc[sources.sites["slug"] == page.stem, "site"].item()
    allowed = sources.of_site(site) | fixed_numbers(sources)
    shares = {found for found in NUMBER.findall(text_of_main(page)) if found.endswith("%")}
    wrong = {f"{int(share.rstrip('%').lstrip('<')) + 1}%" for share in shares}
    assert len(wrong - allowed) > len(wrong) / 3

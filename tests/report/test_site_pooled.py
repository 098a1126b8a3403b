"""Two survey rounds together, for a site where too few answered in this one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from pipeline.report import render_index

from .fabricated_comparisons import EARLIER
from .fabricated_study import WAVE, Fabricated
from .reading_html import read, words_of
from .test_site_page import page_of

SMALL = "s04"
TITLE = "Two survey rounds together"


def with_pooled(made: Fabricated, label: str = f"{EARLIER} + {WAVE}") -> Fabricated:
    """The study where the smallest site has means under the label of two rounds."""
    own = made.released["site"].eq("s03") & made.released["item"].isna()
    own &= made.released["statistic"].isin(["mean", "respondents"]) & made.released["group"].isna()
    pooled = made.released[own].assign(site=SMALL, wave=label, estimate=3.75, ci_low=3.25)
    return made.with_(
        released=pd.concat([made.released, pooled.astype(made.released.dtypes)], ignore_index=True)
    )


def test_the_first_page_says_that_a_site_is_shown_over_two_rounds(study):
    made = with_pooled(study)
    index = render_index(made.released, made.sites, made.instrument, made.study)
    label = made.sites.loc[made.sites["site"] == SMALL, "label"].item()
    (entry,) = (one for one in read(index).all("li") if label in one.text)
    assert "two survey rounds together" in entry.text


def test_means_over_two_rounds_are_shown_with_their_ranges_and_called_so(study: Fabricated):
    page = page_of(with_pooled(study), SMALL)
    shown = words_of(page)
    assert TITLE in shown
    assert f"the answers of {EARLIER} and {WAVE} are taken together" in shown
    assert "no results of this round alone are shown" in shown
    tables = [t for t in read(page).all("table") if "Leadership climate" in t.text]
    assert len(tables) == 1
    row = next(r for r in tables[0].all("tr") if r.all("th")[0].text == "Leadership climate")
    assert row.all("td")[0].text == "3.8" and row.all("td")[1].text.startswith("3.2 to")


def test_a_page_over_two_rounds_is_easy_to_read(study: Fabricated):
    import textstat

    shown = read(page_of(with_pooled(study), SMALL)).all("main")[0]
    own = [one.text for one in shown.all("p", "li", "dd") if len(one.text.split()) > 4]
    assert textstat.flesch_kincaid_grade(" ".join(own)) <= 8


def test_nothing_is_set_beside_means_over_two_rounds(study: Fabricated):
    page = page_of(with_pooled(study), SMALL)
    headings = [cell.text for cell in read(page).all("th") if "programme" in cell.text.casefold()]
    assert not headings
    assert "Next to the other sites" not in words_of(page)


def test_a_small_site_without_them_has_no_results_and_no_chart(study: Fabricated):
    page = page_of(study, SMALL)
    assert TITLE not in words_of(page) and "<svg" not in page


def test_means_of_other_rounds_are_not_taken_for_those_of_both(study: Fabricated):
    for label in (EARLIER, f"2024 + {WAVE}", f"{WAVE} + {EARLIER}"):
        assert page_of(with_pooled(study, label), SMALL) == page_of(study, SMALL)
    alone = with_pooled(study)
    one_round = alone.with_(study=replace(alone.study, earlier_waves=()))
    assert TITLE not in words_of(page_of(one_round, SMALL))


def test_a_site_with_results_of_its_own_shows_these_alone(study: Fabricated):
    assert page_of(with_pooled(study), "s00") == page_of(study, "s00")

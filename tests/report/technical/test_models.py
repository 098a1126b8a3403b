from __future__ import annotations

import re

import pandas as pd

from tests.report.fabricated_study import Fabricated
from tests.report.reading_html import Element
from tests.report.technical.changing import classes, n_cells, numbers_in_cells, part, with_models
from tests.report.test_technical_page import rows_of

NUMBERS = ("estimate", "se", "ci_low", "ci_high")


def tables(shown: Element) -> dict[str, list[list[str]]]:
    return {table.all("caption")[0].text: rows_of(table) for table in shown.all("table")}


def table_about(shown: Element, start: str) -> list[list[str]]:
    return next(rows for caption, rows in tables(shown).items() if caption.startswith(start))


def estimates(made: Fabricated) -> pd.DataFrame:
    return made.models["model_estimates"]


def with_estimates(made: Fabricated, frame: pd.DataFrame) -> Fabricated:
    return with_models(made, model_estimates=frame)


def pictures(shown: Element) -> list[Element]:
    drawn = (one for one in shown.all("svg") if one.attributes.get("role") == "img")
    return [one for one in drawn if "paths" in one.attributes["class"].split()]


def test_models_stand_side_by_side_the_preferred_one_first_then_by_number(study: Fabricated):
    rows = table_about(part(study, "models"), "Fit of the models")
    names = [row[0].split(",")[0] for row in rows[1:]]
    assert names == ["M2", "M2", "M1", "M1", "M3", "M3", "M4", "M4"]
    assert [row[1] for row in rows[1:3]] == ["All people", "People kept for confirming"]


def test_every_index_says_of_which_kind_it_is(study: Fabricated):
    head, first, *_ = table_about(part(study, "models"), "Fit of the models")
    found = dict(zip(head, first, strict=True))
    assert found["Chi-square, scaled"] == "1520.4"
    assert found["CFI, scaled"] == "0.957" and found["CFI, robust"] == "0.941"
    assert found["RMSEA, robust"] == "0.041 (0.037 to 0.045)"
    assert found["SRMR"] == "0.047"
    assert not {"CFI", "TLI", "RMSEA", "Chi-square", "p"} & set(head)


def test_an_uncorrected_index_is_never_shown_beside_a_corrected_one(study: Fabricated):
    frame = estimates(study)
    naive = frame[frame["statistic"] == "cfi_scaled"].assign(statistic="cfi", estimate=0.9987)
    both = with_estimates(study, pd.concat([frame, naive], ignore_index=True))
    assert "0.999" not in part(both, "models").text
    corrected = frame["statistic"].str.startswith("cfi_").fillna(value=False)
    alone = with_estimates(study, pd.concat([frame[~corrected], naive], ignore_index=True))
    head, first, *_ = table_about(part(alone, "models"), "Fit of the models")
    assert dict(zip(head, first, strict=True))["CFI"] == "0.999"


def test_each_model_is_told_in_words_with_its_reason_and_verdict(study: Fabricated):
    told = {one.all("dt")[0].text: one.all("dd")[0].text for one in part(study, "models").all("div")
            if one.all("dt")}  # fmt: skip
    assert "was built on" in told["M2, Related scales"]
    words = told["M1, One factor"]
    assert "All people: By the numbers set down beforehand, it is not to be taken" in words
    assert "cfi -0.120: not met." in words and "cfi -0.140: not met." in words
    assert "cannot be told" in told["M3, One capacity"]
    assert told["M3, One capacity"].endswith("It does without the items that nobody answered.")
    assert "does not speak for it" in told["M4, Something in common"]
    assert told["M10, By who acts"].endswith("not fitted: there are too few items of a factor.")


def test_usual_and_simulated_limits_stand_side_by_side(study: Fabricated):
    rows = table_about(part(study, "models"), "Usual and simulated limits")
    cfi, _, rmsea, srmr = rows[1:5]
    assert cfi[2:7] == [
        "CFI, scaled", "0.957", "0.950 or more", "0.981 or more", "level 1: 0.962 or more",
    ]  # fmt: skip
    assert rmsea[4:6] == ["0.060 or less", "0.021 or less"]
    assert srmr[7] == "overlapping cutoff"


def test_without_simulated_limits_the_usual_ones_stand_alone(study: Fabricated):
    frame = estimates(study)
    kept = frame[~frame["statistic"].str.match("limit_|cutoff_")]
    rows = table_about(part(with_estimates(study, kept), "models"), "Usual and simulated limits")
    assert {row[0] for row in rows[1:]} == {"M2, Related scales"}
    assert rows[1][2:7] == [
        "CFI, scaled", "0.957", "0.950 or more", "not computed", "not computed",
    ]  # fmt: skip


def test_every_fitted_model_is_a_picture_with_a_table_of_all_its_numbers(study: Fabricated):
    shown = part(study, "models")
    assert len(pictures(shown)) == 4
    frame = estimates(study)
    own = frame[(frame["model"] == "M2") & (frame["sample"] == "all")]
    drawn = own["statistic"].isin(["standardised_loading", "factor_correlation"])
    rows = table_about(shown, "Numbers of the model in standard units: M2")
    assert len(rows) - 1 == drawn.sum()


def test_loadings_in_the_picture_are_those_of_the_table(study: Fabricated):
    shown = part(study, "models")
    table = table_about(shown, "Numbers of the model in standard units: M2")
    written = [row[4].split()[0].replace("0.", ".", 1) for row in table if row[1] == "leads to"]
    drawn = [one.text for one in pictures(shown)[0].all("text")
             if one.attributes["class"].startswith("number")]  # fmt: skip
    assert drawn[: len(written)] == written


def test_few_factors_have_curves_and_many_a_matrix(studies):
    few, many = (part(studies[name], "models") for name in ("groups", "main"))
    assert len([one for one in classes(few, "path") if one.startswith("arc")]) >= 3
    assert not [one for one in few.all("figcaption") if "Correlations of factors" in one.text]
    assert [one for one in many.all("figcaption") if "Correlations of factors" in one.text]


def test_factors_that_can_hardly_be_told_apart_are_named_and_marked(study: Fabricated):
    shown = part(study, "models")
    assert re.search(r"can hardly be told apart: \w+ and \w+ \(\.93\)", shown.text)
    assert "arc too-high" in classes(pictures(shown)[0], "path")


def test_local_misfit_marks_only_what_is_a_tenth_or_more(study: Fabricated):
    shown = part(study, "models")
    figure = next(
        one for one in shown.all("figure")
        if one.all("figcaption")[0].text.startswith("What the model leaves over")
    )  # fmt: skip
    cells = numbers_in_cells(figure)
    frame = estimates(study)
    own = frame[
        (frame["statistic"] == "residual_of_correlation")
        & (frame["sample"] == "all")
        & (frame["model"] == "M2")
    ]["estimate"].astype(float)
    assert len(cells) == (own.abs().round(2) >= 0.10).sum()
    assert n_cells(figure) == len(own)
    assert "\N{MINUS SIGN}.23" in cells
    assert f"of {len(own)} differences are .10 or more in size" in figure.text


def test_one_factor_of_each_scale_is_told_apart_from_the_models(study: Fabricated):
    rows = table_about(part(study, "models"), "One factor for the items of each scale")
    section = next(one for one in study.instrument.sections if one.factor_model)
    assert [row[0].split(",")[0] for row in rows[1:]] == list(section.scale_ids)


def test_a_model_that_is_held_back_draws_nothing_and_says_so(study: Fabricated):
    frame = estimates(study).assign(**dict.fromkeys(NUMBERS, pd.NA), condition="withheld")
    shown = part(with_estimates(study, frame), "models")
    assert not pictures(shown)
    assert "held back to protect the people" in shown.text
    assert "not shown" in table_about(shown, "Fit of the models")[1]


def test_an_exploratory_model_has_its_fit_but_no_picture(study: Fabricated):
    frame = estimates(study)
    statistic = frame["statistic"].replace("standardised_loading", "pattern")
    kept = frame.assign(statistic=statistic.where(frame["model"] == "M1", frame["statistic"]))
    shown = part(with_estimates(study, kept), "models")
    assert len(pictures(shown)) == 3
    names = [row[0] for row in table_about(shown, "Fit of the models")]
    assert "M1, One factor" in names


def test_without_models_the_page_says_so(study: Fabricated):
    shown = part(study.with_(models={}), "models")
    assert "No models were fitted." in shown.text
    assert not shown.all("svg")

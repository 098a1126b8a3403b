from __future__ import annotations

from dataclasses import replace

import pytest
import textstat

from tests.report.fabricated_study import Fabricated
from tests.report.technical.changing import classes, part, with_rows, withheld
from tests.report.test_technical_page import rows_of


def told(made: Fabricated) -> dict[str, str]:
    """What is said in words, by scale."""
    shown = part(made, "reliability").all("dl")[0]
    names = [one.text.split(",")[0] for one in shown.all("dt")]
    return dict(zip(names, (one.text for one in shown.all("dd")), strict=True))


def alpha(value: float, low: float, high: float) -> dict[str, object]:
    ends = {"ci_low": low, "ci_high": high, "confidence_level": 0.95}
    return {"scale": "LEAD", "statistic": "cronbach_alpha", "estimate": value, **ends}


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.93, 0.91, 0.95, "hold together very closely"),
        (0.85, 0.81, 0.89, "hold together closely. That is enough to compare"),
        (0.75, 0.71, 0.79, "closely enough to compare groups and sites, but not to decide"),
        (0.72, 0.66, 0.78, "It is not sure that the items hold together closely enough"),
        (0.60, 0.52, 0.68, "hold together loosely"),
    ],
)
def test_the_words_follow_the_interval_and_not_the_number_alone(study, value, low, high, words):
    sentence = told(with_rows(study, "reliability", alpha(value, low, high)))["LEAD"]
    assert words in sentence
    assert (
        f"Cronbach's alpha: {value:.2f} ({low:.2f} to {high:.2f}), from about 603 people."
        in sentence
    )


def test_a_number_without_interval_is_told_as_such(study: Fabricated):
    row = {"scale": "LEAD", "statistic": "cronbach_alpha", "estimate": 0.75}
    sentence = told(with_rows(study, "reliability", row))["LEAD"]
    assert "Cronbach's alpha: 0.75, with no interval, from about 603 people." in sentence


def test_omega_for_ordered_answers_is_told_before_alpha(study: Fabricated):
    omega = {**alpha(0.8, 0.75, 0.85), "statistic": "categorical_omega_observed"}
    sentence = told(with_rows(study, "reliability", alpha(0.7, 0.6, 0.8), omega))["LEAD"]
    assert "Categorical omega, observed variance: 0.80" in sentence
    assert "alpha" not in sentence


def test_how_far_a_person_must_move_is_told_where_it_is_known(study: Fabricated):
    change = {"scale": "LEAD", "statistic": "smallest_detectable_change", "estimate": 0.863}
    made = with_rows(study, "reliability", alpha(0.8, 0.75, 0.85), change)
    assert "must move by 0.86 points or more" in told(made)["LEAD"]
    assert "must move" not in told(with_rows(study, "reliability", alpha(0.8, 0.7, 0.9)))["LEAD"]


@pytest.mark.parametrize("condition", ["too_few_respondents", "withheld"])
def test_too_few_people_are_told_with_how_many_there_are_and_are_needed(study, condition):
    row = {"scale": "LEAD", "statistic": "cronbach_alpha", "condition": condition}
    sentence = told(with_rows(study, "reliability", {**row, "n_respondents": 5}))["LEAD"]
    assert "About 5 people gave usable answers to all its items." in sentence
    assert "At least 11 are needed" in sentence


def test_a_rounded_number_of_people_that_reaches_the_minimum_is_not_told(study: Fabricated):
    row = {"scale": "LEAD", "statistic": "cronbach_alpha", "condition": "too_few_respondents"}
    made = with_rows(study, "reliability", {**row, "n_respondents": 15})
    made = made.with_(study=replace(made.study, minimum_n=14))
    assert "Too few people gave usable answers to all its items. At least 14" in told(made)["LEAD"]


def test_a_number_that_is_held_back_is_told_as_held_back(study: Fabricated):
    made = withheld(study, "reliability")
    assert set(told(made).values()) == {"The number is held back to protect the people behind it."}
    assert not part(made, "reliability").all("figure")
    assert "not shown" in part(made, "reliability").text


@pytest.mark.parametrize("condition", ["too_few_respondents", "not_converged"])
def test_nothing_is_said_from_a_number_that_does_not_bear_it(study: Fabricated, condition):
    row = {"scale": "LEAD", "statistic": "cronbach_alpha", "estimate": 0.9, "condition": condition}
    sentence = told(with_rows(study, "reliability", row))["LEAD"]
    assert "hold together" not in sentence
    assert "Too few people" in sentence or "No number could be computed." in sentence


def test_another_reason_is_told_in_words(study: Fabricated):
    row = {"scale": "LEAD", "statistic": "cronbach_alpha", "condition": "constant_item"}
    sentence = told(with_rows(study, "reliability", row))["LEAD"]
    assert sentence.startswith("No number could be computed. Everyone gave the same answer")


def test_a_scale_that_is_not_added_up_needs_no_number(studies: dict[str, Fabricated]):
    main = studies["main"]
    unscored = [scale.id for scale in main.instrument.scales if not scale.has_score]
    assert unscored
    for scale in unscored:
        assert told(main)[scale] == "Its items are not added up, so nothing has to hold together."


def test_every_scale_is_told_about_in_the_order_of_the_questionnaire(studies):
    for made in studies.values():
        assert list(told(made)) == list(made.instrument.by_id)


def test_the_words_are_easy_to_read(studies: dict[str, Fabricated]):
    for value, low, high in ((0.93, 0.91, 0.95), (0.85, 0.81, 0.89), (0.72, 0.66, 0.78)):
        made = with_rows(studies["groups"], "reliability", alpha(value, low, high))
        assert textstat.flesch_kincaid_grade(told(made)["LEAD"]) <= 8
    shown = part(studies["main"], "reliability")
    words = [one.text for one in shown.all("p", "dd") if "Method:" not in one.text]
    assert textstat.flesch_kincaid_grade(" ".join(words)) <= 8


def test_the_numbers_of_the_forest_are_those_of_its_table(study: Fabricated):
    figure = part(study, "reliability").all("figure")[0]
    shown = {(row[0].split(",")[0], row[3]) for row in rows_of(figure.all("table")[0])[1:]}
    frame = study.psychometrics["reliability"]
    alphas = frame[frame["statistic"] == "cronbach_alpha"]
    for row in alphas.itertuples():
        assert (row.scale, f"{row.estimate:.2f} ({row.ci_low:.2f} to {row.ci_high:.2f})") in shown
    marks = [one for one in classes(figure, "path", "rect", "circle") if "s" in one]
    assert len(marks) > len(alphas)


def test_coefficients_are_told_apart_by_shape_and_not_by_colour(study: Fabricated):
    figure = part(study, "reliability").all("figure")[0]
    keys = [one for one in figure.all("li") if one.all("svg")]
    shapes = [
        (one.tag, one.attributes.get("d"), one.attributes["class"])
        for key in keys
        for one in key.all("path", "rect", "circle")
    ]
    assert len(shapes) == len(set(shapes)) >= 6
    assert not [name for name in classes(figure, "path", "rect", "circle") if "series" in name]


def test_reference_lines_are_drawn_and_named(study: Fabricated):
    figure = part(study, "reliability").all("figure")[0]
    drawing = next(one for one in figure.all("svg") if one.attributes.get("role") == "img")
    assert classes(drawing, "line").count("reference-long") == 2
    assert ".70 and .80" in figure.text

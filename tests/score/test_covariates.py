"""What is known about respondents that site means can be adjusted for."""

import pandas as pd
import pytest

from pipeline.instrument import load_instrument
from pipeline.problems import InputError
from pipeline.score import covariates_of


@pytest.fixture(scope="module")
def instrument():
    return load_instrument("instrument", "long", ())


def responses_with(instrument, **answers):
    length = len(next(iter(answers.values())))
    frame = pd.DataFrame(answers)
    return frame.reindex(columns=["group", *instrument.answer_columns], index=range(length))


def test_answers_of_enough_people_are_told_by_their_labels(instrument):
    question = next(q for q in instrument.person_questions if q.id == "invlength")
    first, second = question.options[:2]
    asked = responses_with(instrument, invlength=[first.value] * 6 + [second.value] * 5)
    found = covariates_of(asked, instrument, ["invlength"], 5)
    assert found["invlength"].value_counts().to_dict() == {
        str(first.label): 6,
        str(second.label): 5,
    }


def test_rare_answers_and_no_answer_are_one_category(instrument):
    values = [1] * 10 + [2] * 3 + [3] * 1 + [None] * 2
    asked = responses_with(instrument, invlength=values)
    found = covariates_of(asked, instrument, ["invlength"], 5)["invlength"].value_counts()
    assert found["other or not stated"] == 6
    assert found.max() == 10


def test_a_category_that_is_still_too_small_counts_as_the_most_frequent_answer(instrument):
    asked = responses_with(instrument, invlength=[1] * 10 + [2] * 6 + [3] * 3)
    found = covariates_of(asked, instrument, ["invlength"], 5)["invlength"].value_counts()
    assert sorted(found) == [6, 13]


def test_the_question_of_the_grouping_is_told_by_its_groups(instrument):
    grouping = instrument.grouping
    asked = responses_with(instrument, group=["lived"] * 5 + ["professional"] * 5)
    found = covariates_of(asked, instrument, [grouping.question], 5)
    assert set(found[grouping.question]) == {"lived", "professional"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("invlenght", "did you mean 'invlength'?"),
        ("bgalso", "takes several answers"),
        ("nothing_like_it", "possible are"),
    ],
)
def test_a_question_that_cannot_be_used_is_told_with_those_that_can(instrument, name, words):
    with pytest.raises(InputError, match="case_mix") as caught:
        covariates_of(responses_with(instrument, group=["lived"]), instrument, [name], 5)
    assert words.rstrip("?") in str(caught.value)

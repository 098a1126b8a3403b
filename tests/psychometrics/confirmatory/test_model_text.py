"""Reading a structural model in the notation of lavaan."""

import pytest

from pipeline.psychometrics.confirmatory import Parameter, parameters_of


def told(model):
    """What each parameter relates, as text."""
    return [f"{p.left} {p.operator} {p.right}".strip() for p in parameters_of(model)]


def refused(model):
    with pytest.raises(ValueError, match="the model") as caught:
        parameters_of(model)
    return str(caught.value).splitlines()[1:]


def test_a_text_and_a_mapping_name_the_same_loadings():
    text = "one =~ a + b + c\ntwo =~ d + e"
    mapping = {"one": ["a", "b", "c"], "two": ["d", "e"]}
    assert told(text) == told(mapping)


def test_every_operator_is_read():
    text = "f =~ a + b; a ~~ b; g ~ f + h; a ~ 1; f ~~ f; a | t1 + t2"
    assert told(text) == [
        "f =~ a",
        "f =~ b",
        "a ~~ b",
        "g ~ f",
        "g ~ h",
        "a ~1",
        "f ~~ f",
        "a | t1",
        "a | t2",
    ]


def test_comments_and_empty_lines_say_nothing():
    assert told("# a model\n\n f =~ a + # the first\n b ! and the second\n;;") == [
        "f =~ a",
        "f =~ b",
    ]


def test_a_sum_goes_on_in_the_next_line_and_keeps_the_number_of_the_first():
    found = parameters_of("f =~ a +\n b\ng =~\n c + d")
    assert [(p.right, p.line) for p in found] == [("a", 1), ("b", 1), ("c", 3), ("d", 3)]


@pytest.mark.parametrize(
    ("written", "field", "value"),
    [
        ("1*a", "values", (1.0,)),
        ("-.5*a", "values", (-0.5,)),
        ("1e-3*a", "values", (0.001,)),
        ("1e+2*a", "values", (100.0,)),
        ("c(1, .8)*a", "values", (1.0, 0.8)),
        ("c(1, NA)*a", "values", (1.0, None)),
        ("NA*a", "is_free", True),
        ("L1*a", "labels", ("L1",)),
        ("c(x, y)*a", "labels", ("x", "y")),
        ('equal("x")*a', "labels", ("x",)),
        ("start(0.7)*a", "starts", (0.7,)),
        ("start(0.7, .5)*a", "starts", (0.7, 0.5)),
    ],
)
def test_what_is_said_of_a_parameter_is_kept(written, field, value):
    (parameter,) = parameters_of(f"f =~ {written}")
    assert parameter.right == "a"
    assert getattr(parameter, field) == value
    (plain,) = parameters_of("f =~ a")
    others = {"values", "labels", "starts", "is_free"} - {field}
    assert all(getattr(parameter, name) == getattr(plain, name) for name in others)


def test_several_things_may_be_said_at_once_or_one_after_the_other():
    (at_once,) = parameters_of("f =~ start(.5)*x*a")
    (after,) = parameters_of("f =~ start(.5)*a + x*a")
    assert (at_once.starts, at_once.labels) == ((0.5,), ("x",))
    assert (after.starts, after.labels) == ((0.5,), ("x",))


def test_a_covariance_is_the_same_from_either_side():
    (found,) = parameters_of("a ~~ b\nb ~~ 0.2*a")
    assert found == Parameter("a", "~~", "b", values=(0.2,), line=1)


def test_names_may_have_other_letters_and_dots():
    assert told("förtroende =~ item.1 + år_2") == ["förtroende =~ item.1", "förtroende =~ år_2"]


def test_every_mistake_is_told_with_its_line():
    faults = refused("f =~ a + b\ng = c\nh =~ 1a\n\na ~~ ")
    assert [fault.split(":")[0] for fault in faults] == ["line 2", "line 3", "line 5"]


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        ("", "the model is empty"),
        ("f =~ a b", "'a b' is not a name"),
        ("f =~ a +", "a name is missing"),
        ("f =~ a + + b", "a name is missing"),
        ("f = a", "has no operator"),
        ("f =~ f", "cannot be explained by itself"),
        ("a | u1", "they are called t1, t2"),
        ("f =~ start(x)*a", "start() needs numbers"),
        ("f =~ 2b*a", "'2b' is not a name"),
        ("f =~ x*a\nx == 2", "'==' is not supported"),
        ("f =~ a\ne := a*a", "':=' is not supported"),
        ("f =~ 1*a\nf =~ 2*a", "was said to be otherwise in line 1"),
        ("f =~ c(1, 2*a", "is not a name"),
    ],
)
def test_what_cannot_be_understood_is_told(model, fault):
    assert fault in "\n".join(refused(model))


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        ({}, "has no factors"),
        ({"f": []}, "'f' has no items"),
        ({"f": "abc"}, "they are not a list"),
        ({"f": ["a", "a"]}, "more than once"),
    ],
)
def test_a_mapping_that_names_nothing_is_told(model, fault):
    assert fault in "\n".join(refused(model))


def test_equality_with_a_parameter_is_asked_for_by_a_label():
    with pytest.raises(ValueError, match=r"line 1: equal\(\) takes a label.*a\*x2 \+ a\*x3"):
        parameters_of('f =~ x1 + x2 + equal("f=~x2")*x3')

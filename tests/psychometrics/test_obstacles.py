"""Errors with a line for each pair of items become one line."""

from pipeline.psychometrics.obstacles import in_short


def test_a_few_faults_are_told_in_full():
    assert in_short(ValueError("no:\na: x\nb: y")) == "no: a: x b: y"
    assert in_short(ValueError("one  thing\nis wrong")) == "one thing is wrong"


def test_many_faults_are_counted_by_kind_without_the_names_of_items():
    faults = "\n".join(f"i{n} with j: perfect" for n in range(40))
    told = in_short(ValueError(f"it cannot be fitted:\n{faults}"))
    assert told == "it cannot be fitted: perfect (40 times)"


def test_an_error_without_words_has_none():
    assert in_short(ValueError()) == ""

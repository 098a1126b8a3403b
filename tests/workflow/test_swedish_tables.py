"""What the tables of a finished run say in English has its words in a Swedish report."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.instrument import load_instrument
from pipeline.report.pages import Setting
from pipeline.report.phrases import load_phrases
from pipeline.report.wording import wording_of
from tests.report.fabricated_study import STUDY
from tests.report.swedish_words import english_left

SAID = ("method", "reason", "criterion", "needs", "verdict", "words", "obstacle", "note")
"""Columns with English words that reports show."""


@pytest.fixture(scope="module")
def swedish(example_run):
    instrument = load_instrument(example_run[0] / "instrument", "long")
    study = replace(STUDY, language="sv")
    return Setting(instrument, study, wording_of(instrument, study), load_phrases("sv"))


def test_every_text_of_a_table_has_its_words(example_run, swedish):
    folder = example_run[0] / "data" / "4_benchmark"
    texts = {text for path in folder.rglob("*.csv") for text in texts_in(path)}
    assert len(texts) > 150
    assert sorted(text for text in texts if english_left(text, swedish)) == []


def texts_in(path):
    table = pd.read_csv(path, dtype=str, usecols=lambda name: name in SAID)
    if path.name == "models.csv":
        table = table.drop(columns="reason")  # what the questionnaire says about its models
    for name in table:
        yield from table[name].dropna().unique()

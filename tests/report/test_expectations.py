"""The sentences of a questionnaire about what was expected, in the language of a report."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from pipeline.instrument.rival_models import usual_models
from pipeline.problems import InputError
from pipeline.report.expectations import FOLDER, load_expectations
from pipeline.report.pages import Setting
from pipeline.report.phrases import load_phrases
from pipeline.report.table_words import say_expectation
from pipeline.report.wording import wording_of

from .fabricated_study import Fabricated, render_all
from .reading_html import words_of

INSTRUMENT = Path(__file__).resolve().parents[2] / "instrument"


def write(folder: Path, text: str) -> Path:
    path = folder / FOLDER / "sv.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_everything_is_said_as_it_was_written(tmp_path):
    assert load_expectations(tmp_path, "sv") == {}


def test_sentences_are_found_by_the_words_they_were_written_in(tmp_path):
    folder = write(tmp_path, "texts: [{en: One factor, sv: En faktor}]")
    assert load_expectations(folder, "sv") == {"One factor": "En faktor"}


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("texts: [{en: One}]", "entry 1 needs words under 'en' and 'sv'"),
        ("texts: [{en: One, sv: ' '}]", "entry 1 needs words"),
        ("texts: [{en: One, sv: En}, word]", "entry 2 needs words"),
        ("texts: word", "write a list 'texts'"),
        ("[]", "write a list 'texts'"),
        ("texts: [", "sv.yaml"),
    ],
)
def test_a_faulty_file_is_refused_with_what_to_do(tmp_path, text, cure):
    with pytest.raises(InputError, match=cure):
        load_expectations(write(tmp_path, text), "sv")


def test_every_sentence_of_the_hypotheses_is_translated_and_no_other():
    said = yaml.safe_load((INSTRUMENT / "evidence/hypotheses.yaml").read_text(encoding="utf-8"))
    sentences = {
        entry[name]
        for group, names in (
            ("hypotheses", ["statement"]),
            ("rival_models", ["title", "reason"]),
            ("falsifiers", ["statement", "consequence"]),
        )
        for entry in said[group]
        for name in names
    }
    translated = load_expectations(INSTRUMENT, "sv")
    assert set(translated) == sentences
    assert not [text for text, said in translated.items() if text == said]


def test_the_usual_models_have_their_words(studies: dict[str, Fabricated]):
    made = studies["main"]
    study = replace(made.study, language="sv")
    setting = Setting(
        made.instrument, study, wording_of(made.instrument, study), load_phrases("sv")
    )
    for section in made.instrument.sections:
        for model in usual_models(section):
            assert say_expectation(model.title, setting) != model.title
            assert say_expectation(model.reason, setting) != model.reason
    assert say_expectation("Words of others, strict", setting) == "Words of others, strict"


def test_the_technical_page_says_them(studies: dict[str, Fabricated]):
    made = studies["main"]
    expectations = {"Related scales": "Egna ord om skalor"}
    study = replace(made.study, language="sv", expectations=expectations)
    words = words_of(render_all(made.with_(study=study))["technical.html"])
    assert "M2, Egna ord om skalor" in words
    assert "Related scales" not in words

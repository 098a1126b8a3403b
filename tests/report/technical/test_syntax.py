from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.instrument.rival_models import FittableModel, models_of_section, with_items
from pipeline.report.pages import Setting
from pipeline.report.phrases import load_phrases
from pipeline.report.technical.model_tables import rows_of_round
from pipeline.report.technical.syntax import Syntax, quoted, syntax_of
from pipeline.report.wording import wording_of
from tests.report.conftest import FOLDERS
from tests.report.fabricated_study import Fabricated

OPENING, CLOSING = {"(": ")", "[": "]", "{": "}"}, set(")]}")
GROUPINGS = ("role", "language", "platform", "wave")
Lines = dict[str, list[str]]


def setting_of(made: Fabricated) -> Setting:
    wording = wording_of(made.instrument, made.study)
    return Setting(made.instrument, made.study, wording, load_phrases(made.study.language))


def syntax(made: Fabricated) -> Syntax:
    rows = rows_of_round(made.models["models"], made.study.wave)
    return syntax_of(rows, GROUPINGS, setting_of(made))


def scripts(made: Fabricated) -> Iterator[tuple[str, str]]:
    found = syntax(made)
    for name in Syntax.__dataclass_fields__:
        script = getattr(found, name)
        yield script.name, script.text


def code_of(text: str) -> str:
    """The code without what stands in strings and in comments."""
    without_strings = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    return re.sub(r"#.*", "", without_strings)


def measured(model: str) -> Lines:
    """What measures each factor, read off the lines of a model as lavaan would."""
    found: Lines = {}
    for line in (line for line in model.strip().splitlines() if line.strip()):
        left, operator, right = re.fullmatch(
            r"(\w+) (=~|~~) ((?:0\*)?\w+(?: \+ \w+)*)", line
        ).groups()  # type: ignore[union-attr]
        if operator == "=~":
            assert left not in found
            found[left] = right.split(" + ")
    return found


def texts_in(script: str, name: str) -> dict[str, str]:
    """The strings of a list of R, by their names."""
    start = script.index(f"{name} <- list(\n")
    inner = script[start : script.index("\n)", start)]
    return dict(re.findall(r'"(\w+)" = "((?:[^"\\]|\\.)*)"', inner))


@pytest.mark.parametrize("name", ["main", "climate", "groups"])
def test_brackets_and_quotes_balance(studies, name):
    for script, text in scripts(studies[name]):
        waiting: list[str] = []
        for letter in code_of(text):
            if letter in OPENING:
                waiting.append(OPENING[letter])
            elif letter in CLOSING:
                assert waiting.pop() == letter, script
        assert not waiting, script
        assert text.count('"') % 2 == 0, script
        assert text.endswith("\n") and "{{" not in text, script


def test_every_item_and_scale_of_the_questionnaire_is_in_the_code_that_reads_the_answers(studies):
    for made in studies.values():
        text = syntax(made).ledger.text
        for scale in made.instrument.scales:
            assert f'"{scale.id}" = c(' in text
            assert all(f'"{item}"' in text for item in scale.item_ids)
        turned = text[text.index("turned <- list(") : text.index("for (one in turned)")]
        named = set(re.findall(r'"(\w+)"', turned))
        assert named == {item for scale in made.instrument.scales for item in scale.reversed_ids}


def test_turned_items_are_taken_from_the_constant_of_their_response_scale(studies):
    made = studies["main"]
    text = syntax(made).ledger.text
    for constant, items in re.findall(r"list\(constant = (\d+), items = c\(([^)]*)\)\)", text):
        for item in re.findall(r'"(\w+)"', items):
            assert made.instrument.scale_of_item[item].response_scale.reflection == int(constant)


def test_one_factor_of_each_scale_has_the_items_of_the_scale(studies):
    for made in studies.values():
        found = texts_in(syntax(made).ledger.text, "one_factor")
        assert found
        for scale, model in found.items():
            assert measured(model) == {scale: made.instrument.by_id[scale].item_ids}


def fittable(made: Fabricated, folder: Path) -> dict[str, FittableModel]:
    """The models of the items of the questionnaire, as the workflow makes them."""
    whole = load_instrument(folder)
    section = next(one for one in made.instrument.sections if one.factor_model)
    items = [item for scale in made.instrument.scales_in(section) for item in scale.item_ids]
    declared = models_of_section(section, load_hypotheses(folder, whole), whole)
    found = (with_items(model, made.instrument, items, 24) for model in declared)
    return {one.model.id: one for one in found if one.text is not None}


def rows_about(made: Fabricated, models: dict[str, FittableModel], obstacle: str = ""):
    section = next(one for one in made.instrument.sections if one.factor_model)
    return [
        {"scale": section.id, "model": name, "text": str(one.text), "sample": sample,
         "use": one.model.use, "obstacle": obstacle}
        for name, one in models.items()
        for sample in ("all", "confirming")
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["main", "climate"])
def test_models_are_those_that_were_fitted(studies, name):
    made, models = studies[name], fittable(studies[name], FOLDERS[name][0])
    text = syntax_of(rows_about(made, models), GROUPINGS, setting_of(made)).models.text
    found = texts_in(text, "models")
    section = next(one for one in made.instrument.sections if one.factor_model)
    assert len(found) == len(models) >= 3
    for model, one in models.items():
        lines = measured(found[f"{section.id}_{model.lower()}"])
        for factor, items in {**one.factors, **one.wording}.items():
            assert lines[factor] == list(items)
        assert set(one.items) <= {item for items in lines.values() for item in items}


def test_each_sample_is_fitted_to_its_own_respondents(studies):
    made = studies["climate"]
    models = fittable(made, FOLDERS["climate"][0])
    text = syntax_of(rows_about(made, models), (), setting_of(made)).models.text
    calls = re.findall(r'"\w+_([a-z]+)" = fit\(models\$\w+, items_of\("\w+"\), (\w+)\)', text)
    assert len(calls) == 2 * len(models)
    assert set(calls) == {("all", "answers"), ("confirming", "confirming")}


def test_a_model_with_an_obstacle_is_written_down_and_not_fitted(studies):
    made = studies["climate"]
    models = fittable(made, FOLDERS["climate"][0])
    rows = rows_about(made, models, "not identified")
    text = syntax_of(rows, (), setting_of(made)).models.text
    assert "=~" in text and "= fit(" not in text


def test_the_preferred_model_is_read_off(studies):
    made = studies["main"]
    models = fittable(made, FOLDERS["main"][0])
    preferred = [name.lower() for name, one in models.items() if one.model.use == "preferred"]
    text = syntax_of(rows_about(made, models), (), setting_of(made)).models.text
    read_off = re.findall(r"semTools::AVE\(fits\$\w+?_(\w+)_all\)", text)
    assert preferred and read_off == preferred


def test_settings_of_the_study_are_filled_in(study: Fabricated):
    found, chosen = syntax(study), study.study.settings
    assert f"set.seed({chosen.seed})" in found.retention.text
    assert f"n.iter = {chosen.parallel_replications}," in found.retention.text
    assert f">= {chosen.group_minimum}))" in found.invariance.text
    assert f'wave <- "{study.study.wave}"' in found.ledger.text


def test_every_file_but_the_first_begins_by_reading_the_answers(study: Fabricated):
    for name, text in scripts(study):
        assert text.startswith("# ")
        assert ('source("data.R")' in text) == (name != "data")


def test_a_name_with_quotes_stays_one_string_of_r():
    assert quoted('spring "2026"\\\n') == '"spring \\"2026\\"\\\\\\n"'

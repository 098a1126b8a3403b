"""The catalogue of phrases: complete, used, and refused when it is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from pipeline.benchmark import change, intervals, response, site_means
from pipeline.benchmark.comparison import conditions
from pipeline.benchmark.disclosure.rules import Rule
from pipeline.problems import InputError
from pipeline.psychometrics import MEANING_OF_CONDITION
from pipeline.report.pages import TEMPLATES
from pipeline.report.phrases import load_phrases, places_in
from pipeline.report.table_words import FAMILIES
from pipeline.tables.catalogue import EXCLUSIONS, MISSING_REASONS

PACKAGE = Path(__file__).resolve().parents[2] / "pipeline" / "report"
ENGLISH = load_phrases("en")
FILLED_BY_A_MAPPING = "**"


def said_in_code() -> Iterator[tuple[str, set[str]]]:
    """Keys that code says by name, with the places it fills."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(call, ast.Call) and ast.unparse(call.func) in ("setting.say", "say")
            if named and call.args and isinstance(call.args[0], ast.Constant):
                places = {word.arg or FILLED_BY_A_MAPPING for word in call.keywords}
                yield call.args[0].value, places


def said_in_templates() -> Iterator[tuple[str, set[str]]]:
    for path in sorted(TEMPLATES.glob("*.j2")):
        tree = Environment().parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say":
                assert isinstance(call.args[0], nodes.Const), path
                yield call.args[0].value, {word.key for word in call.kwargs}


def test_every_phrase_that_code_and_templates_say_exists_with_its_places():
    said = [*said_in_code(), *said_in_templates()]
    assert len(said) > 150
    for key, places in said:
        assert ENGLISH.has(key), key
        if FILLED_BY_A_MAPPING not in places:
            assert places == places_in(ENGLISH.by_key[key]), key


def test_every_phrase_is_used():
    sources = [*PACKAGE.rglob("*.py"), *TEMPLATES.glob("*.j2"), *TEMPLATES.glob("typst/*.typ")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    families = {key.split(".")[0] for key in ENGLISH.by_key if f'f"{key.split(".")[0]}.' in text}
    families |= set(FAMILIES)
    unused = [
        key
        for key in ENGLISH.by_key
        if key.split(".")[0] not in families and f'"{key}"' not in text
    ]
    assert not unused


def test_every_condition_rule_and_reason_has_its_words():
    for condition in MEANING_OF_CONDITION:
        assert ENGLISH.has(f"condition.{condition}")
        assert ENGLISH.has(f"remark.{condition}")
    for rule in Rule:
        assert ENGLISH.has(f"rule.{rule.value}")
    for outcome in (*EXCLUSIONS, *MISSING_REASONS, "ANSWERED", "EXCLUDED_ROW"):
        assert ENGLISH.has(f"outcome.{outcome}")


@pytest.mark.parametrize("module", [change, conditions, intervals, response, site_means])
def test_every_condition_of_a_comparison_has_its_words(module):
    for condition in module.MEANING_OF_CONDITION:
        assert ENGLISH.has(f"condition.{condition}")


@pytest.mark.parametrize("module", [change, conditions, response])
def test_every_reason_for_an_empty_cell_of_a_comparison_has_a_few_words(module):
    for condition in module.MEANING_OF_CONDITION:
        assert ENGLISH.has(f"untold.{condition}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "en.yaml").write_text("a: {b: 'Hello {name}', c: 'Bye'}\n", encoding="utf-8")
    return tmp_path


def write(folder: Path, language: str, text: str) -> None:
    (folder / f"{language}.yaml").write_text(text, encoding="utf-8")


def test_a_complete_translation_loads(folder: Path):
    write(folder, "sv", "a: {b: 'Hej {name}', c: 'Hej då'}\n")
    assert load_phrases("sv", folder).say("a.b", name="Ada") == "Hej Ada"


def test_a_space_that_never_breaks_is_a_phrase_and_other_runs_of_spaces_become_one(folder: Path):
    write(folder, "sv", 'a: {b: "Hej  \\n \\u00a0{name} ", c: "\\u202f"}\n')
    phrases = load_phrases("sv", folder)
    assert phrases.say("a.b", name="Ada") == "Hej \u00a0Ada"
    assert phrases.say("a.c") == "\u202f"


@pytest.mark.parametrize(
    ("content", "column", "cure"),
    [
        ("a: {b: 'Hej {name}'}", "a.c", "missing"),
        ("a: {b: 'Hej {name}', c: x, d: y}", "a.d", "remove it"),
        ("a: {b: 'Hej {namn}', c: x}", "a.b", "the named places of this phrase are: name"),
        ("a: {b: 'Hej', c: x}", "a.b", "the named places of this phrase are: name"),
        ("a: {b: 'Hej {name}', c: ''}", "a.c", "empty"),
        ("a: {b: 'Hej {name}', c: ' '}", "a.c", "empty"),
        ("a: {b: 'Hej {name}', c: 5}", "a.c", "not text"),
        ("a: {b: 'Hej {name', c: x}", "a.b", "{name}"),
        ("a: {b: 'Hej {name.__class__}', c: x}", "a.b", "not a plain name"),
        ("a: {b: 'Hej {name!r}', c: x}", "a.b", "not a plain name"),
        ("a: {b: 'Hej {name:>99}', c: x}", "a.b", "not a plain name"),
    ],
)
def test_a_faulty_translation_is_refused_with_its_key(folder: Path, content, column, cure):
    write(folder, "sv", content)
    with pytest.raises(InputError) as caught:
        load_phrases("sv", folder)
    assert [problem.column for problem in caught.value.problems] == [column]
    assert cure in caught.value.problems[0].cure


def test_a_language_without_a_catalogue_is_refused_with_the_ones_there_are(folder: Path):
    with pytest.raises(InputError, match="there are no reports in 'fr'; languages are en"):
        load_phrases("fr", folder)
    with pytest.raises(InputError):
        load_phrases("../en", folder)


def test_a_phrase_said_without_its_place_is_an_error():
    with pytest.raises(KeyError):
        ENGLISH.say("topic.mean")


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        ("a: {b: 'Hej", "reports/captions/sv.yaml, row 1: this is not YAML"),
        ("[a, b]", "no phrases"),
    ],
)
def test_a_file_that_holds_no_phrases_is_refused(folder: Path, content, cure):
    write(folder, "sv", content)
    with pytest.raises(InputError, match=cure):
        load_phrases("sv", folder)


NAMES_OF_METHODS = {"method"}
"""These are not sentences of ours but the names that statisticians know, on the technical page."""

LEAST_WORDS = 5
PLACE = re.compile(r"\{\w+\}")


def test_every_group_of_phrases_is_easy_to_read():
    import textstat

    families = dict.fromkeys(key.split(".")[0] for key in ENGLISH.by_key)
    for family in (one for one in families if one not in NAMES_OF_METHODS):
        told = [
            PLACE.sub("one", text).rstrip(".") + "."
            for key, text in ENGLISH.by_key.items()
            if key.split(".")[0] == family and len(text.split()) >= LEAST_WORDS
        ]
        assert textstat.flesch_kincaid_grade(" ".join(told)) <= 8, family

"""The one file an evaluator edits, and what is said when it is wrong."""

from pathlib import Path

import pytest
import yaml

from pipeline.problems import InputError
from pipeline.study import read_study

FILE = "config/config.yaml"


@pytest.fixture
def config():
    return yaml.safe_load(Path(FILE).read_text(encoding="utf-8"))


def told(config):
    with pytest.raises(InputError) as caught:
        read_study(config, FILE)
    return str(caught.value)


def test_the_bundled_example_can_be_read(config):
    study = read_study(config, FILE)
    assert study.synthetic
    assert study.minimum_n == 11
    assert len(study.exports) == 4
    assert study.waves == ("2025 autumn", "2026 autumn")


def test_draws_for_limits_and_sizes_of_groups_can_be_set(config):
    assert (read_study(config, FILE).cutoff_draws, read_study(config, FILE).group_minimum) == (
        25,
        200,
    )
    config["psychometrics"] = {"cutoff_draws": 100, "group_minimum": 300}
    study = read_study(config, FILE)
    assert (study.cutoff_draws, study.group_minimum) == (100, 300)


@pytest.mark.parametrize(("key", "value"), [("cutoff_draws", 5), ("group_minimum", 10)])
def test_settings_that_would_tell_nothing_are_refused(config, key, value):
    config["psychometrics"] = {key: value}
    assert f"psychometrics.{key}" in told(config)


def test_what_was_expected_is_a_file_of_the_questionnaire_where_there_is_one(config):
    study = read_study(config, FILE)
    assert study.expectation_files == ["instrument/evidence/hypotheses.yaml"]
    config["instrument"]["folder"] = "data/example/leadership_climate/instrument"
    assert read_study(config, FILE).expectation_files == []


def test_a_misspelt_key_is_told_with_what_was_meant(config):
    config["exprots"] = config.pop("exports")
    assert "key 'exprots': this key is not known; did you mean 'exports'?" in told(config)


def test_a_misspelt_key_inside_a_section_is_told_with_its_place(config):
    config["exports"][1]["site_colum"] = config["exports"][1].pop("site_column")
    assert "key 'exports[1].site_colum'" in told(config)
    assert "did you mean 'site_column'?" in told(config)


def test_a_file_that_is_not_there_is_told(config):
    config["exports"][0]["file"] = "data/nowhere.csv"
    assert "there is no file or folder 'data/nowhere.csv'" in told(config)


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "C:/x.csv", "data/../../x"])
def test_a_path_outside_the_study_is_refused(config, path):
    config["exports"][0]["file"] = path
    assert "must be a path inside this folder" in told(config)


@pytest.mark.parametrize("key", ["data", "reports"])
def test_results_cannot_be_sent_outside_the_study(config, key):
    config["folders"][key] = "../elsewhere"
    assert "must be a path inside this folder" in told(config)


def test_a_lower_minimum_needs_a_reason(config):
    config["disclosure"] = {"minimum_n": 7}
    assert "needs disclosure.override_reason" in told(config)
    config["disclosure"]["override_reason"] = "All sites agreed in writing on 1 March."
    assert read_study(config, FILE).minimum_n == 7


def test_a_minimum_below_five_is_refused_whatever_the_reason(config):
    config["disclosure"] = {"minimum_n": 4, "override_reason": "We would like to see more."}
    assert "4 is less than the minimum of 5" in told(config)


def test_a_language_without_reports_is_told_before_anything_runs(config):
    config["study"]["language"] = "fi"
    assert "key 'study.language': there are no reports in 'fi'; there are en, sv" in told(config)


@pytest.fixture
def captions(tmp_path, monkeypatch):
    """A catalogue of phrases of its own, in English and Swedish."""
    monkeypatch.setattr("pipeline.study.CAPTIONS", tmp_path)
    (tmp_path / "en.yaml").write_text("a: {b: Hello, c: Bye}\n", encoding="utf-8")
    return tmp_path


def test_phrases_that_are_missing_or_unknown_are_told_before_anything_runs(config, captions):
    (captions / "sv.yaml").write_text("a: {b: Hej, d: Nej}\n", encoding="utf-8")
    config["study"]["language"] = "sv"
    problems = told(config)
    where = "reports/captions/sv.yaml, key"
    assert f"{where} 'a.c': this phrase is missing; translate it" in problems
    assert f"{where} 'a.d': the source language has no such phrase; remove it" in problems


def test_a_job_of_a_workflow_does_not_read_the_phrases_again(config, captions):
    (captions / "sv.yaml").write_text("a: {b: Hej}\n", encoding="utf-8")
    config["study"]["language"] = "sv"
    assert read_study(config, FILE, with_phrases=False).language == "sv"


def test_optional_sections_are_read(config):
    config["instrument"]["add"] = ["barriers"]
    assert read_study(config, "study.yaml").added_sections == ("barriers",)


def test_a_tree_of_clusters_is_read_with_every_site_under_a_whole(config):
    config["clusters"] = {"Hills": {"Upper": ["a", 2], "Lower": ["b"]}, "Riverside": ["c"]}
    found = read_study(config, FILE).clusters
    assert [(one.name, one.parent, one.sites) for one in found] == [
        ("Hills", None, ("a", "2", "b")),
        ("Upper", "Hills", ("a", "2")),
        ("Lower", "Hills", ("b",)),
        ("Riverside", None, ("c",)),
    ]


def test_a_site_in_two_clusters_and_two_clusters_of_one_name_are_told(config):
    config["clusters"] = {"Hills": {"North": ["a"], "South": ["a"]}, "North": ["b"]}
    assert "site 'a' is in two clusters" in told(config)
    assert "two clusters are called 'North'" in told(config)


def test_the_round_of_the_study_cannot_be_an_earlier_one(config):
    config["study"]["earlier_waves"] = [config["study"]["wave"]]
    assert "so it cannot be an earlier one" in told(config)


def test_earlier_rounds_come_before_the_round_of_the_study(config):
    config["study"]["earlier_waves"] = ["2024", "2025"]
    study = read_study(config, FILE)
    assert study.waves == ("2024", "2025", config["study"]["wave"])
    assert not list(study.unanswered_waves({"2024", "2025"}))


def test_an_earlier_round_nobody_answered_in_is_told_with_the_rounds_there_are(config):
    config["study"]["earlier_waves"] = ["autumn 2025"]
    (problem,) = read_study(config, FILE).unanswered_waves({"2025 autumn", "2026 autumn"})
    assert "'autumn 2025'" in str(problem)
    assert "'2025 autumn', '2026 autumn'" in str(problem)


def test_all_problems_are_told_at_once(config):
    config["exports"][0]["file"] = "data/nowhere.csv"
    config["exports"][1]["file"] = "/etc/passwd"
    config["disclosure"] = {"minimum_n": 7}
    assert len(told(config).splitlines()) == 3


def test_the_map_of_names_of_an_export_is_a_file_of_the_study(config):
    config["exports"][0]["name_map"] = "data/nowhere.csv"
    assert "exports[0].name_map': there is no file or folder 'data/nowhere.csv'" in told(config)
    config["exports"][0]["name_map"] = config["sites"]
    study = read_study(config, FILE)
    assert study.exports[0].name_map == config["sites"]
    assert study.exports[0].files[-1] == config["sites"]

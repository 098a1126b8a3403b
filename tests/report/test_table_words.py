"""What tables say in English is said in the language of the report."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.benchmark import gates, intervals, programme, roll_up, site_estimates
from pipeline.benchmark.change import site_change
from pipeline.instrument.hypotheses.model import Band, Criterion
from pipeline.psychometrics.confirmatory.fitting import _METHODS
from pipeline.psychometrics.polychoric.correlations import WORDS_OF_POLICY
from pipeline.psychometrics.two_level.comparability import NUMBERS, RULES
from pipeline.report.pages import Setting
from pipeline.report.phrases import load_phrases
from pipeline.report.table_words import say_of_table, say_remark
from pipeline.report.wording import wording_of
from pipeline.tables import GATE_FORBIDS, agreement
from pipeline.tables.criteria_in_words import MINUS, NAMES, judged_sentence, unjudged_sentence

from .fabricated_study import Fabricated
from .swedish_words import english_left


@pytest.fixture(scope="module")
def settings(studies: dict[str, Fabricated]) -> dict[str, Setting]:
    made = studies["main"]
    return {
        language: Setting(
            made.instrument,
            study := replace(made.study, language=language),
            wording_of(made.instrument, study),
            load_phrases(language),
        )
        for language in ("en", "sv")
    }


@pytest.fixture(scope="module")
def swedish(settings: dict[str, Setting]) -> Setting:
    return settings["sv"]


def test_english_reports_say_it_as_it_stands(settings):
    for text in ("Cronbach's alpha, listwise; Feldt interval", "anything, 0.5; else"):
        assert say_of_table(text, settings["en"]) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Cronbach's alpha, listwise; Feldt interval", "Cronbachs alfa, listvis; Feldts intervall"),
        (
            "minres, oblimin; polychoric, pairwise; "
            "0.5 added to a lone empty cell of a 2 x 2 table",
            "minres, oblimin; polykoriska korrelationer, parvis; "
            "0,5 lagt till en ensam tom cell i en 2 x 2-tabell",
        ),
        (
            "CFI at least 0.95; with caution at least 0.90",
            "CFI minst 0,95; med försiktighet minst 0,90",
        ),
        (
            "The items mean nearly the same in the survey rounds; a small difference was found.",
            "Påståendena betyder nästan samma sak för olika mätomgångar; "
            "en liten skillnad hittades.",
        ),
        (
            f"CFI of R1 less that of R2 is {MINUS}0.260; {MINUS}0.005 or more was asked for: "
            "not met. "
            "Or: The mean loading (ABC) runs from 1 to 2; 0.4 to 0.9 was asked for: met.",
            f"CFI för R1 minus samma mått för R2 är {MINUS}0,260; {MINUS}0,005 eller mer var "
            "kravet: inte uppfyllt. Eller: Den genomsnittliga laddningen (ABC) går från 1 till 2; "
            "0,4 till 0,9 var kravet: uppfyllt.",
        ),
    ],
)
def test_a_text_is_said_by_its_sentences_clauses_and_parts(text, said, swedish):
    assert say_of_table(text, swedish) == said


def test_what_nobody_translated_stays_as_it_is(swedish):
    for text in ("", "Nine related practices", "COM", "x; y, z. Something else (n = 3)."):
        assert say_of_table(text, swedish) == text


def test_a_long_hostile_text_is_left_alone_at_once(swedish):
    text = "a is 1; " * 40 + "CFI less that of " * 200
    assert say_of_table(text, swedish).count("less that of") > 0


def test_every_sentence_of_a_gate_has_its_words(swedish):
    told = list(sentences_of_gates())
    assert len(told) > 80
    assert [text for text in told if english_left(text, swedish)] == []


def sentences_of_gates():
    """Reasons, criteria and needs of every gate with every verdict."""
    rows = [
        *fit_gates(),
        *reliability_gates(),
        *(gates.judge_groups(steps(v), "w", "S", g) for g in gates.GROUPS for v in VERDICTS),
        *(gates.groups_missing(n, 200, "w", "S", g) for g in gates.GROUPS for n in (0, 1)),
        *(gates.cannot_be_fitted("w", "S", g, "") for g in (*gates.GROUPS, "sites")),
        gates.sites_missing(gates.SitesNeeded(3, 24, 40, 8), "w", "S"),
        *(gates.judge_sites_gate(v, "", np.nan, "w", "S") for v in gates.VERDICT_ON_SITES),
        *aggregation_gates(),
        gates.every_gate([], ["S"], "w"),
    ]
    for table in rows:
        for name in ("reason", "criterion", "needs"):
            yield from (text for text in table[name].dropna() if text)
    numbers = dict.fromkeys(("icc", "icc_low", "icc_high", "lowest_cfi", "highest_srmr"), 0.5)
    numbers |= dict.fromkeys(("largest_share", *NUMBERS), 0.25)
    whole = dict.fromkeys(("fewest_sites", "fewest_answers", "sites_missing", "n_sites"), 12)
    tests = itertools.product(("not tested", "chi-square 12.3 on 4 df, p < .001"), repeat=2)
    for (metric, strong), rule in itertools.product(tests, RULES):
        told = {"metric": metric, "strong": strong, "condition": "the search did not end"}
        yield rule.reason.format(**(numbers | whole | {"n_sites_counted": 9} | told))


VERDICTS = (("holds",), ("small",), ("fails",), ("untested",), ())


def steps(verdicts):
    columns = {"step": "metric", "verdict": list(verdicts), "change_cfi": -0.01, "condition": None}
    return pd.DataFrame(columns, index=range(len(verdicts)))


def fit_gates():
    for cfi, srmr, n in ((0.99, 0.01, 500), (0.99, 0.2, 500), (0.5, 0.5, 500), (0.5, 0.5, 5)):
        fit = pd.DataFrame(
            {
                "scale": "S",
                "item": None,
                "statistic": ["cfi_robust", "srmr"],
                "estimate": [cfi, srmr],
                "n_respondents": n,
            }
        )
        yield gates.judge_structure(fit, ["S", "T"], "w")


def reliability_gates():
    for value in (0.9, 0.6, 0.2):
        row = {"scale": "S", "item": None, "statistic": "cronbach_alpha", "n_respondents": 500}
        yield gates.judge_reliability(pd.DataFrame([{**row, "estimate": value}]), ["S", "T"], "w")


def aggregation_gates():
    cases = ((-1, 0.9, 0), (0.1, 0.9, 0.5), (0.1, 0.9, 0), (0.1, 0.65, 0), (0.1, 0.2, 0))
    for low, reliability, chance in cases:
        variance = pd.DataFrame(
            {
                "scale": "S",
                "statistic": ["icc1_anova_n0", "icc2_anova", "n_groups"],
                "estimate": [0.2, reliability, 30],
                "ci_low": [low, None, None],
            }
        )
        agreement = pd.DataFrame(
            {"scale": ["S"], "site": [None], "statistic": [gates.BY_CHANCE], "estimate": [chance]}
        )
        yield gates.judge_aggregation(variance, agreement, ["S", "T"], "w")


def test_every_gate_is_among_them(swedish):
    assert set(gates.every_gate([], ["S"], "w")["gate"]) == set(GATE_FORBIDS)


def test_every_criterion_of_a_model_has_its_words(swedish):
    bands = (Band(None, 0.5), Band(0.5, None), Band(0.2, 0.5), Band(1, 1))
    rules = ({}, {"how_many": Band(3, None)}, {"share": Band(0.1, None)}, {"samples": ("a",)})
    about = ({}, {"of": ("A1", "B1"), "compared_with": "R2"})
    for index, band, rule, of in itertools.product(NAMES, bands, rules, about):
        one = Criterion(index, band, **rule, **of)
        for told in (
            judged_sentence(one, [0.25, 0.5], 1, is_met=True),
            judged_sentence(one, [0.25], 0, is_met=False),
            unjudged_sentence(one),
        ):
            assert not english_left(told, swedish), say_of_table(told, swedish)


def test_every_method_has_its_words(swedish):
    of_runs = KEPT.read_text(encoding="utf-8").splitlines()
    assert len(of_runs) > 90
    assert [text for text in (*of_runs, *METHODS) if english_left(text, swedish)] == []


KEPT = Path(__file__).with_name("methods_of_tables.txt")
"""The methods that tables of both example studies name, a clause a line."""

METHODS = (
    intervals.T_INTERVAL + programme.POOLED,
    intervals.WELCH + programme.NOT_ADJUSTED,
    intervals.HEDGES,
    programme.POOLED_SHARE,
    programme.OWN_CENTRE,
    programme.OF_SITE_MEANS,
    programme.SITES_SHOWN,
    intervals.T_INTERVAL + roll_up.OF_COUNTING,
    intervals.T_INTERVAL + roll_up.OF_SEEN,
    site_estimates.OF_ANSWERED,
    site_estimates.OF_PUT,
    site_estimates.OF_ASKED,
    site_estimates.DISPERSION,
    site_change.METHOD,
    site_change.LINKED_METHOD,
    agreement.WITHIN,
    agreement.BY_CHANCE,
    *(f"{name}: {words}" for name, words in _METHODS.items()),
    *WORDS_OF_POLICY.values(),
)


def test_a_remark_is_the_condition_in_words(settings):
    assert say_remark("weak_loading", settings["en"]) == "weak loading"
    assert say_remark("weak_loading", settings["sv"]) == "svag laddning"
    assert say_remark("not_in_the_catalogue", settings["sv"]) == "not in the catalogue"


def test_english_remarks_are_the_names_of_their_conditions():
    remarks = {k: v for k, v in load_phrases("en").by_key.items() if k.startswith("remark.")}
    assert len(remarks) > 80
    assert all(key == f"remark.{said.replace(' ', '_')}" for key, said in remarks.items())

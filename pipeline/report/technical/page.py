"""The technical page as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.report.content_evidence import ContentEvidence, content_evidence
from pipeline.report.estimates import estimates_of
from pipeline.report.ledger import Ledger, ledger
from pipeline.report.pages import Frame, Link, Setting, frame_of, render
from pipeline.report.phrases import load_phrases
from pipeline.report.screening import (
    CarelessAnswering,
    MissingAnswers,
    careless_answering,
    missing_answers,
)
from pipeline.report.study import Study
from pipeline.report.tables import Evidence, evidence_of
from pipeline.report.technical.comparability import Comparability, comparability_of
from pipeline.report.technical.correlations import Matrix, Shade, correlation_matrices, shades
from pipeline.report.technical.factors import Factors, factors_of
from pipeline.report.technical.files import files_of
from pipeline.report.technical.hypotheses import HypothesesShown, hypotheses_of
from pipeline.report.technical.invariance import Ladders, ladders_of
from pipeline.report.technical.items import item_tables
from pipeline.report.technical.model_tables import natural, rows_of_round, tables_by_model
from pipeline.report.technical.models import Models, models_of
from pipeline.report.technical.number_of_factors import (
    Scree,
    factorability_tables,
    scree_plots,
    suggestion_sentences,
    suggestion_table,
)
from pipeline.report.technical.reliability import Reliability, reliability_of
from pipeline.report.technical.settings import disclosure_rules, settings_table
from pipeline.report.technical.syntax import Syntax, syntax_of
from pipeline.report.technical.variance import variance_tables
from pipeline.report.withholding import HeldBack, withheld_table, withholding_of
from pipeline.report.wording import wording_of

TABLES = (
    "item_analysis", "reliability", "correlations", "factorability", "retention", "equivalence",
    "factors", "variance", "agreement", "case_mix",
)  # fmt: skip

PARTS = (
    "ledger", "screening", "missing", "content", "items", "reliability", "correlations",
    "factorability", "retention", "factors", "models", "hypotheses", "invariance",
    "comparability", "variance", "disclosure", "settings",
)  # fmt: skip
"""Parts of the page in their order; each has a phrase and a place in the template."""


@dataclass(frozen=True, slots=True)
class TechnicalPage:
    """Everything that the technical page shows."""

    frame: Frame
    ledger: Ledger
    screening: CarelessAnswering
    missing: MissingAnswers
    content: ContentEvidence
    items: tuple[Evidence, ...]
    reliability: Reliability
    shades: tuple[Shade, ...]
    matrices: tuple[Matrix, ...]
    factorability: tuple[Evidence, ...]
    suggestions: tuple[str, ...]
    retention: Evidence
    scree: tuple[Scree, ...]
    factors: Factors
    models: Models
    hypotheses: HypothesesShown
    ladders: tuple[Ladders, ...]
    comparability: Comparability
    variance: tuple[Evidence, ...]
    rules: tuple[str, ...]
    withheld: Evidence | None
    settings: Evidence
    syntax: Syntax


@dataclass(frozen=True, slots=True)
class TechnicalReport:
    """The page as HTML, and the files that it leads to by their address beside it."""

    page: str
    files: Mapping[str, str]


def render_technical_report(
    ledger_rows: pd.DataFrame,
    ledger_cells: pd.DataFrame,
    ledger_columns: pd.DataFrame,
    screening: Mapping[str, pd.DataFrame],
    psychometrics: Mapping[str, pd.DataFrame],
    content: Mapping[str, pd.DataFrame],
    withheld: pd.DataFrame,
    instrument: Instrument,
    study: Study,
    models: Mapping[str, pd.DataFrame] | None = None,
) -> TechnicalReport:
    """The technical page with its tables, figures and syntax as files.

    Parameters
    ----------
    ledger_rows, ledger_cells, ledger_columns, withheld : DataFrame
        As the contracts of these names say.
    screening : mapping of str to DataFrame
        ``screening_counts``, ``screening_effect`` and ``missing_data``, as their contracts say,
        after disclosure control. What is not there is told as not computed.
    psychometrics : mapping of str to DataFrame
        Any of ``item_analysis``, ``reliability``, ``correlations``, ``factorability``,
        ``retention``, ``equivalence`` (of the halves of the sample), ``factors``, ``variance``,
        ``agreement`` and ``case_mix``, each as the contract of estimates says, after disclosure
        control; the rows of factorability may stand in ``retention``. What is not there is told as
        not computed, what is held back as not shown.
    content : mapping of str to DataFrame
        ``content_validity``, ``placement`` and ``item_decisions``, as their contracts say.
    instrument : Instrument
        The questionnaire.
    study : Study
        What every report says about the study.
    models : mapping of str to DataFrame, optional
        Any of ``models``, ``model_estimates``, ``comparability`` (by the contract MODEL_ESTIMATES
        too), ``invariance``, ``group_differences`` (by MODEL_ESTIMATES), ``falsifiers``,
        ``claims``, ``hypotheses`` and ``gates``, after disclosure control. What is not there is
        told as not computed.
    """
    setting = Setting(
        instrument, study, wording_of(instrument, study), load_phrases(study.language)
    )
    tables = {name: estimates_of(psychometrics.get(name), study.wave) for name in TABLES}
    structure = models or {}
    fitted, of_sites = (
        tables_by_model(structure.get(name), study.wave)
        for name in ("model_estimates", "comparability")
    )
    held = withholding_of(withheld, study.wave).by_site.values()
    page = TechnicalPage(
        frame=_frame(setting),
        ledger=ledger(ledger_rows, ledger_cells, ledger_columns, setting),
        screening=careless_answering(screening, setting),
        missing=missing_answers(screening.get("missing_data"), setting),
        content=content_evidence(content, setting),
        items=item_tables(tables["item_analysis"], setting),
        reliability=reliability_of(tables["reliability"], setting),
        shades=shades(setting),
        matrices=correlation_matrices(tables["correlations"], setting),
        factorability=factorability_tables(tables, setting),
        suggestions=suggestion_sentences(tables["retention"], setting),
        retention=suggestion_table(tables["retention"], setting),
        scree=scree_plots(tables["retention"], setting),
        factors=factors_of(tables["factors"], tables["equivalence"], setting),
        models=models_of(structure.get("models"), fitted, setting, structure.get("falsifiers")),
        hypotheses=hypotheses_of(structure, setting),
        ladders=ladders_of(
            structure.get("invariance"), setting, structure.get("group_differences")
        ),
        comparability=comparability_of(structure.get("gates"), of_sites, setting),
        variance=variance_tables(tables, setting),
        rules=disclosure_rules(setting),
        withheld=_withheld([one for site in held for one in site], setting),
        settings=settings_table(setting),
        syntax=_syntax(structure, setting),
    )
    return TechnicalReport(render("technical.html.j2", setting, page), files_of(page, setting))


def render_technical_page(
    ledger_rows: pd.DataFrame,
    ledger_cells: pd.DataFrame,
    ledger_columns: pd.DataFrame,
    screening: Mapping[str, pd.DataFrame],
    psychometrics: Mapping[str, pd.DataFrame],
    content: Mapping[str, pd.DataFrame],
    withheld: pd.DataFrame,
    instrument: Instrument,
    study: Study,
    models: Mapping[str, pd.DataFrame] | None = None,
) -> str:
    """The technical page as HTML, from what :func:`render_technical_report` takes."""
    return render_technical_report(
        ledger_rows,
        ledger_cells,
        ledger_columns,
        screening,
        psychometrics,
        content,
        withheld,
        instrument,
        study,
        models,
    ).page


def _withheld(held: Sequence[HeldBack], setting: Setting) -> Evidence | None:
    table = withheld_table(held, setting)
    if table is None:
        return None
    return evidence_of("held-back", table, setting, methods=[setting.say("withheld.method")])


def _syntax(models: Mapping[str, pd.DataFrame], setting: Setting) -> Syntax:
    wave = setting.study.wave
    steps = rows_of_round(models.get("invariance"), wave)
    groupings = sorted({row["grouping"] for row in steps})
    rivals = sorted(
        rows_of_round(models.get("models"), wave),
        key=lambda row: (row["scale"], natural(row["model"]), row["sample"]),
    )
    return syntax_of(rivals, groupings, setting)


def _frame(setting: Setting) -> Frame:
    contents = tuple(Link(f"#{name}", setting.phrases.say(f"technical.{name}")) for name in PARTS)
    return frame_of(setting, setting.say("technical.heading"), contents, root="")

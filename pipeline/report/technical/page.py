"""The technical page as a whole."""

from __future__ import annotations

from collections.abc import Mapping
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
from pipeline.report.tables import Evidence, ShownTable
from pipeline.report.technical.comparability import Comparability, comparability_of
from pipeline.report.technical.correlations import Matrix, Shade, correlation_matrices, shades
from pipeline.report.technical.factors import Factors, factors_of
from pipeline.report.technical.invariance import Ladders, ladders_of
from pipeline.report.technical.items import item_tables
from pipeline.report.technical.model_tables import tables_by_model
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
from pipeline.report.technical.variance import variance_tables
from pipeline.report.withholding import withheld_table, withholding_of
from pipeline.report.wording import wording_of

TABLES = (
    "item_analysis", "reliability", "correlations", "factorability", "retention", "equivalence",
    "factors", "variance", "agreement", "case_mix",
)  # fmt: skip

PARTS = (
    "ledger", "screening", "missing", "content", "items", "reliability", "correlations",
    "factorability", "retention", "factors", "models", "invariance", "comparability", "variance",
    "disclosure", "settings",
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
    ladders: tuple[Ladders, ...]
    comparability: Comparability
    variance: tuple[Evidence, ...]
    rules: tuple[str, ...]
    withheld: ShownTable | None
    settings: ShownTable


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
    """The technical page as HTML.

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
        too), ``invariance``, ``group_differences`` (by MODEL_ESTIMATES), ``falsifiers`` and
        ``gates``, after disclosure control. What is not there is told as not computed.
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
        ladders=ladders_of(
            structure.get("invariance"), setting, structure.get("group_differences")
        ),
        comparability=comparability_of(structure.get("gates"), of_sites, setting),
        variance=variance_tables(tables, setting),
        rules=disclosure_rules(setting),
        withheld=withheld_table([one for site in held for one in site], setting),
        settings=settings_table(setting),
    )
    return render("technical.html.j2", setting, page)


def _frame(setting: Setting) -> Frame:
    contents = tuple(Link(f"#{name}", setting.phrases.say(f"technical.{name}")) for name in PARTS)
    return frame_of(setting, setting.say("technical.heading"), contents, root="")

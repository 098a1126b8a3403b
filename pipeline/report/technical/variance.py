"""How much of the differences in answers goes with the site, and how far people of a site agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.report.estimates import Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, shown_table
from pipeline.report.technical.evidence import (
    Columns,
    Found,
    by_scope,
    cell,
    evidence,
    headings_of,
    one_decimal,
    people,
    remark,
    scope_label,
    scopes_of,
)


def three_decimals(numbers: NumberFormat, value: float) -> str:
    """A variance, which can be small."""
    return numbers.decimals(value, 3)


ANALYSIS_OF_VARIANCE: Columns = (
    ("icc1_anova_n0", NumberFormat.coefficient),
    ("icc1_anova_mean_n", NumberFormat.coefficient),
    ("icc2_anova", NumberFormat.coefficient),
    ("f", NumberFormat.coefficient),
    ("p_value", NumberFormat.p_value),
    ("n_groups", NumberFormat.count),
    ("mean_group_size", one_decimal),
)
MIXED_MODEL: Columns = (
    ("icc1_reml", NumberFormat.coefficient),
    ("icc2_reml_mean", NumberFormat.coefficient),
    ("variance_between", three_decimals),
    ("variance_within", three_decimals),
    ("design_effect", one_decimal),
    ("n_for_reliability_70", NumberFormat.count),
    ("n_for_reliability_80", NumberFormat.count),
)
AGREEMENT: Columns = (
    ("rwg_j_uniform_median", NumberFormat.coefficient),
    ("rwg_j_slightly_skewed_median", NumberFormat.coefficient),
    ("rwg_j_lindell_median", NumberFormat.coefficient),
    ("ad_mean_median", NumberFormat.coefficient),
    ("ad_mean_share_agreeing", NumberFormat.coefficient),
    ("ad_mean_by_people_mean_observed", NumberFormat.coefficient),
    ("ad_mean_by_people_mean_random_mean", NumberFormat.coefficient),
    ("ad_mean_by_people_mean_p_value", NumberFormat.p_value),
)
COEFFICIENT = "case_mix_coefficient"


def variance_tables(tables: Mapping[str, Estimates], setting: Setting) -> tuple[Evidence, ...]:
    """Intraclass correlations, the mixed model, agreement within sites, and case-mix.

    Parameters
    ----------
    tables : mapping of str to Estimates
        ``variance``, ``agreement`` and ``case_mix``.
    """
    variance, agreement = tables["variance"], tables["agreement"]
    scopes = scopes_of(variance, setting)
    return (
        by_scope("variance", variance, ANALYSIS_OF_VARIANCE, setting, scopes),
        by_scope("mixed_model", variance, MIXED_MODEL, setting, scopes),
        by_scope("agreement", agreement, AGREEMENT, setting, scopes_of(agreement, setting)),
        *_case_mix(tables["case_mix"], setting),
    )


def _case_mix(table: Estimates, setting: Setting) -> Iterator[Evidence]:
    """What belonging to a category goes with, within sites; nothing where nothing was adjusted."""
    rows, every = [], []
    for scope in scopes_of(table, setting):
        for category in _categories(table, scope):
            found: Found = table.on_record(COEFFICIENT, scale=scope, item=category)
            every.append(found)
            number = cell(found, NumberFormat.coefficient, setting)
            words = (category, people([found], setting), number, remark([found], setting))
            rows.append((scope_label(scope, setting), words))
    if rows:
        headings = headings_of(("items_of", "category", "n", COEFFICIENT, "remarks"), setting)
        caption = setting.say("technical.case_mix_caption")
        shown = shown_table(caption, headings, rows, words=[1, 4])
        yield evidence("case-mix", shown, every, setting)


def _categories(table: Estimates, scope: str | None) -> list[str]:
    """Categories of covariates in alphabetical order."""
    found = {
        address[3]
        for address in table.addresses()
        if address[2] == scope and address[5] == COEFFICIENT and address[3] is not None
    }
    return sorted(found)

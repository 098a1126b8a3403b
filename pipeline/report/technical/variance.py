"""How much of the differences in answers goes with the site."""

from __future__ import annotations

from pipeline.report import formatting
from pipeline.report.estimates import Estimates
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence
from pipeline.report.technical.evidence import Columns, by_scope, one_decimal, scopes_of

COLUMNS: Columns = (
    ("icc1_anova_n0", formatting.coefficient),
    ("icc1_anova_mean_n", formatting.coefficient),
    ("icc2_anova", formatting.coefficient),
    ("f", formatting.coefficient),
    ("p_value", formatting.p_value),
    ("n_groups", formatting.count),
    ("mean_group_size", one_decimal),
)


def variance_table(table: Estimates, setting: Setting) -> Evidence:
    """Intraclass correlations, a row a scale."""
    return by_scope("variance", table, COLUMNS, setting, scopes_of(table, setting))

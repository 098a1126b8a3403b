"""Reports that people read together: view models, charts, words and pages.

Everything shown comes from tables that passed disclosure control. Templates hold layout, the
catalogue in ``reports/captions`` holds the words, :mod:`~pipeline.report.formatting` writes the
numbers.
"""

from pipeline.report.comparative_page import render_comparative_page
from pipeline.report.expectations import load_expectations
from pipeline.report.index_page import render_index
from pipeline.report.programme import ProgrammeTables
from pipeline.report.site_page import (
    ComparisonTables,
    pages_of_sites,
    render_site_pages,
    write_pages,
)
from pipeline.report.study import AnalysisSettings, SiteCluster, Study
from pipeline.report.technical import render_technical_page, render_technical_report

__all__ = [
    "AnalysisSettings",
    "ComparisonTables",
    "ProgrammeTables",
    "SiteCluster",
    "Study",
    "load_expectations",
    "pages_of_sites",
    "render_comparative_page",
    "render_index",
    "render_site_pages",
    "render_technical_page",
    "render_technical_report",
    "write_pages",
]

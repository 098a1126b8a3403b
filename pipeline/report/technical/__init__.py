"""The page for researchers: the account of the data, and the evidence about the questionnaire."""

from pipeline.report.technical.page import (
    TechnicalPage,
    TechnicalReport,
    render_technical_page,
    render_technical_report,
)

__all__ = ["TechnicalPage", "TechnicalReport", "render_technical_page", "render_technical_report"]

"""The page for researchers: the account of the data, and the evidence about the questionnaire."""

from pipeline.report.technical.page import TechnicalPage, render_technical_page

__all__ = ["TechnicalPage", "render_technical_page"]

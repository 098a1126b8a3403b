"""The report of a site on paper: the same view objects as for the screen, set with Typst."""

from pipeline.report.paper.press import set_page, set_site_pages

__all__ = ["set_page", "set_site_pages"]

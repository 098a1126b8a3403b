from __future__ import annotations

import pytest

from pipeline.report.site_page import SitePages, pages_of_sites
from tests.report.fabricated_study import Fabricated, tables_of_sites


def views_of(made: Fabricated) -> SitePages:
    """The pages of all sites of a made-up study before they are written."""
    return pages_of_sites(
        made.sites["site"].tolist(),
        made.released,
        made.withheld,
        made.sites,
        made.site_context,
        made.ledger_rows,
        tables_of_sites(made),
        made.instrument,
        made.study,
    )


@pytest.fixture(scope="session")
def views(studies: dict[str, Fabricated]) -> SitePages:
    """The pages of the sites that answered the questionnaire of this project."""
    return views_of(studies["main"])

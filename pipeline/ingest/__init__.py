"""From survey exports of any platform to typed answers, with every row and cell accounted for."""

from pipeline.ingest.check import check_export
from pipeline.ingest.check_words import describe_check
from pipeline.ingest.findings import ExportCheck
from pipeline.ingest.ledger import LedgerError, check_ledger
from pipeline.ingest.opening import OtherVersionWarning
from pipeline.ingest.people import read_secret
from pipeline.ingest.pooling import Ingested, ingest_exports
from pipeline.ingest.screening import ScreeningRules
from pipeline.ingest.sites import Site, SiteList, read_site_list
from pipeline.ingest.source import ExportSource

__all__ = [
    "ExportCheck",
    "ExportSource",
    "Ingested",
    "LedgerError",
    "OtherVersionWarning",
    "ScreeningRules",
    "Site",
    "SiteList",
    "check_export",
    "check_ledger",
    "describe_check",
    "ingest_exports",
    "read_secret",
    "read_site_list",
]

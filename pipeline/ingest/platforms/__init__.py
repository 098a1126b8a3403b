"""The survey platforms that can be read. A new one is a file here and a line in the registry."""

from __future__ import annotations

from pipeline.ingest.platforms.formr import FORMR
from pipeline.ingest.platforms.generic import GENERIC
from pipeline.ingest.platforms.google_forms import GOOGLE_FORMS
from pipeline.ingest.platforms.jisc import JISC
from pipeline.ingest.platforms.kobo import KOBO
from pipeline.ingest.platforms.limesurvey import LIMESURVEY
from pipeline.ingest.platforms.microsoft_forms import MICROSOFT_FORMS
from pipeline.ingest.platforms.odk import ODK
from pipeline.ingest.platforms.paper import PAPER
from pipeline.ingest.platforms.qualtrics import QUALTRICS
from pipeline.ingest.platforms.redcap import REDCAP
from pipeline.ingest.platforms.surveymonkey import SURVEYMONKEY
from pipeline.ingest.raw import Platform

PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        QUALTRICS,
        LIMESURVEY,
        REDCAP,
        KOBO,
        ODK,
        FORMR,
        PAPER,
        GOOGLE_FORMS,
        MICROSOFT_FORMS,
        SURVEYMONKEY,
        JISC,
        GENERIC,
    )
}

__all__ = ["PLATFORMS"]

from pathlib import Path

import pytest

from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports
from pipeline.problems import InputError

from .layouts import (
    INSTRUMENT,
    PEOPLE,
    generic_mapping,
    generic_rows,
    limesurvey_rows,
    qualtrics_rows,
    redcap_rows,
    write_csv,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A study folder in which files have short names."""
    monkeypatch.chdir(tmp_path)
    return Path()


@pytest.fixture
def exported(folder):
    """Write the people as the export of a platform; returns its source."""

    def write(platform="qualtrics", people=PEOPLE, **options):
        path = folder / f"{platform}.csv"
        if platform == "qualtrics":
            return ExportSource(write_csv(path, qualtrics_rows(people, **options)), "Site")
        if platform == "limesurvey":
            rows = limesurvey_rows(people)
            return ExportSource(write_csv(path, rows, ";", "utf-8-sig", 1), "site")
        if platform == "redcap":
            return ExportSource(write_csv(path, redcap_rows(people)), None)
        mapping = folder / "mapping.yaml"
        mapping.write_text(generic_mapping(), encoding="utf-8")
        write_csv(path, generic_rows(people))
        return ExportSource(path, "place", mapping=mapping)

    return write


@pytest.fixture
def ingest():
    """Ingest sources with the usual rules."""

    def run(*sources, site_list=None, **rules):
        rules = ScreeningRules(**rules) if rules else ScreeningRules()
        return ingest_exports(sources, INSTRUMENT, site_list, "spring", rules)

    return run


@pytest.fixture
def refusal(ingest):
    """The text of the refusal of sources that cannot be used."""

    def run(*sources, **options):
        with pytest.raises(InputError) as caught:
            ingest(*sources, **options)
        return str(caught.value)

    return run

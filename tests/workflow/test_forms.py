"""Every form of the questionnaire goes through the whole workflow. Run with `pytest -m slow`."""

import subprocess
import sys

import pandas as pd
import pytest
import yaml

from .runs import run_snakemake

pytestmark = pytest.mark.slow

PLATFORMS = [
    {"file": "qualtrics.csv", "site_column": "Site"},
    {"file": "limesurvey.csv", "site_column": "site"},
    {
        "file": "redcap.csv",
        "site_column": "redcap_data_access_group",
        "definition": "redcap_dictionary.csv",
    },
]
FILES = ("file", "definition", "name_map")


def command(folder, *arguments):
    subprocess.run([sys.executable, "-m", "pipeline", *arguments], cwd=folder, check=True)


def exports_in(folder, entries):
    return [
        {key: f"{folder}/{value}" if key in FILES else value for key, value in entry.items()}
        for entry in entries
    ]


def run_study(project, form, exports, sites, add=()):
    study = {
        "study": {"title": "Forms", "wave": "1", "data": "synthetic"},
        "instrument": {"folder": "instrument", "form": form, "add": list(add)},
        "exports": exports,
        "sites": sites,
        "folders": {"data": "data/forms", "reports": "reports/forms"},
    }
    (project / "config" / "forms.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    return run_snakemake(project, "--configfile", "config/forms.yaml")


@pytest.mark.parametrize(
    ("form", "add"), [("short", ()), ("long", ("enablers", "barriers", "outcomes")), ("field", ())]
)
def test_a_form_goes_from_exports_to_reports(project, form, add):
    options = ["--add", *add] if add else []
    command(project, "simulate", "--folder", "drawn", "--seed", "3", "--form", form, *options)
    exports = exports_in("drawn/exports", PLATFORMS)
    run = run_study(project, form, exports, "drawn/sites.csv", add)
    assert run.status == 0, run.said
    assert (project / "reports" / "forms" / "index.html").is_file()
    technical = (project / "reports" / "forms" / "technical.html").read_text(encoding="utf-8")
    assert ("bar01" in technical) == (form != "short")


def test_booklets_are_pooled_by_their_maps_of_names(project):
    exports = []
    for seed, booklet in enumerate(("fielda", "fieldb", "fieldc")):
        drawn, form = f"drawn/{booklet}", f"forms/{booklet}"
        command(project, "simulate", "--folder", drawn, "--seed", str(seed), "--form", booklet)
        command(project, "export", "--to", "redcap", "--form", booklet, "--folder", form)
        exports += exports_in(f"{drawn}/exports", PLATFORMS[2:])
        exports[-1]["name_map"] = f"{form}/name_map.csv"
    run = run_study(project, "field", exports, "drawn/fielda/sites.csv")
    assert run.status == 0, run.said
    data = project / "data" / "forms"
    scores = pd.read_parquet(data / "2_score" / "scores.parquet")
    assert scores["POW"].notna().mean() > 0.9
    missing = pd.read_parquet(data / "1_ingest" / "missing.parquet")
    assert (missing["reason"] == "NOT_ASKED").sum() > 50 * len(scores)

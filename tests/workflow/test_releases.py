"""A run looks at what earlier runs published."""

import pandas as pd

from tests.workflow.conftest import files_below, run_snakemake
from tests.workflow.test_example import change_one_answer

KEYS = ["wave", "site", "group", "scale", "item", "statistic"]


def test_one_changed_answer_after_publication_is_not_told_by_the_next(finished):
    releases = finished / "data" / "releases"
    assert [path.name for path in releases.iterdir()] == ["0001"]
    first = files_below(releases / "0001")

    change_one_answer(finished)
    run = run_snakemake(finished)
    assert run.status == 0, run.said
    assert sorted(path.name for path in releases.iterdir()) == ["0001", "0002"]
    assert files_below(releases / "0001") == first
    told = means_of_the_changed_site(releases)
    assert len(told)
    withheld = told["estimate_2"].isna()
    assert (withheld | (told["unit_2"] >= 0.1)).all()
    assert (withheld | (told["unit_2"] > told["unit"])).any()

    again = run_snakemake(finished, "--forcerun", "disclose", "publish")
    assert again.status == 0, again.said
    assert sorted(path.name for path in releases.iterdir()) == ["0001", "0002"]


def means_of_the_changed_site(releases):
    """Means that one changed answer is part of, in both records."""
    members, figures = (
        [pd.read_parquet(releases / name / f"{kind}.parquet") for name in ("0001", "0002")]
        for kind in ("members", "figures")
    )
    both = members[0].merge(members[1], on=["respondent", "scale", "item"], how="outer")
    changed = both[both["value_x"].ne(both["value_y"]).fillna(False)]
    assert len(changed) == 2, "one answer and the score that it is part of"
    means = figures[0].merge(figures[1], on=KEYS, suffixes=("", "_2"))
    means = means[(means["statistic"] == "mean") & means["estimate"].notna()]
    means = means[means["site"].isin(changed["site_x"]) & means["scale"].isin(changed["scale"])]
    return means[means["item"].isna() | means["item"].isin(changed["item"])]

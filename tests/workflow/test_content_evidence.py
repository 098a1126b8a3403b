"""From what people said about the items to tables, by the rule alone."""

import csv

import pytest

from pipeline.instrument import load_instrument
from pipeline.instrument.evidence import HEADINGS
from tests.workflow.runs import run_snakemake

RATINGS, SORTING, INTERVIEWS = HEADINGS
TABLES = ("content_validity", "placement", "item_decisions")


def summarise(folder, data="data", *arguments):
    targets = [f"{data}/3_psychometrics/{name}.csv" for name in TABLES]
    return run_snakemake(folder, *targets, *arguments, cores=1)


def rows_of(folder, name, data="data"):
    path = folder / data / "3_psychometrics" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(folder, name, rows):
    path = folder / "instrument" / "evidence" / name
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.fixture
def items(project):
    """Two items of the first scale, one of which the form of the study leaves out."""
    folder = project / "instrument"
    whole, form = load_instrument(folder), load_instrument(folder, "long")
    ids = whole.scales[0].item_ids
    outside = next(item for item in ids if item not in form.items)
    return whole.items[next(iter(form.items))], whole.items[outside]


def test_without_evidence_the_tables_are_empty(project):
    assert summarise(project).status == 0
    assert [rows_of(project, name) for name in TABLES] == [[], [], []]


def test_a_questionnaire_without_the_folder_has_empty_tables_too(project):
    config = "data/example/leadership_climate/config.yaml"
    data = "data/leadership_climate"
    run = summarise(project, data, "--configfile", config)
    assert run.status == 0, run.said
    assert [rows_of(project, name, data) for name in TABLES] == [[], [], []]


def test_evidence_on_any_item_is_summed_up(project, items):
    scale = load_instrument(project / "instrument").scales[0].id
    write(
        project,
        RATINGS,
        [(f"r{n}", "lived", i.id, i.version, 4, 3, "") for n in (1, 2, 3) for i in items],
    )
    write(project, SORTING, [("s1", "other", i.id, i.version, scale, "") for i in items])
    first = items[0]
    finding = ("i1", "lived", 1, first.id, first.version, "Clear", "other", "keep", "Fine")
    write(project, INTERVIEWS, [finding])
    run = summarise(project)
    assert run.status == 0, run.said
    rated = [r for r in rows_of(project, "content_validity") if r["statistic"] == "i_cvi"]
    assert {row["item"] for row in rated} == {item.id for item in items}
    assert {(row["estimate"], row["n_respondents"]) for row in rated} == {("1.0", "3")}
    (overall,) = [
        row
        for row in rows_of(project, "placement")
        if row["statistic"] == "placement_rate" and not row["scale"] and not row["group"]
    ]
    assert float(overall["estimate"]) == 1
    assert [row["decision"] for row in rows_of(project, "item_decisions")] == ["keep"]


def test_wrong_cells_stop_the_step_and_are_told_with_their_place(project, items):
    item = items[0]
    write(project, RATINGS, [("r1", "lived", item.id, item.version, 5, 3, "")])
    write(project, SORTING, [("s1", "nobody", item.id, item.version, "none", "")])
    run = summarise(project)
    assert run.status != 0
    told = "\n".join(run.problems)
    assert f"instrument/evidence/{RATINGS}, row 2, column 'relevance'" in told
    assert f"instrument/evidence/{SORTING}, row 2, column 'sorter_group'" in told

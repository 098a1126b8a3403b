"""Rows, keys, screening and the account."""

import random
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipeline.ingest import (
    ExportSource,
    LedgerError,
    ScreeningRules,
    check_ledger,
    ingest_exports,
)
from pipeline.ingest.ledger import RowsRead
from pipeline.instrument import load_instrument
from pipeline.tables import (
    INVITED,
    LEDGER_CELLS,
    LEDGER_COLUMNS,
    LEDGER_ROWS,
    MISSING,
    OPEN_ANSWERS,
    SCREENING,
    SITE_CONTEXT,
    SITES,
    conform,
    read_table,
    responses_table,
    write_table,
)

from .layouts import INSTRUMENT, PEOPLE, generic_rows, person, qualtrics_rows, write_csv

TABLES = {
    "responses": responses_table(INSTRUMENT),
    "set_aside": responses_table(INSTRUMENT),
    "missing": MISSING,
    "sites": SITES,
    "invited": INVITED,
    "site_context": SITE_CONTEXT,
    "ledger_rows": LEDGER_ROWS,
    "ledger_cells": LEDGER_CELLS,
    "ledger_columns": LEDGER_COLUMNS,
    "screening": SCREENING,
    "open_answers": OPEN_ANSWERS,
}
EXAMPLE = Path(__file__).parents[2] / "data" / "example" / "leadership_climate"


def source_of(folder, rows, name="q.csv"):
    return ExportSource(write_csv(folder / name, rows), "Site")


def reasons(ingested):
    return ingested.ledger_rows.set_index("row")["reason"].dropna().to_dict()


def test_every_table_keeps_its_contract_and_can_be_written_and_read(exported, ingest, folder):
    read = ingest(exported(), exported("redcap"))
    assert {field.name for field in fields(read)} == set(TABLES)
    for name, table in TABLES.items():
        frame = getattr(read, name)
        assert_frame_equal(frame, conform(frame, table))
        write_table(frame, folder / f"{name}.csv", table)
        assert_frame_equal(read_table(folder / f"{name}.csv", table), frame)


@pytest.mark.parametrize("platform", ("qualtrics", "limesurvey", "redcap", "generic"))
def test_shuffled_rows_give_the_same_tables(platform, exported, ingest):
    first = ingest(exported(platform))
    source = exported(platform)
    rows = (
        pd.read_csv(
            source.file,
            sep=";" if platform == "limesurvey" else ",",
            dtype=str,
            keep_default_na=False,
            header=None,
            encoding="utf-8-sig",
        )
        .to_numpy()
        .tolist()
    )
    heading_rows = 3 if platform == "qualtrics" else 1
    body = rows[heading_rows:]
    random.Random(1).shuffle(body)
    assert body != rows[heading_rows:]
    write_csv(source.file, [*rows[:heading_rows], *body])
    second = ingest(source)
    for name in set(TABLES) - {"ledger_rows"}:
        assert_frame_equal(getattr(first, name), getattr(second, name))


def test_the_order_of_the_exports_does_not_matter(exported, ingest):
    sources = [exported(name) for name in ("qualtrics", "redcap", "limesurvey")]
    first, second = ingest(*sources), ingest(*sources[::-1])
    for name in TABLES:
        assert_frame_equal(getattr(first, name), getattr(second, name))


def test_keys_tell_respondents_of_different_files_apart_and_hide_their_ids(exported, ingest):
    read = ingest(exported("limesurvey"), exported("redcap"))
    assert read.responses["respondent"].is_unique
    assert read.responses["respondent"].str.fullmatch("[0-9a-f]{16}").all()


def test_rows_without_an_id_are_told_apart_by_their_row(folder, ingest):
    rows = generic_rows([PEOPLE[0]] * 3, blank="")
    rows[0] = [name.removeprefix("Q ") for name in rows[0]]
    source = ExportSource(write_csv(folder / "g.csv", rows), "place", platform="generic")
    assert ingest(source).responses["respondent"].nunique() == 3


def test_identical_rows_of_one_id_count_once(folder, ingest):
    read = ingest(source_of(folder, qualtrics_rows([*PEOPLE, PEOPLE[0], PEOPLE[0]])))
    assert reasons(read) == {10: "DUPLICATE_ROW", 11: "DUPLICATE_ROW"}
    assert len(read.responses) == len(PEOPLE)


def test_an_empty_site_cell_leaves_the_row_out(folder, ingest):
    people = [*PEOPLE, person(9, "1,1,1,1,1,1,1,1,1,1,1", site=" \u00a0")]
    read = ingest(source_of(folder, qualtrics_rows(people)))
    assert reasons(read) == {10: "NO_SITE"}


def test_rows_that_reach_no_scale_are_left_out(folder, ingest):
    two = person(9, "1,2,98,97,,,1,2,,,")
    three = person(10, "1,2,3,97,,,,,,,")
    read = ingest(source_of(folder, qualtrics_rows([*PEOPLE, two, three])))
    assert reasons(read) == {10: "TOO_FEW_ANSWERS"}


# ------------------------------------------------------------------------------- screening

STRAIGHT = "4,4,4,4,4,4,4,4,4,4,4"


def screened(people, ingest, folder, **rules):
    read = ingest(source_of(folder, qualtrics_rows([PEOPLE[0], *people])), **rules)
    return read, reasons(read).get(5)


@pytest.mark.parametrize(
    ("items", "seconds", "excluded"),
    [
        (STRAIGHT, 10, "CARELESS"),
        (STRAIGHT, 300, None),
        ("4,4,4,4,4,4,4,4,4,4,5", 10, "CARELESS"),
        ("4,2,4,5,4,1,4,3,4,2,5", 10, None),
        ("4,4,4,4,4,4,4,4,4,4,", 10, "CARELESS"),
        ("4,4,4,4,4,4,4,4,4,,", 10, None),
        (STRAIGHT, 22, None),
        (STRAIGHT, 21, "CARELESS"),
    ],
)
def test_a_straight_line_or_long_run_and_speeding_together_leave_a_respondent_out(
    items, seconds, excluded, ingest, folder
):
    _, reason = screened([person(9, items, seconds=seconds)], ingest, folder)
    assert reason == excluded


def test_one_flag_is_enough_where_the_study_says_so(ingest, folder):
    slow = person(9, STRAIGHT, seconds=900)
    assert screened([slow], ingest, folder, exclude_from_flags=1)[1] == "CARELESS"


def test_who_is_left_out_as_careless_stays_in_the_screening_table(ingest, folder):
    read, _ = screened([person(9, STRAIGHT, seconds=10)], ingest, folder)
    careless = read.screening[read.screening["excluded"]].iloc[0]
    assert len(read.screening) == 2
    assert (careless["n_answered"], careless["longest_run"]) == (11, 11)
    assert careless["individual_sd"] == 0
    assert careless["seconds_per_item"] == pytest.approx(10 / 11)
    assert careless["respondent"] not in set(read.responses["respondent"])


def test_without_times_nobody_is_speeding(exported, ingest):
    assert ingest(exported("redcap")).screening["speeding"].isna().all()


def test_a_failed_attention_check_counts_beside_another_sign(folder, ingest):
    people = [PEOPLE[0], person(9, "4,2,4,5,4,1,4,3,4,2,5", seconds=10)]
    rows = qualtrics_rows(people)
    for row, cell in zip(rows, ["Q77", "Choose agree", "x", " AGREE", "2"], strict=True):
        row.append(cell)
    path = write_csv(folder / "q.csv", rows)
    checked = ingest(ExportSource(path, "Site", attention_checks={"q77": "agree"}))
    assert reasons(checked) == {5: "CARELESS"}
    assert checked.screening["attention_failed"].tolist().count(True) == 1
    assert checked.ledger_columns.set_index("heading")["use"]["Q77"] == "attention_check"
    assert reasons(ingest(ExportSource(path, "Site"))) == {}


def test_an_attention_check_that_no_export_has_is_told(folder, refusal):
    path = write_csv(folder / "q.csv", qualtrics_rows(PEOPLE))
    told = refusal(ExportSource(path, "Site", attention_checks={"Q78": "agree"}))
    assert "column 'Q78': no export has this column of an attention check" in told


def test_who_is_set_aside_as_careless_is_kept_apart_with_the_same_contract(folder, ingest):
    read, _ = screened([person(9, STRAIGHT, seconds=10)], ingest, folder)
    assert len(read.set_aside) == 1 and len(read.responses) == 1
    assert not set(read.set_aside["respondent"]) & set(read.responses["respondent"])


# ------------------------------------------------------------------------------- the account


def accounted(ingested, **changes):
    told = {
        "read": {
            name: RowsRead(
                len(rows),
                int((rows["outcome"] == "joined").sum()),
                int((ingested.ledger_columns["export"] == name).sum()),
            )
            for name, rows in ingested.ledger_rows.groupby("export")
        },
        "answer_columns": INSTRUMENT.answer_columns,
        "ledger_rows": ingested.ledger_rows,
        "ledger_cells": ingested.ledger_cells,
        "ledger_columns": ingested.ledger_columns,
        "responses": ingested.responses,
        "missing": ingested.missing,
    }
    check_ledger(**(told | changes))


def test_rows_and_cells_add_up(folder, ingest):
    people = [*PEOPLE, PEOPLE[0], person(9, "1,,,,,,,,,,"), person(10, STRAIGHT, seconds=1)]
    read = ingest(source_of(folder, qualtrics_rows(people)))
    accounted(read)
    assert len(read.ledger_rows) == len(people)
    cells = read.ledger_cells.groupby("outcome")["cells"].sum()
    assert cells.sum() == len(people) * len(INSTRUMENT.answer_columns)
    assert cells["EXCLUDED_ROW"] == 3 * len(INSTRUMENT.answer_columns)
    assert cells["DK"] == 2
    assert cells["UNKNOWN"] == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda read: {"read": {"qualtrics.csv": RowsRead(7, 0, 31)}},
        lambda read: {"read": {"qualtrics.csv": RowsRead(6, 1, 31)}},
        lambda read: {"read": {"qualtrics.csv": RowsRead(6, 0, 32)}},
        lambda read: {"ledger_columns": read.ledger_columns.iloc[1:]},
        lambda read: {"responses": read.responses.iloc[1:]},
        lambda read: {"ledger_rows": read.ledger_rows.iloc[1:]},
        lambda read: {"ledger_cells": read.ledger_cells.iloc[1:]},
        lambda read: {"missing": read.missing.iloc[1:]},
        lambda read: {"responses": read.responses.assign(aaa101=pd.NA)},
        lambda read: {"ledger_cells": read.ledger_cells.assign(outcome="ANSWERED")},
    ],
)
def test_a_lost_row_or_cell_is_noticed(spoil, exported, ingest):
    read = ingest(exported())
    with pytest.raises(LedgerError, match="does not add up"):
        accounted(read, **spoil(read))


def test_every_column_is_accounted_for_and_personal_ones_are_dropped(exported, ingest):
    columns = ingest(exported()).ledger_columns.set_index("heading")
    assert len(columns) == 31
    for heading in ("IPAddress", "RecipientEmail", "bgmain_4_TEXT"):
        assert columns.loc[heading, "use"] == "dropped_personal"
    assert columns.loc["remarks", "use"] == "dropped"
    assert columns.loc["Site", "use"] == "site"
    assert columns.loc["ResponseId", "use"] == "record"
    assert columns.loc["practices_aaa101", "answer_column"] == "aaa101"
    assert columns.loc["modnow_ind", "answer_column"] == "modnowind"


def test_free_text_is_recognised_by_what_it_holds(folder, ingest):
    rows = qualtrics_rows(PEOPLE)
    rows[4][-1] = "You can reach me at ada@example.org"
    uses = ingest(source_of(folder, rows)).ledger_columns.set_index("heading")["use"]
    assert uses["remarks"] == "dropped_personal"


def test_nothing_personal_travels_on(folder, ingest):
    canary = "Q7Z-canary"
    rows = qualtrics_rows([replace(one, id=f"{canary}{one.id}") for one in PEOPLE])
    for row in rows[3:]:
        for heading in ("IPAddress", "RecipientEmail", "bgmain_4_TEXT", "remarks"):
            row[rows[0].index(heading)] = canary
    read = ingest(source_of(folder, rows))
    for name in TABLES:
        assert canary not in getattr(read, name).to_csv()


# ----------------------------------------------------------------- real data, and many data


def test_real_answers_arrive_unchanged():
    instrument = load_instrument(EXAMPLE / "instrument", "full")
    source = ExportSource(EXAMPLE / "lq2002.csv", "COMPID", mapping=EXAMPLE / "mapping.yaml")
    read = ingest_exports([source], instrument, None, "lq2002", ScreeningRules())
    original = pd.read_csv(EXAMPLE / "lq2002.csv")
    assert len(read.responses) == 2042
    assert len(read.sites) == 49
    assert read.ledger_cells["cells"].sum() == 2042 * 19
    assert set(read.ledger_cells["outcome"]) == {"ANSWERED"}
    names = [name.upper() for name in instrument.answer_columns]
    assert len(names) == 19
    columns = ["site", *instrument.answer_columns]
    arrived = read.responses[columns].astype(int).sort_values(columns).to_numpy()
    sent = original[["COMPID", *names]].sort_values(["COMPID", *names]).to_numpy()
    assert (arrived == sent).all()

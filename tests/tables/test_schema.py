"""A table that breaks its contract does not get past the door."""

import pandas as pd
import pytest

from pipeline.instrument import load_instrument
from pipeline.tables import (
    ESTIMATES,
    Column,
    Table,
    TableError,
    conform,
    read_table,
    responses_table,
    write_table,
)
from pipeline.tables.catalogue import fixed_tables

TABLE = Table(
    "people",
    "For this test.",
    (
        Column("id", "text", "key", required=True),
        Column("age", "integer", "years"),
        Column("mood", "text", "how", categories=("calm", "merry")),
    ),
    key=("id",),
)
GOOD = pd.DataFrame({"id": ["a", "b"], "age": [1, None], "mood": ["calm", None]})


def test_a_good_table_passes_with_the_types_of_its_contract():
    checked = conform(GOOD, TABLE)
    assert [str(dtype) for dtype in checked.dtypes] == ["string", "Int64", "string"]


def test_columns_come_out_in_the_order_of_the_contract():
    assert list(conform(GOOD[["mood", "id", "age"]], TABLE).columns) == ["id", "age", "mood"]


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (GOOD.drop(columns="age"), "column 'age' is missing"),
        (GOOD.assign(shoe=1), "column 'shoe' is not in the contract"),
        (GOOD.assign(id=["a", None]), "column 'id' has 1 empty cells"),
        (GOOD.assign(mood="sad"), "column 'mood' holds something outside its categories"),
        (GOOD.assign(id="a"), "rows are not told apart by id"),
        (GOOD.assign(age=[1.5, 2]), "another type"),
        (GOOD.assign(age=["one", "two"]), "another type"),
    ],
)
def test_a_broken_table_is_refused_with_the_reason(frame, told):
    with pytest.raises(TableError, match=told):
        conform(frame, TABLE)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_what_is_written_is_read_back_unchanged(tmp_path, suffix):
    path = tmp_path / f"people.{suffix}"
    write_table(GOOD, path, TABLE)
    pd.testing.assert_frame_equal(read_table(path, TABLE), conform(GOOD, TABLE))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_same_table_gives_the_same_bytes(tmp_path, suffix):
    one, two = tmp_path / f"one.{suffix}", tmp_path / f"two.{suffix}"
    write_table(GOOD, one, TABLE)
    write_table(GOOD, two, TABLE)
    assert one.read_bytes() == two.read_bytes()


def test_estimates_keep_every_digit(tmp_path):
    row = dict.fromkeys(ESTIMATES.column_names)
    frame = pd.DataFrame([row | {"statistic": "mean", "estimate": 1 / 3}])
    write_table(frame, tmp_path / "e.csv", ESTIMATES)
    assert read_table(tmp_path / "e.csv", ESTIMATES)["estimate"][0] == 1 / 3


def test_a_site_called_na_stays_a_site(tmp_path):
    frame = GOOD.assign(id=["NA", "null"])
    write_table(frame, tmp_path / "p.csv", TABLE)
    assert list(read_table(tmp_path / "p.csv", TABLE)["id"]) == ["NA", "null"]


def test_every_contract_describes_its_columns_and_its_key():
    tables = [*fixed_tables(), responses_table(load_instrument("instrument", "long"))]
    for table in tables:
        assert table.description
        assert all(column.description for column in table.columns)
        assert set(table.key) <= set(table.column_names)

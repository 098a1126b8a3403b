"""Dates in the many ways they are written, read alike for a whole column."""

import pandas as pd
import pytest

from pipeline.ingest.moments import are_moments, days_of, is_ambiguous, moments_of


def column(*texts):
    return pd.Series(texts, index=range(10, 10 + len(texts)), dtype=object)


def told(*texts, **options):
    moments = moments_of(column(*texts), **options)
    return [None if moment is pd.NaT else moment.isoformat() for moment in moments]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01 08:05", "2026-03-01T08:05:00"),
        ("2026-03-01T08:05:09Z", "2026-03-01T08:05:09"),
        ("2026-03-01T08:05:09.25+01:00", "2026-03-01T07:05:09.250000"),
        ("2026-03-01T08:05:09,250-0530", "2026-03-01T13:35:09.250000"),
        ("2020/01/05 3:04:05 PM GMT+2", "2020-01-05T13:04:05"),
        ("2020/01/05 12:04:05 AM GMT-5", "2020-01-05T05:04:05"),
        ("2020/01/05 3:04:05 p. m. GMT+5:30", "2020-01-05T09:34:05"),
        ("2020/01/05 3:04:05\u202fPM EET", "2020-01-05T15:04:05"),
        ("2021. 3. 15 오후 4:05:06", "2021-03-15T16:05:06"),
        ("12/13/2019 12:02:32", "2019-12-13T12:02:32"),
        ("07/31/2023 04:21:36 PM", "2023-07-31T16:21:36"),
        ("5/20/18 4:01", "2018-05-20T04:01:00"),
        ("31/07/2023, 16:21", "2023-07-31T16:21:00"),
        ("15.1.2020 klo 12.30.00", "2020-01-15T12:30:00"),
        ("1. 2. 2020 9:05:00", "2020-02-01T09:05:00"),
        ("13/02/2026 19.07.17", "2026-02-13T19:07:17"),
        ("05.06.2020", "2020-06-05T00:00:00"),
        ("25-06-2020 10:00", "2020-06-25T10:00:00"),
        ("5 June 2020", "2020-06-05T00:00:00"),
        ("05-Jun-20 10:00", "2020-06-05T10:00:00"),
        ("Jun 5, 2020 1:00 pm", "2020-06-05T13:00:00"),
        ("Fri, 5 Jun 2020 10:00:00 GMT", "2020-06-05T10:00:00"),
        ("Fri Jun 05 2020 10:00:00 GMT+0200 (Summer Time)", "2020-06-05T08:00:00"),
        ("\ufeff2026-03-01\u00a008:05", "2026-03-01T08:05:00"),
    ],
)
def test_a_date_is_read_however_it_is_written(text, moment):
    assert told(text) == [moment + "+00:00"]
    assert are_moments(column(text))


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "31/31/2020", "2026-03-01 25:00", "01/13/2020 14:00 PM", "3"]
)
def test_what_is_no_date_is_missing(text):
    assert told(text) == [None]
    assert not are_moments(column(text))


def test_one_number_above_twelve_orders_the_whole_column():
    assert told("01/02/2020", "13/02/2020")[0].startswith("2020-02-01")
    assert told("01/02/2020", "02/13/2020")[0].startswith("2020-01-02")


def test_a_column_that_fits_both_orders_is_missing_and_ambiguous():
    assert told("01/02/2020", "03/04/2020") == [None, None]
    assert is_ambiguous(column("01/02/2020", "03/04/2020"))
    assert are_moments(column("01/02/2020", "03/04/2020"))


def test_another_column_may_tell_the_order():
    start, end = column("01/02/2020"), column("13/02/2020")
    assert days_of(start, end).tolist() == ["2020-02-01"]
    assert not is_ambiguous(start, end)


def test_the_same_number_twice_is_not_ambiguous():
    assert not is_ambiguous(column("05/05/2020"))
    assert days_of(column("05/05/2020")).tolist() == ["2020-05-05"]


def test_a_column_that_fits_no_order_is_missing_and_not_ambiguous():
    assert told("13/01/2020", "01/13/2020") == [None, None]
    assert not is_ambiguous(column("13/01/2020", "01/13/2020"))


def test_dates_in_several_forms_are_not_read():
    assert told("2020-05-01 00:00:00", "13/05/2020") == [None, None]


def test_other_texts_and_blanks_do_not_disturb_a_column():
    moments = told("2020-05-01", "", "[not completed]")
    assert moments == ["2020-05-01T00:00:00+00:00", None, None]
    assert not are_moments(column("2020-05-01", "[not completed]"))
    assert are_moments(column("2020-05-01", ""))


def test_the_day_is_that_of_the_clock_and_not_of_greenwich():
    assert days_of(column("2026-03-01T23:30:00-08:00")).tolist() == ["2026-03-01"]


def test_serial_numbers_are_read_only_when_told():
    assert told("43831.5") == [None]
    assert told("43831.5", "", serial=True) == ["2020-01-01T12:00:00+00:00", None]


def test_index_and_type_do_not_depend_on_what_is_found():
    for texts in (("2020-05-01",), ("x",), ("01/02/2020",), (), ("2020-05-01T10:00:00.5Z", "")):
        cells = column(*texts)
        for moments in (moments_of(cells), moments_of(cells.astype("category"))):
            assert str(moments.dtype) == "datetime64[us, UTC]"
            assert moments.index.tolist() == cells.index.tolist()
    assert str(days_of(column("x")).dtype) == "string"


def test_texts_of_other_rows_do_not_count():
    whole = column("Timestamp", "13/02/2020", "01/02/2020").astype("category")
    assert is_ambiguous(whole.iloc[2:])
    assert are_moments(whole.iloc[1:])


def test_cells_are_not_changed():
    cells = column("2020-05-01", "")
    moments_of(cells)
    assert cells.tolist() == ["2020-05-01", ""]

import numpy as np
import pandas as pd

from pipeline.ingest.screening import missing_patterns

NAN = np.nan


def patterns(n_complete=4, at_most=20):
    rows = [[1, 2, 3]] * n_complete + [[1, NAN, 3]] * 3 + [[NAN, NAN, 1]] * 2 + [[1, 2, NAN]]
    return missing_patterns(pd.DataFrame(rows, columns=["a", "b", "c"]), at_most)


def test_the_most_frequent_pattern_comes_first():
    table = patterns()
    assert table["n"].tolist() == [4, 3, 2, 1]
    assert table["missing"].tolist() == ["", "b", "a; b", "c"]
    assert table["n_missing"].tolist() == [0, 1, 2, 1]
    assert table["share"].tolist() == [0.4, 0.3, 0.2, 0.1]


def test_the_rest_shares_a_row_and_the_sums_stay():
    table = patterns(at_most=2)
    assert table["n"].tolist() == [4, 3, 3]
    assert table["n_patterns"].tolist() == [1, 1, 2]
    assert table["missing"].isna().tolist() == [False, False, True]


def test_the_order_of_people_does_not_matter():
    frame = pd.DataFrame(np.random.default_rng(13).choice([1, NAN], size=(200, 5)))
    pd.testing.assert_frame_equal(missing_patterns(frame[::-1]), missing_patterns(frame))


def test_nobody_has_no_pattern():
    assert missing_patterns(pd.DataFrame({"a": [], "b": []}, dtype=float)).empty


def test_more_items_than_a_byte_holds_are_told_apart():
    frame = pd.DataFrame(np.ones((3, 70)), columns=[f"i{number}" for number in range(70)])
    frame.loc[0, "i69"] = NAN
    frame.loc[1, "i8"] = NAN
    assert set(missing_patterns(frame)["missing"]) == {"", "i8", "i69"}

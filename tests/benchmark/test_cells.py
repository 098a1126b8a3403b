"""Who is counted together."""

import numpy as np
import pandas as pd

from pipeline.benchmark.cells import cells_by


def people(groups):
    count = len(groups)
    return pd.DataFrame({"wave": "1", "site": ["a"] * count, "group": groups})


def test_numbers_of_those_in_no_cell_count_nowhere():
    cells = cells_by(people(["x", None, "y", "x"]), ["wave", "site", "group"])
    n, mean, sd = cells.describe(np.array([1.0, 99.0, 4.0, 3.0]))
    assert n.tolist() == [2, 1]
    assert mean.tolist() == [2, 4]
    assert sd[0] == np.sqrt(2) and np.isnan(sd[1])


def test_nobody_in_any_cell_gives_no_cells_and_no_fault():
    cells = cells_by(people([None, None]), ["wave", "site", "group"])
    assert [len(part) for part in cells.describe(np.array([1.0, 2.0]))] == [0, 0, 0]

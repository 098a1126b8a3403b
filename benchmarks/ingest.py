"""Seconds and memory of reading exports, against pandas reading the same file with its types told.

Run on one core, such as ``taskset -c 0 python benchmarks/ingest.py``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import xlsxwriter

from pipeline.instrument import Instrument, load_instrument

FORM = "short"
REPEATS = 3
CSV_ROWS, XLSX_ROWS = 1_000_000, 50_000
MEASURED = """
import resource, sys, time
from pathlib import Path
{imports}
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(seconds, memory)
"""
PANDAS_IMPORTS = "import json, pandas as pd"
PANDAS = "frame = pd.read_csv({path!r}, dtype=json.loads({types!r}))"
OURS_IMPORTS = """
from pipeline.ingest import ExportSource
from pipeline.ingest.pool import pool_exports
from pipeline.ingest import ScreeningRules, ingest_exports
from pipeline.instrument import load_instrument
instrument = load_instrument("instrument", "short")
"""
OURS_READ = """
pooled, sites = pool_exports([ExportSource(Path({path!r}), "site")], instrument, None, "now")
assert len(pooled.people) == {rows}
"""
OURS_ALL = """
read = ingest_exports(
    [ExportSource(Path({path!r}), "site")], instrument, None, "now", ScreeningRules()
)
assert len(read.responses) > 0.9 * {rows}
"""


def answers_of(instrument: Instrument, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    """Texts of the answers, some blank and some *don't know*."""
    columns = []
    for name in instrument.answer_columns:
        if name in instrument.items:
            cells = rng.integers(1, 6, n_rows).astype("U2")
            cells[rng.random(n_rows) < 0.02] = "98"
            cells[rng.random(n_rows) < 0.03] = ""
        elif name in instrument.allocation_columns:
            first = name == next(iter(instrument.allocation_columns[name][0].columns))
            cells = np.full(n_rows, "10" if first else "")
        else:
            cells = np.full(n_rows, "1")
        columns.append(cells)
    return np.column_stack(columns)


def headings_of(instrument: Instrument) -> list[str]:
    """Headings as LimeSurvey exports them."""
    return ["id", "submitdate", "lastpage", "startlanguage", "site", *instrument.answer_columns]


def rows_of(n_rows: int, rng: np.random.Generator, answers: np.ndarray):
    """Rows of an export."""
    sites = rng.integers(0, 400, n_rows)
    for number in range(n_rows):
        day = f"2026-03-{1 + number % 28:02d} 10:{number % 60:02d}:00"
        yield [str(number + 1), day, "5", "en", f"Site {sites[number]}", *answers[number]]


def write_csv(path: Path, instrument: Instrument, n_rows: int) -> None:
    """A CSV file of many rows."""
    rng = np.random.default_rng(1)
    answers = answers_of(instrument, n_rows, rng)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(headings_of(instrument)) + "\n")
        for row in rows_of(n_rows, rng, answers):
            file.write(",".join(row) + "\n")


def write_xlsx(path: Path, instrument: Instrument, n_rows: int) -> None:
    """The same as a workbook."""
    rng = np.random.default_rng(1)
    answers = answers_of(instrument, n_rows, rng)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for column, heading in enumerate(headings_of(instrument)):
            sheet.write_string(0, column, heading)
        for place, row in enumerate(rows_of(n_rows, rng, answers), start=1):
            for column, cell in enumerate(row):
                if cell.isdigit():
                    sheet.write_number(place, column, int(cell))
                else:
                    sheet.write_string(place, column, cell)


def measured(imports: str, work: str) -> tuple[float, float]:
    """Seconds of the fastest of some runs, and the most memory in gigabytes."""
    code = MEASURED.format(imports=imports, work=work)
    runs = [
        [
            float(n)
            for n in subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            ).stdout.split()
        ]
        for _ in range(REPEATS)
    ]
    return min(seconds for seconds, _ in runs), max(memory for _, memory in runs)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=CSV_ROWS)
    rows = parser.parse_args().rows
    instrument = load_instrument("instrument", FORM)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.csv")
        write_csv(path, instrument, rows)
        types = dict.fromkeys(headings_of(instrument)[5:], "Int8") | {"id": "int64"}
        types |= dict.fromkeys(["submitdate", "startlanguage", "site"], "string")
        pandas = measured(PANDAS_IMPORTS, PANDAS.format(path=str(path), types=json.dumps(types)))
        print(f"{rows:,} rows x {len(headings_of(instrument))} columns of CSV")
        print(f"  pandas, types told   {pandas[0]:7.2f} s {pandas[1]:6.2f} GB")
        for name, work in (("read and typed", OURS_READ), ("with every table", OURS_ALL)):
            ours = measured(OURS_IMPORTS, work.format(path=str(path), rows=rows))
            ratio = ours[0] / pandas[0]
            print(f"  {name:<20} {ours[0]:7.2f} s {ours[1]:6.2f} GB   {ratio:.1f} times pandas")
        book = Path(folder, "export.xlsx")
        write_xlsx(book, instrument, XLSX_ROWS)
        ours = measured(OURS_IMPORTS, OURS_ALL.format(path=str(book), rows=XLSX_ROWS))
        print(f"{XLSX_ROWS:,} rows of XLSX: {ours[0]:.2f} s, {ours[1]:.2f} GB")


if __name__ == "__main__":
    main()

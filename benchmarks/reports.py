"""Reports of 1,000 sites: CPU seconds for screen and paper, and how large the pages are.

The sites of the bundled example are repeated under new ids with means moved a little, so that no
two reports hold the same numbers. It needs the tables of a finished run:

    python benchmarks/reports.py [folder of the data] [number of sites]
"""

import gc
import resource
import sys
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import yaml

from pipeline.instrument import Instrument, load_instrument
from pipeline.report import (
    ComparisonTables,
    ProgrammeTables,
    Study,
    pages_of_sites,
    render_comparative_page,
    write_pages,
)
from pipeline.report.paper import set_site_pages
from pipeline.study import read_study
from pipeline.tables import (
    CLUSTERS,
    ESTIMATES,
    GATES,
    LEDGER_ROWS,
    RELEASED,
    RESPONSE,
    SCALE_COMPARISONS,
    SITE_CHANGES,
    SITE_COMPARISONS,
    SITE_CONTEXT,
    SITES,
    WITHHELD,
    read_table,
)

CONFIG = "config/config.yaml"
BATCH = 50
MOVED = 0.02
"""By how much the means of one copy differ from those of the next."""

BENCHMARK = {
    "released": RELEASED,
    "withheld": WITHHELD,
    "site_comparisons": SITE_COMPARISONS,
    "scale_comparisons": SCALE_COMPARISONS,
    "site_changes": SITE_CHANGES,
    "response": RESPONSE,
    "gates": GATES,
    "clusters": CLUSTERS,
}
INGEST = {"sites": SITES, "site_context": SITE_CONTEXT, "ledger_rows": LEDGER_ROWS}
Tables = dict[str, pd.DataFrame]
Spent = tuple[np.ndarray, list[int], list[int]]


def tables_in(folder: Path) -> Tables:
    """The tables of a finished run that reports are made from."""
    of_stage = {"4_benchmark": BENCHMARK, "1_ingest": INGEST}
    tables = {
        name: read_table(folder / stage / f"{name}.csv", contract)
        for stage, contracts in of_stage.items()
        for name, contract in contracts.items()
    }
    variance = folder / "4_benchmark" / "psychometrics" / "variance.csv"
    return tables | {"variance": read_table(variance, ESTIMATES)}


def grown(tables: Tables, n_sites: int) -> Tables:
    """The tables with their sites repeated until there are `n_sites`."""
    known = list(tables["sites"]["site"])
    copies = [known[: n_sites - start] for start in range(0, n_sites, len(known))]
    return {
        name: _repeated(table, copies) if "site" in table else table
        for name, table in tables.items()
    }


def _repeated(table: pd.DataFrame, copies: list[list[str]]) -> pd.DataFrame:
    of_sites = (_copy(table, copy, sites) for copy, sites in enumerate(copies))
    whole = table[table["site"].isna()]
    return pd.concat([whole, *of_sites]).reset_index(drop=True).astype(table.dtypes)


def _copy(table: pd.DataFrame, copy: int, sites: list[str]) -> pd.DataFrame:
    rows = table[table["site"].isin(sites)].copy()
    for name in ("site", "label", "slug"):
        if name in rows:
            rows[name] = rows[name].astype(str) + f"-{copy}"
    if "statistic" in rows and "ci_low" in rows:
        means = (rows["statistic"] == "mean").fillna(False)
        for name in ("estimate", "ci_low", "ci_high"):
            moved = rows.loc[means, name] + MOVED * (copy - 20)
            rows.loc[means, name] = np.clip(moved, 1, 5)
    return rows


def of_batch(tables: Tables, batch: list[str]) -> Tables:
    """What a step gets for one batch of sites."""
    return {
        name: table[table["site"].isin(batch) | table["site"].isna()]
        for name, table in tables.items()
        if "site" in table
    }


def reports_of(batch: list[str], own: Tables, instrument: Instrument, study: Study) -> Spent:
    """CPU seconds of each stage for a batch, and the sizes of its pages in bytes."""
    began = process_time()
    views = pages_of_sites(
        batch,
        own["released"],
        own["withheld"],
        own["sites"],
        own["site_context"],
        own["ledger_rows"],
        ComparisonTables(own["site_comparisons"], own["site_changes"], own["response"]),
        instrument,
        study,
    )
    viewed = process_time()
    screens = [len(page.encode()) for page in write_pages(views).values()]
    written = process_time()
    papers = [len(paper) for _, paper in set_site_pages(views)]
    seconds = np.array([viewed - began, written - viewed, process_time() - written])
    return seconds, screens, papers


def tell_comparative(tables: Tables, instrument: Instrument, study: Study) -> None:
    """Print the size of the comparative page and the time it takes."""
    began = process_time()
    page = render_comparative_page(
        tables["released"],
        tables["withheld"],
        tables["sites"],
        tables["variance"],
        ProgrammeTables(**{name: tables[name] for name in ProgrammeTables.__slots__}),
        instrument,
        study,
    )
    seconds = process_time() - began
    print(f"comparative page  {len(page.encode()) / 1e6:7.2f} MB in {seconds:.1f} CPU s")


def main(folder: Path, n_sites: int) -> None:
    """Print the table."""
    gc.disable()  # as the step of the workflow does
    config = yaml.safe_load(Path(CONFIG).read_text(encoding="utf-8"))
    study = read_study(config, CONFIG)
    instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)
    tables, described = grown(tables_in(folder), n_sites), study.for_reports()
    sites = list(tables["sites"]["site"])
    batches = [sites[start : start + BATCH] for start in range(0, len(sites), BATCH)]
    spent = [reports_of(one, of_batch(tables, one), instrument, described) for one in batches]
    seconds = sum(one[0] for one in spent)
    for name, used in zip(("numbers and words", "HTML", "PDF"), seconds, strict=True):
        print(f"{name:<17} {used:7.1f} CPU s for {len(sites)} sites")
    print(f"together          {sum(seconds):7.1f} CPU s")
    for name, place in (("HTML", 1), ("PDF", 2)):
        sizes = [size / 1e3 for one in spent for size in one[place]]
        print(f"{name:<17} {np.mean(sizes):7.0f} KB in the mean, {max(sizes):.0f} KB at most")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory            {peak:7.0f} MB at most")
    tell_comparative(tables, instrument, described)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0] if given else "data"), int(given[1]) if len(given) > 1 else 1_000)

"""Seconds and memory of each stage as the number of respondents grows."""

import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import DisclosureRules, counting_sites, disclose
from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports
from pipeline.instrument import load_instrument
from pipeline.psychometrics import analyse_items, cronbach_alpha, parallel_analysis
from pipeline.score import keyed_scales, score_responses

STUDY = Path("data/example/leadership_climate")
REPEATS = (1, 10, 100)


def export_of(repeats: int, folder: Path) -> Path:
    """The answers repeated under new ids, as a CSV file."""
    answers = pd.read_csv(STUDY / "lq2002.csv")
    copies = [answers.assign(SUB=answers["SUB"] + 10_000 * copy) for copy in range(repeats)]
    path = folder / f"lq2002_x{repeats}.csv"
    pd.concat(copies).to_csv(path, index=False)
    return path


def timed(name: str, work: Callable[[], Any]) -> Any:
    """The result of some work; prints how long it took."""
    start = perf_counter()
    result = work()
    print(f"  {name:<28}{perf_counter() - start:8.2f} s")
    return result


def run(path: Path) -> None:
    """Every stage up to what is released."""
    instrument = load_instrument(STUDY / "instrument", "full")
    source = ExportSource(path, "COMPID", "generic", mapping=STUDY / "mapping.yaml")
    rules = DisclosureRules()
    ingested = timed(
        "ingest",
        lambda: ingest_exports([source], instrument, None, "lq2002", ScreeningRules()),
    )
    print(f"  ({len(ingested.responses):,} respondents)")
    scores = timed("score", lambda: score_responses(ingested.responses, instrument))
    keyed = timed("key items", lambda: keyed_scales(ingested.responses, instrument))
    timed("item analysis", lambda: analyse_items(keyed["LEAD"], range(1, 6)))
    timed("alpha", lambda: cronbach_alpha(keyed["LEAD"]))
    items = pd.concat(keyed.values(), axis=1)
    timed("parallel analysis, 100", lambda: parallel_analysis(items, np.random.default_rng(1), 100))
    sites = timed(
        "estimate sites",
        lambda: estimate_sites(ingested.responses, ingested.missing, scores, instrument),
    )
    counting = timed("which sites count", lambda: counting_sites(sites, rules))
    programme = timed("estimate programme", lambda: estimate_programme(sites, counting))
    timed("disclose", lambda: disclose(sites, programme, rules))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for repeats in REPEATS:
            print(f"{repeats} times the answers")
            run(export_of(repeats, Path(folder)))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"  peak memory so far {peak:,.0f} MB")

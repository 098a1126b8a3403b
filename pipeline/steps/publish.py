"""Record what is released, then put the finished pages in the place of the last ones."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.benchmark.disclosure import record_release
from pipeline.provenance import log_to
from pipeline.tables import replace_folder

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
overview = [Path(snakemake.input[name]) for name in ("index", "comparative", "technical")]
site_pages = [page for folder in snakemake.input.pages for page in Path(folder).glob("[!.]*")]
pages = {page.name: page for page in overview} | {f"sites/{p.name}": p for p in site_pages}
offered = Path(snakemake.input.offered)
files = {f"{offered.name}/{p.relative_to(offered).as_posix()}": p for p in offered.rglob("[!.]*.*")}

record = {
    "released.csv": Path(snakemake.input.released),
    "figures.parquet": Path(snakemake.input.figures),
    "members.parquet": Path(snakemake.input.members),
}
record_release(record, Path(snakemake.params.releases))
replace_folder(pages | files, Path(snakemake.output.index).parent)

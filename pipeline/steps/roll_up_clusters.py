"""Means of clusters of sites, as they may leave."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.benchmark.disclosure import DisclosureRules, read_releases
from pipeline.benchmark.gates import gates_of_waves
from pipeline.benchmark.roll_up import roll_up, unlisted_sites
from pipeline.problems import Problem, refuse_if_any
from pipeline.provenance import log_to
from pipeline.tables import (
    CLUSTERS,
    ESTIMATES,
    GATES,
    RELEASE_FIGURES,
    RELEASE_MEMBERS,
    SITES,
    conform,
    gather_rows,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
sites = read_table(snakemake.input.sites, SITES)
unlisted = unlisted_sites(study.clusters, list(sites["site"]))
refuse_if_any([Problem("the configuration", cure, column="clusters") for cure in unlisted])

clusters = roll_up(
    conform(
        gather_rows(read_table(path, ESTIMATES) for path in snakemake.input.estimates), ESTIMATES
    ),
    read_table(snakemake.input.figures, RELEASE_FIGURES),
    study.clusters,
    DisclosureRules(minimum_n=study.minimum_n, override_reason=study.override_reason or ""),
    gates_of_waves(read_table(snakemake.input.gates, GATES), study.waves),
    read_table(snakemake.input.members, RELEASE_MEMBERS),
    # As for the release itself, what was published before is no input of the rule.
    read_releases(Path(snakemake.params.releases)),
    study.confidence_level,
)
write_table(clusters, snakemake.output.clusters, CLUSTERS)

"""Sites set beside one another: estimates per site, pooled for the programme, and disclosure."""

from pipeline.benchmark.programme import estimate_programme
from pipeline.benchmark.site_estimates import estimate_sites

__all__ = ["estimate_programme", "estimate_sites"]
